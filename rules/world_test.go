package rules

import (
	"bytes"
	stdcmp "cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
)

// world is the store as a handful of maps: the plainest thing that keeps decisions. It is the state that tests
// decide over, and the model of what Lookup means.
type world struct {
	desk     *Desk
	now      time.Time
	mails    MailID
	tickets  map[TicketID]Ticket
	entries  map[TicketID][]Entry
	seen     map[DedupeKey]Seen
	messages map[MessageID][]MessageRef
	queue    map[OutgoingID]Queued
	order    []OutgoingID
	held     map[HeldID]Held
	heldMail map[HeldID]*Mail
	ledger   []Disposition
	dues     map[string]Due
	spends   []Spend
	bad      map[Address]BadAddress
	outages  map[OutageID]Outage
	deskSent int
	reads    int // of tickets
	reports  []Report
	unclear  []MailID // said in words the watch does not know yet
	receipts []MailID // of BankID and receipts: a second matter, from the fourth on
}

func newWorld(c Config) *world {
	if c.Keys == nil {
		c.Keys = Keys{{ID: 1, Secret: bytes.Repeat([]byte{7}, 32)}, {ID: 0, Secret: bytes.Repeat([]byte{9}, 32)}}
	}
	d, errs := NewDesk(c)
	if errs != nil {
		panic(errs[0])
	}
	return &world{
		desk: d, now: time.Date(2026, 3, 3, 9, 14, 0, 0, time.UTC), tickets: map[TicketID]Ticket{},
		entries: map[TicketID][]Entry{}, seen: map[DedupeKey]Seen{}, messages: map[MessageID][]MessageRef{},
		queue: map[OutgoingID]Queued{}, held: map[HeldID]Held{}, heldMail: map[HeldID]*Mail{}, dues: map[string]Due{},
		bad: map[Address]BadAddress{}, outages: map[OutageID]Outage{},
	}
}

