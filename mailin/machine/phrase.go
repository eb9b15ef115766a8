package machine

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// phrases is a set of folded phrases to be looked for in one pass over a text: by their first bytes, of which even a
// short phrase has three.
type phrases struct {
	byStart map[uint32][]string
	pairs   *[1 << 16 / 64]uint64 // bits: which two bytes one of them begins with; most places are told by these alone
}

func phraseSet(list ...string) phrases {
	set := phrases{make(map[uint32][]string, len(list)), new([1 << 16 / 64]uint64)}
	for _, p := range list {
		set.byStart[threeBytes(p)] = append(set.byStart[threeBytes(p)], p)
		set.pairs[int(p[0])<<2|int(p[1])>>6] |= 1 << (p[1] & 63)
	}
	return set
}

// in returns the first phrase of the set in the folded text, "" for none. A phrase begins where a word does.
func (set phrases) in(folded string) string {
	for i := 0; i+3 <= len(folded); i++ {
		if i > 0 && smallLetter(folded[i]) && smallLetter(folded[i-1]) {
			continue // inside a word, as four places of five are: not worth a look into the set
		}
		if !set.starts(folded[i], folded[i+1]) {
			continue
		}
		for _, p := range set.byStart[threeBytes(folded[i:])] {
			if strings.HasPrefix(folded[i:], p) && beginsWord(folded, i) {
				return p
			}
		}
	}
	return ""
}

// starts says whether a phrase of the set begins with these two bytes.
func (set phrases) starts(a, b byte) bool { return set.pairs[int(a)<<2|int(b)>>6]&(1<<(b&63)) != 0 }

func smallLetter(b byte) bool { return 'a' <= b && b <= 'z' }

// beginsWord says whether a word begins at i. Chinese and Japanese set no space between words.
func beginsWord(s string, i int) bool {
	const firstIdeographs = 0x2E80
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	here, _ := utf8.DecodeRuneInString(s[i:])
	return !unicode.IsLetter(before) || !unicode.IsLetter(here) || here >= firstIdeographs
}

func threeBytes(s string) uint32 { return uint32(s[0])<<16 | uint32(s[1])<<8 | uint32(s[2]) }

// anyOf returns the first of a few words that the folded text holds, "" for none.
func anyOf(folded string, words []string) string {
	for _, w := range words {
		if strings.Contains(folded, w) {
			return w
		}
	}
	return ""
}

// prefixOf returns the first of the phrases that the folded text begins with, "" for none.
func prefixOf(folded string, list []string) string {
	for _, p := range list {
		if strings.HasPrefix(folded, p) {
			return p
		}
	}
	return ""
}
