package outage

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/swedish"

	"aboveline.example/rules"
)

// Features are numbered by hashing: no vocabulary has to be kept, and memory is the same after a million reports as
// after ten. A desk's living vocabulary (some 30,000 words) shares numbers now and then, which costs a little precision.
const (
	wordSpace = 1 << 17
	gramSpace = 1 << 16
	space     = wordSpace + gramSpace
)

// Shape of a text's vector.
const (
	subjectWeight = 0.5 // a subject is often the first words of the body again, or "Help"
	gramShare     = 0.35
	gramSize      = 4
	maxWords      = 80 // words read of a body
	maxFeatures   = 160
)

// feature is one coordinate of a text.
type feature struct {
	id uint32
	w  float32
}

// find is where a feature is among some in the order of their numbers.
func find(fs []feature, id uint32) (int, bool) {
	return slices.BinarySearchFunc(fs, id, func(f feature, id uint32) int { return cmp.Compare(f.id, id) })
}

// word is a word as its writer spelled it, by the number of its stem.
type word struct {
	id   uint32
	text string
}

// vector is a text as the watch compares it; features have length one together.
type vector struct {
	features []feature
	words    []word    // one for each stem, in order of appearance
	place    []float32 // among the desk's own matters, see latent; nil for none
}

// raw is a text before weighing: how often each feature is in it, in the order of their numbers.
type raw struct {
	words []word // one for each stem, in order of appearance
	count []feature
	grams []feature
}

// gather counts what is in some of a text's sentences and its subject.
func gather(sentences []sentence, subject sentence) raw {
	var words []word
	var count, grams []feature
	means := meant()
	add := func(s sentence, weight float32) {
		for _, t := range s.tokens {
			words = append(words, t.word)
			count = append(count, feature{t.id, weight})
			for _, id := range means[t.id] {
				count = append(count, feature{id, weight})
			}
			for _, g := range t.grams {
				grams = append(grams, feature{g, weight})
			}
		}
	}
	for _, s := range sentences {
		if len(words) >= maxWords {
			break
		}
		add(s, 1)
	}
	add(subject, subjectWeight)
	return raw{words: onceEach(words), count: added(count), grams: added(grams)}
}

// onceEach keeps a stem's first word.
func onceEach(words []word) []word {
	out := make([]word, 0, len(words))
	for _, w := range words {
		if !slices.ContainsFunc(out, func(x word) bool { return x.id == w.id }) {
			out = append(out, w)
		}
	}
	return out
}

// added sorts features by their numbers and adds up those of one number.
func added(fs []feature) []feature {
	slices.SortFunc(fs, func(a, b feature) int { return cmp.Compare(a.id, b.id) })
	out := fs[:0]
	for _, f := range fs {
		if n := len(out); n > 0 && out[n-1].id == f.id {
			out[n-1].w += f.w
			continue
		}
		out = append(out, f)
	}
	return out
}

// tokens are the words of a folded text. Addresses and long numbers name one person or one case: nobody shares them.
func tokens(text string) []string {
	var out []string
	for _, f := range strings.Fields(text) {
		if strings.ContainsAny(f, "@") || strings.Contains(f, "://") {
			continue
		}
		for _, t := range strings.FieldsFunc(f, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
			if !longNumber(t) && len(t) <= 60 {
				out = append(out, t)
			}
		}
	}
	return out
}

func longNumber(t string) bool {
	digits := 0
	for _, c := range t {
		if unicode.IsDigit(c) {
			digits++
		}
	}
	return digits > 5
}

// stem takes endings off a word. Where the language is not sure each of the desk's three has a try, in a fixed order,
// so that the same word has the same stem whoever wrote it.
func stem(w string, lang rules.Language) string {
	env := snowballstem.NewEnv(w)
	switch lang {
	case rules.Swedish:
		swedish.Stem(env)
	case rules.Bokmal, rules.Nynorsk, rules.Danish:
		norwegian.Stem(env)
	case rules.English:
		english.Stem(env)
	default:
		english.Stem(env)
		swedish.Stem(env)
		norwegian.Stem(env)
	}
	return env.Current()
}

// stemIDs are the numbers that a word's stem has in the desk's languages, whatever a letter with it was written in.
func stemIDs(w string) []uint32 {
	var ids []uint32
	for _, lang := range []rules.Language{rules.Swedish, rules.Bokmal, rules.English, rules.OtherTongue} {
		ids = append(ids, wordID(stem(w, lang)))
	}
	return ids
}

// hash is FNV-1a, 64 bits: fixed for ever, since a replay must see what the live desk saw.
func hash(parts ...string) uint64 {
	h := uint64(14695981039346656037)
	for _, p := range parts {
		for i := 0; i < len(p); i++ {
			h = (h ^ uint64(p[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	return mix(h)
}

// mix spreads a number over all its bits (the finaliser of splitmix64).
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

func wordID(s string) uint32 { return uint32(hash(s) % wordSpace) }

func gramID(g []rune) uint32 {
	h := uint64(0)
	for _, r := range g {
		h = h<<16 ^ uint64(r)
	}
	return wordSpace + uint32(mix(h)%gramSpace)
}

// weigh turns counts into a vector: sub-linear counts, times how rare each is; words and 4-grams have fixed shares.
func (r raw) weigh(f *frequency) vector {
	words := scaled(r.count, f, 1-gramShare)
	grams := scaled(r.grams, f, gramShare)
	all := append(words, grams...)
	all = heaviest(all, maxFeatures)
	slices.SortFunc(all, func(a, b feature) int { return cmp.Compare(a.id, b.id) })
	return vector{features: unit(all), words: r.words}
}

// heaviest cuts features to the most that weigh most. It orders them by that where there are more.
func heaviest(fs []feature, most int) []feature {
	if len(fs) <= most {
		return fs
	}
	slices.SortFunc(fs, func(a, b feature) int { return cmp.Or(cmp.Compare(b.w, a.w), cmp.Compare(a.id, b.id)) })
	return fs[:most]
}

// scaled weighs one kind of feature so that the squares sum to share.
func scaled(count []feature, f *frequency, share float64) []feature {
	out := make([]feature, 0, len(count)+maxFeatures)
	for _, c := range count {
		n := float64(c.w)
		if n > 1 {
			n = 1 + math.Log(n)
		}
		out = append(out, feature{c.id, float32(n * f.rarity(c.id))})
	}
	sum := 0.0
	for _, x := range out {
		sum += float64(x.w) * float64(x.w)
	}
	if sum == 0 {
		return nil
	}
	k := float32(math.Sqrt(share / sum))
	for i := range out {
		out[i].w *= k
	}
	return out
}

// unit gives a vector length one.
func unit(fs []feature) []feature {
	sum := 0.0
	for _, x := range fs {
		sum += float64(x.w) * float64(x.w)
	}
	if sum == 0 {
		return fs
	}
	k := float32(1 / math.Sqrt(sum))
	for i := range fs {
		fs[i].w *= k
	}
	return fs
}
