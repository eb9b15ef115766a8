package outage

import (
	"cmp"
	"math"
	"slices"
)

// centre is the middle of several letters, as the sums of their features, so that a letter can be taken out again.
type centre struct {
	sums     map[uint32]total
	place    []float32
	emphasis float64 // see inCommon
}

// total is what a centre's letters have of a feature together, and how many of them have it.
type total struct{ weight, letters float64 }

// inCommon is the power of how many letters have a feature by which it counts more in a middle that is searched from.
// Most of what a handful of letters say is said in one of them alone, in rare words that weigh much: the middle would be
// like whatever is like one of them, and what they have in common would be lost in it.
const inCommon = 0.5

func newCentre() *centre { return &centre{sums: map[uint32]total{}, place: make([]float32, dims)} }

func (c *centre) add(v vector) {
	for i, p := range v.place {
		c.place[i] += p
	}
	for _, f := range v.features {
		s := c.sums[f.id]
		c.sums[f.id] = total{s.weight + float64(f.w), s.letters + 1}
	}
}

// weight is how much a feature counts.
func (c *centre) weight(s total) float64 { return s.weight * math.Pow(s.letters, c.emphasis) }

// maxCentre bounds a centre's features: what only one of many letters has does not describe them.
const maxCentre = 150

// features is the centre as a vector of length one, and the length it had.
func (c *centre) features() ([]feature, float64) {
	fs := make([]feature, 0, len(c.sums))
	for id, s := range c.sums {
		fs = append(fs, feature{id, float32(c.weight(s))})
	}
	fs = heaviest(fs, maxCentre)
	slices.SortFunc(fs, func(a, b feature) int { return cmp.Compare(a.id, b.id) })
	sum := 0.0
	for _, f := range fs {
		sum += float64(f.w) * float64(f.w)
	}
	return unit(fs), math.Sqrt(sum)
}

// middle is a centre as a vector to compare with, and the lengths its parts had.
type middle struct {
	vector
	length, reach float64
}

func (c *centre) middle() middle {
	fs, length := c.features()
	reach := math.Sqrt(float64(dot(c.place, c.place)))
	return middle{vector{features: fs, place: unitPlace(slices.Clone(c.place))}, length, reach}
}

// without is the likeness of a letter to the centre it is part of, as if it were not: otherwise every letter would be like
// the middle of itself and others. m is the centre's middle, place the likeness of the letter's place to the whole.
func (c *centre) without(m middle, v vector, place float32) likeness {
	rest, product := m.length*m.length, 0.0
	for _, f := range v.features {
		if _, ok := find(m.features, f.id); !ok {
			continue
		}
		s := c.sums[f.id]
		whole, part := c.weight(s), 0.0
		if s.letters > 1 {
			part = c.weight(total{s.weight - float64(f.w), s.letters - 1})
		}
		rest += part*part - whole*whole
		product += float64(f.w) * part
	}
	l := likeness{place: placeWithout(place, m.reach)}
	if rest > 1e-9 {
		l.words = float32(product / math.Sqrt(rest))
	}
	return l
}

// placeWithout is the likeness of a place to the middle of several it is one of, as if it were not. like is its likeness
// to the whole, length the whole's length.
func placeWithout(like float32, length float64) float32 {
	dot := float64(like) * length
	rest := length*length - 2*dot + 1
	if rest < 1e-9 {
		return 0
	}
	return float32((dot - 1) / math.Sqrt(rest))
}

// likeness is how like a letter is to a centre, in words and in place.
type likeness struct{ words, place float32 }

// centre is that of self and some of the recent notes.
func (w *Watch) centre(self *note, members []near, emphasis float64) *centre {
	c := newCentre()
	c.emphasis = emphasis
	c.add(self.vector)
	for _, m := range members {
		c.add(w.recent[m.index].vector)
	}
	return c
}

// around is the views from the middle of self and some of the recent notes, by what they have in common above all. self's
// own likeness to the others comes back too.
func (w *Watch) around(self *note, members []near) (look, likeness) {
	c := w.centre(self, members, inCommon)
	mid := c.middle()
	v := w.look(mid.vector)
	for _, m := range members {
		v.set(m.index, c.without(mid, w.recent[m.index].vector, v.at(m.index).place))
	}
	return v, c.without(mid, self.vector, dot(mid.place, self.vector.place))
}
