package outage

import (
	"math"
	"slices"
)

const (
	// spread is the variance of a day's rate, relative to its square: people do not write at a steady rate.
	spread = 0.08
	// unsteady is how much less sure the number of others makes a rate than a steady stream of as many would.
	unsteady = 2
	// pastAlarm is how much an earlier outage's letters count as ordinary.
	pastAlarm = 0.25
)

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

// restless is the variance of a risen rate, relative to its square, for each square of the natural logarithm of how many
// times it has risen: what multiplied within days may do so again.
const restless = 0.5

// risen is what is usual where ever was so before.
func (u usual) risen(ever float64) usual {
	if ever <= 0 || u.mean <= ever {
		return u
	}
	times := math.Log(u.mean / ever)
	return usual{u.mean, 1 / (1/u.shape + restless*times*times)}
}

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
	all := append(w.levels(e), w.habit(e))
	n := len(e.samples)
	for range ladder {
		n = wider(n)
		wide := w.within(e, n)
		part := (float64(len(e.samples)) + 0.5) / (float64(len(wide.samples)) + 0.5)
		for _, u := range append(w.levels(wide), w.habit(wide)) {
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

// days is how the history lies in the last days, the block that has begun first.
type days struct {
	begun   int64               // the block that has begun
	builds  int                 // the history's, when it was counted
	age     []uint8             // of each note, in blocks; what is older has blocks
	weight  [blocks + 1]float64 // of all notes, by age
	letters [blocks + 1]float64 // how many notes those are
}

// upTo counts the history up to now: what came to it since it was counted last, unless it has to be counted anew.
func (d *days) upTo(now int64, h *history) {
	if begun := now / block; begun != d.begun || h.builds != d.builds {
		*d = days{begun: begun, builds: h.builds, age: d.age[:0]}
	}
	for i := len(d.age); i < len(h.notes); i++ {
		age := uint8(max(0, min(d.begun-h.at[i]/block, blocks)))
		d.age = append(d.age, age)
		d.weight[age] += h.weights[i]
		d.letters[age]++
	}
}

// levels are those of the last day's blocks of two hours, and of the last three days'.
func (w *Watch) levels(e expectation) []usual {
	var in [blocks + 1]float64
	for _, s := range e.samples {
		in[w.days.age[s.index]] += w.past.weights[s.index]
	}
	return []usual{w.level(e, in[:daily]), w.level(e, in[:blocks])}
}

// level is the level of the last blocks, given the weight in each.
func (w *Watch) level(e expectation, in []float64) usual {
	last := len(in)
	if !w.days.told(last) {
		return usual{}
	}
	weight, letters := 0.0, 0.0
	for b := range last {
		weight += w.days.weight[b]
		letters += w.days.letters[b]
	}
	some, all := w.days.share(in)
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
const oneOutage = 0.9

// habitSlack widens the look at earlier days, in seconds: habits keep to the hour, not to the minute.
const habitSlack = 15 * 60

// habit is what such a burst usually has at this hour: on this weekday in the last weeks, or on such days (working days
// or days off) of the last two weeks. The fullest is left out, since one outage is no habit.
func (w *Watch) habit(e expectation) usual {
	wrote := w.written(e)
	hours := w.sameHours()
	window := min(e.window, recentFor) // no more of it is looked at today either
	var spans spans
	known := 0
	for back := 1; back <= habitDays && hours.end[back]-window >= wrote.since; back++ {
		if hours.weekly[back] || hours.daily[back] {
			spans[back] = span{hours.end[back] - window - habitSlack, hours.end[back] + habitSlack}
		}
		known = back
	}
	sums := wrote.during(&spans)
	var weekly, daily []float64
	for back := 1; back <= known; back++ {
		sum := sums[back] * float64(window+habitSlack) / float64(window+2*habitSlack)
		if hours.weekly[back] {
			weekly = append(weekly, sum)
		}
		if hours.daily[back] {
			daily = append(daily, sum)
		}
	}
	mean, n := withoutFullest(weekly, 1)
	if m, k := withoutFullest(daily, 2); m > mean {
		mean, n = m, k
	}
	return seen(mean, mean*float64(n)/wrote.one)
}

// habitDays is how many days back habits are looked for.
const habitDays = 28

// hours is the present time of day on the days before: see habit. Each is at its distance in days.
type hours struct {
	now           int64
	end           [habitDays + 1]int64 // Unix seconds
	weekly, daily [habitDays + 1]bool  // whether the day is one of the two kinds looked at
}

// sameHours is the hours for now.
func (w *Watch) sameHours() *hours {
	if w.hours.now == w.now {
		return &w.hours
	}
	w.hours = hours{now: w.now}
	local := w.local(w.now)
	for back := 1; back <= habitDays; back++ {
		day := local.AddDate(0, 0, -back) // the same clock time, whatever summer time did
		w.hours.end[back] = day.Unix()
		w.hours.weekly[back], w.hours.daily[back] = back%7 == 0, back <= 14 && isWeekend(day) == isWeekend(local)
	}
	return &w.hours
}

// span is a stretch of time: after from and until to, Unix seconds.
type span struct{ from, to int64 }

// spans are a stretch of each day before, at its distance in days; an empty one is not asked for. None is as long as to
// meet the next, however summer time moves them.
type spans [habitDays + 1]span

// written is the record of a neighbourhood: of all letters, or of the history's.
func (w *Watch) written(e expectation) record {
	if e.every != nil {
		return e.every(e.like)
	}
	return record{since: w.first, one: w.one(), during: func(days *spans) (sums [habitDays + 1]float64) {
		const day, hour = 24 * 3600, 3600
		for _, s := range e.samples {
			at := w.past.at[s.index]
			back := (w.now + hour + habitSlack - at) / day // an hour for summer time
			if back > 0 && back <= habitDays && at > days[back].from && at <= days[back].to {
				sums[back] += w.past.weights[s.index]
			}
		}
		return sums
	}}
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

// tail is the natural logarithm of the probability that a negative binomial variable with this mean and shape is at
// least n. The negative binomial is a Poisson count whose rate is itself uncertain (gamma distributed with this shape);
// with a Poisson tail, a topic seen once in four weeks would be an alarm each time it comes twice.
func tail(n int, mean, shape float64) float64 {
	if n <= 0 {
		return 0
	}
	if mean <= 0 {
		return math.Inf(-1)
	}
	q := mean / (mean + shape)
	first := logChoose(float64(n), shape) + shape*math.Log1p(-q) + float64(n)*math.Log(q)
	if float64(n) <= mean {
		return 0 // no surprise: how exactly does not matter
	}
	// The terms fall at least as fast as a geometric row from here on, since n is above the mean.
	sum, term := 1.0, 1.0
	for k := float64(n); k < float64(n)+10_000; k++ {
		term *= (k + shape) / (k + 1) * q
		sum += term
		if term < sum*1e-6 {
			break
		}
	}
	return min(0, first+math.Log(sum))
}

// logChoose is log Γ(n+k) − log Γ(k) − log n!.
func logChoose(n, k float64) float64 {
	a, _ := math.Lgamma(n + k)
	b, _ := math.Lgamma(k)
	c, _ := math.Lgamma(n + 1)
	return a - b - c
}
