package admin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aboveline.example/mailout"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// Operations on the outbox.
const (
	QueueList  Call[QueueFilter, QueueRow] = "queue.list"
	QueueShow  Call[ID, Queued]            = "queue.show"
	QueueRetry Call[ID, QueueRow]          = "queue.retry"
	QueueHold  Call[ID, QueueRow]          = "queue.hold"
	QueueDrop  Call[ID, QueueRow]          = "queue.drop"
)

// QueueFilter chooses rows; what is empty does not choose.
type QueueFilter struct {
	State  rules.QueueState `json:"state,omitempty"`
	Kind   rules.OutKind    `json:"kind,omitempty"`
	Ticket string           `json:"ticket,omitempty"`
	To     rules.Address    `json:"to,omitempty"`
	Limit  int              `json:"limit,omitempty"`
}

// QueueRow is a line of "queue list". A row that nobody tries while nothing can be sent at all says so: its own tries
// and error are of before, or there are none.
type QueueRow struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	Ticket    string `json:"ticket"`
	To        string `json:"to"`
	Subject   string `json:"subject"`
	State     string `json:"state"`
	Attempts  int    `json:"attempts"`
	Next      When   `json:"next"`
	LastError string `json:"last_error"`
	Hold      string `json:"hold"`          // why it waits for a person
	Blocked   string `json:"blocked"`       // why nothing is sent now; Next is then when that is tried again, null for never
	Since     When   `json:"blocked_since"` // null where that is not known
	Date      When   `json:"date"`          // when it was decided
	Done      When   `json:"done"`
	MessageID string `json:"message_id"`
}

// Queued is an outgoing mail, its attempts, and what goes over the wire.
type Queued struct {
	QueueRow
	Template     string    `json:"template"`
	Role         string    `json:"role"`
	From         string    `json:"from"`
	ReplyTo      string    `json:"reply_to"`
	EnvelopeFrom string    `json:"envelope_from"`
	Tried        []Attempt `json:"tried"`
	Source
}

// Attempt is one try at delivering it.
type Attempt struct {
	At       When   `json:"at"`
	Took     string `json:"took"`
	Peer     string `json:"peer"`
	Code     int    `json:"code"`
	Enhanced string `json:"enhanced"`
	Phase    string `json:"phase"`
	Text     string `json:"text"`
}

// QueueRow shows a row of the outbox.
func (v View) QueueRow(q rules.Queued) QueueRow {
	r := QueueRow{
		ID: string(q.ID), Kind: string(q.Kind), Ticket: v.ticket(q.Ticket), To: string(q.To.Address), Subject: q.Subject,
		State: string(q.State), Attempts: q.Attempts, LastError: q.LastError, Hold: string(q.Hold), Date: v.when(q.Date),
		Done: v.when(q.Done), MessageID: string(q.MessageID),
	}
	if q.Done.IsZero() && q.State != rules.QueueHeld {
		r.Next = v.when(q.Next)
	}
	return r
}

// Sending is how the way out fares. The zero value is well.
type Sending struct {
	Error string    // why nothing is sent now
	Since time.Time // zero where that is not known
	Next  time.Time // when it is tried again; zero: not by itself
}

// queueRow is a row as it stands at now, with what keeps all of them.
func (d *Desk) queueRow(q rules.Queued, now time.Time) QueueRow {
	r := d.View.QueueRow(q)
	if d.Gateway.Sending == nil {
		return r
	}
	way := d.Gateway.Sending()
	again := way.Next
	if !again.IsZero() && again.Before(now) {
		again = now // any moment
	}
	if way.Error == "" || r.Next.IsZero() || q.State == rules.QueueSending || !again.IsZero() && q.Next.After(again) {
		return r
	}
	r.Blocked, r.Since, r.Next = way.Error, d.View.when(way.Since), d.View.when(again)
	return r
}

// Queued shows an outgoing mail whole.
func (v View) Queued(q rules.Queued, raw []byte) Queued {
	out := Queued{
		QueueRow: v.QueueRow(q), Template: string(q.Template), Role: string(q.Role), From: string(q.From.Address),
		ReplyTo: string(q.ReplyTo), EnvelopeFrom: string(q.EnvelopeFrom), Source: source(raw),
		Tried: make([]Attempt, len(q.Tried)),
	}
	for i, a := range q.Tried {
		out.Tried[i] = Attempt{
			At: v.when(a.At), Took: a.Took.Round(time.Millisecond).String(), Peer: a.Peer, Code: a.Reply.Code,
			Enhanced: a.Reply.Enhanced, Phase: a.Reply.Phase, Text: a.Reply.Text,
		}
	}
	return out
}

