package outage

import (
	"cmp"
	"math"
	"slices"
)

const (
	// floorLike is the likeness under which letters have nothing in common worth counting.
	floorLike = 0.10
	// likeLooks and wordLooks are how many looks for one letter come to, once those that see the same thing are counted
	// as one: windows and radii overlap heavily, words and pairs less.
	likeLooks = 8
	wordLooks = 30
	// spread is the variance of a day's rate, relative to its square: people do not write at a steady rate.
	spread = 0.08
	// falseAlarms is how many alarms a year chance alone may raise.
	falseAlarms = 12
	// pastAlarm is how much an earlier outage's letters count as ordinary.
	pastAlarm = 0.25
)

// finding is a neighbourhood that chance does not explain.
type finding struct {
	surprise float64 // natural logarithm of how many times rarer than the threshold
	members  []near  // without the letter itself
	window   int64
	expected float64
	observed int
	like     float32
}

// sample is one report of the history within reach of a centre.
type sample struct {
	note *note
	like float32
}

// reach lists the history within the floor, the most alike first.
func (w *Watch) reach(v view) []sample {
	var all []sample
	for i, l := range v.past {
		if l >= floorLike {
			all = append(all, sample{w.past.notes[i], l})
		}
	}
	slices.SortStableFunc(all, func(a, b sample) int { return cmp.Compare(b.like, a.like) })
	return all
}

// hopeful is how far under the threshold a finding may be and still be looked at again from its own middle.
const hopeful = -6

// surprise tries every window and every radius at which a person stands, and returns the most surprising. What is
// found is an alarm where its surprise is above zero.
func (w *Watch) surprise(v view, self *note) (finding, bool) {
	best := finding{surprise: hopeful}
	found := false
	wide := w.neighbours(v, self, floorLike, w.windows[len(w.windows)-1])
	if len(wide)+1 < w.people {
		return best, false
	}
	past := w.reach(v)
	bar := w.bar() + math.Log(v.looks)
	for _, window := range w.windows {
		all := w.neighbours(v, self, floorLike, window)
		if len(all)+1 < w.people {
			continue
		}
		volume := float64(w.volume(self, window))
		within, weight := 0, 0.0
		for k := 1; k <= len(all); k++ {
			if k < len(all) && all[k].like == all[k-1].like {
				continue
			}
			like := all[k-1].like
			for within < len(past) && past[within].like >= like {
				weight += past[within].note.ordinary()
				within++
			}
			if k+1 < w.people {
				continue
			}
			e := expectation{volume: volume, window: window, weight: weight, samples: past[:within], all: past}
			s := -tail(k, w.share(weight)*volume, e.shape()) - bar
			if s <= best.surprise {
				continue
			}
			mean := w.expect(e)
			if s = -tail(k, mean, e.shape()) - bar; s > best.surprise && w.unrelated(self, all[:k]) {
				best = finding{s, all[:k], window, mean, k + 1, like}
				found = true
			}
		}
	}
	return best, found
}

// bar is the natural logarithm of how rare a letter's surprise must be for the false alarms of a year to be as agreed.
func (w *Watch) bar() float64 { return math.Log(max(1, w.yearly/falseAlarms)) }

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

// expectation is what the history says of a neighbourhood.
type expectation struct {
	volume  float64
	window  int64
	weight  float64  // ordinary reports in it
	samples []sample // of the history, in it
	all     []sample // of the history, the most alike first; samples begin it
}

// shape is how sure the rate is: half a report more than were seen, and days differ.
func (e expectation) shape() float64 { return 1 / (1/(float64(len(e.samples))+0.5) + spread) }

// ordinary is how much a report of the history counts as ordinary traffic.
func (n *note) ordinary() float64 {
	if n.alarm != nil {
		return n.weight * pastAlarm
	}
	return n.weight
}

// share is the share of ordinary traffic, given the weight that was seen in the history.
func (w *Watch) share(weight float64) float64 {
	one := w.pastWeight / max(1, float64(len(w.past.notes)))
	return (weight + 0.5*one) / (w.pastWeight + max(one, 1))
}

// expect is how many people to expect: by the four weeks, by the last days, and by what this hour of the week brings.
//
// A narrow neighbourhood holds few letters of the past, and none of them need have come at this hour. So the last two are
// also taken from a neighbourhood with several times as many letters, times the part of it that the narrow one is: what
// the topic does, its narrower part does too.
func (w *Watch) expect(e expectation) float64 {
	wide := e
	wide.samples = e.all[:min(len(e.all), 6*len(e.samples)+6)]
	part := (float64(len(e.samples)) + 0.5) / (float64(len(wide.samples)) + 0.5)
	return max(w.share(e.weight)*e.volume, w.lately(e), w.habit(e), part*w.lately(wide), part*w.habit(wide))
}

const (
	block      = 2 * 3600
	latelyDays = 3
)

// lately is the level of the last days in blocks of two hours, the two fullest left out: an outage fills one or two
// blocks, a topic that has become popular all of them.
func (w *Watch) lately(e expectation) float64 {
	since := w.now/block*block - latelyDays*24*3600
	total := map[int64]float64{}
	for i := len(w.past.notes) - 1; i >= 0 && w.past.notes[i].at >= since; i-- {
		total[w.past.notes[i].at/block] += w.past.notes[i].weight
	}
	in := map[int64]float64{}
	for _, s := range e.samples {
		if s.note.at >= since {
			in[s.note.at/block] += s.note.weight
		}
	}
	blocks := make([]int64, 0, len(total))
	for b := range total {
		blocks = append(blocks, b)
	}
	slices.SortFunc(blocks, func(a, b int64) int { return cmp.Or(cmp.Compare(in[b], in[a]), cmp.Compare(a, b)) })
	if len(blocks) < 6 {
		return 0
	}
	some, all := 0.0, 0.0
	for _, b := range blocks[2:] {
		some += in[b]
		all += total[b]
	}
	if all < 20 {
		return 0
	}
	return some / all * e.volume
}

// habitSlack widens the look at earlier days, in seconds: habits keep to the hour, not to the minute.
const habitSlack = 15 * 60

// habit is what such a burst usually has at this hour: on this weekday in the last weeks, or on such days (working days
// or days off) of the last two weeks. The fullest is left out, since one outage is no habit.
func (w *Watch) habit(e expectation) float64 {
	local := w.local(w.now)
	var weekly, daily []float64
	for back := 1; back <= 28; back++ {
		day := local.AddDate(0, 0, -back) // the same clock time, whatever summer time did
		end := day.Unix()
		if end-e.window < w.first {
			break
		}
		same, like := back%7 == 0, back <= 14 && isWeekend(day) == isWeekend(local)
		if !same && !like {
			continue
		}
		sum := 0.0
		for _, s := range e.samples {
			if s.note.at > end-e.window-habitSlack && s.note.at <= end+habitSlack {
				sum += s.note.weight
			}
		}
		sum *= float64(e.window+habitSlack) / float64(e.window+2*habitSlack)
		if same {
			weekly = append(weekly, sum)
		}
		if like {
			daily = append(daily, sum)
		}
	}
	return max(withoutFullest(weekly, 1), withoutFullest(daily, 2))
}

// withoutFullest is the mean of what is left when the n fullest are left out, 0 where nothing is.
func withoutFullest(xs []float64, n int) float64 {
	if len(xs) <= n {
		return 0
	}
	slices.Sort(xs)
	sum := 0.0
	for _, x := range xs[:len(xs)-n] {
		sum += x
	}
	return sum / float64(len(xs)-n)
}
