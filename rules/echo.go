package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A machine that hides every marker still says the same thing each time. Who has said the same words so often is taken
// for one, so that a loop comes to rest: what it writes is kept and never answered. A person does it, too: the same
// report each morning, a form for each room, one word of thanks. They do not do it in answer to us, or not as fast.
const (
	echoAfter   = 3       // times; a person who sends their mail again because nobody answered does it twice
	echoForms   = 10      // times, of a form's mail or one with something attached: each is a matter of its own
	echoAnswers = 7 * day // within which it is counted where it answers a mail of ours
	echoLetters = day     // and where it does not: a loop goes round many times a day, a daily report once
	echoWords   = 3       // words and more; "Ja." and "Tack så" are what people say, on a ticket
)

// echoes says whether a mail repeats what its writer has been saying, on their ticket or at the door, and counts it.
// Staff are left out, for a desk says the same to many; so are commands and their buttons, and whoever the table of
// trust will hold anyway.
func (t *turn) echoes(m *Mail, p placement) bool {
	text := visible(m)
	words := foldWords(text)
	stranger := t.roleOn(m.From.Address, p) == RoleStranger
	switch {
	case words == "", text[0] == '/', text[0] == '#', t.desk.Role(m.From.Address) == RoleStaff, proofOf(m) == ProofFail,
		p.signed && (stranger || p.token.Purpose == PurposeConfirm || p.token.Purpose >= PurposeCommand):
		return false
	}
	sum := sha256.Sum256([]byte(words))
	where, often, window := "", echoAfter, echoLetters
	if p.found() && !stranger {
		where = t.desk.Number(p.ticket)
		if strings.Count(words, " ")+1 < echoWords {
			return false
		}
	}
	if t.answersUs(m, p) {
		window = echoAnswers
	} else if len(m.Fields) > 0 || len(m.Attachments) > 0 {
		often = echoForms
	}
	key := BudgetKey("echo " + string(m.From.Address) + " " + where + " " + hex.EncodeToString(sum[:8]))
	said := t.uses(key, window)
	t.out.Spend = append(t.out.Spend, Spend{key, t.now})
	return said >= often
}

// answersUs says whether a mail carries a reference of ours, so that a mail of ours brought it about.
func (t *turn) answersUs(m *Mail, p placement) bool {
	return p.signed || slices.ContainsFunc(references(m), func(id MessageID) bool { _, ours := t.desk.OurMessage(id); return ours })
}

// foldWords is a text without what machines change from mail to mail: numbers, dates, times and ids.
func foldWords(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for w := range strings.FieldsSeq(strings.ToLower(text)) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if hasDigit(w) {
			w = "#"
		}
		b.WriteString(w)
	}
	return b.String()
}

func hasDigit(s string) bool {
	for _, r := range s {
		if '0' <= r && r <= '9' || r >= utf8.RuneSelf && unicode.IsDigit(r) {
			return true
		}
	}
	return false
}

// echo takes a mail that only repeats as a machine's. Staff are told once a week and ticket: if it is a person after
// all, somebody has seen it.
func (t *turn) echo(ev MailArrived, p placement) {
	m := ev.Mail
	if t.roleOn(m.From.Address, p) == RoleStranger {
		p = placement{} // a bare number in the subject is no way in for a machine either
	}
	t.machineWord(ev, p)
	tk, ok := t.ticket(p.ticket)
	if !ok {
		return // a new ticket is told as every other
	}
	if !t.once(BudgetKey("echo told "+t.desk.Number(tk.ID)+" "+string(m.From.Address)), echoAnswers) {
		return
	}
	thread := t.threadOf(tk, p)
	t.tellStaff(tk, thread, Outgoing{
		Template: TemplateNoticeWord, Author: m.From, AuthorTrust: trustOf(m), Said: t.now, Words: t.desk.StripReferences(visible(m)),
		GoesTo: goesTo(tk.Threads[thread].Audience), GoesToName: t.partyName(tk, thread),
		Lines: warnings([]Reason{{ReasonMachine, repeats}}),
	}, "")
}

// repeats is what a reader is told in place of a machine's marker.
const repeats = "the same words again and again"
