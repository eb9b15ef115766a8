package reply

import (
	"hash/maphash"
	"strings"
	"unicode"
)

// Bounds on what is compared with texts we sent.
const (
	shingle    = 4       // words in a row that must agree
	maxKnown   = 1 << 20 // bytes of known texts that are read
	maxShingle = 200_000
	maxWords   = 300_000 // words of the mail that are compared
)

// shingles are the runs of words in the texts we sent. nil knows nothing.
type shingles struct {
	seed maphash.Seed
	set  map[uint64]struct{}
}

func newShingles(texts []string) *shingles {
	if len(texts) == 0 {
		return nil
	}
	k := &shingles{seed: maphash.MakeSeed(), set: map[uint64]struct{}{}}
	left := maxKnown
	for _, t := range texts {
		t = t[:min(len(t), left)]
		left -= len(t)
		ws := foldWords(t)
		for i := 0; i+shingle <= len(ws) && len(k.set) < maxShingle; i++ {
			k.set[k.hash(ws[i:i+shingle])] = struct{}{}
		}
	}
	if len(k.set) == 0 {
		return nil
	}
	return k
}

func (k *shingles) hash(ws []string) uint64 {
	var h maphash.Hash
	h.SetSeed(k.seed)
	for _, w := range ws {
		h.WriteString(w)
		h.WriteByte(0)
	}
	return h.Sum64()
}

// foldWords are the words of a text in lower case, without punctuation: retyping and rewrapping keep them.
func foldWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// mark finds the lines whose words stand in a row in a text of ours. A run is followed across lines, so that
// wrapping does not matter; a line is known when at least four fifths of its words are in such runs.
func (k *shingles) mark(ls []line) {
	if k == nil {
		return
	}
	type place struct {
		line int
		word string
	}
	var all []place
	for i := range ls {
		if len(all) > maxWords {
			break
		}
		for _, w := range foldWords(ls[i].look()) {
			all = append(all, place{i, w})
		}
	}
	hit := make([]bool, len(all))
	ws := make([]string, shingle)
	for i := 0; i+shingle <= len(all); i++ {
		for j := range ws {
			ws[j] = all[i+j].word
		}
		if _, ok := k.set[k.hash(ws)]; ok {
			for j := range ws {
				hit[i+j] = true
			}
		}
	}
	total, found := make([]int, len(ls)), make([]int, len(ls))
	for i, p := range all {
		total[p.line]++
		if hit[i] {
			found[p.line]++
		}
	}
	for i := range ls {
		ls[i].known = total[i] > 0 && found[i]*5 >= total[i]*4
	}
}

// answersBelow looks for what a person wrote between or below the lines of a mail of ours that their client quoted
// without any sign. Only what stands after a line we know, and before any further mail, is theirs beyond doubt.
func (s *scan) answersBelow(known *shingles) {
	if known == nil {
		return
	}
	ls := s.ls
	s.knownRuns()
	if s.cut.at < 0 || s.cut.fwd {
		return
	}
	first, last, n, words := -1, -1, 0, 0
	for i := s.cut.body; i < len(ls); i++ {
		if ls[i].known {
			if first < 0 {
				first = i
			}
			last = i
			n++
			words += len(foldWords(ls[i].look()))
		}
	}
	if words < 12 || count(ls, first, last+1) > 3*n {
		return
	}
	for i := first; i < len(ls); i++ {
		l := &ls[i]
		if i > last && (separationAt(l.look()) != noSeparation || s.foreign(i)) {
			return
		}
		if !l.known && !l.blank() && l.depth == 0 && !factsNumber.MatchString(l.look()) && !factsReference.MatchString(l.look()) && !commandLink(l.look()) {
			l.role = own
		}
	}
}

// foreign says whether a further mail begins at line i, below the one of ours.
func (s *scan) foreign(i int) bool {
	if b, ok := headerAt(s.ls, i); ok && !b.raw {
		return true
	}
	k, _ := attributionAt(s.ls, i, false)
	return k > 0
}

// knownRuns makes runs of our own words that stand among the person's, without any sign, quoted: two lines or more
// with a dozen words in all, so that a phrase in common is not enough.
func (s *scan) knownRuns() {
	ls := s.ls
	for i := 0; i < len(ls); i++ {
		if !ls[i].known || ls[i].role != own {
			continue
		}
		end, words := i, 0
		for j := i; j < len(ls) && ls[j].role == own && (ls[j].known || ls[j].blank()); j++ {
			if ls[j].known {
				words += len(foldWords(ls[j].look()))
				end = j + 1
			}
		}
		if words >= 12 {
			give(ls, i, end, quoted)
		}
		i = end
	}
}
