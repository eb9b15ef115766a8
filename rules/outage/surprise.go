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
	// as one: windows and radii overlap heavily, words and pairs less, and letters of one burst are looked from in turn.
	// Counted so, mail with neither outages nor habits nor fashions raised as many alarms as falseAlarms agrees to.
	likeLooks = 2
	wordLooks = 7.5
	// spread is the variance of a day's rate, relative to its square: people do not write at a steady rate.
	spread = 0.08
	// falseAlarms is how many alarms a year chance alone may raise.
	falseAlarms = 14
	// unsteady is how much less sure the number of others makes a rate than a steady stream of as many would.
	unsteady = 2
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
	volume   float64 // people who wrote anything in the window
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
	for i, l := range v.past(floor) {
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

// surprise tries every window and every radius at which a person stands, and returns the most surprising, where it is
// more than least. What is found is an alarm where its surprise is above zero.
func (w *Watch) surprise(v view, self *note, least float64) (finding, bool) {
	best := finding{surprise: least}
	letters := w.alike(v, self, w.windows[len(w.windows)-1])
	people := make([][]near, len(w.windows))
	bars := make([]float64, len(w.windows))
	hope, lowest := false, float32(1)
	for i, window := range w.windows {
		people[i] = w.each(letters, window)
		bars[i] = w.bar() + math.Log(v.looks)
		if i == len(w.windows)-1 {
			bars[i] += math.Log(slow)
		}
		if len(people[i]) >= w.people-1 && w.hope(v, people[i], i) > bars[i]+least {
			hope, lowest = true, min(lowest, people[i][len(people[i])-1].like)
		}
	}
	if !hope {
		return best, false
	}
	p := w.profile(v, lowest)
	radii, lowest := w.worth(p, v.heard, people, bars, least)
	if lowest > 1 {
		return best, false
	}
	found := false
	past := w.reach(v, max(v.floor, min(lowest, p.holding(wider(wider(p.most(lowest)))))))
	for i, window := range w.windows {
		all, bar, volume := people[i], bars[i], w.volumes[i]
		within, weight := 0, 0.0
		for _, k := range radii[i] {
			like := all[k-1].like
			for within < len(past) && past[within].like >= like {
				weight += w.past.ordinary[past[within].index]
				within++
			}
			e := expectation{like: like, volume: volume, others: w.others(i, k), window: window, weight: weight, samples: past[:within], all: past, heard: v.heard}
			usual := w.ever(e, within)
			if -usual.explains(k)-bar <= best.surprise {
				continue
			}
			for _, u := range w.expect(e) {
				if u.explains(k) > usual.explains(k) {
					usual = u
				}
			}
			if s := -usual.explains(k) - bar; s > best.surprise && w.unrelated(self, all[:k]) {
				best = finding{s, all[:k], window, volume, usual.mean, k + 1, like}
				found = true
			}
		}
	}
	return best, found
}

// worth is, for each window, how many people each radius holds that may surprise more than least, by the history's
// profile, and the least likeness of those; above 1 where there is none.
func (w *Watch) worth(p *profile, heard *share, people [][]near, bars []float64, least float64) (radii [][]int, lowest float32) {
	radii, lowest = make([][]int, len(people)), 2
	for i, all := range people {
		for k := max(1, w.people-1); k <= len(all); k++ {
			like := all[k-1].like
			if k < len(all) && all[k].like == like {
				continue
			}
			e := expectation{like: like, volume: w.volumes[i], others: w.others(i, k), weight: p.least(like), heard: heard}
			if -w.ever(e, p.most(like)).explains(k)-bars[i] > least {
				radii[i] = append(radii[i], k)
				lowest = min(lowest, like)
			}
		}
	}
	return radii, lowest
}

// hope is the most surprise that people in the i-th window may come to, were there nothing of the kind in the history: it
// says, without a look at the history, that most letters are not worth one.
func (w *Watch) hope(v view, all []near, i int) float64 {
	most := 0.0
	for k := w.people - 1; k <= len(all); k++ {
		e := expectation{like: all[k-1].like, volume: w.volumes[i], others: w.others(i, k), heard: v.heard}
		most = max(most, -w.ever(e, maxHistory).explains(k))
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

// expectation is what the history says of a neighbourhood.
type expectation struct {
	like    float32
	volume  float64 // people who wrote anything
	others  float64 // those of them who are not in it; 0 where they are not told apart
	window  int64
	weight  float64                   // ordinary reports in it
	samples []sample                  // of the history, in it
	all     []sample                  // of the history, the most alike first; samples begin it
	heard   *share                    // of all letters at most, nil where that is not known
	every   func(like float32) record // see view
}

// share is a share of letters, and of how many it was found.
type share struct{ some, of float64 }

// usual is how many people are expected, and how sure that is: the shape of the gamma distribution of their rate.
type usual struct{ mean, shape float64 }

// explains is the natural logarithm of the probability that at least n people come as usual.
func (u usual) explains(n int) float64 { return tail(n, u.mean, u.shape) }

// seen is what is usual by so many reports of the history: half a report more than were seen, and days differ.
func seen(mean, reports float64) usual { return usual{mean, 1 / (1/(reports+0.5) + spread)} }

// shape is how sure a rate by so many reports of the whole history is. Before there is one, what is assumed in its place
// counts as two.
func (w *Watch) shape(samples int) float64 { return seen(0, float64(samples)+w.youth(1.5)).shape }

// youth is as much of something as a desk without a history has.
func (w *Watch) youth(much float64) float64 { return much * assumed / (assumed + w.pastWeight) }

// ever is what is usual by the whole history, with so many samples. How often a word was used is known of all letters, not
// of a few thousand: a busy desk knows so of a name that it never heard it in a hundred thousand.
func (w *Watch) ever(e expectation, samples int) usual {
	return e.people(w.base(e, samples))
}

// part is the share as a number: half a letter more than were found.
func (s share) part() float64 { return (s.some + 0.5) / s.of }

// base is the share of letters in the neighbourhood by the whole history, and how sure that is.
func (w *Watch) base(e expectation, samples int) (part, shape float64) {
	part, shape = w.share(e.weight, e.like), w.shape(samples)
	if e.heard != nil && e.heard.part() < part {
		return e.heard.part(), seen(0, e.heard.some).shape
	}
	return part, shape
}

// people is how many a share of the letters comes to, given the shape of the share. The people in the neighbourhood are
// no measure of how many write: in an outage they are most of those who do, and would make themselves expected. So the
// rate is that of the others, who are the rest of the whole; few others do not tell it well.
func (e expectation) people(share, shape float64) usual {
	if e.others == 0 || share >= 1 {
		return usual{share * e.volume, shape}
	}
	return usual{min(share*e.volume, share/(1-share)*e.others), 1 / (1/shape + unsteady/(e.others+1))}
}

// others is how many people wrote in the i-th window besides the k in a neighbourhood, and one at least. A desk without a
// history knows no share by which the rest could tell the whole.
func (w *Watch) others(i, k int) float64 {
	known := float64(k) - w.youth(float64(k))
	return max(1, w.volumes[i]-known)
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
	chance := 0.3 * math.Exp(-8*max(0, min(0.5, float64(like))-floorWords))
	young := w.youth(1)
	return (weight + 0.5*w.one()*(1-young) + assumed*young*chance) / (w.pastWeight + assumed*young)
}

// one is how many reports one of the history stands for, on average.
func (w *Watch) one() float64 { return max(1, w.pastWeight/max(1, float64(len(w.past.notes)))) }

// expect is how many people to expect by the last days, and by what this hour of the week brings.
//
// A narrow neighbourhood holds few letters of the past, and none of them need have come at this hour. So all are also
// taken from neighbourhoods with several times as many letters, times the part of each that the narrow one is: what the
// topic does, its narrower part does too.
func (w *Watch) expect(e expectation) []usual {
	all := []usual{w.level(e, daily), w.level(e, blocks), w.habit(e)}
	n := len(e.samples)
	for range ladder {
		n = wider(n)
		wide := w.within(e, n)
		part := (float64(len(e.samples)) + 0.5) / (float64(len(wide.samples)) + 0.5)
		for _, u := range []usual{w.level(wide, daily), w.level(wide, blocks), w.habit(wide)} {
			all = append(all, usual{u.mean * part, u.shape})
		}
	}
	return all
}

// within is the expectation of the neighbourhood with n letters of the history, or with all.
func (w *Watch) within(e expectation, n int) expectation {
	e.heard = nil
	e.samples = e.all[:min(len(e.all), n)]
	e.weight = w.weigh(e.samples)
	if n := len(e.samples); n > 0 {
		e.like = min(e.like, e.samples[n-1].like)
	}
	return e
}

// weigh is how many ordinary reports some of the history's stand for.
func (w *Watch) weigh(samples []sample) float64 {
	weight := 0.0
	for _, s := range samples {
		weight += w.past.ordinary[s.index]
	}
	return weight
}

// lively is how much the whole history is believed against what was seen lately, in reports: a topic's traffic may well
// be several times what it was.
const lively = 0.5

// today is what is usual where n of the last volume reports were in the neighbourhood.
func (w *Watch) today(e expectation, n, volume float64) usual {
	part, shape := w.base(e, len(e.samples))
	u := e.people(part, shape)
	u.mean *= max(1, (lively+n)/(lively+part*volume))
	return u
}

// ladder is how many wider neighbourhoods are looked at: the narrow one's kind, and its topic.
const ladder = 2

// wider is how many letters the wider neighbourhood of so many holds.
func wider(n int) int { return 6*n + 6 }

const (
	block  = 2 * 3600            // seconds
	daily  = 24*3600/block + 1   // blocks: the one that has begun, and a day before it
	blocks = 3*24*3600/block + 1 // the same with three days
)

// days is how the history lies in the last days, the block that has begun first. All looks for one report share it.
type days struct {
	age     []uint8             // of each note, in blocks; what is older has blocks
	weight  [blocks + 1]float64 // of all notes, by age
	letters [blocks + 1]float64 // how many notes those are
}

func (w *Watch) lastDays() days {
	d := days{age: make([]uint8, len(w.past.notes))}
	for i, n := range w.past.notes {
		d.age[i] = uint8(max(0, min(w.now/block-n.at/block, blocks)))
		d.weight[d.age[i]] += n.weight
		d.letters[d.age[i]]++
	}
	return d
}

// level is the level of so many of the last blocks of two hours.
func (w *Watch) level(e expectation, last int) usual {
	if !w.days.told(last) {
		return usual{}
	}
	var in [blocks + 1]float64
	for _, s := range e.samples {
		in[w.days.age[s.index]] += s.note.weight
	}
	weight, letters := 0.0, 0.0
	for b := range last {
		weight += w.days.weight[b]
		letters += w.days.letters[b]
	}
	some, all := w.days.share(in[:last])
	return w.today(e, some*letters/weight, all*letters/weight)
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

// share is how much of the last blocks is in a neighbourhood, given its weight in each, and of how much. The two fullest
// blocks are left out where they hold most of it: an outage fills one or two, a topic that has become popular all of
// them.
func (d *days) share(in []float64) (some, all float64) {
	first, second := -1, -1
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
	return some, all
}

// oneOutage is the share of a level that the two fullest blocks hold where it was an outage.
const oneOutage = 0.6

// habitSlack widens the look at earlier days, in seconds: habits keep to the hour, not to the minute.
const habitSlack = 15 * 60

// habit is what such a burst usually has at this hour: on this weekday in the last weeks, or on such days (working days
// or days off) of the last two weeks. The fullest is left out, since one outage is no habit.
func (w *Watch) habit(e expectation) usual {
	wrote := w.written(e)
	local := w.local(w.now)
	var weekly, daily []float64
	for back := 1; back <= 28; back++ {
		day := local.AddDate(0, 0, -back) // the same clock time, whatever summer time did
		end := day.Unix()
		if end-e.window < wrote.since {
			break
		}
		same, like := back%7 == 0, back <= 14 && isWeekend(day) == isWeekend(local)
		if !same && !like {
			continue
		}
		sum := wrote.between(end-e.window-habitSlack, end+habitSlack) * float64(e.window+habitSlack) / float64(e.window+2*habitSlack)
		if same {
			weekly = append(weekly, sum)
		}
		if like {
			daily = append(daily, sum)
		}
	}
	mean, n := withoutFullest(weekly, 1)
	if m, k := withoutFullest(daily, 2); m > mean {
		mean, n = m, k
	}
	return seen(mean, mean*float64(n)/wrote.one)
}

// written is the record of a neighbourhood: of all letters, or of the history's.
func (w *Watch) written(e expectation) record {
	if e.every != nil {
		return e.every(e.like)
	}
	return record{since: w.first, one: w.one(), between: func(from, to int64) float64 {
		sum := 0.0
		for _, s := range e.samples {
			if s.note.at > from && s.note.at <= to {
				sum += s.note.weight
			}
		}
		return sum
	}}
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
var likely = math.Log(0.05)

// usually is accustomed for one view.
func (w *Watch) usually(v view, self *note, f finding) bool {
	people := w.neighbours(v, self, f.window)
	if len(people) == 0 {
		return false
	}
	half := people[min(len(people), max(1, f.observed/2))-1].like
	e := expectation{like: half, volume: f.volume, window: f.window, all: w.reach(v, v.floor), every: v.every}
	narrow := countFrom(e.all, half, func(s sample) float32 { return s.like })
	for n, i := 2*(narrow+1), 0; i < widenings && (len(e.all) > narrow || v.every != nil); n, i = 2*n, i+1 {
		wide := w.within(e, n)
		now := countFrom(people, wide.like, func(x near) float32 { return x.like })
		ever := w.ever(wide, len(wide.samples)).mean
		if u := w.habit(wide); u.mean >= 1+2*ever && u.explains(now) > likely {
			return true
		}
		for _, last := range []int{daily, blocks} {
			if u := w.level(wide, last); u.mean >= popular*ever && u.explains(now) > likely {
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

// withoutFullest is the mean of what is left when the most fullest are left out, and of how many.
func withoutFullest(xs []float64, most int) (float64, int) {
	if len(xs) <= most {
		return 0, 0
	}
	slices.Sort(xs)
	left := xs[:len(xs)-most]
	sum := 0.0
	for _, x := range left {
		sum += x
	}
	return sum / float64(len(left)), len(left)
}
