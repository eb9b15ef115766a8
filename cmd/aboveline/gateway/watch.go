package gateway

import (
	"sync"
	"time"

	"aboveline.example/rules"
	"aboveline.example/rules/outage"
	"aboveline.example/store"
)

// watchMemory is how far back the watch for outages is told again after a restart: its habit of four weeks, and the
// one that is under way.
const watchMemory = 5 * 7 * 24 * time.Hour

// detector is the watch of package outage: the same reports in the same order give the same answers.
type detector interface {
	Sight(rules.Report) rules.Sighting
}

// watch is the detector with what it was told, which is the store's: where a transaction failed after the detector
// saw its report, it is told everything anew before it is asked again.
type watch struct {
	make func() detector // nil: this desk does not look for outages

	mu    sync.Mutex // guards what follows
	d     detector
	stale bool
}

// newWatch returns a watch that is told the stored reports when it is first asked.
func newWatch(make func() detector) *watch { return &watch{make: make, stale: true} }

// forget makes the watch be told everything again: what it saw last was not kept.
func (w *watch) forget() {
	w.mu.Lock()
	w.stale = true
	w.mu.Unlock()
}

// lookup is a transaction as rules see it, together with the watch.
type lookup struct {
	*store.Tx
	watch *watch
}

func (l lookup) Sight(r rules.Report) rules.Sighting {
	w := l.watch
	if w.make == nil {
		return rules.Sighting{}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stale {
		w.d, w.stale = w.make(), false
		l.Reports(r.At.Add(-watchMemory), func(old rules.Report) bool {
			w.d.Sight(old)
			return true
		})
	}
	return w.d.Sight(r)
}

// newDetector is how a desk's watch is made, nil for one that does not look for outages.
func newDetector(d *rules.Desk) func() detector {
	if !d.Outage.Enabled {
		return nil
	}
	return func() detector {
		return outage.New(outage.Options{Window: d.Outage.Window, People: d.Outage.People, Zone: d.Zone})
	}
}
