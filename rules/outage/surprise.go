package outage

import (
	"cmp"
	"math"
	"slices"
)

const (
	// floorWords and floorBoth are the likenesses under which letters have nothing in common worth counting, in words
	// and in words and place: letters of one desk lie near one another anyway.
	floorWords = 0.10
	floorBoth  = 0.20
	// likeLooks and wordLooks are how many looks for one letter come to, once those that see the same thing are counted
	// as one: windows and radii overlap heavily, words and pairs less.
	likeLooks = 8
	wordLooks = 30
	// spread is the variance of a day's rate, relative to its square: people do not write at a steady rate.
	spread = 0.08
	// falseAlarms is how many alarms a year chance alone may raise.
	falseAlarms = 12
	// slow is how many times rarer what fills only the widest window must be: faults are told within the hour, topics
	// become popular over several.
	slow = 8
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
	note  *note
	like  float32
	index int32
}

// reach lists the history at least as alike as floor, the most alike first.
func (w *Watch) reach(v view, floor float32) []sample {
	all := make([]sample, 0, 256)
	for i, l := range v.past() {
		if l >= floor {
			all = append(all, sample{w.past.notes[i], l, int32(i)})
		}
	}
	slices.SortFunc(all, func(a, b sample) int {
		if a.like != b.like {
			return cmp.Compare(b.like, a.like)
		}
		return cmp.Compare(a.index, b.index)
	})
	return all
}

// hopeful is how far under the threshold a finding may be and still be looked at again from its own middle.
const hopeful = -6

// surprise tries every window and every radius at which a person stands, and returns the most surprising. What is
// found is an alarm where its surprise is above zero.
func (w *Watch) surprise(v view, self *note) (finding, bool) {
	best := finding{surprise: hopeful}
	found := false
	letters := w.alike(v, self, w.windows[len(w.windows)-1])
	people := make([][]near, len(w.windows))
	bars := make([]float64, len(w.windows))
	hope := false
	for i, window := range w.windows {
		people[i] = w.each(letters, window)
		bars[i] = w.bar() + math.Log(v.looks)
		if i == len(w.windows)-1 {
			bars[i] += math.Log(slow)
		}
		hope = hope || w.hope(people[i], w.volumes[i]) > bars[i]+hopeful
	}
	if !hope {
		return best, false
	}
	wide := people[len(people)-1]
	past := w.reach(v, max(v.floor, widening*wide[len(wide)-1].like))
	for i, window := range w.windows {
		all, bar, volume := people[i], bars[i], w.volumes[i]
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
			e := expectation{like: like, volume: volume, window: window, weight: weight, samples: past[:within], all: past}
			s := -tail(k, w.share(weight, like)*volume, w.shape(e)) - bar
			if s <= best.surprise {
				continue
			}
			mean := w.expect(e)
			if s = -tail(k, mean, w.shape(e)) - bar; s > best.surprise && w.unrelated(self, all[:k]) && !w.habitual(e, all, like) {
				best = finding{s, all[:k], window, mean, k + 1, like}
				found = true
			}
		}
	}
	return best, found
}

// hope is the most surprise that people may come to, were there nothing of the kind in the history: it says, without a
// look at the history, that most letters are not worth one.
func (w *Watch) hope(all []near, volume float64) float64 {
	most := 0.0
	for k := w.people - 1; k <= len(all); k++ {
		most = max(most, -tail(k, w.share(0, all[k-1].like)*volume, 1/spread))
	}
	return most
}

// bar is the natural logarithm of how rare a letter's surprise must be for the false alarms of a year to be as agreed.
func (w *Watch) bar() float64 { return math.Log(max(w.yearly, quiet) / falseAlarms) }

// quiet is the reports a year of a desk that hardly anybody writes to, ten a working day.
const quiet = 2600

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
	like    float32
	volume  float64
	window  int64
	weight  float64  // ordinary reports in it
	samples []sample // of the history, in it
	all     []sample // of the history, the most alike first; samples begin it
}

// shape is how sure the rate is: half a report more than were seen, and days differ. Before there is a history, what is
// assumed in its place counts as two.
func (w *Watch) shape(e expectation) float64 {
	seen := float64(len(e.samples)) + 0.5 + 1.5*assumed/(assumed+w.pastWeight)
	return 1 / (1/seen + spread)
}

