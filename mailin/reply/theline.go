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

// ticketNumber is what the facts block of our mails starts with; the signed reference is its last line.
var ticketNumber = regexp.MustCompile(`(?:^|[\s:#\[(])[A-Z][A-Z0-9]{0,9}-[1-9][0-9]{0,8}(?:$|[\s:,.\])|])`)

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
		if len(m) >= 6 && strings.Contains(l.look(), m) {
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
	plain, known := 0, 0
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
		if l.depth == 0 && len(l.text) <= 80 && ticketNumber.MatchString(l.text) {
			return true
		}
	}
	return plain == 0 || known > plain
}
