package mailout

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"aboveline.example/rules"
)

// row is one labelled fact.
type row struct{ Label, Value string }

// sheet is what the layout draws: everything worded and clean, in the order it stands.
type sheet struct {
	Lang, Subject string
	Line, Mark    string
	Goes          string
	Title         string
	Body          []string
	Lines         []string
	Numbered      bool
	By, Caution   string
	Words         string
	Spoken        bool // the words are the mail itself: somebody's reply, and no quotation
	Pictures      []picture
	Fault         []row
	QuotesTitle   string
	Quotes        []string
	End           []string
	PastTitle     string
	Past          []said
	PastEnd       string // what stands in place of the older rest
	Number        string
	Facts         []row
	Steps         []bool // how far it has come: done or not
	Step          string // the same in words
	Reference     row
	ActionsTitle  string
	Actions       []act
	Desk          string
}

// picture is an inline image the HTML shows.
type picture struct{ CID, Name string }

// said is what somebody said earlier.
type said struct{ By, Caution, Words string }

// act is an action with its wording: what to call it, the line to write instead of clicking, the link.
type act struct{ Label, Command, Mailto string }

// sheet lays the row out; the paragraphs come from the wording.
func (r *reader) sheet(title string, body, end []string) *sheet {
	o := r.o
	s := &sheet{
		Lang: string(r.lang), Subject: oneLine(o.Subject, maxSubject), Line: theLine[r.lang],
		Mark: strings.ReplaceAll(printable(o.Mark), " ", ""), Title: title, Body: body, End: end,
		Number: oneLine(r.facts.Number, 40), Words: r.cut(r.words, maxWords), Desk: oneLine(r.desk.Name, maxName),
		Numbered: o.Template == rules.TemplateDigest, Spoken: o.Template == rules.TemplateReply,
	}
	if o.Role == rules.RoleStaff && o.GoesTo != "" {
		name := oneLine(o.GoesToName, maxName)
		if name == "" {
			name = r.say.or("who."+string(o.GoesTo), "")
		}
		s.Goes = r.say.with("goes."+string(o.GoesTo), "name", name, "desk", s.Desk)
	}
	for _, l := range o.Lines {
		if saidInWords(o.Template, l.Code) {
			continue
		}
		s.Lines = append(s.Lines, r.line(l))
	}
	r.credit(s)
	shown, _ := split(o.Attachments)
	for i, a := range shown {
		s.Pictures = append(s.Pictures, picture{contentID(o, i, r.desk.Hostname), oneLine(a.Name, maxName)})
	}
	s.Fault = r.faultRows()
	for _, q := range r.fault.Quotes[:min(len(r.fault.Quotes), maxQuotes)] {
		if q = r.cut(q, maxQuote); q != "" {
			s.Quotes = append(s.Quotes, q)
		}
	}
	s.QuotesTitle = r.say.or("quotes", "")
	r.recall(s)
	s.Facts = r.factRows()
	s.Steps, s.Step = r.progress()
	if o.Facts.Reference != "" {
		s.Reference = row{r.say.or("fact.reference", ""), strings.ReplaceAll(printable(o.Facts.Reference), " ", "")}
	}
	r.actions(s)
	return s
}

// saidInWords are the lines that a template's own wording tells.
func saidInWords(t rules.Template, code string) bool {
	switch t {
	case rules.TemplateSolved:
		return code == rules.LineWorkaround || code == rules.LineCancelled
	case rules.TemplateAnnouncement:
		return code == string(rules.ReasonVendorUpdate) || code == string(rules.ReasonVendorFault)
	}
	return false
}

// Most of a person's words that one mail carries, in bytes: a mail goes to many readers, in two forms each, and all
// of it is kept. Whoever writes more finds the rest in the original, which staff can ask for.
const (
	maxWords  = 256 << 10
	maxQuote  = 4 << 10
	maxQuotes = 20
)

// cut is a person's words, clean, and cut with a word about it where they are too many.
func (r *reader) cut(s string, limit int) string {
	if len(s) <= limit {
		return manyLines(s)
	}
	s = strings.ToValidUTF8(s[:limit], "")
	return manyLines(s) + "\n\n" + r.say.or("words.cut", "[…]")
}

