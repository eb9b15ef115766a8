package proof

import (
	"bytes"
	"context"
	"strings"

	"aboveline.example/rules"
)

// Relay proves authors by the word of the relay that a door's configuration names. The zero value is ready.
type Relay struct{}

// Prove reads what the pinned authserv-id of the mail's door said of it. The mail's own claims never count: only
// fields above the first Received that another host wrote.
func (Relay) Prove(_ context.Context, m *rules.Mail) rules.Proof {
	none := rules.Proof{Result: rules.ProofNone, Domain: m.From.Address.Domain()}
	id := strings.ToLower(m.Envelope.AuthservID)
	if id == "" || !m.Envelope.Relay {
		none.Detail = "this door believes nobody's Authentication-Results"
		return none
	}
	none.By = id
	verdict := ""
	for _, body := range trustedResults(m.Raw, m.Envelope.Door == "smtp" || m.Envelope.Door == "lmtp") {
		r, err := parseResults(body)
		if err != nil {
			// It stands where only our relay writes. If it may be the relay's, what it says is in doubt, and with it
			// everything beside it.
			if mayBe(body, id) {
				none.Detail = err.Error()
				return none
			}
			continue
		}
		if r.authservID != id {
			continue
		}
		for _, c := range r.methods {
			if c.name != "dmarc" {
				continue
			}
			from, ok := rules.ParseDomain(c.props["header.from"])
			if !ok || from != m.From.Address.Domain() {
				none.Detail = "dmarc result is about " + c.props["header.from"]
				return none
			}
			if verdict != "" && verdict != c.result {
				none.Detail = "two dmarc results that differ"
				return none
			}
			verdict = c.result
		}
	}
	return dmarcProof(none, verdict)
}

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
		p.Detail = "dmarc=" + verdict
	}
	return p
}

// mayBe says whether a field that cannot be read begins as the relay's would.
func mayBe(body, id string) bool {
	return strings.Contains(strings.ToLower(body[:min(len(body), 512)]), id)
}

// maxHeader bounds how far fields are looked for.
const maxHeader = 256 << 10

// trustedResults returns the bodies of the Authentication-Results fields, unfolded, that stand above the border: the
// first Received that records a hop from another host (RFC 8601, section 5). What is below it came with the mail.
// Hops within the receiving system do not end the zone: our own door's, which is first, deliveries by LMTP, and
// those without a "from" clause. A client cannot write any of these, since it stands behind the border itself.
// traced says that the door wrote a field of its own on top.
func trustedResults(raw []byte, traced bool) []string {
	var found []string
	first := traced
	for name, body := range fields(raw) {
		switch {
		case strings.EqualFold(name, "Authentication-Results"):
			found = append(found, body)
		case strings.EqualFold(name, "Received"):
			if !(first && strings.Contains(body, ourHop)) && !internalHop(body) {
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
