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
		add(x.by[f.id], 0, f.w, to)
	}
}

// mark sets a bit for each letter that has a feature.
func (x *index) mark(id uint32, bit uint16, to []uint16) {
	set(x.by[id], 0, bit, to)
}

// latest is the same for letters that come at one end and leave at the other.
type latest struct {
	by    map[uint32][]posting
	first int32 // the number of the oldest: all that ever left
	count int32
}

func newLatest() *latest { return &latest{by: map[uint32][]posting{}} }

// enter adds the newest letter.
func (x *latest) enter(n *note) {
	for _, f := range n.vector.features {
		x.by[f.id] = append(x.by[f.id], posting{x.first + x.count, f.w})
	}
	x.count++
}

// leave takes out the oldest letter.
func (x *latest) leave(n *note) {
	for _, f := range n.vector.features {
		if x.by[f.id] = x.by[f.id][1:]; len(x.by[f.id]) == 0 {
			delete(x.by, f.id)
		}
	}
	x.first++
	x.count--
}

// likes adds the likeness of each letter to a centre, the oldest letter's first.
func (x *latest) likes(centre []feature, to []float32) {
	for _, f := range centre {
		add(x.by[f.id], x.first, f.w, to)
	}
}

// mark sets a bit for each letter that has a feature.
func (x *latest) mark(id uint32, bit uint16, to []uint16) {
	set(x.by[id], x.first, bit, to)
}

// add adds what letters have of a feature, times w, at their places after first.
func add(letters []posting, first int32, w float32, to []float32) {
	for _, p := range letters {
		to[p.note-first] += w * p.w
	}
}

// set sets a bit for letters at their places after first.
func set(letters []posting, first int32, bit uint16, to []uint16) {
	for _, p := range letters {
		to[p.note-first] |= bit
	}
}
