package outage

import (
	"slices"
	"testing"
)

// The recent letters are found by the features that they have, whoever came before them and left.
func TestLatest(t *testing.T) {
	w := New(Options{})
	for i := range 40 {
		n := &note{at: int64(i), person: uint64(i % 7), vector: vector{features: unit([]feature{{uint32(i % 5), 1}, {uint32(5 + i%3), 2}})}}
		w.enter(n)
		if i >= 9 {
			w.leave(w.recent[0])
			w.recent = w.recent[1:]
		}
		centre := unit([]feature{{2, 3}, {6, 1}})
		got, marks := make([]float32, len(w.recent)), make([]uint16, len(w.recent))
		w.latest.likes(centre, got)
		w.latest.mark(6, 4, marks)
		w.lens.set(centre)
		for k, n := range w.recent {
			has := slices.ContainsFunc(n.vector.features, func(f feature) bool { return f.id == 6 })
			if got[k] != w.lens.like(n.vector.features) || marks[k] != 0 != has {
				t.Fatalf("after %d letters the %d. is like %v and marked %v, want %v and %v", i+1, k+1, got[k], marks[k], w.lens.like(n.vector.features), has)
			}
		}
		w.lens.unset(centre)
	}
	for len(w.recent) > 0 {
		w.leave(w.recent[0])
		w.recent = w.recent[1:]
	}
	if len(w.latest.by) != 0 {
		t.Errorf("%d features are kept of letters that left", len(w.latest.by))
	}
}
