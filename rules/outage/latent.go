package outage

import "math"

// latent is what the desk's own mail teaches about words: those that stand in like letters lie near one another, though
// they never stand in the same one. It is latent semantic analysis, the leading directions of the history's letters,
// found anew each day by subspace iteration from a fixed beginning.
type latent struct {
	row   []int32   // by feature: its row in basis, -1 for none
	basis []float32 // orthonormal columns, dims to a row
}

const (
	// dims is how many directions: a desk has some tens of matters.
	dims = 64
	// passes of the iteration; the directions need not be exact.
	passes = 4
	// latentFrom is how many letters must be known before directions mean anything.
	latentFrom = 300
	// enoughKnown is how much of a letter's squared length must be of known features for it to have a place.
	enoughKnown = 0.2
	// relearn is after how many days the directions are found anew.
	relearn = 4
)

// learn finds the directions of some letters.
func learn(notes []*note) *latent {
	l := &latent{row: make([]int32, space)}
	seen := make([]uint8, space)
	for _, n := range notes {
		for _, f := range n.vector.features {
			seen[f.id] = min(seen[f.id]+1, 2)
		}
	}
	rows := 0
	for id := range l.row {
		l.row[id] = -1
		if seen[id] == 2 { // a feature of one letter connects nothing
			l.row[id] = int32(rows)
			rows++
		}
	}
	l.basis = make([]float32, rows*dims)
	for i := range l.basis {
		l.basis[i] = float32(mix(uint64(i)+1)>>40)/(1<<23) - 1
	}
	docs := make([]float32, len(notes)*dims)
	for range passes {
		clear(docs)
		for i, n := range notes {
			l.gather(n.vector.features, docs[i*dims:(i+1)*dims])
		}
		orthonormal(docs)
		clear(l.basis)
		for i, n := range notes {
			d := docs[i*dims : (i+1)*dims]
			for _, f := range n.vector.features {
				if r := l.row[f.id]; r >= 0 {
					b := l.basis[int(r)*dims : (int(r)+1)*dims]
					for k := range b {
						b[k] += f.w * d[k]
					}
				}
			}
		}
	}
	orthonormal(l.basis)
	l.lean(notes)
	return l
}

// lean weighs each direction by how far the letters reach along it. What many letters have in common is a matter; weak
// directions are the accidents of a few, and letters of one matter differ mostly in those.
func (l *latent) lean(notes []*note) {
	var squares [dims]float64
	p := make([]float32, dims)
	for _, n := range notes {
		clear(p)
		l.gather(n.vector.features, p)
		for k, x := range p {
			squares[k] += float64(x) * float64(x)
		}
	}
	for i := range l.basis {
		l.basis[i] *= float32(math.Sqrt(squares[i%dims] / float64(len(notes))))
	}
}

// gather adds the rows of a letter's features to sum.
func (l *latent) gather(fs []feature, sum []float32) {
	for _, f := range fs {
		if r := l.row[f.id]; r >= 0 {
			b := l.basis[int(r)*dims : (int(r)+1)*dims]
			for k := range sum {
				sum[k] += f.w * b[k]
			}
		}
	}
}

// place is where a letter lies, at length one; nil where too little of it is known: what is left of it then is said in
// every letter, and would lie in the middle of everything.
func (l *latent) place(fs []feature) []float32 {
	if l == nil {
		return nil
	}
	known := float32(0)
	for _, f := range fs {
		if l.row[f.id] >= 0 {
			known += f.w * f.w
		}
	}
	if known < enoughKnown {
		return nil
	}
	p := make([]float32, dims)
	l.gather(fs, p)
	return unitPlace(p)
}

func unitPlace(p []float32) []float32 {
	sum := dot(p, p)
	if sum < 1e-12 {
		return nil
	}
	k := float32(1 / math.Sqrt(float64(sum)))
	for i := range p {
		p[i] *= k
	}
	return p
}

func dot(a, b []float32) float32 {
	if len(a) != dims || len(b) != dims {
		return 0
	}
	var s0, s1, s2, s3 float32
	for i := 0; i < dims; i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	return s0 + s1 + s2 + s3
}

// orthonormal makes the columns of a matrix of dims columns orthonormal, one after another (modified Gram-Schmidt).
func orthonormal(m []float32) {
	var with [dims]float64
	for c := range dims {
		clear(with[:])
		sum := 0.0
		for r := c; r < len(m); r += dims {
			sum += float64(m[r]) * float64(m[r])
		}
		k := float32(0)
		if sum > 1e-12 {
			k = float32(1 / math.Sqrt(sum))
		}
		for r := 0; r < len(m); r += dims {
			row := m[r : r+dims]
			row[c] *= k
			x := float64(row[c])
			if x == 0 {
				continue
			}
			for d := c + 1; d < dims; d++ {
				with[d] += x * float64(row[d])
			}
		}
		for r := 0; r < len(m); r += dims {
			row := m[r : r+dims]
			x := row[c]
			if x == 0 {
				continue
			}
			for d := c + 1; d < dims; d++ {
				row[d] -= x * float32(with[d])
			}
		}
	}
}
