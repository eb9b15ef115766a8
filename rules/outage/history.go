package outage

import (
	"cmp"
	"slices"
)

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
	next    []float32 // its place by the lesson under way, where it was taught
	taught  bool
	alarm   *alarm
	aside   bool // one of a campaign
	newHome bool // from a domain not heard before today
}

// history is four weeks of what ordinary mail looks like, thinned to a size that can be compared with each report. The
// last days, by which it is told what a topic does now, are thinned less than what is before them.
type history struct {
	notes  []*note // oldest first
	keep   float64 // the share kept of the last days' reports at present
	older  float64 // and of those before them
	weight float64 // of all notes: how many reports they stand for
	index  *index  // of notes, by their numbers
	builds int     // how often they were numbered anew
	// What is read of every note in each look lies together, by their numbers.
	at       []int64
	house    []uint64
	weights  []float64
	ordinary []float64
	heads    []float32 // of their places, head to a note
	tails    []float32 // the rest of them
	beyond   []float32 // see beyond
}

const (
	// maxHistory bounds the notes compared with each report. A share is then known to about 1 in 6,000, and an
	// expectation for two busy hours to a sixtieth of a person. At most maxFresh of them are of the last days.
	maxHistory = 6000
	maxFresh   = 2000
	memory     = 28 * 24 * 3600 // seconds
	fresh      = 3 * 24 * 3600
)

func newHistory() history { return history{keep: 1, older: 1, index: newIndex()} }

// add takes a report in when it has become old enough to be history.
func (h *history) add(n *note) {
	if n.aside || !n.drawn(h.keep) {
		return
	}
	n.weight = 1 / h.keep
	n.vector.words = nil // only letters of the last hours are quoted
	h.notes = append(h.notes, n)
	h.weight += n.weight
	if len(h.notes) <= maxHistory {
		h.index.add(len(h.notes)-1, n)
		h.lay(n)
		return
	}
	if len(h.notes)-h.old(n.at) > maxFresh {
		h.keep /= 2
	}
	h.thin(n.at)
	for len(h.notes) > maxHistory && h.old(n.at) > 0 {
		h.older = min(h.older, h.keep) / 2
		h.thin(n.at)
	}
	h.build()
}

// build numbers the notes anew.
func (h *history) build() {
	h.builds++
	h.index.build(h.notes)
	h.layOut()
}

// layOut lays the notes' places together anew.
func (h *history) layOut() {
	h.at, h.house, h.weights, h.ordinary = h.at[:0], h.house[:0], h.weights[:0], h.ordinary[:0]
	h.heads, h.tails, h.beyond = h.heads[:0], h.tails[:0], h.beyond[:0]
	for _, n := range h.notes {
		h.lay(n)
	}
}

func (h *history) lay(n *note) {
	h.at = append(h.at, n.at)
	h.house = append(h.house, n.house)
	h.weights = append(h.weights, n.weight)
	h.ordinary = append(h.ordinary, n.ordinary())
	place := n.vector.place
	h.beyond = append(h.beyond, beyond(place))
	if place == nil {
		place = nowhere
	}
	h.heads = append(h.heads, place[:head]...)
	h.tails = append(h.tails, place[head:]...)
}

// nowhere is the place of a letter that has none: like no other.
var nowhere = make([]float32, dims)

// old is how many notes are from before the last days.
func (h *history) old(now int64) int {
	n, _ := slices.BinarySearchFunc(h.notes, now-fresh, func(n *note, t int64) int { return cmp.Compare(n.at, t) })
	return n
}

// thin leaves of each time's notes what is kept of them at present.
func (h *history) thin(now int64) {
	kept := h.notes[:0]
	h.weight = 0
	for _, n := range h.notes {
		share := h.keep
		if now-n.at > fresh {
			share = h.older
		}
		if n.weight < 1/share {
			if !n.drawn(share) {
				continue
			}
			n.weight = 1 / share
		}
		h.weight += n.weight
		kept = append(kept, n)
	}
	clear(h.notes[len(kept):])
	h.notes = kept
}

// drawn says whether thinning to a share keeps a note. It depends on the note alone, so that a replay keeps the same.
func (n *note) drawn(share float64) bool { return float64(n.chance>>11)/(1<<53) < share }

// turn drops, once a day, what is older than the memory, thins what the last days no longer hold, and thins less where
// traffic has fallen.
func (h *history) turn(now int64) {
	past := 0
	for past < len(h.notes) && now-h.notes[past].at > memory {
		past++
	}
	h.notes = slices.Delete(h.notes, 0, past)
	old := h.old(now)
	if len(h.notes)-old < maxFresh/4 {
		h.keep = min(1, 2*h.keep)
	}
	if old < (maxHistory-maxFresh)/4 {
		h.older = min(h.keep, 2*h.older)
	}
	h.thin(now)
	h.build()
}
