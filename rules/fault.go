package rules

import "time"

// faultReport gathers what a reader of that role is told of a fault, on an outage or, where o is nil, a single ticket.
// Vendors get a chosen few of people's words, masked and without anybody's name (promise 7); the requesters and the
// informed get none, for one thread's words are not another's (I6).
func (t *turn) faultReport(o *Outage, lead *Ticket, role Role) *FaultReport {
	r := &FaultReport{Title: lead.Subject, Service: lead.Service, Tags: append([]string{}, lead.Tags...), First: lead.Created,
		Last: lead.Created, People: 1, Quotes: []string{}, Tickets: []string{}, Pictures: []string{}}
	tickets, words := []*Ticket{lead}, []string(nil)
	if role != RoleStaff {
		r.Title = t.maskedSubject(lead)
	}
	if t.desk.Role(lead.Requester.Address) == RoleVendor {
		r.People = 0 // it tells of others
	}
	if o != nil {
		tickets, words = t.ticketsOf(o), o.Words
		t.tellOutage(r, o, lead, role)
	}
	if role == RoleRequester || role == RoleInformed {
		return r
	}
	r.Organisations = organisations(tickets)
	r.Quotes = t.quotes(tickets, words, role)
	if role != RoleStaff {
		return r
	}
	for _, tk := range tickets {
		r.Tickets = append(r.Tickets, t.desk.Number(tk.ID))
	}
	if t.desk.Outage.Pictures != "never" {
		for _, p := range t.pictures(tickets) {
			r.Pictures = append(r.Pictures, t.desk.Number(p.ticket)+" "+p.Name)
		}
	}
	return r
}

// organisations counts those that the writers belong to. The unproven, who are one person together, are of one at most.
func organisations(tickets []*Ticket) int {
	proven, claimed := map[string]bool{}, map[string]bool{}
	for _, tk := range tickets {
		switch {
		case tk.Organisation == "":
		case tk.proven():
			proven[tk.Organisation] = true
		default:
			claimed[tk.Organisation] = true
		}
	}
	for name := range claimed {
		if !proven[name] {
			return len(proven) + 1
		}
	}
	return len(proven)
}

// tellOutage fills in what is known of the outage.
func (t *turn) tellOutage(r *FaultReport, o *Outage, lead *Ticket, role Role) {
	r.Title, r.Tags, r.Service, r.First, r.Last, r.People = o.Title, append([]string{}, o.Tags...), o.Service, o.First, o.Last, o.People
	if len(o.Tags) == 0 && len(o.Words) == 0 { // its title is somebody's subject
		switch role {
		case RoleStaff:
		case RoleRequester:
			r.Title = ""
		default:
			r.Title = anonymous(o.Title, lead.Requester, t.names([]*Ticket{lead}), t.desk.Names())
		}
	}
	if role != RoleVendor {
		r.Outage = OutageNumber(o.ID)
	}
	if role == RoleStaff {
		r.Words, r.Expected, r.Observed, r.Within, r.Window = append([]string{}, o.Words...), o.Expected, o.Observed, o.Within, o.Window
		if o.Apart != 0 {
			r.Apart = OutageNumber(o.Apart)
		}
	}
}

// ticketsOf are the tickets of an outage, in the order they joined.
func (t *turn) ticketsOf(o *Outage) []*Ticket {
	list := make([]*Ticket, 0, len(o.Tickets))
	for _, id := range o.Tickets {
		if tk, ok := t.ticket(id); ok {
			list = append(list, tk)
		}
	}
	return list
}

// reportTo sends a fault report to a vendor, on a thread of its own on the lead ticket, and begins the following up.
// A vendor that has one already gets none again until it was told that the fault is over.
func (t *turn) reportTo(lead *Ticket, o *Outage, v Vendor, pictures []Attachment, by AutoSubmitted) bool {
	for _, r := range lead.Reports {
		if r.Vendor == v.Address && r.Ended.IsZero() {
			return false
		}
	}
	thread := t.vendorThread(lead, v)
	if lead.Status == StatusResolved { // the fault is there again
		t.setStatus(lead, StatusOpen, Self, Reason{ReasonReported, v.Name})
	}
	t.setStatus(lead, StatusWaitingVendor, Self, Reason{ReasonReported, v.Name}) // before the mail, which shows where the matter stands
	report := t.faultReport(o, lead, RoleVendor)
	pictures = nameless(pictures)
	for _, p := range pictures {
		report.Pictures = append(report.Pictures, p.Name)
	}
	i := t.beginReport(lead, v, thread)
	t.nameThread(lead, i, report)
	row := Outgoing{
		Kind: OutReport, Template: TemplateReport, Thread: thread, To: v.Mailbox, Role: RoleVendor,
		Language: t.desk.language(v.Language), Auto: by, GoesTo: ReplyToDesk, Report: report, Attachments: pictures,
	}
	if by != AutoNone {
		row.Budget = ClassVendor
	}
	out := t.mail(lead, row, PurposeReply)
	lead.Reports[i].Asked = []OutgoingID{out.ID}
	t.sentEntry(lead, out, Reason{ReasonReported, v.Name})
	t.scheduleFollowUp(lead, i, v)
	t.showStaff(lead, thread, v, out)
	return true
}

// beginReport notes that a vendor has a report from now on; one that it had before is begun anew.
func (t *turn) beginReport(lead *Ticket, v Vendor, thread int) int {
	fresh := VendorReport{Vendor: v.Address, Thread: thread, Reported: t.now, LastSent: t.now}
	for i, r := range lead.Reports {
		if r.Vendor == v.Address {
			fresh.Reference, fresh.Tag = r.Reference, r.Tag
			lead.Reports[i] = fresh
			return i
		}
	}
	lead.Reports = append(lead.Reports, fresh)
	return len(lead.Reports) - 1
}

// nameThread gives a vendor's thread its subject: the tag, which is the desk's own word for the kind of fault, or else
// what the fault is called, and the vendor's own number in the form by which its desk knows it.
func (t *turn) nameThread(lead *Ticket, i int, report *FaultReport) {
	r := lead.Reports[i]
	subject := report.Title
	if len(report.Tags) > 0 {
		subject = report.Tags[0]
	}
	if r.Tag != "" {
		subject += " " + r.Tag
	}
	lead.Threads[r.Thread].Subject = subject
}

// showStaff lets the whole team see what went to a vendor, pictures and all; a plain reply goes to that vendor.
func (t *turn) showStaff(lead *Ticket, thread int, v Vendor, sent Outgoing) {
	t.tellStaff(lead, thread, Outgoing{Template: TemplateNoticeChange, GoesTo: ReplyToVendor, GoesToName: v.Name, Report: sent.Report,
		Attachments: sent.Attachments, Lines: []Line{{Code: string(ReasonReported), Subject: v.Name}}}, "")
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
	if len(o.Tickets) == 0 || o.Tickets[0] != lead.ID {
		return
	}
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
	for _, v := range t.namedBy(t.desk.Outage.Vendors) {
		t.reportTo(lead, o, v, t.automaticPictures(o, lead), AutoGenerated)
	}
	t.reported(o, lead)
}
