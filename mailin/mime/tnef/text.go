package tnef

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Text makes rich text readable: plain text, or HTML where the rich text was made from HTML ([MS-OXRTFEX]) and
// carries it. Pictures, tables of fonts and colours, and everything marked as ignorable are left out.
func Text(rtf []byte) (text string, html bool) {
	s := stripper{in: rtf, html: bytes.Contains(rtf[:min(len(rtf), 512)], []byte("\\fromhtml1")), uc: 1}
	s.run()
	return s.out.String(), s.html
}

// stripper walks rich text once.
type stripper struct {
	in     []byte
	out    strings.Builder
	html   bool
	uc     int // how many characters stand for one \u where it is not understood
	eat    int // how many of them are still to pass over
	high   rune
	groups []group
	group
}

// group is what holds until its closing brace.
type group struct {
	skip bool // a destination that is not text
	tag  bool // a piece of the HTML
	rtf  bool // text that is in the HTML already
}

// maxGroups bounds the memory of nested groups; deeper ones share the innermost's state.
const maxGroups = 1000

func (s *stripper) run() {
	for i := 0; i < len(s.in); {
		switch c := s.in[i]; c {
		case '{':
			if len(s.groups) < maxGroups {
				s.groups = append(s.groups, s.group)
			}
			i++
			if bytes.HasPrefix(s.in[i:], []byte("\\*")) && !bytes.HasPrefix(s.in[i:], []byte("\\*\\htmltag")) {
				s.skip = true
			}
		case '}':
			if n := len(s.groups); n > 0 {
				s.group, s.groups = s.groups[n-1], s.groups[:n-1]
			}
			i++
		case '\\':
			i = s.control(i + 1)
		case '\r', '\n':
			i++
		default:
			s.char(rune(c))
			i++
		}
	}
}

// char writes one character where text is written now.
func (s *stripper) char(r rune) {
	if s.eat > 0 {
		s.eat--
		return
	}
	if s.skip || s.html && s.rtf && !s.tag {
		return
	}
	s.out.WriteRune(r)
}

// control reads what follows a backslash at i and returns where it ends.
func (s *stripper) control(i int) int {
	if i >= len(s.in) {
		return i
	}
	c := s.in[i]
	if c == '\'' && i+2 < len(s.in) {
		if n, err := strconv.ParseUint(string(s.in[i+1:i+3]), 16, 8); err == nil {
			s.char(charmap.Windows1252.DecodeByte(byte(n)))
		}
		return i + 3
	}
	if !letter(c) {
		switch c {
		case '~':
			s.char(' ')
		case '\\', '{', '}':
			s.char(rune(c))
		case '_':
			s.char('-')
		case '\r', '\n':
			s.char('\n')
		}
		return i + 1
	}
	j := i
	for j < len(s.in) && letter(s.in[j]) && j-i < 32 {
		j++
	}
	word := string(s.in[i:j])
	k := j
	for k < len(s.in) && k-j < 11 && (s.in[k] >= '0' && s.in[k] <= '9' || k == j && s.in[k] == '-') {
		k++
	}
	n, err := strconv.Atoi(string(s.in[j:k]))
	if err != nil {
		n = 1
		if word == "u" || k > j {
			n = 0
		}
	}
	if k < len(s.in) && s.in[k] == ' ' {
		k++
	}
	s.word(word, n, k > j && err == nil)
	return k
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// word acts on a control word.
func (s *stripper) word(w string, n int, given bool) {
	switch w {
	case "par", "line", "row", "sect", "page":
		if !s.html || s.tag || !s.rtf {
			s.char('\n')
		}
	case "tab", "cell":
		s.char('\t')
	case "emdash":
		s.char('—')
	case "endash":
		s.char('–')
	case "lquote":
		s.char('‘')
	case "rquote":
		s.char('’')
	case "ldblquote":
		s.char('“')
	case "rdblquote":
		s.char('”')
	case "bullet":
		s.char('•')
	case "uc":
		s.uc = max(0, min(n, 16))
	case "u":
		s.unicode(n)
	case "bin":
		s.skip = true
	case "htmltag":
		s.tag, s.skip = true, false
	case "htmlrtf":
		s.rtf = !given || n != 0
	case "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "listtable", "generator":
		s.skip = true
	}
}

// unicode writes \uN, joining surrogates, and lets the characters that stand for it pass.
func (s *stripper) unicode(n int) {
	r := rune(uint16(n))
	s.eat = 0
	switch {
	case r >= 0xD800 && r < 0xDC00:
		s.high = r
	case r >= 0xDC00 && r < 0xE000:
		if s.high != 0 {
			s.char((s.high-0xD800)<<10 + (r - 0xDC00) + 0x10000)
		}
		s.high = 0
	case utf8.ValidRune(r):
		s.char(r)
	}
	s.eat = s.uc
}
