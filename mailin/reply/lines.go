package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"aboveline.example/mailin/htmltext"
)

// Bounds of the look at a mail. People write far less; what is longer goes on as it stands.
const (
	maxLines = 40_000 // lines looked at; the text after them is one piece
	maxLook  = 400    // bytes of a line that are looked at
)

// role is what a line is to its mail.
type role uint8

const (
	own         role = iota // the person's words, or a blank line
	quoted                  // somebody's earlier words
	attribution             // says whose words follow
	header                  // a client's block of From, Sent, To, Subject; a separator before it
	ourLine                 // the line above which people write
	signature               // sender's signature, device line, disclaimer
	footer                  // a list's or a scanner's, armour of PGP
)

// line is one line of a mail and what was found out about it.
type line struct {
	raw   string // as it stands, without line end and trailing space
	text  string // without quote prefix, trimmed
	head  string // own words that share an attribution's line
	depth int    // levels of quotation
	role  role
	known bool // stands in a text we sent
	dash  bool // is exactly "-- ", the delimiter of RFC 3676, section 4.3
	marks htmltext.Mark

	read  bool // see field
	name  field
	value string
}

func (l *line) blank() bool { return l.text == "" }

// look is the part of the text that is examined.
func (l *line) look() string {
	if len(l.text) <= maxLook {
		return l.text
	}
	i := maxLook
	for i > maxLook-4 && !utf8.RuneStart(l.text[i]) {
		i--
	}
	return l.text[:i]
}

// split cuts a text into lines; rest is what is past maxLines.
func split(text string) (ls []line, rest string) {
	ls = make([]line, 0, min(strings.Count(text, "\n")+1, maxLines))
	for len(ls) < maxLines {
		raw, after, more := strings.Cut(text, "\n")
		dash := strings.TrimRight(raw, "\r") == "-- "
		raw = strings.TrimRightFunc(raw, unicode.IsSpace)
		depth, body := prefix(raw)
		ls = append(ls, line{raw: raw, text: strings.TrimFunc(body, isSpace), depth: depth, dash: dash})
		if !more {
			return ls, ""
		}
		text = after
	}
	return ls, text
}

// fromHTML makes lines of a rendered HTML part. A quotation is what an element says it is; text that itself begins
// with ">" is quoted once more.
func fromHTML(hs []htmltext.Line) (ls []line, rest string) {
	n := min(len(hs), maxLines)
	ls = make([]line, 0, n)
	for _, h := range hs[:n] {
		depth, body := prefix(h.Text)
		if h.Quote > 0 {
			h.Marks |= markCited
		}
		ls = append(ls, line{raw: h.String(), text: strings.TrimFunc(body, isSpace), depth: depth + h.Quote, marks: h.Marks})
	}
	return ls, htmltext.Join(hs[n:])
}

// isSpace holds also for the invisible marks that clients put around dates and addresses.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u200e' || r == '\u200f' || r == '\u202a' || r == '\u202c' || r == '\ufeff'
}

// prefix counts the quote signs a line begins with, and returns what follows them. Up to three spaces may stand
// before the first, and one or two before each further one.
func prefix(s string) (depth int, body string) {
	for {
		i := 0
		for i < len(s) && i < 3 && (s[i] == ' ' || s[i] == '\t') {
			i++
		}
		if i >= len(s) || s[i] != '>' {
			return depth, s
		}
		depth++
		s = s[i+1:]
	}
}

// foreignPrefixes finds quotations that are not marked by ">": "| text", ": text", "Anna> text". They count only as
// a run of two lines or more after an attribution or a quotation, for people draw tables and write code with them.
func foreignPrefixes(ls []line) {
	quotes := map[string]bool{} // signs that have begun a quotation
	for i := 0; i < len(ls); {
		sign := foreignSign(ls[i].raw)
		if sign == "" || ls[i].depth > 0 {
			i++
			continue
		}
		end, n := i, 0
		for end < len(ls) && (foreignSign(ls[end].raw) == sign || continues(ls, end, sign)) {
			if ls[end].text != "" {
				n++
			}
			end++
		}
		if n >= 2 && len(sign) > 1 && sign != "&gt;" || n >= 1 && (quotes[sign] || introduces(ls, i)) {
			quotes[sign] = true
			for k := i; k < end; k++ {
				ls[k].depth = 1
				ls[k].text = strings.TrimFunc(strings.TrimPrefix(strings.TrimLeft(ls[k].raw, " \t"), sign), isSpace)
			}
		}
		i = max(end, i+1)
	}
}

// continues says whether a blank line stands between two lines with the same sign.
func continues(ls []line, i int, sign string) bool {
	return ls[i].blank() && i+1 < len(ls) && foreignSign(ls[i+1].raw) == sign
}

// foreignSigns are the signs that need a space after them, or nothing.
var foreignSigns = [...]string{"}", "»", "›", "&gt;", "%", "]"}

// foreignSign is the sign a line of such a quotation begins with: "|", ":", "}", "»" or a name or initials and ">".
func foreignSign(raw string) string {
	s := strings.TrimLeft(raw, " \t")
	if s == "" || len(raw)-len(s) > 4 {
		return ""
	}
	if s[0] == '|' && !strings.Contains(s[1:min(len(s), maxLook)], "|") || s[0] == ':' && len(s) > 1 && s[1] == ' ' || s == ":" {
		return s[:1]
	}
	for _, sign := range foreignSigns {
		if rest, ok := strings.CutPrefix(s, sign); ok && (rest == "" || rest[0] == ' ') {
			return sign
		}
	}
	gt := strings.IndexByte(s[:min(len(s), 24)], '>')
	if gt < 1 {
		return ""
	}
	for _, r := range s[:gt] {
		if !unicode.IsLetter(r) && r != '.' && r != '_' {
			return ""
		}
	}
	// "a->b", "x>1" are code; a quotation has a space or nothing after its sign.
	if len(s) > gt+1 && s[gt+1] != ' ' && s[gt+1] != '>' {
		return ""
	}
	return s[:gt+1]
}

// introduces says whether the text right above line i is an attribution.
func introduces(ls []line, i int) bool {
	j := i - 1
	for ; j >= 0 && j >= i-2 && ls[j].blank(); j-- {
	}
	if j < 0 || ls[j].blank() {
		return false
	}
	if ls[j].depth > 0 {
		// Supercite: ">>>>> On Monday, Anna said:" above "Anna> …".
		return strings.HasSuffix(ls[j].text, ":")
	}
	n, _ := attributionAt(ls, j, true)
	return n > 0
}

// next is the index of the first line from i on that is not blank, at most reach lines further; -1 where there is
// none.
func next(ls []line, i, reach int) int {
	for j := i; j < len(ls) && j < i+reach; j++ {
		if !ls[j].blank() {
			return j
		}
	}
	return -1
}
