package outage

import (
	"cmp"
	"slices"
)

// boilerplate knows the sentences that are no news: what one sender always writes, what one house always adds, what
// many write whatever their matter is. A sentence of today is judged by what was heard before today.
type boilerplate struct {
	lines map[uint64]*line
	n     float64 // letters heard, fading, up to yesterday
	today float64
	day   int
}

// line is a sentence under one key: everybody's, one house's or one person's.
type line struct {
	before float64 // letters with it before today, fading
	today  float64
	last   uint64 // the person heard last with it; the same person twice counts once
	day    int    // when today was today
}

const (
	// maxLines bounds the sentences remembered (about 80 bytes each), and twice as many on a day of floods.
	maxLines = 60_000
	// otherPeople is how many others must have sent a sentence before today, and commonShare the share of all letters
	// it must be in: on a busy desk four people ask the same thing in the same words by chance, and that is a matter.
	otherPeople = 4
	commonShare = 0.01
	housePeople = 3
	ownTimes    = 2
)

func newBoilerplate() *boilerplate { return &boilerplate{lines: map[uint64]*line{}} }

// strip leaves out what is always there, and remembers what was said. A letter with nothing else keeps nothing.
func (b *boilerplate) strip(person, house uint64, ss []sentence) []sentence {
	kept := make([]sentence, 0, len(ss))
	for _, s := range ss {
		if b.common(person, house, s.key) {
			b.learn(person, house, s.key)
			continue
		}
		s = b.trim(person, house, s)
		kept = append(kept, s)
		b.learn(person, house, s.key)
	}
	b.today++
	return kept
}

// trim takes from a sentence what is always there before or after it: not everybody ends a sentence before they add
// "thanks in advance".
func (b *boilerplate) trim(person, house uint64, s sentence) sentence {
	whole := len(s.tokens)
	for i := len(s.tails) - 1; i >= 0; i-- {
		if key := s.tails[i]; b.common(person, house, key) {
			b.learn(person, house, key)
			s.tokens = s.tokens[:len(s.tokens)-i-shortPhrase]
			break
		}
	}
	for i := len(s.heads) - 1; i >= 0; i-- {
		if key := s.heads[i]; i+shortPhrase < len(s.tokens) && b.common(person, house, key) {
			b.learn(person, house, key)
			s.tokens = s.tokens[i+shortPhrase:]
			break
		}
	}
	if len(s.tokens) < whole {
		s.key = phrase(s.tokens)
	}
	return s
}

// subject says that a subject is one that is always there, and remembers it.
func (b *boilerplate) subject(person uint64, s sentence) bool {
	key := hash("subject") ^ s.key
	common := b.common(person, 0, key)
	b.learn(person, 0, key)
	return common
}

// keyOf is a sentence's number under everybody's (whose is 0), a house's or a person's key.
func keyOf(sentence, whose uint64) uint64 { return mix(sentence ^ whose*0x9e3779b97f4a7c15) }

func (b *boilerplate) common(person, house, s uint64) bool {
	if l := b.lines[keyOf(s, 0)]; l != nil && l.seen(b.day) >= max(otherPeople, commonShare*b.n) {
		return true
	}
	if l := b.lines[keyOf(s, house)]; house != 0 && l != nil && l.seen(b.day) >= housePeople {
		return true
	}
	l := b.lines[keyOf(s, person)]
	return l != nil && l.seen(b.day) >= ownTimes
}

// learn counts a sentence for everybody, for the house and for the person.
func (b *boilerplate) learn(person, house, s uint64) {
	b.touch(keyOf(s, 0), person)
	if house != 0 {
		b.touch(keyOf(s, house), person)
	}
	b.touch(keyOf(s, person), 0)
}

func (b *boilerplate) touch(key, person uint64) {
	l := b.lines[key]
	if l == nil {
		if len(b.lines) >= 2*maxLines {
			return // until tomorrow, when those that few use make room
		}
		l = &line{day: b.day}
		b.lines[key] = l
	}
	if l.day != b.day {
		l.before += l.today
		l.today, l.day, l.last = 0, b.day, 0
	}
	if l.last == person && l.today > 0 {
		return
	}
	l.last = person
	l.today++
}

func (l *line) seen(day int) float64 {
	if l.day == day {
		return l.before
	}
	return l.before + l.today
}

// turn begins another day: the counts fade, and sentences that few use make room.
func (b *boilerplate) turn(day int, fade float64) {
	b.n = (b.n + b.today) * fade
	b.today, b.day = 0, day
	type aged struct {
		key uint64
		n   float64
	}
	all := make([]aged, 0, len(b.lines))
	for k, l := range b.lines {
		l.before = (l.before + l.today) * fade
		l.today, l.day, l.last = 0, day, 0
		all = append(all, aged{k, l.before})
	}
	if len(all) <= maxLines {
		return
	}
	slices.SortFunc(all, func(x, y aged) int { return cmp.Or(cmp.Compare(y.n, x.n), cmp.Compare(x.key, y.key)) })
	for _, a := range all[maxLines/2:] {
		delete(b.lines, a.key)
	}
}
