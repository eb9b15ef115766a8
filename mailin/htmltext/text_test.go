package htmltext

import "testing"

func TestText(t *testing.T) {
	for _, tt := range []struct{ name, html, want string }{
		{"paragraphs", "<p>En</p><p>Två</p>", "En\n\nTvå"},
		{"outlook paragraphs have no margin", `<p class="MsoNormal">En</p><p class=MsoNormal>Två<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>Tre</p>`, "En\nTvå\n\nTre"},
		{"divs and breaks", "<div>En</div><div><br></div><div>Två<br>Tre</div>", "En\n\nTvå\nTre"},
		{"table cells", "<table><tr><td>AB12</td><td>citerat</td></tr><tr><td>C</td></tr></table>", "AB12\tciterat\nC"},
		{"lists", "<ul><li>En<li>Två</ul><ol><li>A</li><li>B</li></ol>", "- En\n- Två\n\n1. A\n2. B"},
		{"blockquote", "Hej<blockquote type=cite><div>Du</div><blockquote type=cite>Jag</blockquote></blockquote>då", "Hej\n\n> Du\n>\n> > Jag\n\ndå"},
		{"indented, not quoted", `Hej<blockquote class="gmail_quote" style="margin: 0 0 0 40px; border: none; padding: 0px;">indraget</blockquote>`, "Hej\n\nindraget"},
		{"hidden", `<span style="display: none">dold</span><p hidden>dold</p>syns<div style="font-size:0">nej</div>`, "syns"},
		{"style and script", "<head><title>T</title><style>p{}</style></head><body><script>alert(1)</script>text</body>", "text"},
		{"entities", "&Aring;sa &amp; Bj&ouml;rn &lt;b@x.example&gt;&nbsp;!", "Åsa & Björn <b@x.example> !"},
		{"link with other text", `<a href="https://www.omdirekt.example/a?b=1">Öppna</a>`, "Öppna <https://www.omdirekt.example/a?b=1>"},
		{"link that says where", `<a href="https://omdirekt.example/">omdirekt.example</a> <a href="mailto:a@b.example?subject=x">a@b.example</a>`, "omdirekt.example a@b.example"},
		{"link to a script", `<a href="javascript:alert(1)">klicka</a>`, "klicka"},
		{"preformatted", "<pre>a  b\n\n  c</pre>", "a  b\n\n  c"},
		{"white space folds", "  a \n\t b  ", "a b"},
		{"misnested inline", "<b><p>En</b> två</p>tre", "En två\n\ntre"},
		{"stray end tags", "</div></b>text</blockquote>", "text"},
		{"emoji picture", `Tack <img alt="😊" src="cid:1"><img alt="logo">`, "Tack 😊"},
		{"comments and conditionals", "<!--[if mso]><p>Word</p><![endif]-->text", "text"},
		{"not html", "bara text", "bara text"},
		{"empty", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Text(tt.html); got != tt.want {
				t.Errorf("Text(%q) = %q, want %q", tt.html, got, tt.want)
			}
		})
	}
}
