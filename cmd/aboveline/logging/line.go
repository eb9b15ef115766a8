package logging

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// line writes a record as one line for a person:
//
//	09:14:03 INFO   ticket opened              ticket=OMD-42 from=eva@kommun.example reason=new-ticket
//
// Whatever comes from outside is quoted where it could be more than a word, so no record can look like two and no
// control character reaches the terminal.
type line struct {
	w      io.Writer
	level  slog.Level
	colour bool
	prefix string // of keys, from groups: "smtp."
	attrs  []byte // of With, already written
}

// messageWidth is how far messages are padded: most of ours are shorter, and what follows then stands in a column.
const messageWidth = 26

// guard keeps lines whole. One for all loggers is simple, and lines are short.
var guard sync.Mutex

func (l *line) Enabled(_ context.Context, level slog.Level) bool { return level >= l.level }

func (l *line) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *l
	var b bytes.Buffer
	b.Write(l.attrs)
	for _, a := range attrs {
		writeAttr(&b, l.prefix, a)
	}
	next.attrs = b.Bytes()
	return &next
}

func (l *line) WithGroup(name string) slog.Handler {
	if name == "" {
		return l
	}
	next := *l
	next.prefix += name + "."
	return &next
}

func (l *line) Handle(_ context.Context, r slog.Record) error {
	var b bytes.Buffer
	if !r.Time.IsZero() {
		b.WriteString(l.paint("2", r.Time.Format("15:04:05")) + " ")
	}
	b.WriteString(l.paint(tint(r.Level), fmt.Sprintf("%-5s", r.Level)) + "  ")
	message := word(r.Message, false)
	b.WriteString(message)
	if l.attrs != nil || r.NumAttrs() > 0 {
		b.WriteString(strings.Repeat(" ", max(0, messageWidth-utf8.RuneCountInString(message))))
	}
	b.Write(l.attrs)
	r.Attrs(func(a slog.Attr) bool {
		writeAttr(&b, l.prefix, a)
		return true
	})
	b.WriteByte('\n')
	guard.Lock()
	defer guard.Unlock()
	_, err := l.w.Write(b.Bytes())
	return err
}

// tint is the colour of a level.
func tint(level slog.Level) string {
	switch {
	case level >= slog.LevelError:
		return "31"
	case level >= slog.LevelWarn:
		return "33"
	case level >= slog.LevelInfo:
		return "32"
	}
	return "2"
}

func (l *line) paint(code, s string) string {
	if !l.colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func writeAttr(b *bytes.Buffer, prefix string, a slog.Attr) {
	v := a.Value.Resolve()
	switch {
	case a.Equal(slog.Attr{}):
	case v.Kind() == slog.KindGroup:
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, inner := range v.Group() {
			writeAttr(b, prefix, inner)
		}
	default:
		b.WriteByte(' ')
		b.WriteString(word(prefix+a.Key, true))
		b.WriteByte('=')
		b.WriteString(word(text(v), true))
	}
}

func text(v slog.Value) string {
	switch v.Kind() {
	case slog.KindTime:
		return v.Time().Format(time.RFC3339)
	case slog.KindDuration:
		return v.Duration().Round(time.Millisecond).String()
	}
	return v.String()
}

// word quotes what is not plain; with tight, also what holds a space or could be read as two attributes.
func word(s string, tight bool) string {
	if tight && s == "" {
		return `""`
	}
	for _, r := range s {
		if !unicode.IsPrint(r) || r == utf8.RuneError || tight && (r == ' ' || r == '"' || r == '=') {
			return strconv.Quote(s)
		}
	}
	return s
}
