package mailout

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	htmltemplate "html/template"
	"strings"
	"sync"
	"text/template"

	"aboveline.example/rules"
)

// word writes a row's text and HTML. Where a template of the operator's fails on this mail, in spite of having been
// tried at start, the default wording is used: a template is never worth a mail (DESIGN, section 6).
func (c *Composer) word(o *rules.Outgoing) (worded, error) {
	body, err := c.wordBy(o, &c.wording)
	if err != nil && c.wording.defaults != nil {
		body, err = c.wordBy(o, c.wording.defaults)
	}
	return body, err
}

func (c *Composer) wordBy(o *rules.Outgoing, w *wording) (worded, error) {
	lang := spoken(o.Language)
	l := w.letters[lang][o.Template]
	if l == nil {
		return worded{}, fmt.Errorf("there is no template %.60q", string(o.Template))
	}
	r := c.look(o, lang, w.phrases[lang])
	page := r.page()
	title, body, end, err := l.write(&page)
	if err != nil {
		return worded{}, err
	}
	return w.draw(r.sheet(title, body, end))
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (w *wording) draw(s *sheet) (worded, error) {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	var out worded
	b.Reset()
	if err := w.text.Execute(b, s); err != nil {
		return out, plainError(err)
	}
	out.text = strings.TrimRight(b.String(), "\n") + "\n"
	b.Reset()
	if err := w.drawHTML(b, s); err != nil {
		return out, plainError(err)
	}
	out.html = b.String()
	return out, nil
}

func (w *wording) drawHTML(b *bytes.Buffer, s *sheet) error {
	if w.fast == nil {
		return w.html.Execute(b, s)
	}
	s.escape()
	return w.fast.Execute(b, s)
}

// textFuncs and htmlFuncs are what the layouts may call.
var textFuncs = template.FuncMap{
	"add":    func(a, b int) int { return a + b },
	"indent": func(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") },
}

var htmlFuncs = htmltemplate.FuncMap{
	"add":   func(a, b int) int { return a + b },
	"lines": brokenLines,
	"cid":   func(id string) htmltemplate.URL { return htmltemplate.URL("cid:" + id) },
	// The links were checked to be mailto: and printable ASCII; escaping for the attribute is still done.
	"mailto": func(s string) htmltemplate.URL { return htmltemplate.URL(s) },
}

// fastFuncs are the same for a sheet that was escaped beforehand.
var fastFuncs = template.FuncMap{
	"add":    func(a, b int) int { return a + b },
	"lines":  breakLines,
	"cid":    func(id string) string { return "cid:" + id },
	"mailto": func(s string) string { return s },
}

// brokenLines is text with its line breaks and indentation in HTML. We do not rely on white-space:pre-wrap, which
// Outlook for Windows does not know.
func brokenLines(s string) htmltemplate.HTML {
	return htmltemplate.HTML(breakLines(html.EscapeString(s)))
}

func breakLines(s string) string {
	s = strings.ReplaceAll(s, "\t", "    ")
	s = strings.ReplaceAll(s, "\n ", "\n&nbsp;")
	s = strings.ReplaceAll(s, "  ", " &nbsp;")
	return strings.ReplaceAll(s, "\n", "<br>\n")
}

// escape makes every string of the sheet fit to stand in HTML, as text or in a quoted attribute. Those are the only
// places the default layout has for them; a test checks that it draws the same as by html/template.
func (s *sheet) escape() {
	for _, f := range []*string{&s.Lang, &s.Subject, &s.Line, &s.Mark, &s.Goes, &s.Title, &s.By, &s.Caution, &s.Words,
		&s.QuotesTitle, &s.Number, &s.Step, &s.Reference.Label, &s.Reference.Value, &s.ActionsTitle, &s.Desk} {
		*f = html.EscapeString(*f)
	}
	for _, list := range [][]string{s.Body, s.Lines, s.Quotes, s.End} {
		for i := range list {
			list[i] = html.EscapeString(list[i])
		}
	}
	for _, rows := range [][]row{s.Fault, s.Facts} {
		for i := range rows {
			rows[i] = row{html.EscapeString(rows[i].Label), html.EscapeString(rows[i].Value)}
		}
	}
	for i, p := range s.Pictures {
		s.Pictures[i] = picture{html.EscapeString(p.CID), html.EscapeString(p.Name)}
	}
	for i, a := range s.Actions {
		s.Actions[i] = act{html.EscapeString(a.Label), html.EscapeString(a.Command), html.EscapeString(a.Mailto)}
	}
}

// squeeze takes the line breaks between the layout's elements away: they cost bytes in each mail, and none of them is
// seen.
func squeeze(s string) string {
	return strings.ReplaceAll(s, ">\n<", "><")
}

// try writes every template in every language with full and with bare samples.
func (c *Composer) try() error {
	var errs []error
	told := map[string]bool{}
	for _, lang := range Tongues {
		for _, t := range rules.Templates {
			for _, o := range samples(t, lang) {
				if _, err := c.wordBy(&o, &c.wording); err != nil && !told[err.Error()] {
					told[err.Error()] = true
					errs = append(errs, err)
				}
			}
		}
	}
	return errors.Join(errs...)
}
