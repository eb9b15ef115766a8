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
	starts bool // that is seen by a mark before it, and not by the word alone
	named  bool // written as a name: with a capital that no sentence gave it, or with one inside
	quoted bool // stands between quotation marks
	// announce says that a colon follows, which ends the line or has a quotation after it.
	announce bool
}

// openers are words that nothing is called: with a capital they begin a sentence, though the one before has no full stop.
var openers = strings.Fields("hur vad när varför vilken vilket jag kan hvordan hva hvor når hvorfor hvilken hvilket jeg korleis kva kvar " +
	"kvifor eg how what where when why which can could")

// split finds the words of a text.
func split(text string) []token {
	words := make([]token, 0, min(len(text)/4+1, 2*maxWords))
	begins, quote := true, -1
	for i := 0; i < len(text) && len(words) < 2*maxWords; {
		r, size := utf8.DecodeRuneInString(text[i:])
		if between(r) {
			i += size
			switch last := len(words) - 1; {
			case r == ':' && last >= 0 && !begins:
				after := strings.TrimLeft(text[i:], " \t\r")
				next, _ := utf8.DecodeRuneInString(after)
				words[last].announce = after == "" || strings.ContainsRune("\n"+marks, next)
			case strings.ContainsRune(marks, r):
				quote = quotation(words, quote)
			}
			begins = begins || strings.ContainsRune("!?:;\n("+marks, r)
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
			starts := begins
			begins = begins || slices.Contains(openers, lower)
			words = append(words, token{lower: lower, begins: begins, starts: starts, named: isName(bare, begins)})
			begins = false
		}
		begins = begins || strings.HasSuffix(raw, ".")
	}
	return words
}

// marks stand around what is quoted; each language has its own two, in either order.
const marks = "\"”“„«»"

// quotation takes note of a quotation mark: words from where the last one stood, if that began a quotation, are quoted.
// It returns where one begins, -1 where one ended.
func quotation(words []token, from int) int {
	if from < 0 {
		return len(words)
	}
	for i := range words[from:] {
		words[from+i].quoted = true
	}
	return -1
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
