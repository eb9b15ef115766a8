package store

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aboveline.example/rules"
)

// model is the store as a few maps would have it.
type model struct {
	db  *DB
	dir string
	now time.Time

	mails    map[rules.MailID]rules.Disposition
	seen     map[rules.DedupeKey]rules.Seen
	tickets  map[rules.TicketID]rules.Ticket
	entries  map[rules.TicketID][]rules.Entry
	messages map[rules.MessageID][]rules.MessageRef
	held     map[rules.HeldID]rules.Held
	dues     map[string]time.Time
	values   map[string]string
	spent    map[rules.BudgetKey]int
	rows     map[rules.OutgoingID]*rules.Queued
	gone     map[rules.OutgoingID]bool // dropped
	blobs    map[rules.BlobID]string
}

var errChangedMind = errors.New("changed my mind")

func TestModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "model")
		if err != nil {
			t.Fatal(err)
		}
		m := &model{dir: dir, now: noon,
			mails: map[rules.MailID]rules.Disposition{}, seen: map[rules.DedupeKey]rules.Seen{},
			tickets: map[rules.TicketID]rules.Ticket{}, entries: map[rules.TicketID][]rules.Entry{},
			messages: map[rules.MessageID][]rules.MessageRef{}, held: map[rules.HeldID]rules.Held{},
			dues: map[string]time.Time{}, values: map[string]string{}, spent: map[rules.BudgetKey]int{},
			rows: map[rules.OutgoingID]*rules.Queued{}, gone: map[rules.OutgoingID]bool{}, blobs: map[rules.BlobID]string{}}
		m.open(rt)
		defer func() { m.db.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"mail": m.mail, "change": m.change, "value": m.value, "due": m.due, "hold a mail": m.holdMail,
			"claim": m.claim, "tell": m.tell, "operate": m.operate, "reopen": m.reopen, "": m.compare,
		})
		if err := m.db.Close(); err != nil {
			rt.Fatal(err)
		}
		if err := Check(m.dir); err != nil {
			rt.Fatal(err)
		}
	})
}

func (m *model) open(t *rapid.T) {
	var err error
	if m.db, err = Open(m.dir, Options{OnFatal: func(err error) { panic(err) }}); err != nil {
		t.Fatal(err)
	}
	m.db.bolt.NoSync = true // what a crash leaves is TestKilledUnderLoad's concern
}

func (m *model) update(t *rapid.T, fn func(*Tx) error) {
	if err := m.db.Update(background, fn); err != nil {
		t.Fatal(err)
	}
}

// pick draws a key of a map, in an order that does not depend on the map's.
func pick[K interface{ ~string | ~uint64 }, V any](t *rapid.T, from map[K]V) (K, bool) {
	var none K
	if len(from) == 0 {
		return none, false
	}
	return rapid.SampledFrom(slices.Sorted(maps.Keys(from))).Draw(t, "which"), true
}

