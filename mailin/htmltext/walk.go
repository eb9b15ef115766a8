package htmltext

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// maxDepth is how many open elements are remembered. What is nested deeper is text all the same.
const maxDepth = 50_000

// maxURL is the longest address kept beside a link's text; longer ones are tracking, and no help to a reader.
const maxURL = 300

// open is an element whose end has not been seen. Its fields are what holds inside it.
type open struct {
	tag    string
	layout int
	marks  Mark
	quote  int
	hidden bool
	pre    bool
	tight  bool // a paragraph without margins
	item   int  // ol: number of the next item; 0 elsewhere
	href   string
	start  int // of a link: bytes written when it began
}

type walk struct {
	z     *html.Tokenizer
	mark  func(*Element) Mark
	stack []open
	count map[string]int // open elements by name, so that a stray end tag costs nothing
	depth int            // elements open past maxDepth
	out   writer
	el    Element
}

// Lines is the HTML as lines with their places. mark, which may be nil, is asked once for each element that begins;
// its bits hold for every line inside. An element without content (hr, br) marks the line that follows it.
func Lines(src string, mark func(*Element) Mark) []Line {
	if len(src) > MaxInput {
		src = src[:MaxInput]
	}
	w := walk{z: html.NewTokenizer(strings.NewReader(src)), mark: mark, count: map[string]int{}}
	for {
		switch w.z.Next() {
		case html.ErrorToken:
			return w.out.finish()
		case html.TextToken:
			w.text()
		case html.StartTagToken, html.SelfClosingTagToken:
			readElement(w.z, &w.el)
			w.begin(&w.el)
		case html.EndTagToken:
			name, _ := w.z.TagName()
			w.end(string(name))
		}
	}
}

func (w *walk) top() open {
	if len(w.stack) == 0 {
		return open{}
	}
	return w.stack[len(w.stack)-1]
}

func (w *walk) text() {
	t := w.top()
	if t.hidden || t.layout == dropped {
		return
	}
	raw := w.z.Text()
	if !utf8.Valid(raw) {
		raw = []byte(strings.ToValidUTF8(string(raw), "\uFFFD"))
	}
	if t.pre {
		w.out.verbatim(string(raw))
		return
	}
	w.out.flow(string(raw))
}

func (w *walk) begin(e *Element) {
	// Office writes namespaced tags (o:p, v:shape); they are inline and carry no meaning of their own.
	how := layout[e.Tag]
	for closes := impliedEnd[e.Tag]; closes != "" && len(w.stack) > 0; {
		if t := w.top().tag; !strings.Contains(closes, " "+t+" ") {
			break
		}
		w.pop()
	}
	in := w.top()
	var m Mark
	if w.mark != nil && !in.hidden {
		m = w.mark(e)
	}
	if how == void {
		w.void(e, in, m)
		return
	}
	if len(w.stack) >= maxDepth {
		w.depth++
		return
	}
	o := open{tag: e.Tag, layout: how, marks: in.marks | m, quote: in.quote, hidden: in.hidden || e.hidden(), pre: in.pre}
	if in.layout == dropped {
		o.layout = dropped
	}
	switch e.Tag {
	case "pre", "textarea":
		o.pre = true
	case "ol":
		o.item = 1
	case "p":
		o.tight = e.HasWord("class", "msonormal") || strings.Contains(e.Attr("style"), "margin:0") || strings.Contains(e.Attr("style"), "margin: 0")
	case "blockquote":
		if e.quotes() {
			o.quote++
		}
	case "a":
		o.href = e.Attr("href")
	}
	w.push(o)
	if e.Tag == "li" && !o.hidden && o.layout != dropped {
		w.bullet()
	}
}

func (w *walk) push(o open) {
	if !o.hidden && o.layout != dropped {
		w.space(o)
	}
	w.out.place(o.quote, o.marks)
	o.start = w.out.size()
	w.stack = append(w.stack, o)
	w.count[o.tag]++
}

// space sets an element off from what is before or after it.
func (w *walk) space(o open) {
	switch {
	case o.layout == newline, o.layout == paragraph && o.tight:
		w.out.lineEnd(1)
	case o.layout == paragraph:
		w.out.lineEnd(2)
	case o.layout == cell:
		w.out.cell()
	}
}

// bullet begins a list item: numbered in the list it is directly in.
func (w *walk) bullet() {
	for i := len(w.stack) - 2; i >= 0 && i >= len(w.stack)-4; i-- {
		switch l := &w.stack[i]; l.tag {
		case "ol":
			w.out.lead(strconv.Itoa(l.item) + ". ")
			l.item++
			return
		case "ul":
			w.out.lead("- ")
			return
		}
	}
	w.out.lead("- ")
}

func (w *walk) void(e *Element, in open, m Mark) {
	if in.hidden || in.layout == dropped {
		return
	}
	switch e.Tag {
	case "br":
		w.out.br()
	case "hr":
		w.out.lineEnd(2)
	case "img":
		// Clients send emoji as pictures whose alternative is the character itself; other alternatives are decoration.
		if alt := e.Attr("alt"); alt != "" && utf8.RuneCountInString(alt) <= 4 && alt[0] >= 0xE2 {
			w.out.flow(alt)
		}
	}
	if m != 0 {
		w.out.once(m)
	}
}

func (w *walk) end(tag string) {
	if w.depth > 0 {
		w.depth--
		return
	}
	if tag == "p" && w.count["p"] == 0 || tag == "br" {
		w.out.lineEnd(1)
		return
	}
	if w.count[tag] == 0 {
		return
	}
	if layout[tag] == inline && !w.near(tag) {
		return
	}
	for done := false; !done; {
		done = w.top().tag == tag
		w.pop()
	}
}

// near says whether an inline element can be ended: clients misnest them, and one that began outside a block must
// not end that block.
func (w *walk) near(tag string) bool {
	for i := len(w.stack) - 1; i >= 0 && i >= len(w.stack)-16; i-- {
		if w.stack[i].tag == tag {
			return true
		}
		if w.stack[i].layout != inline {
			return false
		}
	}
	return false
}

func (w *walk) pop() {
	o := w.top()
	w.stack = w.stack[:len(w.stack)-1]
	w.count[o.tag]--
	if !o.hidden && o.layout != dropped {
		if o.href != "" {
			w.link(o)
		}
		w.space(o)
	}
	in := w.top()
	w.out.place(in.quote, in.marks)
}

// link writes where a link goes, where its text does not tell.
func (w *walk) link(o open) {
	text := w.out.since(o.start)
	if text == "" || len(text) > maxURL || len(o.href) > maxURL {
		return
	}
	url := strings.TrimSpace(o.href)
	low := strings.ToLower(url)
	var bare string
	switch {
	case strings.HasPrefix(low, "http://"), strings.HasPrefix(low, "https://"):
		bare = strings.TrimSuffix(strings.TrimPrefix(low[strings.Index(low, "//")+2:], "www."), "/")
	case strings.HasPrefix(low, "mailto:"):
		bare, _, _ = strings.Cut(low[len("mailto:"):], "?")
		url = url[len("mailto:") : len("mailto:")+len(bare)]
	default:
		return
	}
	if bare == "" || strings.ContainsAny(url, " <>\r\n\t\"") || strings.Contains(strings.ToLower(text), bare) {
		return
	}
	w.out.flow(" <" + url + ">")
}
