package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/logging"
)

// clean makes foreign text fit for one line of a terminal: no control or format characters, at most n characters.
func clean(s string, n int) string {
	var b strings.Builder
	count := 0
	for _, r := range s {
		if count == n-1 && len(s) > b.Len()+len(string(r)) {
			b.WriteRune('…')
			break
		}
		b.WriteRune(visible(r))
		count++
	}
	return b.String()
}

// visible puts a mark in place of what a terminal would obey rather than show.
func visible(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return ' '
	case unicode.Is(unicode.Cf, r) && r != '\u00ad' && r != '\u200d', unicode.IsControl(r), r == unicode.ReplacementChar:
		return '\u00b7'
	}
	return r
}

// cleanText does the same for text of several lines.
func cleanText(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(strings.Map(visible, line), " ")
	}
	return strings.Join(lines, "\n")
}

// table prints rows in columns. It begins when the first row comes, so that an empty list can say so instead.
type table struct {
	w    *tabwriter.Writer
	head []string
	n    int // rows so far, this one included; counted by list
}

func newTable(w io.Writer, head ...string) *table {
	return &table{w: tabwriter.NewWriter(w, 0, 0, 2, ' ', 0), head: head}
}

func (t *table) row(cells ...string) {
	if t.n == 1 {
		t.write(t.head)
	}
	t.write(cells)
}

func (t *table) write(cells []string) {
	fmt.Fprintln(t.w, strings.TrimRight(strings.Join(cells, "\t"), " \t"))
}

// end prints the table, or what stands in place of an empty one.
func (t *table) end(none string) error {
	if t.n == 0 {
		fmt.Fprintln(t.w, none)
	}
	return t.w.Flush()
}

// object prints v as one line of JSON.
func object(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// at prints a time as it is in the desk's zone, "-" for none. Today's date is left out.
func at(w admin.When) string {
	switch {
	case w.IsZero():
		return "-"
	case w.Format(time.DateOnly) == time.Now().In(w.Location()).Format(time.DateOnly):
		return w.Format("15:04:05")
	}
	return w.Format("2006-01-02 15:04")
}

// dash stands for nothing, so that columns keep their places.
func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// facts prints a label and a value a line, leaving out what is empty.
func facts(w io.Writer, pairs ...string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i := 0; i+1 < len(pairs); i += 2 {
		if v := pairs[i+1]; v != "" && v != "-" {
			fmt.Fprintf(t, "%s\t%s\n", pairs[i], clean(v, 200))
		}
	}
	return t.Flush()
}

// terminal says whether w is one.
func (e *env) terminal(w io.Writer) bool { return logging.Terminal(w) }

// colour says whether w may be coloured: a terminal, and nobody said no (https://no-color.org).
func (e *env) colour(w io.Writer) bool {
	return e.terminal(w) && e.getenv("NO_COLOR") == "" && e.getenv("TERM") != "dumb"
}

// paint colours s where w may be.
func (e *env) paint(w io.Writer, code, s string) string {
	if !e.colour(w) {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// screenful is how many rows a list shows on a terminal where no --limit is given.
const screenful = 200

// limit is how many rows to ask for: those asked for, a screenful for a person, all there may be for a program.
func (e *env) limit(asked, most int) int {
	switch {
	case asked > 0:
		return min(asked, most)
	case e.terminal(e.out) && !e.global.JSON:
		return screenful
	}
	return most
}

// cutShort says on standard error that a list ended at its limit without having been asked to.
func (e *env) cutShort(asked, limit, n int) {
	if n == limit && (asked <= 0 || asked > limit) {
		fmt.Fprintf(e.errs, "aboveline: these are the first %d; choose with the filters that --help shows\n", n)
	}
}
