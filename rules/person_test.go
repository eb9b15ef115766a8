package rules

import "testing"

// TestThirdPersons: whom a writer speaks of is as little a vendor's business as the writer. What programs, services and
// the desk's own things are called stays, and so does what only looks like an address.
func TestThirdPersons(t *testing.T) {
	things := []string{"OmDirekt", "Sublime", "Mirakel", "Mina sidor - Teknik", "Lön och tid", "el", "Ås"}
	for in, want := range map[string]string{
		"Min kollega Lisa Svensson på Storgatan 4, 123 45 Östersund kommer inte in": "Min kollega … på … kommer inte in",
		"Kollegan Per von Essen-Lund ser samma fel.":                                "Kollegan … ser samma fel.",
		"Min kollega Lisa kommer inte in, inte Lisas chef Bo Ek heller":             "Min kollega … kommer inte in, inte Lisas chef … heller",
		"min chef, Bengt Åkesson, får felkod E4711":                                 "min chef, …, får felkod E4711",
		"Eleven Ola Nordmann (7B) kommer ikke inn":                                  "Eleven … (7B) kommer ikke inn",
		"Læreren Kari Lie-Moe og eleven \"Ola\" får hvit skjerm":                    "Læreren … og eleven \"…\" får hvit skjerm",
		"Brukeren Ola Nordmann finnes ikke":                                         "Brukeren … finnes ikke",
		"My colleague Tom O'Brien cannot log in, nor can my manager (Sue Smith).":   "My colleague … cannot log in, nor can my manager (…).",
		"Hun heter Kari Nordmann, navnet er Kari Nordmann":                          "Hun heter …, navnet er …",
		"Användaren heter Eva Lind, hon heter Eva Lind":                             "Användaren heter Eva Lind, hon heter …",
		"Lisa Svensson (min kollega) kommer inte in":                                "… (min kollega) kommer inte in",
		"Det gäller kunden\nEva Lind som inte kommer in":                            "Det gäller kunden … som inte kommer in",
		"Jag och min kollega\nKommer inte in":                                       "Jag och min kollega Kommer inte in",
		"Gäller Lisa Svensson, 811218-9876":                                         "…, ••••••-••••",
		"811218-9876 Lisa Svensson ser fel belopp":                                  "••••••-•••• … ser fel belopp",
		"Vår son Erik är 170540 26641":                                              "Vår son … är ••••••-••••",
		"Jeg bor i Karl Johans gate 12B, 0154 Oslo, og får feil":                    "Jeg bor i …, og får feil",
		"Adressen Kirkeveien 103 A, 4011 STAVANGER er feil":                         "Adressen … er feil",
		"Flytt till Östra Kungsvägen 10 A lgh 1203, 831 45 Östersund går inte":      "Flytt till … går inte",
		"Ny adress: 114 32 Stockholm. Fel postnummer SE-11432 Stockholm":            "Ny adress: …. Fel postnummer …",
		"I live at 21 Baker Street and cannot log in":                               "I live at … and cannot log in",
		"Postnummer 0154 Oslo gir feil":                                             "Postnummer … gir feil",
		"My father Tom Smith and my mother Ann Smith":                               "My father … and my mother …",
		"Min kollega Elsa Svensson och min chef Åsa Ek ser det":                     "Min kollega … och min chef … ser det",
		"I live at 21 Oak Drive":                                                    "I live at …",

		// what stays
		"Min kollega kommer inte in på Mina sidor":                                    "",
		"Kunden Sublime Mirakel svarar inte":                                          "",
		"Navnet er Sublime Mirakel, og programmet heter Microsoft Teams":              "",
		"Min kollega, BankID fungerar inte. Kollegan Microsoft Teams":                 "",
		"Eleverna på Storskolan kommer inte in i Microsoft Teams":                     "",
		"Felet heter Internal Server Error och användaren ser Fel 500":                "",
		"My colleague I think has the same":                                           "",
		"Skrivaren på Plan 3, version 2024 Oslo-modulen 4 och kod 404 12":             "",
		"Windows 2019 Server, Office 2021 Pro och 100 00 SEK, ärende 123 45":          "",
		"Kod 4711 Mina sidor, 12 345 Personer, 1200 Kunder, klockan 10 30":            "",
		"Navigate 2 gånger, Rapporteringen 2024 och Låsen 3":                          "",
		"användaren kan inte logga in, kunden Volvo inte heller":                      "",
		"Namnet är fel, adressen är fel, gatan 4 finns inte":                          "",
		"Chefen kan inte attestera i Lön och tid":                                     "",
		"User Profile Service failed, Customer Service Desk and Task Manager Console": "",
		"Min chef Lön och tid":                                                        "",
		"The page says User Not Found, then Client Certificate Required":              "",
		"Customer Authentication Failed. User Principal Name saknas":                  "",
		"Brukeren Ikke Funnet":                                                        "",
		"Jag får felkod 403 Google Drive, 404 Network Drive och 500 Connection Close": "",
	} {
		if want == "" {
			want = in
		}
		if got := anonymous(in, Mailbox{Address: "x@kommun.example"}, nil, things); got != want {
			t.Errorf("%q\n got %q\nwant %q", in, got, want)
		}
	}
}
