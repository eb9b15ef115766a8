package gateway

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"aboveline.example/mailin/proof/prooftest"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// TestGenuineMailSentAgain: Anna writes to Mallory, signed, and Mallory sends it to the desk with a field that says it
// answers Åsa's mail. It is Anna's, and nothing shows that she meant this ticket: she is asked, and nobody reads it.
// What she really answers, signed with what it answers, is her word at once.
func TestGenuineMailSentAgain(t *testing.T) {
	w := newSpoofTown(t)
	again := "In-Reply-To: <asa-first@kommun.example>\r\n"
	covering := append(slices.Clone(prooftest.DefaultHeaders), "In-Reply-To", "References")
	written := func(header string, headers ...string) string {
		raw := w.compose("From: Anna Ek <anna@omdirekt.example>\nTo: mallory@evil.example\nSubject: Ja\n"+header, fmt.Sprintf("Ja, gör det, %d. %s", w.count, attackWords))
		key := w.keys["omdirekt.example"]
		key.Headers = headers
		return string(prooftest.Sign([]byte(raw), key))
	}
	relay := func(raw string) shot {
		e := direct("127.0.0.1", "mallory@evil.example", "support@omdirekt.example")
		e.Relay, e.AuthservID = true, "mx.omdirekt.example"
		return shot{e, "Authentication-Results: mx.omdirekt.example; dmarc=pass header.from=omdirekt.example; dkim=pass header.d=omdirekt.example\r\n" + raw}
	}
	door := func(raw string) shot {
		return shot{direct(evilHost, "mallory@evil.example", "support@omdirekt.example"), raw}
	}
	for _, c := range []struct {
		name string
		shot shot
		want rules.DispositionKind
	}{
		{"with In-Reply-To added", door(again + written("")), rules.DisposedHeld},
		{"with References added", door("References: <asa-first@kommun.example>\r\n" + written("")), rules.DisposedHeld},
		{"and through a relay that says pass", relay(again + written("")), rules.DisposedHeld},
		{"and with a signature that covers more and does not hold", relay("DKIM-Signature: v=1; a=rsa-sha256; d=omdirekt.example; s=x; h=from:subject:date:in-reply-to:references; bh=AAAA; b=AAAA\r\n" + again + written("")), rules.DisposedHeld},
		{"signed with what it answers", door(written("In-Reply-To: <asa-first@kommun.example>\n", covering...)), rules.DisposedEntry},
		{"and through a relay", relay(written("In-Reply-To: <asa-first@kommun.example>\n", covering...)), rules.DisposedEntry},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := w.look(nil, 0)
			after := w.look(&before, w.take(c.shot))
			if after.disposed.Kind != c.want || after.disposed.Ticket != 1 {
				t.Fatalf("it became %s on ticket %d, want %s on 1: %v", after.disposed.Kind, after.disposed.Ticket, c.want, after.disposed.Reasons)
			}
			asked := false
			for _, q := range after.sent {
				asked = asked || q.Kind == rules.OutConfirm && q.To.Address == "anna@omdirekt.example"
				if c.want == rules.DisposedHeld && strings.Contains(q.Words, attackWords) {
					t.Errorf("%s reads it: %s", q.To.Address, q.Template)
				}
			}
			if asked != (c.want == rules.DisposedHeld) {
				t.Errorf("Anna was asked: %v", asked)
			}
		})
	}
	w.view(func(tx *store.Tx) {
		if n := len(tx.HeldMails(10)); n != 4 {
			t.Errorf("%d mails are held, want 4", n)
		}
	})
}
