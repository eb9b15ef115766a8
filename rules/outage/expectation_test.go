package outage

import (
	"fmt"
	"math"
	"reflect"
	"testing"
)

// TestTailAgainstSums compares with the sum of the other side, which is exact where the tail is not small.
func TestTailAgainstSums(t *testing.T) {
	for _, mean := range []float64{0.01, 0.3, 1, 4, 12} {
		for _, shape := range []float64{0.5, 1, 3.7, 12, 400} {
			for n := int(mean) + 1; n < int(mean)+9; n++ {
				below := 0.0
				for k := range n {
					q := mean / (mean + shape)
					below += math.Exp(logChoose(float64(k), shape) + shape*math.Log1p(-q) + float64(k)*math.Log(q))
				}
				want := 1 - below
				if want < 1e-9 {
					continue
				}
				if got := math.Exp(tail(n, mean, shape)); math.Abs(got-want) > 1e-4*want+1e-11 {
					t.Errorf("tail(%d, %v, %v) = %v, want %v", n, mean, shape, got, want)
				}
			}
		}
	}
}

func TestTailEdges(t *testing.T) {
	for _, c := range []struct {
		n           int
		mean, shape float64
		want        float64
	}{{0, 1, 1, 0}, {-1, 1, 1, 0}, {1, 0, 1, math.Inf(-1)}, {2, 5, 1, 0}} {
		if got := tail(c.n, c.mean, c.shape); got != c.want {
			t.Errorf("tail(%d, %v, %v) = %v, want %v", c.n, c.mean, c.shape, got, c.want)
		}
	}
	if a, b := tail(5, 0.1, 0.5), tail(5, 0.1, 50); a <= b {
		t.Errorf("an uncertain rate makes five people more surprising (%v) than a certain one (%v)", a, b)
	}
	for n := 1; n < 60; n++ {
		if a, b := tail(n, 0.5, 2), tail(n+1, 0.5, 2); b >= a || math.IsNaN(b) {
			t.Errorf("tail(%d) = %v, tail(%d) = %v", n, a, n+1, b)
		}
	}
}

func TestWithoutFullest(t *testing.T) {
	for _, c := range []struct {
		xs   []float64
		n    int
		want float64
		left int
	}{{nil, 1, 0, 0}, {[]float64{5}, 1, 0, 0}, {[]float64{9, 1, 3}, 1, 2, 2}, {[]float64{0, 30, 0, 0}, 1, 0, 3}, {[]float64{4, 4, 40, 40}, 2, 4, 2}} {
		if got, left := withoutFullest(c.xs, c.n); got != c.want || left != c.left {
			t.Errorf("withoutFullest(%v, %d) = %v of %d, want %v of %d", c.xs, c.n, got, left, c.want, c.left)
		}
	}
}

// What was written in the last hours, or yesterday, says more of a topic than four weeks do; one letter says little.
func TestToday(t *testing.T) {
	w := New(Options{})
	for range 1000 {
		w.past.add(&note{vector: vector{features: []feature{{7, 1}}}})
	}
	w.measure()
	e := expectation{like: 0.5, volume: 50, weight: 10, samples: make([]sample, 10)}
	ever := w.ever(e, 10).mean
	if ever < 0.4 || ever > 0.6 {
		t.Fatalf("ten letters in a thousand, of fifty: %v", ever)
	}
	for _, c := range []struct{ n, volume, least, most float64 }{
		{0, 200, ever, ever}, {2, 200, ever, ever}, {1, 20, 2 * ever, 2.5 * ever}, {20, 200, 3.5, 5}, {200, 2000, 4.5, 5},
	} {
		if got := w.today(e, c.n, c.volume).mean; got < c.least || got > c.most {
			t.Errorf("%v of the last %v: %v are expected, want %v to %v", c.n, c.volume, got, c.least, c.most)
		}
	}
}

