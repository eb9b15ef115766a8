package mime

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"aboveline.example/rules"
)

// Author says who wrote the mail that fields are of. It is clear only where every program that reads mail must come
// to the same address: one From field, one mailbox, and nothing in it that some of them read otherwise. Encoded
// words are never decoded before the address has been found. Where it is ambiguous, the mailbox is the lenient
// reading, for display, and odd says why.
func Author(fields []Field) (who rules.Mailbox, identity rules.Identity, odd string) {
	var from []Field
	for i, f := range fields {
		if looksLikeFrom(f) {
			from = append(from, f)
		}
		if i == 0 && strings.HasPrefix(f.Odd, "white space before its name") {
			odd = "the header begins with white space"
		}
		if f.Odd == strayLine && (len(from) == 0 || hidesFrom(f.Raw)) {
			odd = "a line before From is no header field"
		}
		if loneCR(f.Raw) && hidesFrom(bytes.ReplaceAll(f.Raw, []byte{'\r'}, []byte{'\n'})) {
			odd = "a lone CR before what may be another From"
		}
	}
	if len(from) == 0 {
		return sender(fields), rules.IdentityAmbiguous, "no From field"
	}
	who = loosely(from)
	switch {
	case odd != "":
	case len(from) > 1:
		odd = "several From fields"
	case from[0].Odd != "":
		odd = "From: " + from[0].Odd
	case !strings.EqualFold(from[0].Name, "From"):
		odd = "a field that only looks like From"
	}
	if odd != "" {
		return who, rules.IdentityAmbiguous, odd
	}
	exact, odd := strictly(from[0].Body())
	if odd != "" {
		return who, rules.IdentityAmbiguous, "From: " + odd
	}
	return exact, rules.IdentityClear, ""
}

// strayLine is how readBlock marks a field with a line that is neither its own nor another field's.
const strayLine = "a line in it that is no continuation"

// looksLikeFrom finds From and its imitations: "From ", "FROM", "Fro-m".
func looksLikeFrom(f Field) bool {
	if len(f.Name) > 12 {
		return false
	}
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, f.Name)
	return letters == "from"
}

// loneCR says whether a field has a CR that ends no line: to some readers of mail it does.
func loneCR(raw []byte) bool {
	return bytes.Count(raw, []byte{'\r'}) != bytes.Count(raw, []byte("\r\n"))
}

// Author is [Author] of the mail. A header that is cut off at a cap may have another From beyond it.
func (m *Message) Author() (who rules.Mailbox, identity rules.Identity, odd string) {
	who, identity, odd = Author(m.Fields)
	if m.headCut && identity == rules.IdentityClear {
		return who, rules.IdentityAmbiguous, "the header is longer than is read"
	}
	return who, identity, odd
}

// hidesFrom says whether a field that swallowed foreign lines has a From among them.
func hidesFrom(raw []byte) bool {
	own := true
	for line := range bytes.Lines(raw) {
		if own { // the field's own name
			own = false
			continue
		}
		name, _, ok := bytes.Cut(line, []byte{':'})
		if ok && len(name) < 20 && bytes.Contains(bytes.ToLower(name), []byte("from")) {
			return true
		}
	}
	return false
}

// sender is whom to show where nobody is named as the author.
func sender(fields []Field) rules.Mailbox {
	for _, f := range fields {
		if strings.EqualFold(f.Name, "Sender") {
			return loosely([]Field{f})
		}
	}
	return rules.Mailbox{}
}

func loosely(from []Field) rules.Mailbox {
	for _, f := range from {
		if list := Mailboxes(string(f.Body())); len(list) > 0 {
			return list[0]
		}
	}
	return rules.Mailbox{}
}

