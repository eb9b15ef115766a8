package outage

import (
	"strings"
	"unicode"

	"aboveline.example/rules"
)

// letter is what is left of a report when everything that says nothing about its matter is gone.
type letter struct {
	subject   string
	sentences []string // of the body, in order
}

// maxText is how much of a text is read, in bytes: whoever needs more than this says it at the beginning.
const maxText = 2 << 10

// closings begin the line after which a letter has ended. They are compared folded, at the line's beginning, and count
// only where the line holds little else, since "tack" and "thanks" also begin sentences.
var closings = []string{
	"mvh", "med vänlig hälsning", "med vänliga hälsningar", "vänliga hälsningar", "vänlig hälsning", "hälsningar", "hälsning",
	"vennlig hilsen", "med vennlig hilsen", "med venlig hilsen", "hilsen", "beste hilsen", "mvh.", "best regards", "kind regards",
	"regards", "best wishes", "sincerely", "yours sincerely", "cheers", "thanks", "many thanks", "thank you", "tack på förhand",
	"tack", "takk", "på forhånd takk", "bästa hälsningar", "allt gott", "with kind regards", "br",
}

// mobileMarks begin the line that a telephone adds.
var mobileMarks = []string{
	"skickat från min", "skickat från", "sent from my", "sent from", "sendt fra min", "sendt fra", "hämta outlook för", "get outlook for",
	"hent outlook for", "last ned outlook",
}

// greetings begin the line with which a letter opens.
var greetings = []string{
	"hej", "hejsan", "hallå", "tjena", "god morgon", "god dag", "goddag", "god kväll", "hei", "heisann", "god morgen", "hallo", "hi",
	"hello", "dear", "good morning", "good afternoon", "good evening", "bästa", "kära", "kjære",
}

// labels are form fields about the writer, not about the matter.
var labels = map[string]bool{
	"namn": true, "navn": true, "name": true, "organisation": true, "organisasjon": true, "organization": true, "företag": true,
	"bedrift": true, "company": true, "e-post": true, "epost": true, "email": true, "e-mail": true, "telefon": true, "phone": true,
	"mobil": true, "tel": true, "adress": true, "adresse": true, "address": true, "datum": true, "dato": true, "date": true,
}

// quoteFrom and quoteSent are the first two labels over a letter that is answered.
var (
	quoteFrom = wordSet("från fra from")
	quoteSent = wordSet("skickat sendt sent datum dato date")
)

// autoSubjects begin the subject of an answer that a machine wrote, where nothing else gave it away.
var autoSubjects = []string{
	"automatiskt svar", "autosvar", "automatic reply", "auto-reply", "autoreply", "automatisk svar", "out of office", "frånvaro",
	"fraværsmelding", "fravær",
}

// isMachine says that a subject announces an automatic answer.
func isMachine(subject string) bool {
	return beginsWith(fold(subject), autoSubjects) != ""
}

// Words with which people say that their matter is over, and those that turn the sense round.
var (
	gratitude = wordSet("tack takk tusen thanks thank thx")
	goodNews  = wordSet("fungerar funkar fungerer virker orden ok okej okay bra löst löste løst løste works working worked solved " +
		"resolved fixed fine good great igång klart ordnat ordnet perfect perfekt")
	turned = wordSet("inte ikke ikkje not dont doesnt isnt cant cannot no nei nej but men never aldri aldrig still fortfarande fortsatt " +
		"varför hvorfor why när når when kan can kunde kunne could")
)

// maxThanks is how many words a letter has that only says thanks; a longer one says something besides.
const maxThanks = 14

// isThanks says that a letter only tells that its matter is over. Everybody affected writes that when a fault is mended,
// at about the same time and in the same words: the one burst that means the opposite of an outage.
func isThanks(ss []string) bool {
	words, thanks, good := 0, false, false
	for _, s := range ss {
		if strings.HasSuffix(s, "?") {
			return false
		}
		for _, t := range tokens(strings.NewReplacer("'", "", "’", "").Replace(s)) {
			words++
			thanks = thanks || gratitude[t]
			good = good || goodNews[t]
			if turned[t] {
				return false
			}
		}
	}
	return thanks && good && words <= maxThanks
}

