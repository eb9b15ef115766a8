package config

import _ "embed" // the sample below

// Sample is what "aboveline init" writes: every key with its default, unit and consequence.
//
//go:embed sample.toml
var Sample string
