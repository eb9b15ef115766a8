package outage

import (
	"cmp"
	"math"
	"slices"
	"testing"
)

// A sketch holds a letter's heaviest features, and is as like a centre as those are.
func TestSketch(t *testing.T) {
	var fs []feature
	for i := range 30 {
		fs = append(fs, feature{uint32(i * (space - 1) / 29), float32(1 + i*7%30)})
	}
	fs = unit(fs)
	heaviest := slices.Clone(fs)
	slices.SortFunc(heaviest, func(a, b feature) int { return cmp.Compare(b.w, a.w) })
	want := 0.0
	for _, f := range heaviest[:sketchSize] {
		want += float64(f.w) * float64(f.w)
	}
	l := newLens()
	l.set(fs)
	s := outline(fs)
	if like := float64(l.sketched(s)); math.Abs(like-want) > 1e-3 || math.Abs(s.weight()-want) > 1e-3 {
		t.Errorf("likeness %v and weight %v, want %v", like, s.weight(), want)
	}
	short := []feature{{0, 0.6}, {space - 1, 0.8}}
	if like, want := l.sketched(outline(short)), l.like(short); math.Abs(float64(like-want)) > 1e-3 {
		t.Errorf("a short letter's likeness is %v, want %v", like, want)
	}
}

func TestArchiveIsBounded(t *testing.T) {
	a := archive{}
	for i := range 2 * maxArchive {
		a.add(&note{at: int64(i)})
	}
	newest := int64(2*maxArchive - 1)
	if n := len(a.at); n > maxArchive || n < maxArchive*3/4 || a.at[n-1] != newest || len(a.letters) != n {
		t.Errorf("%d letters and %d sketches, the newest of %d", n, len(a.letters), a.at[n-1])
	}
	a.turn(newest + memory - 99)
	if n := len(a.at); n != 100 || a.until(newest-50) != 50 {
		t.Errorf("%d letters left of the last hundred, %d of them but the last fifty", n, a.until(newest-50))
	}
}
