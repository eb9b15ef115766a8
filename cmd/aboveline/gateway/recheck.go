package gateway

import (
	"context"
	"errors"

	"aboveline.example/rules"
	"aboveline.example/store"
)

// recheckQueue is how many authors wait to be checked again. What finds no room is due again a little later.
const recheckQueue = 100

// runRechecks checks authors again whom temporary DNS trouble left unproved, one after the other: DNS may keep us
// waiting, and neither a transaction nor the clock is to wait with it.
func (g *Gateway) runRechecks(ctx context.Context) {
	for {
		select {
		case d := <-g.rechecks:
			if err := g.recheck(ctx, d); err != nil && ctx.Err() == nil {
				g.log.Error("author not checked again", "mail", uint64(d.Mail), "err", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// recheckSoon hands a mail to runRechecks.
func (g *Gateway) recheckSoon(d rules.Due) {
	select {
	case g.rechecks <- d:
	default:
	}
}

// recheck proves the author of a kept mail from its bytes and from what was kept of the envelope: the client's address
// and its names, which nobody can ask for later.
func (g *Gateway) recheck(ctx context.Context, d rules.Due) error {
	m, err := g.reread(ctx, d.Mail)
	if errors.Is(err, ErrNoSuchMail) || errors.Is(err, store.ErrNotFound) {
		return nil // it was removed meanwhile
	}
	if err != nil {
		return err
	}
	found := rules.ProofCame{Due: d, Proof: g.prover.Prove(ctx, m)}
	if ctx.Err() != nil {
		return ctx.Err() // what was cut short says nothing
	}
	return g.decide(ctx, func(tx *store.Tx) (rules.Event, error) {
		if _, waits := tx.Due(d.Key); !waits {
			return nil, nil // answered since we asked
		}
		return found, nil
	})
}
