package outage

import (
	"math"
	"slices"
)

const (
	// floorWords and floorBoth are the likenesses under which letters have nothing in common worth counting, in words
	// and in words and place: letters of one desk lie near one another anyway.
	floorWords = 0.10
	floorBoth  = 0.20
	// likeLooks and wordLooks are how many looks for one letter come to, once those that see the same thing are counted
	// as one: windows and radii overlap heavily, words and pairs less, and letters of one burst are looked from in turn.
	// Counted so, mail with neither outages nor habits nor fashions raised as many alarms as falseAlarms agrees to.
	likeLooks = 2.3
	wordLooks = 7.5
	// falseAlarms is how many alarms a year chance alone may raise.
	falseAlarms = 16
	// slow is how many times rarer what fills only the widest window must be: faults are told within the hour, topics
	// become popular over several.
	slow = 8
)

// finding is a neighbourhood that chance does not explain.
type finding struct {
	surprise float64 // natural logarithm of how many times rarer than the threshold
	members  []near  // without the letter itself
	window   int64
	volume   float64 // people who wrote anything in the window
	expected float64
	observed int
	like     float32
	house    uint64 // whose people alone surprise, 0 for everybody
}

// sample is one report of the history within reach of a centre.
type sample struct {
	like  float32
	index int32
}

// reach lists the history at least as alike as floor, the most alike first.
func (w *Watch) reach(v view, floor float32) []sample {
	// A likeness is above zero, and orders then as its bits do.
	order := make([]uint64, 0, 256)
	for i, l := range v.past(floor) {
		if l >= floor {
			order = append(order, uint64(^math.Float32bits(l))<<32|uint64(i))
		}
	}
	slices.Sort(order)
	all := make([]sample, len(order))
	for k, o := range order {
		all[k] = sample{math.Float32frombits(^uint32(o >> 32)), int32(uint32(o))}
	}
	return all
}

// hopeful is how far under the threshold a finding may be and still be looked at again from its own middle.
const hopeful = -6

// surprise tries every window and every radius at which a person stands, among everybody and in the writer's own house,
// and returns the most surprising, where it is more than least. What is found is an alarm where its surprise is above
// zero.
func (w *Watch) surprise(v view, self *note, least float64) (finding, bool) {
	best, found := finding{surprise: least}, false
	letters := w.alike(v, self, w.windows[len(w.windows)-1])
	for _, s := range []scope{w.scope(v, letters, 1), w.home(v, self, letters)} {
		if f, ok := w.among(s, v, self, best.surprise); ok {
			best, found = f, true
		}
	}
	return best, found
}

// among is surprise among those of a scope.
func (w *Watch) among(s scope, v view, self *note, least float64) (finding, bool) {
	best, found := finding{surprise: least}, false
	hope, lowest := false, float32(1)
	for i, people := range s.people {
		if len(people) >= w.people-1 && w.hope(s, v, i) > s.bars[i]+least {
			hope, lowest = true, min(lowest, people[len(people)-1].like)
		}
	}
	if !hope {
		return best, false
	}
	p := w.profile(v, lowest)
	radii, lowest := w.worth(p, s, v.heard, least)
	if lowest > 1 {
		return best, false
	}
	past := w.reach(v, max(v.floor, min(lowest, p.holding(wider(wider(p.most(lowest)))))))
	for i, window := range w.windows {
		all, bar := s.people[i], s.bars[i]
		within, weight := 0, 0.0
		for _, k := range radii[i] {
			like := all[k-1].like
			for within < len(past) && past[within].like >= like {
				weight += w.past.ordinary[past[within].index]
				within++
			}
			e := expectation{like: like, volume: w.volumes[i], others: w.others(i, k), window: window, weight: weight, samples: past[:within], all: past, heard: v.heard}
			usual := w.ever(e, within).of(s.parts[i])
			if -usual.explains(k)-bar <= best.surprise {
				continue
			}
			for _, u := range w.expectIn(s, i, e) {
				if u.explains(k) > usual.explains(k) {
					usual = u
				}
			}
			if x := -usual.explains(k) - bar; x > best.surprise && w.unrelated(self, all[:k]) {
				best = finding{x, all[:k], window, w.volumes[i], usual.mean, k + 1, like, s.house}
				found = true
			}
		}
	}
	return best, found
}

