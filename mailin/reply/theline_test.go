package reply

import (
	"strings"
	"testing"
)

const ourMail = `-- Skriv ditt svar ovanför denna rad --

Hej Karin! Vi har startat om tjänsten för inloggning och det ska fungera nu.
Kan du prova igen och berätta hur det går?

OMD-1042
[##..] Väntar på svar
Status: väntar på dig
Ärende: Kan inte logga in
Referens: AbLn7Qk2mZt4wdX0pR9s

Det här kan du göra

Markera som löst: /löst
<mailto:support+k7q2mzt4wd@omdirekt.example?subject=x&body=%2Fl%C3%B6st>`

func TestOurLine(t *testing.T) {
	quote := func(s string) string { return "> " + strings.ReplaceAll(s, "\n", "\n> ") }
	for _, tt := range []struct{ name, text, want string }{
		{"below own words, nothing else", "Nu fungerar det, tack!\n\n" + ourMail, "Nu fungerar det, tack!"},
		{"with the client's attribution above", "Nu fungerar det!\n\nAnna Ek via OmDirekt <support@omdirekt.example> skrev:\n\n" + ourMail, "Nu fungerar det!"},
		{"with a header block above", "Nu fungerar det!\n\nFrån: Anna Ek via OmDirekt <support@omdirekt.example>\nSkickat: den 3 mars 2026 10:14\nTill: Karin\nÄmne: [OMD-1042] Kan inte logga in\n\n" + ourMail, "Nu fungerar det!"},
		{"with an unknown attribution above", "Nu fungerar det!\n\n3 mars 2026 hälsar support:\n\n" + ourMail, "Nu fungerar det!"},
		{"dashes made pretty", "Ja.\n\n– Skriv ditt svar ovanför denna rad –\n\nOMD-7\nStatus: öppet\nReferens: AbLn7Qk2mZt4wdX0pR9s\n", "Ja."},
		{"quoted line by line", "Nu fungerar det!\n\nDen 3 mars 2026 skrev Anna Ek:\n\n" + quote(ourMail), "Nu fungerar det!"},
		{"answer below the quoted mail", quote(ourMail) + "\n\nNu fungerar det, tack!\n", "Nu fungerar det, tack!"},
		{"bare, in a customer's own words", "Hej! Det står\n\n-- Skriv ditt svar ovanför denna rad --\n\ni mejlet. Vad betyder det? Ska jag skriva där?\n", "Hej! Det står\n\n-- Skriv ditt svar ovanför denna rad --\n\ni mejlet. Vad betyder det? Ska jag skriva där?"},
		{"with its mark, below own words", "Ja.\n\n" + strings.Replace(ourMail, "rad --", "rad -- q7XmR2tLw9", 1), "Ja."},
		{"in own words that name the ticket", "Det står\n\n-- Skriv ditt svar ovanför denna rad --\n\ni mejlet om\nOMD-1042\n\nVad menas?", "Det står\n\n-- Skriv ditt svar ovanför denna rad --\n\ni mejlet om\nOMD-1042\n\nVad menas?"},
		{"answer under our mail, unquoted", ourMail + "\n\nNu fungerar det, tack!\n\nKarin\n", "Nu fungerar det, tack!\n\nKarin"},
		{"answers above and under our mail", "Hej!\n\nFrån: Anna Ek via OmDirekt <support@omdirekt.example>\nSkickat: den 3 mars 2026 10:14\nTill: Karin\nÄmne: [OMD-1042] Kan inte logga in\n\n" + ourMail + "\n\nNu fungerar det!\n", "Hej!\n\nNu fungerar det!"},
		{"an older mail under ours", "Ja.\n\n" + ourMail + "\n\nFrån: Karin <karin@kommun.example>\nSkickat: den 2 mars 2026 10:14\nTill: OmDirekt\nÄmne: Kan inte logga in\n\nHjälp!\n", "Ja."},
		{"in a sentence", "Jag ska skriva svaret ditt over denne linjen, sant?\nOMD-1042 gäller det.", "Jag ska skriva svaret ditt over denne linjen, sant?\nOMD-1042 gäller det."},
		{"norwegian", "Takk!\n\n-- Skriv svaret ditt over denne linjen --\n\nDRIFT-3\nStatus: åpen\nReferanse: AbLn7Qk2mZt4wdX0pR9s\n", "Takk!"},
		{"english", "Thanks!\n\n-- Please write your reply above this line --\n\nT-3\nReference: AbLn7Qk2mZt4wdX0pR9s\n", "Thanks!"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := Input{Text: tt.text}
			r := Visible(in)
			if r.Reply != tt.want {
				t.Errorf("reply = %q, want %q (%s)", r.Reply, tt.want, r.Reason)
			}
			checkWhole(t, in, r)
		})
	}
}

