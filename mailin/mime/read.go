package mime

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"aboveline.example/rules"
)

// Read reads one mail. It returns what there is, whatever the mail holds: at the least its raw bytes, and its
// subject and sender where a header can be made out. Raw is not copied.
func Read(raw []byte) *Message {
	return read(raw, &budget{parts: MaxParts, attachments: MaxAttachments}, 0)
}

// budget is what one mail may spend, the messages attached to it included.
type budget struct{ parts, attachments int }

func read(raw []byte, b *budget, depth int) *Message {
	report, ok := Scan(raw)
	m := &Message{Raw: raw, Fields: report.head.fields, Header: headerMap(report.head.fields), headCut: report.head.over != ""}
	for _, o := range report.head.odd {
		m.odd(o)
	}
	if b.parts -= report.Parts; ok && b.parts < 0 {
		ok, report.Over = false, "parts"
	}
	if !ok {
		m.unread(report.Over)
		return m
	}
	m.parts(report, b, depth)
	if b.attachments < 0 && depth == 0 {
		*m = Message{Raw: raw, Fields: m.Fields, Header: m.Header, Problems: m.Problems}
		m.unread("attachments")
		return m
	}
	m.compose()
	return m
}

// unread is what a mail over a cap becomes: its header, and itself as an attachment.
func (m *Message) unread(over string) {
	m.Unread = true
	m.odd(fmt.Sprintf("the mail exceeds a limit (%s): only its header was read, the whole mail is attached", over))
	m.Attachments = []rules.Attachment{attach("mail.eml", "message/rfc822", m.Raw)}
}

func attach(name, typ string, content []byte) rules.Attachment {
	sum := sha256.Sum256(content)
	width, height := measure(typ, content)
	return rules.Attachment{Name: name, Type: typ, Size: int64(len(content)), Content: content, Width: width, Height: height,
		SHA256: rules.BlobID(hex.EncodeToString(sum[:]))}
}

// parts decodes each part that the walk found.
func (m *Message) parts(r *Report, b *budget, depth int) {
	m.Parts = make([]Part, 0, len(r.nodes))
	for i := range r.nodes {
		n := &r.nodes[i]
		p := m.part(n)
		switch {
		case n.kids > 0:
			if !n.closed && n.parent < 0 {
				m.odd("the last boundary is missing: the mail may be cut off")
			}
		case strings.HasPrefix(p.Type, "multipart/"):
			m.partless(&p, n, b, depth)
		default:
			m.leaf(&p, m.Raw[n.start:n.end])
		}
		if p.Type == "message/rfc822" || p.Type == "message/global" {
			m.open(&p, b, depth)
		}
		m.unwrap(&p, b, depth)
		m.Parts = append(m.Parts, p)
	}
	for i := range m.Parts {
		m.sort(i, b)
	}
}

// partless reads a multipart whose boundary never came. Where it is the mail itself, what it holds is text. Within
// another it is read again by itself, with whatever divides it; where nothing does it is only a preamble, which
// RFC 2046, section 5.1.1 has ignored.
func (m *Message) partless(p *Part, n *node, b *budget, depth int) {
	m.odd("a multipart without parts")
	p.Body = m.Raw[n.start:n.end]
	switch {
	case n.parent < 0:
		p.Type = "text/plain"
		m.leaf(p, m.Raw[n.start:n.end])
	case depth < MaxNested && b.parts > 0 && guessBoundary(m.Raw[n.start:n.end]) != "":
		p.inside = read(m.Raw[n.at:n.end], b, depth+1)
	}
}

// part reads what a part's header says.
func (m *Message) part(n *node) Part {
	p := Part{Parent: n.parent, Type: n.typ.value, Params: n.typ.params, Header: m.Header}
	if n.parent >= 0 {
		p.Header = headerMap(n.head.fields)
	}
	var disposition media
	for _, f := range n.head.fields {
		if strings.EqualFold(f.Name, "Content-Disposition") {
			disposition = parseMedia(f.Unfolded())
			break
		}
	}
	p.Disposition = disposition.value
	if p.Disposition != "" && p.Disposition != "inline" {
		p.Disposition = "attachment" // RFC 2183, section 2.8: unknown ones are attachments
	}
	p.Name = disposition.params["filename"]
	if p.Name == "" {
		p.Name = n.typ.params["name"]
	}
	p.Name = CleanName(Decode(p.Name))
	p.ContentID = strings.Trim(first(p.Header, "Content-Id"), "<> ")
	p.Description = first(p.Header, "Content-Description")
	return p
}

// leaf decodes a part's body.
func (m *Message) leaf(p *Part, raw []byte) {
	body, problem := untransfer(raw, first(p.Header, "Content-Transfer-Encoding"))
	m.odd(problem)
	p.Body = body
	if !textual(p.Type) {
		return
	}
	charset := p.Params["charset"]
	if charset == "" && p.Type == "text/html" {
		charset = metaCharset(body)
	}
	if len(body) > MaxText && strings.HasPrefix(p.Type, "text/") {
		p.Long, body = true, beginning(body)
	}
	d := decodeText(body, charset)
	m.odd(d.problem)
	p.Text = cleanText(d.text)
	if p.Type == "text/plain" && strings.EqualFold(p.Params["format"], "flowed") {
		p.Text = unflow(p.Text, strings.EqualFold(p.Params["delsp"], "yes"))
	}
}

// beginning is the first lines of a long body; where its lines are long too, the first bytes.
func beginning(body []byte) []byte {
	body = body[:MaxText]
	if i := bytes.LastIndexByte(body, '\n'); i > MaxText/2 {
		return body[:i+1]
	}
	end := MaxText - 1
	for end > 0 && !utf8.RuneStart(body[end]) {
		end--
	}
	return body[:end]
}

// metaCharset is the charset that HTML names itself, "" where it names none near its beginning.
func metaCharset(html []byte) string {
	head := strings.ToLower(string(html[:min(len(html), 2048)]))
	_, after, ok := strings.Cut(head, "charset=")
	if !ok {
		return ""
	}
	after = strings.TrimLeft(after, "\"' ")
	if end := strings.IndexAny(after, "\"' />;"); end > 0 && end < 40 {
		return after[:end]
	}
	return ""
}

// textual says whether a part's body is characters.
func textual(typ string) bool {
	switch typ {
	case "message/delivery-status", "message/global-delivery-status", "message/disposition-notification",
		"message/feedback-report", "message/global-disposition-notification", "message/global-headers":
		return true
	}
	return strings.HasPrefix(typ, "text/")
}

// cleanText folds line ends to \n and takes out what text never has: NULs and byte order marks.
func cleanText(s string) string {
	if strings.ContainsRune(s, '\r') {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	if strings.ContainsAny(s, "\x00\uFEFF") {
		s = strings.NewReplacer("\x00", "", "\uFEFF", "").Replace(s)
	}
	return s
}

// open reads an attached message, down to a depth.
func (m *Message) open(p *Part, b *budget, depth int) {
	if depth >= MaxNested {
		m.odd("attached messages too deep within one another: the innermost was not opened")
		return
	}
	if b.parts <= 0 {
		return
	}
	p.nested = read(CRLF(p.Body), b, depth+1)
	m.Nested = append(m.Nested, p.nested)
}
