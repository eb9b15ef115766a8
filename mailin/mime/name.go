package mime

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// CleanName makes a file name safe to show and to send on: the last element of any path, NFC, without characters
// that control how it looks, at most MaxName bytes with its extension kept. A name is data: nothing is ever stored
// under it.
func CleanName(s string) string {
	s = norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, s)
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Join(strings.Fields(s), " ")
	if s = strings.TrimRight(s, "."); strings.Trim(s, ".") == "" {
		return ""
	}
	if len(s) <= MaxName {
		return s
	}
	ext := ""
	if i := strings.LastIndexByte(s, '.'); i > 0 && len(s)-i <= 12 {
		ext = s[i:]
	}
	cut := MaxName - len(ext)
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strings.TrimRight(s[:cut], " .") + ext
}
