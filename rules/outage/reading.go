package outage

import (
	"strings"

	"aboveline.example/rules"
)

// Reading is what a report's own text says, without regard to any other report: the dear part of a look, which needs
// nothing of the watch. It may be made anywhere and ahead of time, and shown to a watch with [Watch.See].
type Reading struct {
	said      bool // false: an answer of a machine, or thanks
	subject   sentence
	sentences []sentence
}

// sentence is one of a text's sentences.
type sentence struct {
	key    uint64 // of all its words, 0 for none
	tokens []token
	heads  []uint64 // keys of its first words: of the first shortPhrase, of one more, and so on
	tails  []uint64 // of its last words
}

// token is a word with its 4-grams.
type token struct {
	word
	grams []uint32
}

const (
	maxSubject = 20 // words read of a subject
	// shortPhrase and longPhrase are how many words a phrase has that people put before or after their own sentence
	// without a full stop.
	shortPhrase = 2
	longPhrase  = 12
)

// Read reads a report. It looks at Person, Name, Language, Subject and Words alone, and is safe for use by several
// goroutines.
func Read(r rules.Report) Reading {
	l, ok := clean(r)
	if !ok {
		return Reading{}
	}
	t := Reading{said: true}
	own := names(r.Name, strings.ToLower(string(r.Person)))
	left := maxWords
	for _, s := range l.sentences {
		x := readSentence(s, r.Language, own, left)
		left -= len(x.tokens)
		if x.key != 0 {
			t.sentences = append(t.sentences, x)
		}
	}
	t.subject = readSentence(l.subject, r.Language, own, maxSubject)
	return t
}

// readSentence reads a sentence's words, at most limit. The writer's own name is left out.
func readSentence(text string, lang rules.Language, own map[string]bool, limit int) sentence {
	var s sentence
	for _, t := range tokens(text) {
		if len(s.tokens) >= limit {
			break
		}
		if !own[t] {
			s.tokens = append(s.tokens, token{word{wordID(stem(t, lang)), t}, gramsOf(t)})
		}
	}
	if len(s.tokens) > 0 {
		s.key = phrase(s.tokens)
	}
	for n := shortPhrase; n <= longPhrase && n < len(s.tokens); n++ {
		s.heads = append(s.heads, phrase(s.tokens[:n]))
		s.tails = append(s.tails, phrase(s.tokens[len(s.tokens)-n:]))
	}
	return s
}

// phrase is the key of some words as they are spelled.
func phrase(ts []token) uint64 {
	words := make([]string, len(ts))
	for i, t := range ts {
		words[i] = t.text
	}
	return hash(words...)
}

func gramsOf(t string) []uint32 {
	padded := []rune(" " + t + " ")
	grams := make([]uint32, 0, max(0, len(padded)-gramSize+1))
	for i := 0; i+gramSize <= len(padded); i++ {
		grams = append(grams, gramID(padded[i:i+gramSize]))
	}
	return grams
}

// names are the words of the writer's own name, as they sign with them.
func names(name, address string) map[string]bool {
	m := map[string]bool{}
	local, _, _ := strings.Cut(address, "@")
	for _, t := range append(tokens(fold(name)), tokens(strings.ReplaceAll(local, "@", " "))...) {
		if len(t) > 2 {
			m[strings.TrimRight(t, "0123456789")] = true
		}
	}
	return m
}
