package proof

import (
	"bytes"
	"strings"

	"aboveline.example/mailin/mime"
	"aboveline.example/rules"
)

// head is a mail's header as signatures see it, and where its body begins. It exists only for a header that every
// reader must split in the same way.
type head struct {
	fields []mime.Field
	body   []byte
}

// splitHead reads a header without forgiving anything: fields and their continuations, each line ended by CRLF, and an
// empty line. What a lenient reader overlooks (an mbox line, a line that is no field, a lone CR, a missing end) lets
// two programs see two mails, and a signature over one of them would vouch for the other.
func splitHead(raw []byte) (head, bool) {
	var h head
	end := bytes.Index(raw[:min(len(raw), mime.MaxHeader+4)], []byte("\r\n\r\n"))
	if end < 0 {
		return h, false
	}
	block := raw[:end+2]
	h.body = raw[end+4:]
	for p := 0; p < len(block); {
		n := p + bytes.Index(block[p:], []byte("\r\n")) + 2
		line := block[p : n-2]
		if bytes.ContainsAny(line, "\r\n\x00") {
			return h, false
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(h.fields) == 0 {
				return h, false
			}
			f := &h.fields[len(h.fields)-1]
			f.Raw = block[p-len(f.Raw) : n]
		} else {
			name, ok := fieldName(line)
			if !ok || len(h.fields) == mime.MaxFields {
				return h, false
			}
			h.fields = append(h.fields, mime.Field{Name: name, Raw: block[p:n]})
		}
		if len(h.fields[len(h.fields)-1].Raw) > mime.MaxField {
			return h, false
		}
		p = n
	}
	return h, len(h.fields) > 0
}

// fieldName is what stands before a line's colon (RFC 5322, section 2.2: printable ASCII, no space).
func fieldName(line []byte) (string, bool) {
	colon := bytes.IndexByte(line, ':')
	if colon < 1 {
		return "", false
	}
	for _, c := range line[:colon] {
		if c <= ' ' || c > '~' {
			return "", false
		}
	}
	return string(line[:colon]), true
}

// author is the one address in the one From field, read by the same rules as the identity of the mail.
func (h head) author() (rules.Address, bool) {
	who, identity, _ := mime.Author(h.fields)
	return who.Address, identity == rules.IdentityClear && who.Address != ""
}

// once are the fields that a mail has one of (RFC 5322, section 3.6; RFC 2045, section 3). Of two, signatures cover the
// last and mail clients show the first.
var once = []string{"From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
	"MIME-Version", "Content-Type", "Content-Transfer-Encoding"}

// doubled is the name of a field that stands there twice and must not, "" where none does.
func (h head) doubled() string {
	for _, name := range once {
		if h.count(name) > 1 {
			return name
		}
	}
	return ""
}

func (h head) count(name string) int {
	n := 0
	for _, f := range h.fields {
		if strings.EqualFold(f.Name, name) {
			n++
		}
	}
	return n
}
