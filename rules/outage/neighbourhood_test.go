package outage

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"aboveline.example/rules"
)

// gathering fills a watch with recent and past letters of mixed people, times and matters.
func gathering(t *testing.T, seed uint64) *Watch {
	t.Helper()
	w := New(Options{})
	w.now = monday.Unix()
	w.first = w.now - 20*24*3600
	pick := func(i, n uint64) uint64 { return mix(seed<<32^i*2654435761) % n }
	vec := func(i uint64) vector {
		text := ""
		for k := range 3 + pick(i, 5) {
			text += fmt.Sprintf("word%c%c ", 'a'+pick(i*31+k, 6), 'a'+pick(i*17+k, 4))
		}
		return rawOf(text, rules.English).weigh(w.freq)
	}
	for i := range uint64(300) {
		w.past.add(&note{report: i, at: w.now - 20*24*3600 + int64(i)*5000, person: 1 + pick(i, 50), chance: mix(i), vector: vec(i)})
	}
	for i := range uint64(120) {
		n := &note{report: 1000 + i, at: w.now - 9000 + int64(i)*70, person: pick(i+7000, 30), house: pick(i+9000, 5), vector: vec(i + 5000)}
		n.aside = pick(i+1, 11) == 0
		if pick(i+2, 13) == 0 {
			n.alarm = &alarm{}
		}
		w.enter(n)
	}
	w.measure()
	return w
}

// cosine is the likeness of two vectors, the long way.
func cosine(a, b vector) float32 {
	var sum float32
	for _, x := range a.features {
		for _, y := range b.features {
			if x.id == y.id {
				sum += x.w * y.w
			}
		}
	}
	return sum
}

// TestNeighboursAgreeWithNaive compares the index, the lens and the count of people with loops over everything.
func TestNeighboursAgreeWithNaive(t *testing.T) {
	for seed := range uint64(20) {
		w := gathering(t, seed)
		self := w.recent[len(w.recent)-1]
		v := w.look(self.vector).words
		w.hear(self)
		past := v.past(0)
		for i, n := range w.past.notes {
			if d := past[i] - cosine(self.vector, n.vector); d > 1e-4 || d < -1e-4 {
				t.Fatalf("seed %d: past %d is alike %v, want %v", seed, i, past[i], cosine(self.vector, n.vector))
			}
		}
		for k, window := range w.windows {
			best := map[uint64]near{}
			talkers := map[uint64]bool{}
			for i, n := range w.recent {
				age := w.now - n.at
				if n.person == self.person || n.aside || age > window {
					continue
				}
				talkers[n.person] = true
				like := v.recent[i]
				if d := like - cosine(self.vector, n.vector); d > 1e-4 || d < -1e-4 {
					t.Fatalf("seed %d: recent %d is alike %v", seed, i, like)
				}
				if old, ok := best[n.person]; n.alarm == nil && like >= v.floor && (!ok || like > old.like) {
					best[n.person] = near{i, n.slot, n.house, age, like}
				}
			}
			var want []near
			for _, x := range best {
				want = append(want, x)
			}
			slices.SortFunc(want, func(a, b near) int { return cmp.Or(cmp.Compare(b.like, a.like), cmp.Compare(a.index, b.index)) })
			got := w.neighbours(v, self, window)
			if !reflect.DeepEqual(append([]near{}, got...), append([]near{}, want...)) {
				t.Fatalf("seed %d, window %d: %v, want %v", seed, window, got, want)
			}
			if got := w.volumes[k]; got != float64(len(talkers)) {
				t.Fatalf("seed %d, window %d: volume %v, want %d", seed, window, got, len(talkers))
			}
		}
	}
}

