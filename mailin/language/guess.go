package language

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"aboveline.example/rules"
)

// index of a language among the scores.
const (
	iSwedish = iota
	iBokmal
	iNynorsk
	iDanish
	iEnglish
	iOther
	languages
)

var tags = [languages]rules.Language{rules.Swedish, rules.Bokmal, rules.Nynorsk, rules.Danish, rules.English, rules.OtherTongue}

// weights is evidence by language, as the tables write it.
type weights struct{ swedish, bokmal, nynorsk, danish, english, other float64 }

func (w weights) scores() scores {
	return scores{w.swedish, w.bokmal, w.nynorsk, w.danish, w.english, w.other}
}

type scores [languages]float64

// neighbours are the languages whose readers read each other's.
var neighbours = [languages]bool{iBokmal: true, iNynorsk: true, iDanish: true}

// Families of languages, one the opposite of the other: most errors that people quote are in the other one.
const (
	ofEnglish = -1
	ofNeither = 0
	ofNorth   = 1
)

// oneWord is how much more of one family than of the other is about a word that the other does not have.
const oneWord = 0.9

// family says which of the two there is clearly more of.
func (s *scores) family() int {
	north := max(s[iSwedish], s[iBokmal], s[iNynorsk], s[iDanish])
	switch {
	case north > s[iEnglish]+oneWord:
		return ofNorth
	case s[iEnglish] > north+oneWord:
		return ofEnglish
	}
	return ofNeither
}

func (s *scores) add(o scores) {
	for i, v := range o {
		s[i] += v
	}
}

// maxText is how much of a text is read, in bytes: a page says what a book does.
const maxText = 8 << 10

// maxWords is how many words are weighed. Fifty settle it between two neighbours; the rest is room for a text that
// begins with lines in another tongue.
const maxWords = 200

// unknownWord is what a word that no list has says for another tongue. In the five languages every second word is
// in a list, in others every tenth is by chance.
const unknownWord = 0.18

// Guess is [Names.Guess] by nobody's names.
func Guess(text string) (rules.Language, float64) { return Names{}.Guess(text) }

// Guess says which language text is in, and how sure that is, from 0 to 1. Bokmål, Nynorsk and Danish are near each other,
// and those who write one read the others: a doubt among the three is none. Text without words is [rules.OtherTongue], 0.
func (n Names) Guess(text string) (rules.Language, float64) {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	parts, words, capitals := n.parts(split(text))
	if n := otherScript(text); n > words*3 {
		return rules.OtherTongue, 1 - 1/float64(n+1)
	}
	if words == 0 {
		return rules.OtherTongue, 0
	}
	own := sum(parts, false, false)
	language, sure := own.winner()
	for _, try := range []struct{ quoted, named bool }{{true, false}, {true, capitals}} {
		if sure >= rules.Sure {
			break
		}
		more := sum(parts, try.quoted, try.named)
		if family := own.family(); family == ofNeither || more.family() != -family {
			language, sure = more.winner()
		}
	}
	return language, sure
}

// between says whether a rune separates words.
func between(r rune) bool {
	if r < utf8.RuneSelf {
		return betweenASCII[r]
	}
	return separates(r)
}

// betweenASCII is what separates says of ASCII: nearly all that is asked.
var betweenASCII = func() (t [utf8.RuneSelf]bool) {
	for r := range t {
		t[r] = separates(rune(r))
	}
	return t
}()

func separates(r rune) bool {
	return !(unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\'' || r == '’' || r == '-' || r == '@' || r == '.' || r == '/')
}

// foreign says whether a word is none: an address, a link, a file name.
func foreign(word string) bool {
	word = strings.TrimRight(word, ".")
	for i := range len(word) {
		if b := word[i]; b == '@' || b == '/' || b == '.' {
			return true
		}
	}
	return false
}

// otherScript counts letters that are not Latin.
func otherScript(text string) int {
	if rules.IsASCII(text) {
		return 0
	}
	n := 0
	for _, r := range text {
		if r > 0x7f && unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) {
			n++
		}
	}
	return n
}

// weigh adds up what one word says.
func weigh(word string) scores {
	word = strings.ReplaceAll(strings.TrimRight(word, "."), "’", "'")
	var s scores
	if known, ok := lexicon[word]; ok {
		s.add(known)
	} else {
		s[iOther] += unknownWord
	}
	for i, r := range word {
		if r <= 0x7f && !plainTells[r] || strings.IndexRune(word, r) < i {
			continue // each letter once a word: Finnish has rows of them
		}
		if w, ok := letters[r]; ok {
			s.add(w.scores())
		} else if r > 0x7f && unicode.IsLetter(r) && r != 'é' {
			s[iOther] += 0.5
		}
	}
	edged := "_" + word + "_"
	for i := 0; i+1 < len(edged); i++ {
		lengths := pieceLengths[pair(edged[i:])]
		for n := 2; lengths != 0 && i+n <= len(edged); n++ {
			if lengths&(1<<n) == 0 {
				continue
			}
			if w, ok := pieces[edged[i:i+n]]; ok {
				s.add(w.scores())
			}
			lengths &^= 1 << n
		}
	}
	return s
}

// pair numbers the first two bytes of s.
func pair(s string) int { return int(s[0])<<8 | int(s[1]) }

// Most letters and most places in a word tell nothing. These tables say so without a look into a map, which reading
// would otherwise spend a tenth of its time on.
var (
	// plainTells are the ASCII letters that are in letters.
	plainTells = func() (t [0x80]bool) {
		for r := range letters {
			if r < 0x80 {
				t[r] = true
			}
		}
		return t
	}()
	// pieceLengths are the lengths, as bits, of the pieces that begin with a pair of bytes.
	pieceLengths = func() (t [1 << 16]uint8) {
		for p := range pieces {
			t[pair(p)] |= 1 << len(p)
		}
		return t
	}()
)

// winner is the language with the most evidence. Its confidence is its share against the next one that is no neighbour
// of it, held down where there is little evidence at all.
func (s scores) winner() (rules.Language, float64) {
	best := 0
	for i := range s {
		if s[i] > s[best] {
			best = i
		}
	}
	second := 0.0
	for i, v := range s {
		if i != best && !(neighbours[i] && neighbours[best]) {
			second = max(second, v)
		}
	}
	if s[best] <= 0 {
		return rules.OtherTongue, 0
	}
	lead := (s[best] - second) / s[best]
	evidence := 1 - math.Exp(-s[best]/2)
	sure := math.Min(1, 0.35+lead*1.3) * evidence
	return tags[best], math.Round(sure*100) / 100
}

// lexicon is what each listed word says. A word of one language alone says most; of two like Danish and Bokmål,
// less for either.
var lexicon = func() map[string]scores {
	in := map[string][]int{}
	for i, list := range [][]string{swedish, bokmal, nynorsk, danish, english} {
		seen := map[string]bool{}
		for _, w := range list {
			if !seen[w] {
				seen[w] = true
				in[w] = append(in[w], i)
			}
		}
	}
	m := make(map[string]scores, len(in))
	for w, of := range in {
		var s scores
		for _, i := range of {
			s[i] = 1.5 / math.Sqrt(float64(len(of)))
			if len(of) == 1 && len(w) == 1 {
				s[i] = 0.3 // "i" and "a" alone are worth little
			}
		}
		m[w] = s
	}
	return m
}()
