package rules

import (
	"strconv"
	"time"
)

// A mail whose author could not be checked because DNS did not answer is "unverified for now": it was placed as one
// without proof, and is checked again until DNS answers or a day is over.
const (
	recheckFirst = 5 * time.Minute  // most resolvers that fail are back by then
	recheckMost  = 6 * time.Hour    // between two tries
	recheckFor   = 24 * time.Hour   // after it nobody waits for the answer any more
	recheckLease = 15 * time.Minute // for one try, which waits for its turn and for DNS; then it is due again
)

// ProofCame is what a later check of a mail's author found. It is decided about only while its Due is still set, under
// whatever time: the first answer clears it.
type ProofCame struct {
	Due   Due
	Proof Proof
}

func (ProofCame) event() {}

func recheckKey(id MailID) string {
	return string(DueRecheck) + " " + strconv.FormatUint(uint64(id), 10)
}

// recheckSoon lets an author be checked again whom nothing but DNS kept from being proved.
func (t *turn) recheckSoon(ev MailArrived) {
	m := ev.Mail
	if ev.Released != nil || m.Proof.Result != ProofTempError || m.Identity != IdentityClear {
		return
	}
	t.recheckAt(ev.ID, t.out.Disposition.Ticket, t.now.Add(recheckFirst))
}

func (t *turn) recheckAt(id MailID, ticket TicketID, at time.Time) {
	t.out.Dues = append(t.out.Dues, Due{Key: recheckKey(id), Kind: DueRecheck, Ticket: ticket, Mail: id, At: at})
}

// recheckDue gives one try its time: the shell asks DNS, which no transaction waits for, and tells us what it heard.
// Should it die over that, the try is due again.
func (t *turn) recheckDue(d Due) {
	if line, ok := t.look.Disposition(d.Mail); ok && t.now.Sub(line.At) < recheckFor {
		t.recheckAt(d.Mail, d.Ticket, t.now.Add(recheckLease))
	}
}

// proofCame acts on what a later check found, once: what was held for want of proof is let in or stays held for cause,
// and a ticket's history says how it turned out. What the unproved were not given when they wrote (their own words in
// a confirmation) they are not sent afterwards.
func (t *turn) proofCame(ev ProofCame) {
	mail := ev.Due.Mail
	line, ok := t.look.Disposition(mail)
	if !ok {
		return
	}
	if ev.Proof.Result == ProofTempError {
		if age := t.now.Sub(line.At); age < recheckFor {
			t.recheckAt(mail, line.Ticket, t.now.Add(min(max(age, recheckFirst), recheckMost)))
			return
		}
	}
	t.recheckAt(mail, line.Ticket, time.Time{}) // answered, or nobody waits any more
	p := ev.Proof
	h, held := t.look.Held(mail)
	if p.Result == ProofPass && t.desk.Role(line.From) == RoleStaff && (p.Method == methodSPF || h.Again || loose(p, h.Fields)) {
		p.Result = ProofNone // as in judge
	}
	if p.Result != ProofPass && p.Result != ProofFail {
		return
	}
	why := Reason{ReasonProvedLater, p.By}
	if p.Result == ProofFail {
		why = Reason{ReasonProofFailed, p.By}
	}
	if held {
		t.heldProof(h, p, why)
		return
	}
	id, _ := t.live(line.Ticket)
	tk, ok := t.ticket(id)
	if !ok || line.Kind != DisposedNew && line.Kind != DisposedEntry {
		return
	}
	t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self, Trust: trustIn(p.Result), Mail: mail,
		Text: "checked " + string(line.From) + " again", Reasons: []Reason{why}})
	switch i := tk.participant(line.From); {
	case p.Result == ProofFail:
		tk.Suspicious = tk.Suspicious || line.Kind == DisposedNew
	case i >= 0:
		tk.Participants[i].Verified = true
	}
}

// heldProof is a later proof of a mail that waits for a decision. One that waited for nothing else is taken up again
// after this commit; whom the proof shows to be a stranger still needs somebody's word.
func (t *turn) heldProof(h Held, p Proof, why Reason) {
	if h.Release != nil {
		return // somebody was quicker
	}
	h.Proof, h.Reasons = p, append(h.Reasons[:len(h.Reasons):len(h.Reasons)], why)
	switch {
	case p.Result == ProofFail:
		h.Why, h.Confirm = ReasonProofFailed, "" // nobody is asked about what is forged, and a yes to it comes too late
	case h.Why == ReasonUnproved:
		h.Release = &Release{By: p.By}
	case h.Why == ReasonUnknownReply:
		h.Why = ReasonWantsToJoin
	}
	t.out.Held = append(t.out.Held, h)
	if tk, ok := t.ticket(h.Ticket); ok {
		t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self, Trust: trustIn(p.Result), Mail: h.ID,
			Text: "checked " + string(h.From.Address) + " again, of held " + mailName(h.ID), Reasons: []Reason{why}})
	}
}

// provedLater says whether a mail of these entries was proved after it came.
func provedLater(entries []Entry, mail MailID) bool {
	for _, e := range entries {
		if e.Kind == EntryChange && e.Mail == mail && len(e.Reasons) > 0 && e.Reasons[0].Code == ReasonProvedLater {
			return true
		}
	}
	return false
}
