package outage

import (
	"cmp"
	"math"
	"slices"

	"aboveline.example/rules"
)

// alarm is one matter that several people wrote about.
type alarm struct {
	id      rules.AlarmID
	centre  *centre
	middle  middle // of the centre, as it was settled last
	people  map[uint64]bool
	members []*note // one for each person, the first maxMembers
	raised  int     // how many of them, the first ones, it was raised with
	like    float32 // letters at least this like the centre join
	typical float32 // how like it its letters are in the mean, each to the middle of the others
	began   int64   // when the first of those that it was found by was written
	last    int64
	settled int64 // when the centre was settled
	closed  bool
	spent   bool // no more write of it than of what is like it on any day
	found   finding
	words   []string
}

const (
	maxMembers = 60
	// idle closes an alarm; the last who tell of a fault do so within an hour or so of the others.
	idle = 90 * 60
	// reopen is how long the same matter is the same alarm.
	reopen = 10 * 3600
	// ordinaryCost is how many letters of the matter an alarm forgoes to be spared one of ordinary traffic.
	ordinaryCost = 10
	// farAway is how many standard deviations less like its middle than its letters an alarm's reach may be.
	farAway = 2.5
	// usualSpread is the standard deviation that letters of one matter have in their likeness to its middle, believed as
	// much as fewLetters letters are: the first four may happen to be very like.
	usualSpread = 0.12
	fewLetters  = 3
	// clearly is by how many standard deviations more must write of a matter than write of what is like it on any day for
	// an alarm to take in more letters: it is open for a while after a fault is over, and its topic's traffic is not.
	clearly = 2
	// stale is after how many seconds an alarm's reach is looked at again before a letter joins it: the fewer write of
	// it, the more of what is like it is ordinary.
	stale = 5 * 60
	// joinWindow is the time over which what joins is weighed against ordinary traffic.
	joinWindow = 3600
	// early is how long before an alarm's first letters another may have come that is taken for one of them, in seconds.
	early = 15 * 60
	// quietAfter is after how many seconds without a letter an alarm takes in only what is as like it as its own letters,
	// or what hardly anybody writes otherwise: a fault's letters come thick, and what comes after a pause is more often
	// the topic's ordinary mail.
	quietAfter = 20 * 60
	// hardly is how many people an hour that is.
	hardly = 0.03
	// again is how much less like the alarm a further letter of somebody on it must be: few people have two matters in
	// the same hours.
	again = 0.5
	// lookBack is how old a letter may be that is named when an alarm is raised.
	lookBack = 2*3600 + 1800
)

// take puts a note on an alarm.
func (a *alarm) take(n *note) {
	n.alarm = a
	a.last = max(a.last, n.at)
	if a.people[n.person] {
		return
	}
	a.people[n.person] = true
	if len(a.members) < maxMembers {
		a.members = append(a.members, n)
		a.centre.add(n.vector)
	}
}

// without takes letters off an alarm.
func (a *alarm) without(letters []*note) {
	before := a.members
	a.centre, a.members = newCentre(), nil
	raised := 0
	for i, n := range before {
		if slices.Contains(letters, n) {
			delete(a.people, n.person)
			continue
		}
		a.members = append(a.members, n)
		a.centre.add(n.vector)
		if i < a.raised {
			raised++
		}
	}
	a.raised = raised
}

// settle finds an alarm's middle and reach anew, and returns the view from there.
func (w *Watch) settle(a *alarm) view {
	a.middle = a.centre.middle()
	l := w.look(a.middle.vector)
	part := map[*note]bool{}
	for _, m := range a.members {
		part[m] = true
	}
	var sum, squares, told float64
	for i, n := range w.recent {
		if part[n] {
			l.set(i, a.centre.without(a.middle, n.vector, l.at(i).place))
			like := float64(l.closest().recent[i])
			sum, squares, told = sum+like, squares+like*like, told+1
		}
	}
	v := l.closest()
	lowest := float64(loosest)
	if told > 0 {
		mean := sum / told
		variance := (max(0, squares-told*mean*mean) + fewLetters*usualSpread*usualSpread) / (told + fewLetters)
		lowest = max(lowest, mean-farAway*math.Sqrt(variance))
		a.typical = float32(mean)
	}
	a.like = w.joinLike(a, v, float32(lowest))
	a.settled = w.now
	return v
}

