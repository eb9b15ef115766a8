package metrics

import (
	"runtime"
	"strconv"
	"time"

	"aboveline.example/cmd/aboveline/alarm"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// Reading is the gateway at one moment.
type Reading struct {
	At       time.Time
	Started  time.Time
	Version  string
	Stats    store.Stats
	State    alarm.Reading
	Troubles []alarm.Trouble
	Canary   time.Duration // of the newest probe that came back; 0 for none
}

// statuses and states are always shown, also at zero.
var (
	statuses = []rules.Status{rules.StatusNew, rules.StatusOpen, rules.StatusWaitingRequester, rules.StatusWaitingVendor,
		rules.StatusWaitingApproval, rules.StatusWaitingRelease, rules.StatusResolved, rules.StatusClosed}
	states = []rules.QueueState{rules.QueueWaiting, rules.QueueSending, rules.QueueHeld, rules.QueueSent, rules.QueueRefused, rules.QueueUncertain}
)

// Page is the whole document.
func Page(r Reading, c *Counts) []byte {
	p := &page{}
	p.family("aboveline_build_info", "gauge", "What runs.", sample{[]string{"version", r.Version, "go", runtime.Version()}, 1})
	p.gauge("process_start_time_seconds", "When the gateway started, in seconds since 1970.", seconds(r.Started))
	c.write(p)
	r.writeStore(p)
	r.writeAges(p)
	r.writeState(p)
	return p.Bytes()
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func (r Reading) writeStore(p *page) {
	p.each("aboveline_ledger_mails", "gauge", "Mails in the ledger by what became of them, since the store was made.", "disposition", figures(r.Stats.Mails))
	p.each("aboveline_tickets", "gauge", "Tickets by status.", "status", figures(r.Stats.Tickets, statuses...))
	p.gauge("aboveline_outages_open", "Outages that are suspected or going on.", float64(r.Stats.Outages))
	p.each("aboveline_queue_mails", "gauge", "Mails in the outbox by state.", "state", figures(r.Stats.Queue, states...))
	p.gauge("aboveline_held_mails", "Mails that wait for a decision.", float64(r.Stats.Held))
	p.gauge("aboveline_parked_mails", "Mails that broke something and are kept.", float64(r.Stats.Parked))
	p.gauge("aboveline_database_bytes", "Size of the database file.", float64(r.Stats.FileBytes))
	p.gauge("aboveline_attachment_bytes", "Size of all large attachments.", float64(r.Stats.BlobBytes))
}

func (r Reading) writeAges(p *page) {
	p.gauge("aboveline_queue_oldest_age_seconds", "Age of the oldest mail that waits to be sent; 0 for none.", r.age(r.State.OldestWaiting))
	p.gauge("aboveline_held_oldest_age_seconds", "Age of the oldest held mail; 0 for none.", r.age(r.State.OldestHeld))
	p.gauge("aboveline_parked_oldest_age_seconds", "Age of the oldest parked mail; 0 for none.", r.age(r.State.OldestParked))
	ages := map[string]float64{}
	for _, m := range r.State.Polls {
		last := m.Last
		if last.IsZero() {
			last = r.Started
		}
		ages[m.Mailbox] = r.age(last)
	}
	p.each("aboveline_mailbox_poll_age_seconds", "gauge", "Time since a mailbox was last read to its end, or since start.", "mailbox", ages)
}

func (r Reading) writeState(p *page) {
	if s := r.State.Smarthost; !s.FailingSince.IsZero() || !s.LastAnswer.IsZero() {
		up := 0.0
		if s.FailingSince.IsZero() {
			up = 1
		}
		p.gauge("aboveline_smarthost_up", "Whether the smarthost took us in when last asked; absent before the first time.", up)
	}
	if r.State.Need > 0 {
		p.gauge("aboveline_disk_free_bytes", "Disk left where the store is.", float64(r.State.Free))
		p.gauge("aboveline_disk_low_water_bytes", "Disk below which doors refuse mail.", float64(r.State.Need))
	}
	if r.Canary > 0 {
		p.gauge("aboveline_canary_seconds", "How long the newest probe took out by the smarthost and back through a door.", r.Canary.Seconds())
	}
	found := map[string]float64{}
	for _, k := range alarm.Kinds {
		found[string(k)] = 0
	}
	for _, t := range r.Troubles {
		found[string(t.Kind)]++
	}
	p.each("aboveline_troubles", "gauge", "Things that have been failing for too long, by kind.", "kind", found)
	p.gauge("go_goroutines", "Goroutines.", float64(runtime.NumGoroutine()))
}

// age is never negative: a clock that was set back makes nothing younger than now.
func (r Reading) age(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return max(0, r.At.Sub(t).Seconds())
}

// figures makes labels of a store's counts; those in always are shown at zero too.
func figures[K ~string](m map[K]int, always ...K) map[string]float64 {
	out := map[string]float64{}
	for _, k := range always {
		out[string(k)] = 0
	}
	for k, n := range m {
		out[string(k)] = float64(n)
	}
	return out
}

// text says in lines what is wrong.
func text(found []alarm.Trouble) string {
	s := strconv.Itoa(len(found)) + " wrong\n"
	for _, t := range found {
		s += string(t.Kind) + ": " + t.What + ", since " + t.Since.UTC().Format(time.RFC3339) + "\n"
	}
	return s
}
