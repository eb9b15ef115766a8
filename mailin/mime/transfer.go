package mime

import (
	"bytes"
	"io"
	"strings"

	"github.com/emersion/go-message"
	"github.com/jhillyerd/enmime/v2"
)

// lenient reads a leaf whose quoted-printable go-message refuses. It is given one leaf at a time under a header of
// ours: enmime's time grows with the depth and number of parts it sees, and here it sees one. Its detection of
// charsets is off since it overrules right declarations, and its conversion to text since it is not linear.
var lenient = enmime.NewParser(
	enmime.SkipMalformedParts(true),
	enmime.MultipartWOBoundaryAsSinglePart(true),
	enmime.DisableCharacterDetection(true),
	enmime.DisableTextConversion(true),
	enmime.MaxStoredPartErrors(20),
	enmime.SetReadPartErrorPolicy(enmime.AllowCorruptTextPartErrorPolicy),
)

// untransfer undoes the Content-Transfer-Encoding of a leaf (RFC 2045, section 6). An encoding nobody knows leaves
// the body as it is; the second value says what was wrong.
func untransfer(body []byte, encoding string) ([]byte, string) {
	switch enc := encodingName(encoding); enc {
	case "", "7bit", "8bit", "binary":
		return body, ""
	case "base64":
		if out, err := strict(body, enc); err == nil {
			return out, ""
		}
		if !likeBase64(body) {
			return body, "body declared base64 is not"
		}
		return looseBase64(body), "broken base64"
	case "quoted-printable":
		if out, err := strict(body, enc); err == nil {
			return out, ""
		}
		return loosePrintable(body), "broken quoted-printable"
	case "x-uuencode", "x-uue", "uuencode", "uue":
		if out, _, ok := uudecode(body); ok {
			return out, ""
		}
		return body, "broken uuencode"
	default:
		return body, "unknown transfer encoding " + quoted(encoding)
	}
}

func encodingName(s string) string {
	s, _, _ = strings.Cut(strings.ToLower(stripComment(s)), ";")
	s = strings.Join(strings.Fields(strings.Trim(s, " \"'")), "")
	switch s {
	case "quoted-printable", "quotedprintable", "quoted_printable", "q":
		return "quoted-printable"
	case "base64", "base-64", "b", "x-base64":
		return "base64"
	case "7-bit", "7bits":
		return "7bit"
	case "8-bit", "8bits", "utf-8", "8bitmime":
		return "8bit"
	}
	return s
}

// strict decodes with go-message, which gives up on what is broken.
func strict(body []byte, encoding string) ([]byte, error) {
	var h message.Header
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Transfer-Encoding", encoding)
	e, err := message.New(h, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.Grow(len(body)*3/4 + 512)
	_, err = io.Copy(&out, e.Body)
	return out.Bytes(), err
}

// loosePrintable decodes with enmime; where even that cannot, the body stays as it is.
func loosePrintable(body []byte) []byte {
	const head = "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
	p, err := lenient.ReadParts(io.MultiReader(strings.NewReader(head), bytes.NewReader(body)))
	if err != nil || p == nil || len(p.Content) == 0 && len(body) > 0 {
		return unquoteQ(body)
	}
	return p.Content
}

// likeBase64 says whether nearly all of a body is of base64's alphabet.
func likeBase64(body []byte) bool {
	good, bad := 0, 0
	for _, c := range body {
		switch {
		case base64Byte(c) || c == '=' || c == '-' || c == '_':
			good++
		case c == '\r' || c == '\n' || c == '\t':
		default:
			bad++
		}
	}
	return bad*10 <= good
}

// uudecode reads the first uuencoded file in b, and says which bytes of b it was.
func uudecode(b []byte) (content []byte, name string, ok bool) {
	for p := 0; p < len(b); {
		n := lineEnd(b, p)
		line := string(bytes.TrimRight(b[p:min(n, p+300)], " \r\n"))
		p = n
		if rest, is := strings.CutPrefix(line, "begin "); is && len(rest) > 4 && octal(rest[:3]) && rest[3] == ' ' {
			content, ok = uulines(b[p:])
			return content, rest[4:], ok
		}
	}
	return nil, "", false
}

func octal(s string) bool { return strings.Trim(s, "01234567") == "" }

// uulines decodes up to the line "end"; it is false where a line is none of uuencode's.
func uulines(b []byte) ([]byte, bool) {
	var out []byte
	for p := 0; p < len(b); {
		n := lineEnd(b, p)
		line := bytes.TrimRight(b[p:n], "\r\n")
		p = n
		if string(line) == "end" {
			return out, true
		}
		if len(line) == 0 || line[0] == '`' {
			continue
		}
		size := int(line[0]-' ') & 63
		line = line[1:]
		if len(line) > 90 || len(line)*3/4+2 < size {
			return nil, false
		}
		start := len(out)
		for i := 0; i < len(line); i += 4 {
			var v [4]byte
			for j := range v {
				if i+j < len(line) {
					v[j] = (line[i+j] - ' ') & 63
				}
			}
			out = append(out, v[0]<<2|v[1]>>4, v[1]<<4|v[2]>>2, v[2]<<6|v[3])
		}
		out = out[:min(len(out), start+size)]
	}
	return out, false
}
