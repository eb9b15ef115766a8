package mailout

import (
	"html"
	"strconv"
	"strings"
)

// The layout of every mail, in its two forms. It is code and no template: it is most of a mail's cost, it keeps THE
// LINE first whatever an operator writes, and it escapes by construction. Text may stand in HTML only as content or
// in a quoted attribute, and those are the only places it is put.

// Inline styles only, since clients drop the others. We set no colour for text and no background behind it, so that
// dark mode turns both at once; what is secondary is paler by opacity, and only buttons have colours of their own.
const (
	outerStyle   markup = `max-width:600px;margin:0 auto;padding:12px 16px 24px;font-family:Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5`
	lineStyle    markup = `margin:0 0 16px;font-size:13px;opacity:0.7`
	goesStyle    markup = `margin:0 0 16px;padding:8px 12px;border-left:4px solid #c77700;font-size:14px`
	titleStyle   markup = `margin:0 0 12px;font-size:22px;line-height:1.3;font-weight:bold`
	bodyStyle    markup = `margin:0 0 12px`
	paleStyle    markup = `margin:0 0 6px;font-size:14px;opacity:0.7`
	cautionStyle markup = `margin:0 0 6px;font-size:14px;font-weight:bold`
	quoteStyle   markup = `margin:0 0 10px;padding:2px 0 2px 14px;border-left:3px solid #8aa4c8;overflow-wrap:anywhere`
	spokenStyle  markup = `margin:0 0 16px;overflow-wrap:anywhere`
	tableStyle   markup = `width:100%;margin:0 0 16px;border-collapse:collapse;font-size:15px`
	labelStyle   markup = `padding:3px 12px 3px 0;vertical-align:top;opacity:0.7;width:34%`
	valueStyle   markup = `padding:3px 0;vertical-align:top;overflow-wrap:anywhere`
	factsStyle   markup = `margin:20px 0 0;padding:14px 0 0;border-top:1px solid #8a8a8a;font-size:14px`
	doneStyle    markup = `height:8px;line-height:8px;font-size:1px;border-right:3px solid transparent;background-clip:padding-box;background-color:#2f6fce`
	aheadStyle   markup = `height:8px;line-height:8px;font-size:1px;border-right:3px solid transparent;background-clip:padding-box;background-color:#b8bec8`
	refStyle     markup = `margin:8px 0 0;font-size:11px;opacity:0.7;overflow-wrap:anywhere`
	buttonStyle  markup = `display:inline-block;margin:0 6px 8px 0;padding:10px 16px;border-radius:6px;color:#ffffff;font-size:15px;font-weight:bold;text-decoration:none;background-color:`
	firstButton  markup = `#1f5fbf`
	otherButton  markup = `#4a5568`
)

// markup is HTML that stands as it is. Only constants become markup: nothing in this package converts a string.
type markup string

// page is HTML being written.
type page struct{ b []byte }

func (p *page) raw(parts ...markup) {
	for _, m := range parts {
		p.b = append(p.b, m...)
	}
}

// text writes what others wrote.
func (p *page) text(s string) {
	if strings.ContainsAny(s, `<>&'"`) {
		s = html.EscapeString(s)
	}
	p.b = append(p.b, s...)
}

// lines writes text with its line breaks and indentation. We do not rely on white-space:pre-wrap, which Outlook for
// Windows does not know.
func (p *page) lines(s string) {
	first := true
	for l := range strings.SplitSeq(s, "\n") {
		if !first {
			p.raw("<br>\n")
		}
		first = false
		rest := strings.TrimLeft(l, " \t")
		for _, c := range l[:len(l)-len(rest)] {
			if c == '\t' {
				p.raw("&nbsp;&nbsp;&nbsp;")
			}
			p.raw("&nbsp;")
		}
		p.text(rest)
	}
}

// element writes text inside an element with a style; nothing where there is none.
func (p *page) element(tag, style markup, s string) {
	if s == "" {
		return
	}
	p.raw("<", tag, ` style="`, style, `">`)
	p.text(s)
	p.raw("</", tag, ">\n")
}

