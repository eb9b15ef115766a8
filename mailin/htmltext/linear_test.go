package htmltext

import (
	"fmt"
	"strings"
	"testing"
)

// hostile are documents made to be slow to read.
var hostile = map[string]func(n int) string{
	"nested divs":        func(n int) string { return strings.Repeat("<div>x", n/6) },
	"nested blockquotes": func(n int) string { return strings.Repeat("<blockquote>x", n/13) },
	"stray end tags":     func(n int) string { return strings.Repeat("<b>", n/8) + strings.Repeat("</div>", n/8) },
	"misnested inline":   func(n int) string { return strings.Repeat("<b><i>x</b>", n/11) },
	"unclosed links":     func(n int) string { return strings.Repeat("<a href='http://x.example/y'>x", n/30) },
	"nested lists":       func(n int) string { return strings.Repeat("<ol><li>x", n/9) },
	"one tag":            func(n int) string { return "<div " + strings.Repeat("a=b ", n/4) + ">x" },
	"breaks":             func(n int) string { return strings.Repeat("<br>", n/4) },
	"no-break spaces":    func(n int) string { return strings.Repeat("&nbsp;", n/6) },
	"one line":           func(n int) string { return strings.Repeat("x", n) },
	"unclosed comment":   func(n int) string { return strings.Repeat("<!--", n/4) },
}

// BenchmarkHostile shows, for each shape, the time for 256 KiB, 512 KiB and 1 MiB: it must double and no more.
func BenchmarkHostile(b *testing.B) {
	for name, doc := range hostile {
		for _, n := range []int{1 << 18, 1 << 19, 1 << 20} {
			src := doc(n)
			b.Run(fmt.Sprintf("%s/%dK", strings.ReplaceAll(name, " ", "-"), n>>10), func(b *testing.B) {
				b.SetBytes(int64(len(src)))
				for b.Loop() {
					Text(src)
				}
			})
		}
	}
}

// TestHostileIsText guards that documents of such shapes give text at all, of a length in proportion.
func TestHostileIsText(t *testing.T) {
	for name, doc := range hostile {
		src := doc(1 << 16)
		if got := Text(src); len(got) > 16*len(src) {
			t.Errorf("%s: %d bytes became %d", name, len(src), len(got))
		}
	}
	deep := strings.Repeat("<div>", 200_000) + "inside" + strings.Repeat("</div>", 200_000) + "after"
	if got, want := Text(deep), "inside\nafter"; got != want {
		t.Errorf("200,000 nested elements: %q, want %q", got, want)
	}
}
