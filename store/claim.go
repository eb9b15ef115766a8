package store

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"aboveline.example/rules"
)

const (
	// claimDomains bounds how many destinations one claim looks at; the rest have their turn at the next.
	claimDomains = 256
	// waitMax is how far ahead a row may wait. Nobody decides more than days ahead, so what lies further was
	// timed by a clock that has since been put right, and would otherwise not go out for years.
	waitMax = 8 * 24 * time.Hour
	// clockStep is how far back a clock is expected to step without anybody having set it.
	clockStep = time.Minute
)

// flight is what this process is sending. It knows leases by the monotonic clock, which the file cannot, and how
// busy each domain is.
type flight struct {
	mu   sync.Mutex
	rows map[string]lease // by outKey
	seen time.Time        // newest now of a claim

	entered time.Time // when rows were last handed over as they were entered
	stream  bool      // and that this was soon after the time before
}

type lease struct {
	domain string
	until  time.Time // with the monotonic reading of the claim's now
}

func (f *flight) busy() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := map[string]int{}
	for _, l := range f.rows {
		n[l.domain]++
	}
	return n
}

// owned says whether a sender of this process still has the row.
func (f *flight) owned(key []byte, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	l, ok := f.rows[string(key)]
	return ok && now.Before(l.until)
}

func (f *flight) take(key []byte, domain string, until time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rows[string(key)] = lease{domain, until}
}

// follow notes that rows were handed over as they were entered.
func (f *flight) follow(at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stream, f.entered = at.Sub(f.entered) <= patience, at
}

// hasTime says whether the record of what became of a row can wait for the commit of the next mail: mails come one after
// the other, and nothing else is under way, for which this one would hold a place.
func (f *flight) hasTime(id rules.OutgoingID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, ok := f.rows[string(outKey(id))]
	return ok && len(f.rows) == 1 && f.stream && time.Since(f.entered) <= patience
}

func (f *flight) land(id rules.OutgoingID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.rows, string(outKey(id)))
}

// stepped notes the time, and says whether the clock has been put back since the last claim.
func (f *flight) stepped(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	wall := now.Round(0) // without the monotonic reading, which never steps
	back := !f.seen.IsZero() && wall.Before(f.seen.Add(-clockStep))
	f.seen = wall
	return back
}

