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

// tellGroup hands a ticket that a rule gave to a group of case handlers to them: they get it as staff do, and answer
// the requester from there. Where the group has a check_back, staff are asked later how it went.
func (t *turn) tellGroup(tk *Ticket, ev MailArrived, s speaker) {
	g, ok := t.desk.group(tk.Group)
	if !ok {
		return
	}
	if tk.participant(g.Address) < 0 {
		tk.Participants = append(tk.Participants, Participant{Mailbox: g.Mailbox, Role: RoleStaff, Thread: ThreadRequester,
			Language: g.Language, Since: t.now, Verified: true})
	}
	t.mailStaff(tk, Staff{Mailbox: g.Mailbox, Language: g.Language}, ThreadRequester, Outgoing{
		Template: TemplateNoticeNew, Author: s.Mailbox, AuthorTrust: s.trust, Words: t.desk.StripReferences(visible(ev.Mail)), Said: t.now,
		GoesTo: ReplyToRequester, GoesToName: display(s.Mailbox), Attachments: ev.Mail.Attachments,
	})
	t.enter(tk, Entry{Kind: EntryMailOut, Thread: ThreadStaff, Who: Self, Text: g.Name, Reasons: []Reason{{ReasonStaffTold, g.Name}}})
	if g.CheckBack > 0 {
		tk.Due = t.now.Add(g.CheckBack)
		t.out.Dues = append(t.out.Dues, Due{Key: "check-back " + t.desk.Number(tk.ID), Kind: DueCheckBack, Ticket: tk.ID, At: tk.Due})
	}
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
