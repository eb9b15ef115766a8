package mime

import (
	"bytes"
	"net/textproto"
	"strings"
)

// Field is one header field as it stands in the mail (RFC 5322, section 2.2).
type Field struct {
	Name string // as written, without white space around it
	Raw  []byte // the whole field, its name, colon, folding and line end included; not copied
	Odd  string // what is wrong with its form, "" where nothing is: what a lenient reader overlooks, identity must not
}

// Key is the field's name in canonical form, as used in maps: "Message-Id".
func (f Field) Key() string { return textproto.CanonicalMIMEHeaderKey(f.Name) }

// Body is what follows the colon, still folded and encoded.
func (f Field) Body() []byte {
	_, body, _ := bytes.Cut(f.Raw, []byte{':'})
	return body
}

// Unfolded is the body on one line without white space around it (RFC 5322, section 2.2.3).
func (f Field) Unfolded() string { return unfold(string(f.Body())) }

func unfold(s string) string {
	if strings.ContainsAny(s, "\r\n") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", ""), "\n", "")
	}
	return strings.Trim(s, " \t\r")
}

// block is a header block: its fields, and where the body begins.
type block struct {
	fields []Field
	body   int    // offset of the first byte of the body
	over   string // the cap it exceeds, "" for none
	odd    []string
}

// stop tells a header reader that a line is not the header's any more: a boundary of a multipart around it.
type stop func(line []byte) bool

// readBlock reads a header block and cuts off what no field may be longer than: over a cap a header is still read,
// and reading must cost no more for it.
func readBlock(raw []byte, at int, end stop) block {
	b := readFields(raw, at, end)
	for i := range b.fields {
		if f := &b.fields[i]; len(f.Raw) > MaxField {
			f.Raw, f.Odd = f.Raw[:MaxField], "it is too long"
			b.over = "header field"
		}
	}
	if end == nil && b.over == "" && len(b.fields) > 0 && !anyKnown(b.fields) {
		// "Error: disk full": lines of a script that wrote no header. They are its words.
		return block{body: at, odd: []string{"no header"}}
	}
	return b
}

func anyKnown(fields []Field) bool {
	for _, f := range fields {
		if known([]byte(f.Name+":")) || looksLikeFrom(f) {
			return true
		}
	}
	return false
}

// readFields reads the header block that begins at an offset of raw. It forgives what real mail has: an mbox line before
// it, blank lines before it, a first line that begins with a space, continuation lines that lost theirs, and a
// body that follows without a blank line.
func readFields(raw []byte, at int, end stop) block {
	b := block{body: at}
	p := at
	if end == nil { // a part's header begins where it begins
		p = skipMbox(raw, at, &b)
	}
	start := p
	limit := min(len(raw), start+MaxHeader)
	last := -1 // where the last line that is surely a field begins; found only when first needed
	for p < limit {
		n := lineEnd(raw, p)
		line := raw[p:n]
		if blank(line) {
			if end == nil && len(b.fields) == 0 && p == start && startsField(raw[n:]) {
				b.odd = append(b.odd, "blank line before the header")
				p, start = n, n
				continue
			}
			b.body = n
			return b
		}
		if end != nil && end(line) {
			b.body = p
			return b
		}
		switch {
		case isField(line):
			b.add(raw, p, n)
		case line[0] == ' ' || line[0] == '\t':
			b.fold(raw, p, n)
		default:
			if last < 0 {
				last = lastKnown(raw, p, limit, end)
			}
			if foldsColon(raw, p, n) {
				b.add(raw, p, n)
			} else if len(b.fields) > 0 && badlyNamed(line) {
				b.add(raw, p, n)
				b.fields[len(b.fields)-1].Odd = strayLine
			} else if last > p && (len(b.fields) > 0 || p == start) {
				b.stray(raw, p, n)
			} else {
				if len(b.fields) > 0 {
					b.odd = append(b.odd, "no blank line between header and body")
				}
				b.body = p
				return b
			}
		}
		p = n
		if len(b.fields) > MaxFields {
			b.over = "header fields"
			break
		}
	}
	b.body = p
	if p >= limit && limit < len(raw) {
		b.over = "header block"
	}
	return b
}

// add begins a field at raw[p:n].
func (b *block) add(raw []byte, p, n int) {
	line := raw[p:n]
	f := Field{Raw: line}
	colon := bytes.IndexByte(line, ':')
	if colon < 0 { // its colon comes on the next line
		colon = len(bytes.TrimRight(line, "\r\n"))
		f.Odd = "its name is folded"
	}
	name := line[:colon]
	if name[0] == ' ' || name[0] == '\t' {
		f.Odd = "white space before its name"
	}
	if last := name[len(name)-1]; last == ' ' || last == '\t' {
		f.Odd = "white space before its colon"
	}
	f.Name = string(bytes.Trim(name, " \t"))
	b.fields = append(b.fields, f)
}

