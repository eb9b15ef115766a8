package rules

import (
	"slices"
	"strings"
	"time"
)

const (
	maxQuotes   = 3   // of people's own words in a report: enough to tell the fault from another
	maxQuote    = 280 // runes of one
	minPicture  = 8 << 10
	maxPictures = 6
)

// faultReport gathers what a reader of that role is told of a fault, on an outage or a single ticket. Vendors get
// people's words masked and nobody's name (promise 7).
func (t *turn) faultReport(o *Outage, lead *Ticket, role Role) *FaultReport {
	title := lead.Subject
	if role != RoleStaff {
		title = maskedSubject(lead)
	}
	r := &FaultReport{Title: title, Service: lead.Service, Tags: slices.Clone(lead.Tags), First: lead.Created,
		Last: lead.Created, People: 1, Organisations: 1, Quotes: []string{}, Tickets: []string{}, Pictures: []string{}}
	tickets := []TicketID{lead.ID}
	if o != nil {
		r.Title, r.Tags, r.Service, r.First, r.Last, r.People = o.Title, slices.Clone(o.Tags), o.Service, o.First, o.Last, o.People
		r.Words, r.Expected, r.Window = slices.Clone(o.Words), o.Expected, o.Window
		tickets = o.Tickets
		if role != RoleStaff {
			r.Title = MaskIdentity(maskPerson(o.Title, lead.Requester))
		}
		if role != RoleVendor {
			r.Outage = OutageNumber(o.ID)
		}
	}
	organisations, people := map[string]bool{}, map[Address]bool{}
	for _, id := range tickets {
		tk, ok := t.ticket(id)
		if !ok {
			continue
		}
		organisations[tk.Organisation] = true
		people[tk.Requester.Address] = true
		if role == RoleStaff {
			r.Tickets = append(r.Tickets, t.desk.Number(id))
			for _, p := range t.pictures(tk) {
				r.Pictures = append(r.Pictures, t.desk.Number(id)+": "+p.Name)
			}
		}
		if q := t.quote(tk, role); q != "" && len(r.Quotes) < maxQuotes && !slices.Contains(r.Quotes, q) {
			r.Quotes = append(r.Quotes, q)
		}
	}
	delete(organisations, "")
	r.Organisations = len(organisations)
	r.People = max(r.People, len(people))
	return r
}

// firstWords is the entry that opened a ticket.
func (t *turn) firstWords(tk *Ticket) (Entry, bool) {
	for _, e := range t.out.Entries {
		if e.Ticket == tk.ID && e.Kind == EntryMailIn {
			return e, true
		}
	}
	for _, e := range t.look.Entries(tk.ID) {
		if e.Kind == EntryMailIn {
			return e, true
		}
	}
	return Entry{}, false
}

// quote is what a person wrote, short, on one paragraph; masked for vendors, with the writer's own name taken out.
func (t *turn) quote(tk *Ticket, role Role) string {
	e, ok := t.firstWords(tk)
	if !ok || e.Trust == TrustFailed {
		return ""
	}
	text := oneLine(withoutClosing(t.desk.StripReferences(e.Text)))
	if role != RoleStaff {
		text = MaskIdentity(maskPerson(text, tk.Requester))
	}
	if r := []rune(text); len(r) > maxQuote {
		cut := string(r[:maxQuote])
		if i := strings.LastIndexByte(cut, ' '); i > maxQuote/2 {
			cut = cut[:i]
		}
		text = cut + " …"
	}
	return text
}

// closings begin the line with which people end a mail, in the desk's languages.
var closings = []string{"mvh", "m v h", "med vänlig", "vänliga häls", "vänlig häls", "bästa häls", "hälsningar", "hälsning", "allt gott",
	"vennlig hilsen", "med vennlig", "hilsen", "mvh", "best regards", "kind regards", "regards", "sincerely", "thanks,", "tack på förhand", "/"}

// withoutClosing cuts a text at its closing line, where that is among the last six and something stands before it: who
// wrote is no part of what is wrong.
func withoutClosing(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := max(1, len(lines)-6); i < len(lines); i++ {
		line := strings.ToLower(strings.TrimSpace(lines[i]))
		for _, c := range closings {
			if strings.HasPrefix(line, c) && len(line) < 60 {
				return strings.Join(lines[:i], "\n")
			}
		}
	}
	return text
}

// maskedSubject is a ticket's subject for readers whose business its writer is not.
func maskedSubject(tk *Ticket) string { return MaskIdentity(maskPerson(tk.Subject, tk.Requester)) }

// maskPerson takes the writer's address and names out of their own words: who they are is no vendor's business.
func maskPerson(text string, who Mailbox) string {
	hide := []string{string(who.Address)}
	for _, part := range strings.Fields(who.Name) {
		if len([]rune(part)) > 2 {
			hide = append(hide, part)
		}
	}
	for _, h := range hide {
		text = replaceFold(text, h, "…")
	}
	return text
}

// replaceFold replaces a word whatever its case, where it stands alone.
func replaceFold(text, word, with string) string {
	if word == "" {
		return text
	}
	lower, low := strings.ToLower(text), strings.ToLower(word)
	if len(lower) != len(text) {
		return text
	}
	var b strings.Builder
	at := 0
	for {
		i := strings.Index(lower[at:], low)
		if i < 0 {
			break
		}
		i += at
		b.WriteString(text[at:i])
		if alone(text, i, i+len(low)) {
			b.WriteString(with)
		} else {
			b.WriteString(text[i : i+len(low)])
		}
		at = i + len(low)
	}
	b.WriteString(text[at:])
	return b.String()
}