func wordSet(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// clean finds a report's own words; ok is false where they say that there is no matter.
func clean(r rules.Report) (l letter, ok bool) {
	words := r.Words
	if len(words) > maxText {
		words = words[:maxText]
	}
	l = letter{subject: ownSubject(r.Subject), sentences: body(words)}
	return l, !isMachine(r.Subject) && !isThanks(l.sentences)
}

// ownSubject is the subject where this writer chose it: one that answers another mail was somebody else's choice.
func ownSubject(s string) string {
	if len(s) > 500 {
		s = s[:500]
	}
	f := fold(s)
	for _, p := range []string{"re:", "sv:", "aw:", "vs:", "fwd:", "fw:", "vb:", "vidare:"} {
		if strings.HasPrefix(f, p) {
			return ""
		}
	}
	return f
}

// body splits a text into sentences and leaves out greeting, closing and form labels.
func body(text string) []string {
	var out []string
	started := false
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		f := fold(line)
		if f == "" {
			continue
		}
		if started && isClosing(f) || strings.HasPrefix(f, "-- ") || f == "--" || beginsWith(f, mobileMarks) != "" || started && isQuoteHead(lines[i:]) {
			break
		}
		if strings.HasPrefix(f, ">") || isGreeting(f) {
			continue
		}
		if f = unlabel(f); f == "" || isCard(f) {
			continue
		}
		started = true
		out = append(out, sentences(f)...)
	}
	return out
}

// isQuoteHead says that lines begin the head that some programs put over the letter that is answered: who wrote it, and
// when.
func isQuoteHead(lines []string) bool {
	if len(lines) < 2 {
		return false
	}
	label := func(line string) string {
		l, _, _ := strings.Cut(fold(line), ":")
		return l
	}
	return quoteFrom[label(lines[0])] && quoteSent[label(lines[1])]
}

// fold is a line in lower case with single blanks.
func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// beginsWith is the phrase a folded line begins with, "" for none. A phrase ends where a word does.
func beginsWith(line string, phrases []string) string {
	best := ""
	for _, p := range phrases {
		if len(p) <= len(best) || !strings.HasPrefix(line, p) {
			continue
		}
		if rest := line[len(p):]; rest == "" || !isLetter(rest) {
			best = p
		}
	}
	return best
}

func isLetter(s string) bool {
	for _, r := range s {
		return unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	return false
}

// isClosing: a closing phrase and at most a name of three words after it, or the lone slash or dash before a name.
func isClosing(line string) bool {
	if line == "/" || line == "-" || line == "//" {
		return true
	}
	p := beginsWith(line, closings)
	return p != "" && !strings.ContainsAny(line, "?") && len(strings.Fields(line[len(p):])) <= 3 && !endsSentence(line)
}

// endsSentence: "thanks for the help." is a sentence, "thanks!" is a closing.
func endsSentence(line string) bool {
	return strings.HasSuffix(line, ".") && len(strings.Fields(line)) > 2
}

// isGreeting: a greeting and at most two words, who is greeted.
func isGreeting(line string) bool {
	p := beginsWith(line, greetings)
	return p != "" && len(strings.Fields(line[len(p):])) <= 2 && !strings.ContainsAny(line, "?")
}

// unlabel takes the label from a form's line, and the whole line where the label is about the writer.
func unlabel(line string) string {
	label, value, ok := strings.Cut(line, ":")
	if !ok || len(label) > 40 || len(strings.Fields(label)) > 4 || strings.HasPrefix(value, "//") {
		return line
	}
	if labels[strings.TrimSpace(label)] {
		return ""
	}
	if strings.HasPrefix(value, " ") {
		return strings.TrimSpace(value)
	}
	return line
}

// isCard says that a line is a visiting card: parts between bars, or a telephone number and little else.
func isCard(line string) bool {
	if strings.Count(line, " | ") >= 2 {
		return true
	}
	digits, letters := 0, 0
	for _, r := range line {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	return digits >= 7 && letters <= 12
}

// sentences splits a line where one ends.
func sentences(line string) []string {
	var out []string
	start := 0
	for i, r := range line {
		if r != '.' && r != '!' && r != '?' {
			continue
		}
		if i+1 < len(line) && line[i+1] != ' ' {
			continue // 3.5, example.se
		}
		if s := strings.TrimSpace(line[start : i+1]); s != "" {
			out = append(out, s)
		}
		start = i + 1
	}
	if s := strings.TrimSpace(line[start:]); s != "" {
		out = append(out, s)
	}
	return out
}
