package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"aboveline.example/cmd/aboveline/metrics"
	"aboveline.example/mailin"
	"aboveline.example/mailin/language"
	"aboveline.example/mailout"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// How the rooms fit together, said once.
var (
	_ mailin.Sink    = (*Gateway)(nil)
	_ mailout.Outbox = outbox{}
	_ mailout.Blobs  = (*store.DB)(nil)
	_ rules.Lookup   = lookup{}
)

// policy is what a reload replaces as one: decisions and their wording belong together.
type policy struct {
	desk     *rules.Desk
	composer *mailout.Composer
	names    language.Names // the desk's, for reading
}

// Gateway is a desk at work over its store. Make one with New; it is safe for use by many goroutines.
type Gateway struct {
	db     *store.DB
	log    *slog.Logger
	policy atomic.Pointer[policy]
	watch  *watch
	clock  Clock
	counts *metrics.Counts
	host   *smarthost
	canary *canary
	ticked atomic.Int64 // when the clock last looked, in nanoseconds since 1970
	prover mailin.Prover

	sending  chan struct{}  // the outbox has a new row
	clocking chan struct{}  // the due times changed
	doorbell chan struct{}  // a held mail was let in
	rechecks chan rules.Due // authors to be checked again
	erasing  chan struct{}  // something was removed for good
}

// New makes a gateway over an open store. It does not close the store.
func New(db *store.DB, desk rules.Config, wording mailout.ComposerOptions, log *slog.Logger) (*Gateway, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	g := &Gateway{db: db, log: log, sending: make(chan struct{}, 1), clocking: make(chan struct{}, 1), doorbell: make(chan struct{}, 1),
		rechecks: make(chan rules.Due, recheckQueue), erasing: make(chan struct{}, 1)}
	if err := g.Reload(desk, wording); err != nil {
		return nil, err
	}
	g.watch = newWatch(newDetector(g.Desk()))
	g.counts, g.host = metrics.NewCounts(), &smarthost{}
	g.canary = newCanary(g, rules.Mailbox{Name: desk.Name, Address: desk.Address})
	return g, nil
}

// Reload takes new rules and wording, whole or not at all. The keys stay the store's.
func (g *Gateway) Reload(desk rules.Config, wording mailout.ComposerOptions) error {
	desk.Keys = g.db.Keys()
	d, errs := rules.NewDesk(desk)
	if errs != nil {
		return errors.Join(errs...)
	}
	c, err := mailout.NewComposer(wording)
	if err != nil {
		return fmt.Errorf("read templates: %w", err)
	}
	g.policy.Store(&policy{d, c, language.NewNames(desk.Names())})
	return nil
}

// Desk is the desk as it decides now.
func (g *Gateway) Desk() *rules.Desk { return g.policy.Load().desk }

// wake signals a goroutine that looks for work; it never waits, and one signal stands for many.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// keep decides about an event and keeps all of it in the transaction. What it returns is the caller's to look at
// after the commit.
func (g *Gateway) keep(tx *store.Tx, p *policy, d rules.Decision) error {
	for _, o := range d.Send {
		wire, err := p.composer.Compose(o)
		if err != nil {
			// A row that cannot be worded is our own fault and must not take the mail down that caused it: it is kept,
			// held, with everything it was to say, and the operator sees it in the queue.
			g.log.Error("mail cannot be worded", "id", o.ID, "err", err)
			o.Hold = rules.ReasonUnworded
		}
		if err := tx.Enqueue(o, wire); err != nil {
			return err
		}
	}
	return tx.Apply(d)
}

// kept wakes whoever has work after a commit, and says in the log what an operator would tell a customer.
func (g *Gateway) kept(d rules.Decision) {
	if len(d.Send) > 0 {
		wake(g.sending)
	}
	if len(d.Dues)+len(d.Forget) > 0 {
		wake(g.clocking)
	}
	for _, h := range d.Held {
		if h.Release != nil {
			wake(g.doorbell)
		}
	}
	if len(d.Redact.Mails) > 0 {
		wake(g.erasing)
	}
	g.counted(d)
	g.tell(d)
}

// update is a transaction in which rules may ask the watch.
func (g *Gateway) update(ctx context.Context, call func(*store.Tx) error) error {
	return g.db.Update(ctx, func(tx *store.Tx) error {
		return g.watch.during(tx, func() error { return call(tx) })
	})
}

// decide runs an event that needs nothing but the store through the motion.
func (g *Gateway) decide(ctx context.Context, prepare func(*store.Tx) (rules.Event, error)) error {
	p, now := g.policy.Load(), g.clock.now()
	var d rules.Decision
	err := g.update(ctx, func(tx *store.Tx) error {
		d = rules.Decision{}
		ev, err := prepare(tx)
		if err != nil || ev == nil {
			return err
		}
		d = p.desk.Decide(lookup{Tx: tx, watch: g.watch}, ev, now)
		return g.keep(tx, p, d)
	})
	if err != nil {
		return err
	}
	g.kept(d)
	return nil
}
