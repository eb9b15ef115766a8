package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// turn is one decision being made: what is known, what has been decided so far, and working copies of the tickets
// it touches.
type turn struct {
	desk      *Desk
	look      Lookup
	now       time.Time
	out       Decision
	open      map[TicketID]*Ticket
	touched   []TicketID // those that changed, in order
	reporting []string   // vendors that rules of this turn report to, by name
	faults    []*Outage  // those that were looked at or made, in order; all are kept
	sent      int        // mails of the desk itself decided in this turn
	opened    int        // tickets opened in this turn
}

// Decide says what an event changes. It is a function: the same state, event and time give the same decision, to
// the byte (I5). now is the time of the decision; stored times are UTC.
func (d *Desk) Decide(look Lookup, ev Event, now time.Time) Decision {
	t := &turn{desk: d, look: look, now: now.UTC(), open: map[TicketID]*Ticket{}}
	switch ev := ev.(type) {
	case MailArrived:
		t.mailArrived(ev)
	case SendRefused:
		t.sendRefused(ev)
	case DueCame:
		t.dueCame(ev.Due)
	case RowDropped:
		t.rowDropped(ev)
	case HeldDropped:
		t.heldDropped(ev)
	case ProofCame:
		t.proofCame(ev)
	}
	for _, id := range t.touched {
		t.out.Tickets = append(t.out.Tickets, *t.open[id])
	}
	for _, o := range t.faults {
		t.out.Outages = append(t.out.Outages, *o)
	}
	return t.out
}

// ticket is the working copy of a ticket, for reading.
func (t *turn) ticket(id TicketID) (*Ticket, bool) {
	if id == 0 {
		return nil, false
	}
	if tk, ok := t.open[id]; ok {
		return tk, true
	}
	tk, ok := t.look.Ticket(id)
	if !ok {
		return nil, false
	}
	// What the turn may change is copied, so that a lookup's value is never written to.
	tk.Participants = slices.Clone(tk.Participants)
	tk.Threads = slices.Clone(tk.Threads)
	tk.Tags = slices.Clone(tk.Tags)
	tk.Links = slices.Clone(tk.Links)
	tk.Reports = slices.Clone(tk.Reports)
	t.open[id] = &tk
	return &tk, true
}

// touch marks a ticket as changed.
func (t *turn) touch(tk *Ticket) {
	tk.Updated = t.now
	if !slices.Contains(t.touched, tk.ID) {
		t.touched = append(t.touched, tk.ID)
	}
}

// enter adds an entry to a ticket's history and returns its number.
func (t *turn) enter(tk *Ticket, e Entry) int {
	t.touch(tk)
	tk.Entries++
	e.Ticket, e.Seq = tk.ID, tk.Entries
	if e.At.IsZero() {
		e.At = t.now
	}
	if e.Trust == "" {
		e.Trust = TrustVerified
	}
	t.out.Entries = append(t.out.Entries, e)
	return e.Seq
}

// mailArrived gives a mail its one disposition (I1).
func (t *turn) mailArrived(ev MailArrived) {
	m := ev.Mail
	t.out.Disposition = Disposition{
		Mail: ev.ID, At: t.now, Door: m.Envelope.Door, From: m.From.Address, Subject: m.Subject,
		MessageID: m.MessageID, Envelope: m.Envelope, Size: m.Size,
	}
	if ev.Released == nil {
		if seen, ok := t.look.Seen(m.Key); ok {
			t.out.Disposition.Of = seen.Mail
			t.dispose(DisposedDuplicate, seen.Ticket, 0, Reason{ReasonDuplicate, mailName(seen.Mail)})
			return
		}
	} else {
		t.out.Released = append(t.out.Released, ev.ID)
	}
	t.out.Key = m.Key
	_, ours := t.desk.OurMessage(m.MessageID)
	if _, probe := t.desk.Probe(m); ours || probe {
		t.dispose(DisposedProbe, 0, 0, Reason{ReasonOwnMail, ""})
		return
	}
	switch m.Kind {
	case KindBounce, KindDelay, KindDelivered:
		t.deliveryWord(ev)
	default:
		if m.Kind.Person() && t.answerList(ev) {
			break
		}
		p := t.place(m)
		switch {
		case p.other != 0:
			t.hold(ev, p, speaker{Mailbox: m.From, role: t.roleOn(m.From.Address, p)}, ReasonCarriersDisagree, true,
				Reason{p.by, t.desk.Number(p.ticket)}, Reason{ReasonCarriersDisagree, t.desk.Number(p.other)})
		case !m.Kind.Person():
			t.machineWord(ev, p)
		case ev.Released == nil && t.echoes(m, p):
			t.echo(ev, p)
		default:
			t.personWord(ev, p)
		}
	}
	if ev.Released == nil {
		t.reportSuccess(m)
	}
}