// credit says whose the words are, and how far that was believed.
func (r *reader) credit(s *sheet) {
	name := shownName(r.by)
	if s.Words == "" || name == "" {
		return
	}
	you := r.by.Address == r.o.To.Address
	s.By = r.byline(name, you, r.o.Said)
	if !you && r.o.Role != rules.RoleVendor {
		s.Caution = r.caution(name, r.o.AuthorTrust)
	}
}

// byline is who said something, and when.
func (r *reader) byline(name string, you bool, at time.Time) string {
	key := "by.other"
	if you {
		key = "by.you"
	}
	when := r.when(at)
	if when == "" {
		key += ".undated"
	}
	return r.say.with(key, "name", name, "when", when)
}

// caution is a word about an author who was not believed, "" about one who was.
func (r *reader) caution(name string, trust rules.Trust) string {
	if trust != rules.TrustUnverified && trust != rules.TrustFailed {
		return ""
	}
	return r.say.with("caution."+string(trust), "name", name)
}

// recall lays out the dialogue so far. It stands above the facts, with which our mail ends: who reads an answer to it
// knows by that what stands below.
func (r *reader) recall(s *sheet) {
	for _, p := range r.past {
		name := oneLine(p.Name, maxName)
		one := said{By: r.byline(name, p.You, p.At), Words: manyLines(p.Words)}
		if !p.You {
			one.Caution = r.caution(name, p.Trust)
		}
		if p.Cut {
			one.Words += "\n\n" + r.say.or("words.cut", "[…]")
		}
		if p.Gone {
			one.Words = r.say.or("past.gone", "[–]")
		}
		s.Past = append(s.Past, one)
	}
	if s.Past == nil {
		return
	}
	s.PastTitle = r.say.or("past", "")
	if r.older {
		s.PastEnd = r.say.or("past.older", "[…]")
	}
}

func (r *reader) actions(s *sheet) {
	for _, a := range r.o.Actions {
		if !strings.HasPrefix(a.Mailto, "mailto:") || len(uri(a.Mailto).atoms) == 0 {
			continue
		}
		cmd := oneLine(a.Command, 60)
		written := mailtoLine(a.Mailto)
		if written == "" {
			written = "/" + cmd
		}
		verb, _, _ := strings.Cut(cmd, " ")
		if rest, ok := strings.CutPrefix(written, "/"+verb); ok {
			// The link keeps the canonical word, whose letters every client's address bar can carry.
			written = "/" + rules.CommandIn(verb, r.lang) + strings.Replace(rest, " me", " "+r.say.or("me", "me"), 1)
		}
		if more := r.say.or("takes."+verb, ""); more != "" && !strings.Contains(written, " ") {
			written += " " + more
		}
		s.Actions = append(s.Actions, act{r.say.or("do."+verb, "/"+cmd), r.say.with("do", "line", written), a.Mailto})
	}
	s.ActionsTitle = r.say.or("actions", "")
}

// progress is the way of a ticket in four steps; waiting is part of the second.
func (r *reader) progress() ([]bool, string) {
	step := slices.IndexFunc(steps, func(at []rules.Status) bool { return slices.Contains(at, r.facts.Status) })
	if step < 0 || r.facts.Number == "" {
		return nil, ""
	}
	done := make([]bool, len(steps))
	for i := range step + 1 {
		done[i] = true
	}
	return done, r.say.with("step", "n", strconv.Itoa(step+1), "of", strconv.Itoa(len(steps)))
}

var steps = [][]rules.Status{
	{rules.StatusNew},
	{rules.StatusOpen, rules.StatusWaitingRequester, rules.StatusWaitingVendor, rules.StatusWaitingApproval,
		rules.StatusWaitingRelease},
	{rules.StatusResolved},
	{rules.StatusClosed},
}

// theLine is fixed: replies are cut at it (CONTRACT, section 4), so it is no wording.
var theLine = map[rules.Language]string{
	rules.Swedish: "-- Skriv ditt svar ovanför denna rad --",
	rules.Bokmal:  "-- Skriv svaret ditt over denne linjen --",
	rules.English: "-- Please write your reply above this line --",
}
