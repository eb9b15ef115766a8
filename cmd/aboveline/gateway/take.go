package gateway

import (
	"context"
	"fmt"
	"time"

	"aboveline.example/rules"
	"aboveline.example/store"
)

// Accept keeps a mail, what was decided about it, and everything that follows, in one transaction. nil means
// durable. The same mail a second time changes nothing and is recorded as a duplicate (I2).
func (g *Gateway) Accept(ctx context.Context, m *rules.Mail) error {
	// Large bytes are on disk BEFORE the commit that names them; a crash in between leaves a file nobody names.
	if err := g.keepLarge(ctx, m); err != nil {
		return err
	}
	raw, small := store.Pack(m.Raw), packSmall(m)
	p, now := g.policy.Load(), g.clock.now()
	ahead := g.foresee(p.desk, m)
	var d rules.Decision
	err := g.update(ctx, func(tx *store.Tx) error {
		d = p.desk.Decide(lookup{tx, g.watch, ahead}, rules.MailArrived{ID: tx.NewMail(), Mail: m}, now)
		if d.Disposition.Kind != rules.DisposedDuplicate {
			d.Disposition.Raw = tx.PutPacked(raw)
			keepSmall(tx, small)
		}
		return g.keep(tx, p, d)
	})
	if err != nil {
		return err
	}
	g.counts.Commit(g.clock.now().Sub(now))
	g.counts.Proof(m.Proof.Result)
	g.kept(d)
	if d.Disposition.Kind == rules.DisposedProbe {
		g.canary.back(ctx, m)
	}
	return nil
}

func (g *Gateway) keepLarge(ctx context.Context, m *rules.Mail) error {
	if len(m.Raw) > store.InlineMax {
		if _, err := g.db.PutBlob(ctx, m.Raw); err != nil {
			return fmt.Errorf("keep mail: %w", err)
		}
	}
	for _, a := range m.Attachments {
		if len(a.Content) > store.InlineMax {
			if _, err := g.db.PutBlob(ctx, a.Content); err != nil {
				return fmt.Errorf("keep attachment: %w", err)
			}
		}
	}
	return nil
}

// packSmall makes the attachments ready that are small enough to stand in the store's own file.
func packSmall(m *rules.Mail) (list []store.Packed) {
	for _, a := range m.Attachments {
		if len(a.Content) <= store.InlineMax {
			list = append(list, store.Pack(a.Content))
		}
	}
	return list
}

func keepSmall(tx *store.Tx, list []store.Packed) {
	for _, p := range list {
		tx.PutPacked(p)
	}
}

// Park keeps a mail that broke something, with its bytes and the error, and lists it.
func (g *Gateway) Park(ctx context.Context, p rules.Parked) error {
	if len(p.Bytes) > store.InlineMax {
		if _, err := g.db.PutBlob(ctx, p.Bytes); err != nil {
			return fmt.Errorf("park mail: %w", err)
		}
	}
	err := g.db.Update(ctx, func(tx *store.Tx) error {
		p := p
		if len(p.Bytes) > 0 {
			p.Raw = tx.PutBlob(p.Bytes)
		}
		if p.ID == 0 {
			p.ID = tx.NewMail()
		}
		return tx.Park(p)
	})
	if err == nil {
		g.counts.Mail(p.Envelope.Door, rules.DisposedParked)
		g.log.Warn("mail parked", "door", p.Envelope.Door, "from", cut(p.From), "uid", p.UID, "err", p.Error)
	}
	return err
}

// refusedWithin is how long the list of refusals may keep a door's goroutine.
const refusedWithin = 2 * time.Second

// Refused lists a mail that a door turned away. Losing the line in a crash loses nobody's mail.
func (g *Gateway) Refused(ctx context.Context, d rules.Disposition) {
	ctx, cancel := context.WithTimeout(ctx, refusedWithin)
	defer cancel()
	d.Kind, d.At = rules.DisposedRefused, g.clock.now().UTC()
	g.counts.Mail(d.Door, d.Kind)
	if err := g.db.Update(ctx, func(tx *store.Tx) error {
		tx.RecordRefused(d)
		return nil
	}); err != nil {
		g.log.Debug("refusal not listed", "err", err)
	}
}
