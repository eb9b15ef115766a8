package reply

import (
	"regexp"
	"strings"
)

// theLine are the words of our line (CONTRACT, section 4), without the dashes that programs like to prettify.
var theLine = []string{
	"skriv ditt svar ovanför denna rad",
	"skriv svaret ditt over denne linjen",
	"please write your reply above this line",
}

// The facts block of our mails begins with the ticket's or outage's number on a line of its own and ends with the
// signed reference (CONTRACT, section 4).
var (
	factsNumber    = regexp.MustCompile(`^\[?[A-Z][A-Z0-9]{0,9}-[1-9][0-9]{0,8}\]?(?::.*)?$`)
	factsReference = regexp.MustCompile(`^\pL{2,20}: ?(?:\{#[A-Za-z0-9_-]{10,80}#\}|[A-Za-z0-9_-]{10,80})$`)
)

// lineShape says whether a line of the mail is our line alone: its words with nothing but dashes, and a mark, around.
func lineShape(s string) bool {
	if len(s) < 20 || len(s) > 160 {
		return false
	}
	low := strings.ToLower(strings.ReplaceAll(s, "\u00a0", " "))
	for _, w := range theLine {
		i := strings.Index(low, w)
		if i < 0 {
			continue
		}
		before := strings.Trim(low[:i], " -–—=_*#>|\t")
		after := strings.Trim(low[i+len(w):], " -–—=_*#.|\t")
		return before == "" && len(after) <= 40 && !strings.ContainsAny(after, " ?!")
	}
	return false
}

// ourLineAt says whether the line above which people write stands at i and is to be believed. Its words alone prove
// nothing, for a customer may write about them; one of these must hold: its mark (in the text, or on the element), a
// quotation around it, an attribution or header block right above, a text of ours right below, the facts block of
// our mails below, or nothing but quoted matter below.
func (s *scan) ourLineAt(i int, marks []string) bool {
	l := &s.ls[i]
	if l.marks&markOurs != 0 {
		return true
	}
	for _, m := range marks {
		if len(m) >= 6 && len(l.text) <= 160 && strings.Contains(l.text, m) {
			return true
		}
	}
	if !lineShape(l.text) {
		return false
	}
	if l.depth > 0 || above(s.ls, i) {
		return true
	}
	s.shapes++
	return s.shapes <= maxShapes && below(s.ls, i)
}

// above says whether a client's words stand right above our line.
func above(ls []line, i int) bool {
	for j := i - 1; j >= 0 && j >= i-4; j-- {
		if !ls[j].blank() {
			return ls[j].role == attribution || ls[j].role == header || ls[j].role == quoted
		}
	}
	return false
}

// maxShapes is how many lines that look like ours are looked into: one a mail of ours, and a thread has few that stand
// unquoted.
const maxShapes = 10

// reachFacts is how many lines below our line its facts block is looked for: a mail of ours is seldom longer.
const reachFacts = 400

// below says whether what stands below our line is our mail.
func below(ls []line, i int) bool {
	end := min(len(ls), i+1+reachFacts)
	plain, known, number := 0, 0, false
	for j := i + 1; j < end; j++ {
		l := &ls[j]
		switch {
		case l.blank():
			continue
		case l.known:
			known++
		case l.depth == 0 && l.role == own:
			plain++
		}
		if len(l.text) <= 100 && factsReference.MatchString(l.text) && number {
			return true
		}
		number = number || len(l.text) <= 100 && factsNumber.MatchString(l.text)
	}
	return plain == 0 || known > plain
}

// maxUnder is how many lines under our mail are taken for a person's; below that stand whole mails.
const maxUnder = 60

// answersUnder looks for what a person wrote under our mail where their client quoted it without any sign. Our mail
// ends with its reference and, after it, links that send a command; nothing else may follow but the person's words.
func (s *scan) answersUnder() {
	if s.cut.at < 0 || s.cut.fwd || !s.ours(s.cut.body) {
		return
	}
	end := -1
	for i := s.cut.body; i < min(len(s.ls), s.cut.body+reachFacts); i++ {
		if l := &s.ls[i]; l.depth == 0 && len(l.text) <= 100 && factsReference.MatchString(l.text) {
			end = i
		}
	}
	if end < 0 {
		return
	}
	for i, gap := end+1, 0; i < len(s.ls) && gap <= 3; i++ {
		l := &s.ls[i]
		if separationAt(l.look()) != noSeparation || s.foreign(i) {
			return
		}
		if commandLink(l.look()) {
			end, gap = i, 0
		} else if !l.blank() {
			gap++
		}
	}
	if n := count(s.ls, end+1, len(s.ls)); n == 0 || n > maxUnder || s.rest != "" {
		return
	}
	for i := end + 1; i < len(s.ls); i++ {
		if l := &s.ls[i]; l.depth > 0 || l.known || separationAt(l.look()) != noSeparation || s.foreign(i) {
			return
		}
	}
	give(s.ls, end+1, len(s.ls), own)
}

// commandLink says whether a line has a link that writes a mail: our buttons, as text shows them.
func commandLink(s string) bool {
	if strings.Contains(s, "<mailto:") {
		return true
	}
	i := strings.IndexByte(s, '<')
	return i >= 0 && strings.IndexByte(s[i:], '@') > 0 && strings.IndexByte(s[i:], '>') > 0
}
