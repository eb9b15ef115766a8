package gateway

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// Errors of taking held and parked mail up again.
var (
	// ErrNoSuchMail is returned for a number under which nothing is held or parked.
	ErrNoSuchMail = errors.New("no such mail")
	// ErrNoBytes is returned for a parked mail whose bytes never came.
	ErrNoBytes = errors.New("its bytes never came; it is still in its mailbox")
)

const (
	heldAtOnce   = 1000
	doorRetry    = 30 * time.Second
	doorPatience = 10 * time.Minute // between looks when nobody rings
)

// runDoorman takes held mails up again that somebody let in. The word was kept with the held mail, so that a crash
// between the word and the deed loses nothing.
func (g *Gateway) runDoorman(ctx context.Context) {
	for ctx.Err() == nil {
		pause := doorPatience
		if err := g.letIn(ctx); err != nil && ctx.Err() == nil {
			g.log.Error("held mail not taken up", "err", err)
			pause = doorRetry
		}
		sleep(ctx, pause, g.doorbell, nil)
	}
}

func (g *Gateway) letIn(ctx context.Context) error {
	var held []rules.Held
	if err := g.db.View(ctx, func(tx *store.Tx) error {
		held = tx.HeldMails(heldAtOnce)
		return nil
	}); err != nil {
		return err
	}
	var errs []error
	for _, h := range held {
		if h.Release != nil {
			errs = append(errs, g.takeUp(ctx, h))
		}
	}
	return errors.Join(errs...)
}

// takeUp decides anew about a held mail, as its writer's proved word.
func (g *Gateway) takeUp(ctx context.Context, h rules.Held) error {
	m, err := g.reread(ctx, h.ID)
	if err != nil {
		return fmt.Errorf("take up held mail %d: %w", h.ID, err)
	}
	m.Proof = h.Proof
	if err := g.keepLarge(ctx, m); err != nil {
		return err
	}
	p, now := g.policy.Load(), g.clock.now()
	var d rules.Decision
	err = g.update(ctx, func(tx *store.Tx) error {
		d = rules.Decision{}
		h, ok := tx.Held(h.ID)
		if !ok || h.Release == nil {
			return nil // somebody was quicker
		}
		line, _ := tx.Disposition(h.ID)
		d = p.desk.Decide(lookup{Tx: tx, watch: g.watch}, rules.MailArrived{ID: h.ID, Mail: m, Released: h.Release}, now)
		d.Disposition.Raw = line.Raw
		keepSmall(tx, packSmall(m))
		return g.keep(tx, p, d)
	})
	if err == nil {
		g.kept(d)
	}
	return err
}

// reread reads a kept mail again from its bytes.
func (g *Gateway) reread(ctx context.Context, id rules.MailID) (*rules.Mail, error) {
	var line rules.Disposition
	if err := g.db.View(ctx, func(tx *store.Tx) error {
		var ok bool
		if line, ok = tx.Disposition(id); !ok {
			return ErrNoSuchMail
		}
		return nil
	}); err != nil {
		return nil, err
	}
	raw, err := g.db.Blob(ctx, line.Raw)
	if err != nil {
		return nil, err
	}
	return guarded(g.read, rules.Arrival{Envelope: line.Envelope, Received: line.At, Raw: raw})
}

// Release lets a held mail in, as its writer's word. by is who said so.
func (g *Gateway) Release(ctx context.Context, id rules.HeldID, by string) error {
	var held rules.Held
	err := g.db.Update(ctx, func(tx *store.Tx) error {
		h, ok := tx.Held(id)
		if !ok {
			return ErrNoSuchMail
		}
		h.Release = &rules.Release{By: by}
		held = h
		return tx.Apply(rules.Decision{Held: []rules.Held{h}})
	})
	if err != nil {
		return err
	}
	return g.takeUp(ctx, held)
}

// Drop takes a held mail off the list. Its bytes stay, and its line in the ledger says who let it go.
func (g *Gateway) Drop(ctx context.Context, id rules.HeldID) error {
	return g.decide(ctx, func(tx *store.Tx) (rules.Event, error) {
		h, ok := tx.Held(id)
		if !ok {
			return nil, ErrNoSuchMail
		}
		return rules.HeldDropped{Held: h, By: admin.Operator}, nil
	})
}

// DropRow takes a mail out of the queue, and its ticket says so.
func (g *Gateway) DropRow(ctx context.Context, id rules.OutgoingID) error {
	return g.decide(ctx, func(tx *store.Tx) (rules.Event, error) {
		row, ok := tx.Sent(id)
		if !ok {
			return nil, ErrNoSuchMail
		}
		if err := tx.QueueDrop(id); err != nil {
			return nil, err
		}
		return rules.RowDropped{Row: row.Outgoing, By: admin.Operator}, nil
	})
}

// Retry reads a parked mail again; what breaks again stays parked, with one more try counted.
func (g *Gateway) Retry(ctx context.Context, id rules.MailID) error {
	var parked rules.Parked
	if err := g.db.View(ctx, func(tx *store.Tx) error {
		var ok bool
		if parked, ok = tx.Parked(id); !ok {
			return ErrNoSuchMail
		}
		return nil
	}); err != nil {
		return err
	}
	if parked.Raw == "" {
		return ErrNoBytes
	}
	raw, err := g.db.Blob(ctx, parked.Raw)
	if err != nil {
		return err
	}
	m, err := guarded(g.read, rules.Arrival{Envelope: parked.Envelope, Received: parked.At, Raw: raw})
	if err != nil {
		return errors.Join(err, g.db.Update(ctx, func(tx *store.Tx) error {
			parked.Tries++
			return tx.Park(parked)
		}))
	}
	m.Proof = g.prover.Prove(ctx, m)
	if err := g.keepLarge(ctx, m); err != nil {
		return err
	}
	p, now := g.policy.Load(), g.clock.now()
	var d rules.Decision
	err = g.update(ctx, func(tx *store.Tx) error {
		d = p.desk.Decide(lookup{Tx: tx, watch: g.watch}, rules.MailArrived{ID: id, Mail: m}, now)
		d.Disposition.Raw = parked.Raw
		keepSmall(tx, packSmall(m))
		tx.Unpark(id)
		return g.keep(tx, p, d)
	})
	if err == nil {
		g.kept(d)
	}
	return err
}

// guarded reads a mail that may break the reader, whose panic then is the error.
func guarded(read func(rules.Arrival) *rules.Mail, a rules.Arrival) (m *rules.Mail, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("read mail: panic: %.200v", p)
		}
	}()
	return read(a), nil
}
