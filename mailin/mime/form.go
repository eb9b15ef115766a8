package mime

import (
	"bytes"
	"slices"
	"strings"
)

// ShowsForm says whether a mail's body shows by itself that it is what its Content-Type and Content-Transfer-Encoding
// say, so that nobody who got the mail can have it read in another way by changing them: a multipart begins and ends
// with its own boundary, text is not one, and HTML begins with a tag. It takes time linear in the length of raw.
func ShowsForm(raw []byte) bool {
	r, ok := Scan(raw)
	if !ok {
		return false
	}
	root := &r.nodes[0]
	first, last := outerLines(raw[root.start:])
	written := (&Message{Header: headerMap(r.head.fields)}).Get("Content-Transfer-Encoding")
	encoding := encodingName(written)
	switch {
	case !slices.Contains([]string{"", "7bit", "8bit", "binary", "base64", "quoted-printable"}, encoding):
		return false
	case root.boundary != nil: // its parts are read whatever encoding it names itself (RFC 2045, section 6.4)
		open := "--" + string(root.boundary)
		return first == open && last == open+"--"
	case root.typ.value != "text/plain" && root.typ.value != "text/html",
		strings.HasPrefix(first, "--") && last == first+"--",
		encoding == "base64" && !onlyBase64(raw[root.start:]):
		return false
	}
	text, _ := untransfer(raw[root.start:], written)
	return bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n\uFEFF"), []byte("<")) == (root.typ.value == "text/html")
}

// maxPreamble is the longest line above a multipart's first boundary that counts as the customary remark.
const maxPreamble = 100

// outerLines are the first and the last line of a body that are not blank, without trailing white space. The customary
// remark for readers who know no MIME does not count as one.
func outerLines(body []byte) (first, last string) {
	next := func() string {
		body = bytes.TrimLeft(body, " \t\r\n")
		line, rest, _ := bytes.Cut(body, []byte("\n"))
		body = rest
		return string(bytes.TrimRight(line, " \t\r"))
	}
	end := bytes.TrimRight(body, " \t\r\n")
	last = string(end[bytes.LastIndexByte(end, '\n')+1:])
	first = next()
	if len(first) <= maxPreamble && strings.HasPrefix(strings.ToLower(first), "this is a multi") {
		first = next()
	}
	return first, last
}

// onlyBase64 says whether a body holds nothing but base64: of prose, a lenient decoder makes other words.
func onlyBase64(body []byte) bool {
	for _, c := range body {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '+', c == '/', c == '=', c == '\r', c == '\n':
		default:
			return false
		}
	}
	return true
}