// alone says whether text[i:j] is no part of a longer word.
func alone(text string, i, j int) bool {
	letter := func(c byte) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80 || c >= '0' && c <= '9'
	}
	return !(i > 0 && letter(text[i-1])) && !(j < len(text) && letter(text[j]))
}

// pictures are the screenshots of a ticket's proven writers: images of some size that no signature drew.
func (t *turn) pictures(tk *Ticket) []Attachment {
	var found []Attachment
	entries := t.look.Entries(tk.ID)
	for _, e := range t.out.Entries {
		if e.Ticket == tk.ID {
			entries = append(entries, e)
		}
	}
	for _, e := range entries {
		if e.Kind != EntryMailIn || e.Trust != TrustVerified {
			continue
		}
		for _, a := range e.Attachments {
			name := strings.ToLower(a.Name)
			if strings.HasPrefix(a.Type, "image/") && a.Size >= minPicture && !strings.Contains(name, "logo") &&
				!strings.Contains(name, "signature") && !strings.Contains(name, "signatur") && len(found) < maxPictures {
				found = append(found, a)
			}
		}
	}
	return found
}

// reportTo sends a fault report to a vendor, on a thread of its own on the lead ticket, and begins the following up.
// A vendor that has one already gets none again.
func (t *turn) reportTo(lead *Ticket, o *Outage, v Vendor, pictures bool) bool {
	for _, r := range lead.Reports {
		if r.Vendor == v.Address {
			return false
		}
	}
	thread := t.vendorThread(lead, v)
	if lead.Status != StatusClosed {
		t.setStatus(lead, StatusWaitingVendor, Self) // before the mail is made, which shows where the matter stands
	}
	report := t.faultReport(o, lead, RoleVendor)
	lead.Threads[thread].Subject = report.Title
	if len(report.Tags) > 0 {
		lead.Threads[thread].Subject = report.Tags[0]
	}
	var attach []Attachment
	if pictures {
		attach = t.allPictures(o, lead)
	}
	out := t.mail(lead, Outgoing{
		Kind: OutReport, Template: TemplateReport, Thread: thread, To: v.Mailbox, Role: RoleVendor,
		Language: t.desk.language(v.Language), Auto: AutoNone, GoesTo: ReplyToDesk, Report: report, Attachments: attach,
	}, PurposeReply)
	t.sentEntry(lead, out, Reason{ReasonReported, v.Name})
	lead.Reports = append(slices.Clone(lead.Reports), VendorReport{Vendor: v.Address, Thread: thread, Reported: t.now, LastSent: t.now})
	t.scheduleFollowUp(lead, len(lead.Reports)-1, v)
	t.showStaff(lead, thread, v, report)
	return true
}

func (t *turn) allPictures(o *Outage, lead *Ticket) []Attachment {
	if o == nil {
		return t.pictures(lead)
	}
	var all []Attachment
	for _, id := range o.Tickets {
		if tk, ok := t.ticket(id); ok {
			all = append(all, t.pictures(tk)...)
		}
	}
	return all[:min(len(all), maxPictures)]
}

// showStaff lets the whole team see what went to a vendor; a plain reply goes to that vendor.
func (t *turn) showStaff(lead *Ticket, thread int, v Vendor, report *FaultReport) {
	t.tellStaff(lead, thread, Outgoing{Template: TemplateNoticeChange, GoesTo: ReplyToVendor, GoesToName: v.Name, Report: report,
		Lines: []Line{{Code: string(ReasonReported), Subject: v.Name, More: report.Quotes}}}, "")
}

// vendorOf finds the vendor of a report.
func (t *turn) vendorOf(r VendorReport) Vendor {
	v, ok := t.desk.vendor(r.Vendor)
	if !ok { // no longer configured: the ticket's own record of it serves
		v = Vendor{Mailbox: Mailbox{Address: r.Vendor}, FollowUp: time.Hour}
	}
	return v
}

// syncVendors keeps the outage's view of its vendors, which live on the lead ticket.
func (t *turn) syncVendors(o *Outage, lead *Ticket) {
	o.Vendors = o.Vendors[:0:0]
	for _, r := range lead.Reports {
		o.Vendors = append(o.Vendors, OutageVendor{Name: t.vendorOf(r).Name, Reported: r.Reported, LastHeard: r.LastHeard,
			NextFollowUp: r.Next, Reference: r.Reference})
	}
}

// reportDue reports an outage by itself, where the desk is configured to and nobody has decided otherwise meanwhile.
func (t *turn) reportDue(id OutageID) {
	o, ok := t.outage(id)
	if !ok || o.Status != OutageSuspected && o.Status != OutageConfirmed {
		return
	}
	lead, ok := t.ticket(o.Tickets[0])
	if !ok {
		return
	}
	vendors, _, _ := t.namedVendors("")
	for _, v := range vendors {
		t.reportTo(lead, o, v, t.desk.Outage.Pictures == "auto")
	}
	t.reported(o, lead)
}