// Claim hands out up to limit rows that are due at now, for one sender each, and counts the attempt. What it says of
// a row (sending, one attempt more, nobody else's until now+lease) is on disk BEFORE it returns, so that a mail
// whose sending ends the process is known to have been tried.
//
// Destinations take turns: those with the fewest rows under way come first, then those that have waited longest. A
// row whose lease ran out is due again; its attempt is noted as uncertain.
func (db *DB) Claim(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]rules.Queued, error) {
	if db.flight.stepped(now) {
		if err := db.Update(ctx, func(tx *Tx) error { return tx.advance(now) }); err != nil {
			return nil, err
		}
	}
	// Asking first costs no write where nothing is due.
	next, err := db.NextSend(ctx)
	if err != nil || next.IsZero() || next.After(now) || limit <= 0 {
		return nil, err
	}
	var keys [][]byte
	var rows []*row
	err = db.Update(ctx, func(tx *Tx) error {
		rows = nil
		keys = tx.due(now, limit)
		for _, key := range keys {
			r, err := tx.claim(key, now, lease)
			if err != nil {
				return err
			}
			rows = append(rows, r)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		db.flight.take(keys[i], r.Domain, now.Add(lease))
	}
	return db.letters(keys, rows), nil
}

// letters joins claimed rows with their mails. Reading those needs no turn of the writer's, and unpacking them there
// would be most of a claim. A mail that cannot be read stays leased and is said in the log; it keeps no other back.
func (db *DB) letters(keys [][]byte, rows []*row) []rules.Queued {
	var out []rules.Queued
	for i, r := range rows {
		// One View each, and none that ends with the caller's context: what is claimed is the caller's already.
		err := db.View(context.Background(), func(tx *Tx) error {
			q, ok := tx.queued(keys[i], r)
			switch {
			case ok:
				out = append(out, q)
			case tx.err == nil:
				return ErrNotFound
			}
			return nil
		})
		if err != nil {
			db.log.Error("outgoing mail cannot be read", "id", outID(keys[i]), "err", err)
		}
	}
	return out
}

// due chooses the rows of a claim: one of each domain, then a second of each, and so on.
func (tx *Tx) due(now time.Time, limit int) [][]byte {
	type lane struct {
		rows [][]byte
		busy int
	}
	var some []lane
	busy := tx.db.flight.busy()
	for k := range tx.scan(turns, nil, nil) {
		if keyTime(k).After(now) || len(some) == claimDomains {
			break
		}
		domain := k[8 : len(k)-1]
		if rows := tx.dueIn(bytes.Clone(k[8:]), now, limit); len(rows) > 0 {
			some = append(some, lane{rows, busy[string(domain)]})
		}
	}
	var keys [][]byte
	for len(some) > 0 && len(keys) < limit {
		slices.SortStableFunc(some, func(a, b lane) int { return cmp.Compare(a.busy, b.busy) })
		keys = append(keys, some[0].rows[0])
		some[0].rows, some[0].busy = some[0].rows[1:], some[0].busy+1
		if len(some[0].rows) == 0 {
			some = some[1:]
		}
	}
	return keys
}

// dueIn lists up to limit rows of a lane that are due and nobody's.
func (tx *Tx) dueIn(domain []byte, now time.Time, limit int) [][]byte {
	var rows [][]byte
	for k := range tx.scan(lanes, domain, nil) {
		k = k[len(domain):]
		if keyTime(k).After(now) || len(rows) == limit {
			break
		}
		if !tx.db.flight.owned(k[8:], now) {
			rows = append(rows, bytes.Clone(k[8:]))
		}
	}
	return rows
}

// claim makes a row the sender's until now+lease, and returns it as it is then.
func (tx *Tx) claim(key []byte, now time.Time, lease time.Duration) (claimed *row, err error) {
	err = tx.change(outID(key), func(r *row) error {
		if r.State == rules.QueueSending {
			r.note(lost(r.Claimed, "the sender gave no word in time"))
		}
		r.State, r.Claimed, r.Lease = rules.QueueSending, now.Round(0).UTC(), now.Add(lease).Round(0).UTC()
		r.Next = r.Lease
		r.Attempts++
		claimed = r
		return nil
	})
	return claimed, err
}

// lost is an attempt of which nobody told the end.
func lost(at time.Time, why string) rules.Attempt {
	return rules.Attempt{At: at, Reply: rules.Reply{Text: "uncertain: " + why}}
}

// Requeue is called once at start, before the first Claim: rows that a crash left under way may have been delivered
// or not. They become uncertain and due at once, and go out with the same bytes: a mail may come twice then, and
// is never silently not sent (DESIGN, section 4.4).
func (db *DB) Requeue(ctx context.Context) error {
	now := time.Now()
	return db.Update(ctx, func(tx *Tx) error {
		if err := tx.advance(now); err != nil {
			return err
		}
		return tx.eachOpen(func(id rules.OutgoingID, r *row) error {
			if r.State != rules.QueueSending {
				return nil
			}
			return tx.change(id, func(r *row) error {
				r.note(lost(r.Claimed, "the gateway stopped while it was being sent"))
				r.again(rules.QueueUncertain, now.UTC(), now.UTC())
				return nil
			})
		})
	})
}

// advance makes rows due that wait for a time which, by the clock as it stands now, nobody can have meant.
func (tx *Tx) advance(now time.Time) error {
	return tx.eachOpen(func(id rules.OutgoingID, r *row) error {
		if !r.lined() || !r.Next.After(now.Add(waitMax)) || tx.db.flight.owned(outKey(id), now) {
			return nil
		}
		return tx.change(id, func(r *row) error {
			r.Next = now.UTC()
			return nil
		})
	})
}

// eachOpen visits the rows that are not settled, oldest first. do may change the one that it is given.
func (tx *Tx) eachOpen(do func(rules.OutgoingID, *row) error) error {
	var keys [][]byte
	for k := range tx.scan(unsent, nil, nil) {
		keys = append(keys, bytes.Clone(k[8:]))
	}
	for _, key := range keys {
		r, ok := tx.row(key)
		if !ok {
			continue
		}
		if err := do(outID(key), r); err != nil {
			return err
		}
	}
	return tx.err
}

// Sent records that a peer took the mail. Where mails come one after the other it waits up to 30 ms for the next one's
// commit.
func (db *DB) Sent(ctx context.Context, id rules.OutgoingID, a rules.Attempt) error {
	way := db.calls
	if db.flight.hasTime(id) {
		way = db.patient
	}
	return db.told(ctx, way, id, func(r *row) {
		r.note(a)
		// Whoever says so, and however late: a peer has it.
		if r.State != rules.QueueRefused {
			r.settle(rules.QueueSent, a.At.Add(a.Took))
			r.LastError = ""
		}
	})
}

// Deferred records that the mail did not go this time, and when it is tried next. A word about an earlier claim
// than the last is noted only: the row is somebody else's by then.
func (db *DB) Deferred(ctx context.Context, id rules.OutgoingID, a rules.Attempt, next time.Time) error {
	return db.told(ctx, db.calls, id, func(r *row) {
		mine := r.mine(a)
		r.note(a)
		if mine {
			r.again(rules.QueueWaiting, next.UTC(), a.At.Add(a.Took))
		}
	})
}

// Uncertain records that the connection was lost between the end of the mail and the peer's answer, and when it is
// tried next. A zero next means never by itself.
func (db *DB) Uncertain(ctx context.Context, id rules.OutgoingID, a rules.Attempt, next time.Time) error {
	return db.told(ctx, db.calls, id, func(r *row) {
		mine := r.mine(a)
		r.note(a)
		switch {
		case !mine:
		case next.IsZero():
			r.settle(rules.QueueUncertain, a.At.Add(a.Took))
		default:
			r.again(rules.QueueUncertain, next.UTC(), a.At.Add(a.Took))
		}
	})
}

// mine says whether the attempt belongs to the claim that the row is under.
func (r *row) mine(a rules.Attempt) bool {
	return r.State == rules.QueueSending && !a.At.Before(r.Claimed)
}

func (db *DB) told(ctx context.Context, way chan<- *call, id rules.OutgoingID, do func(*row)) error {
	err := db.update(ctx, way, func(tx *Tx) error {
		return tx.change(id, func(r *row) error {
			do(r)
			return nil
		})
	})
	if err == nil {
		db.flight.land(id)
	}
	return err
}

// Refused records that a peer will never take the mail, at the door or later by a bounce. It is part of the
// transaction in which that is decided about.
func (tx *Tx) Refused(id rules.OutgoingID, a rules.Attempt) error {
	// Nothing is lost if this transaction is taken back: the lease in the file still holds.
	tx.db.flight.land(id)
	return tx.change(id, func(r *row) error {
		r.note(a)
		r.settle(rules.QueueRefused, a.At.Add(a.Took))
		return nil
	})
}

// NextSend is when the next row is due, zero where none waits. It may lie in the past.
func (db *DB) NextSend(ctx context.Context) (next time.Time, err error) {
	err = db.View(ctx, func(tx *Tx) error {
		for k := range tx.scan(turns, nil, nil) {
			next = keyTime(k)
			break
		}
		return nil
	})
	return next, err
}
