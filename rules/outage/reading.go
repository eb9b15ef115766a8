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

// sentence is one of a text's sentences: its number, its words, and its words' 4-grams.
type sentence struct {
	key   uint64
	words []word
	grams []uint32
}

const (
	maxSentence = 200 // bytes by which a sentence is told from others
	maxSubject  = 20  // words read of a subject
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
		x := readSentence(s, s, r.Language, own, left)
		left -= len(x.words)
		t.sentences = append(t.sentences, x)
	}
	if l.subject != "" {
		t.subject = readSentence("subject: "+l.subject, l.subject, r.Language, own, maxSubject)
	}
	return t
}

// readSentence reads a sentence's words, at most limit. The writer's own name is left out.
func readSentence(name, text string, lang rules.Language, own map[string]bool, limit int) sentence {
	s := sentence{key: hash(name[:min(len(name), maxSentence)])}
	for _, t := range tokens(text) {
		if len(s.words) >= limit {
			break
		}
		if own[t] {
			continue
		}
		s.words = append(s.words, word{wordID(stem(t, lang)), t})
		padded := []rune(" " + t + " ")
		for i := 0; i+gramSize <= len(padded); i++ {
			s.grams = append(s.grams, gramID(padded[i:i+gramSize]))
		}
	}
	return s
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
