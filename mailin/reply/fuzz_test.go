package reply

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"aboveline.example/mailin/htmltext"
)

// checkWhole checks what holds for every mail: nothing is invented, and no line is lost.
func checkWhole(t *testing.T, in Input, r Result) {
	t.Helper()
	src := in.Text
	if r.Part == "html" {
		src = htmltext.Text(in.HTML)
	}
	stand := map[string]bool{}
	for l := range strings.SplitSeq(src, "\n") {
		stand[trim(l)] = true
	}
	out := map[string]bool{}
	for _, piece := range []string{r.Reply, r.Quoted, r.Signature} {
		for l := range strings.SplitSeq(piece, "\n") {
			l = trim(l)
			out[l] = true
			if l != "" && !stand[l] && !strings.Contains(src, l) {
				t.Errorf("%q stands nowhere in %q", l, src)
			}
		}
	}
	for l := range strings.SplitSeq(src, "\n") {
		if l = trim(l); l != "" && !out[l] {
			t.Errorf("%q is lost: %+v", l, r)
		}
	}
}

func trim(s string) string { return strings.TrimRightFunc(s, unicode.IsSpace) }

func FuzzVisible(f *testing.F) {
	for _, m := range []string{
		"Hej\n\nDen 5 januari 2015 14:30 skrev Anna Ek <a@b.example>:\n> q\n\nsvar\n> q2\nsvar 2\n-- \nsig",
		"reply On Mon, Jan 5, 2015, a@b.example wrote:\n> q",
		"Hej\n\nFrån: Anna <a@b.example>\nSkickat: den 5 januari 2015 14:30\nTill: x\nÄmne: y\n\ntext",
		"-- Skriv ditt svar ovanför denna rad --\nOMD-1\n",
		"a <\n> wrote:\n>From x\n| y\nAnna> z\n____________________\nx mailing list\n",
		"---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: Mon, 5 Jan 2015\n\nx",
		"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nx\n-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----",
	} {
		f.Add(m, "", "ett två tre fyra fem")
		f.Add("", "<div>"+strings.ReplaceAll(m, "\n", "<br>")+"<blockquote type=cite>x</blockquote></div>", "")
		f.Add(m, "<p>"+m+"</p><div class=gmail_quote><div class=gmail_attr>x</div></div>", m)
	}
	f.Fuzz(func(t *testing.T, text, html, known string) {
		in := Input{Text: text, HTML: html, Known: []string{known}}
		if known == "" {
			in.Known = nil
		}
		r := Visible(in)
		checkWhole(t, in, r)
		if utf8.ValidString(text) && utf8.ValidString(html) && !utf8.ValidString(r.Reply) {
			t.Errorf("valid text became invalid: %q", r.Reply)
		}
	})
}
