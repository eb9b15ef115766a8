package outage

import (
	"strings"
	"time"

	"aboveline.example/rules"
)

// Options are what a desk may set. The zero value has the defaults.
type Options struct {
	Window time.Duration  // the middle of the windows looked at; 0: 30 minutes
	People int            // different people an alarm needs at least; 0: 4
	Zone   *time.Location // in which hours and weekdays are counted; nil: UTC
}

// Watch sees outages in what people write. It is not safe for use by several goroutines at once.
type Watch struct {
	windows []int64 // seconds, rising
	people  int
	zone    *time.Location

	now    int64
	first  int64 // the first report ever
	day    int
	recent []*note            // oldest first
	crowd  *crowd             // of recent
	latest *latest            // of recent
	users  map[uint32][]*note // recent, by word
	past   history
	every  archive
	freq   *frequency
	common *boilerplate
	homes  map[uint64]int // domains, by the day they were first heard
	alarms []*alarm
	given  answers

	volumes []float64 // people who wrote in each window, while outages are looked for
	mates   []float64 // those of them who are of the writer's house
	days    days      // of past, counted on from one search to the next
	hours   hours     // of the last search's moment

	second  int64 // of the last letter that might have been looked from
	letters int   // in that second

	yearly     float64 // reports a year at the present rate
	pastWeight float64
	lens       *lens
	matters    *latent
	lesson     *lesson // of newer matters, nil for none
	learned    int     // the day the last lesson began
	knew       int     // from how many letters
}

const (
	// recentFor is how long a report is recent: the widest window and the time looked back when an alarm is raised.
	recentFor = lookBack
	// maxRecent bounds the recent reports; a flood shortens the windows.
	maxRecent = 2500
)