func (w *world) NextTicket() TicketID { return TicketID(len(w.tickets) + 1) }
func (w *world) NextOutage() OutageID { return OutageID(len(w.outages) + 1) }
func (w *world) DeskSent() int        { return w.deskSent }
func (w *world) Ticket(id TicketID) (Ticket, bool) {
	w.reads++
	tk, ok := w.tickets[id]
	return tk, ok
}
func (w *world) Entry(id TicketID, seq int) (Entry, bool) {
	if list := w.entries[id]; seq >= 1 && seq <= len(list) {
		return list[seq-1], true
	}
	return Entry{}, false
}
func (w *world) Entries(id TicketID) []Entry { return w.entries[id] }
func (w *world) Seen(k DedupeKey) (Seen, bool) {
	s, ok := w.seen[k]
	return s, ok
}
func (w *world) Messages(id MessageID) []MessageRef { return w.messages[id] }
func (w *world) Sent(id OutgoingID) (Queued, bool) {
	q, ok := w.queue[id]
	return q, ok
}
func (w *world) Spent(k BudgetKey, since time.Time) int {
	n := 0
	for _, s := range w.spends {
		if s.Key == k && s.At.After(since) {
			n++
		}
	}
	return n
}
func (w *world) Held(id HeldID) (Held, bool) {
	h, ok := w.held[id]
	return h, ok
}
func (w *world) HeldOn(id TicketID) []Held {
	var list []Held
	for _, h := range w.held {
		if h.Ticket == id {
			list = append(list, h)
		}
	}
	slices.SortFunc(list, func(a, b Held) int { return int(a.ID) - int(b.ID) })
	return list
}
func (w *world) TicketsOf(a Address) []TicketID {
	var ids []TicketID
	for id, tk := range w.tickets {
		if tk.Requester.Address == a {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	return ids
}
func (w *world) OpenTickets(limit int) []TicketID {
	var ids []TicketID
	for id, tk := range w.tickets {
		if tk.Status != StatusResolved && tk.Status != StatusClosed {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b TicketID) int {
		return stdcmp.Or(w.tickets[a].Updated.Compare(w.tickets[b].Updated), stdcmp.Compare(a, b))
	})
	return ids[:min(limit, len(ids))]
}
func (w *world) LatestTickets(limit int) []TicketID {
	ids := w.OpenTickets(len(w.tickets))
	slices.Reverse(ids)
	return ids[:min(limit, len(ids))]
}
func (w *world) Outage(id OutageID) (Outage, bool) {
	o, ok := w.outages[id]
	return o, ok
}
func (w *world) OpenOutages() []Outage {
	var open []Outage
	for id := OutageID(1); int(id) <= len(w.outages); id++ {
		if w.outages[id].Status.Open() {
			open = append(open, w.outages[id])
		}
	}
	return open
}
func (w *world) Outages(limit int) []Outage {
	var list []Outage
	for id := OutageID(len(w.outages)); id > 0 && len(list) < limit; id-- {
		list = append(list, w.outages[id])
	}
	return list
}
func (w *world) Sight(r Report) Sighting { return w.sight(r) }
func (w *world) Disposition(id MailID) (Disposition, bool) {
	for _, d := range w.ledger {
		if d.Mail == id {
			return d, true
		}
	}
	return Disposition{}, false
}
func (w *world) Bad(a Address) (BadAddress, bool) {
	b, ok := w.bad[a]
	return b, ok
}

// keep applies a decision, and checks the invariants that hold for every one.
func (w *world) keep(d Decision) error {
	if d.Key != (DedupeKey{}) {
		if _, again := w.seen[d.Key]; !again {
			w.seen[d.Key] = Seen{d.Disposition.Mail, d.Disposition.Ticket}
		}
	}
	for _, tk := range d.Tickets {
		w.tickets[tk.ID] = tk
	}
	for _, e := range d.Entries {
		if e.Seq != len(w.entries[e.Ticket])+1 {
			return fmt.Errorf("entry %d of ticket %d comes after %d", e.Seq, e.Ticket, len(w.entries[e.Ticket]))
		}
		if len(e.Reasons) == 0 {
			return fmt.Errorf("entry %d of ticket %d has no reason (I7)", e.Seq, e.Ticket)
		}
		w.entries[e.Ticket] = append(w.entries[e.Ticket], e)
	}
	for _, r := range d.Messages {
		w.messages[r.ID] = append(w.messages[r.ID], r)
	}
	for _, o := range d.Send {
		if _, again := w.queue[o.ID]; again {
			return fmt.Errorf("two mails are named %s", o.ID)
		}
		if o.To.Address == "" || w.desk.isOursAddress(o.To.Address) {
			return fmt.Errorf("mail %s goes to %q (I4)", o.ID, o.To.Address)
		}
		state := QueueWaiting
		if o.Hold != "" {
			state = QueueHeld
		}
		w.queue[o.ID] = Queued{Outgoing: o, State: state}
		w.order = append(w.order, o.ID)
		if o.Ticket == 0 {
			w.deskSent++
		}
	}
	for _, id := range d.Cancel {
		delete(w.queue, id)
	}
	for _, h := range d.Held {
		w.held[h.ID] = h
	}
	for _, id := range d.Released {
		delete(w.held, id)
	}
	for _, due := range d.Forget {
		if w.dues[due.Key].At.Equal(due.At) {
			delete(w.dues, due.Key)
		}
	}
	for _, due := range d.Dues {
		if due.At.IsZero() {
			delete(w.dues, due.Key)
		} else {
			w.dues[due.Key] = due
		}
	}
	w.spends = append(w.spends, d.Spend...)
	for _, o := range d.Outages {
		w.outages[o.ID] = o
	}
	for _, b := range d.Bad {
		w.bad[b.Address] = b
	}
	if d.Disposition.Mail != 0 {
		if d.Disposition.Kind == "" {
			return fmt.Errorf("mail %d has no disposition (I1)", d.Disposition.Mail)
		}
		d.Disposition.Raw = "raw" // the shell keeps the bytes and names them
		w.ledger = append(w.ledger, d.Disposition)
	}
	w.redact(d.Redact)
	return nil
}

func (d *Desk) isOursAddress(a Address) bool {
	base, _, ok := d.splitDetail(a)
	return d.ours(a) || ok && d.ours(base)
}

// send lets everything go out whose time has come.
func (w *world) send() {
	for id, row := range w.queue {
		if row.State == QueueWaiting && !row.NotBefore.After(w.now) {
			row.State = QueueSent
			w.queue[id] = row
		}
	}
}

// decide makes the decision twice, since it must be the same both times (I5), and keeps it.
func (w *world) decide(ev Event) (Decision, error) {
	d := w.desk.Decide(w, ev, w.now)
	if diff := cmp.Diff(d, w.desk.Decide(w, ev, w.now)); diff != "" {
		return d, fmt.Errorf("the same event was decided in two ways (I5):\n%s", diff)
	}
	return d, w.keep(d)
}

// take decides about a mail and, like the shell, takes released ones up again.
func (w *world) take(m *Mail) ([]Decision, error) {
	w.mails++
	if m.Key == (DedupeKey{}) {
		m.Key = sha256.Sum256([]byte(string(m.MessageID) + m.Subject + m.Text + string(m.From.Address) + m.Date.String()))
	}
	d, err := w.decide(MailArrived{ID: w.mails, Mail: m})
	if err != nil {
		return nil, err
	}
	all := []Decision{d}
	if _, held := w.held[w.mails]; held {
		w.heldMail[w.mails] = m
	}
	for id, h := range w.held {
		if h.Release != nil {
			d, err := w.decide(MailArrived{ID: id, Mail: w.heldMail[id], Released: h.Release})
			if err != nil {
				return nil, err
			}
			all = append(all, d)
		}
	}
	return all, nil
}

// sight is a watch of the simplest kind: four different people who wrote "BankID" within an hour. Who wrote "bank-id" is
// understood when the next joins, and four of them who wrote "kvitto" are told apart.
func (w *world) sight(r Report) Sighting {
	if strings.Contains(r.Words, "bank-id") && !slices.Contains(w.unclear, r.Mail) {
		w.unclear = append(w.unclear, r.Mail)
	}
	if !strings.Contains(r.Words, "BankID") {
		return Sighting{}
	}
	people := map[Address]bool{r.Person: true}
	s := Sighting{Words: []string{"bankid"}, Window: time.Hour, Expected: 0.4}
	raised := false
	for _, o := range w.reports {
		if o.Mail == r.Mail {
			break
		}
		if r.At.Sub(o.At) < time.Hour {
			raised = raised || len(people) >= 4
			people[o.Person] = true
			s.Members = append(s.Members, o.Mail)
		}
	}
	if !slices.ContainsFunc(w.reports, func(o Report) bool { return o.Mail == r.Mail }) {
		w.reports = append(w.reports, r)
	}
	if strings.Contains(r.Words, "kvitto") && !slices.Contains(w.receipts, r.Mail) {
		w.receipts = append(w.receipts, r.Mail)
	}
	s.People, s.Observed = len(people), len(people)
	if i := slices.Index(w.receipts, r.Mail); i == 3 {
		return Sighting{Alarm: 2, Raised: true, From: 1, Members: w.receipts[:3], Words: []string{"kvitto"}, Window: time.Hour, People: 4, Observed: 4}
	}
	switch {
	case raised && len(people) >= 4:
		s.Alarm, s.Members = 1, w.unclear
	case len(people) == 4:
		s.Alarm, s.Raised = 1, true
	default:
		return Sighting{}
	}
	return s
}
