package outage

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
)

// letters are the letters of a gathering, as a lesson takes them.
func letters(t *testing.T, seed uint64) []*note {
	w := gathering(t, seed)
	return append(slices.Clone(w.past.notes), w.recent...)
}

func TestLessonAtAnyPace(t *testing.T) {
	at := func(pace int) *lesson {
		x := newLesson(letters(t, 3))
		calls := 0
		for !x.on(pace) {
			calls++
		}
		if pace == 1 && calls < 1000 {
			t.Errorf("a lesson of %d letters was over after %d steps", len(x.notes), calls)
		}
		return x
	}
	want := at(1 << 30)
	for _, pace := range []int{1, 7, 400} {
		got := at(pace)
		if !reflect.DeepEqual(got.matters, want.matters) {
			t.Errorf("%d steps at a time teach something else", pace)
		}
		for i, n := range got.notes {
			if !n.taught || !slices.Equal(n.next, want.notes[i].next) {
				t.Fatalf("%d steps at a time: letter %d has place %v, want %v", pace, i, n.next, want.notes[i].next)
			}
		}
	}
}

// TestStraightened takes columns that lean on one another, the last of them on nothing else.
func TestStraightened(t *testing.T) {
	x := &lesson{}
	rows := make([][]float32, 300)
	for i := range rows {
		rows[i] = make([]float32, dims)
		for k := range dims - 1 {
			rows[i][k] = float32(mix(uint64(i*dims+k))>>40)/(1<<24) + 0.5
		}
		rows[i][dims-1] = rows[i][0] + rows[i][1]
		x.measure(rows[i])
	}
	x.triangle()
	for _, r := range rows {
		x.straighten(r)
	}
	for a := range dims {
		for b := range a + 1 {
			sum, want := 0.0, 0.0
			for _, r := range rows {
				sum += float64(r[a]) * float64(r[b])
			}
			if a == b && a < dims-1 {
				want = 1
			}
			if math.Abs(sum-want) > 1e-4 {
				t.Fatalf("columns %d and %d have %v in common, want %v", a, b, sum, want)
			}
		}
	}
}

// TestLessonIsSpread crosses the turn of a day with an alarm open: no report pays for the whole lesson, and the alarm
// is found at its new place when the lesson is over.
func TestLessonIsSpread(t *testing.T) {
	s := begin(t, 5, Options{})
	for s.w.lesson != nil {
		s.w.study()
	}
	s.w.knew = 1 // the next day teaches again
	for i := range 4 {
		s.show(at(23, 40+4*i), fmt.Sprintf("f%d@house%d.example", i, i), "Problem", faults[i])
	}
	raised, old := s.newest(), s.w.matters
	a := &alarm{centre: newCentre(), members: slices.Clone(s.w.past.notes[:5]), last: at(23, 50).Unix(), closed: true}
	s.w.replace(a)
	s.w.alarms = append(s.w.alarms, a)
	s.show(at(24, 5), "late@house8.example", "Question", everyday[0])
	if s.w.lesson == nil || s.w.matters != old {
		t.Fatalf("the first report of the day: lesson %v, new matters %v", s.w.lesson != nil, s.w.matters != old)
	}
	for s.w.lesson != nil {
		s.w.study()
	}
	for i, n := range s.w.past.notes {
		if !slices.Equal(n.vector.place, s.w.matters.place(n.vector.features)) || n.taught {
			t.Fatalf("letter %d of the history has an old place", i)
		}
		laid := slices.Concat(s.w.past.heads[i*head:(i+1)*head], s.w.past.tails[i*rest:(i+1)*rest])
		if n.vector.place != nil && !slices.Equal(n.vector.place, laid) {
			t.Fatalf("letter %d of the history is looked for at an old place", i)
		}
	}
	want := newCentre()
	for _, m := range a.members {
		v := m.vector
		v.place = s.w.matters.place(v.features)
		want.add(v)
	}
	if !slices.Equal(a.middle.place, want.middle().place) {
		t.Error("the alarm is at its old place")
	}
	if got := s.show(at(24, 6), "g@house5.example", "Problem", faults[4]); got.Alarm != raised {
		t.Errorf("who writes of the fault after the lesson got %+v, want alarm %d", got, raised)
	}
}

// TestPlacesAgreeWithNaive compares what the first coordinates rule out with all of them.
func TestPlacesAgreeWithNaive(t *testing.T) {
	ruledOut := 0
	for seed := range uint64(8) {
		w := gathering(t, seed)
		w.lesson = newLesson(w.past.notes)
		for w.lesson != nil {
			w.study()
		}
		l := w.look(w.recent[len(w.recent)-1].vector)
		centre := w.recent[len(w.recent)-1].vector
		for _, floor := range []float32{0.6, floorBoth} {
			for i, got := range l.both.past(floor) {
				n := w.past.notes[i]
				want := likeness{cosine(centre, n.vector), dot(centre.place, n.vector.place)}.both()
				if got < floor && want < floor {
					ruledOut++
					continue
				}
				if d := got - want; d > 1e-4 || d < -1e-4 {
					t.Fatalf("seed %d, floor %v: letter %d is alike %v, want %v", seed, floor, i, got, want)
				}
			}
		}
	}
	if ruledOut == 0 {
		t.Error("nothing was under a floor")
	}
}

func TestProfileBounds(t *testing.T) {
	w := gathering(t, 2)
	for i := range w.past.ordinary {
		w.past.ordinary[i] = float64(1 + i%4)
	}
	v := w.look(w.recent[len(w.recent)-1].vector).words
	p := w.profile(v, v.floor)
	past := w.reach(v, v.floor)
	for k := range 500 {
		like := v.floor + (1-v.floor)*float32(k)/499
		weight, n := 0.0, 0
		for _, s := range past {
			if s.like >= like {
				weight += w.past.ordinary[s.index]
				n++
			}
		}
		if p.least(like) > weight || p.most(like) < n {
			t.Fatalf("within %v are %v reports, %d letters; the profile says at least %v, at most %d", like, weight, n, p.least(like), p.most(like))
		}
		if h := p.holding(n); n > 0 && p.count[int(h*steps)] < n {
			t.Fatalf("within %v are fewer than %d", h, n)
		}
	}
}
