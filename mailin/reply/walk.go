package reply

import (
	"slices"
	"strings"
)

// walk goes through the lines once and finds attributions, header blocks, separators and our line.
func (s *scan) walk(marks []string) {
	ls := s.ls
	for i := 0; i < len(ls); i++ {
		l := &ls[i]
		switch {
		case l.role != own || l.blank():
			continue
		case s.ourLineAt(i, marks) && s.endAtOurLine(i):
			return
		case l.depth > 0 && !closesAddress(ls, i):
			if s.quotedForward(i) {
				return
			}
			continue
		case l.marks&markQuote != 0:
			s.attr = true
			continue
		case l.marks&markCut != 0:
			s.end(cut{at: i, body: i, why: "the client's header block", marked: true})
			return
		case l.marks&markForward != 0:
			s.end(cut{at: i, body: i, why: "a forwarded mail", marked: true, fwd: true})
			return
		}
		if s.separator(i) || s.block(i) {
			return
		}
		if s.attribution(i) {
			return
		}
	}
}

// quotedForward looks for a mail passed on whose client quotes it line by line, announcement and all.
func (s *scan) quotedForward(i int) bool {
	ls := s.ls
	if ls[i].depth != 1 || i > 0 && ls[i-1].depth > 0 || separationAt(ls[i].look()) != forward {
		return false
	}
	for j := i; j < len(ls); j++ {
		if ls[j].depth == 0 && !ls[j].blank() {
			return false
		}
	}
	c := cut{at: i, body: i + 1, why: "a forwarded mail", fwd: true}
	if n := next(ls, i+1, 4); n >= 0 {
		if b, ok := headerAt(ls, n); ok {
			c.head, c.body = &b, b.to
		}
	}
	s.end(c)
	return true
}

// closesAddress says whether a line that begins with ">" is only the end of an address that the line above left open.
func closesAddress(ls []line, i int) bool {
	if ls[i].depth != 1 || i == 0 || len(ls[i].text) > 24 {
		return false
	}
	j := i - 1
	return ls[j].depth == 0 && ls[j].role == own && splitAddress(ls, j)
}

// separator looks for a drawn line with words in it; done says that own words end.
func (s *scan) separator(i int) (done bool) {
	sep := separationAt(s.ls[i].look())
	if sep == noSeparation {
		return false
	}
	n := next(s.ls, i+1, 4)
	var b block
	ok := false
	if n >= 0 {
		b, ok = headerAt(s.ls, n)
	}
	switch {
	case sep == underscores && !ok:
		return false
	case sep == underscores && n >= 0 && s.ls[n].depth > 0:
		return false
	case !ok && sep == original && n >= 0 && s.ls[n].depth > 0:
		s.soften(i, i+1)
		return false
	}
	c := cut{at: i, body: i + 1, why: "the client's separator", fwd: sep == forward}
	if ok {
		c.head, c.body = &b, b.to
	}
	if c.fwd {
		c.why = "a forwarded mail"
	}
	s.end(c)
	return true
}

// block looks for a client's header block.
func (s *scan) block(i int) (done bool) {
	b, ok := headerAt(s.ls, i)
	if !ok && s.ls[i].marks&markRule != 0 && b.has[fieldFrom] && b.address {
		ok = true
	}
	if !ok || b.raw || !s.answer && !s.ours(i) {
		return false
	}
	if n := pastSnips(s.ls, b.to); n >= 0 && s.ls[n].depth > 0 && !s.html {
		s.soften(i, b.to)
		return false
	}
	if !b.has[fieldTo] && s.ls[i].marks&markRule == 0 && !s.ours(i) {
		// Patches and minutes begin so; clients' blocks name who they went to, or have a separator above.
		return false
	}
	s.end(cut{at: i, body: b.to, why: "the client's header block", head: &b})
	return true
}

// attribution looks for one that ends at line i.
func (s *scan) attribution(i int) (done bool) {
	ls := s.ls
	n := pastSnips(ls, i+1)
	follows := n >= 0 && (ls[n].depth > ls[i].depth || ls[n].depth > 0 && closesAddress(ls, i))
	marked := ls[i].marks&markAttribution != 0
	if marked && (i+1 >= len(ls) || ls[i+1].marks&markAttribution == 0) {
		from := i
		for from > 0 && ls[from-1].marks&markAttribution != 0 && !ls[from-1].blank() {
			from--
		}
		if follows || n < 0 {
			s.soften(from, i+1)
			return false
		}
		s.end(cut{at: from, body: i + 1, why: "the client's attribution", marked: true})
		return true
	}
	if marked {
		return false
	}
	k, head := attributionAt(ls, i, follows)
	if k == 0 {
		return false
	}
	from := i - k + 1
	ls[from].head = head
	if follows {
		s.soften(from, i+1)
		return false
	}
	if !s.wroteBefore(from) && !s.ours(i) {
		// Nothing stands above it: a client wrote it first, and the person's words come after.
		s.soften(from, i+1)
		return false
	}
	if s.quoteComes(i+1) && !s.ours(i) {
		// Own words stand between the attribution and its quotation: the quotation's marks tell.
		s.soften(from, i+1)
		return false
	}
	if n < 0 && !ls[i].known {
		// The last line of a mail: somebody's client wrote it and then quoted nothing.
		s.soften(from, i+1)
		return false
	}
	s.end(cut{at: from, body: i + 1, why: "the client's attribution"})
	return true
}

