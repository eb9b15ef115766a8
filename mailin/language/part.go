package language

import (
	"slices"
	"strings"
	"unicode"
)

// part is a sentence or a line, and what its words say.
type part struct {
	plain, named   scores // named are words written as names: most texts name things, few are written so
	quoted         bool
	north, english bool // it has a word by which people of a family speak for themselves
	announce       bool // a colon ends it, and the line, or a quotation follows that
}

// Words by which people speak for themselves. Programs say "we", too, and a greeting or thanks is said in the tongue of the
// country by those who write on in their own.
var (
	northVoices   = strings.Fields("jag jeg eg mig meg min mitt mina mine vi oss")
	englishVoices = strings.Fields("i i'm i've i'd my")
)

// voice is the family in which somebody speaks for themselves in a part, or says what they will show; ofNeither for none.
// What programs write and the labels of forms have colons as well, but seldom at the end of a line.
func (p *part) voice() int {
	family := p.plain.family()
	if p.quoted || !p.announce && (family == ofNorth && !p.north || family == ofEnglish && !p.english) {
		return ofNeither
	}
	return family
}

// parts weighs the words of a text that may tell its language: not what things are called, no numbers, no addresses. weighed is
// how many they are. A text that is mostly in capitals names nothing with them.
func (n Names) parts(words []token) (parts []part, weighed int, capitals bool) {
	named, inside := 0, 0
	for _, w := range words {
		if !w.begins {
			inside++
			if w.named {
				named++
			}
		}
	}
	capitals = 2*named > inside
	for i := 0; i < len(words) && weighed < maxWords; {
		w := words[i]
		if w.starts {
			parts = append(parts, part{quoted: w.quoted})
		}
		p := &parts[len(parts)-1]
		if skip := max(n.at(words[i:]), portalNames.at(words[i:])); skip > 0 {
			p.ends(words[i+skip-1])
			i += skip
			continue
		}
		i++
		p.ends(w)
		if strings.ContainsFunc(w.lower, unicode.IsDigit) || foreign(w.lower) {
			continue
		}
		s := weigh(w.lower)
		if w.named {
			p.named.add(s)
		} else {
			p.plain.add(s)
		}
		if capitals || !w.named {
			weighed++
		}
		word := strings.ReplaceAll(w.lower, "’", "'")
		p.north = p.north || slices.Contains(northVoices, word)
		p.english = p.english || slices.Contains(englishVoices, word)
	}
	return parts, weighed, capitals
}

// ends notes what stands after a word.
func (p *part) ends(w token) { p.announce = p.announce || w.announce }

// sum adds up what parts say. Where somebody speaks for themselves in one family of languages alone, they show what is in
// the other, and that has no vote.
func sum(parts []part, quoted, named bool) scores {
	// Where a text fits two languages as well, it is in the one that more of the desk's people speak.
	total := scores{iSwedish: 0.15, iBokmal: 0.15, iEnglish: 0.05}
	var north, english bool // somebody speaks so
	for i := range parts {
		voice := parts[i].voice()
		north, english = north || voice == ofNorth, english || voice == ofEnglish
	}
	for _, p := range parts {
		family := p.plain.family()
		if p.quoted && !quoted || family == ofNorth && english && !north || family == ofEnglish && north && !english {
			continue
		}
		total.add(p.plain)
		if named {
			total.add(p.named)
		}
	}
	return total
}