// replace finds an alarm's middle anew after its letters' places have changed; its reach stays.
func (w *Watch) replace(a *alarm) {
	a.centre = newCentre()
	for _, m := range a.members {
		m.vector.place = w.matters.place(m.vector.features)
		a.centre.add(m.vector)
	}
	a.middle = a.centre.middle()
}

// joinLike is the likeness, not under lowest, at which an alarm gains most: the people of the last hour within it, less
// what it costs to take in the ordinary ones that history expects there. It says too whether the alarm is spent.
func (w *Watch) joinLike(a *alarm, v view, lowest float32) float32 {
	past := w.reach(v, max(lowest, v.floor))
	var likes []float32 // of those on the alarm or on none
	seen := map[uint64]bool{}
	people := w.writers(joinWindow)
	for i, n := range w.recent {
		if n.aside || w.now-n.at > joinWindow {
			continue
		}
		if n.alarm != nil && n.alarm != a || seen[n.person] || v.recent[i] < v.floor {
			continue
		}
		seen[n.person] = true
		likes = append(likes, v.recent[i])
	}
	slices.Sort(likes)
	within, weight := 0, 0.0
	best, most := float32(strictest), math.Inf(-1)
	for g := best; g >= max(lowest, v.floor); g -= joinStep {
		for within < len(past) && past[within].like >= g {
			weight += w.past.ordinary[past[within].index]
			within++
		}
		at, _ := slices.BinarySearch(likes, g)
		wrote, ordinary := float64(len(likes)-at), w.share(weight, g)*people
		if gain := wrote - ordinaryCost*ordinary; gain >= most {
			best, most = g, gain
			a.spent = wrote-ordinary < clearly*math.Sqrt(ordinary)
		}
	}
	return best
}

// An alarm asks no more likeness than strictest of those who join, and no less than loosest: a centre of few letters is
// a little like any long one. Between them it is lowered by steps.
const (
	strictest = 0.6
	loosest   = 0.14
	joinStep  = 0.02
)

// joins says whether a letter belongs to an alarm, and how like it is.
func (w *Watch) joins(a *alarm, n *note) (bool, float32) {
	like := w.compare(a.middle.vector, n).closest(a.middle.place != nil)
	need := a.like
	if a.people[n.person] && n.person != 0 {
		need *= again
	}
	return like >= need, like
}

// join puts a letter on the open alarm it is most like, if any.
func (w *Watch) join(n *note) *alarm {
	var best *alarm
	var most float32
	for _, a := range w.alarms {
		if a.closed {
			continue
		}
		ok, like := w.joins(a, n)
		quiet := n.at-a.last > quietAfter && !a.people[n.person]
		if ok && (quiet || w.now-a.settled > stale) {
			v := w.settle(a)
			ok, like = w.joins(a, n)
			ok = ok && !(quiet && like < a.typical && w.ordinarily(v, like) > hardly)
		}
		if ok && !a.spent && like > most {
			best, most = a, like
		}
	}
	return best
}

// ordinarily is how many people an hour write something at least so alike by the whole history.
func (w *Watch) ordinarily(v view, like float32) float64 {
	return w.share(w.weigh(w.reach(v, like)), like) * w.writers(joinWindow)
}

// raise opens an alarm for a finding, or takes up again the one that it continues.
func (w *Watch) raise(self *note, f finding) (a *alarm, earlier []*note) {
	a = &alarm{centre: newCentre(), people: map[uint64]bool{}, last: w.now, found: f}
	a.centre.add(self.vector)
	a.people[self.person] = true
	a.members = append(a.members, self)
	for _, m := range f.members {
		n := w.recent[m.index]
		a.people[n.person] = true
		a.members = append(a.members, n)
		a.centre.add(n.vector)
	}
	v := w.settle(a)
	core := map[*note]bool{}
	for _, m := range a.members {
		core[m] = true
	}
	began := w.began(self, f)
	var found []*note
	for i, n := range w.recent {
		if n == self || n.alarm != nil || n.aside || w.now-n.at > lookBack {
			continue
		}
		if v.recent[i] >= a.like && w.now-n.at <= joinWindow && n.at >= began-early || core[n] && v.recent[i] >= a.like*again {
			found = append(found, n)
		}
	}
	if !w.enough(found, self) {
		found = found[:0]
		for _, n := range w.recent {
			if core[n] {
				found = append(found, n)
			}
		}
	}
	if old := w.sameMatter(a); old != nil {
		old.closed = false
		for _, n := range append(found, self) {
			old.take(n)
		}
		old.found = f
		w.settle(old)
		return old, found
	}
	return w.open(self, found, f), found
}

