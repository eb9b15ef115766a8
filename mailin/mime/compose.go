package mime

import (
	"strings"
)

// sort decides whether a part is an attachment.
func (m *Message) sort(i int, b *budget) {
	p := &m.Parts[i]
	m.Attachments = append(m.Attachments, p.inner()...) // they were counted when they were read
	if strings.HasPrefix(p.Type, "multipart/") || m.isReport(i) {
		return
	}
	if m.isBody(i) {
		m.attachLong(p, b)
		return
	}
	name := p.Name
	if p.nested != nil && name == "" {
		name = strings.Join(strings.Fields(p.nested.Get("Subject")), " ") + ".eml" // as clients name it that do
	}
	if len(p.Body) == 0 && p.Name == "" || p.replaced {
		return
	}
	if b.attachments--; b.attachments < 0 {
		return
	}
	a := attach(name, p.Type, p.Body)
	a.Inline = p.Disposition != "attachment" && (p.ContentID != "" || p.Disposition == "inline")
	a.ContentID = p.ContentID
	p.attached = true
	m.Attachments = append(m.Attachments, a)
}

// attachLong makes a text that is too long to be shown whole an attachment as well.
func (m *Message) attachLong(p *Part, b *budget) {
	if !p.Long {
		return
	}
	if b.attachments--; b.attachments < 0 {
		return
	}
	name := p.Name
	if name == "" {
		name = "text.txt"
		if p.Type == "text/html" {
			name = "text.html"
		}
	}
	m.odd("the text is longer than is shown: it is attached whole")
	m.Attachments = append(m.Attachments, attach(name, p.Type, p.Body))
}

// isBody says whether a part is text to be read with the mail: text/plain and text/html that nobody attached.
func (m *Message) isBody(i int) bool {
	p := &m.Parts[i]
	if p.Type != "text/plain" && p.Type != "text/html" && p.Type != "text/enriched" && p.Type != "text/richtext" {
		return false
	}
	if p.Disposition == "attachment" {
		return false
	}
	if p.Name == "" || p.Parent < 0 || m.Parts[p.Parent].Type == "multipart/alternative" {
		return true
	}
	// Some programs name even the text they show. What comes after other text is a file, though.
	return p.Disposition == "inline" && (m.firstLeaf(i) || !m.unnamedText())
}

// firstLeaf says whether nothing but multiparts comes before a part.
func (m *Message) firstLeaf(i int) bool {
	for _, p := range m.Parts[:i] {
		if !strings.HasPrefix(p.Type, "multipart/") {
			return false
		}
	}
	return true
}

// unnamedText says whether there is text that is no file by any reading.
func (m *Message) unnamedText() bool {
	for _, p := range m.Parts {
		if p.Name == "" && p.Disposition != "attachment" && (p.Type == "text/plain" || p.Type == "text/html") {
			return true
		}
	}
	return false
}

// isReport says whether a part is the machine's half of a report (RFC 6522): not an attachment, for it is read by
// its kind.
func (m *Message) isReport(i int) bool {
	p := &m.Parts[i]
	if p.Parent < 0 || p.Name != "" {
		return false
	}
	return textual(p.Type) && !strings.HasPrefix(p.Type, "text/") || p.Type == "text/rfc822-headers"
}

// compose puts the text together.
func (m *Message) compose() {
	if len(m.Parts) == 0 {
		return
	}
	kids := make([][]int, len(m.Parts))
	for i := 1; i < len(m.Parts); i++ {
		kids[m.Parts[i].Parent] = append(kids[m.Parts[i].Parent], i)
	}
	g := m.gather(0, kids, true)
	for i := range m.Parts {
		if m.Parts[i].spare && strings.TrimSpace(strings.Join(g.text, "")) == "" {
			g = m.Parts[i].inside.all()
		}
	}
	m.Text = strings.Join(g.text, "\n")
	m.Plain = strings.Join(g.plain, "\n")
	m.HTML = strings.Join(g.html, "\n")
	m.Plain = clearsigned(m.Plain)
	if armoured(m.Plain) {
		m.encrypted("the text is encrypted (PGP): it cannot be read")
	}
}

// texts is what a part and those below it say: in reading order as plain text, and apart by how it was written.
type texts struct{ text, plain, html []string }

func (t *texts) add(o texts) {
	t.text = append(t.text, o.text...)
	t.plain = append(t.plain, o.plain...)
	t.html = append(t.html, o.html...)
}

// all is the texts of a message that was inside another.
func (m *Message) all() (t texts) {
	if strings.TrimSpace(m.Text) != "" {
		t.text = []string{m.Text}
	}
	if strings.TrimSpace(m.Plain) != "" {
		t.plain = []string{m.Plain}
	}
	if m.HTML != "" {
		t.html = []string{m.HTML}
	}
	return t
}

// gather is the texts of a part and those below it; HTML is turned into text only where that is asked for, since it
// costs most. Its depth is that of the multiparts, which Scan has capped.
func (m *Message) gather(i int, kids [][]int, asText bool) (all texts) {
	p := &m.Parts[i]
	switch {
	case p.inside != nil && !p.spare:
		return p.inside.all()
	case p.attached || p.nested != nil:
		return all
	case p.Type == "text/plain" && m.isBody(i):
		return texts{text: []string{p.Text}, plain: []string{p.Text}}
	case m.isBody(i) && !asText:
		return texts{html: []string{p.Text}}
	case m.isBody(i):
		return texts{text: []string{plain(p.Text)}, html: []string{p.Text}}
	case p.Type == "multipart/alternative":
		return m.alternative(kids[i], kids, asText)
	}
	for _, k := range kids[i] {
		all.add(m.gather(k, kids, asText))
	}
	return all
}

// alternative chooses among renderings of the same thing: for Text the plain one where there is any, else the last
// (RFC 2046, section 5.1.4); the HTML is kept beside it.
func (m *Message) alternative(of []int, kids [][]int, asText bool) (all texts) {
	for _, k := range of {
		g := m.gather(k, kids, asText && all.plain == nil)
		all.html = append(all.html, g.html...)
		switch said := strings.TrimSpace(strings.Join(g.text, "")); {
		case said == "":
		case len(g.html) == 0 && all.plain == nil:
			all.text, all.plain = g.text, g.plain
		case len(g.html) == 0 && said != strings.TrimSpace(strings.Join(all.plain, "")):
			// Two plain texts that differ are no alternatives, whatever is said: no word is lost.
			all.text, all.plain = append(all.text, g.text...), append(all.plain, g.plain...)
		case all.plain == nil:
			all.text = g.text
		}
	}
	return all
}