// fold lets the field before it go on to n. The block's first line may not be a continuation: it is read as a
// field where it looks like one.
func (b *block) fold(raw []byte, p, n int) {
	if len(b.fields) > 0 {
		f := &b.fields[len(b.fields)-1]
		f.Raw = raw[p-len(f.Raw) : n]
		return
	}
	if isField(bytes.TrimLeft(raw[p:n], " \t")) {
		b.add(raw, p, n)
	}
}

// stray takes a line that is neither field nor continuation as part of the field before it.
func (b *block) stray(raw []byte, p, n int) {
	if len(b.fields) == 0 {
		b.odd = append(b.odd, "a line before the header that is no field")
		return
	}
	f := &b.fields[len(b.fields)-1]
	f.Raw = raw[p-len(f.Raw) : n]
	f.Odd = strayLine
}

// skipMbox passes over "From sender date" lines as mbox files have them before each mail.
func skipMbox(raw []byte, at int, b *block) int {
	for range 2 {
		line := raw[at:lineEnd(raw, at)]
		if !bytes.HasPrefix(line, []byte("From ")) && !bytes.HasPrefix(line, []byte(">From ")) || isField(line) {
			return at
		}
		b.odd = append(b.odd, "an mbox line before the header")
		at += len(line)
	}
	return at
}

// lineEnd is the offset after the line that begins at p.
func lineEnd(raw []byte, p int) int {
	if i := bytes.IndexByte(raw[p:], '\n'); i >= 0 {
		return p + i + 1
	}
	return len(raw)
}

func blank(line []byte) bool {
	return len(line) == 0 || line[0] == '\n' || line[0] == '\r' && (len(line) == 1 || line[1] == '\n')
}

// isField says whether a line begins a field: a name of printable ASCII, perhaps white space, a colon (RFC 5322,
// section 4.5.8 lets the white space be).
func isField(line []byte) bool {
	for i, c := range line {
		switch {
		case c == ':':
			return i > 0
		case c == ' ' || c == '\t':
			rest := bytes.TrimLeft(line[i:], " \t")
			return i > 0 && len(rest) > 0 && rest[0] == ':'
		case c < 33 || c > 126:
			return false
		}
	}
	return false
}

// badlyNamed says whether a line would begin a field but for a character that no name may have.
func badlyNamed(line []byte) bool {
	colon := bytes.IndexByte(line[:min(len(line), 78)], ':')
	return colon > 0 && !bytes.ContainsAny(line[:colon], " \t<>\"")
}

// startsField says whether a known field begins here.
func startsField(raw []byte) bool { return known(raw[:lineEnd(raw, 0)]) }

// foldsColon says whether the line at p is a name alone whose colon begins the next line.
func foldsColon(raw []byte, p, n int) bool {
	if !bytes.HasSuffix(raw[p:n], []byte("\n")) || n >= len(raw) || raw[n] != ' ' && raw[n] != '\t' {
		return false
	}
	next := bytes.TrimLeft(raw[n:lineEnd(raw, n)], " \t")
	name := bytes.TrimRight(raw[p:n], " \t\r\n")
	return len(next) > 0 && next[0] == ':' && len(name) > 0 && !bytes.ContainsAny(name, ": \t")
}

// lastKnown is where the last line that is surely a field begins, before the first blank line; len(raw) never.
func lastKnown(raw []byte, p, limit int, end stop) int {
	last := 0
	for p < limit {
		n := lineEnd(raw, p)
		line := raw[p:n]
		if blank(line) || end != nil && end(line) {
			break
		}
		if known(line) {
			last = p
		}
		p = n
	}
	return last
}

// known says whether the line begins a field that mail has, so that a line of prose with a colon is not one.
func known(line []byte) bool {
	name, _, ok := bytes.Cut(line[:min(len(line), 80)], []byte{':'})
	if !ok || !isField(line) {
		return false
	}
	s := strings.ToLower(string(bytes.TrimRight(name, " \t")))
	switch s {
	case "from", "to", "cc", "bcc", "subject", "date", "sender", "reply-to", "message-id", "mime-version", "received",
		"return-path", "in-reply-to", "references", "delivered-to", "user-agent", "importance", "precedence",
		"organization", "status", "authentication-results", "dkim-signature", "auto-submitted", "thread-topic",
		"thread-index", "envelope-to", "lines", "errors-to", "mailing-list", "comments", "keywords":
		return true
	}
	for _, p := range [...]string{"x-", "content-", "list-", "resent-", "arc-", "received-"} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
