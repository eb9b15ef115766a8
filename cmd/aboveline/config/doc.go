// Package config reads aboveline.toml: strictly, with every mistake told at once, each with its file, line, column,
// key and what would be accepted. What it returns has been checked as a whole, so that nothing starts
// half-configured; a peer that does not answer is no mistake of the config and is found out by those who dial.
//
// A config file is read in three steps, each in its own file:
//
//	place.go   where every key and value stands (the TOML parser's own tree)
//	bind.go    values into [Config], over the defaults of preset.go: unknown keys, types, ranges, vocabularies
//	check*.go  what only the whole can tell: two roles for one address, a rule that names an unknown vendor
//
// Relative paths in a config file are relative to the directory of that file, so that every command finds the same
// store from wherever it is called. Secrets are never in the file: it names a file or an environment variable, and
// they are read by who needs them ([Secret.Read]).
package config