// dispose sets what became of the mail.
func (t *turn) dispose(kind DispositionKind, ticket TicketID, entry int, why ...Reason) {
	t.out.Disposition.Kind = kind
	t.out.Disposition.Ticket = ticket
	t.out.Disposition.Entry = entry
	if tk, ok := t.ticket(ticket); ok && tk.Subject == "" {
		t.out.Disposition.Subject = "" // there was none, or it was removed and a client still says it
	}
	t.out.Disposition.Reasons = append(t.out.Disposition.Reasons, why...)
}

// personWord takes a mail that a person may have written through the table of DESIGN, section 5b.
func (t *turn) personWord(ev MailArrived, p placement) {
	m := ev.Mail
	defer t.recheckSoon(ev)
	s := t.judge(m, p, ev.Released)
	why := s.why
	if p.found() {
		why = append([]Reason{{p.by, t.desk.Number(p.ticket)}}, why...)
	}
	switch s.then {
	case outcomeWord:
		if s.role == RoleStaff {
			t.counted(m)
		}
		if p.token.Purpose == PurposeConfirm {
			t.confirmed(ev, p, s, why)
			return
		}
		t.word(ev, p, s, why)
	case outcomeConfirm:
		if p.token.Purpose == PurposeConfirm {
			// The reply proves that its writer reads the registered address: that is what was asked.
			t.confirmed(ev, p, s, why)
			return
		}
		t.hold(ev, p, s, ReasonUnproved, false, why...)
		t.askSender(p, s)
		if tk, ok := t.ticket(p.ticket); ok {
			t.tellHeld(tk, t.out.Held[len(t.out.Held)-1], s)
		}
	case outcomeHeld:
		t.hold(ev, p, s, ReasonProofFailed, true, why...)
	case outcomeJoin:
		t.hold(ev, p, s, ReasonWantsToJoin, true, why...)
	case outcomeSilent:
		t.hold(ev, p, s, ReasonUnknownReply, true, why...)
	case outcomeNew, outcomeNewPlain, outcomeNewSuspect:
		why = s.why
		if p.found() {
			why = append(why, Reason{ReasonNumberRefused, t.desk.Number(p.ticket)})
		}
		t.newMatter(ev, s, why)
	}
}

// machineWord records what a machine wrote: never answered, never a reason to reopen. Without a thread it becomes a
// quiet ticket, for monitoring mails are real.
func (t *turn) machineWord(ev MailArrived, p placement) {
	m := ev.Mail
	why := []Reason{{ReasonMachine, string(m.Kind) + ": " + m.KindReason}}
	if m.Kind.Person() {
		why[0].Subject = repeats
	}
	if tk, ok := t.ticket(p.ticket); ok {
		why = append([]Reason{{p.by, t.desk.Number(tk.ID)}}, why...)
		thread := t.machineThread(tk, p, m)
		spoke, _ := t.vendorSpoke(tk, thread, m, false)
		why = append(why, spoke...)
		seq := t.enter(tk, t.mailEntry(ev, tk, thread, speaker{Mailbox: m.From, trust: trustOf(m)}, why))
		// A person's kind is a machine's by its repetition alone, and its words have been shown; an acknowledgement that told
		// the vendor's number says nothing more than that.
		if !m.Kind.Person() && spoke == nil {
			t.showMachine(tk, thread, seq, m)
		}
		t.dispose(DisposedEntry, tk.ID, seq, why...)
		return
	}
	t.openTicket(ev, speaker{Mailbox: m.From, trust: trustOf(m), then: outcomeNew}, why, true)
}

