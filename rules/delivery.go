package rules

import "strings"

// deliveryWord records what a notification says of a mail of ours: a bounce is a refusal that came late. One that
// names none of our mails is listed and nothing more: answering or opening tickets for it is how backscatter works.
func (t *turn) deliveryWord(ev MailArrived) {
	m := ev.Mail
	row, ok := t.aboutOurMail(m)
	if !ok {
		t.dispose(DisposedBounce, 0, 0, Reason{ReasonBounceUnknown, m.KindReason})
		return
	}
	tk, onTicket := t.ticket(row.Ticket)
	why := []Reason{{ReasonThreadByDelivery, string(row.ID)}, {deliveryReason(m.Kind), string(row.To.Address)}}
	if m.MessageID != "" && onTicket {
		t.out.Messages = append(t.out.Messages, MessageRef{m.MessageID, tk.ID, ThreadStaff, m.From.Address})
	}
	reply := deliveryReply(m, row.To.Address)
	seq := 0
	switch {
	case m.Kind == KindBounce:
		seq = t.refused(row.Outgoing, reply, ev.ID, why)
	case onTicket:
		seq = t.enter(tk, Entry{Kind: EntryMailIn, Thread: ThreadStaff, Who: string(m.From.Address), Trust: trustOf(m), Text: reply.Text,
			Reasons: why, MessageID: m.MessageID, Mail: ev.ID, Outgoing: row.ID})
	}
	t.dispose(DisposedBounce, row.Ticket, seq, why...)
}

func deliveryReason(k Kind) ReasonCode {
	switch k {
	case KindDelay:
		return ReasonDelayed
	case KindDelivered:
		return ReasonDelivered
	}
	return ReasonBounce
}

// aboutOurMail finds the row a notification is about: by the envelope sender it was returned to, or by the
// Message-ID of ours that it quotes. Only signed references count.
func (t *turn) aboutOurMail(m *Mail) (Queued, bool) {
	for _, a := range m.SentTo {
		if tok, ok := t.desk.addressToken(a); ok && tok.Purpose == PurposeBounce {
			if row, ok := t.look.Sent(outgoingID(tok.Ticket, tok.Seq)); ok {
				return row, true
			}
		}
	}
	ids := references(m)
	for _, d := range m.Deliveries {
		ids = append(ids, d.MessageID)
	}
	for _, id := range ids {
		if tok, ok := t.desk.OurMessage(id); ok && tok.Purpose == PurposeMessage {
			if row, ok := t.look.Sent(outgoingID(tok.Ticket, tok.Seq)); ok && row.MessageID == id {
				return row, true
			}
		}
	}
	return Queued{}, false
}

// deliveryReply is the notification as if the peer had said it in the session.
func deliveryReply(m *Mail, to Address) Reply {
	r := Reply{Phase: "bounce", Text: m.Subject}
	for i, d := range m.Deliveries {
		a, _ := ParseAddress(d.Recipient)
		if a == to || i == 0 {
			r.Enhanced, r.Text = d.Status, d.Diagnostic
			if d.Permanent != nil && !*d.Permanent {
				r.Code = 450
			} else {
				r.Code = 550
			}
		}
		if a == to {
			break
		}
	}
	if r.Text == "" {
		r.Text = m.Subject
	}
	return r
}

// sendRefused is the end of a mail of ours that a peer refused for good: an entry, and a mail to staff.
func (t *turn) sendRefused(ev SendRefused) {
	t.refused(ev.Row, ev.Reply, 0, []Reason{{ReasonRefused, string(ev.Row.To.Address)}})
}

// refused records a refusal, remembers an address that does not exist, and tells staff. A refused notice of refusal
// is only recorded: this is where the chain ends.
func (t *turn) refused(o Outgoing, r Reply, mail MailID, why []Reason) int {
	if badAddress(r) {
		t.out.Bad = append(t.out.Bad, BadAddress{o.To.Address, t.now, r})
	}
	tk, ok := t.ticket(o.Ticket)
	if !ok {
		return 0
	}
	seq := t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self, Text: refusalText(o, r), Reasons: why,
		Outgoing: o.ID, Mail: mail})
	if o.Template == TemplateNoticeRefused {
		return seq
	}
	t.tellStaff(tk, ThreadStaff, Outgoing{
		Template: TemplateNoticeRefused, GoesTo: ReplyToStaff,
		Lines: []Line{{Code: string(why[len(why)-1].Code), Subject: string(o.To.Address),
			More: []string{refusalText(o, r), string(o.Kind), o.Subject}}},
	}, o.To.Address)
	return seq
}

// refusalText is what the peer said, on one bounded line.
func refusalText(o Outgoing, r Reply) string {
	text := oneLine(strings.TrimSpace(strings.Join([]string{r.Enhanced, r.Text}, " ")))
	if len(text) > 400 {
		text = strings.ToValidUTF8(text[:400], "") + "…"
	}
	return string(o.To.Address) + ": " + text
}

// badAddress says whether a reply means that the address itself is no good (RFC 3463, section 3.2: X.1.X), which is
// the only reason for which automatic mail to it stops.
func badAddress(r Reply) bool {
	return strings.HasPrefix(r.Enhanced, "5.1.") && r.Enhanced != "5.1.8" && r.Enhanced != "5.1.7"
}

// dueCame acts on a stored time.
func (t *turn) dueCame(d Due) {
	if d.At.After(t.now) {
		return // the clock was set back since it was looked at: it stays due, and comes again
	}
	t.out.Forget = append(t.out.Forget, d)
	if d.Kind == DueDigest {
		t.digestDue()
		return
	}
	if d.Kind == DueRecheck {
		t.recheckDue(d)
		return
	}
	tk, ok := t.ticket(d.Ticket)
	if !ok {
		return
	}
	switch d.Kind {
	case DueClose:
		switch {
		case tk.Status == StatusResolved && tk.reported():
			// A workaround stands, and a vendor is still asked for the fault: it could not answer on a closed ticket.
			t.out.Dues = append(t.out.Dues, Due{Key: d.Key, Kind: d.Kind, Ticket: d.Ticket, At: t.now.Add(day)})
		case tk.Status == StatusResolved:
			t.setStatus(tk, StatusClosed, Self, Reason{ReasonClosedBySelf, ""})
		}
	case DueFollowUp:
		t.followUpDue(tk, d.Party)
	case DueReport:
		t.reportDue(d.Outage)
	case DueCheckBack:
		t.checkBackDue(tk)
	}
}
