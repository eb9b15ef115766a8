package outage

import (
	"cmp"
	"math"
	"slices"
)

// Two faults that begin within minutes of one another and are told in words a little alike look like one from any middle
// between them. What tells them apart is that each has words, houses and moments of its own: two distributions then
// explain the letters better than one. How much better is a Bayes factor, which charges for the second by itself, so
// that a handful of letters that happen to differ is not worth it.

const (
	// apartFrom is the natural logarithm of the Bayes factor from which letters are of two matters. People say one thing
	// in two ways as well, and are nearly always under it.
	apartFrom = 10
	// likeOthers is how many words the desk's usual ones count as, against those of a matter; wordsEach about how many
	// different ones a letter has.
	likeOthers = 60
	wordsEach  = 12
	// likeOtherHouses is the same for houses, and houseShare what part of letters one of them writes.
	likeOtherHouses = 5
	houseShare      = 0.02
	// besides is how much houses and moments count against words: one colleague brings another, and some are late, so
	// they are less independent than they are taken to be.
	besides = 0.5
	// togetherFor is the standard deviation, in seconds, that the times of a matter's letters are taken to have before
	// they are seen; that counts as four letters.
	togetherFor = 20 * 60
	// maxDividers bounds the words that are tried as what tells letters apart: long letters have hundreds in common.
	// beginnings is how many divisions are improved, of those that a single word or moment makes; improvements bounds how
	// often each letter is asked whether it belongs to the other part.
	maxDividers  = 60
	beginnings   = 4
	improvements = 6
)

// told is what a letter tells of which matter it is of.
type told struct {
	words []feature // numbered among the words of all the letters, each counting as far as it is rare
	house int
	at    float64 // in units of togetherFor
}

// telling is letters to be told apart.
type telling struct {
	letters []told
	usual   []float64 // each word's count by the desk's usual ones
	gammas  []float64 // and the logarithm of its gamma function
	houses  int
}

// tell reads notes as letters to be told apart.
func (w *Watch) tell(notes []*note) *telling {
	t := &telling{}
	words, houses := map[uint32]int{}, map[uint64]int{}
	rarest := w.freq.rarest()
	for _, n := range notes {
		if _, ok := houses[n.house]; !ok {
			houses[n.house] = len(houses)
		}
		l := told{house: houses[n.house], at: float64(n.at-notes[0].at) / togetherFor}
		for _, f := range n.vector.features {
			if f.id >= wordSpace {
				break // features are in the order of their numbers, words first
			}
			k, ok := words[f.id]
			if !ok {
				k = len(words)
				words[f.id] = k
				df, of := w.freq.of(f.id)
				usual := likeOthers / wordsEach * (df + 0.5) / (of + assumedLetters)
				t.usual, t.gammas = append(t.usual, usual), append(t.gammas, logGamma(usual))
			}
			l.words = append(l.words, feature{uint32(k), float32(max(0, w.freq.rarity(f.id)/rarest))})
		}
		t.letters = append(t.letters, l)
	}
	t.houses = len(houses)
	return t
}

// part is what some of the letters have between them.
type part struct {
	usual  []float64 // as in telling
	words  []float64 // how often each word is in them
	gammas []float64 // the logarithm of the gamma function of usual and words together
	total  float64   // of words
	worded float64   // what the counts of words add to the evidence, and of houses
	houses []float64
	housed float64
	n      float64
	times  float64 // their sum, and that of their squares
	square float64
}

func (t *telling) part() *part {
	return &part{usual: t.usual, words: make([]float64, len(t.usual)), gammas: slices.Clone(t.gammas), houses: make([]float64, t.houses)}
}

func logGamma(x float64) float64 {
	g, _ := math.Lgamma(x)
	return g
}

// rise is how much the logarithm of the gamma function is more at a + n than at a.
func rise(a, n float64) float64 { return logGamma(a+n) - logGamma(a) }

// move takes a letter in, by 1, or out, by -1.
func (p *part) move(l *told, by float64) {
	for _, f := range l.words {
		p.words[f.id] = max(0, p.words[f.id]+by*float64(f.w))
		g := logGamma(p.usual[f.id] + p.words[f.id])
		p.worded += g - p.gammas[f.id]
		p.gammas[f.id] = g
		p.total += by * float64(f.w)
	}
	before := p.houses[l.house]
	p.houses[l.house] += by
	p.housed += rise(likeOtherHouses*houseShare, before+by) - rise(likeOtherHouses*houseShare, before)
	p.n += by
	p.times += by * l.at
	p.square += by * l.at * l.at
}

