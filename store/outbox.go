package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"aboveline.example/rules"
)

// triedMax is how many attempts a row remembers, the newest.
const triedMax = 20

// Errors of the outbox.
var (
	// ErrSent is returned for what cannot be done to a mail that a peer has taken.
	ErrSent = errors.New("the mail has been delivered")
	// ErrSending is returned for what cannot be done to a mail while it is on its way.
	ErrSending = errors.New("the mail is being sent: try again when that is over")
)

// stateDropped marks a row that will not go out and is listed nowhere. It is kept so that deciding the same mail
// again does not bring it back.
const stateDropped rules.QueueState = "dropped"

// row is what changes about an outgoing mail. What does not (the mail and its bytes) is written once, in wires.
type row struct {
	State     rules.QueueState `json:"state"`
	Domain    string           `json:"domain"`
	Queued    time.Time        `json:"queued"` // when it was decided
	Attempts  int              `json:"attempts,omitempty"`
	Next      time.Time        `json:"next,omitzero"`
	Claimed   time.Time        `json:"claimed,omitzero"`
	Lease     time.Time        `json:"lease,omitzero"`
	LastError string           `json:"last_error,omitempty"`
	Tried     []rules.Attempt  `json:"tried,omitempty"`
	Done      time.Time        `json:"done,omitzero"`
	// Wish is what becomes of a row that was on its way when somebody took it back or held it: it comes true if
	// the attempt did not deliver.
	Wish rules.QueueState `json:"wish,omitempty"`
}

// lined says whether the row waits in its domain's lane: what a sender may claim now, later, or again.
func (r *row) lined() bool {
	switch r.State {
	case rules.QueueWaiting, rules.QueueSending:
		return true
	case rules.QueueUncertain:
		return !r.Next.IsZero()
	}
	return false
}

// open says whether the row's fate is still to be decided.
func (r *row) open() bool { return r.lined() || r.State == rules.QueueHeld }

// outKey orders rows by ticket and count ("1042-3"); a name of another form stands after all of these.
func outKey(id rules.OutgoingID) []byte {
	ticket, count, ok := strings.Cut(string(id), "-")
	t, err1 := strconv.ParseUint(ticket, 10, 63)
	n, err2 := strconv.ParseUint(count, 10, 32)
	if !ok || err1 != nil || err2 != nil || rules.OutgoingID(fmt.Sprintf("%d-%d", t, n)) != id {
		return append(bytes.Repeat([]byte{0xff}, 8), id...)
	}
	return binary.BigEndian.AppendUint32(u64(t), uint32(n))
}

func outID(key []byte) rules.OutgoingID {
	if len(key) > 8 && key[0] == 0xff {
		return rules.OutgoingID(key[8:])
	}
	return rules.OutgoingID(fmt.Sprintf("%d-%d", binary.BigEndian.Uint64(key), binary.BigEndian.Uint32(key[8:])))
}

// Enqueue keeps a decided mail and its bytes, to be sent from o.NotBefore on. The same ID again changes nothing: the
// first bytes are the mail's for good. Blobs that wire names have to be kept already.
func (tx *Tx) Enqueue(o rules.Outgoing, wire []rules.Piece) error {
	if _, ok := tx.name("outgoing mail", string(o.ID)); !ok {
		return tx.err
	}
	key := outKey(o.ID)
	if tx.has(outbox, key) {
		return tx.err
	}
	for _, p := range wire {
		tx.db.erasing.Load().spare(p.Blob)
		if p.Blob != "" && !tx.HasBlob(p.Blob) {
			tx.fail(fmt.Sprintf("enqueue %.60q", o.ID), fmt.Errorf("blob %.12s: %w", p.Blob, ErrNotFound))
			return tx.err
		}
	}
	tx.saveWire(key, o, wire)
	if o.Ticket == 0 {
		tx.next("desk sent")
	}
	r := row{State: rules.QueueWaiting, Domain: o.To.Address.Domain(), Queued: o.Date, Next: o.Date}
	if o.NotBefore.After(r.Next) {
		r.Next = o.NotBefore
	}
	if o.Hold != "" {
		r.State = rules.QueueHeld
	}
	tx.setRow(key, nil, &r)
	return tx.err
}

// letter is the part of an outgoing mail that never changes. The bytes of the pieces follow the JSON after a line
// end, as they are: base64 would hide their repetitions from compression.
type letter struct {
	rules.Outgoing
	Pieces []piece `json:"pieces"`
}

type piece struct {
	Len   int          `json:"len,omitempty"`
	Blob  rules.BlobID `json:"blob,omitempty"`
	Plain bool         `json:"plain,omitempty"`
}

func (tx *Tx) saveWire(key []byte, o rules.Outgoing, wire []rules.Piece) {
	l := letter{Outgoing: o}
	size := 0
	for _, p := range wire {
		l.Pieces = append(l.Pieces, piece{len(p.Text), p.Blob, p.Plain})
		size += len(p.Text)
	}
	head, err := json.Marshal(l)
	if err != nil {
		tx.fail(fmt.Sprintf("enqueue %.60q", o.ID), err)
		return
	}
	b := append(make([]byte, 0, len(head)+1+size), head...)
	b = append(b, '\n')
	for _, p := range wire {
		b = append(b, p.Text...)
	}
	tx.save(wires, key, b)
}

