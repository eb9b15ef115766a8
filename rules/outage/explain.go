package outage

import (
	"cmp"
	"slices"
)

// maxQuoted is how many words explain an alarm.
const maxQuoted = 8

// explain finds the words that most of an alarm's people used, rarest first, each in its commonest spelling.
func (w *Watch) explain(a *alarm) []string {
	type use struct {
		id    uint32
		n     int
		forms map[string]int
	}
	uses := map[uint32]*use{}
	told := 0
	for _, m := range a.members {
		if m.vector.words != nil {
			told++
		}
		for _, x := range m.vector.words {
			u := uses[x.id]
			if u == nil {
				u = &use{id: x.id, forms: map[string]int{}}
				uses[x.id] = u
			}
			u.n++
			u.forms[x.text]++
		}
	}
	var common []*use
	for _, u := range uses {
		if 2*u.n > told && w.freq.rarity(u.id) >= commonWord {
			common = append(common, u)
		}
	}
	slices.SortFunc(common, func(a, b *use) int {
		return cmp.Or(cmp.Compare(w.freq.rarity(b.id), w.freq.rarity(a.id)), cmp.Compare(a.id, b.id))
	})
	var out []string
	for _, u := range common[:min(len(common), maxQuoted)] {
		best, n := "", 0
		for form, k := range u.forms {
			if k > n || k == n && form < best {
				best, n = form, k
			}
		}
		out = append(out, best)
	}
	return out
}
