package mailout

import (
	"strings"
	"unicode"
)

// oneLine makes foreign text fit to stand inside a line of ours: valid UTF-8, no controls, none of the characters
// that turn the reading direction or hide, white space folded, at most limit runes.
func oneLine(s string, limit int) string {
	if plainLine(s) && len(s) <= limit {
		return s
	}
	var b strings.Builder
	n, space := 0, false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) || r == 0x85 || unicode.Is(unicode.Cc, r):
			space = n > 0
			continue
		case hidden(r):
			continue
		}
		if n >= limit {
			return strings.TrimSpace(b.String()) + "…"
		}
		if space {
			b.WriteByte(' ')
			n, space = n+1, false
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// plainLine is the common case that needs no copy: printable ASCII, single spaces inside only.
func plainLine(s string) bool {
	for i := range len(s) {
		if s[i] > '~' || s[i] < ' ' || s[i] == ' ' && (i == 0 || i == len(s)-1 || s[i+1] == ' ') {
			return false
		}
	}
	return true
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n")

// manyLines is oneLine for a person's words: their line breaks and indentation stay, trailing space goes.
func manyLines(s string) string {
	s = lineEnds.Replace(s)
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
		case hidden(r), unicode.Is(unicode.Cc, r):
			continue
		}
		b.WriteRune(r)
	}
	lines := strings.Split(strings.Trim(b.String(), "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// hidden reports characters that change how the text around them reads without being seen: bidi controls, zero
// widths, tags. The joiners that emoji and some scripts need may stay.
func hidden(r rune) bool {
	if r < 0x80 || r == '\u200c' || r == '\u200d' {
		return false
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || r == '\u115f' || r == '\u3164'
}
