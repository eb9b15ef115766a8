package mailout

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"

	"aboveline.example/rules"
)

// writing is a mail being laid down: bytes, broken where a blob goes in.
type writing struct {
	pieces []rules.Piece
	b      []byte
}

func (w *writing) str(s string) { w.b = append(w.b, s...) }

func (w *writing) header(h *header) {
	w.b = append(w.b, h.b...)
	w.b = append(w.b, "\r\n"...)
}

// blob lets an attachment's stored bytes stand here in base64.
func (w *writing) blob(a rules.Attachment) {
	w.pieces = append(w.pieces, rules.Piece{Text: w.b}, rules.Piece{Blob: a.SHA256, Plain: a.Plain})
	w.b = nil
}

func (w *writing) done() []rules.Piece {
	if len(w.b) > 0 {
		w.pieces = append(w.pieces, rules.Piece{Text: w.b})
	}
	return w.pieces
}

// boundary derives a boundary from the row. It begins with "=_", which neither quoted-printable nor base64 can
// produce (RFC 2045, section 6.7), so no content can ever contain it.
func boundary(o *rules.Outgoing, level string) string {
	sum := sha256.Sum256([]byte(string(o.ID) + "\x00" + string(o.MessageID) + "\x00" + level))
	return "=_" + hex.EncodeToString(sum[:12])
}

// multipart is the Content-Type of a container.
func multipart(kind, boundary string) value {
	return value{[]string{"multipart/" + kind + ";", `boundary="` + boundary + `"`}}
}

// quotedPrintable appends s as text in lines of at most 76 characters ended by CRLF. RFC 2045, section 6.7.
//
// Own code, for a mail's text is most of its cost: it copies runs of plain bytes instead of asking byte by byte.
func quotedPrintable(dst []byte, s string) []byte {
	const room = 75 // the 76th may have to be a soft break's "="
	col := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c == '\n' {
			dst = append(dst, '\r', '\n')
			col = 0
			i++
			continue
		}
		if qpPlain[c] {
			j := i + 1
			for j < len(s) && j-i < room-col && qpPlain[s[j]] {
				j++
			}
			if col >= room {
				dst = append(dst, '=', '\r', '\n')
				col = 0
				continue
			}
			// A lone dot and "From " at a line's start are what transports like to change; encoding them costs
			// two characters.
			if col == 0 && (c == '.' || c == 'F') {
				dst = append(dst, '=', upperHex[c>>4], upperHex[c&15])
				col, i = 3, i+1
				continue
			}
			dst = append(dst, s[i:j]...)
			col += j - i
			i = j
			continue
		}
		if c == ' ' && i+1 < len(s) && s[i+1] != '\n' {
			if col >= room {
				dst = append(dst, '=', '\r', '\n')
				col = 0
			}
			dst = append(dst, ' ')
			col++
			i++
			continue
		}
		// A character is kept whole on its line: some readers decode line by line.
		size := 1
		if c >= utf8.RuneSelf {
			_, size = utf8.DecodeRuneInString(s[i:])
		}
		if col+3*size > room {
			dst = append(dst, '=', '\r', '\n')
			col = 0
		}
		for _, c := range []byte(s[i : i+size]) {
			dst = append(dst, '=', upperHex[c>>4], upperHex[c&15])
		}
		col += 3 * size
		i += size
	}
	if col > 0 {
		dst = append(dst, '\r', '\n')
	}
	return dst
}

var qpPlain = func() (t [256]bool) {
	for c := '!'; c <= '~'; c++ {
		t[c] = c != '='
	}
	return t
}()

// mediaType is an attachment's type as we dare pass it on: what is no type, what would run in a reader's browser and
// what may not be in base64 (RFC 2046, sections 5.1 and 5.2.1) becomes plain bytes.
func mediaType(s string) string {
	const octets = "application/octet-stream"
	major, minor, ok := strings.Cut(s, "/")
	if !ok || len(s) > 100 || !mimeToken(major) || !mimeToken(minor) {
		return octets
	}
	switch s = strings.ToLower(s); {
	case strings.HasPrefix(s, "multipart/"), strings.HasPrefix(s, "message/"),
		s == "text/html", s == "application/xhtml+xml", s == "image/svg+xml", s == "text/xml", s == "application/xml":
		return octets
	}
	return s
}

// mimeToken: RFC 2045, section 5.1.
func mimeToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;:\"/[]?=`, r)
	})
}

// named adds a file's name to a Content-Type ("name") or Content-Disposition ("filename"). ASCII stands quoted.
// Other names stand by RFC 2231 in the disposition, as the standard has it, and by RFC 2047 in the type, where
// older Outlooks look.
func named(v value, param, name string) value {
	name = strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == '"' {
			return '_'
		}
		return r
	}, oneLine(name, 120))
	// Readers decode encoded-words here, too, though none may stand in a parameter: RFC 2047, section 5.
	name = strings.ReplaceAll(name, "=?", "_")
	if name == "" {
		return v
	}
	atoms := append([]string{}, v.atoms...)
	atoms[len(atoms)-1] += ";"
	switch {
	case rules.IsASCII(name) && len(name) < 60:
		return value{append(atoms, param+`="`+name+`"`)}
	case param == "name":
		words := encodedWords(name)
		words[0] = param + `="` + words[0]
		words[len(words)-1] += `"`
		return value{append(atoms, words...)}
	}
	return value{append(atoms, continued(param, name)...)}
}

// continued splits a parameter: RFC 2231, sections 3 and 4.
func continued(param, name string) []string {
	const room = 50
	var parts []string
	part := "utf-8''"
	for _, r := range name {
		var b strings.Builder
		for _, c := range []byte(string(r)) {
			if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_' {
				b.WriteByte(c)
			} else {
				b.WriteByte('%')
				b.WriteByte(upperHex[c>>4])
				b.WriteByte(upperHex[c&15])
			}
		}
		if len(part)+b.Len() > room {
			parts = append(parts, part)
			part = ""
		}
		part += b.String()
	}
	parts = append(parts, part)
	if len(parts) == 1 {
		return []string{param + "*=" + parts[0]}
	}
	for i, p := range parts {
		parts[i] = param + "*" + strconv.Itoa(i) + "*=" + p
		if i < len(parts)-1 {
			parts[i] += ";"
		}
	}
	return parts
}
