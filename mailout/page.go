package mailout

import (
	"fmt"
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

	Words       int  // of the person's, in characters
	Count       int  // how many lines the mail lists
	Asked       bool // who is named as the sender of a held mail has been asked whether it is theirs
	Update      bool // a vendor's word, passed on
	VendorFault bool // a vendor's own report of a fault
	Workaround  bool // solved, but only for now
	Cancelled   bool // ended with information, nothing was done
	Fault       Fault
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
	Since         string // since when the vendor has said nothing
	Nth           int    // of a reminder, from 1
	Reported      string // when the vendor first had it
	Escalated     bool   // a reminder that goes to the vendor's escalation contact, too
	Escalation    bool   // the one to that contact
	Again         bool   // it was called solved, and it is not: several say so, or staff took it back
	Withdrawn     bool   // there was no fault after all
	Pictures      int    // how many there are to send
	DismissedBy   string // who of staff said that it is none
	DismissedAt   string // when
	DismissedWith string // and how many people it was then: "4 people"
	ReportsAt     string // when the desk reports it by itself
	ReportsTo     string // and to whom
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
	past  []rules.Said // the dialogue so far
	older bool         // and there is more of it
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
	default:
		if o.Role != rules.RoleVendor && o.Role != rules.RoleInformed {
			r.past, r.older = o.Dialogue, o.DialogueCut
		}
	}
	if o.Role == rules.RoleStaff {
		return r
	}
	r.facts.Recipients = ""
	r.fault.Tickets, r.fault.Words, r.fault.Apart, r.fault.Expected, r.fault.Observed = nil, nil, "", 0, 0
	r.fault.DismissedBy = ""
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
	if o.Role != rules.RoleVendor {
		r.fault.Quotes = nil // others' words, and not theirs to read (I6)
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
		p.Asked = p.Asked || l.Code == string(rules.ReasonAskedSender)
		p.Update = p.Update || l.Code == string(rules.ReasonVendorUpdate)
		p.VendorFault = p.VendorFault || l.Code == string(rules.ReasonVendorFault)
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
			First: r.exact(f.First), Last: r.exact(f.Last), Since: r.exact(f.Since), Nth: f.Nth, Reported: r.exact(f.Reported),
			Escalated: f.Escalated, Escalation: f.Escalation, Again: f.Again, Withdrawn: f.Withdrawn, Pictures: len(f.Pictures),
			DismissedBy: oneLine(f.DismissedBy, maxName), DismissedAt: r.when(f.DismissedAt), DismissedWith: r.say.number("people", f.DismissedAmong),
			ReportsAt: r.exact(f.ReportsAt), ReportsTo: oneLine(strings.Join(f.ReportsTo, ", "), maxFact),
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

// exact writes a time with its zone, for who may keep another: "21 november 2026 kl. 14.02 (CET, UTC+1)". A requester
// lives by the desk's clock, and is spared it.
func (r *reader) exact(t time.Time) string {
	s := r.when(t)
	if s == "" || r.o.Role == rules.RoleRequester || r.o.Role == rules.RoleFollower {
		return s
	}
	name, offset := t.In(r.desk.Zone).Zone()
	zone := "UTC"
	if offset != 0 {
		zone += fmt.Sprintf("%+d", offset/3600)
		if minutes := offset % 3600 / 60; minutes != 0 {
			zone += fmt.Sprintf(":%02d", max(minutes, -minutes))
		}
		if name != "" && name[0] != '+' && name[0] != '-' {
			zone = name + ", " + zone
		}
	}
	return s + " (" + zone + ")"
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
