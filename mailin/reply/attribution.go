package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWrapped is how many lines one attribution may be wrapped over.
const maxWrapped = 5

// maxAttribution is the longest attribution in bytes: names, two addresses, a date in words.
const maxAttribution = 420

// attributionAt says whether an attribution ends at line j, and over how many lines up to there it stands; quote says
// that a quotation follows, and is the best evidence there is. head are own words on its first line.
func attributionAt(ls []line, j int, quote bool) (n int, head string) {
	if !mayEnd(&ls[j], quote) {
		return 0, ""
	}
	best := 0
	cand := ""
	for k := 0; k < maxWrapped && j-k >= 0; k++ {
		l := &ls[j-k]
		if k > 0 && (l.blank() || l.depth != ls[j].depth && !splitAddress(ls, j-k) || l.role != own) {
			break
		}
		if k > 0 && best > 0 && finished(l.text) && !opens(l.look()) {
			break
		}
		cand = l.look() + " " + cand
		if len(cand) > maxAttribution {
			break
		}
		trimmed := strings.TrimSpace(cand)
		e := gather(trimmed)
		first := opens(trimmed)
		if !attributes(trimmed, &e, quote, first) {
			if best > 0 && k > best {
				break
			}
			continue
		}
		if best == 0 || first || !complete(ls[j-best+1].text) {
			best = k + 1
		}
		if first || ownHead(l) != "" {
			best = k + 1
			break
		}
		if complete(l.text) && !opensSoon(ls, j, k) {
			break
		}
	}
	if best == 0 {
		return 0, ""
	}
	if i := j - best; i >= 0 && ls[i].role == own && ls[i].depth == ls[j].depth && refers(ls[i].text) {
		best++
	}
	return best, ownHead(&ls[j-best+1])
}

// mayEnd is the quick look that spares most lines the closer one.
func mayEnd(l *line, quote bool) bool {
	s := l.look()
	if s == "" || len(l.text) > maxLook {
		return false
	}
	colon, _ := ending(s)
	if colon || quote {
		return true
	}
	i := strings.LastIndexByte(s, ' ')
	return kindOf(strings.Trim(s[i+1:], "\"'.,*_<>()"))&isVerb != 0 || s[len(s)-1] == '>'
}

// opensSoon says whether one of the next lines up begins an attribution, so that what was found so far is its end.
func opensSoon(ls []line, j, k int) bool {
	for i := j - k - 1; i >= 0 && i > j-maxWrapped; i-- {
		if ls[i].blank() || ls[i].depth != ls[j].depth || ls[i].role != own {
			return false
		}
		if opens(ls[i].look()) {
			return true
		}
	}
	return false
}

// complete says whether a line can begin an attribution that is name first: it starts with a name or an address,
// not in the middle of one.
func complete(s string) bool {
	s = strings.TrimLeft(s, " \"'*_[(“„«-#")
	r, _ := utf8.DecodeRuneInString(s)
	if !unicode.IsUpper(r) && !unicode.Is(unicode.Han, r) && !unicode.IsDigit(r) {
		// A bare address or a name in small letters begins a line too, if it is whole; the short words that verbs are
		// made with ("a écrit", "ha scritto") do not.
		sp := strings.IndexByte(s, ' ')
		return unicode.IsLetter(r) && sp > 3 && !strings.Contains(s[:sp], ">") && firstKind(s)&(isVerb|isWeak) == 0
	}
	return firstKind(s)&(isVerb|isWeak) == 0
}

// splitAddress says whether the line after i has only been taken for a quotation: it closes the bracket that line i
// left open ("Anna Ek <anna@omdirekt.example", "> wrote:").
func splitAddress(ls []line, i int) bool {
	return i+1 < len(ls) && strings.LastIndexByte(ls[i].text, '<') > strings.LastIndexByte(ls[i].text, '>')
}

