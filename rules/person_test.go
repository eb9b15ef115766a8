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
		"Gäller Lisa Svensson, 811218-9876":                                         "Gäller …, ••••••-••••",
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

// TestNamesAreNamesAndErrorsErrors: a name is hidden after the words by which people say whom a letter is about, and what
// those words say of a program, an organisation or a matter stays, as do the numbers of errors.
func TestNamesAreNamesAndErrorsErrors(t *testing.T) {
	things := []string{"OmDirekt", "Sublime", "Mirakel", "Mina sidor - Teknik", "Lön och tid", "Fagsystem Nord"}
	for in, want := range map[string]string{
		"Gäller Lisa Svensson, hon kommer inte in":                        "Gäller …, hon kommer inte in",
		"Ärendet gäller Per von Essen.":                                   "Ärendet gäller ….",
		"Gjelder Kari Nordmann":                                           "Gjelder …",
		"Det gjelder: Ola Nordmann (7B)":                                  "Det gjelder: … (7B)",
		"Regarding Tom Smith, he cannot log in":                           "Regarding …, he cannot log in",
		"Ang. Lisa Svensson och hennes lön":                               "Ang. … och hennes lön",
		"Ang Eva Lind":                                                    "Ang …",
		"Angående Lisa Svenssons konto":                                   "Angående … konto",
		"Vedr. Kari Lie-Moe: får ikke logget inn":                         "Vedr. …: får ikke logget inn",
		"Vedrørende\nOla Nordmann som ikke kommer inn":                    "Vedrørende … som ikke kommer inn",
		"Gjelder Lisa McDonald":                                           "Gjelder …",
		"Gjelder LISA Svensson, ang. ÅSA Öberg":                           "Gjelder …, ang. …",
		"Avser Åsa Öberg":                                                 "Avser …",
		"Beträffande Bo Ek":                                               "Beträffande …",
		"Concerning Mary O'Hara's account":                                "Concerning … account",
		"GJELDER KARI NORDMANN":                                           "GJELDER …",
		"Jeg skriver på vegne av Kari Nordmann":                           "Jeg skriver på vegne av …",
		"På uppdrag av Lisa Svensson frågar jag":                          "På uppdrag av … frågar jag",
		"I write on behalf of Tom Smith":                                  "I write on behalf of …",
		"Navn: Kari Nordmann, feil: hvit skjerm":                          "Navn: …, feil: hvit skjerm",
		"Från: Lisa Svensson\nÄmne: Fel":                                  "Från: … Ämne: Fel",
		"Kontaktperson: Lisa Svensson":                                    "Kontaktperson: …",
		"Tilgang for Kari Nordmann mangler":                               "Tilgang for … mangler",
		"Kontot för Lisa Svensson är låst":                                "Kontot för … är låst",
		"Fru Svensson och herr Ek ser samma fel, Mr. Smith and Dr Hansen": "Fru … och herr … ser samma fel, Mr. … and Dr …",
		"Gäller Lisa Svensson\nKommer inte in på Mina sidor":              "Gäller … Kommer inte in på Mina sidor",
		"Gäller Lisa Svensson\nBankID fungerar inte":                      "Gäller … BankID fungerar inte",
		"Gäller Lisa Svensson BankID fungerar inte":                       "Gäller … BankID fungerar inte",
		"Kunden Lisa Svensson ser det":                                    "Kunden … ser det",

		// what stays
		"Felkod 500 12 Timeout":                                       "",
		"Felkod: 500 12 Oslo-noden svarar inte":                       "",
		"Error 5000 Oslo":                                             "",
		"Feilkode 1001 Bergen og feil 3001 Drammen":                   "",
		"Status code 404 12 Forbidden, HTTP 502 10 Gateway":           "",
		"Versjon 2024 Oslo og build 4011 Stavanger":                   "",
		"Ärende 123 45 Personer":                                      "",
		"kund Swedbank Sverige":                                       "",
		"Kunden Telia Sverige AB och kunden DNB Bank ASA ser det":     "",
		"Kunde Oslo Kommune, kunden Göteborgs Stad Försäkringskassan": "",
		"Gäller Mina sidor och Mina Sidor Teknik":                     "",
		"Gäller Microsoft Teams":                                      "",
		"Gjelder Visma Lønn":                                          "",
		"Gjelder Min Side":                                            "",
		"Gäller Sublime Mirakel":                                      "",
		"Gjelder Fagsystem Nord":                                      "",
		"Regarding Password Reset, regarding Login Problems":          "",
		"Gäller BankID Mobilt, ang. VPN Anslutning, ang SMS Kod":      "",
		"Concerning Invoice Number 5":                                 "",
		"Gäller SAP Modul, gäller IT Avdelningen":                     "",
		"Gäller Fel Belopp":                                           "",
		"Gäller Region Skåne och Södra Skolan":                        "",
		"MS Teams visar fel, Mr Robot Portal":                         "",
		"Det gäller inte Lön, det gäller Skatt":                       "",
		"Access for Mobile Users":                                     "",
	} {
		if want == "" {
			want = oneLine(in)
		}
		if got := anonymous(in, Mailbox{Address: "x@kommun.example"}, nil, things); got != want {
			t.Errorf("%q\n got %q\nwant %q", in, got, want)
		}
	}
}
