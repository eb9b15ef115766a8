package rules

import (
	"strconv"
	"time"
)

// hold keeps a mail for a decision. Nothing of it is relayed; staff are told where somebody can decide.
func (t *turn) hold(ev MailArrived, p placement, s speaker, code ReasonCode, tell bool, why ...Reason) {
	m := ev.Mail
	h := Held{ID: ev.ID, At: t.now, Ticket: p.ticket, Thread: p.thread, From: m.From, Role: s.role, Subject: m.Subject,
		Why: code, Reasons: why, Proof: m.Proof, Fields: t.carriers(m, p.fields), Again: t.again(m)}
	t.out.Held = append(t.out.Held, h)
	entry := 0
	if tk, ok := t.ticket(p.ticket); ok {
		// The words of a held mail are not shown on the ticket: it may be anybody's.
		entry = t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self, Trust: s.trust,
			Text: "held " + mailName(ev.ID) + " from " + string(m.From.Address), Reasons: why, Mail: ev.ID})
		if tell {
			t.tellHeld(tk, h, s)
		}
	}
	t.dispose(DisposedHeld, p.ticket, entry, why...)
}

// mailName is how people name a held or parked mail to the commands.
func mailName(id MailID) string { return strconv.FormatUint(uint64(id), 10) }

// tellHeld tells staff that a mail waits and what decides it. A held mail by a staff member is told to the others.
func (t *turn) tellHeld(tk *Ticket, h Held, s speaker) {
	told := false
	lines := []Line{{Code: string(h.Why), Subject: string(h.From.Address), More: []string{mailName(h.ID), h.Subject}}}
	if h.Confirm != "" {
		lines = append(lines, Line{Code: string(ReasonAskedSender), Subject: string(h.From.Address)})
	}
	for _, to := range t.desk.Staff {
		if to.Address == h.From.Address && h.Why == ReasonUnproved {
			continue // they are asked whether it was them
		}
		told = true
		var offer []Action
		if h.Why != ReasonCarriersDisagree { // where it belongs is not said by letting somebody in
			offer = []Action{{Command: "admit " + string(h.From.Address)}}
		}
		t.mailStaff(tk, to, ThreadStaff, Outgoing{
			Template: TemplateNoticeHeld, Author: h.From, AuthorTrust: s.trust, GoesTo: ReplyToStaff, Actions: offer, Lines: lines,
		})
	}
	if told {
		t.enter(tk, Entry{Kind: EntryMailOut, Thread: ThreadStaff, Who: Self, Reasons: []Reason{{ReasonStaffTold, string(TemplateNoticeHeld)}}})
	}
}

// askSender asks the registered address whether a held mail is theirs; a reply releases it. The confirm mail shows
// nothing of the ticket or of the mail but its subject's number.
func (t *turn) askSender(p placement, s speaker) {
	tk, ok := t.ticket(p.ticket)
	if !ok {
		return
	}
	h := &t.out.Held[len(t.out.Held)-1]
	key := BudgetKey("confirm " + string(s.Address))
	if t.uses(key, time.Hour) >= hourlyConfirms {
		return // somebody floods them; the held mail is listed, and staff were told
	}
	t.out.Spend = append(t.out.Spend, Spend{key, t.now})
	o := t.mail(tk, Outgoing{
		Kind: OutConfirm, Template: TemplateConfirm, Thread: p.thread, To: t.registered(tk, s.Address), Role: s.role,
		Language: t.readerLanguage(tk, s.Address), Auto: AutoReplied, Held: h.ID, GoesTo: ReplyToDesk,
	}, PurposeConfirm)
	h.Confirm = o.ID
	h.Reasons = append(h.Reasons, Reason{ReasonAskedSender, string(s.Address)})
	t.sentEntry(tk, o, Reason{ReasonAskedSender, string(s.Address)})
}

// registered is the mailbox as the configuration or the ticket has it, never as the mail claims it.
func (t *turn) registered(tk *Ticket, a Address) Mailbox {
	if s, ok := t.desk.staffMember(a); ok {
		return s.Mailbox
	}
	if v, ok := t.desk.vendor(a); ok {
		return v.Mailbox
	}
	if i := tk.participant(a); i >= 0 {
		return tk.Participants[i].Mailbox
	}
	return Mailbox{Address: a}
}

// confirmed takes the reply to a confirm mail: it releases what was held and says nothing else. It serves once: the
// held mail is gone afterwards.
func (t *turn) confirmed(ev MailArrived, p placement, s speaker, why []Reason) {
	tk, _ := t.ticket(p.ticket)
	text := "nothing waits for it any more"
	row, ok := t.look.Sent(outgoingID(tk.ID, p.token.Seq))
	if ok {
		if h, held := t.look.Held(row.Held); held && h.Release == nil && h.Confirm == row.ID {
			h.Release = &Release{By: string(s.Address)}
			t.out.Held = append(t.out.Held, h)
			why = append(why, Reason{ReasonReleased, mailName(h.ID)})
			text = "confirmed"
		}
	}
	seq := t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: string(s.Address), Trust: s.trust,
		Text: text, Reasons: why, Mail: ev.ID, MessageID: ev.Mail.MessageID})
	t.dispose(DisposedCommand, tk.ID, seq, why...)
}
