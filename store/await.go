package store

import (
	"context"
	"time"

	"aboveline.example/rules"
)

// standing is a claim that waits for rows to be entered. It is carried out at the end of the batch that enters them.
type standing struct {
	now   func() time.Time
	lease time.Duration
	limit int
	call  *call // done once the claim is on disk, or has failed

	at   time.Time
	keys [][]byte
	rows []*row
}

// Await waits until rows are entered that are due at once, and claims up to limit of those as [DB.Claim] does, in the
// commit that enters them: a lone mail then needs none for its claim. It returns nothing when ctx ends. What has been
// tried before, or was entered before Await, is Claim's. One caller at a time is served; now is the caller's clock.
func (db *DB) Await(ctx context.Context, now func() time.Time, lease time.Duration, limit int) ([]rules.Queued, error) {
	s := &standing{now: now, lease: lease, limit: limit,
		call: &call{ctx: context.WithoutCancel(ctx), done: make(chan struct{})}}
	s.call.fn = func(tx *Tx) error {
		s.rows = nil
		for _, key := range s.keys {
			r, err := tx.claim(key, s.at, lease)
			if err != nil {
				return err
			}
			s.rows = append(s.rows, r)
		}
		return nil
	}
	if db.readOnly || !db.standing.CompareAndSwap(nil, s) {
		<-ctx.Done()
		return nil, nil
	}
	select {
	case <-s.call.done:
	case <-ctx.Done():
	case <-db.drained:
	}
	if db.standing.CompareAndSwap(s, nil) {
		return nil, nil // nobody has begun it
	}
	<-s.call.done
	if s.call.err != nil {
		return nil, s.call.err
	}
	db.flight.follow(time.Now())
	for i, r := range s.rows {
		db.flight.take(s.keys[i], r.Domain, s.at.Add(lease))
	}
	return db.letters(s.keys, s.rows), nil
}

// await is the claim that waits, if rows are there for it. From then on it is the batch's.
func (db *DB) await(tx *Tx) *call {
	s := db.standing.Load()
	if s == nil {
		return nil
	}
	at := s.now()
	var keys [][]byte
	for _, key := range tx.due(at, s.limit) {
		if r, ok := tx.row(key); ok && r.Attempts == 0 {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 || !db.standing.CompareAndSwap(s, nil) {
		return nil
	}
	s.at, s.keys = at, keys
	return s.call
}
