package outage

import (
	"cmp"
	"math"
	"slices"
)

// centre is the middle of several letters, as the sum of their vectors, so that a letter can be taken out again.
type centre struct {
	sum   map[uint32]float64
	place []float32
}

func newCentre() *centre { return &centre{sum: map[uint32]float64{}, place: make([]float32, dims)} }

func (c *centre) add(v vector) {
	for i, p := range v.place {
		c.place[i] += p
	}
	for _, f := range v.features {
		c.sum[f.id] += float64(f.w)
	}
}

// maxCentre bounds a centre's features: what only one of many letters has does not describe them.
const maxCentre = 150

// features is the centre as a vector of length one, and the length it had.
func (c *centre) features() ([]feature, float64) {
	fs := make([]feature, 0, len(c.sum))
	for id, s := range c.sum {
		fs = append(fs, feature{id, float32(s)})
	}
	fs = heaviest(fs, maxCentre)
	slices.SortFunc(fs, func(a, b feature) int { return cmp.Compare(a.id, b.id) })
	sum := 0.0
	for _, f := range fs {
		sum += float64(f.w) * float64(f.w)
	}
	return unit(fs), math.Sqrt(sum)
}

// without is the likeness of a letter to a centre it is part of, as if it were not: otherwise every letter would be
// like the middle of itself and others. like is its likeness to the whole, length the whole's length.
func without(like float32, length float64) float32 {
	dot := float64(like) * length
	rest := length*length - 2*dot + 1
	if rest < 1e-9 {
		return 0
	}
	return float32((dot - 1) / math.Sqrt(rest))
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

// likeness is how like a letter is to a centre, in words and in place.
type likeness struct{ words, place float32 }

// without is the likeness of a letter that is part of the middle, as if it were not.
func (m middle) without(l likeness) likeness {
	return likeness{without(l.words, m.length), without(l.place, m.reach)}
}

// middle is that of self and some of the recent notes.
func (w *Watch) middle(self *note, members []near) middle {
	c := newCentre()
	c.add(self.vector)
	for _, m := range members {
		c.add(w.recent[m.index].vector)
	}
	return c.middle()
}

// around is the views from the middle of self and some of the recent notes. self's own likeness to the others comes back too.
func (w *Watch) around(self *note, members []near) (look, likeness) {
	mid := w.middle(self, members)
	v := w.look(mid.vector)
	for _, m := range members {
		v.set(m.index, mid.without(v.at(m.index)))
	}
	return v, mid.without(w.compare(mid.vector, self))
}
