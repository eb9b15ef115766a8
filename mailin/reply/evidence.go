package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// evidence is what one look at a candidate for an attribution finds. It is one pass over at most a few hundred bytes.
type evidence struct {
	email     bool // something like a@b, or an identifier in angle brackets
	clock     bool // 12:30, 12.30, 12h30
	date      bool // 2026-03-01, 1.3.2026, or a month beside a number
	year      bool // 1970 to 2099 alone
	month     bool
	day       bool // weekday
	number    bool
	verb      bool
	weak      bool
	quoting   bool
	asian     bool
	verbColon bool // a verb is followed by a colon right away
	last      word // what the last word is
	words     int
	colon     bool // the end is a colon, or what stands for one
	rule      bool // the end is dashes
}

// dated says that a day is named.
func (e *evidence) dated() bool { return e.date || e.month && (e.number || e.year) }

func gather(s string) evidence {
	var e evidence
	e.colon, e.rule = ending(s)
	e.email = hasAddress(s)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r >= '0' && r <= '9':
			i += e.digits(s[i:])
		case unicode.IsLetter(r):
			i += e.letters(s[i:])
			if e.last&isVerb != 0 && i < len(s) && s[i] == ':' {
				e.verbColon = true
			}
		default:
			i += n
		}
	}
	if !e.verb {
		for _, a := range asian {
			if strings.Contains(s, a) {
				e.asian, e.verb = true, true
				break
			}
		}
	}
	if strings.Contains(s, "年") && strings.Contains(s, "日") || strings.Contains(s, "년") {
		e.date = true
	}
	return e
}

// letters reads a word and returns its length.
func (e *evidence) letters(s string) int {
	n := 0
	for n < len(s) {
		r, k := utf8.DecodeRuneInString(s[n:])
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			break
		}
		n += k
	}
	e.words++
	w := kindOf(s[:n])
	e.last = w
	e.verb = e.verb || w&isVerb != 0
	e.weak = e.weak || w&isWeak != 0
	e.quoting = e.quoting || w&isQuoting != 0
	e.month = e.month || w&isMonth != 0
	e.day = e.day || w&isDay != 0
	return n
}

// kindOf looks a word up in the vocabulary, in any case.
func kindOf(s string) word {
	if len(s) > 24 {
		return 0
	}
	if w, ok := vocabulary[s]; ok {
		return w
	}
	return vocabulary[strings.ToLower(s)]
}

// digits reads a number with its separators, as 12:30 or 2026-03-01, and returns its length.
func (e *evidence) digits(s string) int {
	var part [4]int // length of each group of digits
	parts, n := 0, 0
	var sep byte
	for n < len(s) {
		start := n
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		if n == start {
			break
		}
		if parts < len(part) {
			part[parts] = n - start
		}
		parts++
		if n+1 >= len(s) || !strings.ContainsRune(":.-/h", rune(s[n])) || s[n+1] < '0' || s[n+1] > '9' {
			break
		}
		if sep == 0 {
			sep = s[n]
		}
		n++
	}
	e.number = true
	switch {
	case parts == 1 && part[0] == 4 && (s[0] == '1' && s[1] == '9' || s[0] == '2' && s[1] == '0'):
		e.year = true
	case parts >= 2 && parts <= 3 && part[0] <= 2 && part[1] == 2 && (sep == ':' || sep == 'h'):
		e.clock = true
	case parts == 2 && part[0] <= 2 && part[1] == 2 && sep == '.':
		e.clock = true
	case parts == 3 && (sep == '-' || sep == '/' || sep == '.') && part[0] <= 4 && part[1] <= 2 && part[2] <= 4:
		e.date = true
	}
	return max(n, 1)
}

// ending says how s ends: with a colon (an ellipsis or "wrote..." counts), or with dashes.
func ending(s string) (colon, rule bool) {
	s = strings.TrimRight(s, " \t*_\"”'»")
	switch {
	case strings.HasSuffix(s, ":"), strings.HasSuffix(s, "："), strings.HasSuffix(s, "..."), strings.HasSuffix(s, "…"):
		return true, false
	case strings.HasSuffix(s, "--"):
		return true, true
	}
	return false, false
}

// hasAddress says whether s holds something like an address, also in the forms archives give it.
func hasAddress(s string) bool {
	for i := strings.IndexByte(s, '@'); i >= 0; {
		if i > 0 && i+1 < len(s) && isAtom(s[i-1]) && isAtom(s[i+1]) {
			return true
		}
		k := strings.IndexByte(s[i+1:], '@')
		if k < 0 {
			break
		}
		i += 1 + k
	}
	if strings.Contains(s, "<mailto:") || strings.Contains(s, " at ") && strings.Contains(s, "<") && strings.Contains(s, ">") {
		return true
	}
	return false
}

func isAtom(b byte) bool { return b > ' ' && b != '<' && b != '>' && b != '@' && b != '"' && b != ',' }