// references are how newsreaders begin, before the identifier of what is answered.
var references = []string{"In message ", "In article ", "In <", "Im Artikel ", "In der Nachricht ", "Dans l'article ", "Dans le message ", "I artikkel ", "I meddelande ", "I artikel ", "In data ", "Nel messaggio ", "W artykule ", "En el mensaje ", "In bericht "}

// opens says whether s begins as attributions do: with a date, or a word that leads to one.
func opens(s string) bool {
	if refers(s) {
		return true
	}
	s = strings.TrimLeft(s, " \t*_[(-–—\"'>,.")
	if s == "" {
		return false
	}
	if s[0] >= '0' && s[0] <= '9' {
		var e evidence
		n := e.digits(s)
		if e.date || e.clock {
			return true
		}
		return e.number && (e.year || n <= 2) && monthFollows(s[n:])
	}
	if strings.HasPrefix(s, "在") || strings.HasPrefix(s, "於") || strings.HasPrefix(s, "于") {
		return true
	}
	k := firstKind(s)
	switch {
	case k&isQuoting != 0:
		return true
	case k&(isStart|isDay) == 0:
		return false
	}
	e := gather(s[:min(len(s), 120)])
	return e.dated() || e.clock && (e.day || e.number) || e.day && e.number || e.asian
}

// refers says whether s begins with an identifier of what is answered.
func refers(s string) bool {
	for _, r := range references {
		if strings.HasPrefix(s, r) {
			return true
		}
	}
	return false
}

// monthFollows says whether a month is among the first words of s ("3. marraskuuta", "12 de mayo").
func monthFollows(s string) bool {
	e := gather(s[:min(len(s), 24)])
	return e.month || strings.HasPrefix(s, "年")
}

func firstKind(s string) word {
	n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	if n < 0 {
		n = len(s)
	}
	return kindOf(s[:n])
}

// attributes weighs the evidence. With a quotation below, a verb or an address is enough; without one, a whole
// attribution is wanted, for all that follows will be taken for somebody else's words.
func attributes(s string, e *evidence, quote, first bool) bool {
	lastVerb := e.last&(isVerb|isWeak) != 0 || e.asian
	if quote {
		return attributesQuote(s, e, first, lastVerb)
	}
	switch {
	case e.rule && lastVerb && strings.HasPrefix(s, "--"):
		return true
	case !e.colon && !(lastVerb && e.email) && !(lastVerb && e.clock && e.dated()):
		return false
	case first && e.dated() && (e.clock || e.year || e.date || e.email) && (e.verb || e.weak && e.email):
		return true
	case first && e.dated() && e.clock && e.email && e.colon:
		return true
	case e.email && e.verb && (lastVerb || e.dated()):
		return e.words <= 30
	case e.verb && e.dated() && e.clock && e.colon:
		return e.words <= 16
	}
	return false
}

func attributesQuote(s string, e *evidence, first, lastVerb bool) bool {
	switch {
	case e.colon && e.verb && (e.email || e.dated() || e.clock || first):
		return e.words <= 45
	case e.colon && e.verb && lastVerb:
		return e.words <= 12
	case e.colon && e.verb && e.words <= 6:
		return strings.Contains(s, "(a)") || strings.Contains(s, "/")
	case e.colon && e.weak && lastVerb && (e.email || e.dated()):
		return true
	case e.colon && e.weak && lastVerb && e.words <= 4:
		return nameOnly(s, e.words-1)
	case e.colon && e.date && e.clock && nameOnly(s, 2):
		return true
	case e.verbColon && e.dated():
		return true
	case (bracketed(s) || strings.HasPrefix(s, "* ")) && (e.dated() || e.words >= 2 && e.words <= 4 && !e.colon && nameOnly(s, 2)):
		return true
	case e.colon && e.email && (e.dated() || e.clock || e.quoting):
		return true
	case e.colon && e.quoting && firstKind(strings.TrimLeft(s, "*-[( "))&isQuoting != 0:
		return e.words <= 10
	case e.colon && e.email && e.words <= 10:
		return named(s) && endsInAddress(s)
	case e.colon && first && e.dated():
		return e.words <= 20
	case e.colon && e.dated() && (e.clock || e.date) && (s[0] == '*' || s[0] == '[' || s[0] == '-' || s[0] == '#'):
		return true
	case !e.colon && e.last&isVerb != 0 && e.words >= 2 && e.words <= 8 && named(s) && !strings.HasSuffix(s, "wrote") && !strings.HasSuffix(s, "writes"):
		// English sentences end so, those of other tongues seldom do.
		return true
	case e.quoting && first && (e.dated() || e.clock) && strings.HasSuffix(s, ")"):
		return true
	case !e.colon && first && e.dated() && e.email:
		return e.words <= 30 && (endsInAddress(s) || lastVerb)
	case !e.colon && lastVerb && e.verb && (e.email || first && e.dated() || e.words <= 4 && nameOnly(s, 1)):
		return true
	}
	return false
}