// New begins to watch. A watch is brought up to date by showing it the reports of the last weeks again.
func New(o Options) *Watch {
	if o.Window <= 0 {
		o.Window = 30 * time.Minute
	}
	if o.People <= 0 {
		o.People = 4
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	s := int64(o.Window / time.Second)
	return &Watch{
		windows: []int64{s / 4, s / 2, s, 2 * s, 4 * s}, people: o.People, zone: o.Zone,
		past: newHistory(), freq: newFrequency(), common: newBoilerplate(), homes: map[uint64]int{},
		crowd: newCrowd(), latest: newLatest(), users: map[uint32][]*note{}, lens: newLens(), given: newAnswers(),
	}
}

// Sight reads a report and looks at it.
func (w *Watch) Sight(r rules.Report) rules.Sighting { return w.See(r, Read(r)) }

// See looks at a report that was read. The same report again, by its mail's number, gets the same answer and changes
// nothing.
func (w *Watch) See(r rules.Report, t Reading) rules.Sighting {
	if s, ok := w.given.find(r.Mail); ok {
		return s
	}
	w.advance(r.At.Unix())
	var s rules.Sighting
	if n, text, ok := w.note(r, t); ok {
		w.enter(n)
		s = w.judge(n)
		w.freq.count(n.person, text)
	}
	w.given.keep(r.Mail, s)
	return s
}

func (w *Watch) local(at int64) time.Time { return time.Unix(at, 0).In(w.zone) }

func isWeekend(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }

// dayOf numbers local days.
func dayOf(t time.Time) int {
	return int(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / (24 * 3600))
}

// advance moves time to a report's.
func (w *Watch) advance(now int64) {
	if w.first == 0 {
		w.first = now
		w.day = dayOf(w.local(now))
		w.common.day = w.day
	}
	w.now = now
	if d := dayOf(w.local(now)); d > w.day {
		w.turn(d)
	}
	old := 0
	for old < len(w.recent) && (now-w.recent[old].at > recentFor || len(w.recent)-old > maxRecent) {
		w.leave(w.recent[old])
		old++
	}
	if old > 0 {
		clear(w.recent[:old])
		w.recent = w.recent[old:]
		w.measure()
	}
	w.expire()
	w.study()
}

// enter takes a note among the recent.
func (w *Watch) enter(n *note) {
	n.slot = w.crowd.enter(n.person)
	w.latest.enter(n)
	for _, x := range n.vector.words {
		w.users[x.id] = append(w.users[x.id], n)
	}
	w.recent = append(w.recent, n)
}

// leave lets the oldest recent note become history.
func (w *Watch) leave(n *note) {
	w.crowd.leave(n.person)
	w.latest.leave(n)
	for _, x := range n.vector.words {
		if w.users[x.id] = w.users[x.id][1:]; len(w.users[x.id]) == 0 {
			delete(w.users, x.id)
		}
	}
	w.past.add(n)
	if !n.aside {
		w.every.add(n)
	}
}

// measure takes the rate of traffic from the history.
func (w *Watch) measure() {
	w.pastWeight = w.past.weight
	span := float64(min(max(w.now-w.first, 7*24*3600), memory))
	w.yearly = w.pastWeight / span * 365 * 24 * 3600
}

// turn begins another day.
func (w *Watch) turn(day int) {
	w.past.turn(w.now)
	w.every.turn(w.now)
	w.freq.turn(day - w.day)
	w.common.turn(day, fadeOver(day-w.day))
	for h, d := range w.homes {
		if day-d > homeDays {
			delete(w.homes, h)
		}
	}
	w.day = day
	if w.lesson == nil && len(w.past.notes) >= latentFrom && (day/relearn != w.learned/relearn || len(w.past.notes) >= 2*w.knew) {
		w.learned, w.knew = day, len(w.past.notes)
		w.lesson = newLesson(w.past.notes)
	}
}

// study goes on with the lesson under way. What it teaches counts from its end, for all letters at once.
func (w *Watch) study() {
	if w.lesson == nil || !w.lesson.on(pace) {
		return
	}
	w.matters, w.lesson = w.lesson.matters, nil
	for _, notes := range [][]*note{w.past.notes, w.recent} {
		for _, n := range notes {
			if !n.taught {
				n.next = w.matters.place(n.vector.features)
			}
			n.vector.place, n.next, n.taught = n.next, nil, false
		}
	}
	w.past.layOut()
	for _, a := range w.alarms {
		w.replace(a)
	}
}

// note weighs what was read; ok is false for a report that says nothing.
func (w *Watch) note(r rules.Report, t Reading) (n *note, text raw, ok bool) {
	if !t.said {
		return nil, text, false
	}
	address := strings.ToLower(string(r.Person))
	person := hash("person", plain(address))
	house := person
	if r.Organisation != "" {
		house = hash("house", strings.ToLower(r.Organisation))
	}
	kept := w.common.strip(person, house, t.sentences)
	subject := t.subject
	if subject.key != 0 && w.common.subject(person, subject) {
		subject = sentence{}
	}
	text = gather(kept, subject)
	if len(text.words) < 2 {
		return nil, text, false
	}
	n = &note{report: uint64(r.Mail), at: w.now, person: person, house: house, chance: mix(uint64(r.Mail)), vector: text.weigh(w.freq)}
	if !r.Proven {
		n.person, n.house = 0, 0
	}
	_, domain, _ := strings.Cut(address, "@")
	home := hash("home", domain)
	first, known := w.homes[home]
	if !known && len(w.homes) < maxHomes {
		w.homes[home] = w.day
	}
	n.newHome = !known || first == w.day
	n.vector.place = w.matters.place(n.vector.features)
	return n, text, len(n.vector.features) > 0
}

const (
	homeDays = 400
	maxHomes = 100_000
)

// plain is an address without its detail: bounce+123@ is one sender, however many numbers there are.
func plain(address string) string {
	local, domain, ok := strings.Cut(address, "@")
	if base, _, detail := strings.Cut(local, "+"); ok && detail && base != "" {
		return base + "@" + domain
	}
	return address
}

// judge finds what a note belongs to.
func (w *Watch) judge(n *note) rules.Sighting {
	if n.aside = w.campaign(n); n.aside {
		return rules.Sighting{}
	}
	if a := w.join(n); a != nil {
		a.take(n)
		if b, earlier := w.divide(a, n); b != nil {
			s := w.raised(b, earlier)
			s.From = a.id
			return s
		}
		return w.sighting(a, w.gather(a, w.settle(a)))
	}
	if !w.turnToLook() {
		return rules.Sighting{}
	}
	f, ok := w.search(n)
	if !ok || w.accustomed(n, f) {
		return rules.Sighting{}
	}
	return w.raised(w.raise(n, f))
}

// raised is the sighting of an alarm that was just raised.
func (w *Watch) raised(a *alarm, earlier []*note) rules.Sighting {
	a.words = w.explain(a)
	s := w.sighting(a, earlier)
	s.Raised = true
	return s
}

// A look compares a letter with thousands. People do not write ten letters a second about one thing; where so many
// come, one in eight stands for the rest, which are seen from it.
const (
	looksASecond = 10
	oneIn        = 8
)

// turnToLook says whether the outages are looked for from this letter.
func (w *Watch) turnToLook() bool {
	if w.now != w.second {
		w.second, w.letters = w.now, 0
	}
	w.letters++
	return w.letters <= looksASecond || w.letters%oneIn == 0
}

// search looks from the letter, from the middle of it and its nearest, and from its rare words.
func (w *Watch) search(n *note) (finding, bool) {
	w.hear(n)
	w.days.upTo(w.now, &w.past)
	own := w.look(n.vector)
	wide := w.windows[len(w.windows)-1]
	nearest := w.neighbours(own.words, n, wide)
	best := finding{surprise: hopeful}
	found := false
	try := func(v view, self float32) {
		if f, ok := w.surprise(v, n, best.surprise); ok && self >= f.like {
			best, found = f, true
		}
	}
	tryBoth := func(l look, self likeness) {
		try(l.words, self.words)
		if l.places {
			try(l.both, self.both())
		}
	}
	if len(nearest)+1 >= w.people {
		tryBoth(own, likeness{1, 1})
		tryBoth(w.around(n, nearest[:min(3, len(nearest))]))
	}
	if own.places {
		if nearest = w.neighbours(own.both, n, wide); len(nearest)+1 >= w.people {
			tryBoth(w.around(n, nearest[:min(3, len(nearest))]))
		}
	}
	for _, v := range w.wordViews(n) {
		try(v, 1)
	}
	// From its own middle a neighbourhood is seen better, until it changes no more.
	for range refinements {
		if !found {
			break
		}
		before := best.surprise
		tryBoth(w.around(n, best.members))
		if best.surprise == before {
			break
		}
	}
	return best, found && best.surprise > 0
}

// refinements bounds how often a neighbourhood is looked at again.
const refinements = 3

func (w *Watch) sighting(a *alarm, earlier []*note) rules.Sighting {
	s := rules.Sighting{Alarm: a.id, Words: a.words, People: len(a.people), Window: time.Duration(a.found.window) * time.Second,
		Expected: a.found.expected, Observed: a.found.observed, Within: a.found.house != 0}
	for _, m := range earlier {
		s.Members = append(s.Members, rules.MailID(m.report))
	}
	return s
}
