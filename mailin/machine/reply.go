package machine

import (
	"strings"

	"aboveline.example/rules"
)

// acknowledges says whether a helpdesk's mail is its automatic acknowledgement, and by which words.
func (c *reading) acknowledges() string {
	if word := machinePhrases.in(c.head); word != "" {
		return word
	}
	if word := prefixOf(c.subject, replySubjects); word != "" {
		return word
	}
	return receivedPhrases.in(clip(c.head, 600))
}

// repliesByItself says whether a mail that is marked as bulk is an automatic answer: old vacation programs mark their
// answers so.
func (c *reading) repliesByItself() string {
	if c.human {
		return ""
	}
	if word := prefixOf(c.subject, replySubjects); word != "" {
		return quote(word)
	}
	away, machine := awayPhrases.in(c.head), machinePhrases.in(c.head)
	received := firstOf([]string{receivedPhrases.in(c.head), politePhrases.in(c.head)})
	switch {
	case machine != "" && (away != "" || received != ""):
		return quote(machine)
	case away != "" && (awaySubjects.in(c.subject) != "" || c.answers()):
		return quote(away)
	}
	return ""
}

// wordsOfReply is the one place where words decide without a header: a subject that begins as only autoresponders'
// do, or the body of an answer that says a machine wrote it and what for, in the first lines and unquoted. One word
// alone never does: people write about vacations, quote notices, and begin subjects with "Re: Automatic reply".
func (c *reading) wordsOfReply() (Verdict, bool) {
	if c.human {
		return Verdict{}, false
	}
	away, machine := awayPhrases.in(c.head), machinePhrases.in(c.head)
	received := firstOf([]string{receivedPhrases.in(c.head), politePhrases.in(c.head)})
	subject, vague := prefixOf(c.subject, replySubjects), awaySubjects.in(c.subject)
	reason := ""
	switch {
	case subject != "" && (c.onlySubject(subject) || machine != "" || c.answers()):
		reason = quote(subject)
	case machine != "" && c.sender > aProgram:
		reason = quote(machine)
	case machine != "" && (away != "" || received != "") && c.answers() && c.begins(machine, away, received):
		reason = quote(machine)
	case away != "" && vague != "" && (c.answers() || c.quiet != "") && len(c.head) < 800:
		reason = quote(vague) + ", " + quote(away)
	case received != "" && c.sender > aProgram:
		reason = quote(received)
	}
	return Verdict{Kind: rules.KindAutoReply, Reason: reason}, reason != ""
}

// begins says whether the mail begins with one of the phrases, a greeting before it aside. Who tells of an automatic
// answer says so first.
func (c *reading) begins(phrases ...string) bool {
	const greeting = 30
	for _, p := range phrases {
		if p != "" && strings.Index(c.head, p) <= greeting {
			return true
		}
	}
	return false
}

// onlySubject says whether the subject is the phrase alone, or the phrase, a colon, and the subject it answers. As
// the beginning of a sentence it is somebody's topic.
func (c *reading) onlySubject(phrase string) bool {
	rest := strings.TrimSpace(c.subject[len(phrase):])
	return rest == "" || strings.HasSuffix(phrase, ":") || strings.HasSuffix(phrase, "]") || rest[0] == ':'
}

// challenge finds a mail that asks its reader to prove something before their mail is delivered.
func (c *reading) challenge() (Verdict, bool) {
	word := challengePhrases.in(c.subject)
	said := challengePhrases.in(c.head)
	if word == "" && said == "" || c.human {
		return Verdict{}, false
	}
	if c.sender >= aPostmaster || c.kind == rules.KindList {
		return Verdict{}, false
	}
	if word != "" && said != "" || c.machineSent() || c.sender > aProgram || c.quiet != "" {
		return Verdict{Kind: rules.KindChallenge, Reason: quote(firstOf([]string{word, said}))}, true
	}
	return Verdict{}, false
}

// answers says whether the mail answers another one.
func (c *reading) answers() bool {
	return len(c.Header["In-Reply-To"]) > 0 || len(c.Header["References"]) > 0
}

// head is the folded beginning of a mail's own words: without quoted lines, up to where a quotation begins. An answer
// to our own confirmation has its automatic words below.
func head(words string) string {
	const enough = 1500
	var b strings.Builder
	for rest := clip(words, maxPhrases); rest != "" && b.Len() < enough; {
		var line string
		line, rest = cutLine(rest)
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, ">") || strings.HasPrefix(trimmed, "|") {
			continue
		}
		if b.Len() > 0 && beginsQuotation(trimmed) {
			break
		}
		if trimmed != "" {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	return fold(b.String())
}

// beginsQuotation knows the lines with which mail programs set off what they quote: a rule, the header of the quoted
// mail, "… wrote:", and a helpdesk's line above which to write.
func beginsQuotation(line string) bool {
	if strings.HasPrefix(line, "-----") && len(line) > 12 || strings.HasPrefix(line, "_____") {
		return true
	}
	folded := strings.TrimLeft(fold(clip(line, 300)), "*_ ")
	if prefixOf(folded, quotedFrom) != "" || lineMarks.in(folded) != "" {
		return true
	}
	return strings.HasSuffix(folded, ":") && wrote.in(folded) != ""
}

// quotedFrom begins the header that Outlook and others put above what they quote, by language.
var quotedFrom = []string{"from:", "from :", "från:", "fra:", "frå:", "lähettäjä:", "von:", "de :", "de:", "da:", "van:", "od:", "от:", "from:*", "avsändare:", "差出人:", "发件人:"}

// wrote is the verb of the line above a quotation.
var wrote = phraseSet(" wrote", " skrev", " schrieb", " a écrit", " escribió", " escreveu", " ha scritto", " schreef", " kirjoitti", " napisał", " написал", " пишет", " yazdı", "写道", "のメール")

// lineMarks are what helpdesks put between an answer and what it answers.
var lineMarks = phraseSet("above this line", "ovanför denna rad", "ovanför den här raden", "over denne linjen", "over denne linje", "tämän rivin yläpuolelle", "über dieser zeile", "au-dessus de cette ligne", "por encima de esta línea", "boven deze lijn")
