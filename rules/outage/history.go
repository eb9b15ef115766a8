package outage

import "slices"

// note is a report as the watch remembers it.
type note struct {
	report  uint64  // mail id
	at      int64   // Unix seconds
	person  uint64  // 0: not proven; all of those are one
	slot    int     // the person's, while the note is recent
	house   uint64  // organisation, or the person for private senders
	chance  uint64  // decides whether thinning keeps it
	weight  float64 // in the history: how many reports it stands for
	vector  vector
	alarm   *alarm
	aside   bool // one of a campaign
	newHome bool // from a domain not heard before today
}

// history is four weeks of what ordinary mail looks like, thinned to a size that can be compared with each report.
type history struct {
	notes []*note // oldest first
	keep  float64 // the share of reports kept at present
	index *index  // of notes, by their places
}

const (
	// maxHistory bounds the notes compared with each report. A share is then known to about 1 in 4,000, and an
	// expectation for two busy hours to a fortieth of a person.
	maxHistory = 4000
	memory     = 28 * 24 * 3600 // seconds
)

// add takes a report in when it has become old enough to be history.
func (h *history) add(n *note) {
	if n.aside || !n.drawn(h.keep) {
		return
	}
	n.weight = 1 / h.keep
	n.vector.words = nil // only letters of the last hours are quoted
	h.notes = append(h.notes, n)
	if len(h.notes) <= maxHistory {
		h.index.add(len(h.notes)-1, n)
		return
	}
	h.keep /= 2
	h.notes = slices.DeleteFunc(h.notes, func(n *note) bool {
		if n.weight >= 1/h.keep {
			return false
		}
		n.weight = 1 / h.keep
		return !n.drawn(h.keep)
	})
	h.index.build(h.notes)
}

// drawn says whether thinning to a share keeps a note. It depends on the note alone, so that a replay keeps the same.
func (n *note) drawn(share float64) bool { return float64(n.chance>>11)/(1<<53) < share }

// forget drops, once a day, what is older than the memory, and thins less where traffic has fallen.
func (h *history) forget(now int64) {
	old := 0
	for old < len(h.notes) && now-h.notes[old].at > memory {
		old++
	}
	if old > 0 {
		h.notes = slices.Delete(h.notes, 0, old)
		h.index.build(h.notes)
	}
	if len(h.notes) < maxHistory/4 {
		h.keep = min(1, 2*h.keep)
	}
}
