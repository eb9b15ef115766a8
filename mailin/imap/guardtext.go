package imap

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// esearch is what an ESEARCH of ours can look like (RFC 4731, section 3).
var esearch = regexp.MustCompile(`^\(TAG "[A-Z0-9]{1,20}"\) UID( (ALL|MIN|MAX|COUNT) [0-9:,]+){0,4}$`)

// bareCode is a response code without arguments.
var bareCode = regexp.MustCompile(`^[A-Z][A-Z0-9-]{0,31}$`)

// respText rewrites the text of a condition (RFC 3501, section 7.1). Of the codes with arguments only those pass that
// we use: a malformed COPYUID ends the library's connection, and we have no use for a good one.
func (g *guard) respText(text []byte) string {
	s := strings.TrimLeft(string(text), " ")
	code := ""
	if strings.HasPrefix(s, "[") {
		if inside, after, ok := strings.Cut(s[1:], "]"); ok {
			s = strings.TrimLeft(after, " ")
			code = g.code(inside, s)
		}
	}
	if s = printable(s, maxText); s == "" || s[0] == '[' {
		s = "-" + s
	}
	return code + s
}

func (g *guard) code(inside, text string) string {
	name, args, has := strings.Cut(inside, " ")
	name = strings.ToUpper(name)
	switch name {
	case "CAPABILITY":
		return "[CAPABILITY" + atoms([]byte(args)) + "] "
	case "UIDVALIDITY", "UIDNEXT":
		n, err := strconv.ParseUint(strings.TrimSpace(args), 10, 32)
		if err != nil || n == 0 {
			return ""
		}
		if name == "UIDVALIDITY" {
			g.validity.Store(uint32(n))
		}
		return "[" + name + " " + strconv.FormatUint(n, 10) + "] "
	case "PERMANENTFLAGS":
		return "[PERMANENTFLAGS (" + flags([]byte(args)) + ")] "
	case "UIDNOTSTICKY":
		g.notSticky.Store(true)
		return ""
	case "ALERT":
		if g.alert != nil {
			g.alert(printable(text, maxText))
		}
	case "CLOSED": // would make the library forget that a mailbox is open
		return ""
	}
	if has || !bareCode.MatchString(name) {
		return ""
	}
	return "[" + name + "] "
}

// word splits off the first word, in upper case.
func word(s []byte) (string, []byte) {
	w, rest, _ := bytes.Cut(bytes.TrimLeft(s, " "), []byte{' '})
	if len(w) > 20 {
		return "", rest
	}
	return strings.ToUpper(string(w)), rest
}

// isTag says whether a tag is of the library's making: T1, T2, …
func isTag(s []byte) bool {
	if len(s) < 2 || len(s) > 20 || s[0] != 'T' {
		return false
	}
	return isDigits(s[1:])
}

func isDigits(s []byte) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) > 0
}

// isAtom says whether s is an atom (RFC 3501, section 9), in ASCII.
func isAtom(s []byte) bool {
	for _, c := range s {
		if c <= ' ' || c >= 0x7f || bytes.IndexByte([]byte(`(){%*"\]`), c) >= 0 {
			return false
		}
	}
	return len(s) > 0
}

// atoms returns the atoms among the words of s, each with a space before it.
func atoms(s []byte) string {
	var b strings.Builder
	for w := range bytes.FieldsSeq(s) {
		if isAtom(w) {
			b.WriteByte(' ')
			b.Write(w)
		}
	}
	return b.String()
}

// numbers returns the UIDs among the words of s, each with a space before it. A MODSEQ at the end is left out.
func numbers(s []byte) string {
	var b strings.Builder
	b.Grow(len(s) + 1)
	for w := range bytes.FieldsSeq(s) {
		if n, err := strconv.ParseUint(string(w), 10, 32); err == nil && n > 0 {
			b.WriteByte(' ')
			b.Write(w)
		}
	}
	return b.String()
}

// flags returns the flags in a list with its parentheses, as the inside of a list.
func flags(s []byte) string {
	s = bytes.Trim(s, " ()")
	var kept []string
	for w := range bytes.FieldsSeq(s) {
		name := bytes.TrimPrefix(w, []byte(`\`))
		if isAtom(name) || string(w) == `\*` {
			kept = append(kept, string(w))
		}
	}
	return strings.Join(kept, " ")
}

// literalAt reads the announcement of a literal at the end of a line (RFC 3501, section 4.3; RFC 3516, section 4.4).
func literalAt(line []byte) (int64, bool) {
	if !bytes.HasSuffix(line, []byte{'}'}) {
		return 0, false
	}
	open := bytes.LastIndexByte(line, '{')
	if open < 0 {
		return 0, false
	}
	digits := bytes.TrimSuffix(line[open+1:len(line)-1], []byte{'+'})
	if !isDigits(digits) {
		return 0, false
	}
	n, err := strconv.ParseInt(string(digits), 10, 63)
	if err != nil {
		n = 1 << 62 // more than any limit
	}
	return n, true
}

// printable is foreign text fit for a log and for the library: one line, no controls, no more than n bytes.
func printable(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}
