package demo

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// teller prints the story.
type teller struct {
	out    io.Writer
	colour bool
	now    func() time.Time
}

func (t *teller) paint(code, s string) string {
	if !t.colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// scene begins a part of the story.
func (t *teller) scene(format string, args ...any) {
	fmt.Fprintf(t.out, "\n%s\n", t.paint("1", fmt.Sprintf(format, args...)))
}

// say tells one thing that happened.
func (t *teller) say(format string, args ...any) {
	fmt.Fprintf(t.out, "  %s %s\n", t.paint("2", t.now().Format("15:04:05")), fmt.Sprintf(format, args...))
}

// plain prints a line that is no event, and may be meant to be copied.
func (t *teller) plain(format string, args ...any) { fmt.Fprintf(t.out, "  "+format+"\n", args...) }

// shownLines is how much of a mail is shown: enough to hear its voice.
const shownLines = 18

// show quotes a letter as it was read from the mailbox, its first lines or as many as are asked for.
func (t *teller) show(l letter, lines ...int) {
	most := shownLines
	if len(lines) > 0 {
		most = lines[0]
	}
	fmt.Fprintf(t.out, "          %s %s\n", t.paint("2", "From:   "), l.from)
	fmt.Fprintf(t.out, "          %s %s\n", t.paint("2", "Subject:"), l.subject)
	text := strings.Split(strings.TrimSpace(l.text), "\n")
	for _, line := range text[:min(len(text), most)] {
		fmt.Fprintf(t.out, "          %s %s\n", t.paint("36", "│"), line)
	}
	if len(text) > most {
		fmt.Fprintf(t.out, "          %s\n", t.paint("2", fmt.Sprintf("… %d more lines", len(text)-most)))
	}
}