// worth is, for each window, how many people each radius holds that may surprise more than least, by the history's
// profile, and the least likeness of those; above 1 where there is none.
func (w *Watch) worth(p *profile, s scope, heard *share, least float64) (radii [][]int, lowest float32) {
	radii, lowest = make([][]int, len(s.people)), 2
	for i, all := range s.people {
		for k := max(1, w.people-1); k <= len(all); k++ {
			like := all[k-1].like
			if k < len(all) && all[k].like == like {
				continue
			}
			e := expectation{like: like, volume: w.volumes[i], others: w.others(i, k), weight: p.least(like), heard: heard}
			if -w.ever(e, p.most(like)).of(s.parts[i]).explains(k)-s.bars[i] > least {
				radii[i] = append(radii[i], k)
				lowest = min(lowest, like)
			}
		}
	}
	return radii, lowest
}

// hope is the most surprise that people in the i-th window may come to, were there nothing of the kind in the history: it
// says, without a look at the history, that most letters are not worth one.
func (w *Watch) hope(s scope, v view, i int) float64 {
	most := 0.0
	for k := w.people - 1; k <= len(s.people[i]); k++ {
		e := expectation{like: s.people[i][k-1].like, volume: w.volumes[i], others: w.others(i, k), heard: v.heard}
		most = max(most, -w.ever(e, maxHistory).of(s.parts[i]).explains(k))
	}
	return most
}

// bar is the natural logarithm of how rare a letter's surprise must be for the false alarms of a year to be as agreed.
func (w *Watch) bar() float64 { return math.Log(max(w.yearly, quiet) / falseAlarms) }

// quiet is the reports a year under which a desk is no more easily alarmed, 35 a working day: it knows little of what is
// usual, and few wrong alarms are many to it.
const quiet = 8700

// unrelated asks for two houses, or unrelated private persons; one house alone needs one person more than the floor: a
// house that is all we hear may be asking because somebody there told it to.
func (w *Watch) unrelated(self *note, members []near) bool {
	for _, m := range members {
		if m.house != self.house {
			return true
		}
	}
	return len(members)+1 > w.people
}

// accustomed says that what was found is no more than what comes at this hour anyway, or than what its topic has lately: a
// neighbourhood round its middle that is wider, and has what people say of the same topic in other words, always has a
// burst now, or more traffic than it once had, and today has no more than that.
func (w *Watch) accustomed(self *note, f finding) bool {
	l, _ := w.around(self, f.members)
	return w.usually(l.words, self, f) || l.places && w.usually(l.both, self, f) || w.usually(w.sketch(self, f.members), self, f)
}

const (
	// widenings is how often the neighbourhood is doubled in which a burst may be the usual one.
	widenings = 5
	// popular is how many times its whole history's level a topic's last days are where it has become popular.
	popular = 2
)

// likely is the natural logarithm of the probability from which a burst is no larger than usual.
var likely = math.Log(0.02)

// usually is accustomed for one view.
func (w *Watch) usually(v view, self *note, f finding) bool {
	people := w.neighbours(v, self, f.window)
	if f.house != 0 {
		people = fromHouse(people, f.house)
	}
	if len(people) == 0 {
		return false
	}
	half := people[min(len(people), max(1, f.observed/2))-1].like
	e := expectation{like: half, volume: f.volume, window: f.window, all: w.reach(v, v.floor), every: v.every}
	if f.house != 0 {
		e.all, e.every = w.ofHouse(e.all, f.house), nil
	}
	narrow := countFrom(e.all, half, func(s sample) float32 { return s.like })
	for n, i := 2*(narrow+1), 0; i < widenings && (len(e.all) > narrow || v.every != nil); n, i = 2*n, i+1 {
		wide := w.within(e, n)
		now := countFrom(people, wide.like, func(x near) float32 { return x.like })
		ever := w.ever(wide, len(wide.samples)).mean
		if u := w.habit(wide); u.mean >= 1+2*ever && u.explains(now) > likely {
			return true
		}
		for _, u := range w.levels(wide) {
			if u.mean >= popular*ever && u.risen(ever).explains(now) > likely {
				return true
			}
		}
	}
	return false
}

// countFrom is how many of a list, the most alike first, are at least so alike.
func countFrom[T any](list []T, like float32, of func(T) float32) int {
	n := 0
	for n < len(list) && of(list[n]) >= like {
		n++
	}
	return n
}
