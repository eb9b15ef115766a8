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

// literate is a detector that takes a report whose text was read before.
type literate interface {
	See(rules.Report, outage.Reading) rules.Sighting
}

// watch is the detector with what it was told, which is the store's: where a call of a transaction failed after the
// detector saw its report, it is told everything anew before it is asked again.
type watch struct {
	make func() detector // nil: this desk does not look for outages

	mu    sync.Mutex // guards what follows
	d     detector
	stale bool
	asked int // how often it was
}

// newWatch returns a watch that is told the stored reports when it is first asked.
func newWatch(make func() detector) *watch { return &watch{make: make, stale: true} }

// during runs one call of a transaction. What the detector saw in a call that fails, or breaks, is not kept, and the
// next call of the same batch may be given the same numbers: it forgets BEFORE that one begins.
func (w *watch) during(tx *store.Tx, call func() error) error {
	w.mu.Lock()
	before := w.asked
	w.mu.Unlock()
	kept := false
	defer func() {
		w.mu.Lock()
		w.stale = w.stale || !kept && w.asked != before
		w.mu.Unlock()
	}()
	if err := call(); err != nil {
		return err
	}
	kept = tx.Err() == nil
	return nil
}

// ahead is a mail's matter, read before its transaction begins: reading needs nothing of the detector, and in a
// transaction everybody else would wait for it. The zero value is: not read.
type ahead struct {
	report rules.Report
	text   outage.Reading
	read   bool
}

// foresee reads what the watch will probably be asked about a mail. An answer rarely is a matter of its own; where it
// is one after all, it is read when it is asked about.
func (g *Gateway) foresee(d *rules.Desk, m *rules.Mail) ahead {
	if g.watch.make == nil || m.Kind != rules.KindHuman || len(m.InReplyTo) > 0 {
		return ahead{}
	}
	r := d.Matter(m)
	return ahead{report: r, text: outage.Read(r), read: true}
}

// of says whether r's text is the one that was read.
func (a ahead) of(r rules.Report) bool {
	return a.read && r.Person == a.report.Person && r.Name == a.report.Name && r.Language == a.report.Language &&
		r.Subject == a.report.Subject && r.Words == a.report.Words
}

// lookup is a transaction as rules see it, together with the watch.
type lookup struct {
	*store.Tx
	watch *watch
	ahead ahead
}

func (l lookup) Sight(r rules.Report) rules.Sighting {
	w := l.watch
	if w.make == nil {
		return rules.Sighting{}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked++
	if w.stale {
		w.d, w.stale = w.make(), false
		l.Reports(r.At.Add(-watchMemory), func(old rules.Report) bool {
			w.d.Sight(old)
			return true
		})
	}
	if d, ok := w.d.(literate); ok && l.ahead.of(r) {
		return d.See(r, l.ahead.text)
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
