package gateway

import (
	"context"
	"fmt"
	"net"
	"time"

	"aboveline.example/cmd/aboveline/metrics"
	"aboveline.example/store"
)

// observe sets going what tells an operator how the gateway fares. l is where figures are shown, nil for nowhere.
func (s *serving) observe(accepting context.Context, l net.Listener) {
	s.running.Go(func() { s.alarms.Run(accepting) })
	s.running.Go(func() { s.canary.run(accepting, time.Duration(s.cfg.Alarm.Canary)) })
	s.running.Go(func() { s.o.Manager.Watch(accepting, s.alive) })
	if l == nil {
		return
	}
	src := metrics.Source{Read: s.figures, Troubles: s.alarms.Troubles, Counts: s.counts,
		Ready: func() bool { return s.ready.Load() && accepting.Err() == nil }}
	s.part("metrics", func() error { return metrics.Serve(accepting, l, src, s.cfg.Metrics.Public, s.log) })
}

// openMetrics opens the figures' port, nil where none is configured.
func (s *serving) openMetrics() (net.Listener, error) {
	if s.cfg.Metrics.Listen == "" {
		return nil, nil
	}
	if l := s.o.Listeners["metrics"]; l != nil {
		return l, nil
	}
	_, addr := s.cfg.Metrics.Listen.Network()
	return metrics.Listen(addr, s.cfg.Metrics.Public)
}

// stuckAfter is how long the clock may take from one look to the next: it sleeps for dueSleep at most, and acts on
// dueAtOnce due times in between.
const stuckAfter = 5 * dueSleep

// alive says whether the gateway still does what nobody would miss at once: the store's writer answers, and the clock
// looks. A peer that does not answer is no reason to start anew.
func (s *serving) alive(ctx context.Context) error {
	if err := s.db.Update(ctx, func(*store.Tx) error { return nil }); err != nil {
		return fmt.Errorf("the store does not commit: %w", err)
	}
	if idle := time.Since(time.Unix(0, s.ticked.Load())); idle > stuckAfter {
		return fmt.Errorf("due times were not looked at for %s", idle.Round(time.Second))
	}
	return nil
}