// machineShown is how many mails of a vendor's machine staff are shown of a ticket in a day.
const machineShown = 5

// showMachine lets staff see what a vendor's system wrote, each wording once a week: desks send what their people say
// with the marks of a machine, and close a fault that way. It counts as nobody's word.
func (t *turn) showMachine(tk *Ticket, thread, seq int, m *Mail) {
	words := t.said(m)
	if tk.Threads[thread].Audience != AudienceVendor || words == "" || proofOf(m) == ProofFail {
		return
	}
	about := t.desk.Number(tk.ID) + " " + string(tk.Threads[thread].Party)
	sum := sha256.Sum256([]byte(foldWords(words)))
	today := BudgetKey("machine shown " + about)
	if t.uses(today, day) >= machineShown || !t.once(BudgetKey("machine said "+about+" "+hex.EncodeToString(sum[:8])), echoAnswers) {
		return
	}
	t.out.Spend = append(t.out.Spend, Spend{today, t.now})
	t.tellStaff(tk, thread, Outgoing{Template: TemplateNoticeWord, Author: m.From, AuthorTrust: trustOf(m), Said: t.now, Entry: seq,
		Words: words, GoesTo: ReplyToVendor, GoesToName: t.partyName(tk, thread), Attachments: m.Attachments,
		Lines: []Line{{Code: string(ReasonVendorMachine)}}}, "")
}

// machineThread is the thread that a machine's mail stands on: the one its references name or, where a bare number was
// all there is, that of the vendor whose house it proves to come from. Desks acknowledge from addresses of their own,
// and write our number into the subject.
func (t *turn) machineThread(tk *Ticket, p placement, m *Mail) int {
	if !p.signed && trustOf(m) == TrustVerified {
		for _, r := range tk.Reports {
			if r.Vendor.Domain() == m.From.Address.Domain() && !publicProviders[r.Vendor.Domain()] {
				return r.Thread
			}
		}
	}
	return t.threadOf(tk, p)
}

// trustOf is the trust of a mail whose author matters to nobody but the reader.
func trustOf(m *Mail) Trust { return trustIn(proofOf(m)) }

func trustIn(p ProofResult) Trust {
	switch p {
	case ProofPass:
		return TrustVerified
	case ProofFail:
		return TrustFailed
	}
	return TrustUnverified
}

// threadOf is the thread a placement names, or the staff-only one where the ticket has no such thread.
func (t *turn) threadOf(tk *Ticket, p placement) int {
	if p.thread >= 0 && p.thread < len(tk.Threads) {
		return p.thread
	}
	return ThreadStaff
}

// mailEntry is the entry that records an incoming mail on a ticket.
func (t *turn) mailEntry(ev MailArrived, tk *Ticket, thread int, s speaker, why []Reason) Entry {
	m := ev.Mail
	if m.Unread {
		why = append(why, Reason{ReasonUnread, ""})
	}
	if m.Encrypted {
		why = append(why, Reason{ReasonEncrypted, ""})
	}
	if m.MessageID != "" {
		t.out.Messages = append(t.out.Messages, MessageRef{m.MessageID, tk.ID, thread, m.From.Address})
	}
	return Entry{
		Kind: EntryMailIn, Thread: thread, Who: string(s.Address), Name: s.Name, Trust: s.trust, Text: visible(m),
		Reasons: why, Attachments: m.Attachments, MessageID: m.MessageID, Mail: ev.ID,
	}
}

// said is what a mail says to its readers: without the references of ours that a button or a quote brought along, which
// are no words of anybody's.
func (t *turn) said(m *Mail) string { return strings.TrimSpace(t.desk.StripReferences(visible(m))) }

// visible is what a reader is shown of a mail: the new words, with the lines they answer where they stand between
// them, or the whole where none were found. A word too many is better than a word lost.
func visible(m *Mail) string {
	switch {
	case m.Inline != "":
		return m.Inline
	case m.Reply != "":
		return m.Reply
	}
	return m.Text
}
