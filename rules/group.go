package rules

// group finds a group of case handlers by name.
func (d *Desk) group(name string) (Group, bool) {
	for _, g := range d.Groups {
		if g.Name == name {
			return g, true
		}
	}
	return Group{}, false
}

// tellGroup hands a new ticket that a rule gave to a group of case handlers to them.
func (t *turn) tellGroup(tk *Ticket, ev MailArrived, s speaker) {
	if g, ok := t.desk.group(tk.Group); ok {
		t.handOver(tk, g, Outgoing{Author: s.Mailbox, AuthorTrust: s.trust, Words: t.desk.StripReferences(visible(ev.Mail)), Said: t.now,
			GoesToName: display(s.Mailbox), Attachments: ev.Mail.Attachments})
	}
}

// giveTo hands a ticket to a group of case handlers at a staff member's word, with what opened it.
func (t *turn) giveTo(tk *Ticket, g Group) {
	e, _ := t.firstWords(tk)
	author := Mailbox{Name: e.Name, Address: Address(e.Who)}
	t.handOver(tk, g, Outgoing{Author: author, AuthorTrust: e.Trust, Words: t.desk.StripReferences(e.Text), Said: e.At,
		GoesToName: t.partyName(tk, ThreadRequester), Attachments: e.Attachments})
}

// handOver gives a ticket to a group: they get it as staff do, answer the requester from there, and hear what is
// answered. Where the group has a check_back, staff are asked later how it went.
func (t *turn) handOver(tk *Ticket, g Group, o Outgoing) {
	if tk.participant(g.Address) < 0 {
		tk.Participants = append(tk.Participants, Participant{Mailbox: g.Mailbox, Role: RoleStaff, Thread: ThreadRequester,
			Language: g.Language, Since: t.now, Verified: true})
	}
	o.Template, o.GoesTo, o.Entry = TemplateNoticeNew, ReplyToRequester, FirstEntry
	t.mailStaff(tk, Staff{Mailbox: g.Mailbox, Language: g.Language}, ThreadRequester, o)
	t.enter(tk, Entry{Kind: EntryMailOut, Thread: ThreadStaff, Who: Self, Text: g.Name, Reasons: []Reason{{ReasonStaffTold, g.Name}}})
	if g.CheckBack > 0 {
		tk.Due = t.now.Add(g.CheckBack)
		t.out.Dues = append(t.out.Dues, Due{Key: "check-back " + t.desk.Number(tk.ID), Kind: DueCheckBack, Ticket: tk.ID, At: tk.Due})
	}
}

// handlers are the group that a ticket was handed to, as a reader of its notices.
func (t *turn) handlers(tk *Ticket) (Staff, bool) {
	g, ok := t.desk.group(tk.Group)
	if !ok || tk.participant(g.Address) < 0 || t.muted(tk, g.Address) {
		return Staff{}, false
	}
	return Staff{Mailbox: g.Mailbox, Language: g.Language}, true
}

// checkBackDue asks staff how it went with a ticket that was handed on and is not ended.
func (t *turn) checkBackDue(tk *Ticket) {
	if tk.Status == StatusResolved || tk.Status == StatusClosed {
		return
	}
	t.tellStaff(tk, ThreadStaff, Outgoing{Template: TemplateNoticeChange, GoesTo: ReplyToStaff,
		Lines: []Line{{Code: string(ReasonCheckBack), Subject: tk.Group}}}, "")
	t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self, Reasons: []Reason{{ReasonCheckBack, tk.Group}}})
}
