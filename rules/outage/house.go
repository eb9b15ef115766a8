package outage

import "math"

// scope is those among whom a neighbourhood is counted: everybody, or the people of one house. What fails in one house
// alone, its network or its way in, is told by a few of its people, who are nothing among everybody's and much among
// their own.
type scope struct {
	house  uint64    // 0: everybody
	people [][]near  // in each window, the most alike first
	parts  []float64 // how much of what is expected of everybody comes from there
	bars   []float64 // see bar
}

const (
	// houseLooks is how many looks the one at a house comes to. It is another look at what is looked at anyway, and
	// finds by chance what that finds.
	houseLooks = 2
	// houseFirst and houseOf are the letters that a house is taken to have written before any is known, and of how many.
	houseFirst, houseOf = 1, 20
	// matesFirst and matesOf are the people of a window likewise.
	matesFirst, matesOf = 0.3, 3
)

// home is the scope of self's house, if it has one.
func (w *Watch) home(v view, self *note, letters []near) scope {
	if self.house == self.person {
		return scope{}
	}
	letters = fromHouse(letters, self.house)
	if len(letters) < w.people-1 {
		return scope{}
	}
	s := w.scope(v, letters, houseLooks)
	s.house = self.house
	usual := w.houseShare(self.house)
	for i, people := range s.people {
		s.parts[i] = min(1, max(usual, w.matesShare(i, len(people))))
	}
	return s
}

// scope is the people who wrote letters, in each window, taken for everybody.
func (w *Watch) scope(v view, letters []near, looks float64) scope {
	n := len(w.windows)
	s := scope{people: make([][]near, n), parts: make([]float64, n), bars: make([]float64, n)}
	bar := w.bar() + math.Log(v.looks*looks)
	for i, window := range w.windows {
		s.people[i], s.parts[i], s.bars[i] = w.each(letters, window), 1, bar
		if i == n-1 {
			s.bars[i] += math.Log(slow)
		}
	}
	return s
}

// houseShare is the share of the history's letters that a house wrote.
func (w *Watch) houseShare(house uint64) float64 {
	wrote := 0.0
	for i, h := range w.past.house {
		if h == house {
			wrote += w.past.weights[i]
		}
	}
	return (wrote + houseFirst) / (w.pastWeight + houseOf)
}

// matesShare is the share of the people of the i-th window, besides k in a neighbourhood, who are of the writer's house:
// where all of it writes today, each of its matters is written of more.
func (w *Watch) matesShare(i, k int) float64 {
	return (max(0, w.mates[i]-float64(k)) + matesFirst) / (max(1, w.volumes[i]-float64(k)) + matesOf)
}

// expectIn is what is usual in a scope. Of a house both are believed: its part of what everybody does, and what it did
// itself, for a house may have habits of its own.
func (w *Watch) expectIn(s scope, i int, e expectation) []usual {
	all := w.expect(e)
	if s.house == 0 {
		return all
	}
	for j := range all {
		all[j] = all[j].of(s.parts[i])
	}
	own := e
	own.heard, own.all = nil, w.ofHouse(e.all, s.house)
	own.samples = own.all[:countFrom(own.all, e.like, func(x sample) float32 { return x.like })]
	own.weight = w.weigh(own.samples)
	return append(append(all, w.ever(own, len(own.samples))), w.expect(own)...)
}

// of is a part of what is usual.
func (u usual) of(part float64) usual { return usual{u.mean * part, u.shape} }

// fromHouse are those of some people or letters that are of a house.
func fromHouse(list []near, house uint64) (own []near) {
	for _, x := range list {
		if x.house == house {
			own = append(own, x)
		}
	}
	return own
}

// ofHouse are those of some of the history's letters that a house wrote.
func (w *Watch) ofHouse(list []sample, house uint64) (own []sample) {
	for _, x := range list {
		if w.past.house[x.index] == house {
			own = append(own, x)
		}
	}
	return own
}
