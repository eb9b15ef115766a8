package outage

import (
	"math"
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
	}{{nil, 1, 0}, {[]float64{5}, 1, 0}, {[]float64{9, 1, 3}, 1, 2}, {[]float64{0, 30, 0, 0}, 1, 0}, {[]float64{4, 4, 40, 40}, 2, 4}} {
		if got := withoutFullest(c.xs, c.n); got != c.want {
			t.Errorf("withoutFullest(%v, %d) = %v, want %v", c.xs, c.n, got, c.want)
		}
	}
}
