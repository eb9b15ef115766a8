package reply

import (
	"strings"

	"aboveline.example/rules"
)

// Input is the text of one mail and what we know about it.
type Input struct {
	Text    string   // the text/plain part, "" where there is none
	HTML    string   // the text/html part, "" where there is none
	Subject string   // decoded
	Known   []string // texts we sent on that thread
	Marks   []string // the per-mail marks of our line in those mails
}

// Result is the mail taken apart.
type Result struct {
	Reply     string // what the person wrote
	Inline    string // Reply with the quoted lines its answers stand between; "" where answers are not so placed
	Words     string // Reply without any quoted line, also those the person put there by hand: to compare and match by
	Lead      string // first new lines of the part Reply was not read in, where the mail has text and HTML: commands must agree
	Quoted    string // the rest: what was answered or passed on, attributions, lists' footers
	Signature string
	Part      string // "text" or "html": where Reply was read
	Reason    string // why that part, and what ended the reply
	Forwarded *rules.Forwarded
}

// maxLead is how many leading lines of the other part are told.
const maxLead = 20

// Visible takes a mail apart. It never fails: where nothing is recognised, all of the text is the reply.
func Visible(in Input) Result {
	known := newShingles(in.Known)
	text, html := strings.TrimSpace(in.Text) != "", strings.TrimSpace(in.HTML) != ""
	if !html {
		return scanText(in.Text, &in, known).result("text", "only text")
	}
	h := scanHTML(in.HTML, &in, known)
	if !text {
		return h.result("html", "only html")
	}
	t := scanText(in.Text, &in, known)
	r := choose(t, h)
	if r.Part == "html" {
		r.Lead = lead(t)
	} else {
		r.Lead = lead(h)
	}
	return r
}

// choose takes the better of two readings of the same mail. Text is how the writer's program meant it to be read
// without markup and keeps line ends, so it is taken unless the other saw more.
func choose(t, h *scan) Result {
	tp, hp := t.compose(), h.compose()
	switch {
	case stub(tp, hp):
		return h.result("html", "the text part says nothing")
	case h.cut.sure && !t.cut.sure && !t.attr:
		return h.result("html", "only html has our line")
	case h.ends() && !t.ends() && len(hp.words) < len(tp.words):
		return h.result("html", "only html tells what is quoted")
	case h.told() && len(squeeze(hp.words))+slack < len(squeeze(tp.words)) && strings.HasPrefix(squeeze(tp.words), squeeze(hp.words)):
		return h.result("html", "html tells more of what is quoted")
	}
	return t.result("text", "text and html agree or text tells more")
}

// slack is how many more letters the text part may have before the HTML part is believed: addresses of links, rules.
const slack = 40

// ends says whether a part shows where own words end.
func (s *scan) ends() bool {
	if s.attr || s.cut.at >= 0 {
		return true
	}
	for i := range s.ls {
		if s.ls[i].role == quoted {
			return true
		}
	}
	return false
}

// told says whether an element told where own words end, and not only their text.
func (s *scan) told() bool {
	if s.cut.marked || s.cut.sure {
		return true
	}
	for i := range s.ls {
		if s.ls[i].marks&(markQuote|markAttribution) != 0 {
			return true
		}
	}
	return false
}

// stub says whether the text part is only a hint to look at the other.
func stub(t, h parts) bool {
	n := len(squeeze(t.words)) + len(t.quoted)
	if n == 0 {
		return true
	}
	if n >= 300 || len(squeeze(h.words)) <= n {
		return false
	}
	low := strings.ToLower(t.words)
	if !strings.Contains(low, "html") {
		return false
	}
	for _, w := range []string{"view", "visa", "vis ", "vise", "support", "öppna", "åpne", "katso", "anzeigen", "afficher"} {
		if strings.Contains(low, w) {
			return true
		}
	}
	return false
}

// squeeze is a text without white space, to compare renderings by.
func squeeze(s string) string {
	return strings.Join(strings.Fields(s), "")
}

// lead is the first lines of a part's new text, blank ones left out.
func lead(s *scan) string {
	var out []string
	for l := range strings.SplitSeq(s.compose().words, "\n") {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		if out = append(out, l); len(out) == maxLead {
			break
		}
	}
	return strings.Join(out, "\n")
}

// result tells a part as the mail's.
func (s *scan) result(part, why string) Result {
	s.fallBack()
	p := s.compose()
	r := Result{Reply: p.reply, Words: p.words, Inline: p.inline, Quoted: p.quoted, Signature: p.signature, Part: part, Reason: why + "; " + s.why()}
	if s.cut.fwd || s.forwarded && s.cut.at >= 0 {
		r.Forwarded = s.forward()
	}
	return r
}

func (s *scan) why() string {
	switch {
	case s.cut.at >= 0:
		return "ended by " + s.cut.why
	case s.soft > 0:
		return "quotation after an attribution"
	case s.ends():
		return "quotation"
	}
	return "nothing quoted"
}

// fallBack looks at a mail without own words once more. One that only passes on another is read whole; a quotation
// that nobody attributes was the person's own choice, and is what they sent.
func (s *scan) fallBack() {
	for i := range s.ls {
		if l := &s.ls[i]; l.role == own && !l.blank() || l.head != "" {
			return
		}
	}
	switch {
	case s.cut.at >= 0 && (s.cut.fwd || s.forwarded):
		give(s.ls, s.cut.at, len(s.ls), own)
	case s.cut.at < 0 && !s.attr:
		for i := range s.ls {
			if s.ls[i].role == quoted && s.ls[i].marks&markQuote == 0 {
				s.ls[i].role = own
			}
		}
	}
}