// An outage's own letters do not make it expected: the others who write are the rest of the whole, and that is known the
// less the fewer they are.
func TestOthersTellTheRate(t *testing.T) {
	all := expectation{volume: 16}.people(0.2, 5)
	if all != (usual{3.2, 5}) {
		t.Fatalf("a fifth of 16: %+v", all)
	}
	for _, c := range []struct{ others, mean float64 }{{12, 3}, {4, 1}, {15, 3.2}} {
		got := expectation{volume: 16, others: c.others}.people(0.2, 5)
		if math.Abs(got.mean-c.mean) > 1e-9 || got.shape >= all.shape {
			t.Errorf("a fifth, with %v others among 16: %+v, want a mean of %v, less sure than %v", c.others, got, c.mean, all.shape)
		}
	}
	if few, many := (expectation{volume: 16, others: 1}).people(0.2, 5), (expectation{volume: 16, others: 9}).people(0.2, 5); few.shape >= many.shape {
		t.Errorf("one other is as sure as nine: %+v, %+v", few, many)
	}
}

// A busy desk keeps a part of its letters, but has counted the words of all.
func TestWordsOfAllLetters(t *testing.T) {
	w := New(Options{})
	for i := range 4000 {
		w.past.add(&note{chance: uint64(i), vector: vector{features: []feature{{7, 1}}}})
	}
	w.past.weight *= 20
	w.measure()
	w.freq.n, w.freq.before[1], w.freq.before[2] = 80_000, 1, 5000
	never := w.ever(expectation{like: 1, volume: 100}, 0)
	heard := w.ever(expectation{like: 1, volume: 100, heard: w.freq.share(1, 2)}, 0)
	if heard.mean > never.mean/3 || -heard.explains(3) < -never.explains(3)+2 {
		t.Errorf("with a word in one letter of 80,000: %+v, without: %+v", heard, never)
	}
	often := w.ever(expectation{like: 1, volume: 100, heard: w.freq.share(2, 2)}, 0)
	if often != never {
		t.Errorf("a common word makes its pair likelier: %+v, without %+v", often, never)
	}
	if w.freq.n = 100; w.freq.share(1, 2) != nil {
		t.Error("a young desk believes its counts")
	}
}

// A day's letters are counted as they come as they are when all are counted anew.
func TestDaysAreCountedAsTheyCome(t *testing.T) {
	s := begin(t, 12, Options{})
	s.w.days.upTo(s.w.now, &s.w.past)
	for i := range 30 {
		s.show(at(8, 4*i), fmt.Sprintf("p%d@house%d.example", i, i%5), "Question", everyday[i%len(everyday)])
		s.w.days.upTo(s.w.now, &s.w.past)
		anew := days{}
		anew.upTo(s.w.now, &s.w.past)
		if !reflect.DeepEqual(s.w.days, anew) {
			t.Fatalf("at letter %d: %v and %v, counted anew %v and %v", i, s.w.days.weight, s.w.days.letters, anew.weight, anew.letters)
		}
	}
}

// Eight people where two are usual are a surprise, and none where there are two only since yesterday, and a fifth of one
// were before.
func TestRisenMayRiseAgain(t *testing.T) {
	u := usual{2, 8}
	if got := u.explains(8); got > likely {
		t.Errorf("a steady two explain eight by %.3f", math.Exp(got))
	}
	if got := u.risen(0.2).explains(8); got < likely {
		t.Errorf("two that were a fifth of one explain eight by %.3f only", math.Exp(got))
	}
	for _, ever := range []float64{0, 2, 3} {
		if got := u.risen(ever); got != u {
			t.Errorf("two where %v were before: %v, want %v", ever, got, u)
		}
	}
}

// An outage is nearly all of what was written of its matter lately, in a block or two. A topic that has become popular has
// its full hours, too, and is believed with them.
func TestOneOutageIsNoLevel(t *testing.T) {
	for _, c := range []struct {
		in        []float64
		some, all float64
	}{
		{[]float64{0, 9, 8, 0, 1, 0}, 1, 40}, // 17 of 18
		{[]float64{3, 9, 8, 2, 0, 1}, 23, 60},
		{[]float64{0, 0, 5, 0, 0, 0}, 0, 50}, // the second fullest is empty, and no block
		{[]float64{0, 0, 0, 0, 0, 0}, 0, 60},
	} {
		d := &days{}
		for i := range c.in {
			d.weight[i] = 10
		}
		if some, all := d.share(c.in); some != c.some || all != c.all {
			t.Errorf("%v: %v of %v, want %v of %v", c.in, some, all, c.some, c.all)
		}
	}
}
