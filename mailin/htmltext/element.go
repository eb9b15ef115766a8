package htmltext

import (
	"strings"

	"golang.org/x/net/html"
)

// Element is an open tag as a marker sees it.
type Element struct {
	Tag   string
	attrs [maxAttrs]attr
	n     int
}

// maxAttrs is how many attributes of one tag are read; mail clients write at most a dozen.
const maxAttrs = 24

type attr struct{ key, val string }

// Attr is the value of an attribute, "" where it is absent. Names are in lower case.
func (e *Element) Attr(name string) string {
	v, _ := e.lookup(name)
	return v
}

func (e *Element) lookup(name string) (string, bool) {
	for _, a := range e.attrs[:e.n] {
		if a.key == name {
			return a.val, true
		}
	}
	return "", false
}

// HasWord says whether a space-separated attribute such as class holds a word, in any case, with or without the
// prefix that webmails put before foreign names ("x_", once for each time the mail was passed on).
func (e *Element) HasWord(name, word string) bool {
	for w := range strings.FieldsSeq(e.Attr(name)) {
		for len(w) > 2 && w[:2] == "x_" {
			w = w[2:]
		}
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}

// Style is the style attribute in lower case without spaces, so that it can be searched for a declaration.
func (e *Element) Style() string {
	s := e.Attr("style")
	if s == "" {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\n' || r == '\r' || r == '\t' {
			return -1
		}
		return r
	}, strings.ToLower(s))
}

func readElement(z *html.Tokenizer, e *Element) {
	name, more := z.TagName()
	e.Tag, e.n = string(name), 0
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		if e.n < maxAttrs {
			e.attrs[e.n] = attr{string(k), string(v)}
			e.n++
		}
	}
}

// hidden says whether the element is not shown: its text is for machines, previews or somebody to be fooled.
func (e *Element) hidden() bool {
	if _, ok := e.lookup("hidden"); ok {
		return true
	}
	s := e.Style()
	if s == "" {
		return false
	}
	for _, d := range []string{"display:none", "visibility:hidden", "mso-hide:all", "font-size:0;", "font-size:0px"} {
		if strings.Contains(s, d) {
			return true
		}
	}
	return strings.HasSuffix(s, "font-size:0")
}

// quotes says whether a blockquote quotes. Clients also use it to indent: then it has no border.
func (e *Element) quotes() bool {
	if e.Attr("type") == "cite" || e.Attr("cite") != "" {
		return true
	}
	s := e.Style()
	if s == "" {
		return !e.HasWord("class", "gmail_quote")
	}
	if strings.Contains(s, "border-left") && !strings.Contains(s, "border-left:none") || strings.Contains(s, "border-color") {
		return true
	}
	return !strings.Contains(s, "border:none") && !strings.Contains(s, "border:0") && !strings.Contains(s, "margin:00040px")
}

// How an element stands in the text.
const (
	inline    = iota
	newline   // begins and ends on a line of its own
	paragraph // and is set off by a blank line
	cell      // set off from its neighbours
	void      // has no content
	dropped   // its content is not text
)

var layout = map[string]int{
	"div": newline, "tr": newline, "li": newline, "dt": newline, "dd": newline, "section": newline, "article": newline,
	"header": newline, "footer": newline, "main": newline, "aside": newline, "nav": newline, "address": newline,
	"center": newline, "form": newline, "fieldset": newline, "figure": newline, "figcaption": newline, "body": newline,
	"html": newline, "caption": newline, "tbody": newline, "thead": newline, "tfoot": newline, "option": newline,
	"p": paragraph, "h1": paragraph, "h2": paragraph, "h3": paragraph, "h4": paragraph, "h5": paragraph, "h6": paragraph,
	"ul": paragraph, "ol": paragraph, "dl": paragraph, "table": newline, "blockquote": paragraph, "pre": paragraph,
	"td": cell, "th": cell,
	"br": void, "hr": void, "img": void, "input": void, "meta": void, "link": void, "base": void, "col": void, "wbr": void,
	"area": void, "embed": void, "source": void, "track": void, "param": void, "bgsound": void, "frame": void,
	"script": dropped, "style": dropped, "head": dropped, "title": dropped, "template": dropped, "object": dropped,
	"svg": dropped, "math": dropped, "select": dropped, "textarea": inline, "noscript": inline, "xml": dropped,
	"iframe": dropped, "noframes": dropped, "noembed": dropped, "audio": dropped, "video": dropped,
}

// impliedEnd tells which elements end without a tag when another begins right inside them (HTML, section 13.1.2.4).
var impliedEnd = map[string]string{
	"li": " li ", "p": " p ", "div": " p ", "ul": " p ", "ol": " p ", "table": " p ", "blockquote": " p ", "pre": " p ",
	"td": " td th p ", "th": " td th p ", "tr": " td th tr p ", "dt": " dt dd p ", "dd": " dt dd p ", "option": " option ",
	"h1": " p ", "h2": " p ", "h3": " p ", "body": " head title ", "hr": " p ",
}
