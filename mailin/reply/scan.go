package reply

import "aboveline.example/mailin/htmltext"

// cut is where own words end for good, and why.
type cut struct {
	at     int // index of the first line that is not own; -1 where there is none
	body   int // first line of the mail that follows: after attribution, header block and separators
	why    string
	head   *block // its header block, where it has one
	fwd    bool   // what follows is passed on, not answered
	marked bool   // an HTML element said so
	sure   bool   // our own line
}

// scan is one part of a mail with the roles of its lines.
type scan struct {
	ls        []line
	rest      string
	cut       cut
	soft      int  // attributions followed by quotation marks
	forwarded bool // the subject says that the mail is passed on
	answer    bool // the subject does not speak against an answer
	attr      bool // an attribution or header block stands somewhere
	html      bool
	first     int   // see wroteBefore
	oursAt    []int // see findOurs
	shapes    int   // lines that looked like ours and were looked into
}

func scanText(text string, in *Input, known *shingles) *scan {
	ls, rest := split(text)
	return newScan(&scan{ls: ls, rest: rest}, in, known)
}

func scanHTML(src string, in *Input, known *shingles) *scan {
	ls, rest := fromHTML(htmltext.Lines(src, marker(in.Marks)))
	return newScan(&scan{ls: ls, rest: rest, html: true}, in, known)
}

func newScan(s *scan, in *Input, known *shingles) *scan {
	s.cut.at = -1
	s.answer = answerSubject(in.Subject)
	known.mark(s.ls)
	unescapeFrom(s.ls)
	foreignPrefixes(s.ls)
	footers(s.ls)
	s.containers()
	s.findOurs()
	s.walk(in.Marks)
	s.forwarded = forwardSubject(in.Subject) || eitherSubject(in.Subject) && s.fra()
	s.overflow()
	s.quotes()
	s.answersUnder()
	s.answersBelow(known)
	s.signatures()
	return s
}

// unescapeFrom undoes what mbox files do to lines that begin with "From ": a single such line is no quotation.
func unescapeFrom(ls []line) {
	for i := range ls {
		if ls[i].depth != 1 || len(ls[i].raw) < 6 || ls[i].raw[:6] != ">From " {
			continue
		}
		if (i == 0 || ls[i-1].depth == 0) && (i+1 == len(ls) || ls[i+1].depth == 0) {
			ls[i].depth = 0
		}
	}
}

// containers takes the lines that a client's element marks as the answered mail for quoted. A container that holds a
// mail passed on is left to the walk.
func (s *scan) containers() {
	if !s.html {
		return
	}
	for i := 0; i < len(s.ls); i++ {
		if s.ls[i].marks&markQuote == 0 {
			continue
		}
		end := i
		for end < len(s.ls) && (s.ls[end].marks&markQuote != 0 || s.ls[end].blank()) {
			end++
		}
		first := next(s.ls, i, 6)
		if first >= 0 && separationAt(s.ls[first].look()) == forward {
			s.ls[first].marks |= markForward
			for k := i; k < end; k++ {
				s.ls[k].marks &^= markQuote
			}
		} else if answeredInside(s.ls[i:end]) {
			for k := i; k < end; k++ {
				s.ls[k].marks &^= markQuote
			}
		}
		i = end
	}
}

// answeredInside says whether a container has own words between its quotations: then it is no more than where the
// client put its cursor, and the depth of each line tells.
func answeredInside(ls []line) bool {
	seen := false
	for i := range ls {
		l := &ls[i]
		if l.blank() || l.marks&(markAttribution|markSignature) != 0 {
			continue
		}
		if l.depth > 0 {
			seen = true
		} else if seen {
			return true
		}
	}
	return false
}

// overflow finds the ends of quoted lines that a client wrapped without a new quote sign: a short piece in small
// letters between two quoted lines, the first of which is long and ends in mid-sentence.
func (s *scan) overflow() {
	ls := s.ls
	for i := 1; i+1 < len(ls); i++ {
		l := &ls[i]
		if l.role != own || l.depth > 0 || l.blank() || ls[i-1].depth == 0 || ls[i+1].depth == 0 || ls[i-1].blank() {
			continue
		}
		if len(l.text) < 40 && len(ls[i-1].raw) >= 66 && startsSmall(l.text) && !endsSentence(ls[i-1].text) {
			l.depth = ls[i-1].depth
		}
	}
}

// quotes gives lines that are marked as quoted their role. A quotation that begins with its own attribution or header
// block counts as attributed.
func (s *scan) quotes() {
	for i := range s.ls {
		l := &s.ls[i]
		if l.role != own || l.depth == 0 && l.marks&markQuote == 0 {
			continue
		}
		if !s.attr && (i == 0 || s.ls[i-1].depth == 0) {
			s.attr = s.attributesItself(i)
		}
		l.role = quoted
	}
}

// attributesItself says whether the quotation that begins at line i tells on one of its first lines whose it is.
func (s *scan) attributesItself(i int) bool {
	if s.ls[i].marks&markCited != 0 {
		return true
	}
	if _, ok := headerAt(s.ls, i); ok {
		return true
	}
	for j := i; j < min(len(s.ls), i+3) && s.ls[j].depth == s.ls[i].depth; j++ {
		if n, _ := attributionAt(s.ls, j, true); n > 0 && n <= j-i+1 || separationAt(s.ls[j].look()) > noSeparation {
			return true
		}
	}
	return false
}

// signatures looks at each run of own words for a signature at its end.
func (s *scan) signatures() {
	for i := 0; i < len(s.ls); {
		if s.ls[i].role != own {
			i++
			continue
		}
		end := i
		for end < len(s.ls) && s.ls[end].role == own {
			end++
		}
		takeSignature(s.ls, i, end)
		i = end
	}
}
