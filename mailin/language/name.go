package language

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Names are what things are called, in whatever language a text about them is: the desk's own names for them. Each is
// kept under its first word. The zero value has none.
type Names struct{ byFirst map[string][][]string }

// portals are what the pages are called on which people do their business, by those who made them.
var portals = []string{"mina sidor", "min sida", "mina sidorna", "min side", "mine sider", "mi side", "my pages", "my page"}

var portalNames = collect(portals)

// NewNames makes Names of what an operator wrote: "Mina sidor - Teknik" is three, itself and what the dash joins. A name of
// one word is left out, for it may be a word that people use: written as a name it has a capital, and is known by it.
func NewNames(list []string) Names {
	for _, name := range list[:len(list):len(list)] {
		for _, mark := range []string{" - ", " – ", " / ", ": "} {
			if parts := strings.Split(name, mark); len(parts) > 1 {
				list = append(list, parts...)
			}
		}
	}
	return collect(list)
}

func collect(list []string) Names {
	n := Names{map[string][][]string{}}
	for _, name := range list {
		var words []string
		for _, w := range split(name) {
			words = append(words, w.lower)
		}
		if len(words) > 1 {
			n.byFirst[words[0]] = append(n.byFirst[words[0]], words)
		}
	}
	return n
}

// at is how many words a name takes that words begin with, the longest; 0 where they begin with none.
func (n Names) at(words []token) int {
	longest := 0
	for _, name := range n.byFirst[words[0].lower] {
		if len(name) <= longest || len(name) > len(words) {
			continue
		}
		same := true
		for i, w := range name {
			same = same && words[i].lower == w
		}
		if same {
			longest = len(name)
		}
	}
	return longest
}

// token is one word of a text.
type token struct {
	lower  string
	begins bool // a sentence or a line
	named  bool // written as a name: with a capital that no sentence gave it, or with one inside
}

// telling are the words that tell a text's language, in lower case: not what things and people are called. A text that is
// mostly in capitals names nothing with them.
func (n Names) telling(words []token) []string {
	named, inside := 0, 0
	for _, w := range words {
		if !w.begins {
			inside++
			if w.named {
				named++
			}
		}
	}
	capitals := 2*named > inside
	list := make([]string, 0, len(words))
	for i := 0; i < len(words); {
		if skip := max(n.at(words[i:]), portalNames.at(words[i:])); skip > 0 {
			i += skip
			continue
		}
		if capitals || !words[i].named {
			list = append(list, words[i].lower)
		}
		i++
	}
	return list
}

// openers are words that nothing is called: with a capital they begin a sentence, though the one before has no full stop.
var openers = strings.Fields("hur vad när varför vilken vilket jag kan hvordan hva hvor når hvorfor hvilken hvilket jeg korleis kva kvar " +
	"kvifor eg how what where when why which can could")

// split finds the words of a text.
func split(text string) []token {
	words := make([]token, 0, min(len(text)/4+1, 2*maxWords))
	begins := true
	for i := 0; i < len(text) && len(words) < 2*maxWords; {
		r, size := utf8.DecodeRuneInString(text[i:])
		if between(r) {
			begins = begins || strings.ContainsRune("!?:;\n\"”“«»(", r)
			i += size
			continue
		}
		end := strings.IndexFunc(text[i:], between)
		if end < 0 {
			end = len(text) - i
		}
		raw := text[i : i+end]
		i += end
		word := strings.Trim(raw, "'’-")
		if bare := strings.TrimRight(word, "."); bare != "" {
			lower := strings.ToLower(bare)
			begins = begins || slices.Contains(openers, lower)
			words = append(words, token{lower, begins, isName(bare, begins)})
			begins = false
		}
		begins = begins || strings.HasSuffix(raw, ".")
	}
	return words
}

// isName says whether a word is written as a name. English writes "I" so, too.
func isName(word string, begins bool) bool {
	first, size := utf8.DecodeRuneInString(word)
	if word == "I" || strings.HasPrefix(word, "I'") || strings.HasPrefix(word, "I’") {
		return false
	}
	rest := word[size:]
	if strings.ContainsFunc(rest, unicode.IsUpper) && strings.ContainsFunc(rest, unicode.IsLower) {
		return true // BankID, iPhone
	}
	return !begins && unicode.IsUpper(first)
}