// mail takes a mail in: a new ticket or an entry, with an answer, or a duplicate; or everything is taken back.
func (m *model) mail(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "seconds")) * time.Second)
	who := rules.Address(rapid.SampledFrom([]string{"anna@a.example", "bo@b.example", "cia@a.example"}).Draw(t, "who"))
	text := rapid.SampledFrom([]string{"hej", "hello"}).Draw(t, "text") +
		string(bytes.Repeat([]byte{byte(len(m.mails))}, rapid.SampledFrom([]int{0, 10, 700, 9000}).Draw(t, "size")))
	key := rules.DedupeKey{byte(rapid.IntRange(1, 40).Draw(t, "key"))}
	mind := rapid.IntRange(0, 9).Draw(t, "mind") == 0
	old, reply := pick(t, m.tickets)
	reply = reply && rapid.Bool().Draw(t, "reply")
	var d rules.Decision
	var out *rules.Outgoing
	var raw rules.BlobID
	err := m.db.Update(background, func(tx *Tx) error {
		d, out = rules.Decision{Key: key}, nil
		raw = tx.PutBlob([]byte(text))
		d.Disposition = rules.Disposition{Mail: tx.NewMail(), At: m.now, From: who, Raw: raw, Kind: rules.DisposedNew}
		if s, ok := tx.Seen(key); ok {
			d.Disposition.Kind, d.Disposition.Of = rules.DisposedDuplicate, s.Mail
		} else {
			tk := rules.Ticket{ID: tx.NextTicket(), Status: rules.StatusNew, Requester: rules.Mailbox{Address: who}, Created: m.now}
			if reply {
				tk, _ = tx.Ticket(old)
				d.Disposition.Kind = rules.DisposedEntry
			}
			tk.Updated = m.now
			tk.Entries++
			d.Disposition.Ticket, d.Disposition.Entry = tk.ID, tk.Entries
			d.Tickets = []rules.Ticket{tk}
			d.Entries = []rules.Entry{{Ticket: tk.ID, Seq: tk.Entries, At: m.now, Text: text}}
			d.Messages = []rules.MessageRef{{ID: rules.MessageID(text[:3]), Ticket: tk.ID, Thread: tk.Entries, Author: who}}
			d.Spend = []rules.Spend{{Key: rules.BudgetKey("outside " + who), At: m.now}}
			o := outgoing(fmt.Sprintf("%d-%d", tk.ID, tk.Entries), string(who), m.now)
			o.Ticket, out = tk.ID, &o
		}
		if err := tx.Apply(d); err != nil {
			return err
		}
		if out != nil {
			if err := tx.Enqueue(*out, []rules.Piece{{Text: []byte(text)}, {Blob: raw}}); err != nil {
				return err
			}
		}
		if mind {
			return errChangedMind
		}
		return nil
	})
	if mind && errors.Is(err, errChangedMind) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	m.blobs[raw] = text
	m.mails[d.Disposition.Mail] = d.Disposition
	if out == nil {
		return
	}
	m.seen[key] = rules.Seen{Mail: d.Disposition.Mail, Ticket: d.Disposition.Ticket}
	tk := d.Tickets[0]
	m.tickets[tk.ID] = tk
	m.entries[tk.ID] = append(m.entries[tk.ID], d.Entries...)
	m.messages[d.Messages[0].ID] = append(m.messages[d.Messages[0].ID], d.Messages...)
	m.spent[d.Spend[0].Key]++
	m.rows[out.ID] = &rules.Queued{Outgoing: *out, State: rules.QueueWaiting, Next: m.now}
}

// change moves a ticket to another status.
func (m *model) change(t *rapid.T) {
	id, ok := pick(t, m.tickets)
	if !ok {
		return
	}
	tk := m.tickets[id]
	tk.Status = rapid.SampledFrom([]rules.Status{rules.StatusOpen, rules.StatusClosed, rules.StatusNew}).Draw(t, "status")
	tk.Requester.Address = rules.Address(rapid.SampledFrom([]string{"anna@a.example", ""}).Draw(t, "requester"))
	tk.Updated = m.now
	m.update(t, func(tx *Tx) error { return tx.Apply(rules.Decision{Tickets: []rules.Ticket{tk}}) })
	m.tickets[id] = tk
}

func (m *model) value(t *rapid.T) {
	key := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "key")
	v := bytes.Repeat([]byte{'v'}, rapid.IntRange(0, 3).Draw(t, "length")*600)
	for i := range v {
		v[i] += byte(i * i % 61)
	}
	if len(v) == 0 {
		v = nil
	}
	m.update(t, func(tx *Tx) error { tx.SetValue(key, v); return nil })
	if delete(m.values, key); v != nil {
		m.values[key] = string(v)
	}
}

func (m *model) due(t *rapid.T) {
	key := rapid.SampledFrom([]string{"close:1", "close:2", "follow:1"}).Draw(t, "key")
	d := rules.Due{Key: key, At: m.now.Add(time.Duration(rapid.IntRange(-60, 60).Draw(t, "minutes")) * time.Minute)}
	switch rapid.IntRange(0, 3).Draw(t, "what") {
	case 0:
		d.At = time.Time{}
		m.update(t, func(tx *Tx) error { return tx.Apply(rules.Decision{Dues: []rules.Due{d}}) })
		delete(m.dues, key)
	case 1:
		d.At = m.dues[key]
		m.update(t, func(tx *Tx) error { return tx.Apply(rules.Decision{Forget: []rules.Due{d}}) })
		delete(m.dues, key)
	default:
		m.update(t, func(tx *Tx) error { return tx.Apply(rules.Decision{Dues: []rules.Due{d}}) })
		m.dues[key] = d.At
	}
}

func (m *model) holdMail(t *rapid.T) {
	id, ok := pick(t, m.mails)
	if !ok {
		return
	}
	if _, held := m.held[id]; held {
		m.update(t, func(tx *Tx) error { return tx.Apply(rules.Decision{Released: []rules.HeldID{id}}) })
		delete(m.held, id)
		return
	}
	h := rules.Held{ID: id, Ticket: rules.TicketID(rapid.IntRange(0, 2).Draw(t, "ticket"))}
	m.update(t, func(tx *Tx) error { return tx.Apply(rules.Decision{Held: []rules.Held{h}}) })
	m.held[id] = h
}

