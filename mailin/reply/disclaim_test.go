package reply

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestDisclaimersAgreeWithTheNaiveSearch: texts of phrases, halves of phrases and single letters, side by side.
func TestDisclaimersAgreeWithTheNaiveSearch(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 1))
	yes := 0
	for range 5000 {
		var b strings.Builder
		for range random.IntN(9) {
			p := disclaimers[random.IntN(len(disclaimers))]
			switch random.IntN(4) {
			case 0:
				p = p[:random.IntN(len(p))]
			case 1:
				p = string(p[0]) + p
			}
			b.WriteString(strings.ToValidUTF8(p, "ö"))
		}
		want := 0
		for _, p := range disclaimers {
			if strings.Contains(b.String(), p) {
				want++
			}
		}
		if want >= 3 {
			yes++
		}
		if got := disclaims([]line{{text: b.String()}}); got != (want >= 3) {
			t.Fatalf("%q holds %d phrases, disclaims says %v (seed %d)", b.String(), want, got, seed)
		}
	}
	if yes == 0 {
		t.Error("no text had three phrases")
	}
}
