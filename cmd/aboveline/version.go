package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCmd struct{}

// release is the version that a package was built as; "" leaves it to what Go knows of the sources.
var release string

// build is what the program knows of itself.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision"`
	Time     string `json:"time"`
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func (versionCmd) Run(e *env) error {
	b := readBuild()
	if e.global.JSON {
		return object(e.out, b)
	}
	mark := ""
	if b.Modified {
		mark = ", changed since"
	}
	if b.Revision != "" {
		mark = fmt.Sprintf(" (%.12s%s)", b.Revision, mark)
	}
	fmt.Fprintf(e.out, "aboveline %s%s, %s %s\n", b.Version, mark, b.Go, b.Platform)
	return nil
}

func readBuild() build {
	b := build{Version: "unknown", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Version = info.Main.Version
	if release != "" {
		b.Version = release
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}
