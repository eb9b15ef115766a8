package rules

import (
	"strings"
	"testing"
)

// TestAnonymous reads what people write into a fault report, and takes out who they are.
func TestAnonymous(t *testing.T) {
	asa := Mailbox{"Åsa Öberg", "asa.oberg@kommun.example"}
	for in, want := range map[string]string{
		"BankID snurrar för Åsa Öberg på Mina sidor.":                                       "BankID snurrar för … … på Mina sidor.",
		"Hej!\n\nBankID snurrar.\n\nMvh\nÅsa Öberg\nEkonom, 08-123 45 67":                   "BankID snurrar.",
		"Hej Anna och Bo,\njag kommer inte in.":                                             "Hej … och Bo, jag kommer inte in.",
		"Hei,\nfår feilkode E4711":                                                          "Får feilkode E4711",
		"Hej, öppnar inte":                                                                  "Öppnar inte",
		"Hei!\niPhone laster ikke":                                                          "iPhone laster ikke",
		"Hello,\nhttps://minasidor.example is down":                                         "https://minasidor.example is down",
		"Hej Anna!\nJag kommer inte in.\nÅsa":                                               "Jag kommer inte in.",
		"Hei alle sammen, BankID virker ikke":                                               "Hei alle sammen, BankID virker ikke",
		"Hello there, BankID does not work.\n\nKind regards,\nTom":                          "BankID does not work.",
		"Svara till asa.oberg@kommun.example eller a@b.example.":                            "Svara till … eller ….",
		"Ring mig på 070-123 45 67, +46 70 123 45 67 eller 0701234567.":                     "Ring mig på …, … eller ….",
		"Min tlf. er 912 34 567, sak 91234567":                                              "Min …, sak 91234567",
		"Ring 070 123 45 67, 08 123 456 78 eller 0701 23 45 67.":                            "…, … eller ….",
		"Mob 91234567, tfn 22 33 44 55, ellers 912 34 567":                                  "…, …, ellers …",
		"Felkod 08 12 34, kl 09 30 00 och 500 12 345":                                       "Felkod 08 12 34, kl 09 30 00 och 500 12 345",
		"Skriv till kb (at) kommun.example eller kb[at]kommun.example":                      "Skriv till … eller …",
		"BankID fungerar inte mvh Karin Lund 070-123 45 67":                                 "BankID fungerar inte",
		"Det hänger sig. Med vänlig hälsning, Karin Lund":                                   "Det hänger sig.",
		"Hälsningar Karin":                                                                  "Hälsningar Karin",
		"Jag heter Karin Lund och kommer inte in. Jeg heter Kari-Anne Lie.":                 "Jag heter … och kommer inte in. Jeg heter ….",
		"My name is John Smith, BankID fails":                                               "My name is …, BankID fails",
		"ÅSA ÖBERGS konto":                                                                  "… … konto",
		"A\u030asa har fel":                                                                 "… har fel",
		"İ felet gäller asa.oberg":                                                          "İ felet gäller ….…",
		"Kollegan Kari Moen har samma fel, och hans konto med":                              "Kollegan … har samma fel, och hans konto med",
		"Felkod 500-1234, ärende 2026-03-03, version 14.2.1 kl. 14:30":                      "Felkod 500-1234, ärende 2026-03-03, version 14.2.1 kl. 14:30",
		"811218-9876 står det på sidan":                                                     "••••••-•••• står det på sidan",
		"Jag loggar in som asa.oberg men BankID snurrar på https://minasidor.example/login": "Jag loggar in som ….… men BankID snurrar på https://minasidor.example/login",
	} {
		got := anonymous(withoutClosing(withoutGreeting(in)), asa, []string{"Kari", "Moen", "Anna", "Ek", "Hans"}, nil)
		if got != want {
			t.Errorf("%q\n got %q\nwant %q", in, got, want)
		}
	}
}

func FuzzAnonymous(f *testing.F) {
	f.Add("Hej Åsa, jag heter asa.oberg@kommun.example 811218-9876")
	asa := Mailbox{"Åsa Öberg", "asa.oberg@kommun.example"}
	f.Fuzz(func(t *testing.T, in string) {
		got := anonymous(in, asa, nil, nil)
		for _, word := range strings.FieldsFunc(got, isBetween) {
			if p := plain(word); p == "asa" || p == "oberg" {
				t.Errorf("%q is left in %q of %q", word, got, in)
			}
		}
	})
}
