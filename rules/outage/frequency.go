package outage

import "math"

// frequency is in how many people's mail each feature is: once a person and day, fading over weeks. What today brought
// counts from tomorrow, so that an outage does not make its own words common while it is being looked for.
type frequency struct {
	before []float32 // up to yesterday
	today  []float32
	n      float64 // letters counted, up to yesterday
	nToday float64
	heard  map[uint64]bool // people counted today
	plain  []bool          // function words, by feature
}

// halfLife of document frequencies, in days: a desk's words change over a month.
const halfLife = 28

// young is the number of letters under which today counts at once: a desk in its first days has no yesterday.
const young = 500

// maxHeard bounds the people counted in a day.
const maxHeard = 50_000

// functionWords are the commonest words of the desk's languages, so that the first day is not spent learning them.
const functionWords = `jag du han hon vi ni de det den en ett är var har hade kan kunde ska vill inte och eller men att som för på i till
av med om så när hur vad min mitt mina er era någon något från vid efter också bara mycket hej tack snälla hjälp hjälpa
jeg dere det er var har hadde kan kunne skal vil ikke og eller men at som for på i til av med om så når hvordan hva min mitt mine noen
noe fra ved etter også bare mye hei takk hjelp hjelpe meg mig oss
i you he she we they it the a an is was are were be been has have had can could will would do does did not and or but that this for on in to
of with if so when how what my your our some any from at after also just please help hello hi thanks me us there
fråga frågor ärende problem fel support viktigt återkoppling spørsmål sak feil viktig question request issue important urgent need`

func newFrequency() *frequency {
	f := &frequency{before: make([]float32, space), today: make([]float32, space), heard: map[uint64]bool{}, plain: make([]bool, wordSpace)}
	for _, w := range tokens(functionWords) {
		f.plain[wordID(w)] = true
		for _, id := range stemIDs(w) {
			f.plain[id] = true
		}
	}
	return f
}

// count counts a letter's features for a person, unless that person was counted today.
func (f *frequency) count(person uint64, r raw) {
	if f.heard[person] || len(f.heard) >= maxHeard {
		return
	}
	f.heard[person] = true
	f.nToday++
	for _, x := range r.count {
		f.today[x.id]++
	}
	for _, x := range r.grams {
		f.today[x.id]++
	}
}

// turn begins another day, after days days.
func (f *frequency) turn(days int) {
	fade := float32(fadeOver(days))
	for i := range f.before {
		f.before[i] = (f.before[i] + f.today[i]) * fade
		f.today[i] = 0
	}
	f.n = (f.n + f.nToday) * float64(fade)
	f.nToday = 0
	clear(f.heard)
}

// rarity is the inverse document frequency. A feature seen at most twice is as rare as anything can be: otherwise a
// misspelling would outweigh the sentence it stands in.
func (f *frequency) rarity(id uint32) float64 {
	df, n := f.of(id)
	return math.Log((n + assumedLetters) / (max(df, rareness(n)) + 1))
}

// rarest is the rarity of what nobody wrote.
func (f *frequency) rarest() float64 {
	n := f.n
	if n < young {
		n += f.nToday
	}
	return math.Log((n + assumedLetters) / (rareness(n) + 1))
}

// of is how many letters had a feature, of how many.
func (f *frequency) of(id uint32) (df, n float64) {
	df, n = float64(f.before[id]), f.n
	if n < young {
		df, n = df+float64(f.today[id]), n+f.nToday
	}
	if id < wordSpace && f.plain[id] {
		df = max(df, plainShare*(n+assumedLetters))
	}
	return df, n
}

// share is the share of letters, up to yesterday, that the rarer of two words was in: those that both are in are no more.
// It is nil on a young desk.
func (f *frequency) share(a, b uint32) *share {
	if f.n < young {
		return nil
	}
	return &share{float64(min(f.before[a], f.before[b])), f.n}
}

// plainShare is the share of letters a function word is taken to be in at least: where few write a language, its
// function words are rare and still say nothing.
const plainShare = 0.25

// rareness is the document frequency under which all is equally rare.
func rareness(n float64) float64 { return max(1, n/2000) }

// fadeOver is what is left of a count after some days.
func fadeOver(days int) float64 { return math.Exp2(-float64(days) / halfLife) }

// assumedLetters keep rarities apart on a desk's first day: a word not seen in none yet is as rare as one in fifty.
const assumedLetters = 50
