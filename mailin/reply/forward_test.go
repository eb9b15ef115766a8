package reply

import (
	"strings"
	"testing"
	"time"
)

func TestLenientMailbox(t *testing.T) {
	for _, tt := range []struct{ in, name, address string }{
		{"Anna Ek <anna@omdirekt.example>", "Anna Ek", "anna@omdirekt.example"},
		{"\"Ek, Anna\" <anna@omdirekt.example>", "Ek, Anna", "anna@omdirekt.example"},
		{"Anna Ek [mailto:anna@omdirekt.example]", "Anna Ek", "anna@omdirekt.example"},
		{"Anna Ek <anna@omdirekt.example<mailto:anna@omdirekt.example>>", "Anna Ek", "anna@omdirekt.example"},
		{"anna@omdirekt.example", "", "anna@omdirekt.example"},
		{"*Anna Ek* <anna@omdirekt.example> ", "Anna Ek", "anna@omdirekt.example"},
		{"Anna Ek", "Anna Ek", ""},
		{"Anna Ek (anna@omdirekt.example)", "Anna Ek", "anna@omdirekt.example"},
		{"@", "", ""},
		{"", "", ""},
	} {
		m := lenientMailbox(tt.in)
		if m.Name != tt.name || string(m.Address) != tt.address {
			t.Errorf("lenientMailbox(%q) = %q <%s>, want %q <%s>", tt.in, m.Name, m.Address, tt.name, tt.address)
		}
	}
}

func TestLenientDate(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"den 3 mars 2026 10:14", "2026-03-03T10:14:00Z"},
		{"tirsdag 3. mars 2026 kl. 10.14", "2026-03-03T10:14:00Z"},
		{"tiistai 3. maaliskuuta 2026 10.14", "2026-03-03T10:14:00Z"},
		{"Tue, 3 Mar 2026 10:14:05 +0100", "2026-03-03T10:14:05+01:00"},
		{"Tuesday, March 3, 2026 2:14:05 PM", "2026-03-03T14:14:05Z"},
		{"2026-03-03 10:14", "2026-03-03T10:14:00Z"},
		{"03.03.2026 10:14", "2026-03-03T10:14:00Z"},
		{"3/13/2026 12:14 AM", "2026-03-13T00:14:00Z"},
		{"5. oktober 2026 kl. 08:00", "2026-10-05T08:00:00Z"},
		{"joulukuun 5. 2026", "2026-12-05T00:00:00Z"},
		{"igår", ""},
		{"", ""},
		{"99 99 9999", ""},
	} {
		got := ""
		if d := lenientDate(tt.in); !d.IsZero() {
			got = d.Format(time.RFC3339)
		}
		if got != tt.want {
			t.Errorf("lenientDate(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// TestPastedMail guards a new matter in which somebody pastes another mail: its own subject says that it answers
// nothing, so what stands below the pasted block is theirs.
func TestPastedMail(t *testing.T) {
	text := "Hej! Det här mejlet kom aldrig fram:\n\nFrån: Karin <karin@kommun.example>\nTill: Eva <eva@kommun.example>\nÄmne: Faktura\n\nSe bifogat.\n\nVad är fel?"
	for subject, whole := range map[string]bool{
		"Mejl kommer inte fram": true, "SV: Mejl": false, "Re[2]: mail": false, "[OMD-1042] Mejl kommer inte fram": false, "": false, "[lista] VS: Mejl": false,
	} {
		r := Visible(Input{Text: text, Subject: subject})
		if got := strings.Contains(r.Reply, "Vad är fel?"); got != whole {
			t.Errorf("subject %q: reply = %q", subject, r.Reply)
		}
	}
}
