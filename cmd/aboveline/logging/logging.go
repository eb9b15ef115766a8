// Package logging makes the program's log: short lines for a person at a terminal, JSON for everything else.
package logging

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"
)

// Options say how to log.
type Options struct {
	Level  string // "debug", "info", "warn" or "error"; "" is info
	Format string // "auto", "text" or "json"; "" is auto
	Colour bool   // allowed on a terminal
}

// New returns a logger that writes to w.
func New(w io.Writer, o Options) (*slog.Logger, error) {
	var level slog.Level
	if o.Level != "" {
		if err := level.UnmarshalText([]byte(o.Level)); err != nil {
			return nil, fmt.Errorf("log level %q is not accepted; write debug, info, warn or error", o.Level)
		}
	}
	terminal := Terminal(w)
	if o.Format == "text" || terminal && o.Format != "json" {
		return slog.New(&line{w: w, level: level, colour: o.Colour && terminal}), nil
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: spell})), nil
}

// spell writes durations as operators do; JSON's handler would write nanoseconds.
func spell(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.StringValue(text(a.Value))
	}
	return a
}

// Terminal says whether w is one.
func Terminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
