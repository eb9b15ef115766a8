package htmltext

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzText(f *testing.F) {
	for _, s := range []string{"<p>a<b>c</p>", "<table><td>x<td>y", "<blockquote><blockquote>x", "<a href=http://x.example>y</a>", "<pre>a\n\n b", "<ol><li>x<li>y", "<style>x", "&nbsp;<br>&#0;", "<p hidden>x</p>y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		if !utf8.ValidString(got) {
			t.Errorf("Text(%q) = %q: not UTF-8", s, got)
		}
		if len(got) > 64*len(s)+64 {
			t.Errorf("Text of %d bytes has %d", len(s), len(got))
		}
		for _, l := range Lines(s, func(*Element) Mark { return 1 }) {
			if strings.Contains(l.Text, "\n") {
				t.Errorf("line %q has a line end", l.Text)
			}
		}
	})
}
