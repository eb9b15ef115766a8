package outage

import (
	"cmp"
	"math"
	"slices"
)

// rareWords is how many of a letter's words are looked for alone and in pairs.
const rareWords = 6

// wordViews are the views from words in common: each of the letter's rarest words that others used lately, and each
// two of them. They see a fault that everybody tells in other words but for its name.
func (w *Watch) wordViews(self *note) []view {
	rare := w.rarest(self)
	if len(rare) == 0 {
		return nil
	}
	for i, id := range rare {
		w.lens.marks[id] = 1 << i
	}
	recent := make([]uint16, len(w.recent))
	for i, n := range w.recent {
		recent[i] = w.lens.marked(n.vector.features)
	}
	past := make([]uint16, len(w.past.notes))
	for i, id := range rare {
		w.past.index.mark(id, 1<<i, past)
		w.lens.marks[id] = 0
	}
	var views []view
	for i := range rare {
		for j := i; j < len(rare); j++ {
			mask := uint16(1<<i | 1<<j)
			if w.sharers(recent, mask, self) < w.people {
				continue
			}
			views = append(views, view{recent: having(recent, mask), past: having(past, mask), looks: wordLooks, floor: 1})
		}
	}
	return views
}

// rarest are the rarest of a letter's words.
func (w *Watch) rarest(self *note) []uint32 {
	ids := make([]uint32, 0, len(self.vector.words))
	for _, x := range self.vector.words {
		ids = append(ids, x.id)
	}
	slices.SortStableFunc(ids, func(a, b uint32) int { return cmp.Compare(w.freq.rarity(b), w.freq.rarity(a)) })
	var out []uint32
	for _, id := range ids {
		if len(out) == rareWords || w.freq.rarity(id) < commonWord {
			break
		}
		if w.used(id, self)+1 >= w.people {
			out = append(out, id)
		}
	}
	return out
}

// commonWord is the rarity of a word in every fifth letter.
var commonWord = math.Log(5)

// used is how many others used a word lately.
func (w *Watch) used(id uint32, self *note) int {
	seen := map[uint64]bool{}
	for _, n := range w.recent {
		if n.person == self.person {
			continue
		}
		if _, ok := slices.BinarySearchFunc(n.vector.features, id, func(f feature, id uint32) int { return cmp.Compare(f.id, id) }); ok {
			seen[n.person] = true
		}
	}
	return len(seen)
}

// sharers is how many people, self among them, used all the words of a mask lately.
func (w *Watch) sharers(masks []uint16, mask uint16, self *note) int {
	seen := map[uint64]bool{self.person: true}
	for i, m := range masks {
		if m&mask == mask && w.recent[i].alarm == nil {
			seen[w.recent[i].person] = true
		}
	}
	return len(seen)
}

func having(masks []uint16, mask uint16) []float32 {
	out := make([]float32, len(masks))
	for i, m := range masks {
		if m&mask == mask {
			out[i] = 1
		}
	}
	return out
}
