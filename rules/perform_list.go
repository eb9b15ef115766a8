package rules

import (
	"strconv"
	"strings"
)

// maxListed bounds a list by mail: more does not help a reader.
const maxListed = 50

// doList answers with the writer's own tickets or, to staff, with what waits at the desk.
func (t *turn) doList(a *act) *Line {
	a.silent = true
	if a.s.role == RoleStaff {
		a.lines = append(a.lines, t.queueOf(a.s.Address)...)
		return nil
	}
	for _, tk := range t.mine(a.s.Address) {
		a.lines = append(a.lines, t.ticketLine(tk))
	}
	return nil
}

func (t *turn) doStatus(a *act) *Line {
	a.silent = true
	a.lines = append(a.lines, t.ticketLine(a.tk))
	return nil
}

func (t *turn) doHelp(a *act) *Line {
	a.silent = true
	for _, c := range commands {
		if c.do == nil || !c.may(a.s.role) {
			continue
		}
		more := []string{c.takes}
		for _, e := range c.equals {
			more = append(more, "/"+e)
		}
		a.lines = append(a.lines, Line{Code: LineHelp, Subject: "/" + c.word, More: more})
	}
	return nil
}

// doWhy answers with the reasons of the newest entries and, where the ticket is in an outage, with what that was
// suspected by.
func (t *turn) doWhy(a *act) *Line {
	a.silent = true
	if o, ok := t.outage(a.tk.Outage); ok && a.s.role == RoleStaff && len(o.Tickets) > 0 {
		if lead, ok := t.ticket(o.Tickets[0]); ok {
			a.report = t.faultReport(o, lead, RoleStaff)
		}
	}
	entries := t.look.Entries(a.tk.ID)
	for _, e := range entries[max(0, len(entries)-maxListed):] {
		var why []string
		for _, r := range e.Reasons {
			why = append(why, r.String())
		}
		if why != nil {
			a.lines = append(a.lines, Line{Code: LineReason, Subject: strconv.Itoa(e.Seq) + ". " + e.At.In(t.desk.Zone).Format("2006-01-02 15:04") + " " + e.Who,
				More: why})
		}
	}
	return nil
}

// doFull mails the newest mail from outside back as it came, whole.
func (t *turn) doFull(a *act) *Line {
	entries := t.look.Entries(a.tk.ID)
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i]
		d, ok := t.look.Disposition(e.Mail)
		if e.Kind != EntryMailIn || !ok || d.Raw == "" || t.desk.Role(d.From) == RoleStaff {
			continue
		}
		// Not message/rfc822: what came may be 8-bit, and must arrive as it is.
		a.attach = append(a.attach, Attachment{Name: t.desk.Number(a.tk.ID) + ".eml", Type: "application/octet-stream", Size: d.Size, SHA256: d.Raw})
		a.done = append(a.done, string(d.From)+": "+d.Subject)
		return nil
	}
	return &Line{Code: LineNotNow, Subject: a.Written, More: []string{string(a.tk.Status)}}
}

func (t *turn) doLink(a *act) *Line {
	other, line := t.named(a)
	if line != nil {
		return line
	}
	a.tk.Links = append(a.tk.Links, Link{other.ID, LinkRelated})
	other.Links = append(other.Links, Link{a.tk.ID, LinkRelated})
	t.touch(other)
	a.done = append(a.done, t.desk.Number(other.ID))
	return nil
}

// named is the other ticket that a command names.
func (t *turn) named(a *act) (*Ticket, *Line) {
	if id, ok := t.numbered(a); ok {
		if other, found := t.ticket(id); found && id != a.tk.ID {
			return other, nil
		}
	}
	return nil, badArgument(a, "the number of another ticket")
}

// numbered reads the ticket number that a command has, with the desk's prefix or without.
func (t *turn) numbered(a *act) (TicketID, bool) {
	arg := a.Arg
	if !strings.Contains(arg, "-") {
		arg = t.desk.Prefix + "-" + arg
	}
	return t.desk.SubjectNumber(arg)
}

