package rules

// rowDropped records that a person kept a mail of ours from going out: what the history promised will not come.
func (t *turn) rowDropped(ev RowDropped) {
	if tk, ok := t.ticket(ev.Row.Ticket); ok {
		t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self, Outgoing: ev.Row.ID,
			Text:    string(ev.Row.Kind) + " " + string(ev.Row.To.Address) + ": " + ev.Row.Subject,
			Reasons: []Reason{{ReasonDroppedBy, ev.By}}})
	}
}

// heldDropped gives a held mail its end: it is let go, and both its line in the ledger and the ticket say by whom.
func (t *turn) heldDropped(ev HeldDropped) {
	why := Reason{ReasonDroppedBy, ev.By}
	t.out.Released = append(t.out.Released, ev.Held.ID)
	if d, ok := t.look.Disposition(ev.Held.ID); ok {
		d.Kind = DisposedDropped
		d.Reasons = append(append([]Reason(nil), d.Reasons...), why)
		t.out.Disposition = d
	}
	if tk, ok := t.ticket(ev.Held.Ticket); ok {
		t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self, Mail: ev.Held.ID,
			Text: mailName(ev.Held.ID) + " " + string(ev.Held.From.Address), Reasons: []Reason{why}})
	}
}
