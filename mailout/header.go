package mailout

import (
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"aboveline.example/rules"
)

// Line lengths of a header. RFC 5322, section 2.1.1: SHOULD be no more than 78. RFC 2047, section 2: an encoded-word
// is at most 75 long, and a line that holds one at most 76; ours are shorter, so that the first fits beside its
// field's name.
const (
	foldAt  = 76
	maxWord = 60
)

// maxSubject is where a subject is cut, in runes: longer ones are no subjects, and relays refuse vast headers.
const maxSubject = 200

// value is the body of a header field: runs of characters that a fold may separate, but not split. Only the
// constructors below make one, and none lets CR, LF, NUL or another control character through, so a field can never
// become two (THREATS, T23).
type value struct{ atoms []string }

// header is a mail's or a part's header being written. Each name is written at most once.
type header struct {
	b    []byte
	seen []string
}

// set writes one field, folded. An empty value and a repeated name write nothing: the first word on a matter holds.
func (h *header) set(name string, v value) {
	if len(v.atoms) == 0 || !h.first(name) {
		return
	}
	h.b = append(h.b, name...)
	h.b = append(h.b, ':')
	col := len(name) + 1
	for i, a := range v.atoms {
		// The first run stays on the name's line even where it is too long: RFC 5322, section 3.2.2, forbids
		// lines of a fold that hold white space only, and some readers choke on an empty first line.
		if i > 0 && col+1+len(a) > foldAt {
			h.b = append(h.b, "\r\n"...)
			col = 0
		}
		h.b = append(h.b, ' ')
		h.b = append(h.b, a...)
		col += 1 + len(a)
	}
	h.b = append(h.b, "\r\n"...)
}

func (h *header) first(name string) bool {
	for _, s := range h.seen {
		if strings.EqualFold(s, name) {
			return false
		}
	}
	h.seen = append(h.seen, name)
	return true
}

// token is a value of ours: printable ASCII, split at spaces. Anything else in it is dropped, and what is too long
// to fold writes no field at all.
func token(s string) value {
	atoms := strings.Fields(printable(s))
	for _, a := range atoms {
		if len(a) > maxID {
			return value{}
		}
	}
	return value{atoms}
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
}

// text is an unstructured value (RFC 5322, section 3.2.5). What is ASCII stays readable; from the first word to the
// last that is not, encoded-words.
func text(s string, limit int) value {
	words := strings.Fields(oneLine(s, limit))
	from, to := -1, -1
	for i, w := range words {
		if !rules.IsASCII(w) || strings.Contains(w, "=?") || len(w) > foldAt-10 {
			if from < 0 {
				from = i
			}
			to = i
		}
	}
	if from < 0 {
		return value{words}
	}
	atoms := append([]string{}, words[:from]...)
	atoms = append(atoms, encodedWords(strings.Join(words[from:to+1], " "))...)
	return value{append(atoms, words[to+1:]...)}
}

// encodedWords encodes s as UTF-8 encoded-words that each hold whole characters. RFC 2047, section 2.
func encodedWords(s string) []string {
	// Text that is mostly ASCII can be read even undecoded; that is worth half its length.
	if q := qCost(s); q <= (len(s)+2)/3*6 {
		return encodeBy(s, "=?utf-8?q?", func(r string) int { return qCost(r) }, qEncode)
	}
	const room = (maxWord - len("=?utf-8?b??=")) / 4 * 3
	var words []string
	for s != "" {
		n := 0
		for n < len(s) {
			_, size := utf8.DecodeRuneInString(s[n:])
			if n+size > room {
				break
			}
			n += size
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return words
}

func encodeBy(s, open string, cost func(string) int, encode func(*strings.Builder, string)) []string {
	room := maxWord - len(open) - len("?=")
	var words []string
	for s != "" {
		n, used := 0, 0
		for n < len(s) {
			_, size := utf8.DecodeRuneInString(s[n:])
			c := cost(s[n : n+size])
			if used+c > room {
				break
			}
			n, used = n+size, used+c
		}
		var b strings.Builder
		b.WriteString(open)
		encode(&b, s[:n])
		b.WriteString("?=")
		words = append(words, b.String())
		s = s[n:]
	}
	return words
}

// qPlain says which bytes stand for themselves in any place an encoded-word may be. RFC 2047, section 5 (3): inside
// a phrase only letters, digits and !*+-/ may.
func qPlain(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!*+-/", c) >= 0
}

func qCost(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] == ' ' || qPlain(s[i]) {
			n++
		} else {
			n += 3
		}
	}
	return n
}

func qEncode(b *strings.Builder, s string) {
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ':
			b.WriteByte('_')
		case qPlain(c):
			b.WriteByte(c)
		default:
			b.WriteByte('=')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
}

const upperHex = "0123456789ABCDEF"

// mailbox is a name and an address (RFC 5322, section 3.4). The address is one that rules.ParseAddress returned: it
// holds no space, bracket or control character. One with letters beyond ASCII in its local part stands as it is
// (RFC 6532, section 3.2): it travels by SMTPUTF8 or not at all.
func mailbox(m rules.Mailbox) value {
	addr := "<" + string(m.Address) + ">"
	name := oneLine(m.Name, 100)
	switch {
	case name == "" || name == string(m.Address):
		return value{[]string{string(m.Address)}}
	case !rules.IsASCII(name) || strings.Contains(name, "=?"):
		return value{append(encodedWords(name), addr)}
	case strings.ContainsFunc(name, func(r rune) bool { return r != ' ' && !atext(r) }):
		name = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	}
	return value{append(splitLong(name), addr)}
}

// splitLong lets a long quoted name fold at its spaces.
func splitLong(name string) []string {
	words := strings.Split(name, " ")
	for _, w := range words {
		if len(w) > foldAt {
			return encodedWords(strings.Trim(name, `"`))
		}
	}
	return words
}

// atext: RFC 5322, section 3.2.3.
func atext(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
}

// maxID is the longest message identifier we repeat: with its brackets it fits a line (RFC 5322, section 2.1.1).
const maxID = 900

// ids are message identifiers, each in its angle brackets; one that is not printable ASCII is left out, since a
// threading header with a broken id threads nothing.
func ids(list ...rules.MessageID) value {
	atoms := make([]string, 0, len(list))
	for _, id := range list {
		s := string(id)
		if s == "" || len(s) > maxID || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' }) {
			continue
		}
		atoms = append(atoms, "<"+s+">")
	}
	return value{atoms}
}

// uri is a URI in angle brackets (RFC 2369, section 2); one that is not printable ASCII is left out.
func uri(s string) value {
	if s == "" || len(s) > maxID || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' || r == ',' }) {
		return value{}
	}
	return value{[]string{"<" + s + ">"}}
}

// date: RFC 5322, section 3.3.
func date(t time.Time) value {
	return value{[]string{t.Format("Mon, 02 Jan 2006 15:04:05 -0700")}}
}
