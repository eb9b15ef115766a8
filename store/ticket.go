package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"aboveline.example/rules"
)

const (
	// requesterMax is how many of a person's tickets rules looks at.
	requesterMax = 100
	// refsMax bounds the answer for a Message-ID that a broken program puts on everything.
	refsMax = 100
	// messageHash is how much of an identifier's hash stands in the key; the value has the whole identifier.
	messageHash = 10
)

// keepTicket writes a ticket whole and moves it in the indexes.
func (tx *Tx) keepTicket(t rules.Ticket) {
	if t.ID == 0 {
		tx.fail("ticket", fmt.Errorf("number 0 is no ticket"))
		return
	}
	key := u64(uint64(t.ID))
	old, had := tx.Ticket(t.ID)
	if had {
		tx.del(statuses, statusKey(old))
		tx.tally("tickets "+string(old.Status), -1)
	}
	if uint64(t.ID) > tx.counter("ticket") {
		tx.setCounter("ticket", uint64(t.ID))
	}
	tx.saveJSON(tickets, key, t)
	tx.put(statuses, statusKey(t), nil)
	tx.tally("tickets "+string(t.Status), 1)
	if had && old.Requester.Address == t.Requester.Address {
		return
	}
	if had && old.Requester.Address != "" {
		tx.del(requested, requestedKey(t.ID, old.Requester.Address))
	}
	if t.Requester.Address != "" {
		tx.put(requested, requestedKey(t.ID, t.Requester.Address), nil)
	}
}

func statusKey(t rules.Ticket) []byte {
	k := append(append([]byte(t.Status), 0), timeKey(t.Updated)...)
	return binary.BigEndian.AppendUint64(k, uint64(t.ID))
}

func requestedKey(id rules.TicketID, a rules.Address) []byte {
	k := epochKey(uint64(id), append([]byte(a), 0))
	return binary.BigEndian.AppendUint64(k, uint64(id))
}

// NextTicket is the number that the next new ticket gets. Numbers are never given twice.
func (tx *Tx) NextTicket() rules.TicketID { return rules.TicketID(tx.counter("ticket") + 1) }

// Ticket returns a ticket.
func (tx *Tx) Ticket(id rules.TicketID) (rules.Ticket, bool) {
	return loadJSON[rules.Ticket](tx, tickets, u64(uint64(id)))
}

// TicketsOf returns the numbers of a requester's tickets, newest first, at most 100.
func (tx *Tx) TicketsOf(a rules.Address) []rules.TicketID {
	var out []rules.TicketID
	if a == "" {
		return nil
	}
	for e := range epochs(tx.counter("ticket")) {
		for k := range tx.back(requested, epochKey(e, append([]byte(a), 0))) {
			if len(out) == requesterMax {
				return out
			}
			out = append(out, rules.TicketID(binary.BigEndian.Uint64(k[len(k)-8:])))
		}
	}
	return out
}

// openStatuses are those of a ticket on which somebody has something to do.
var openStatuses = []rules.Status{
	rules.StatusNew, rules.StatusOpen, rules.StatusWaitingRequester, rules.StatusWaitingVendor,
	rules.StatusWaitingApproval, rules.StatusWaitingRelease,
}

// OpenTickets returns up to limit tickets that are neither resolved nor closed, the longest untouched first.
func (tx *Tx) OpenTickets(limit int) []rules.TicketID {
	return firstOpen(limit, bytes.Compare, func(prefix []byte) iter.Seq2[[]byte, []byte] { return tx.scan(statuses, prefix, nil) })
}

// LatestTickets returns up to limit tickets that are neither resolved nor closed, the last touched first.
func (tx *Tx) LatestTickets(limit int) []rules.TicketID {
	last := func(a, b []byte) int { return bytes.Compare(b, a) }
	return firstOpen(limit, last, func(prefix []byte) iter.Seq2[[]byte, []byte] { return tx.back(statuses, prefix) })
}

