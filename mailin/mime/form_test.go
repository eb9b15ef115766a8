package mime

import (
	"strings"
	"testing"
)

// TestShowsForm: a body that its author signed is read in one way only, whatever Content-Type is put above it.
func TestShowsForm(t *testing.T) {
	const (
		parts  = "--b1\nContent-Type: text/plain\n\nHej\n--b1\nContent-Type: text/html\n\n<p>Hej\n--b1--\n"
		quotes = "Vad menar du?\n\n--b1\nContent-Type: text/plain\n\n/close\n--b1--\n"
		mixed  = "Content-Type: multipart/mixed; boundary=b1\n"
		text   = "Content-Type: text/plain\n"
		html   = "Content-Type: text/html; charset=utf-8\n"
		b64    = "Content-Transfer-Encoding: base64\n"
		qp     = "Content-Transfer-Encoding: quoted-printable\n"
	)
	for _, c := range []struct {
		name, header, body string
		want               bool
	}{
		{"parts", mixed, parts, true},
		{"parts below the customary remark", mixed, "This is a multi-part message in MIME format.\n" + parts, true},
		{"parts in blank lines", mixed + "Content-Transfer-Encoding: 8bit\n", "\n\n" + parts + "\n\n", true},
		{"parts below words", mixed, quotes, false},
		{"parts below words that begin as the remark", mixed, "This is a multi" + strings.Repeat("!", maxPreamble) + "\n" + parts, false},
		{"parts above words", mixed, parts + "\nMera.\n", false},
		{"a part that never ends", mixed, strings.TrimSuffix(parts, "--b1--\n"), false},
		{"a boundary that theirs begins with", "Content-Type: multipart/mixed; boundary=b\n", parts, false},
		{"parts in an encoding of their own", mixed + "Content-Transfer-Encoding: x-uuencode\n", parts, false},
		{"parts called text", text, parts, false},
		{"text", text, "Hej\n\n--\nAnna\n", true},
		{"text without a word about it", "", "Hej\n", true},
		{"text called HTML", html, "Hej\n> <p>/close\n", false},
		{"HTML", html, "\n<div>Hej</div>\n", true},
		{"HTML called text", text, "<div>Hej</div>\n", false},
		{"HTML in base64", html + b64, "PGRpdj5IZWo8L2Rpdj4=\n", true},
		{"the same called text", text + b64, "PGRpdj5IZWo8L2Rpdj4=\n", false},
		{"HTML in quoted-printable", html + qp, "=3Cp>Hej\n", true},
		{"prose called base64", text + b64, "Vad menar du?\nL2Nsb3Nl\n", false},
		{"text in an encoding nobody has", text + "Content-Transfer-Encoding: x-uuencode\n", "Hej\n", false},
		{"a message", "Content-Type: message/rfc822\n", "Subject: x\n\nHej\n", false},
	} {
		raw := CRLF([]byte("From: a@b.example\n" + c.header + "\n" + c.body))
		if got := ShowsForm(raw); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