func TestOurLineByMark(t *testing.T) {
	const mark = "k3j9x2m7q1"
	text := "Svar.\n\n-- Skriv ditt svar ovanför denna rad -- " + mark + "\n\nen text utan fakta\noch en rad till\n"
	if got := Visible(Input{Text: text, Marks: []string{mark}}).Reply; got != "Svar." {
		t.Errorf("with its mark: reply = %q", got)
	}
	if got := Visible(Input{Text: text, Marks: []string{"another-mark"}}).Reply; got != strings.TrimSpace(text) {
		t.Errorf("with another's mark: reply = %q", got)
	}
	html := `<div>Svar.</div><div><span id="x_aboveline" class="x_aboveline-line" data-aboveline="` + mark + `">-- Skriv ditt svar ovanför denna rad --</span><p>en text utan fakta</p></div>`
	if got := Visible(Input{HTML: html, Marks: []string{mark}}).Reply; got != "Svar." {
		t.Errorf("html with its mark: reply = %q", got)
	}
	if got := Visible(Input{HTML: html, Marks: []string{"another-mark"}}).Reply; got == "Svar." {
		t.Error("html with another's mark cut the reply")
	}
}

// TestKnownText guards mails whose client quoted ours without any sign.
func TestKnownText(t *testing.T) {
	sent := "Hej Karin! Vi har startat om tjänsten för inloggning och det ska fungera nu.\nKan du prova igen och berätta hur det går?\n\nVi undrar också vilken webbläsare du använder när felet kommer tillbaka."
	rewrapped := "Hej Karin! Vi har startat om tjänsten\nför inloggning och det ska fungera nu. Kan du\nprova igen och berätta hur det går?\n"
	for _, tt := range []struct{ name, text, want string }{
		{"below own words", "Det går bra nu.\n\n" + rewrapped, "Det går bra nu."},
		{"above own words", rewrapped + "\nDet går bra nu.", "Det går bra nu."},
		{"answers below a header block", "Se mina svar nedan.\n\nFrån: OmDirekt <support@omdirekt.example>\nSkickat: den 3 mars 2026 10:14\nTill: Karin\nÄmne: SV: Inloggning\n\n" + rewrapped + "Det går bra nu.\n\nVi undrar också vilken webbläsare du använder när felet kommer tillbaka.\nFirefox.\n", "Firefox."},
		{"a phrase in common", "Kan du prova igen och berätta?\nJag har inte tid.", "Kan du prova igen och berätta?\nJag har inte tid."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := Input{Text: tt.text, Known: []string{sent}}
			r := Visible(in)
			if tt.name == "answers below a header block" {
				for _, s := range []string{"Se mina svar nedan.", "Det går bra nu.", "Firefox."} {
					if !strings.Contains(r.Words, s) {
						t.Errorf("words = %q: %q is lost", r.Words, s)
					}
				}
				if strings.Contains(r.Words, "startat om") || strings.Contains(r.Words, "Skickat:") {
					t.Errorf("words = %q: ours is left", r.Words)
				}
			} else if r.Words != tt.want {
				t.Errorf("words = %q, want %q (%s)", r.Words, tt.want, r.Reason)
			}
			checkWhole(t, in, r)
		})
	}
}
