package mime

import (
	"strings"

	"aboveline.example/rules"
)

// Mailboxes reads an address field's body as leniently as a mail client does, for showing and for finding out who
// else was written to. It is NEVER asked who a mail is from: that is [Author]. Addresses that [rules.ParseAddress]
// refuses are kept with an empty address where they have a name. At most MaxAddresses are read.
func Mailboxes(body string) []rules.Mailbox {
	var list []rules.Mailbox
	for _, e := range elements(unfold(body)) {
		if len(list) >= MaxAddresses {
			break
		}
		if b, ok := e.mailbox(); ok {
			list = append(list, b)
		}
	}
	return list
}

// element is what stands between two commas of an address list.
type element struct {
	phrase  string // outside angle brackets and comments, quotation marks taken off
	quoted  bool   // some of phrase was in quotation marks
	angle   string // in the last angle brackets
	angles  int
	comment string
}

// elements cuts an address list at its commas, and at the semicolons that some programs write for them. The name
// of a group is dropped and its members are kept (RFC 5322, section 3.4).
func elements(s string) []element {
	var list []element
	var e element
	var phrase strings.Builder
	open := false // a quotation mark was found that never closes: none after it can, and nobody looks again
	flush := func() {
		e.phrase = strings.TrimSpace(phrase.String())
		if e.phrase != "" || e.angles > 0 || e.comment != "" {
			list = append(list, e)
		}
		e = element{}
		phrase.Reset()
	}
	for i := 0; i < len(s); {
		switch c := s[i]; c {
		case '=': // an encoded word may have any character in it, whatever RFC 2047, section 5 says
			n := 1
			if strings.HasPrefix(s[i:], "=?") {
				if _, _, long, ok := encodedWord(s[i:]); ok {
					n = long
				}
			}
			phrase.WriteString(s[i : i+n])
			i += n
		case '"':
			text, n := "", 1
			if !open {
				text, n = quotedString(s[i:])
				open = n == 1
			}
			phrase.WriteString(text)
			e.quoted = true
			i += n
		case '(':
			text, n := comment(s[i:])
			e.comment = strings.TrimSpace(text)
			phrase.WriteByte(' ')
			i += n
		case '<':
			end := strings.IndexByte(s[i:], '>')
			if end < 0 {
				end = len(s) - i
			}
			e.angle = s[i+1 : i+end]
			e.angles++
			phrase.WriteByte(' ')
			i += min(end+1, len(s)-i)
			if rest := strings.TrimLeft(s[i:], " \t"); rest != "" && strings.IndexByte(",;(", rest[0]) < 0 {
				flush() // another mailbox, and nobody wrote the comma
			}
		case ',', ';':
			flush()
			i++
		case ':':
			if !strings.Contains(phrase.String(), "@") {
				phrase.Reset()
			}
			i++
		case '\\':
			i++
		default:
			phrase.WriteByte(c)
			i++
		}
		if len(list) > MaxAddresses {
			return list
		}
	}
	flush()
	return list
}

// quotedString reads "…" at the beginning of s: its content, and how long it was. One that never ends is a
// character.
func quotedString(s string) (text string, n int) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), i + 1
		case s[i] == '\\' && i+1 < len(s):
			i++
			fallthrough
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 1
}

// comment reads (…), comments within it included.
func comment(s string) (text string, n int) {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return s[1:i], i + 1
			}
		}
	}
	return s[1:], len(s)
}

// mailbox makes the best of an element.
func (e element) mailbox() (rules.Mailbox, bool) {
	name, spec := e.phrase, e.angle
	if e.angles == 0 || spec == "" && strings.Contains(name, "@") {
		name, spec = e.comment, e.phrase
		if e.quoted && !strings.Contains(spec, "@") {
			return rules.Mailbox{Name: display(spec)}, spec != ""
		}
	} else if name == "" {
		name = e.comment
	}
	if a, ok := looseAddress(spec); ok {
		return rules.Mailbox{Name: display(name), Address: a}, true
	}
	if whole := Decode(e.phrase); e.angles == 0 && strings.Contains(whole, "@") && whole != e.phrase {
		// The whole mailbox was put into one encoded word: against RFC 2047, section 5, and common.
		for _, inner := range elements(whole) {
			if inner.angles > 0 || !strings.Contains(inner.phrase, "=?") {
				return inner.mailbox()
			}
		}
	}
	name = strings.TrimSpace(display(name) + " " + display(spec))
	return rules.Mailbox{Name: name}, name != ""
}

// looseAddress finds the address in what stands where an address should.
func looseAddress(s string) (rules.Address, bool) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "@") { // a route (RFC 5322, section 4.4)
		if i := strings.IndexByte(s, ':'); i > 0 {
			s = s[i+1:]
		}
	}
	for open := strings.IndexByte(s, '('); open >= 0 && len(s) < 1000; open = strings.IndexByte(s, '(') {
		_, n := comment(s[open:])
		s = s[:open] + s[open+n:]
	}
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	s = strings.Trim(s, " \t'\"<>,;.")
	if a, ok := rules.ParseAddress(s); ok {
		return a, true
	}
	if tight := strings.Join(strings.Fields(s), ""); tight != s {
		if a, ok := rules.ParseAddress(tight); ok {
			return a, true
		}
	}
	for word := range strings.FieldsSeq(s) {
		if a, ok := rules.ParseAddress(strings.Trim(word, "'\"<>[](),;.")); ok {
			return a, true
		}
	}
	return "", false
}

// display makes a name fit to show: decoded, on one line, without the quotation marks that programs double.
func display(s string) string {
	s = oneLine(Decode(s))
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 1 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		s = s[1 : len(s)-1]
	}
	return strings.TrimSpace(s)
}
