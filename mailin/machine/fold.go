package machine

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"aboveline.example/rules"
)

// fold is the form phrases are compared in: lower case, NFC, every run of white space one space, curly quotes and
// odd hyphens plain. Phrases in this package's tables are written in it.
func fold(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	space := true
	if !rules.IsASCII(text) {
		text = norm.NFC.String(text)
	}
	for _, r := range text {
		if '!' <= r && r <= '~' && r != '`' {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			space = false
			b.WriteByte(byte(r))
			continue
		}
		switch {
		case unicode.IsSpace(r) || r == 0xA0 || r == 0x202F:
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		case r == '’' || r == '‘' || r == '´' || r == '`':
			r = '\''
		case r == '“' || r == '”' || r == '„' || r == '«' || r == '»':
			r = '"'
		case r == '‐' || r == '‑' || r == '–' || r == '—':
			r = '-'
		case r == utf8.RuneError || unicode.Is(unicode.Cf, r):
			continue
		}
		space = false
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.TrimSuffix(b.String(), " ")
}

// printable is foreign text fit to be shown on one line: without controls and characters that change how text looks
// without being seen, every run of white space one space.
func printable(text string) string {
	seen := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(seen), " ")
}
