package outage

import "math"

// latent is what the desk's own mail teaches about words: those that stand in like letters lie near one another, though
// they never stand in the same one. It is latent semantic analysis, the leading directions of the history's letters,
// found anew every few days by subspace iteration from a fixed beginning.
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
	// relearn is every how many days the directions are found anew.
	relearn = 4
	// head is how many of a place's coordinates, the first and strongest, tell most letters apart.
	head = 16
	// rest is how many are left.
	rest = dims - head
)

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

// scatter adds a letter's coordinates to the rows of its features.
func (l *latent) scatter(fs []feature, d []float32) {
	for _, f := range fs {
		if r := l.row[f.id]; r >= 0 {
			b := l.basis[int(r)*dims : (int(r)+1)*dims]
			for k := range b {
				b[k] += f.w * d[k]
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

// dot is the likeness of two places, and of parts of them; 0 where there is none.
func dot(a, b []float32) float32 {
	if len(a) != len(b) {
		return 0
	}
	var s0, s1, s2, s3 float32
	for len(a) >= 4 && len(b) >= 4 {
		s0 += a[0] * b[0]
		s1 += a[1] * b[1]
		s2 += a[2] * b[2]
		s3 += a[3] * b[3]
		a, b = a[4:], b[4:]
	}
	return s0 + s1 + s2 + s3
}

// beyond is the length of a place without its head, 0 for none.
func beyond(p []float32) float32 {
	if len(p) != dims {
		return 0
	}
	sum := float32(0)
	for _, x := range p[head:] {
		sum += x * x
	}
	return float32(math.Sqrt(float64(sum)))
}