// wroteBefore says whether own words stand above line i. The first of them is remembered, since roles only ever move
// away from own while the walk goes on.
func (s *scan) wroteBefore(i int) bool {
	for s.first < len(s.ls) && s.ls[s.first].head == "" && (s.ls[s.first].role != own || s.ls[s.first].blank()) {
		s.first++
	}
	return s.first < i || s.ls[i].head != ""
}

// reachQuote is how many lines below an attribution its quotation may begin.
const reachQuote = 20

// quoteComes says whether a quotation by marks begins soon after line i, before any further attribution.
func (s *scan) quoteComes(i int) bool {
	for j := i; j < min(len(s.ls), i+reachQuote); j++ {
		l := &s.ls[j]
		switch {
		case l.depth > 0:
			return true
		case l.blank():
			continue
		}
		if f, _ := l.field(); f == fieldFrom || separationAt(l.look()) != noSeparation {
			return false
		}
		if n, _ := attributionAt(s.ls, j, j+1 < len(s.ls) && s.ls[j+1].depth > 0); n > 0 {
			return false
		}
	}
	return false
}

// pastSnips is the first line with text from i on, at most two that tell of something left out not counted.
func pastSnips(ls []line, i int) int {
	n := next(ls, i, 4)
	for k := 0; n >= 0 && k < 2 && ls[n].depth == 0 && snip(ls[n].text); k++ {
		n = next(ls, n+1, 4)
	}
	return n
}

// snip says whether a line only tells that something was left out.
func snip(s string) bool {
	if len(s) > 24 {
		return false
	}
	bare := strings.ToLower(strings.Trim(s, " []()<>{}-_=*/|.…8"))
	return bare == "" || bare == "snip" || bare == "clip" || bare == "cut" || bare == "trimmed" || bare == "skip" || bare == "klipp" || bare == "leikattu" || bare == "snipped"
}

// ours says whether a mail of ours follows line i.
func (s *scan) ours(i int) bool {
	k, _ := slices.BinarySearch(s.oursAt, i)
	return k < len(s.oursAt) && s.oursAt[k] < i+reachFacts
}

// findOurs remembers which lines are, or look like, of a mail of ours.
func (s *scan) findOurs() {
	for i := range s.ls {
		if l := &s.ls[i]; l.known || l.marks&markOurs != 0 || lineShape(l.text) {
			s.oursAt = append(s.oursAt, i)
		}
	}
}

// soften makes [from, to) an attribution after which quotation marks tell what is quoted.
func (s *scan) soften(from, to int) {
	give(s.ls, from, to, attribution)
	s.soft++
	s.attr = true
}

// end makes everything from c.at on somebody else's words. A drawn line, and a separator, right above go too.
func (s *scan) end(c cut) {
	for j := c.at - 1; j >= 0 && j >= c.at-3; j-- {
		if s.ls[j].blank() {
			continue
		}
		if sep := separationAt(s.ls[j].look()); sep != noSeparation || rule(s.ls[j].text) && s.ls[j].depth == 0 {
			c.at = j
			c.fwd = c.fwd || sep == forward
		}
		break
	}
	s.cut = c
	s.attr = true
	give(s.ls, c.at, c.body, header)
	give(s.ls, c.body, len(s.ls), quoted)
}

// endAtOurLine ends own words at our line, and takes the client's words above it along. A quotation around the line
// needs no end: its marks tell.
func (s *scan) endAtOurLine(i int) bool {
	ls := s.ls
	if ls[i].depth > 0 {
		ls[i].role = ourLine
		s.attr = true
		return false
	}
	at := i
	for j := i - 1; j >= 0 && j >= i-maxWrapped; j-- {
		if ls[j].blank() {
			continue
		}
		if ls[j].role == attribution || ls[j].role == header {
			at = j
			continue
		}
		if at == i {
			if k, head := attributionAt(ls, j, true); k > 0 {
				at = j - k + 1
				ls[at].head = head
			}
		}
		break
	}
	s.end(cut{at: at, body: i, why: "our line", sure: true})
	ls[i].role = ourLine
	return true
}
