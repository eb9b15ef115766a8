package gateway

import (
	"context"
	"time"

	"aboveline.example/rules"
	"aboveline.example/store"
)

const (
	dueAtOnce = 100             // due times acted on before looking at the clock again
	dueRetry  = 5 * time.Second // after the store could not be read: it is closing, or the process will end
	// dueSleep bounds a sleep, since the wall clock may be set while we sleep on the monotonic one.
	dueSleep = time.Minute
)

// Clock is the time by which a gateway decides. The zero value is the system's; another one lets a demonstration pass
// hours.
type Clock struct {
	Now func() time.Time
	// Set is sent to after the clock was set: due times may have come.
	Set <-chan struct{}
}

func (c Clock) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

// runClock acts on stored due times as they come. After any gap each is acted on once.
func (g *Gateway) runClock(ctx context.Context) {
	for ctx.Err() == nil {
		g.ticked.Store(time.Now().UnixNano())
		next, err := g.actOnDue(ctx)
		pause := dueSleep
		switch {
		case err != nil && ctx.Err() == nil:
			g.log.Error("due times not acted on", "err", err)
			pause = dueRetry
		case !next.IsZero():
			pause = min(dueSleep, max(0, next.Sub(g.clock.now())))
		}
		if sleep(ctx, pause, g.clocking, g.clock.Set) {
			wake(g.sending) // what waits in the queue waits by the same clock
		}
	}
}

// actOnDue decides about everything that is due, and says when the next one is.
func (g *Gateway) actOnDue(ctx context.Context) (next time.Time, err error) {
	var due []rules.Due
	err = g.db.View(ctx, func(tx *store.Tx) error {
		due, next = tx.DuesBefore(g.clock.now(), dueAtOnce), tx.NextDue()
		return nil
	})
	if err != nil || len(due) == 0 {
		return next, err
	}
	for _, d := range due {
		came := false
		err := g.decide(ctx, func(tx *store.Tx) (rules.Event, error) {
			if still, ok := tx.Due(d.Key); !ok || !still.At.Equal(d.At) {
				return nil, nil // moved or cleared since we looked
			}
			came = true
			return rules.DueCame{Due: d}, nil
		})
		if err != nil {
			return time.Time{}, err
		}
		if came && d.Kind == rules.DueRecheck {
			g.recheckSoon(d)
		}
	}
	return g.clock.now(), nil
}

// sleep waits until the time is over, somebody wakes us, the clock is set or ctx ends, and says whether it was set.
func sleep(ctx context.Context, d time.Duration, woken, set <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-woken:
	case <-set:
		return true
	case <-ctx.Done():
	}
	return false
}

// keepDigest sets the first of the daily lists where none is set; after that each sets the next. A desk that no longer
// wants them clears it.
func (g *Gateway) keepDigest(ctx context.Context) error {
	want, wanted := g.Desk().FirstDigest(g.clock.now())
	return g.db.Update(ctx, func(tx *store.Tx) error {
		have, ok := tx.Due(want.Key)
		if ok == wanted && (!ok || have.At.Before(want.At.Add(time.Second))) {
			return nil
		}
		return tx.Apply(rules.Decision{Dues: []rules.Due{want}})
	})
}