// strictly reads one mailbox (RFC 5322, section 3.4) without anything obsolete: a bare addr-spec, or a phrase and an
// addr-spec in angle brackets; after it perhaps one comment. odd is empty where that is all there is.
func strictly(body []byte) (who rules.Mailbox, odd string) {
	s, odd := oneSafeLine(body)
	if odd != "" {
		return who, odd
	}
	s, note, odd := trailingComment(s)
	if odd != "" {
		return who, odd
	}
	name, spec := "", s
	if open := angle(s); open >= 0 {
		if s[len(s)-1] != '>' {
			return who, "text after the address"
		}
		name, spec = strings.TrimSpace(s[:open]), s[open+1:len(s)-1]
	}
	if odd := oddSpec(spec); odd != "" {
		return who, odd
	}
	address, ok := rules.ParseAddress(spec)
	if !ok {
		return who, "no plain address"
	}
	shown, odd := phrase(name)
	if odd != "" {
		return who, odd
	}
	if shown == "" {
		shown = display(note)
	}
	if odd := oddName(shown+" "+Decode(note), address); odd != "" {
		return who, odd
	}
	return rules.Mailbox{Name: shown, Address: address}, ""
}

// oneSafeLine unfolds and refuses what may be seen in two ways before any grammar is applied.
func oneSafeLine(body []byte) (string, string) {
	s := strings.ReplaceAll(string(body), "\r\n", "")
	s = strings.TrimSuffix(s, "\n")
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return "", "a control character"
		}
	}
	if s = strings.Trim(s, " \t"); s == "" {
		return "", "empty"
	}
	return s, ""
}

// trailingComment takes one comment off the end: "anna@elsewhere.example (Anna Ek)" is how mail was once signed.
func trailingComment(s string) (rest, note, odd string) {
	if s[len(s)-1] != ')' {
		return s, "", ""
	}
	open := strings.LastIndexByte(s, '(')
	if open < 1 || strings.ContainsAny(s[open+1:len(s)-1], `()\<>"`) {
		return "", "", "a comment that can be read in two ways"
	}
	return strings.TrimRight(s[:open], " \t"), s[open+1 : len(s)-1], ""
}

// angle is where the angle bracket outside quotation marks is; -1 for none.
func angle(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '<' && !quoted:
			return i
		}
	}
	return -1
}

// oddSpec refuses addresses that [rules.ParseAddress] would take and others would not.
func oddSpec(spec string) string {
	switch {
	case strings.Count(spec, "@") != 1:
		return "not one address"
	case strings.ContainsAny(spec, "<>,;"):
		return "more than an address"
	case strings.ContainsAny(spec, " \t"):
		return "white space in the address"
	case strings.Contains(spec, "=?") || strings.Contains(spec, "?="):
		return "an encoded word in the address"
	case !utf8.ValidString(spec):
		return "an address that is no UTF-8"
	}
	return ""
}

// phrase reads a display name: words, quoted strings, encoded words and plain comments, and nothing that begins
// something else.
func phrase(s string) (shown, odd string) {
	var raw strings.Builder
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"':
			text, n := quotedString(s[i:])
			if n == 1 {
				return "", "a quotation mark that never closes"
			}
			raw.WriteString(text)
			i += n
		case c == '(' && plainComment(s[i:]) > 0: // "Kari Moe (IT) <kari@…>": nobody reads it otherwise
			n := plainComment(s[i:])
			raw.WriteString(s[i : i+n])
			i += n
		case strings.IndexByte(`<>,;:()\`, c) >= 0:
			return "", "a display name that can be read in two ways"
		default:
			raw.WriteByte(c)
			i++
		}
	}
	return display(raw.String()), ""
}

// plainComment is how long a comment at the beginning of s is, where it has nothing in it that begins anything.
func plainComment(s string) int {
	end := strings.IndexByte(s, ')')
	if end < 0 || strings.ContainsAny(s[1:end], `()<>@,;:\"`) || strings.Contains(s[:end], "=?") {
		return 0
	}
	return end + 1
}

// addressShown finds an address in a name, its at sign in any of the forms that look like one.
var addressShown = regexp.MustCompile(`[^\s<>"'(),;:\[\]]+[@\x{FF20}\x{FE6B}][^\s<>"'(),;:\[\]]+`)

// oddName finds the names that are there to be taken for somebody else's.
func oddName(shown string, real rules.Address) string {
	for _, r := range shown {
		if r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			return "a display name that turns its direction"
		}
	}
	for _, found := range addressShown.FindAllString(shown, 20) {
		other, ok := rules.ParseAddress(strings.Trim(found, "."))
		if !ok || other != real {
			return "the display name shows another address"
		}
	}
	return ""
}