func (tx *Tx) loadWire(key []byte) (o rules.Outgoing, wire []rules.Piece, ok bool) {
	b, ok := tx.load(wires, key)
	if !ok {
		return o, nil, false
	}
	head, rest, _ := bytes.Cut(b, []byte{'\n'})
	l, ok := decode[letter](tx, wires, key, head)
	if !ok {
		return o, nil, false
	}
	for _, p := range l.Pieces {
		if p.Len < 0 || p.Len > len(rest) {
			tx.fail(fmt.Sprintf("read %s %x", wires.name, key), errDamaged)
			return o, nil, false
		}
		piece := rules.Piece{Blob: p.Blob, Plain: p.Plain}
		if p.Len > 0 {
			piece.Text, rest = rest[:p.Len:p.Len], rest[p.Len:]
		}
		wire = append(wire, piece)
	}
	return l.Outgoing, wire, true
}

func (tx *Tx) row(key []byte) (*row, bool) {
	r, ok := loadJSON[row](tx, outbox, key)
	return &r, ok
}

// setRow writes a row and moves it in the indexes; old is what it was, nil for a new one.
func (tx *Tx) setRow(key []byte, old, r *row) {
	if old == nil {
		old = &row{}
	}
	if old.State != r.State {
		if old.State != "" {
			tx.tally("queue "+string(old.State), -1)
		}
		tx.tally("queue "+string(r.State), 1)
	}
	tx.saveJSON(outbox, key, r)
	tx.move(unsent, key, old.Queued, old.open(), r.Queued, r.open())
	tx.move(finished, key, old.Done, !old.open() && !old.Done.IsZero(), r.Done, !r.open() && !r.Done.IsZero())
	if old.lined() == r.lined() && old.Next.Equal(r.Next) {
		return
	}
	if old.lined() {
		tx.line(key, old, false)
	}
	if r.lined() {
		tx.line(key, r, true)
	}
}

// move keeps an index by time in step: the row's place in it is taken away, made, or left as it is.
func (tx *Tx) move(t *table, key []byte, from time.Time, was bool, to time.Time, is bool) {
	if was && is && from.Equal(to) {
		return
	}
	if was {
		tx.del(t, append(timeKey(from), key...))
	}
	if is {
		tx.put(t, append(timeKey(to), key...), nil)
	}
}

// line puts a row into its domain's lane or takes it out, and keeps the domain's turn: when its first row is due.
func (tx *Tx) line(key []byte, r *row, in bool) {
	domain := append([]byte(r.Domain), 0)
	before, had := tx.head(domain)
	k := append(append(bytes.Clone(domain), timeKey(r.Next)...), key...)
	if in {
		tx.put(lanes, k, nil)
	} else {
		tx.del(lanes, k)
	}
	now, has := tx.head(domain)
	if had && has && bytes.Equal(before, now) {
		return
	}
	if had {
		tx.del(turns, append(before, domain...))
	}
	if has {
		tx.put(turns, append(now, domain...), nil)
	}
}

// head is the time of a lane's first row, as a key.
func (tx *Tx) head(domain []byte) ([]byte, bool) {
	for k := range tx.scan(lanes, domain, nil) {
		return bytes.Clone(k[len(domain) : len(domain)+8]), true
	}
	return nil, false
}

// queued joins a row and its mail. Dropped rows are as good as absent.
func (tx *Tx) queued(key []byte, r *row) (rules.Queued, bool) {
	if r.State == stateDropped {
		return rules.Queued{}, false
	}
	o, wire, ok := tx.loadWire(key)
	return rules.Queued{
		Outgoing: o, Wire: wire, State: r.State, Attempts: r.Attempts, Next: r.Next, Lease: r.Lease,
		LastError: r.LastError, Tried: r.Tried, Done: r.Done,
	}, ok
}

// Sent returns a row of the outbox, delivered or not.
func (tx *Tx) Sent(id rules.OutgoingID) (rules.Queued, bool) {
	key := outKey(id)
	r, ok := tx.row(key)
	if !ok {
		return rules.Queued{}, false
	}
	return tx.queued(key, r)
}

// DeskSent is how many mails that belong to no ticket were ever decided.
func (tx *Tx) DeskSent() int { return int(tx.counter("desk sent")) }

// change reads a row, lets do change a copy, and writes it where do says so.
func (tx *Tx) change(id rules.OutgoingID, do func(r *row) error) error {
	key := outKey(id)
	old, ok := tx.row(key)
	if tx.err != nil {
		return tx.err
	}
	if !ok || old.State == stateDropped {
		return fmt.Errorf("store: outgoing mail %.60q: %w", id, ErrNotFound)
	}
	r := *old
	r.Tried = append([]rules.Attempt(nil), old.Tried...)
	if err := do(&r); err != nil {
		return fmt.Errorf("store: outgoing mail %.60q: %w", id, err)
	}
	tx.setRow(key, old, &r)
	if r.State == stateDropped {
		tx.erase(wires, key)
	}
	return tx.err
}

// note adds an attempt, forgetting the oldest, and makes its answer the row's last word.
func (r *row) note(a rules.Attempt) {
	r.Tried = append(r.Tried, a)
	if n := len(r.Tried) - triedMax; n > 0 {
		r.Tried = r.Tried[n:]
	}
	r.LastError = a.Reply.String()
}

// settle ends the row's way.
func (r *row) settle(s rules.QueueState, at time.Time) {
	r.State, r.Done, r.Next, r.Lease, r.Wish = s, at, time.Time{}, time.Time{}, ""
}

// again puts the row back into its lane, unless somebody has wished otherwise while it was on its way.
func (r *row) again(s rules.QueueState, next, now time.Time) {
	r.State, r.Next, r.Lease, r.Done = s, next, time.Time{}, time.Time{}
	switch r.Wish {
	case stateDropped:
		r.settle(stateDropped, now)
	case rules.QueueHeld:
		r.State, r.Next, r.Wish = rules.QueueHeld, time.Time{}, ""
	}
}
