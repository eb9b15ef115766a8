package machine

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"

	"golang.org/x/text/encoding/htmlindex"

	"aboveline.example/rules"
)

// readMail takes a mail apart just well enough to be judged. The product reads mail in mailin/mime; this reader is
// small and its own, so that these tests stand alone.
func readMail(raw []byte) Facts {
	if bytes.HasPrefix(raw, []byte("From ")) {
		_, raw, _ = bytes.Cut(raw, []byte("\n"))
	}
	header, body := splitMail(raw)
	f := Facts{Header: map[string][]string{}}
	fields, _ := readFields(header)
	for _, h := range fields {
		name := textproto.CanonicalMIMEHeaderKey(h.name)
		f.Header[name] = append(f.Header[name], decodeWords(h.value))
	}
	f.Subject = firstOf(f.Header["Subject"])
	if found := findAddresses(firstOf(f.Header["From"])); len(found) > 0 {
		address, _ := rules.ParseAddress(found[0].address)
		f.From.Address = address
		name, _, _ := strings.Cut(f.Header["From"][0], "<")
		if len(name) < len(f.Header["From"][0]) {
			f.From.Name = strings.Trim(strings.TrimSpace(name), `"`)
		}
	}
	readPart(&f, fields, body, 0)
	var text []string
	for _, p := range f.Parts {
		if strings.HasPrefix(p.Type, "text/") {
			text = append(text, p.Text)
		}
	}
	f.Text = strings.Join(text, "\n")
	return f
}

func splitMail(raw []byte) (header string, body []byte) {
	rest := string(raw)
	for rest != "" {
		var line string
		line, rest = cutLine(rest)
		if line == "" {
			break
		}
		header += line + "\n"
	}
	return header, []byte(rest)
}

func readPart(f *Facts, fields []field, body []byte, depth int) {
	mediaType, params, err := mime.ParseMediaType(valueOf(fields, "content-type"))
	if err != nil && mediaType == "" {
		mediaType = "text/plain"
	}
	if boundary := params["boundary"]; strings.HasPrefix(mediaType, "multipart/") && boundary != "" && depth < 10 {
		r := multipart.NewReader(bytes.NewReader(body), boundary)
		n := 0
		for {
			p, err := r.NextRawPart()
			if err != nil {
				break
			}
			n++
			var fs []field
			for name, values := range p.Header {
				for _, v := range values {
					fs = append(fs, field{strings.ToLower(name), v})
				}
			}
			inner, _ := io.ReadAll(p)
			readPart(f, fs, inner, depth+1)
		}
		if n > 0 {
			return
		}
	}
	p := Part{Type: mediaType, Params: params, Description: valueOf(fields, "content-description"), Body: decodeBody(valueOf(fields, "content-transfer-encoding"), body)}
	disposition, dparams, _ := mime.ParseMediaType(valueOf(fields, "content-disposition"))
	p.Disposition = disposition
	p.Name = decodeWords(dparams["filename"])
	if strings.HasPrefix(mediaType, "text/") || strings.HasPrefix(mediaType, "message/") && mediaType != "message/rfc822" || strings.HasPrefix(mediaType, "multipart/") {
		p.Text = decodeText(params["charset"], p.Body)
	}
	f.Parts = append(f.Parts, p)
}

func decodeBody(encoding string, body []byte) []byte {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		out, _ := io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(body)))
		return out
	case "quoted-printable":
		out, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body)))
		if err == nil || len(out) > 0 {
			return out
		}
	}
	return body
}

func decodeText(charset string, body []byte) string {
	if e, err := htmlindex.Get(strings.Trim(charset, `"' `)); err == nil {
		if out, err := e.NewDecoder().Bytes(body); err == nil {
			body = out
		}
	}
	return strings.ToValidUTF8(strings.ReplaceAll(string(body), "\r\n", "\n"), "\uFFFD")
}

func decodeWords(value string) string {
	d := mime.WordDecoder{CharsetReader: func(charset string, r io.Reader) (io.Reader, error) {
		e, err := htmlindex.Get(charset)
		if err != nil {
			return nil, err
		}
		return e.NewDecoder().Reader(r), nil
	}}
	if out, err := d.DecodeHeader(value); err == nil {
		return out
	}
	return value
}
