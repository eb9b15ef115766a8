package inspect

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// colourful says whether colours are wanted: on a terminal, and nobody said NO_COLOR.
func colourful(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

// ANSI sequences.
const (
	dim    = "\x1b[2m"
	bold   = "\x1b[1m"
	yellow = "\x1b[33m"
	plain  = "\x1b[0m"
)

// print writes a page for people: the facts, then the reply.
func (r Report) print(w *bufio.Writer, colour bool) {
	paint := func(c, s string) string {
		if !colour || s == "" {
			return s
		}
		return c + s + plain
	}
	row := func(name, value, c string) {
		if value != "" {
			fmt.Fprintf(w, "%s %s\n", paint(dim, fmt.Sprintf("%-12s", name)), paint(c, safe(value)))
		}
	}
	row("file", r.File, "")
	row("from", strings.TrimSpace(r.From.Name+" <"+string(r.From.Address)+">"), bold)
	if r.Identity != "clear" {
		row("identity", string(r.Identity), yellow)
	}
	row("to", strings.Join(r.To, ", "), "")
	row("cc", strings.Join(r.Cc, ", "), "")
	row("reply to", r.ReplyTo, "")
	row("subject", r.Subject, bold)
	row("date", r.Date, "")
	row("message id", r.MessageID, "")
	kind := string(r.Kind)
	if r.KindReason != "" {
		kind += " (" + r.KindReason + ")"
	}
	if r.NoAck {
		kind += ", never answered automatically"
	}
	row("kind", kind, "")
	row("language", fmt.Sprintf("%s, %.0f %% sure", r.Language, r.Confidence*100), "")
	for _, a := range append(r.Attachments, r.Unnamed...) {
		how := ""
		if a.Inline {
			how = ", inline"
		}
		row("attachment", fmt.Sprintf("%s (%s, %s%s)", cmp.Or(a.Name, "unnamed"), a.Type, size(a.Size), how), "")
	}
	for _, b := range r.Bounce {
		row("bounce", strings.TrimSpace(b.Recipient+" "+b.Action+" "+b.Status+" "+b.Diagnostic), yellow)
	}
	if r.Forwarded != nil {
		row("forwarded", string(r.Forwarded.From.Address)+": "+r.Forwarded.Subject, "")
	}
	for _, p := range r.Problems {
		row("problem", p, yellow)
	}
	if r.Reply != "" {
		w.WriteByte('\n')
		for line := range strings.SplitSeq(strings.TrimRight(r.Reply, "\n"), "\n") {
			w.WriteString("  " + safe(line) + "\n")
		}
	}
}

// safe keeps foreign text from steering the terminal.
func safe(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf) && r != '\t' {
			return '·'
		}
		return r
	}, s)
}

func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d bytes", n)
	case n < 1000*1000:
		return fmt.Sprintf("%.1f kB", float64(n)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1000/1000)
}
