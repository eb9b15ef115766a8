package rules

import (
	"strings"
	"testing"
)

// TestSignatureSpeaksForWhatItCovers: what whoever has a signed mail could have set does not count for those who may
// give commands.
func TestSignatureSpeaksForWhatItCovers(t *testing.T) {
	for _, c := range []struct {
		method, open, fields string
		want                 bool
	}{
		{"dkim", "", "to", true},
		{"", "", "to", true},
		{"dkim", "envelope", "to", true},
		{"dkim", "envelope", "", true}, // in the body or the subject, which are signed
		{"dkim", "envelope", "envelope", false},
		{"dkim", "envelope to", "to", false},
		{"dkim", "envelope to", "to cc", true},
		{"dkim", "envelope references", "to", true},
		{"dkim", "envelope references", "references", false},
		{"dkim", "envelope references", "in-reply-to references", true},
		{"dkim", "envelope in-reply-to references", "in-reply-to references", false},
		{"dkim", "envelope content-type", "to", false},
		{"dkim", "envelope content-transfer-encoding", "", false},
	} {
		p := Proof{Result: ProofPass, Method: c.method, Open: strings.Fields(c.open)}
		if got := !loose(p, strings.Fields(c.fields)); got != c.want {
			t.Errorf("%s with %q open speaks for what %q says: %v, want %v", c.method, c.open, c.fields, got, c.want)
		}
	}
}

// TestProofLaterLeavesOpen: a later check lets a staff member's held mail in only where its signature covers what
// brought it to the ticket.
func TestProofLaterLeavesOpen(t *testing.T) {
	for open, released := range map[string]bool{"": true, "envelope": false, "envelope content-type": false} {
		w, id := doubtful(t, "Anna Ek <anna@omdirekt.example>", "answers: 1-2")
		h := w.held[id]
		if h.Why != ReasonUnproved {
			t.Fatalf("the mail is held as %q", h.Why)
		}
		h.Fields = []string{OpenEnvelope}
		w.held[id] = h
		w.prove(t, id, Proof{Result: ProofPass, Method: "dkim", Open: strings.Fields(open), By: "dmarc"})
		if got := w.held[id].Release != nil; got != released {
			t.Errorf("with %q open it was let in: %v, want %v", open, got, released)
		}
	}
}
