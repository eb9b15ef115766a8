package store

import (
	"bytes"
	"iter"
	"time"

	"aboveline.example/rules"
)

// QueueFilter chooses rows of the outbox; what is empty does not choose.
type QueueFilter struct {
	State  rules.QueueState
	Kind   rules.OutKind
	Ticket rules.TicketID
	To     rules.Address
	Limit  int // 100 where it is zero
}

const queueLimit = 100

// Queue returns the rows that fit, newest first: unsettled ones by when they were decided, settled ones by when
// that was.
func (tx *Tx) Queue(f QueueFilter) []rules.Queued {
	if f.Limit <= 0 {
		f.Limit = queueLimit
	}
	var out []rules.Queued
	for key := range tx.newestRows() {
		r, ok := tx.row(key)
		if !ok || f.State != "" && r.State != f.State {
			continue
		}
		q, ok := tx.queued(key, r)
		if !ok || f.Kind != "" && q.Kind != f.Kind || f.Ticket != 0 && q.Ticket != f.Ticket ||
			f.To != "" && q.To.Address != f.To {
			continue
		}
		if out = append(out, q); len(out) == f.Limit {
			break
		}
	}
	return out
}

// newestRows merges the rows that are open with those that are settled.
func (tx *Tx) newestRows() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		a, stopA := iter.Pull2(tx.back(unsent, nil))
		defer stopA()
		b, stopB := iter.Pull2(tx.back(finished, nil))
		defer stopB()
		ka, _, okA := a()
		kb, _, okB := b()
		for okA || okB {
			if !okB || okA && bytes.Compare(ka[:8], kb[:8]) >= 0 {
				if !yield(ka[8:]) {
					return
				}
				ka, _, okA = a()
			} else {
				if !yield(kb[8:]) {
					return
				}
				kb, _, okB = b()
			}
		}
	}
}

// QueueGet returns a row of the outbox.
func (tx *Tx) QueueGet(id rules.OutgoingID) (rules.Queued, bool) { return tx.Sent(id) }

// QueueHold keeps a row from going out until it is released or retried. One that is on its way is held if it comes
// back.
func (tx *Tx) QueueHold(id rules.OutgoingID) error {
	return tx.change(id, func(r *row) error {
		switch r.State {
		case rules.QueueSent:
			return ErrSent
		case rules.QueueSending:
			r.Wish = rules.QueueHeld
		default:
			r.settle(rules.QueueHeld, time.Time{})
		}
		return nil
	})
}

// QueueRetry makes a row due now, whatever kept it.
func (tx *Tx) QueueRetry(id rules.OutgoingID, now time.Time) error {
	return tx.change(id, func(r *row) error {
		switch r.State {
		case rules.QueueSent:
			return ErrSent
		case rules.QueueSending:
			return ErrSending
		}
		r.State, r.Next, r.Done, r.Wish = rules.QueueWaiting, now.UTC(), time.Time{}, ""
		return nil
	})
}

// QueueRelease makes a held row due now; others stay as they are.
func (tx *Tx) QueueRelease(id rules.OutgoingID, now time.Time) error {
	if q, ok := tx.Sent(id); ok && q.State != rules.QueueHeld {
		return nil
	}
	return tx.QueueRetry(id, now)
}

// QueueReleaseAll makes every held row due now and returns how many these were: what an operator says after a
// restore.
func (tx *Tx) QueueReleaseAll(now time.Time) (int, error) {
	n := 0
	err := tx.eachOpen(func(id rules.OutgoingID, r *row) error {
		if r.State != rules.QueueHeld {
			return nil
		}
		n++
		return tx.QueueRetry(id, now)
	})
	return n, err
}

// QueueDrop takes a row out for good, bytes and all. One that is on its way is dropped if it comes back.
func (tx *Tx) QueueDrop(id rules.OutgoingID) error {
	return tx.change(id, func(r *row) error {
		switch r.State {
		case rules.QueueSent:
			return ErrSent
		case rules.QueueSending:
			r.Wish = stateDropped
		default:
			r.settle(stateDropped, time.Time{})
		}
		return nil
	})
}

// cancel drops a row that a decision took back. One that has gone, or never was, is left: the decision came late.
func (tx *Tx) cancel(id rules.OutgoingID) {
	r, ok := tx.row(outKey(id))
	if !ok || r.State == rules.QueueRefused || !r.open() {
		return
	}
	tx.fail("cancel", tx.QueueDrop(id))
}

// holdAll holds everything that waits or was on its way.
func (tx *Tx) holdAll(why string) error {
	return tx.eachOpen(func(id rules.OutgoingID, _ *row) error {
		return tx.change(id, func(r *row) error {
			r.settle(rules.QueueHeld, time.Time{})
			r.LastError = why
			return nil
		})
	})
}