// named says whether s begins with a name: a capital, and no word that opens a sentence.
func named(s string) bool {
	s = strings.TrimLeft(s, "\"'*_[(<“„")
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(r) || unicode.IsLetter(r) && strings.IndexByte(s, '@') > 0 && strings.IndexByte(s, '@') < max(0, strings.IndexByte(s+" ", ' '))
}

// pronouns begin sentences that only look like "Anna said:".
var pronouns = words("it", "he", "she", "they", "we", "i", "you", "this", "that", "the", "someone", "manual", "han", "hon", "hun", "de", "vi", "jag", "jeg", "det", "den", "hän", "se", "er", "sie", "es", "il", "elle", "google", "wikipedia", "log", "loggen", "error")

// nameOnly says whether the words of s before any figure are a name: at least min words, all with capitals, save for
// those that attributions know.
func nameOnly(s string, least int) bool {
	n := 0
	for w := range strings.FieldsFuncSeq(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '-' && r != '\'' }) {
		k := kindOf(w)
		r, _ := utf8.DecodeRuneInString(w)
		switch {
		case n == 0 && pronouns[strings.ToLower(w)]:
			return false
		case unicode.IsUpper(r) || unicode.Is(unicode.Han, r):
			n++
		case k == 0:
			return false
		}
	}
	return n >= max(least, 1)
}

// finished says whether a line ends a sentence, so that what follows begins anew. A point after few letters is an
// abbreviation ("jan.", "St.").
func finished(s string) bool {
	if s == "" {
		return true
	}
	switch s[len(s)-1] {
	case '!', '?':
		return true
	case '.':
		return len(s)-strings.LastIndexAny(s[:len(s)-1], " .") > 5
	}
	return false
}

func endsInAddress(s string) bool {
	s = strings.TrimRight(s, " :*_")
	if s == "" {
		return false
	}
	i := strings.LastIndexByte(s, ' ')
	return strings.Contains(s[i+1:], "@") || s[len(s)-1] == '>' || s[len(s)-1] == ')' && strings.Contains(s, "@")
}

func bracketed(s string) bool {
	return strings.HasPrefix(s, "[") && (strings.HasSuffix(s, "]") || strings.HasSuffix(s, "]:"))
}

// midline are the shapes in which an attribution follows own words on the same line: clients that lose a line end
// write them only with a weekday or a rule before.
var midline = []string{"On Mon", "On Tue", "On Wed", "On Thu", "On Fri", "On Sat", "On Sun", "--- On "}

// ownHead is what stands before an attribution on its first line, where that is not itself part of it.
func ownHead(l *line) string {
	s := l.text
	if opens(s) || l.depth > 0 {
		return ""
	}
	cut := -1
	for _, m := range midline {
		if i := strings.Index(s, m); i > 0 && (cut < 0 || i < cut) {
			cut = i
		}
	}
	if cut <= 0 {
		return ""
	}
	head := strings.TrimRight(s[:cut], " \t-")
	if strings.HasPrefix(strings.TrimLeft(s[cut:], "- "), "On ") && head != "" {
		return head
	}
	return ""
}