func (p *page) rows(style markup, rows []row) {
	if len(rows) == 0 {
		return
	}
	p.raw(`<table role="presentation" cellpadding="0" cellspacing="0" style="`, style, `">`)
	for _, r := range rows {
		p.raw(`<tr><td style="`, labelStyle, `">`)
		p.text(r.Label)
		p.raw(`</td><td style="`, valueStyle, `">`)
		p.text(r.Value)
		p.raw("</td></tr>\n")
	}
	p.raw("</table>\n")
}

// html draws the sheet.
func (s *sheet) html(p *page) {
	p.raw("<!DOCTYPE html>\n<html lang=\"")
	p.text(s.Lang)
	p.raw("\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
		"<meta name=\"color-scheme\" content=\"light dark\">\n<title>")
	p.text(s.Subject)
	p.raw("</title></head>\n<body style=\"margin:0;padding:0\"><div style=\"", outerStyle, "\">\n")
	s.htmlLine(p)
	p.element("p", goesStyle, s.Goes)
	p.element("h1", titleStyle, s.Title)
	for _, t := range s.Body {
		p.element("p", bodyStyle, t)
	}
	s.htmlList(p)
	s.htmlWords(p)
	p.rows(tableStyle, s.Fault)
	if len(s.Quotes) > 0 {
		p.element("p", paleStyle, s.QuotesTitle)
	}
	for _, q := range s.Quotes {
		p.raw(`<div dir="auto" style="`, quoteStyle, `">`)
		p.lines(q)
		p.raw("</div>\n")
	}
	for _, t := range s.End {
		p.element("p", bodyStyle, t)
	}
	s.htmlPast(p)
	s.htmlFacts(p)
	s.htmlActions(p)
	p.raw("</div></body>\n</html>\n")
}

// htmlLine: clients rewrite id and class in replies, and some drop data attributes; one of the three, or the text
// with its mark, comes back (PEERS 4a).
func (s *sheet) htmlLine(p *page) {
	p.raw(`<div id="aboveline" class="aboveline-line" data-aboveline="`)
	p.text(s.Mark)
	p.raw(`" style="`, lineStyle, `">`)
	p.text(s.Line)
	if s.Mark != "" {
		p.raw(` <span style="font-size:10px">`)
		p.text(s.Mark)
		p.raw("</span>")
	}
	p.raw("</div>\n")
}

func (s *sheet) htmlList(p *page) {
	if len(s.Lines) == 0 {
		return
	}
	tag := markup("ul")
	if s.Numbered {
		tag = "ol"
	}
	p.raw("<", tag, ` style="margin:0 0 12px;padding-left:26px">`)
	for _, l := range s.Lines {
		p.element("li", "margin:0 0 6px", l)
	}
	p.raw("</", tag, ">\n")
}

func (s *sheet) htmlWords(p *page) {
	if s.Words != "" {
		p.element("p", paleStyle, s.By)
		p.element("p", cautionStyle, s.Caution)
		style := quoteStyle
		if s.Spoken {
			style = spokenStyle
		}
		p.raw(`<div dir="auto" style="`, style, `">`)
		p.lines(s.Words)
		p.raw("</div>\n")
	}
	for _, pic := range s.Pictures {
		p.raw(`<p style="`, bodyStyle, `"><img src="cid:`)
		p.text(pic.CID)
		p.raw(`" alt="`)
		p.text(pic.Name)
		p.raw(`" style="max-width:100%;height:auto;border:1px solid #8a8a8a"></p>`, "\n")
	}
}

func (s *sheet) htmlPast(p *page) {
	if len(s.Past) == 0 {
		return
	}
	p.raw(`<div style="`, factsStyle, `">`)
	p.element("p", "margin:0 0 10px;font-weight:bold", s.PastTitle)
	for _, d := range s.Past {
		p.element("p", paleStyle, d.By)
		p.element("p", cautionStyle, d.Caution)
		p.raw(`<div dir="auto" style="`, quoteStyle, `">`)
		p.lines(d.Words)
		p.raw("</div>\n")
	}
	p.element("p", paleStyle, s.PastEnd)
	p.raw("</div>\n")
}