// ordinary is how much a report of the history counts as ordinary traffic.
func (n *note) ordinary() float64 {
	if n.alarm != nil {
		return n.weight * pastAlarm
	}
	return n.weight
}

// assumed is how many reports the assumption about likeness counts as, against those of the history.
const assumed = 10

// share is the share of ordinary traffic at least this alike, given the weight that was seen in the history. A desk
// without a history assumes that letters are alike as those of other desks are: three in ten at a tenth, one in a
// hundred at a half; on its first day, too, several people with one fault are an outage.
func (w *Watch) share(weight float64, like float32) float64 {
	one := max(1, w.pastWeight/max(1, float64(len(w.past.notes))))
	chance := 0.3 * math.Exp(-8*max(0, min(0.5, float64(like))-floorWords))
	young := assumed / (assumed + w.pastWeight)
	return (weight + 0.5*one*(1-young) + assumed*young*chance) / (w.pastWeight + assumed*young)
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
	return max(w.share(e.weight, e.like)*e.volume, w.lately(e), w.habit(e), part*w.lately(wide), part*w.habit(wide))
}

const (
	block  = 2 * 3600            // seconds
	daily  = 24*3600/block + 1   // blocks: the one that has begun, and a day before it
	blocks = 3*24*3600/block + 1 // the same with three days
)

// days is how the history lies in the last days, the block that has begun first. All looks for one report share it.
type days struct {
	age    []uint8             // of each note, in blocks; what is older has blocks
	weight [blocks + 1]float64 // of all notes, by age
}

func (w *Watch) lastDays() days {
	d := days{age: make([]uint8, len(w.past.notes))}
	for i, n := range w.past.notes {
		d.age[i] = uint8(max(0, min(w.now/block-n.at/block, blocks)))
		d.weight[d.age[i]] += n.weight
	}
	return d
}

// lately is the level of the last day or of the last three, in blocks of two hours, whichever is higher.
func (w *Watch) lately(e expectation) float64 {
	day, three := w.days.told(daily), w.days.told(blocks)
	if !day && !three {
		return 0
	}
	var in [blocks + 1]float64
	for _, s := range e.samples {
		in[w.days.age[s.index]] += s.note.weight
	}
	share := 0.0
	if day {
		share = w.days.share(in[:daily])
	}
	if three {
		share = max(share, w.days.share(in[:blocks]))
	}
	return share * e.volume
}

// told says whether so many blocks are enough to tell a level from.
func (d *days) told(n int) bool {
	held, all := 0, 0.0
	for _, weight := range d.weight[:n] {
		if weight > 0 {
			held++
		}
		all += weight
	}
	return held >= 5 && all >= 20
}

// share is the part of the last blocks that is in a neighbourhood, given its weight in each. The two fullest blocks are
// left out where they hold most of it: an outage fills one or two, a topic that has become popular all of them.
func (d *days) share(in []float64) float64 {
	first, second := -1, -1
	some, all := 0.0, 0.0
	for b, weight := range in {
		some += weight
		all += d.weight[b]
		switch {
		case weight == 0:
		case first < 0 || weight >= in[first]:
			first, second = b, first
		case second < 0 || weight >= in[second]:
			second = b
		}
	}
	fullest, room := 0.0, 0.0
	for _, b := range []int{first, second} {
		if b >= 0 {
			fullest += in[b]
			room += d.weight[b]
		}
	}
	if fullest > oneOutage*some {
		some, all = some-fullest, all-room
	}
	return some / max(all, 1)
}

// oneOutage is the share of a level that the two fullest blocks hold where it was an outage.
const oneOutage = 0.6

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

// habitual says that a burst is the one that comes at this hour anyway: in a wider neighbourhood, which has what people
// say of the same topic in other words, there is always one, and today's is no larger.
func (w *Watch) habitual(e expectation, all []near, like float32) bool {
	reach := like * widening
	e.samples = e.all
	weight := 0.0
	for i, s := range e.all {
		if s.like < reach {
			e.samples = e.all[:i]
			break
		}
		weight += s.note.weight
	}
	usual := w.habit(e)
	if usual < 1+2*w.share(weight, reach)*e.volume {
		return false // no burst at this hour, but traffic as at any
	}
	n := 0
	for n < len(all) && all[n].like >= reach {
		n++
	}
	return tail(n, usual, w.shape(e)) > math.Log(0.05)
}

// widening is how much less alike the wider neighbourhood is.
const widening = 0.6

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
