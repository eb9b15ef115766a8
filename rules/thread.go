package rules

import "slices"

// placement is which ticket a mail belongs to by the references it carries, and how strong the reference is.
type placement struct {
	ticket TicketID
	thread int
	by     ReasonCode
	token  Token
	signed bool     // by a token of ours; otherwise by ids that others wrote, or a bare number
	fields []string // where in the header that stands, as in Proof.Open; none for the body and the subject
	other  TicketID
}

// found says whether anything named a ticket that exists.
func (p placement) found() bool { return p.ticket != 0 }

// answers is the mail of ours that a signed reference names, "" where none does.
func (p placement) answers() OutgoingID {
	if !p.signed {
		return ""
	}
	return outgoingID(p.token.Ticket, p.token.Seq)
}

// place follows DESIGN, section 5a: the first carrier that names a ticket wins; two signed carriers that name
// different tickets leave other set, and the mail is held.
func (t *turn) place(m *Mail) placement {
	signed := []placement{t.byAddress(m), t.byOurMessage(m), t.byFooter(m)}
	var first placement
	for _, p := range signed {
		switch {
		case !p.found():
		case !first.found():
			first = p
		case p.ticket != first.ticket:
			first.other = p.ticket
		}
	}
	numbered := t.byNumber(m)
	if !first.found() {
		first = t.byTheirMessage(m)
	}
	switch {
	case !first.found() && !numbered.found():
		return t.byVendorNumber(m)
	case !first.found():
		return numbered
	case first.ticket == numbered.ticket, signed[2].found() && first.ticket == signed[2].ticket:
		first.fields = nil // its author's signature covers the subject and the body
	}
	return first
}

func (t *turn) byNumber(m *Mail) placement {
	if n, ok := t.desk.SubjectNumber(m.Subject); ok {
		if id, ok := t.live(n); ok {
			return placement{ticket: id, thread: ThreadRequester, by: ReasonThreadByNumber}
		}
	}
	return placement{}
}

// byVendorNumber knows an answer by the vendor's own number for the fault: desks that strip every reference of ours and
// write a subject of their own still give it. It counts as a bare number of ours does, for a house that is proved.
func (t *turn) byVendorNumber(m *Mail) placement {
	ours := func(v Vendor) bool { return vendorHouse(v.Address) == vendorHouse(m.From.Address) }
	// Looking for a number costs as much as reading a mail: only for whom it may count.
	if proofOf(m) != ProofPass || !slices.ContainsFunc(t.desk.Vendors, ours) {
		return placement{}
	}
	ref, _ := vendorReference(m, t.desk.Prefix)
	if ref == "" {
		return placement{}
	}
	found := placement{}
	for _, at := range slices.Backward(t.look.Messages(vendorNumber(m.From.Address, ref))) {
		id, _ := t.live(at.Ticket)
		tk, ok := t.ticket(id)
		if !ok {
			continue
		}
		for _, r := range tk.Reports {
			if r.Reference != ref || vendorNumber(r.Vendor, ref) != at.ID {
				continue
			}
			p := placement{ticket: id, thread: r.Thread, by: ReasonThreadByVendor}
			if r.Ended.IsZero() {
				return p // one number may stand for several of ours: the newest that is not over
			}
			if !found.found() {
				found = p
			}
		}
	}
	return found
}

// vendorNumber is what a vendor's number for a fault is kept under among the ids that name threads, whoever of its house
// gave it. No Message-ID has a space in it.
func vendorNumber(a Address, ref string) MessageID {
	return MessageID("number " + ref + " of " + vendorHouse(a))
}

// vendorHouse is whose word a vendor's mail is: its domain's, or that of an address alone at a public provider.
func vendorHouse(a Address) string {
	if house := a.Domain(); !publicProviders[house] {
		return house
	}
	return string(a)
}

// live resolves merges: replies to a merged ticket follow it. A ticket that does not exist is false.
func (t *turn) live(id TicketID) (TicketID, bool) {
	for range 8 { // a merge chain is short; a ring, which we never make, must not hang us
		tk, ok := t.ticket(id)
		if !ok {
			return 0, false
		}
		next := TicketID(0)
		for _, l := range tk.Links {
			if l.Kind == LinkMergedInto {
				next = l.Ticket
			}
		}
		if next == 0 {
			return id, true
		}
		id = next
	}
	return id, true
}

func (t *turn) bySigned(tok Token, by ReasonCode) placement {
	id, ok := t.live(tok.Ticket)
	if !ok {
		return placement{}
	}
	p := placement{ticket: id, thread: tok.Thread, by: by, token: tok, signed: true}
	if tok.Purpose == PurposeMessage || tok.Purpose == PurposeFooter {
		// A reply to a confirm mail is one by whichever carrier it is known.
		if row, ok := t.look.Sent(outgoingID(tok.Ticket, tok.Seq)); ok && row.Kind == OutConfirm {
			p.token.Purpose = PurposeConfirm
		}
	}
	if id != tok.Ticket {
		p.thread = t.threadAfterMerge(tok, id)
	}
	return p
}

// threadAfterMerge finds the thread of the same party on the ticket that took the other in; staff-only otherwise,
// since words must never land before an audience they were not written for.
func (t *turn) threadAfterMerge(tok Token, into TicketID) int {
	from, _ := t.ticket(tok.Ticket)
	to, _ := t.ticket(into)
	if tok.Thread >= len(from.Threads) {
		return ThreadStaff
	}
	was := from.Threads[tok.Thread]
	for i, th := range to.Threads {
		if th.Audience == was.Audience && th.Party == was.Party {
			return i
		}
	}
	return ThreadStaff
}

func (t *turn) byAddress(m *Mail) placement {
	for _, a := range m.SentTo {
		tok, ok := t.desk.addressToken(a)
		if ok && (tok.Purpose == PurposeReply || tok.Purpose == PurposeConfirm || tok.Purpose >= PurposeCommand) {
			if p := t.bySigned(tok, ReasonThreadByToken); p.found() {
				p.fields = addressFields(m, a)
				return p
			}
		}
	}
	return placement{}
}

// references lists the ids a mail answers, nearest first.
func references(m *Mail) []MessageID {
	ids := append([]MessageID(nil), m.InReplyTo...)
	for i := len(m.References) - 1; i >= 0; i-- {
		ids = append(ids, m.References[i])
	}
	return ids
}

func (t *turn) byOurMessage(m *Mail) placement {
	for _, id := range references(m) {
		if tok, ok := t.desk.OurMessage(id); ok {
			if p := t.bySigned(tok, ReasonThreadByReference); p.found() {
				p.fields = referenceFields(m, id)
				return p
			}
		}
	}
	return placement{}
}

func (t *turn) byFooter(m *Mail) placement {
	for _, tok := range t.desk.footerTokens(m.Text) {
		if p := t.bySigned(tok, ReasonThreadByFooter); p.found() {
			return p
		}
	}
	return placement{}
}

func (t *turn) byTheirMessage(m *Mail) placement {
	for _, id := range references(m) {
		for _, ref := range t.look.Messages(id) {
			if live, ok := t.live(ref.Ticket); ok {
				thread := ref.Thread
				if live != ref.Ticket {
					thread = ThreadStaff
				}
				return placement{ticket: live, thread: thread, by: ReasonThreadByMessage, fields: referenceFields(m, id)}
			}
		}
	}
	return placement{}
}