func (s *sheet) htmlFacts(p *page) {
	if s.Number == "" && s.Reference.Value == "" {
		return
	}
	p.raw(`<div style="`, factsStyle, `">`)
	if s.Number != "" {
		p.element("p", "margin:0 0 6px;font-size:16px;font-weight:bold", s.Number)
		if s.Step != "" {
			p.raw(`<table role="presentation" cellpadding="0" cellspacing="0" style="width:100%;border-collapse:separate"><tr>`)
			for _, done := range s.Steps {
				style := aheadStyle
				if done {
					style = doneStyle
				}
				p.raw(`<td style="`, style, `">&nbsp;</td>`)
			}
			p.raw("</tr></table>\n")
			p.element("p", "margin:4px 0 8px;font-size:13px;opacity:0.7", s.Step)
		}
		p.rows("width:100%;border-collapse:collapse;font-size:14px", s.Facts)
	}
	if s.Reference.Value != "" {
		p.raw(`<p style="`, refStyle, `">`)
		p.text(s.Reference.Label)
		p.raw(": ")
		p.text(s.Reference.Value)
		p.raw("</p>\n")
	}
	p.raw("</div>\n")
}

func (s *sheet) htmlActions(p *page) {
	if len(s.Actions) == 0 {
		return
	}
	p.raw(`<div style="margin:20px 0 0">`)
	p.element("p", "margin:0 0 8px;font-size:14px;opacity:0.7", s.ActionsTitle)
	colour := firstButton
	for _, a := range s.Actions {
		p.raw(`<a href="`)
		p.text(a.Mailto)
		p.raw(`" title="`)
		p.text(a.Command)
		p.raw(`" style="`, buttonStyle, colour, `">`)
		p.text(a.Label)
		p.raw("</a>\n")
		colour = otherButton
	}
	p.raw("</div>\n")
}

// text draws the sheet as plain text: paragraphs stand on one line each, for the reader's program to wrap.
func (s *sheet) text(b []byte) []byte {
	block := func(parts ...string) {
		before := len(b)
		for _, p := range parts {
			b = append(b, p...)
		}
		if len(b) > before {
			b = append(b, "\n\n"...)
		}
	}
	b = append(b, s.Line...)
	if s.Mark != "" {
		b = append(append(b, ' '), s.Mark...)
	}
	b = append(b, "\n\n"...)
	block(s.Goes)
	block(s.Title)
	for _, t := range s.Body {
		block(t)
	}
	for i, l := range s.Lines {
		lead := "* "
		if s.Numbered {
			lead = strconv.Itoa(i+1) + ". "
		}
		b = append(append(append(b, lead...), l...), '\n')
	}
	if len(s.Lines) > 0 {
		b = append(b, '\n')
	}
	if s.Words != "" {
		block(s.By)
		block(s.Caution)
		block(s.Words)
	}
	for _, pic := range s.Pictures {
		block("[", pic.Name, "]")
	}
	if b = textRows(b, s.Fault); len(s.Fault) > 0 {
		b = append(b, '\n')
	}
	if len(s.Quotes) > 0 {
		block(s.QuotesTitle)
	}
	for _, q := range s.Quotes {
		block("  ", strings.ReplaceAll(q, "\n", "\n  "))
	}
	for _, t := range s.End {
		block(t)
	}
	if len(s.Past) > 0 {
		block(s.PastTitle)
	}
	for _, d := range s.Past {
		block(d.By)
		block(d.Caution)
		block("  ", strings.ReplaceAll(d.Words, "\n", "\n  "))
	}
	block(s.PastEnd)
	return s.textFacts(b)
}

func textRows(b []byte, rows []row) []byte {
	for _, r := range rows {
		b = append(append(append(append(b, r.Label...), ": "...), r.Value...), '\n')
	}
	return b
}

func (s *sheet) textFacts(b []byte) []byte {
	if s.Number != "" {
		b = append(append(b, s.Number...), '\n')
		if s.Step != "" {
			b = append(b, '[')
			for _, done := range s.Steps {
				if done {
					b = append(b, '#')
				} else {
					b = append(b, '.')
				}
			}
			b = append(append(append(b, "] "...), s.Step...), '\n')
		}
		b = textRows(b, s.Facts)
	}
	if s.Reference.Value != "" {
		b = textRows(b, []row{s.Reference})
	}
	if len(s.Actions) == 0 {
		return b
	}
	b = append(append(append(b, '\n'), s.ActionsTitle...), "\n\n"...)
	for _, a := range s.Actions {
		b = textRows(b, []row{{a.Label, a.Command}})
		b = append(append(append(b, '<'), a.Mailto...), ">\n\n"...)
	}
	return b
}