// began is when the first of a finding's letters was written.
func (w *Watch) began(self *note, f finding) int64 {
	first := self.at
	for _, m := range f.members {
		first = min(first, w.recent[m.index].at)
	}
	return first
}

// open opens an alarm for self and earlier letters.
func (w *Watch) open(self *note, earlier []*note, f finding) *alarm {
	a := &alarm{id: rules.AlarmID(self.report), centre: newCentre(), people: map[uint64]bool{}, found: f, began: w.began(self, f)}
	for _, n := range earlier {
		a.take(n)
	}
	a.take(self)
	a.raised = len(a.members)
	w.settle(a)
	w.alarms = append(w.alarms, a)
	return a
}

// divide opens an alarm for a second matter, where the letter that a took last shows that some of a's letters are of one
// that began beside it. They must surprise by themselves. It returns nil where there is none.
func (w *Watch) divide(a *alarm, self *note) (b *alarm, earlier []*note) {
	if a.members[len(a.members)-1] != self || !w.turnToLook() || len(a.members) < 2*w.people {
		return nil, nil
	}
	letters := slices.Clone(a.members)
	slices.SortStableFunc(letters, func(x, y *note) int { return cmp.Compare(x.at, y.at) })
	second := w.tell(letters).apart(w.people)
	if second == nil {
		return nil, nil
	}
	theirs := second[slices.Index(letters, self)]
	began := 0 // with how many of theirs a was raised
	for i, n := range letters {
		if second[i] == theirs && n != self {
			earlier = append(earlier, n)
			if slices.Contains(a.members[:a.raised], n) {
				began++
			}
		}
	}
	if 2*began >= a.raised {
		return nil, nil // self is of the first matter
	}
	own := append(slices.Clone(earlier), self)
	for _, n := range own {
		n.alarm = nil
	}
	f, ok := w.search(self)
	shared := 0
	for _, m := range f.members {
		if n := w.recent[m.index]; slices.Contains(own, n) {
			shared++
		} else {
			earlier = append(earlier, n)
		}
	}
	if !ok || 2*shared < len(f.members) || w.accustomed(self, f) {
		for _, n := range own {
			n.alarm = a
		}
		return nil, nil
	}
	slices.SortStableFunc(earlier, func(x, y *note) int { return cmp.Compare(x.at, y.at) })
	a.without(own)
	w.settle(a)
	return w.open(self, earlier, f), earlier
}

// gather puts the earlier letters on an alarm that its middle, now that more is known, shows to belong to it.
func (w *Watch) gather(a *alarm, v view) (found []*note) {
	for i, n := range w.recent {
		if n.alarm == nil && !n.aside && w.now-n.at <= joinWindow && n.at >= a.began-early && v.recent[i] >= a.like {
			found = append(found, n)
		}
	}
	for _, n := range found {
		a.take(n)
	}
	return found
}

// enough says whether some notes and self are of as many people as an alarm needs.
func (w *Watch) enough(notes []*note, self *note) bool {
	people := map[uint64]bool{self.person: true}
	for _, n := range notes {
		people[n.person] = true
	}
	return len(people) >= w.people
}

// sameMatter is the alarm of the last hours, open or closed, that most of a new alarm's letters would have joined.
func (w *Watch) sameMatter(a *alarm) *alarm {
	for i := len(w.alarms) - 1; i >= 0; i-- {
		old := w.alarms[i]
		n := 0
		for _, m := range a.members {
			if ok, _ := w.joins(old, m); ok {
				n++
			}
		}
		if 2*n >= len(a.members) || a.near(old) >= sameLike {
			return old
		}
	}
	return nil
}

// sameLike is the likeness of two centres, in words and place, from which they are of one matter.
const sameLike = 0.75

// near is the likeness of two alarms' centres.
func (a *alarm) near(b *alarm) float32 {
	x, y := a.middle, b.middle
	sum := float32(0)
	for _, f := range x.features {
		if i, ok := find(y.features, f.id); ok {
			sum += f.w * y.features[i].w
		}
	}
	return likeness{sum, dot(x.place, y.place)}.both()
}

// expire closes what is idle and forgets what is too old to be taken up again.
func (w *Watch) expire() {
	for _, a := range w.alarms {
		if w.now-a.last > idle {
			a.closed = true
		}
	}
	w.alarms = slices.DeleteFunc(w.alarms, func(a *alarm) bool { return w.now-a.last > reopen })
}