// doMerge puts this ticket into another: its people keep threads of their own there, and later replies follow.
func (t *turn) doMerge(a *act) *Line {
	into, line := t.named(a)
	if line != nil {
		return line
	}
	if live, ok := t.live(into.ID); !ok || live == a.tk.ID || into.Status == StatusClosed {
		return &Line{Code: LineNotNow, Subject: a.Written, More: []string{string(into.Status)}}
	}
	if line := t.move(a, StatusClosed); line != nil {
		return line
	}
	moved := map[int]int{}
	for i, th := range a.tk.Threads {
		if i != ThreadStaff {
			moved[i] = t.moveThread(a.tk, i, th, into)
		}
	}
	t.moveReports(a.tk, into, moved)
	t.mergeInOutage(a.tk, into)
	a.tk.Links = append(a.tk.Links, Link{into.ID, LinkMergedInto})
	into.Links = append(into.Links, Link{a.tk.ID, LinkMergedFrom})
	t.enter(into, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: string(a.s.Address), Name: a.s.Name, Trust: a.s.trust,
		Text: t.desk.Number(a.tk.ID), Reasons: []Reason{{ReasonMerged, t.desk.Number(a.tk.ID)}}})
	a.done = append(a.done, t.desk.Number(into.ID))
	return nil
}

// moveThread gives the people of one thread a thread on the other ticket: that of the same party, or a new one, so
// that requesters who never met do not read each other (I6).
func (t *turn) moveThread(from *Ticket, i int, th Thread, into *Ticket) int {
	target := -1
	for j, other := range into.Threads {
		if other.Audience == th.Audience && other.Party == th.Party {
			target = j
		}
	}
	if target < 0 {
		into.Threads = append(into.Threads, th)
		target = len(into.Threads) - 1
	}
	for _, p := range from.Participants {
		if p.Thread == i && p.Left.IsZero() && into.participant(p.Address) < 0 {
			p.Thread = target
			into.Participants = append(into.Participants, p)
		}
	}
	return target
}

// staffWithoutTicket answers a proved staff mail that is only commands and belongs to no ticket. It reports whether
// the mail was that.
func (t *turn) staffWithoutTicket(ev MailArrived, s speaker, why []Reason) bool {
	cmds, rest, unknown := leadingCommands(ev.Mail.Reply)
	if len(cmds) == 0 && unknown == "" || rest != "" && unknown == "" {
		return false
	}
	s.role = RoleStaff
	lines := t.deskCommands(ev, s, cmds, unknown)
	staff, _ := t.desk.staffMember(s.Address)
	o := t.deskMail(Outgoing{
		Kind: OutAnswer, Template: TemplateAnswer, To: staff.Mailbox, Role: RoleStaff, Language: t.desk.language(staff.Language),
		Auto: AutoReplied, AuthorTrust: s.trust, Lines: lines, GoesTo: ReplyToDesk,
		Subject: "Re: " + BaseSubject(ev.Mail.Subject, t.desk.Prefix),
	})
	answer := &t.out.Send[len(t.out.Send)-1]
	if id := ev.Mail.MessageID; id != "" {
		answer.InReplyTo, answer.References = id, []MessageID{id}
	}
	t.dispose(DisposedCommand, 0, 0, append(why, Reason{ReasonCommand, string(o.ID)})...)
	return true
}

// deskCommands carries out the commands that need no ticket.
func (t *turn) deskCommands(ev MailArrived, s speaker, cmds []Command, unknown string) []Line {
	if unknown != "" {
		return []Line{{Code: LineNothingDone}, unknownWord("/"+unknown, unknown)}
	}
	var lines []Line
	for _, c := range cmds {
		switch c.Word {
		case "list", "help":
			spec, _ := findCommand(c.Word)
			a := &act{Command: c, ev: ev, s: s}
			spec.do(t, a)
			lines = append(lines, a.lines...)
		default:
			return []Line{{Code: LineNothingDone}, {Code: LineBadArgument, Subject: c.Written, More: []string{"a reply to a ticket's mail"}}}
		}
	}
	return lines
}

// requesterList answers a proved requester's mail that only asks for their own tickets. It reports whether the mail
// was that.
func (t *turn) requesterList(ev MailArrived, s speaker, why []Reason) bool {
	m := ev.Mail
	cmds, rest, _ := leadingCommands(m.Reply)
	if len(cmds) != 1 || cmds[0].Word != "list" || rest != "" || m.NoAck {
		return false
	}
	a := &act{Command: cmds[0], ev: ev, s: s}
	t.doList(a)
	o := t.deskMail(Outgoing{
		Kind: OutAnswer, Template: TemplateAnswer, To: s.Mailbox, Role: RoleRequester, Language: t.desk.writerLanguage(m),
		Auto: AutoReplied, AuthorTrust: s.trust, Lines: a.lines, GoesTo: ReplyToDesk,
		Subject: "Re: " + BaseSubject(m.Subject, t.desk.Prefix),
	})
	answer := &t.out.Send[len(t.out.Send)-1]
	if m.MessageID != "" {
		answer.InReplyTo, answer.References = m.MessageID, []MessageID{m.MessageID}
	}
	t.dispose(DisposedCommand, 0, 0, append(why, Reason{ReasonCommand, string(o.ID)})...)
	return true
}
