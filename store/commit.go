package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	bolt "go.etcd.io/bbolt"
)

// batchMax bounds one commit: above it the wait of the first in the batch grows faster than the cost of a sync
// falls.
const batchMax = 1000

// patience is how long a call that has time waits for one whose commit it may share: a client that sends one mail after
// the other sends its next within it. Until then a crash sends again what was sent, so it is short.
const patience = 30 * time.Millisecond

// call is one Update under way.
type call struct {
	ctx  context.Context
	fn   func(*Tx) error
	err  error
	done chan struct{}
}

// PanicError is what Update returns when fn panicked: a fault of ours, met by one mail. Everything that this fn did
// was taken back, and the others of its batch are kept, so the caller can park the mail with Stack as the detail.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %.200v", e.Value) }

// Update runs fn in a transaction and returns nil once everything it wrote is on disk. Updates that arrive while
// the disk syncs share the next commit; nobody waits for company.
//
// fn must change nothing but the store, since it may run more than once, and must neither wait for anything nor end
// its goroutine. When fn returns an error, its own writes are taken back and the error is returned; other updates
// of the batch never notice. A ctx that ends before fn begins means that fn does not run; once it has begun, Update
// stays until the outcome is known. A failed commit calls Options.OnFatal and returns an error that is ErrFatal.
func (db *DB) Update(ctx context.Context, fn func(*Tx) error) error {
	return db.update(ctx, db.calls, fn)
}

// update hands fn to the writer by one of its two channels.
func (db *DB) update(ctx context.Context, way chan<- *call, fn func(*Tx) error) error {
	if db.readOnly {
		return ErrReadOnly
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case <-db.closing:
		return ErrClosed
	default:
	}
	select {
	case way <- c:
	case <-ctx.Done():
		return ctx.Err()
	case <-db.closing:
		return ErrClosed
	}
	select {
	case <-c.done:
		return c.err
	case <-db.drained:
	}
	// The writer has gone: it either answered just before, or never saw the call.
	select {
	case <-c.done:
		return c.err
	default:
		return ErrClosed
	}
}

// write is the only goroutine that writes the file.
func (db *DB) write() {
	defer close(db.drained)
	for {
		select {
		case c := <-db.calls:
			db.batch(c)
			continue
		default:
		}
		select {
		case c := <-db.calls:
			db.batch(c)
		case c := <-db.patient:
			db.batch(db.company(c)...)
		case <-db.closing:
			// What was queued before Close is still carried out.
			select {
			case c := <-db.calls:
				db.batch(c)
			case c := <-db.patient:
				db.batch(c)
			default:
				return
			}
		}
	}
}

// company waits for a call to share the commit of one that has time, and returns both.
func (db *DB) company(c *call) []*call {
	over := time.NewTimer(patience)
	defer over.Stop()
	select {
	case other := <-db.calls:
		return []*call{c, other}
	case <-over.C:
	case <-db.closing:
	}
	return []*call{c}
}

// batch carries out calls and everything that has queued behind them, commits once, and tells all.
func (db *DB) batch(calls ...*call) {
	if p := db.fatal.Load(); p != nil {
		for _, c := range calls {
			c.finish(*p)
		}
		return
	}
	b, err := db.bolt.Begin(true)
	if err != nil {
		db.fail(err, calls...)
		return
	}
	late, wrote := &later{}, false
	for _, c := range calls {
		wrote = db.run(b, late, c) || wrote
	}
	for len(calls) < batchMax && db.fatal.Load() == nil {
		select {
		case c := <-db.calls:
			calls = append(calls, c)
			wrote = db.run(b, late, c) || wrote
			continue
		case c := <-db.patient:
			calls = append(calls, c)
			wrote = db.run(b, late, c) || wrote
			continue
		default:
		}
		break
	}
	if c := db.claimed(b, late, wrote); c != nil {
		calls = append(calls, c)
	}
	if p := db.fatal.Load(); p != nil {
		err = *p
	} else if wrote {
		if err = db.put(b, late); err == nil {
			err = db.sync(b)
		}
	}
	if err != nil || !wrote {
		// After a failed commit this is a no-op or gives the write lock free; its own error says nothing new.
		_ = b.Rollback()
	}
	if err != nil {
		db.fail(err, calls...)
		return
	}
	for _, c := range calls {
		c.finish(nil)
	}
}

// claimed carries out the claim that waits for rows, where the batch has entered some; nil where it goes on waiting.
func (db *DB) claimed(b *bolt.Tx, late *later, wrote bool) (c *call) {
	if !wrote || db.fatal.Load() != nil {
		return nil
	}
	look := &Tx{db: db, bolt: b, late: late}
	defer look.end()
	if look.try(func(tx *Tx) error { c = db.await(tx); return nil }) != nil && c == nil {
		return nil // whoever claims next is told
	}
	if c != nil {
		db.run(b, late, c)
	}
	return c
}

// sync commits. A library that panics here has lost track of its pages, which is no better than a failed write.
func (db *DB) sync(b *bolt.Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("commit: panic: %v", p)
		}
	}()
	return db.commit(b)
}

// put writes the records that the batch left for its end.
func (db *DB) put(b *bolt.Tx, late *later) (err error) {
	tx := &Tx{db: db, bolt: b, writable: true, late: late}
	defer tx.end()
	return tx.try(func(tx *Tx) error {
		tx.settle()
		return nil
	})
}

// run carries out one call and says whether it left anything to commit. Its writes are journalled, so that an error
// or a panic takes back exactly this call's and no other's.
func (db *DB) run(b *bolt.Tx, late *later, c *call) bool {
	if c.err = c.ctx.Err(); c.err != nil {
		return false
	}
	tx := &Tx{db: db, bolt: b, writable: true, late: late}
	defer tx.end()
	c.err = tx.try(c.fn)
	if c.err == nil {
		return late.adopt() || len(tx.undo) > 0
	}
	late.forget()
	if tx.inside {
		db.setFatal(fmt.Errorf("write: %w", c.err))
		return false
	}
	if err := tx.takeBack(); err != nil {
		db.setFatal(fmt.Errorf("take back: %w", errors.Join(c.err, err)))
	}
	return false
}

// try runs fn, turns a panic into an error, and lets the first sticky error of the transaction win over a nil.
func (tx *Tx) try(fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.err
}

func (db *DB) setFatal(err error) {
	err = fmt.Errorf("store: %w: %w", ErrFatal, err)
	if db.fatal.CompareAndSwap(nil, &err) {
		db.onFatal(err)
	}
}

// fail ends the life of the store: the calls get the error, and every later one, too.
func (db *DB) fail(err error, calls ...*call) {
	if db.fatal.Load() == nil {
		db.setFatal(err)
	}
	for _, c := range calls {
		c.finish(*db.fatal.Load())
	}
}

// finish tells the caller; an error of its own stands before the batch's success.
func (c *call) finish(err error) {
	if err != nil {
		c.err = err
	}
	close(c.done)
}