func (d *Desk) listQueue(ctx context.Context, f QueueFilter, row func(QueueRow) error) error {
	choose := store.QueueFilter{State: f.State, Kind: f.Kind, To: f.To, Limit: upTo(MaxQueued, f.Limit)}
	if f.Ticket != "" {
		var err error
		if choose.Ticket, err = d.View.ParseTicket(f.Ticket); err != nil {
			return err
		}
	}
	now := time.Now()
	return each(ctx, d, row, func(tx *store.Tx) []QueueRow {
		return shown(tx.Queue(choose), func(q rules.Queued) QueueRow { return d.queueRow(q, now) })
	})
}

func (d *Desk) showQueue(ctx context.Context, which ID, row func(Queued) error) error {
	return one(ctx, d, row, func(tx *store.Tx) (Queued, error) {
		q, ok := tx.QueueGet(rules.OutgoingID(which.ID))
		if !ok {
			return Queued{}, notQueued(which.ID)
		}
		raw, err := mailout.Bytes(ctx, q.Wire, blobs{tx})
		whole := d.View.Queued(q, raw)
		whole.QueueRow = d.queueRow(q, time.Now())
		return whole, err
	})
}

// blobs reads blobs in the transaction at hand.
type blobs struct{ tx *store.Tx }

func (b blobs) Blob(_ context.Context, id rules.BlobID) ([]byte, error) { return b.tx.Blob(id) }

func notQueued(id string) error {
	return notFound("no mail %.60q in the queue; \"aboveline queue list\" shows those there are", id)
}

func (d *Desk) retryQueue(ctx context.Context, which ID, row func(QueueRow) error) error {
	err := d.changeQueue(ctx, which, row, func(tx *store.Tx, id rules.OutgoingID) error { return tx.QueueRetry(id, time.Now()) })
	if err == nil {
		d.ask()
	}
	return err
}

// ask lets the way out be tried now: who says "retry" has often just mended it.
func (d *Desk) ask() {
	if d.Gateway.Ask != nil {
		d.Gateway.Ask()
	}
}

func (d *Desk) holdQueue(ctx context.Context, which ID, row func(QueueRow) error) error {
	return d.changeQueue(ctx, which, row, (*store.Tx).QueueHold)
}

func (d *Desk) dropQueue(ctx context.Context, which ID, row func(QueueRow) error) error {
	if d.Gateway.DropRow == nil {
		return d.changeQueue(ctx, which, row, (*store.Tx).QueueDrop)
	}
	var before rules.Queued
	if err := d.DB.View(ctx, func(tx *store.Tx) error {
		var ok bool
		if before, ok = tx.QueueGet(rules.OutgoingID(which.ID)); !ok {
			return notQueued(which.ID)
		}
		return nil
	}); err != nil {
		return err
	}
	if err := d.Gateway.DropRow(ctx, before.ID); err != nil {
		return queueError(before.ID, err)
	}
	before.State, before.Next = "dropped", time.Time{}
	return row(d.queueRow(before, time.Now()))
}

// changeQueue changes a row and answers with it as it then is; a dropped one as it was.
func (d *Desk) changeQueue(ctx context.Context, which ID, row func(QueueRow) error, change func(*store.Tx, rules.OutgoingID) error) error {
	id := rules.OutgoingID(which.ID)
	var shown QueueRow
	err := d.DB.Update(ctx, func(tx *store.Tx) error {
		before, ok := tx.QueueGet(id)
		if !ok {
			return notQueued(which.ID)
		}
		if err := change(tx, id); err != nil {
			return err
		}
		if after, ok := tx.QueueGet(id); ok {
			before = after
		} else {
			before.State, before.Next = "dropped", time.Time{}
		}
		shown = d.queueRow(before, time.Now())
		return nil
	})
	if err != nil {
		return queueError(id, err)
	}
	return row(shown)
}

// queueError says why a row cannot be changed.
func queueError(id rules.OutgoingID, err error) error {
	switch {
	case errors.Is(err, store.ErrSent):
		return &Error{CodeRefused, fmt.Sprintf("mail %s has been delivered; nothing can be done to it any more", id)}
	case errors.Is(err, store.ErrSending):
		return &Error{CodeRefused, fmt.Sprintf("mail %s is on its way right now; try again in a minute", id)}
	}
	return err
}

// QueueRelease is the operation behind "aboveline queue release": everything that is held goes out, as after a
// restore. It answers with how many these were.
const QueueRelease Call[None, int] = "queue.release"

func (d *Desk) releaseQueue(ctx context.Context, _ None, row func(int) error) error {
	n := 0
	if err := d.DB.Update(ctx, func(tx *store.Tx) (err error) {
		n, err = tx.QueueReleaseAll(time.Now())
		return err
	}); err != nil {
		return err
	}
	d.ask()
	return row(n)
}
