package outage

import (
	"math"
	"slices"
	"sort"
)

// archive is every letter of the last weeks by the few features that weigh most in it. The history that each report is
// compared with is thinned where there is much traffic, and hardly a letter of a weekly habit is left in it then; the
// archive is asked only what came at some hour, and only before an alarm is raised.
type archive struct {
	at      []int64 // Unix seconds, rising
	letters []sketch
}

// A sketch is a letter's heaviest features, each as its number and its weight, see weightBits. A zero is none.
type sketch [sketchSize]uint32

const (
	sketchSize = 12
	// weightBits are the lowest bits of a feature in a sketch: its weight in parts of wholeWeight.
	weightBits  = 14
	wholeWeight = 1<<weightBits - 1
	// maxArchive bounds the letters kept, which is four weeks at 200 an hour, in 8 MB.
	maxArchive = 140_000
)

// outline draws a letter's sketch.
func outline(fs []feature) sketch {
	var s sketch
	for i, f := range heaviest(slices.Clone(fs), sketchSize) {
		s[i] = f.id<<weightBits | uint32(f.w*wholeWeight+0.5)
	}
	return s
}

// weight is how much of a letter a sketch holds: the square of its length, where a letter has length one.
func (s sketch) weight() float64 {
	sum := 0.0
	for _, x := range s {
		w := float64(x&wholeWeight) / wholeWeight
		sum += w * w
	}
	return sum
}

// sketched is how like a sketch is to the centre that is laid out.
func (l *lens) sketched(s sketch) float32 {
	var sum float32
	for _, x := range s {
		sum += float32(x&wholeWeight) * l.at[x>>weightBits]
	}
	return sum / wholeWeight
}

// add takes a letter in. A flood makes room for itself by the oldest.
func (a *archive) add(n *note) {
	if len(a.at) == maxArchive {
		a.drop(maxArchive / 8)
	}
	a.at = append(a.at, n.at)
	a.letters = append(a.letters, outline(n.vector.features))
}

func (a *archive) drop(oldest int) {
	a.at = slices.Delete(a.at, 0, oldest)
	a.letters = slices.Delete(a.letters, 0, oldest)
}

// turn drops what is older than the memory.
func (a *archive) turn(now int64) { a.drop(a.until(now - memory - 1)) }

// until is how many letters were written up to a time.
func (a *archive) until(t int64) int {
	return sort.Search(len(a.at), func(i int) bool { return a.at[i] > t })
}

// record is how many letters of some kind were written in a stretch of each of the days before. What is before since is
// not known. A letter in it stands for one at least.
type record struct {
	since  int64
	one    float64
	during func(days *spans) [habitDays + 1]float64
}

// recorded are the archive's letters that are at least so alike to a centre.
func (w *Watch) recorded(centre vector, like float32) record {
	a := &w.every
	since := w.now
	if len(a.at) > 0 {
		since = a.at[0]
	}
	return record{since: since, one: 1, during: func(days *spans) (counts [habitDays + 1]float64) {
		w.lens.set(centre.features)
		defer w.lens.unset(centre.features)
		for back, x := range days {
			for _, s := range a.letters[a.until(x.from):a.until(x.to)] {
				if w.lens.sketched(s) >= like {
					counts[back]++
				}
			}
		}
		return counts
	}}
}

// sketch is the view from the middle of self and some of the recent notes, of all letters as the archive keeps them.
func (w *Watch) sketch(self *note, members []near) view {
	mid := w.centre(self, members, 0).middle()
	part := map[int]bool{}
	for _, m := range members {
		part[m.index] = true
	}
	w.lens.set(mid.features)
	defer w.lens.unset(mid.features)
	recent := make([]float32, len(w.recent))
	for i, n := range w.recent {
		s := outline(n.vector.features)
		recent[i] = w.lens.sketched(s)
		if part[i] { // as if it were no part of the middle, as without is for whole letters
			whole := float64(w.lens.like(n.vector.features))
			rest := mid.length*mid.length - 2*whole*mid.length + 1
			recent[i] = float32((float64(recent[i])*mid.length - s.weight()) / math.Sqrt(max(1e-9, rest)))
		}
	}
	past := make([]float32, len(w.past.notes))
	for i, n := range w.past.notes {
		past[i] = w.lens.sketched(outline(n.vector.features))
	}
	return view{
		recent: recent, past: func(float32) []float32 { return past }, looks: likeLooks, floor: floorWords,
		every: func(like float32) record { return w.recorded(mid.vector, like) },
	}
}