// firstOpen takes up to limit tickets of each open status as walk has them, in order, and returns the first limit of all.
func firstOpen(limit int, order func(a, b []byte) int, walk func(prefix []byte) iter.Seq2[[]byte, []byte]) []rules.TicketID {
	var keys [][]byte // time and number
	for _, s := range openStatuses {
		prefix, n := append([]byte(s), 0), 0
		for k := range walk(prefix) {
			if n == limit {
				break
			}
			keys, n = append(keys, bytes.Clone(k[len(prefix):])), n+1
		}
	}
	slices.SortFunc(keys, order)
	var out []rules.TicketID
	for _, k := range keys[:max(0, min(len(keys), limit))] {
		out = append(out, rules.TicketID(binary.BigEndian.Uint64(k[8:])))
	}
	return out
}

// keepEntry writes an entry; it is never changed after.
func (tx *Tx) keepEntry(e rules.Entry) {
	key := entryKey(e.Ticket, e.Seq)
	if old, ok := loadJSON[rules.Entry](tx, entries, key); ok {
		if !sameJSON(old, e) {
			tx.fail(fmt.Sprintf("entry %d of ticket %d", e.Seq, e.Ticket), ErrWritten)
		}
		return
	}
	tx.saveJSON(entries, key, e)
	tx.tally("entries", 1)
}

func entryKey(t rules.TicketID, seq int) []byte {
	return binary.BigEndian.AppendUint32(u64(uint64(t)), uint32(seq))
}

// Entry returns one line of a ticket's history.
func (tx *Tx) Entry(t rules.TicketID, seq int) (rules.Entry, bool) {
	return loadJSON[rules.Entry](tx, entries, entryKey(t, seq))
}

// Entries returns a ticket's history, oldest first.
func (tx *Tx) Entries(t rules.TicketID) []rules.Entry {
	return list[rules.Entry](tx, entries, u64(uint64(t)), nil, false, 1<<31-1)
}

// ref is a MessageRef as it is stored: two for each mail, so that the names of its fields count.
type ref struct {
	ID     rules.MessageID `json:"i"`
	Ticket rules.TicketID  `json:"t"`
	Thread int             `json:"h,omitempty"`
	Author rules.Address   `json:"a,omitempty"`
}

// keepMessage notes where a Message-ID was seen, once.
func (tx *Tx) keepMessage(m rules.MessageRef) {
	if m.ID == "" {
		return
	}
	hash := messageKey(m.ID)
	prefix := epochKey(tx.counter("mail"), hash)
	n := uint64(0)
	for k, b := range tx.records(messages, prefix, nil, false) {
		old, ok := decode[ref](tx, messages, k, b)
		if !ok || old == ref(m) {
			return
		}
		n = binary.BigEndian.Uint64(k[len(prefix):]) + 1
	}
	tx.saveJSON(messages, append(prefix, u64(n)...), ref(m))
}

func messageKey(id rules.MessageID) []byte {
	h := sha256.Sum256([]byte(id))
	return h[:messageHash]
}

// Messages returns where a Message-ID was seen, oldest first; the newest 100 where there are more.
func (tx *Tx) Messages(id rules.MessageID) []rules.MessageRef {
	var out []rules.MessageRef
	hash := messageKey(id)
	for e := range epochs(tx.counter("mail")) {
		for k, b := range tx.records(messages, epochKey(e, hash), nil, true) {
			m, ok := decode[ref](tx, messages, k, b)
			if !ok || len(out) == refsMax {
				break
			}
			if m.ID == id {
				out = append(out, rules.MessageRef(m))
			}
		}
	}
	slices.Reverse(out)
	return out
}

// TicketFilter chooses tickets; what is empty does not choose. Names compare without regard to case.
type TicketFilter struct {
	Status       rules.Status
	Tag          string
	Category     string
	Service      string
	Priority     int
	Type         string
	Requester    rules.Address
	Assignee     string
	Organisation string
	Outage       rules.OutageID
	Since        time.Time // changed at or after
	Text         string    // in the subject or in an entry's words
}

