package mailout

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"aboveline.example/rules"
)

// word writes a row's text and HTML. Where a wording of the operator's fails on this mail, in spite of having been
// tried at start, the default one is used: a template is never worth a mail (DESIGN, section 6).
func (c *Composer) word(o *rules.Outgoing) (worded, error) {
	s, err := c.lay(o, &c.wording)
	if err != nil && c.wording.defaults != nil {
		s, err = c.lay(o, c.wording.defaults)
	}
	if err != nil {
		return worded{}, err
	}
	return s.draw(), nil
}

// lay words a row by the given templates.
func (c *Composer) lay(o *rules.Outgoing, w *wording) (*sheet, error) {
	lang := spoken(o.Language)
	l := w.letters[lang][o.Template]
	if l == nil {
		return nil, fmt.Errorf("there is no template %.60q", string(o.Template))
	}
	r := c.look(o, lang, w.phrases[lang])
	page := r.page()
	title, body, end, err := l.write(&page)
	if err != nil {
		return nil, err
	}
	return r.sheet(title, body, end), nil
}

var pages = sync.Pool{New: func() any { return &page{b: make([]byte, 0, 16<<10)} }}

func (s *sheet) draw() worded {
	p := pages.Get().(*page)
	defer pages.Put(p)
	var out worded
	p.b = s.text(p.b[:0])
	out.text = string(append(bytes.TrimRight(p.b, "\n"), '\n'))
	p.b = p.b[:0]
	s.html(p)
	out.html = string(p.b)
	return out
}

// try words every template in every language with full and with bare samples.
func (c *Composer) try() error {
	var errs []error
	told := map[string]bool{}
	for _, lang := range Tongues {
		for _, t := range rules.Templates {
			for _, o := range samples(t, lang) {
				if _, err := c.lay(&o, &c.wording); err != nil && !told[err.Error()] {
					told[err.Error()] = true
					errs = append(errs, err)
				}
			}
		}
	}
	return errors.Join(errs...)
}
