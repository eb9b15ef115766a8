package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxContext is how many lines of a quotation are kept before the answer to it.
const maxContext = 12

// maxOwnQuote is how many lines with quote signs, unattributed, are believed to be the person's own choice.
const maxOwnQuote = 25

// parts are the pieces of a mail as they will be told.
type parts struct {
	reply, words, inline, quoted, signature string
}

// run is a stretch of lines of one kind.
type run struct {
	from, to int
	own      bool
}

// compose joins what is own. Quotations go, attributed ones wherever they stand. In a mail where nothing attributes
// them, lines with quote signs above own words are the person's own choice (a transcript, a question repeated), and
// stay. Where answers stand between quotations, inline
// tells them with what they answer, for an answer without its question says little to whoever reads it alone.
func (s *scan) compose() parts {
	runs := s.runs()
	keep := s.context(runs)
	mine := func(i int) bool { return s.ls[i].role == own }
	with := func(i int) bool { return s.ls[i].role == own || keep[i] }
	p := parts{words: s.join(true, mine)}
	p.reply = p.words
	switch {
	case len(keep) == 0:
	case !s.attr && len(keep) <= maxOwnQuote:
		p.reply = s.join(true, with)
	default:
		p.inline = s.join(true, with)
		keep = nil
	}
	p.signature = s.join(false, func(i int) bool { return s.ls[i].role == signature })
	p.quoted = s.join(false, func(i int) bool { r := s.ls[i].role; return r != own && r != signature && !keep[i] })
	s.addRest(&p)
	return p
}

// addRest puts what was too long to look at where the lines before it went.
func (s *scan) addRest(p *parts) {
	if s.rest == "" {
		return
	}
	if n := len(s.ls); n > 0 && s.ls[n-1].role != own {
		p.quoted = strings.TrimLeft(p.quoted+"\n"+s.rest, "\n")
		return
	}
	if p.inline != "" {
		p.inline += "\n" + s.rest
	}
	p.reply = strings.TrimLeft(p.reply+"\n"+s.rest, "\n")
	p.words = strings.TrimLeft(p.words+"\n"+s.rest, "\n")
}

// runs are the stretches of own words and of quotations, blank lines, attributions and signatures left out.
func (s *scan) runs() (rs []run) {
	for i := range s.ls {
		l := &s.ls[i]
		if l.head != "" {
			rs = append(rs, run{i, i, true})
		}
		if l.blank() || l.role != own && l.role != quoted && l.role != ourLine {
			continue
		}
		if n := len(rs); n > 0 && rs[n-1].own == (l.role == own) {
			rs[n-1].to = i + 1
			continue
		}
		rs = append(rs, run{i, i + 1, l.role == own})
	}
	return rs
}

// context chooses the quoted lines that stay.
func (s *scan) context(rs []run) map[int]bool {
	answers, first := 0, -1
	for i, r := range rs {
		if r.own && i > 0 {
			answers++
			if first < 0 {
				first = i
			}
		}
	}
	if answers == 0 {
		return nil
	}
	inline := answers >= 2 || answers == 1 && (!s.attr || first < len(rs)-1 && s.quotedByMarks(rs[first+1]))
	if !inline {
		return nil
	}
	keep := map[int]bool{}
	for i := 1; i < len(rs); i++ {
		switch {
		case !rs[i].own || rs[i-1].own || !s.quotedByMarks(rs[i-1]):
		case s.attr:
			s.keepTail(rs[i-1], keep)
		default:
			for k := rs[i-1].from; k < rs[i-1].to; k++ {
				keep[k] = true
			}
		}
	}
	return keep
}

// quotedByMarks says whether a run is a quotation line by line, not the mail below a header block.
func (s *scan) quotedByMarks(r run) bool {
	return s.ls[r.from].depth > 0 || s.ls[r.from].known
}

// keepTail keeps the end of a quotation, by whole paragraphs as far as they fit.
func (s *scan) keepTail(r run, keep map[int]bool) {
	n, from := 0, r.to
	for i := r.to - 1; i >= r.from; i-- {
		l := &s.ls[i]
		if l.blank() {
			from = i + 1
			continue
		}
		if l.role != quoted {
			break
		}
		if n++; n > maxContext {
			break
		}
		if i == r.from || n == maxContext && from == r.to {
			from = i
		}
	}
	for i := from; i < r.to; i++ {
		keep[i] = true
	}
}

// join writes the lines that are wanted, with the own words that share an attribution's line where heads says so.
// Where a quotation was left out, one blank line remains.
func (s *scan) join(heads bool, want func(int) bool) string {
	var b strings.Builder
	blanks, dropped, wrote := 0, false, false
	put := func(t string) {
		if wrote {
			if dropped {
				blanks = 1
			}
			b.WriteString(strings.Repeat("\n", blanks+1))
		}
		b.WriteString(t)
		blanks, dropped, wrote = 0, false, true
	}
	for i := range s.ls {
		l := &s.ls[i]
		take := want(i)
		if heads && l.head != "" {
			put(l.head)
		}
		switch {
		case take && l.raw != "":
			put(l.raw)
		case l.blank():
			blanks = min(blanks+1, maxBlanks)
		case !take && (l.role == quoted || l.role == header || l.role == ourLine):
			dropped = true
		}
	}
	return b.String()
}

// maxBlanks is how many blank lines in a row are kept.
const maxBlanks = 3

func startsSmall(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLower(r) || unicode.IsDigit(r)
}

func endsSentence(s string) bool {
	return s == "" || strings.ContainsRune(".!?:;…", rune(s[len(s)-1]))
}
