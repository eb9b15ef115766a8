package proof

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"aboveline.example/rules"
)

// Relay proves authors by the word of the relay that a door's configuration names. The zero value is ready.
type Relay struct{}

// Prove reads what the pinned authserv-id of the mail's door said of it. The mail's own claims never count: only
// fields above the first Received that another host wrote.
func (Relay) Prove(_ context.Context, m *rules.Mail) rules.Proof {
	p, _ := relayWord(m)
	return p
}

// relayWord is what the relay of the mail's door says of its author; said is false where it says nothing. That what
// it says cannot be read is something it says: nobody else is asked.
func relayWord(m *rules.Mail) (p rules.Proof, said bool) {
	none := rules.Proof{Result: rules.ProofNone, Domain: m.From.Address.Domain()}
	house, ok := houseOf(m.Envelope)
	if !ok {
		none.Detail = "this door believes nobody's Authentication-Results"
		return none, false
	}
	none.By = house.id
	if house.tenant && insideTenant(m) {
		return pass(none, "", "its own tenant"), true
	}
	w := word{about: none.Domain}
	for _, body := range house.results(m) {
		r, err := house.parse(body)
		if err != nil {
			// It stands where only our relay writes. If it may be the relay's, what it says is in doubt, and with it
			// everything beside it.
			if house.mayBe(body) {
				none.Detail = err.Error()
				return none, true
			}
			continue
		}
		if r.authservID != house.id {
			continue
		}
		if doubt := w.hear(r); doubt != "" {
			none.Detail = doubt
			return none, true
		}
	}
	p = dmarcProof(none, w.verdict)
	if p.Result == rules.ProofPass {
		p.Method = w.method()
		if !w.spf { // else its host was proved, too, and sends a mail as it was written
			p.Open = openTo(m, w.dkim)
			p.Detail += leaves(p.Open)
		}
	}
	return p, w.verdict != ""
}

// word is what was heard of a relay, field by field.
type word struct {
	about     string // the From domain
	verdict   string // its dmarc result, "" for none
	dkim, spf bool   // it passed for a domain of the same organisation
}

// hear takes one field into account; the answer is why the whole word is in doubt, "" where it is not.
func (w *word) hear(r results) (doubt string) {
	for _, c := range r.methods {
		switch c.name {
		case "dmarc":
			from, ok := rules.ParseDomain(c.props["header.from"])
			if !ok || from != w.about {
				return "dmarc result is about " + cut(c.props["header.from"])
			}
			if w.verdict != "" && w.verdict != c.result {
				return "two dmarc results that differ"
			}
			w.verdict = c.result
		case "dkim":
			w.dkim = w.dkim || c.result == "pass" && w.own(c.props["header.d"], c.props["header.i"])
		case "spf":
			w.spf = w.spf || c.result == "pass" && w.own(c.props["smtp.mailfrom"])
		}
	}
	return ""
}

// own says whether the first of the addresses or domains that is there is of the From domain's organisation.
func (w *word) own(names ...string) bool {
	for _, n := range names {
		if n != "" {
			d, ok := rules.ParseDomain(n[strings.LastIndexByte(n, '@')+1:])
			return ok && kin(d, w.about)
		}
	}
	return false
}

// method is what the pass rests on, as far as the relay told.
func (w *word) method() string {
	switch {
	case w.dkim:
		return MethodDKIM
	case w.spf:
		return MethodSPF
	}
	return ""
}

// cut keeps foreign text short and printable.
func cut(s string) string { return fmt.Sprintf("%.60q", s) }

// dmarcProof reads a DMARC result (RFC 7489, section 11.2; RFC 9989 keeps the names).
func dmarcProof(p rules.Proof, verdict string) rules.Proof {
	switch verdict {
	case "pass":
		p.Result, p.Detail = rules.ProofPass, "dmarc=pass"
	case "fail":
		p.Result, p.Detail = rules.ProofFail, "dmarc=fail"
	case "temperror":
		p.Result, p.Detail = rules.ProofTempError, "dmarc=temperror"
	case "":
		p.Detail = "no dmarc result from " + p.By
	default:
		p.Detail = "dmarc=" + cut(verdict)
	}
	return p
}

// maxHeader bounds how far fields are looked for.
const maxHeader = 256 << 10

// trustedResults returns the bodies of the Authentication-Results fields, unfolded, that stand above the border: the
// first Received that records a hop from another host (RFC 8601, section 5). What is below it came with the mail.
// Hops within the receiving system do not end the zone: our own door's, which is first, deliveries by LMTP, and
// those without a "from" clause. A client cannot write any of these, since it stands behind the border itself.
// traced says that the door wrote a field of its own on top. field is what the results stand in, and internal knows
// the hops of the house.
func trustedResults(raw []byte, traced bool, field string, internal func(string) bool) []string {
	var found []string
	first := traced
	for name, body := range fields(raw) {
		switch {
		case strings.EqualFold(name, field):
			found = append(found, body)
		case strings.EqualFold(name, "Received"):
			if !(first && strings.Contains(body, ourHop)) && !internal(body) {
				return found
			}
			first = false
		}
	}
	return found
}

// ourHop marks the Received field of our own doors.
const ourHop = "(Aboveline)"

// internalHop says whether a Received field is a hop inside the system that delivered to us.
func internalHop(body string) bool {
	words := strings.Fields(strings.ToLower(body))
	if len(words) == 0 {
		return false
	}
	if words[0] != "from" {
		return words[0] == "by"
	}
	// "with" after "by", outside of comments: the client chooses what stands in comments and before "by".
	depth, by := 0, false
	for i, w := range words[:len(words)-1] {
		switch {
		case depth != 0:
		case w == "by":
			by = true
		case w == "with" && by:
			return strings.HasPrefix(words[i+1], "lmtp")
		}
		depth += strings.Count(w, "(") - strings.Count(w, ")")
	}
	return false
}

// fields yields the header fields of a mail with CRLF or LF line ends, unfolded, in order.
func fields(raw []byte) func(yield func(name, body string) bool) {
	return func(yield func(name, body string) bool) {
		raw = raw[:min(len(raw), maxHeader)]
		name, body := "", []byte(nil)
		for len(raw) > 0 {
			line, rest, _ := bytes.Cut(raw, []byte("\n"))
			raw = rest
			line = bytes.TrimSuffix(line, []byte("\r"))
			if len(line) == 0 {
				break
			}
			if line[0] == ' ' || line[0] == '\t' {
				body = append(append(body, ' '), bytes.TrimSpace(line)...)
				continue
			}
			if name != "" && !yield(name, string(body)) {
				return
			}
			n, b, ok := bytes.Cut(line, []byte(":"))
			if !ok {
				return // no header field: nothing below it is above any border
			}
			name, body = string(n), append(body[:0], bytes.TrimSpace(b)...)
		}
		if name != "" {
			yield(name, string(body))
		}
	}
}
