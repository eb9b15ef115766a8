package outage

import "math"

// lesson finds the directions of some letters, a little with each report: all at once it would keep everybody who
// waits for the watch waiting, at the turn of a day. It works on what the letters were when it began.
type lesson struct {
	notes   []*note
	matters *latent
	docs    []float32 // a letter's coordinates, dims to a row
	gram    [dims][dims]float64
	squares [dims]float64
	stages  []stage
	at      int // in the first stage
}

// stage is a part of a lesson: so many steps, and what ends it.
type stage struct {
	steps int
	step  func(i int)
	end   func()
}

const (
	// pace is how many steps a lesson makes with a report, a millisecond or two; one of four thousand letters is over
	// after some hundred reports.
	pace = 400
	// rowsAStep is how many rows of the basis are as much work as a letter.
	rowsAStep = 32
)

// newLesson begins with the letters of the history.
func newLesson(notes []*note) *lesson {
	x := &lesson{notes: append([]*note(nil), notes...), matters: &latent{row: make([]int32, space)}}
	l := x.matters
	known := make([]uint8, space)
	for _, n := range x.notes {
		for _, f := range n.vector.features {
			known[f.id] = min(known[f.id]+1, 2)
		}
	}
	rows := 0
	for id := range l.row {
		l.row[id] = -1
		if known[id] == 2 { // a feature of one letter connects nothing
			l.row[id] = int32(rows)
			rows++
		}
	}
	l.basis = make([]float32, rows*dims)
	x.docs = make([]float32, len(x.notes)*dims)
	letters := len(x.notes)
	x.rows(func(i int, row []float32) {
		for k := range row {
			row[k] = float32(mix(uint64(i*dims+k)+1)>>40)/(1<<23) - 1
		}
	}, func() {})
	for range passes {
		x.stages = append(x.stages, stage{letters, func(i int) {
			d := x.doc(i)
			clear(d)
			l.gather(x.notes[i].vector.features, d)
			x.measure(d)
		}, func() { x.triangle(); clear(l.basis) }})
		x.stages = append(x.stages, stage{letters, func(i int) {
			d := x.doc(i)
			x.straighten(d)
			l.scatter(x.notes[i].vector.features, d)
		}, x.forget})
	}
	x.rows(func(_ int, row []float32) { x.measure(row) }, x.triangle)
	x.rows(func(_ int, row []float32) { x.straighten(row) }, x.forget)
	// Each direction counts by how far the letters reach along it. What many letters have in common is a matter; weak
	// directions are the accidents of a few, and letters of one matter differ mostly in those.
	x.stages = append(x.stages, stage{letters, func(i int) {
		d := x.doc(i)
		clear(d)
		l.gather(x.notes[i].vector.features, d)
		for k, v := range d {
			x.squares[k] += float64(v) * float64(v)
		}
	}, func() {
		for k := range x.squares {
			x.squares[k] = math.Sqrt(x.squares[k] / float64(letters))
		}
	}})
	x.rows(func(_ int, row []float32) {
		for k := range row {
			row[k] *= float32(x.squares[k])
		}
	}, func() {})
	x.stages = append(x.stages, stage{letters, func(i int) {
		n := x.notes[i]
		n.next, n.taught = l.place(n.vector.features), true
	}, func() {}})
	return x
}

func (x *lesson) doc(i int) []float32 { return x.docs[i*dims : (i+1)*dims] }

// rows adds a stage over the rows of the basis.
func (x *lesson) rows(each func(i int, row []float32), end func()) {
	b := x.matters.basis
	all := len(b) / dims
	x.stages = append(x.stages, stage{(all + rowsAStep - 1) / rowsAStep, func(s int) {
		for i := s * rowsAStep; i < min(all, (s+1)*rowsAStep); i++ {
			each(i, b[i*dims:(i+1)*dims])
		}
	}, end})
}

// on makes some steps and says whether the lesson is over.
func (x *lesson) on(steps int) bool {
	for len(x.stages) > 0 {
		s := x.stages[0]
		for ; x.at < s.steps; x.at++ {
			if steps--; steps < 0 {
				return false
			}
			s.step(x.at)
		}
		s.end()
		x.stages, x.at = x.stages[1:], 0
	}
	return true
}

// measure adds a row to the products of the columns with one another.
func (x *lesson) measure(row []float32) {
	for i, a := range row {
		if a == 0 {
			continue
		}
		g := &x.gram[i]
		for j := i; j < dims; j++ {
			g[j] += float64(a) * float64(row[j])
		}
	}
}

// triangle turns the products of the columns into the triangle that they are orthonormal without (Cholesky). A column
// that is nothing but others is left out.
func (x *lesson) triangle() {
	g := &x.gram
	for i := range dims {
		whole := g[i][i]
		for k := range i {
			g[i][i] -= g[k][i] * g[k][i]
		}
		if g[i][i] <= 1e-10*whole {
			for j := i; j < dims; j++ {
				g[i][j] = 0
			}
			continue
		}
		g[i][i] = math.Sqrt(g[i][i])
		for j := i + 1; j < dims; j++ {
			for k := range i {
				g[i][j] -= g[k][i] * g[k][j]
			}
			g[i][j] /= g[i][i]
		}
	}
}

// straighten takes the triangle from a row.
func (x *lesson) straighten(row []float32) {
	var v [dims]float64
	for i, a := range row {
		v[i] = float64(a)
	}
	for i := range dims {
		g := &x.gram[i]
		if g[i] == 0 {
			row[i] = 0
			continue
		}
		q := v[i] / g[i]
		row[i] = float32(q)
		for j := i + 1; j < dims; j++ {
			v[j] -= q * g[j]
		}
	}
}

// forget is for the next products.
func (x *lesson) forget() { x.gram = [dims][dims]float64{} }
