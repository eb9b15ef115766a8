package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// A signature proves who wrote a mail, not who sent it here, nor what it was sent for: whoever got a signed mail may send
// it again, with fields beside those it covers. What such fields say is not its author's word.

// steered says whether whoever had the mail may have chosen the ticket it came to.
func steered(p Proof, fields []string) bool {
	return len(fields) > 0 && !slices.ContainsFunc(fields, func(f string) bool { return !slices.Contains(p.Open, f) })
}

// loose says whether a proof leaves open more than the commands of staff may rest on: which ticket they are for, or that
// their words are read as they were written, and not a command where they only quote one.
func loose(p Proof, fields []string) bool {
	return steered(p, fields) || slices.Contains(p.Open, "content-type") || slices.Contains(p.Open, "content-transfer-encoding")
}

// saidFor is how long a mail of staff is known again by what it says.
const saidFor = 30 * day

// saidKey counts a signed mail by what every signature that counts covers: a mail with another Message-ID, or one to
// another address, is the same one. Where white space stands between words a signature may leave open, too.
func saidKey(m *Mail) BudgetKey {
	h := sha256.New()
	for _, s := range []string{string(m.From.Address), strconv.FormatInt(m.Date.Unix(), 10), m.Subject, m.Text} {
		h.Write([]byte(strings.Join(strings.Fields(s), " ") + "\x00"))
	}
	return BudgetKey("said " + hex.EncodeToString(h.Sum(nil)[:16]))
}

// again says whether a mail is one that counted as its author's word before.
func (t *turn) again(m *Mail) bool { return t.uses(saidKey(m), saidFor) > 0 }

// counted remembers that a staff member's mail counted.
func (t *turn) counted(m *Mail) { t.out.Spend = append(t.out.Spend, Spend{saidKey(m), t.now}) }

// carriers are the fields that brought a mail where it came: those that name a ticket, or, where its body or subject
// does, the envelope of one that was written to somebody else.
func (t *turn) carriers(m *Mail, fields []string) []string {
	ours := func(b Mailbox) bool { return t.desk.Accepts(string(b.Address)) }
	if len(fields) == 0 && !slices.ContainsFunc(m.To, ours) && !slices.ContainsFunc(m.Cc, ours) {
		return []string{OpenEnvelope}
	}
	return fields
}

// addressFields are those that name an address of ours, OpenEnvelope where neither To nor Cc does.
func addressFields(m *Mail, a string) []string {
	var fields []string
	names := func(list []Mailbox) bool {
		return slices.ContainsFunc(list, func(b Mailbox) bool { return strings.EqualFold(string(b.Address), a) })
	}
	if names(m.To) {
		fields = append(fields, "to")
	}
	if names(m.Cc) {
		fields = append(fields, "cc")
	}
	if fields == nil {
		return []string{OpenEnvelope}
	}
	return fields
}

// referenceFields are those that name a message.
func referenceFields(m *Mail, id MessageID) []string {
	var fields []string
	if slices.Contains(m.InReplyTo, id) {
		fields = append(fields, "in-reply-to")
	}
	if slices.Contains(m.References, id) {
		fields = append(fields, "references")
	}
	return fields
}