// claim takes rows and checks that they are exactly some of those that are due.
func (m *model) claim(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "minutes")) * time.Minute)
	limit := rapid.IntRange(1, 4).Draw(t, "limit")
	due := 0
	for _, r := range m.rows {
		if m.lined(r) && !r.Next.After(m.now) {
			due++
		}
	}
	rows, err := m.db.Claim(background, m.now, 15*time.Minute, limit)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != min(due, limit) {
		t.Fatalf("claimed %d of %d due rows, limit %d", len(rows), due, limit)
	}
	for _, q := range rows {
		r := m.rows[q.ID]
		if r == nil || !m.lined(r) || r.Next.After(m.now) {
			t.Fatalf("claimed %s, which was not due: %+v", q.ID, r)
		}
		r.State, r.Attempts, r.Next = rules.QueueSending, r.Attempts+1, m.now.Add(15*time.Minute)
		if q.Attempts != r.Attempts || len(q.Wire) != 2 {
			t.Fatalf("%s: attempt %d, want %d; %d pieces", q.ID, q.Attempts, r.Attempts, len(q.Wire))
		}
	}
}

func (m *model) lined(r *rules.Queued) bool {
	return r.State == rules.QueueWaiting || r.State == rules.QueueSending ||
		r.State == rules.QueueUncertain && !r.Next.IsZero()
}

