package mime

import (
	"bytes"
	"strconv"
	"strings"

	"aboveline.example/mailin/mime/tnef"
	"aboveline.example/rules"
)

// unwrap opens what some programs put a whole mail into: winmail.dat, and the envelope of an opaque signature. What
// cannot be opened stays an attachment, and the operator is told why the mail says nothing.
func (m *Message) unwrap(p *Part, b *budget, depth int) {
	switch {
	case p.Type == "application/ms-tnef" || p.Type == "application/vnd.ms-tnef" || strings.EqualFold(p.Name, "winmail.dat"):
		m.winmail(p, b)
	case p.Type == "application/pkcs7-mime" || p.Type == "application/x-pkcs7-mime":
		m.smime(p, b, depth)
	case p.Type == "application/pgp-encrypted":
		m.encrypted("the mail is encrypted (PGP/MIME): it cannot be read")
	case p.Type == "message/partial":
		m.odd("the mail is one piece of several (message/partial): they are not joined")
	case p.Type == "message/external-body":
		m.odd("the mail names content that is elsewhere (message/external-body): it is not fetched")
	}
}

// winmail opens a winmail.dat.
func (m *Message) winmail(p *Part, b *budget) {
	w, ok := tnef.Read(p.Body)
	if !ok {
		return
	}
	charset := ""
	if w.Codepage > 0 && w.Codepage != 65001 && w.Codepage != 20127 {
		charset = "windows-" + strconv.Itoa(w.Codepage)
	}
	text := func(b []byte) string { return cleanText(decodeText(b, charset).text) }
	in := &Message{Plain: text(w.Body), HTML: text(w.HTML)}
	if rich, html := tnef.Text(w.RTF); html && in.HTML == "" {
		in.HTML = cleanText(rich)
	} else if !html && in.Plain == "" && in.HTML == "" {
		in.Plain = cleanText(rich)
	}
	if in.Text = in.Plain; strings.TrimSpace(in.Text) == "" && in.HTML != "" {
		in.Text = plain(in.HTML)
	}
	for _, f := range w.Files {
		if w.Cut && len(f.Content) == 0 {
			continue
		}
		typ := strings.ToLower(f.Type)
		if strings.Count(typ, "/") != 1 {
			typ = "application/octet-stream"
		}
		if b.attachments--; b.attachments < 0 {
			break
		}
		a := attach(CleanName(text(f.Name)), typ, f.Content)
		a.ContentID = strings.Trim(f.ContentID, "<>")
		a.Inline = a.ContentID != ""
		in.Attachments = append(in.Attachments, a)
	}
	if w.Cut {
		m.odd("winmail.dat is cut off")
	}
	p.inside, p.replaced, p.spare = in, !w.Cut && (len(in.Attachments) > 0 || in.Text != ""), true
}

// smime opens what is signed and not encrypted (RFC 8551, section 3.5.2).
func (m *Message) smime(p *Part, b *budget, depth int) {
	content, kind := cms(p.Body)
	switch {
	case kind == cmsEnveloped:
		m.encrypted("the mail is encrypted (S/MIME): it cannot be read")
	case kind == cmsSigned && len(content) > 0 && depth < MaxNested && b.parts > 0:
		p.inside = read(CRLF(content), b, depth+1)
	case strings.Contains(strings.ToLower(p.Params["smime-type"]), "enveloped"):
		m.encrypted("the mail is encrypted (S/MIME): it cannot be read")
	default:
		m.odd("a signed part (S/MIME) that cannot be opened")
	}
}

// inner is the attachments of what was opened, as the mail's own.
func (p *Part) inner() []rules.Attachment {
	if p.inside == nil {
		return nil
	}
	return p.inside.Attachments
}

// armoured says whether text is encrypted where it stands.
func armoured(text string) bool { return strings.Contains(text, "-----BEGIN PGP MESSAGE-----") }

// clearsigned takes the text out of a signature's armour (RFC 9580, section 7): what stands between its header and
// the signature, its escaped dashes undone. Other text is returned as it is.
func clearsigned(text string) string {
	const begin, signature = "-----BEGIN PGP SIGNED MESSAGE-----\n", "\n-----BEGIN PGP SIGNATURE-----"
	rest, ok := strings.CutPrefix(strings.TrimLeft(text, "\n"), begin)
	if !ok {
		return text
	}
	_, body, ok := strings.Cut(rest, "\n\n")
	if !ok {
		return text
	}
	said, sig, ok := strings.Cut(body, signature)
	if !ok {
		return text
	}
	_, after, _ := strings.Cut(sig, "-----END PGP SIGNATURE-----")
	said = strings.ReplaceAll("\n"+said, "\n- ", "\n")[1:]
	return strings.TrimRight(said+after, "\n") + "\n"
}

// What a CMS object is (RFC 5652).
const (
	cmsUnknown = iota
	cmsSigned
	cmsEnveloped
)

var (
	oidSigned        = []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2}
	oidEnveloped     = []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 3}
	oidAuthEnveloped = []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 16, 1, 23}
)

// cms tells what a CMS object is and, where it is signed, what was signed. The signature is not verified: who says
// so is found out elsewhere, and the text is shown as any text.
func cms(b []byte) (content []byte, kind int) {
	top := ber{b: b}
	outer := top.enter()            // ContentInfo
	switch oid := outer.next().b; { // contentType
	case bytes.Equal(oid, oidEnveloped), bytes.Equal(oid, oidAuthEnveloped):
		return nil, cmsEnveloped
	case !bytes.Equal(oid, oidSigned):
		return nil, cmsUnknown
	}
	data := ber{b: outer.next().b}
	signed := data.enter()             // [0] SignedData
	signed.next()                      // version
	signed.next()                      // digestAlgorithms
	encap := ber{b: signed.next().b}   // encapContentInfo
	encap.next()                       // eContentType
	explicit := ber{b: encap.next().b} // [0] eContent
	e := explicit.next()
	if e.constructed {
		for inner := (ber{b: e.b}); len(inner.b) > 0; {
			piece := inner.next()
			if piece.tag != 4 || piece.constructed {
				break
			}
			content = append(content, piece.b...)
		}
		return content, cmsSigned
	}
	return e.b, cmsSigned
}
