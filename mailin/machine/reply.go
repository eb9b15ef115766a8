package machine

import (
	"strings"

	"aboveline.example/rules"
)

// acknowledges says whether a helpdesk's mail is its automatic acknowledgement, and by which words.
func (c *reading) acknowledges() string {
	head := head(c.words)
	if word := containsAny(head, machinePhrases); word != "" {
		return word
	}
	if word := prefixOf(c.subject, replySubjects); word != "" {
		return word
	}
	return containsAny(clip(head, 600), receivedPhrases)
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
	head := head(c.words)
	away, machine, received := containsAny(head, awayPhrases), containsAny(head, machinePhrases), containsAny(head, receivedPhrases)
	switch {
	case machine != "" && (away != "" || received != ""):
		return quote(machine)
	case away != "" && (containsAny(c.subject, awaySubjects) != "" || c.answers()):
		return quote(away)
	}
	return ""
}

// wordsOfReply is the one place where words decide without a header: a subject that begins as only autoresponders'
// do, or a body that says a machine wrote it and what for, in the first lines and unquoted. One word alone never
// does: people write about vacations, quote notices, and begin subjects with "Re: Automatic reply".
func (c *reading) wordsOfReply() (Verdict, bool) {
	if c.human {
		return Verdict{}, false
	}
	head := head(c.words)
	away, machine, received := containsAny(head, awayPhrases), containsAny(head, machinePhrases), containsAny(head, receivedPhrases)
	subject := prefixOf(c.subject, replySubjects)
	vague := containsAny(c.subject, awaySubjects)
	switch {
	case subject != "" && (strings.HasSuffix(subject, ":") || strings.HasPrefix(strings.TrimPrefix(c.subject, subject), ":") || away+machine+received != "" || c.answers()):
		return Verdict{Kind: rules.KindAutoReply, Reason: quote(subject)}, true
	case machine != "" && (away != "" || received != "" || c.sender > aProgram):
		return Verdict{Kind: rules.KindAutoReply, Reason: quote(machine)}, true
	case away != "" && vague != "" && (c.answers() || c.quiet != "") && len(head) < 800:
		return Verdict{Kind: rules.KindAutoReply, Reason: quote(vague) + ", " + quote(away)}, true
	case received != "" && c.sender > aProgram:
		return Verdict{Kind: rules.KindAutoReply, Reason: quote(received)}, true
	}
	return Verdict{}, false
}

// challenge finds a mail that asks its reader to prove something before their mail is delivered.
func (c *reading) challenge() (Verdict, bool) {
	word := containsAny(c.subject, challengePhrases)
	said := containsAny(head(c.words), challengePhrases)
	if word == "" && said == "" || c.human {
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

// head is the folded beginning of a mail's own words: without quoted lines, up to the line with which clients begin a
// quotation.
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
		if strings.HasPrefix(trimmed, "-----") && len(trimmed) > 12 || strings.HasPrefix(trimmed, "_____") {
			break
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return fold(b.String())
}
