package mailout

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"aboveline.example/rules"
)

// Page is what a wording may speak of. All text is one clean line; times are written out in the mail's language and
// the desk's zone; what is not known is "" or 0.
type Page struct {
	Desk     string // the desk's name
	Address  string // the desk's address
	Number   string // OMD-1042
	Subject  string // the ticket's own
	Status   string // in words
	Category string
	Assignee string

	Author        string // whose words the mail carries: their name, else their address
	AuthorAddress string
	Said          string // when they were written

	Requester bool // the reader is the requester or a follower
	Staff     bool // the reader works at the desk
	Vendor    bool // the reader is a vendor
	Informed  bool // the reader is told of outages

	Words      int  // of the person's, in characters
	Count      int  // how many lines the mail lists
	Workaround bool // solved, but only for now
	Cancelled  bool // ended with information, nothing was done
	Fault      Fault
}

// Fault is the part of a Page that tells of a fault or an outage.
type Fault struct {
	Known         bool // there is one
	Widespread    bool // several have reported it: an outage
	Title         string
	Outage        string // D-7, to staff and the informed
	Service       string
	People        int
	Organisations int
	First         string
	Last          string
	Since         string // what a reminder counts from
	Nth           int    // of a reminder, from 1
}

// Longest foreign strings inside a line of ours, in runes.
const (
	maxName = 100
	maxFact = 200
)

// reader is one mail's row seen through its language and its reader's eyes.
type reader struct {
	o     *rules.Outgoing
	desk  *ComposerOptions
	say   phrases
	lang  rules.Language
	facts rules.Facts
	fault rules.FaultReport
	by    rules.Mailbox
	words string
}

// look drops what this reader must not see, whatever the row holds: I6, and "a vendor sees no requester's name or
// address" (DESIGN, section 4.7). It is the second lock; rules is the first.
func (c *Composer) look(o *rules.Outgoing, lang rules.Language, say phrases) reader {
	r := reader{o: o, desk: &c.o, say: say, lang: lang, facts: o.Facts, by: o.Author, words: o.Words}
	if o.Report != nil {
		r.fault = *o.Report
	}
	switch o.Template {
	case rules.TemplateConfirmationPlain, rules.TemplateInvitation, rules.TemplateConfirm:
		// Who has not proved who they are, or has not joined yet, learns the number and nothing else (DESIGN,
		// section 5b).
		r.words, r.fault = "", rules.FaultReport{}
		r.facts = rules.Facts{Number: o.Facts.Number, Reference: o.Facts.Reference}
	}
	if o.Role == rules.RoleStaff {
		return r
	}
	r.facts.Recipients = ""
	r.fault.Tickets, r.fault.Words, r.fault.Expected = nil, nil, 0
	if o.Role != rules.RoleInformed {
		// "[D-1] … never leaves the desk except to staff and the informed" (CONTRACT, section 4).
		if r.fault.Outage != "" && r.facts.Number == r.fault.Outage {
			r.facts.Number = ""
		}
		r.fault.Outage = ""
	}
	if o.Role != rules.RoleInformed && o.Role != rules.RoleVendor {
		r.fault.People, r.fault.Organisations, r.fault.Tags, r.fault.Pictures = 0, 0, nil, nil
	}
	if o.Role == rules.RoleVendor {
		if r.by.Address != "" && r.by.Address == o.Facts.Requester.Address {
			r.by = rules.Mailbox{}
		}
		r.facts.Organisation, r.facts.Assignee = "", ""
	}
	r.facts.Requester = rules.Mailbox{}
	return r
}

func (r *reader) page() Page {
	p := Page{
		Desk: oneLine(r.desk.Name, maxName), Address: string(r.desk.Address),
		Number: oneLine(r.facts.Number, 40), Subject: oneLine(r.facts.Subject, maxFact),
		Status: r.status(), Category: oneLine(r.facts.Category, maxName), Assignee: oneLine(r.facts.Assignee, maxName),
		Author: shownName(r.by), AuthorAddress: string(r.by.Address), Said: r.when(r.o.Said),
		Words: len(r.words), Count: len(r.o.Lines),
	}
	for _, l := range r.o.Lines {
		p.Workaround = p.Workaround || l.Code == rules.LineWorkaround
		p.Cancelled = p.Cancelled || l.Code == rules.LineCancelled
	}
	switch r.o.Role {
	case rules.RoleStaff:
		p.Staff = true
	case rules.RoleVendor:
		p.Vendor = true
	case rules.RoleInformed:
		p.Informed = true
	default:
		p.Requester = true
	}
	if r.o.Report != nil {
		f := &r.fault
		p.Fault = Fault{
			Known: true, Widespread: r.o.Report.Outage != "", Title: oneLine(f.Title, maxFact), Outage: oneLine(f.Outage, 40),
			Service: oneLine(f.Service, maxName), People: f.People, Organisations: f.Organisations,
			First: r.when(f.First), Last: r.when(f.Last), Since: r.when(f.Since), Nth: f.Nth,
		}
	}
	return p
}

func (r *reader) status() string {
	if r.facts.Status == "" {
		return ""
	}
	return r.phrase("status", string(r.facts.Status))
}

// phrase is a wording in the words for this reader, where there are such: "waiting for you".
func (r *reader) phrase(family, key string) string {
	role := string(r.o.Role)
	if r.o.Role == rules.RoleFollower {
		role = string(rules.RoleInformed) // a follower is not who is waited for
	}
	return r.say.or(family+"."+role+"."+key, r.say.or(family+"."+key, key))
}

// when writes a time as people do: "21 november 2026 kl. 14.02".
func (r *reader) when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(r.desk.Zone)
	day, year, month := strconv.Itoa(t.Day()), strconv.Itoa(t.Year()), months[r.lang][t.Month()-1]
	switch r.lang {
	case rules.Swedish:
		return day + " " + month + " " + year + " kl. " + t.Format("15.04")
	case rules.Bokmal:
		return day + ". " + month + " " + year + " kl. " + t.Format("15.04")
	}
	return day + " " + month + " " + year + " at " + t.Format("15:04")
}

var months = map[rules.Language][12]string{
	rules.Swedish: {"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober",
		"november", "december"},
	rules.Bokmal: {"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober",
		"november", "desember"},
	rules.English: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
		"November", "December"},
}

func shownName(m rules.Mailbox) string {
	if n := oneLine(m.Name, maxName); n != "" {
		return n
	}
	return string(m.Address)
}

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
		if o.Template == rules.TemplateSolved && (l.Code == rules.LineWorkaround || l.Code == rules.LineCancelled) {
			continue // the wording says it
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
	s.Facts = r.factRows()
	s.Steps, s.Step = r.progress()
	if o.Facts.Reference != "" {
		s.Reference = row{r.say.or("fact.reference", ""), strings.ReplaceAll(printable(o.Facts.Reference), " ", "")}
	}
	r.actions(s)
	return s
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
	key := "by.other"
	if r.by.Address == r.o.To.Address {
		key = "by.you"
	}
	when := r.when(r.o.Said)
	if when == "" {
		key += ".undated"
	}
	s.By = r.say.with(key, "name", name, "when", when)
	if r.by.Address == r.o.To.Address || r.o.Role == rules.RoleVendor {
		return
	}
	switch r.o.AuthorTrust {
	case rules.TrustUnverified, rules.TrustFailed:
		s.Caution = r.say.with("caution."+string(r.o.AuthorTrust), "name", name)
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
