package outage

// posting is one letter of the history that has a feature.
type posting struct {
	note int32 // its place in the history
	w    float32
}

// index finds the letters of the history by their features: a letter shares few features with most others, so that this
// is several times as quick as comparing it with each.
type index struct {
	by [][]posting
}

func newIndex() *index { return &index{by: make([][]posting, space)} }

// build begins anew. The places of notes in the history may change only together with it.
func (x *index) build(notes []*note) {
	for i := range x.by {
		x.by[i] = x.by[i][:0]
	}
	for i, n := range notes {
		x.add(i, n)
	}
}

func (x *index) add(i int, n *note) {
	for _, f := range n.vector.features {
		x.by[f.id] = append(x.by[f.id], posting{int32(i), f.w})
	}
}

// likes adds the likeness of each of the history's letters to a centre.
func (x *index) likes(centre []feature, to []float32) {
	for _, f := range centre {
		for _, p := range x.by[f.id] {
			to[p.note] += f.w * p.w
		}
	}
}

// mark sets a bit for each letter that has a feature.
func (x *index) mark(id uint32, bit uint16, to []uint16) {
	for _, p := range x.by[id] {
		to[p.note] |= bit
	}
}