// A letter taken out of a centre leaves what a centre built without it is.
func TestWithoutIsAsIfNeverAdded(t *testing.T) {
	w := gathering(t, 3)
	r := rand.New(rand.NewPCG(3, 5))
	for _, n := range w.recent {
		n.vector.place = make([]float32, dims)
		for k := range n.vector.place {
			n.vector.place[k] = r.Float32()
		}
		n.vector.place = unitPlace(n.vector.place)
	}
	for _, emphasis := range []float64{0, inCommon} {
		for i := range 20 {
			all, rest := newCentre(), newCentre()
			all.emphasis, rest.emphasis = emphasis, emphasis
			for k := range 4 {
				all.add(w.recent[i+k].vector)
				if k > 0 {
					rest.add(w.recent[i+k].vector)
				}
			}
			whole, part := all.middle(), rest.middle()
			letter := w.recent[i].vector
			got := all.without(whole, letter, dot(whole.place, letter.place))
			if want := cosine(part.vector, letter); math.Abs(float64(got.words-want)) > 2e-3 {
				t.Errorf("emphasis %v, letter %d: words %v, want %v", emphasis, i, got.words, want)
			}
			if want := dot(part.place, letter.place); math.Abs(float64(got.place-want)) > 2e-3 {
				t.Errorf("emphasis %v, letter %d: place %v, want %v", emphasis, i, got.place, want)
			}
		}
	}
}

// What four letters have in common outweighs, in the middle that is searched from, what each has for itself.
func TestCommonWordsOutweighOwn(t *testing.T) {
	plain, searched := newCentre(), newCentre()
	searched.emphasis = inCommon
	for i := range uint32(4) {
		v := vector{features: []feature{{1, 0.3}}}
		for k := range uint32(9) {
			v.features = append(v.features, feature{10*(i+1) + k, 0.318})
		}
		plain.add(v)
		searched.add(v)
	}
	common := func(c *centre) float32 { return c.middle().features[0].w }
	if got := common(plain); got*got > 0.4 {
		t.Fatalf("in the plain middle what is common has %.2f of the weight: the letters show nothing", got*got)
	}
	if got := common(searched); got*got < 0.6 {
		t.Errorf("in the middle that is searched from what is common has %.2f of the weight, want most", got*got)
	}
}

func TestHistoryIsThinned(t *testing.T) {
	h := newHistory()
	v := vector{features: []feature{{7, 1}}}
	const all = 50_000
	for i := range all {
		h.add(&note{at: int64(i) * memory / all, chance: mix(uint64(i)), vector: v})
	}
	if len(h.notes) > maxHistory || len(h.notes) < maxHistory/3 {
		t.Errorf("%d notes kept", len(h.notes))
	}
	sum, early := 0.0, 0.0
	for _, n := range h.notes {
		sum += n.weight
		if n.at < memory/2 {
			early += n.weight
		}
	}
	if sum < 0.9*all || sum > 1.1*all || early < 0.42*all || early > 0.58*all {
		t.Errorf("notes stand for %v reports, %v of them early; there were %d", sum, early, all)
	}
	if late := len(h.notes) - h.old(memory); float64(late) < 0.2*float64(len(h.notes)) || late > maxFresh {
		t.Errorf("%d of %d notes are of the last days, a ninth of the time", late, len(h.notes))
	}
	if len(h.index.by[7]) != len(h.notes) {
		t.Errorf("the index has %d letters, the history %d", len(h.index.by[7]), len(h.notes))
	}
	h.turn(2*memory - 100)
	for _, n := range h.notes {
		if n.at < memory-100 {
			t.Fatalf("a note of %d is remembered", n.at)
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	a := newAnswers()
	for i := range 3 * maxAnswers {
		a.keep(rules.MailID(i), rules.Sighting{Alarm: rules.AlarmID(i)})
	}
	if len(a.by) != maxAnswers {
		t.Errorf("%d answers kept", len(a.by))
	}
	if s, ok := a.find(3*maxAnswers - 1); !ok || s.Alarm != 3*maxAnswers-1 {
		t.Errorf("the last answer is %+v, %v", s, ok)
	}
	if _, ok := a.find(0); ok {
		t.Error("the first answer is still there")
	}
}
