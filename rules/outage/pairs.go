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
	recent, past := make([]uint16, len(w.recent)), make([]uint16, len(w.past.notes))
	for i, id := range rare {
		w.latest.mark(id, 1<<i, recent)
		w.past.index.mark(id, 1<<i, past)
	}
	var views []view
	for i := range rare {
		for j := i; j < len(rare); j++ {
			mask := uint16(1<<i | 1<<j)
			if w.sharers(recent, mask, self) < w.people {
				continue
			}
			seen := func(float32) []float32 { return having(past, mask) }
			views = append(views, view{recent: having(recent, mask), past: seen, heard: w.freq.share(rare[i], rare[j]), looks: wordLooks, floor: 1})
		}
	}
	return views
}

// rarest are the rarest of a letter's words that enough others used lately.
func (w *Watch) rarest(self *note) []uint32 {
	ids := make([]uint32, 0, len(self.vector.words))
	for _, x := range self.vector.words {
		if w.freq.rarity(x.id) >= commonWord && w.used(x.id, self)+1 >= w.people {
			ids = append(ids, x.id)
		}
	}
	slices.SortStableFunc(ids, func(a, b uint32) int { return cmp.Compare(w.freq.rarity(b), w.freq.rarity(a)) })
	return ids[:min(len(ids), rareWords)]
}

// commonWord is the rarity of a word in every fifth letter.
var commonWord = math.Log(5)

// used is how many others used a word lately.
func (w *Watch) used(id uint32, self *note) int {
	n := 0
	w.crowd.begin()
	for _, o := range w.users[id] {
		if o.person != self.person && w.crowd.first(o.slot) {
			n++
		}
	}
	return n
}

// sharers is how many people, self among them, used all the words of a mask lately.
func (w *Watch) sharers(masks []uint16, mask uint16, self *note) int {
	n := 1
	w.crowd.begin()
	for i, m := range masks {
		if o := w.recent[i]; m&mask == mask && o.alarm == nil && o.person != self.person && w.crowd.first(o.slot) {
			n++
		}
	}
	return n
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
