package proof

import (
	"slices"
	"strings"

	"aboveline.example/mailin/mime"
	"aboveline.example/rules"
)

// steering are the fields that say where a mail goes, what it answers, and how its words are read. RFC 6376, section
// 5.4, lets a signer leave out each of them: Gmail does not sign Content-Type, Outlook neither To nor what a mail answers.
// In lower case, as signatures are read and as rules.Proof.Open names them.
var steering = []string{"to", "cc", "in-reply-to", "references", "content-type", "content-transfer-encoding"}

// open are the steering fields of a mail that a valid signature leaves to whoever has the mail, and the envelope, which
// none covers. A field that stands there once more than it was signed is open, too (RFC 6376, section 8.15).
func (s signature) open(h head) []string {
	open := []string{rules.OpenEnvelope}
	for _, name := range steering {
		covered := 0
		for _, signed := range s.signed {
			if signed == name {
				covered++
			}
		}
		if h.count(name) > covered {
			open = append(open, name)
		}
	}
	return open
}

// shut takes out of open what the signed body shows by itself: how it is to be read.
func shut(open []string, raw []byte) []string {
	reads := func(f string) bool { return f == "content-type" || f == "content-transfer-encoding" }
	if slices.ContainsFunc(open, reads) && mime.ShowsForm(raw) {
		return slices.DeleteFunc(open, reads)
	}
	return open
}

// leaves tells the reader of /why which fields are open. That the envelope is goes without saying.
func leaves(open []string) string {
	fields := slices.DeleteFunc(slices.Clone(open), func(f string) bool { return f == rules.OpenEnvelope })
	if len(fields) == 0 {
		return ""
	}
	return "; not signed: " + strings.Join(fields, ", ")
}

// openTo is what a relay's pass for a signature leaves open. It did not say which signature it means, so each one of the
// author's organisation has to cover a field. Where the mail carries none it passed by its host alone, which sends a mail as
// it was written; unless the relay says that one held, and took it off.
func openTo(m *rules.Mail, held bool) []string {
	h, ok := splitHead(m.Raw)
	if !ok { // two programs may see two mails in it
		return append([]string{rules.OpenEnvelope}, steering...)
	}
	var open []string
	for _, f := range h.fields {
		if !strings.EqualFold(f.Name, "DKIM-Signature") {
			continue
		}
		s, ok := parseSignature(f)
		switch {
		case !ok:
			return shut(signature{}.open(h), m.Raw) // whose it is cannot be told
		case kin(s.domain, m.From.Address.Domain()):
			open = append(open, s.open(h)...)
		}
	}
	if open == nil && held {
		return []string{"in-reply-to", "references"}
	}
	slices.Sort(open)
	return shut(slices.Compact(open), m.Raw)
}
