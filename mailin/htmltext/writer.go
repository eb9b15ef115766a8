package htmltext

import (
	"strings"
	"unicode/utf8"
)

// maxLine is the longest line written; past it the text goes on in the next, at a space where there is one.
const maxLine = 64 << 10

// writer collects lines. White space is folded as a browser folds it: within a line to one space, between blocks to
// at most one blank line, save for those that br asked for (at most two).
type writer struct {
	lines []Line
	cur   strings.Builder
	quote int
	marks Mark
	next  Mark            // bits for the next line with text
	had   Mark            // bits of the text in cur
	at    int             // quote depth of the text in cur
	gap   int             // line ends owed before the next text
	space bool            // a space is owed
	tab   bool            // a cell's separator is owed
	tail  strings.Builder // what was written since a link began is found here
}

func (w *writer) place(quote int, m Mark) { w.quote, w.marks = quote, m }

// once gives bits to the next line alone.
func (w *writer) once(m Mark) { w.next |= m }

func (w *writer) size() int { return w.tail.Len() }

func (w *writer) since(start int) string { return strings.TrimSpace(w.tail.String()[start:]) }

// lineEnd asks for n line ends before the next text: 1 a new line, 2 a blank line between.
func (w *writer) lineEnd(n int) {
	w.flush()
	w.gap = max(w.gap, n)
}

func (w *writer) br() {
	if w.cur.Len() > 0 {
		w.flush()
		w.gap = max(w.gap, 1)
		return
	}
	w.gap = min(max(w.gap, 1)+1, 3)
}

func (w *writer) cell() {
	if w.cur.Len() > 0 {
		w.tab, w.space = true, false
	}
}

// lead writes the beginning of a line, a bullet.
func (w *writer) lead(s string) { w.put(s) }

func (w *writer) flush() {
	w.space, w.tab = false, false
	if w.cur.Len() == 0 {
		return
	}
	w.lines = append(w.lines, Line{Text: strings.TrimRight(w.cur.String(), " \t"), Quote: w.at, Marks: w.had})
	w.cur.Reset()
	w.had = 0
}

// flow writes text in which white space is not significant.
func (w *writer) flow(s string) {
	for len(s) > 0 {
		i := strings.IndexAny(s, " \t\r\n\f\u00a0\u200b\ufeff")
		switch {
		case i < 0:
			w.put(s)
			return
		case i > 0:
			w.put(s[:i])
			s = s[i:]
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		s = s[n:]
		switch r {
		case '\u200b', '\ufeff':
		case '\u00a0':
			// A no-break space alone on a line is how clients write an empty line; elsewhere it is a space.
			if w.cur.Len() == 0 {
				w.hold()
			}
			w.space = w.cur.Len() > 0
		default:
			w.space = w.cur.Len() > 0
		}
	}
}

// hold keeps a line open that so far has no visible text: it becomes blank unless text follows.
func (w *writer) hold() {
	if w.gap < 3 && len(w.lines) > 0 && w.gap > 0 {
		w.gap = max(w.gap, 2)
	}
}

// verbatim writes preformatted text.
func (w *writer) verbatim(s string) {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	for {
		line, rest, more := strings.Cut(s, "\n")
		if line = strings.ReplaceAll(line, "\u00a0", " "); strings.TrimSpace(line) != "" {
			w.put(line)
		}
		if !more {
			return
		}
		if w.cur.Len() == 0 {
			w.gap++
		} else {
			w.flush()
			w.gap = 1
		}
		s = rest
	}
}

func (w *writer) put(s string) {
	if w.cur.Len() == 0 {
		w.blank()
		w.at = w.quote
		w.had = w.next
		w.next = 0
	}
	if w.cur.Len() > maxLine {
		w.flush()
		w.at = w.quote
	}
	switch {
	case w.tab && w.cur.Len() > 0:
		w.cur.WriteByte('\t')
	case w.space && w.cur.Len() > 0:
		w.cur.WriteByte(' ')
		w.tail.WriteByte(' ')
	}
	w.space, w.tab = false, false
	w.had |= w.marks
	w.cur.WriteString(s)
	w.tail.WriteString(s)
}

// blank writes the blank lines owed. They belong to the shallower of the two texts they stand between.
func (w *writer) blank() {
	if len(w.lines) == 0 {
		w.gap = 0
		return
	}
	last := w.lines[len(w.lines)-1]
	for ; w.gap > 1; w.gap-- {
		w.lines = append(w.lines, Line{Quote: min(last.Quote, w.quote), Marks: last.Marks & w.marks})
	}
	w.gap = 0
}

func (w *writer) finish() []Line {
	w.flush()
	return w.lines
}
