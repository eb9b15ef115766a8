package reply

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hostile are mails made to be slow to read. Each grows with n; reading must grow no faster.
var hostile = map[string]func(n int) Input{
	"one line of quote signs": func(n int) Input { return Input{Text: strings.Repeat(">", n)} },
	"lines of quote signs":    func(n int) Input { return Input{Text: strings.Repeat(">>>>>>>>>\n", n/10)} },
	"attributions": func(n int) Input {
		return Input{Text: strings.Repeat("On Mon, 5 Jan 2015 at 14:30, A <a@b.example>\n", n/45)}
	},
	"attributions and quotes": func(n int) Input { return Input{Text: strings.Repeat("Anna wrote:\n> x\n", n/16)} },
	"attributions of nothing": func(n int) Input { return Input{Text: strings.Repeat("On 5 Jan 2015 at 14:30, A wrote:\n\n", n/34)} },
	"marked signatures":       func(n int) Input { return Input{HTML: "<div class=gmail_signature>" + strings.Repeat("x<br>", n/5)} },
	"half attributions":       func(n int) Input { return Input{Text: strings.Repeat("on 5 jan a <:\n", n/14)} },
	"header lines":            func(n int) Input { return Input{Text: strings.Repeat("From: a\n", n/8)} },
	"header lines, blank":     func(n int) Input { return Input{Text: strings.Repeat("To: a@b\n\nx\n", n/11)} },
	"separators":              func(n int) Input { return Input{Text: strings.Repeat("____________________\n", n/21)} },
	"signature rules":         func(n int) Input { return Input{Text: strings.Repeat("-- \n", n/4)} },
	"closings":                func(n int) Input { return Input{Text: strings.Repeat("Mvh\n", n/4)} },
	"our line": func(n int) Input {
		return Input{Text: strings.Repeat("-- Skriv ditt svar ovanför denna rad --\nx\n", n/43)}
	},
	"foreign prefixes": func(n int) Input { return Input{Text: strings.Repeat("Anna> x\n\n| y\n", n/14)} },
	"one endless line": func(n int) Input { return Input{Text: strings.Repeat("On Mon a@b wrote: ", n/18)} },
	"blank lines":      func(n int) Input { return Input{Text: strings.Repeat("\n", n)} },
	"armour":           func(n int) Input { return Input{Text: strings.Repeat("-----BEGIN PGP SIGNATURE-----\n", n/30)} },
	"inline answers":   func(n int) Input { return Input{Text: strings.Repeat("> q\nsvar\n", n/9)} },
	"known shingles": func(n int) Input {
		return Input{Text: strings.Repeat("ett två tre fyra fem sex\n", n/27), Known: []string{strings.Repeat("ett två tre fyra fem sex ", n/27)}}
	},
	"nested blockquotes": func(n int) Input { return Input{HTML: strings.Repeat("<blockquote type=cite>x", n/23)} },
	"nested divs":        func(n int) Input { return Input{HTML: strings.Repeat("<div class=gmail_quote>x", n/24)} },
	"stray end tags":     func(n int) Input { return Input{HTML: strings.Repeat("<b>", n/8) + strings.Repeat("</div>", n/8)} },
	"unclosed links":     func(n int) Input { return Input{HTML: strings.Repeat("<a href='http://x.example/y'>x", n/30)} },
	"one tag":            func(n int) Input { return Input{HTML: "<div " + strings.Repeat("a=b ", n/4) + ">x"} },
	"table cells":        func(n int) Input { return Input{HTML: strings.Repeat("<td>", n/4)} },
	"half html, half text": func(n int) Input {
		return Input{HTML: strings.Repeat("<p>On Mon, x:", n/26), Text: strings.Repeat("On Mon, x:\n", n/22)}
	},
}

// BenchmarkHostile shows, for each shape, the time for 256 KiB, 512 KiB and 1 MiB: it must double and no more.
func BenchmarkHostile(b *testing.B) {
	for name, mail := range hostile {
		for _, n := range []int{1 << 18, 1 << 19, 1 << 20} {
			in := mail(n)
			b.Run(fmt.Sprintf("%s/%dK", strings.ReplaceAll(name, " ", "-"), n>>10), func(b *testing.B) {
				b.SetBytes(int64(len(in.Text) + len(in.HTML)))
				for b.Loop() {
					Visible(in)
				}
			})
		}
	}
}

// BenchmarkOrdinary reads the goldens, mails of the size and shape that people send.
func BenchmarkOrdinary(b *testing.B) {
	files, err := filepath.Glob(goldens + "/*[!n]")
	if err != nil {
		b.Fatal(err)
	}
	var mails []Input
	size := 0
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			b.Fatal(err)
		}
		in := Input{Text: string(raw)}
		if filepath.Ext(f) == ".html" {
			in = Input{HTML: string(raw)}
		}
		mails = append(mails, in)
		size += len(raw)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, in := range mails {
			Visible(in)
		}
	}
}
