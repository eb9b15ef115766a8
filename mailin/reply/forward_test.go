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
		{"den 3 mars 2026 10:14", "2026-03-03T10:14:00"},
		{"tirsdag 3. mars 2026 kl. 10.14", "2026-03-03T10:14:00"},
		{"tiistai 3. maaliskuuta 2026 10.14", "2026-03-03T10:14:00"},
		{"Tue, 3 Mar 2026 10:14:05 +0100", "2026-03-03T10:14:05+01:00"},
		{"Tuesday, March 3, 2026 2:14:05 PM", "2026-03-03T14:14:05"},
		{"2026-03-03 10:14", "2026-03-03T10:14:00"},
		{"03.03.2026 10:14", "2026-03-03T10:14:00"},
		{"3/13/2026 12:14 AM", "2026-03-13T00:14:00"},
		{"5. oktober 2026 kl. 08:00", "2026-10-05T08:00:00"},
		{"joulukuun 5. 2026", "2026-12-05T00:00:00"},
		{"2. mars 2026 kl. 16:40:11 CET", "2026-03-02T16:40:11+01:00"},
		{"2 mars 2026 kl. 16:40:11 GMT+2", "2026-03-02T16:40:11+02:00"},
		{"Mon, 2 Mar 2026 15:40:11 GMT", "2026-03-02T15:40:11Z"},
		{"igår", ""},
		{"", ""},
		{"99 99 9999", ""},
	} {
		got := ""
		if d, floating := lenientDate(tt.in); !d.IsZero() {
			got = d.Format(time.RFC3339)
			if floating {
				got = strings.TrimSuffix(got, "Z")
			}
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