// evidence is the natural logarithm of the probability of the letters, were they of one matter, but for what is the same
// however they are divided. Words and houses are drawn from distributions with a Dirichlet prior, times from a normal one
// with a normal-inverse-gamma prior (Murphy, Machine Learning, 2012, sections 3.4 and 4.6).
func (p *part) evidence() float64 {
	const shape, opinion = 2, 0.05 // half the letters that togetherFor counts as; hardly an opinion on the mean time
	mean := p.times / max(1, p.n)
	scale := 1 + max(0, p.square-p.times*mean)/2 + opinion*p.n*mean*mean/(2*(opinion+p.n))
	moments := rise(shape, p.n/2) - (shape+p.n/2)*math.Log(scale) - math.Log(1+p.n/opinion)/2
	return p.worded - rise(likeOthers, p.total) + besides*(p.housed-rise(likeOtherHouses, p.n)+moments)
}

// division is the letters in two parts.
type division struct {
	letters  []told
	second   []bool // by letter
	parts    [2]*part
	evidence float64
}

func (t *telling) divide(second func(i int) bool) *division {
	d := &division{letters: t.letters, second: make([]bool, len(t.letters)), parts: [2]*part{t.part(), t.part()}}
	for i := range d.letters {
		d.second[i] = second(i)
		own, _ := d.sides(i)
		own.move(&d.letters[i], 1)
	}
	d.evidence = d.weigh()
	return d
}

// weigh is the evidence for the division as it stands.
func (d *division) weigh() float64 { return d.parts[0].evidence() + d.parts[1].evidence() }

// sides are the part that a letter is in, and the other.
func (d *division) sides(i int) (own, other *part) {
	if d.second[i] {
		return d.parts[1], d.parts[0]
	}
	return d.parts[0], d.parts[1]
}

// swap puts a letter into the other part.
func (d *division) swap(i int) {
	own, other := d.sides(i)
	own.move(&d.letters[i], -1)
	other.move(&d.letters[i], 1)
	d.second[i] = !d.second[i]
}

// improve puts each letter where it is better explained, until none is.
func (d *division) improve() {
	for range improvements {
		moved := false
		for i := range d.letters {
			d.swap(i)
			if e := d.weigh(); e > d.evidence+1e-6 {
				d.evidence, moved = e, true
			} else {
				d.swap(i)
			}
		}
		if !moved {
			break
		}
	}
}

// dividers are the words that some letters have and some have not, those that most have first.
func (t *telling) dividers() []uint32 {
	users := make([]int, len(t.usual))
	for _, l := range t.letters {
		for _, f := range l.words {
			users[f.id]++
		}
	}
	var words []uint32
	for word, n := range users {
		if n >= 3 && len(t.letters)-n >= 3 {
			words = append(words, uint32(word))
		}
	}
	slices.SortStableFunc(words, func(a, b uint32) int { return cmp.Compare(users[b], users[a]) })
	return words[:min(len(words), maxDividers)]
}

// moment is the letter from which on the letters are best explained as those of a later matter.
func (t *telling) moment() int {
	d := t.divide(func(int) bool { return true })
	best, most := 0, math.Inf(-1)
	for i := range len(t.letters) - 3 {
		d.swap(i)
		if e := d.weigh(); i >= 2 && e > most {
			best, most = i+1, e
		}
	}
	return best
}

// apart says which letters, oldest first, are of a second matter, where they are of two with least letters each; nil
// where they are of one.
func (t *telling) apart(least int) (second []bool) {
	var begun []*division
	for _, word := range t.dividers() {
		begun = append(begun, t.divide(func(i int) bool {
			return slices.ContainsFunc(t.letters[i].words, func(f feature) bool { return f.id == word })
		}))
	}
	first := t.moment()
	begun = append(begun, t.divide(func(i int) bool { return i >= first }))
	slices.SortStableFunc(begun, func(a, b *division) int { return cmp.Compare(b.evidence, a.evidence) })
	one := t.divide(func(int) bool { return false })
	need := one.evidence + apartFrom
	for _, d := range begun[:min(len(begun), beginnings)] {
		d.improve()
		if d.evidence > need && min(d.parts[0].n, d.parts[1].n) >= float64(least) {
			need, second = d.evidence, d.second
		}
	}
	return second
}
