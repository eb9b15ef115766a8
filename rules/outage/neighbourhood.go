package outage

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// A view is how like some centre each recent report and each report of the history is. The centre is a letter, the
// middle of several, or a pair of words (then the likeness is 1 or 0).
type view struct {
	recent []float32                     // by index into the watch's recent notes
	past   func(floor float32) []float32 // by index into the history; what is under the floor may be anything under it
	every  func(like float32) record     // of all letters at least so alike; nil where that is not known
	heard  *share                        // of all letters that the likeness is 1 to, at most; nil where that is not known
	looks  float64                       // how many such views are tried for a letter, for the correction
	floor  float32                       // the likeness under which letters have nothing in common worth counting
}

// near is one person in a neighbourhood: their most alike letter.
type near struct {
	index  int // into recent
	person int // their number in the crowd
	house  uint64
	age    int64
	like   float32
}

// lens compares one centre with many texts: the centre is laid out over all features, and each text looks up its own.
type lens struct{ at []float32 }

func newLens() *lens { return &lens{at: make([]float32, space)} }

// set lays out a centre; unset takes it away again.
func (l *lens) set(fs []feature) {
	for _, f := range fs {
		l.at[f.id] = f.w
	}
}

func (l *lens) unset(fs []feature) {
	for _, f := range fs {
		l.at[f.id] = 0
	}
}

// like is the cosine of a text and the centre.
func (l *lens) like(fs []feature) float32 {
	var sum float32
	for _, f := range fs {
		sum += f.w * l.at[f.id]
	}
	return sum
}

// look is what one sees from a centre: by words alone, and, where it has a place, by words and place together.
type look struct {
	words, both view
	places      bool
}

func (l look) at(i int) likeness {
	if !l.places {
		return likeness{words: l.words.recent[i]}
	}
	return likeness{l.words.recent[i], (l.both.recent[i] - (1-placeShare)*l.words.recent[i]) / placeShare}
}

func (l look) set(i int, x likeness) {
	l.words.recent[i] = x.words
	if l.places {
		l.both.recent[i] = x.both()
	}
}

// closest is the view by all that is known of the centre.
func (l look) closest() view {
	if l.places {
		return l.both
	}
	return l.words
}

// placeShare is how much the place counts where both do.
const placeShare = 0.5

func (x likeness) both() float32 { return (1-placeShare)*x.words + placeShare*x.place }

// closest is the likeness by all that is known: by words alone where the centre has no place.
func (x likeness) closest(places bool) float32 {
	if places {
		return x.both()
	}
	return x.words
}

// look compares a centre with all recent and past reports.
func (w *Watch) look(centre vector) look {
	l := look{words: view{recent: make([]float32, len(w.recent)), looks: likeLooks, floor: floorWords}, places: centre.place != nil}
	w.latest.likes(centre.features, l.words.recent)
	words := sync.OnceValue(func() []float32 {
		likes := make([]float32, len(w.past.notes))
		w.past.index.likes(centre.features, likes)
		return likes
	})
	l.words.past = func(float32) []float32 { return words() }
	if !l.places {
		return l
	}
	l.both = view{recent: make([]float32, len(w.recent)), looks: likeLooks, floor: floorBoth}
	for i, n := range w.recent {
		l.both.recent[i] = likeness{l.words.recent[i], dot(centre.place, n.vector.place)}.both()
	}
	lowest := float32(math.Inf(1))
	var likes []float32
	l.both.past = func(floor float32) []float32 {
		if floor < lowest {
			likes, lowest = w.past.both(words(), centre.place, floor), floor
		}
		return likes
	}
	return l
}

// both is how like the history is to a place in words and place together. Where the first coordinates tell that a letter
// is under the floor, whatever the others are, they are all that is looked at.
func (h *history) both(words []float32, place []float32, floor float32) []float32 {
	likes := make([]float32, len(words))
	far := beyond(place)
	for i, x := range words {
		first := dot(place[:head], h.heads[i*head:(i+1)*head])
		if (likeness{x, first + far*h.beyond[i]}).both() < floor {
			continue
		}
		likes[i] = likeness{x, first + dot(place[head:], h.tails[i*rest:(i+1)*rest])}.both()
	}
	return likes
}

// compare is the likeness of one note to a centre.
func (w *Watch) compare(centre vector, n *note) likeness {
	w.lens.set(centre.features)
	defer w.lens.unset(centre.features)
	return likeness{w.lens.like(n.vector.features), dot(centre.place, n.vector.place)}
}

// maxNear bounds the people looked at in a neighbourhood; an alarm is raised long before there are so many.
const maxNear = 60

// alike are the letters at least a little alike that were written within window seconds, the most alike first.
// Campaigns and letters that belong to an alarm do not count, nor do self's writer's.
func (w *Watch) alike(v view, self *note, window int64) []near {
	var all []near
	for i, n := range w.recent {
		if v.recent[i] < v.floor || n == self || n.person == self.person || n.aside || n.alarm != nil {
			continue
		}
		if age := w.now - n.at; age <= window {
			all = append(all, near{i, n.slot, n.house, age, v.recent[i]})
		}
	}
	slices.SortFunc(all, func(a, b near) int { return cmp.Or(cmp.Compare(b.like, a.like), cmp.Compare(a.index, b.index)) })
	return all
}

// each is one letter of each person within window seconds, the most alike.
func (w *Watch) each(letters []near, window int64) []near {
	var people []near
	w.crowd.begin()
	for _, x := range letters {
		if x.age <= window && w.crowd.first(x.person) {
			if people = append(people, x); len(people) == maxNear {
				break
			}
		}
	}
	return people
}

// neighbours are the people who wrote something alike within window seconds.
func (w *Watch) neighbours(v view, self *note, window int64) []near {
	return w.each(w.alike(v, self, window), window)
}

// writers is how many people wrote anything within window seconds.
func (w *Watch) writers(window int64) float64 {
	count := 0.0
	w.crowd.begin()
	for _, n := range w.recent {
		if !n.aside && w.now-n.at <= window && w.crowd.first(n.slot) {
			count++
		}
	}
	return count
}

// hear counts how many people wrote anything in each window, self left out, and how many of them are of self's house.
func (w *Watch) hear(self *note) {
	w.volumes, w.mates = make([]float64, len(w.windows)), make([]float64, len(w.windows))
	w.crowd.begin()
	for i := len(w.recent) - 1; i >= 0; i-- {
		n := w.recent[i]
		if n.aside || n.person == self.person || !w.crowd.first(n.slot) {
			continue
		}
		for k, window := range w.windows {
			if w.now-n.at <= window {
				w.volumes[k]++
				if n.house == self.house {
					w.mates[k]++
				}
			}
		}
	}
}