// tell reports how an attempt went.
func (m *model) tell(t *rapid.T) {
	id, ok := pick(t, m.rows)
	if !ok || m.rows[id].State != rules.QueueSending {
		return
	}
	r := m.rows[id]
	a := try(m.now, 451, "said")
	next := m.now.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "minutes")) * time.Minute)
	var err error
	switch rapid.IntRange(0, 3).Draw(t, "how") {
	case 0:
		err = m.db.Sent(background, id, a)
		r.State, r.Next = rules.QueueSent, time.Time{}
	case 1:
		err = m.db.Deferred(background, id, a, next)
		r.State, r.Next = rules.QueueWaiting, next
	case 2:
		err = m.db.Uncertain(background, id, a, next)
		r.State, r.Next = rules.QueueUncertain, next
	case 3:
		err = m.db.Update(background, func(tx *Tx) error { return tx.Refused(id, a) })
		r.State, r.Next = rules.QueueRefused, time.Time{}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// operate holds, retries, drops and cancels rows that are not on their way.
func (m *model) operate(t *rapid.T) {
	id, ok := pick(t, m.rows)
	if !ok || m.rows[id].State == rules.QueueSending {
		return
	}
	r := m.rows[id]
	sent := r.State == rules.QueueSent
	var err error
	switch rapid.IntRange(0, 3).Draw(t, "how") {
	case 0:
		err = m.db.Update(background, func(tx *Tx) error { return tx.QueueHold(id) })
		if !sent {
			r.State, r.Next = rules.QueueHeld, time.Time{}
		}
	case 1:
		err = m.db.Update(background, func(tx *Tx) error { return tx.QueueRetry(id, m.now) })
		if !sent {
			r.State, r.Next = rules.QueueWaiting, m.now
		}
	case 2:
		err = m.db.Update(background, func(tx *Tx) error { return tx.QueueDrop(id) })
		if !sent {
			delete(m.rows, id)
			m.gone[id] = true
		}
	case 3:
		m.update(t, func(tx *Tx) error { return tx.Apply(rules.Decision{Cancel: []rules.OutgoingID{id}}) })
		if r.State != rules.QueueRefused && !sent {
			delete(m.rows, id)
			m.gone[id] = true
		}
		return
	}
	if sent != errors.Is(err, ErrSent) || !sent && err != nil {
		t.Fatalf("%s in state %s: %v", id, r.State, err)
	}
}

// reopen is a restart: what was under way is uncertain and due.
func (m *model) reopen(t *rapid.T) {
	if err := m.db.Close(); err != nil {
		t.Fatal(err)
	}
	m.open(t)
	before := time.Now()
	if err := m.db.Requeue(background); err != nil {
		t.Fatal(err)
	}
	for id, r := range m.rows {
		if r.State != rules.QueueSending {
			continue
		}
		q, err := m.row(id)
		if err != nil || q.State != rules.QueueUncertain || q.Next.Before(before.Add(-time.Second)) {
			t.Fatalf("%s after a restart: %s, next %v, %v", id, q.State, q.Next, err)
		}
		// The restart was by the real clock, the model has its own: an operator makes it due by that.
		m.update(t, func(tx *Tx) error { return tx.QueueRetry(id, m.now) })
		r.State, r.Next = rules.QueueWaiting, m.now
	}
}

func (m *model) row(id rules.OutgoingID) (q rules.Queued, err error) {
	err = m.db.View(background, func(tx *Tx) error {
		q, _ = tx.QueueGet(id)
		return nil
	})
	return q, err
}

// compare holds everything that can be asked against the maps.
func (m *model) compare(t *rapid.T) {
	err := m.db.View(background, func(tx *Tx) error {
		m.compareMails(t, tx)
		m.compareTickets(t, tx)
		m.compareRows(t, tx)
		for _, key := range []string{"a", "b"} {
			if got := string(tx.Value(key)); got != m.values[key] {
				t.Fatalf("value %s: %d bytes, want %d", key, len(got), len(m.values[key]))
			}
		}
		for key, want := range m.spent {
			if got := tx.Spent(key, noon); got != want {
				t.Fatalf("spent %s: %d, want %d", key, got, want)
			}
		}
		dues := map[string]time.Time{}
		for _, d := range tx.DuesBefore(m.now.AddDate(1, 0, 0), 100) {
			dues[d.Key] = d.At
		}
		if !maps.EqualFunc(dues, m.dues, time.Time.Equal) {
			t.Fatalf("dues %v, want %v", dues, m.dues)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (m *model) compareMails(t *rapid.T, tx *Tx) {
	lines := tx.Dispositions(0, 1000)
	if len(lines) != len(m.mails) {
		t.Fatalf("%d lines, want %d", len(lines), len(m.mails))
	}
	for _, d := range lines {
		if want := m.mails[d.Mail]; !sameJSON(d, want) {
			t.Fatalf("mail %d: %+v, want %+v", d.Mail, d, want)
		}
	}
	for key, want := range m.seen {
		if s, ok := tx.Seen(key); !ok || s != want {
			t.Fatalf("seen %v: %v, want %v", key[0], s, want)
		}
	}
	for id, want := range m.blobs {
		if b, err := tx.Blob(id); err != nil || string(b) != want {
			t.Fatalf("blob %.8s: %d bytes, %v", id, len(b), err)
		}
	}
	held := tx.HeldMails(1000)
	if len(held) != len(m.held) || len(tx.HeldOn(0))+len(tx.HeldOn(1))+len(tx.HeldOn(2)) != len(held) {
		t.Fatalf("held %v, want %v", held, m.held)
	}
}

func (m *model) compareTickets(t *rapid.T, tx *Tx) {
	all := tx.Tickets(TicketFilter{}, 1000)
	if len(all) != len(m.tickets) || int(tx.NextTicket()) != len(m.tickets)+1 {
		t.Fatalf("%d tickets, want %d", len(all), len(m.tickets))
	}
	if !slices.IsSortedFunc(all, func(a, b rules.Ticket) int { return b.Updated.Compare(a.Updated) }) {
		t.Fatal("tickets are not in order")
	}
	open, annas := 0, 0
	for _, tk := range all {
		if !sameJSON(tk, m.tickets[tk.ID]) || !sameJSON(tx.Entries(tk.ID), m.entries[tk.ID]) {
			t.Fatalf("ticket %d: %+v, want %+v", tk.ID, tk, m.tickets[tk.ID])
		}
		if tk.Status != rules.StatusClosed {
			open++
		}
		if tk.Requester.Address == "anna@a.example" {
			annas++
		}
	}
	if n := len(tx.OpenTickets(1000)); n != open {
		t.Fatalf("%d open, want %d", n, open)
	}
	if n := len(tx.TicketsOf("anna@a.example")); n != min(annas, requesterMax) {
		t.Fatalf("%d of anna's, want %d", n, annas)
	}
	for id, want := range m.messages {
		if got := tx.Messages(id); len(want) <= refsMax && !slices.Equal(got, want) {
			t.Fatalf("message %s: %v, want %v", id, got, want)
		}
	}
}

func (m *model) compareRows(t *rapid.T, tx *Tx) {
	rows := tx.Queue(QueueFilter{Limit: 1000})
	if len(rows) != len(m.rows) {
		t.Fatalf("%d rows, want %d", len(rows), len(m.rows))
	}
	for _, q := range rows {
		want := m.rows[q.ID]
		if want == nil || q.State != want.State || !q.Next.Equal(want.Next) || q.Attempts != want.Attempts || q.To != want.To {
			t.Fatalf("row %s: %s, next %v, %d attempts; want %+v", q.ID, q.State, q.Next, q.Attempts, want)
		}
	}
	for id := range m.gone {
		if _, ok := tx.Sent(id); ok {
			t.Fatalf("row %s was dropped and is there", id)
		}
	}
}