// Tickets returns up to limit tickets that fit, the most recently changed first. Status, Requester, Outage and
// Since are found by index, of which the narrowest is used; everything else is read and compared.
func (tx *Tx) Tickets(f TicketFilter, limit int) []rules.Ticket {
	var out []rules.Ticket
	take := func(id rules.TicketID) bool {
		if t, ok := tx.Ticket(id); ok && tx.fits(t, f) {
			out = append(out, t)
		}
		return tx.err == nil && len(out) < limit
	}
	switch {
	case limit <= 0:
	case f.Outage != 0, f.Requester != "":
		tx.few(f, take)
		// These come by number; one person's or outage's tickets are few enough to sort.
		slices.SortStableFunc(out, func(a, b rules.Ticket) int { return b.Updated.Compare(a.Updated) })
		out = out[:min(len(out), limit)]
	case f.Status != "":
		tx.newest([][]byte{append([]byte(f.Status), 0)}, f.Since, take)
	default:
		tx.newest(tx.statusPrefixes(), f.Since, take)
	}
	return out
}

// few offers all tickets of one outage or requester.
func (tx *Tx) few(f TicketFilter, take func(rules.TicketID) bool) {
	var ids []rules.TicketID
	if f.Outage != 0 {
		o, _ := tx.Outage(f.Outage)
		ids = o.Tickets
	} else {
		ids = tx.TicketsOf(f.Requester)
	}
	for _, id := range ids {
		take(id)
	}
}

// statusPrefixes lists the statuses that tickets have, as they begin keys.
func (tx *Tx) statusPrefixes() [][]byte {
	var out [][]byte
	var from []byte
	for {
		found := false
		for k := range tx.scan(statuses, nil, from) {
			found = true
			out = append(out, bytes.Clone(k[:bytes.IndexByte(k, 0)+1]))
			break
		}
		if !found {
			return out
		}
		from = after(out[len(out)-1])
	}
}

// walk is one status on the way back through time; head is the time and number that it stands at.
type walk struct {
	next func() (k, v []byte, ok bool)
	cut  int // length of the status in the key
	head []byte
}

func (w *walk) step() bool {
	k, _, ok := w.next()
	if ok {
		w.head = bytes.Clone(k[w.cut:])
	}
	return ok
}

// newest merges the tickets of some statuses and offers them, the most recently changed first.
func (tx *Tx) newest(prefixes [][]byte, since time.Time, take func(rules.TicketID) bool) {
	var walks []*walk
	for _, p := range prefixes {
		next, stop := iter.Pull2(tx.back(statuses, p))
		defer stop()
		if w := (&walk{next: next, cut: len(p)}); w.step() {
			walks = append(walks, w)
		}
	}
	from := timeKey(since)
	for len(walks) > 0 {
		w := slices.MaxFunc(walks, func(a, b *walk) int { return bytes.Compare(a.head, b.head) })
		if !since.IsZero() && bytes.Compare(w.head[:8], from) < 0 {
			return
		}
		if !take(rules.TicketID(binary.BigEndian.Uint64(w.head[8:]))) {
			return
		}
		if !w.step() {
			walks = slices.DeleteFunc(walks, func(x *walk) bool { return x == w })
		}
	}
}

func (tx *Tx) fits(t rules.Ticket, f TicketFilter) bool {
	same := func(want, have string) bool { return want == "" || strings.EqualFold(want, have) }
	switch {
	case f.Status != "" && t.Status != f.Status,
		f.Priority != 0 && t.Priority != f.Priority,
		f.Requester != "" && t.Requester.Address != f.Requester,
		f.Outage != 0 && t.Outage != f.Outage,
		!f.Since.IsZero() && t.Updated.Before(f.Since),
		!same(f.Category, t.Category), !same(f.Service, t.Service), !same(f.Type, t.Type),
		!same(f.Assignee, t.Assignee), !same(f.Organisation, t.Organisation),
		f.Tag != "" && !slices.ContainsFunc(t.Tags, func(tag string) bool { return strings.EqualFold(tag, f.Tag) }):
		return false
	}
	return f.Text == "" || tx.says(t, strings.ToLower(f.Text))
}

// says looks for lower-case text in a ticket's subject and entries.
func (tx *Tx) says(t rules.Ticket, text string) bool {
	if strings.Contains(strings.ToLower(t.Subject), text) {
		return true
	}
	return slices.ContainsFunc(tx.Entries(t.ID), func(e rules.Entry) bool {
		return strings.Contains(strings.ToLower(e.Text), text)
	})
}
