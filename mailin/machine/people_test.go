package machine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aboveline.example/rules"
)

// machineWords gathers what machines write, from the goldens and, where they are, from the corpora.
func machineWords(t *testing.T) map[string]Facts {
	t.Helper()
	all := map[string]Facts{}
	for _, glob := range []string{goldens + "/*.eml", corpora + "/bounce/in/sisimai-*.eml"} {
		mails, _ := filepath.Glob(glob)
		for _, mail := range mails {
			raw, err := os.ReadFile(mail)
			if err != nil {
				t.Fatal(err)
			}
			if f := readMail(raw); !Classify(f).Kind.Person() {
				all[filepath.Base(mail)] = f
			}
		}
	}
	if len(all) < 30 {
		t.Fatalf("only %d mails of machines", len(all))
	}
	return all
}

// TestPeopleWhoPassOnMachinesMailArePeople: whatever a machine wrote, a person who answers it, forwards it or tells of
// it is a person.
func TestPeopleWhoPassOnMachinesMailArePeople(t *testing.T) {
	person := rules.Mailbox{Name: "Eva Dal", Address: "eva@skola.example"}
	header := map[string][]string{"From": {"Eva Dal <eva@skola.example>"}, "To": {"support@omdirekt.example"}, "Return-Path": {"<eva@skola.example>"}, "In-Reply-To": {"<omd-1042@omdirekt.example>"}}
	for name, f := range machineWords(t) {
		words := takeApart(f).words
		forms := map[string]Facts{
			"answers": {Subject: "Re: " + f.Subject, Text: "Vad betyder det här?\n\n> " + strings.ReplaceAll(words, "\n", "\n> ")},
			"answers in Outlook's way": {Subject: "SV: " + f.Subject, Text: "Tack, men det fungerar inte.\n\nFrån: OmDirekt <support@omdirekt.example>\nSkickat: den 3 mars 2026 10:14\nTill: Eva Dal\nÄmne: " +
				f.Subject + "\n\n" + words},
			"answers without quote marks": {Subject: "Re: " + f.Subject, Text: "Tack, men det fungerar inte.\n\nDen 3 mars 2026 10:14 skrev OmDirekt <support@omdirekt.example>:\n\n" + words},
			"tells":                       {Subject: "Mitt mejl kommer inte fram", Text: "Hej! Jag får det här tillbaka när jag mejlar er:\n\n" + words},
			"forwards": {Subject: "VB: " + f.Subject, Text: "Se nedan.\n\n-----Ursprungligt meddelande-----\nFrån: " + string(f.From.Address) +
				"\nÄmne: " + f.Subject + "\n\n" + words},
			"attaches": {Subject: "Fwd: " + f.Subject, Text: "Se bifogat.", Parts: append([]Part{{Type: "text/plain", Text: "Se bifogat."},
				{Type: "message/rfc822", Body: []byte("Subject: " + f.Subject + "\n\n" + words)}}, f.Parts...)},
		}
		for form, mail := range forms {
			mail.Header, mail.From = header, person
			if v := Classify(mail); v.Kind != rules.KindHuman || v.NoAck {
				t.Errorf("a person %s %s: %s (%s), no_ack %v", form, name, v.Kind, v.Reason, v.NoAck)
			}
		}
	}
}
