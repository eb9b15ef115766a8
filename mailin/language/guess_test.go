package language

import (
	"strings"
	"testing"

	"aboveline.example/rules"
)

var sentences = []struct {
	want rules.Language
	text string
}{
	{"sv", "Hej, jag kan inte logga in på Mina sidor sedan i morse."},
	{"sv", "Vi får ett felmeddelande när vi ska skicka in ansökan."},
	{"sv", "Funkar inte"},
	{"sv", "Tack för hjälpen!"},
	{"sv", "BankID startar men sedan händer ingenting, sidan är vit."},
	{"sv", "Skrivaren på plan 3 är trasig igen. Kan någon titta på den?"},
	{"sv", "Samma fel här, hela avdelningen står still."},
	{"sv", "Ja, det går bra nu."},
	{"sv", "Kan ni återkomma när det är löst? Vänliga hälsningar Karin"},
	{"sv", "Glömt lösenordet, hur gör jag?"},
	{"sv", "Nej"},
	{"sv", "Bifogar en skärmbild på felet."},
	{"sv", "Ingen kommer at nätet, det är jättelångsamt för oss på skolan."},
	{"sv", "kommer ej in i systemet"},
	{"sv", "Utbetalningen har inte kommit och avgiften drogs två gånger."},
	{"nb", "Hei, jeg får ikke logget inn på Min side siden i morges."},
	{"nb", "Vi får en feilmelding når vi skal sende inn søknaden."},
	{"nb", "Virker ikke"},
	{"nb", "Takk for hjelpen!"},
	{"nb", "BankID starter, men så skjer det ingenting og siden er hvit."},
	{"nb", "Skriveren i tredje etasje er ødelagt igjen. Kan noen se på den?"},
	{"nb", "Samme feil her, hele avdelingen står stille."},
	{"nb", "Jeg har glemt passordet, hva gjør jeg?"},
	{"nb", "Legger ved et skjermbilde av feilen."},
	{"nb", "Nettet er veldig tregt i dag, ingen på skolen kommer inn."},
	{"nb", "Kan dere gi beskjed når det er løst? Med vennlig hilsen Kari"},
	{"nb", "Utbetalingen har ikke kommet og gebyret ble trukket to ganger."},
	{"nn", "Hei, eg får ikkje logga inn på Mi side sidan i morgon tidleg."},
	{"nn", "Vi får ei feilmelding når vi skal sende inn søknaden, og ingen veit kvifor."},
	{"nn", "Eg veit ikkje kva eg skal gjere."},
	{"nn", "Det fungerer framleis ikkje hjå oss."},
	{"nn", "Kan de seie frå når det er løyst?"},
	{"nn", "Korleis byter eg passord?"},
	{"nn", "Nokon må sjå på skrivaren, han verkar ikkje."},
	{"nn", "Brukarane kjem ikkje inn i systemet i dag."},
	{"da", "Hej, jeg kan ikke logge på Min side siden i morges."},
	{"da", "Vi får en fejlmeddelelse, når vi skal sende ansøgningen."},
	{"da", "Tak for hjælpen!"},
	{"da", "MitID starter, men så sker der ikke noget, og siden er hvid."},
	{"da", "Printeren på tredje sal er gået i stykker igen. Kan nogen kigge på den?"},
	{"da", "Samme fejl her, hele afdelingen står stille."},
	{"da", "Jeg har glemt min adgangskode, hvad gør jeg?"},
	{"da", "Netværket er meget langsomt i dag."},
	{"da", "Kan I give besked, når det er løst? Med venlig hilsen Mette"},
	{"da", "Udbetalingen er ikke kommet, og gebyret blev trukket to gange."},
	{"en", "Hi, I can't log in to My pages since this morning."},
	{"en", "We get an error message when we try to submit the application."},
	{"en", "Does not work"},
	{"en", "Thanks for your help!"},
	{"en", "The printer on the third floor is broken again. Could someone take a look?"},
	{"en", "Same here, whole department is down."},
	{"en", "I forgot my password, what do I do?"},
	{"en", "Yes, it works fine now."},
	{"en", "Network is very slow today"},
	{"en", "Please let us know when it is fixed. Kind regards, Anna"},
	{"en", "The payment has not arrived and the fee was charged twice."},
	{"other", "Guten Tag, ich kann mich seit heute Morgen nicht mehr anmelden."},
	{"other", "Bonjour, je n'arrive plus à me connecter depuis ce matin."},
	{"other", "Hei, en pysty kirjautumaan sisään tänä aamuna."},
	{"other", "Dzień dobry, nie mogę się zalogować od rana."},
	{"other", "Hola, no puedo iniciar sesión desde esta mañana."},
	{"other", "Здравствуйте, я не могу войти в систему с утра."},
	{"other", "今朝からログインできません。"},
	{"other", "Goedemorgen, ik kan sinds vanochtend niet meer inloggen."},
	{"other", "مرحبا، لا أستطيع تسجيل الدخول منذ الصباح"},
	{"other", ""},
	{"other", "12345 https://www.elsewhere.example/a 2026-03-03"},
}

func TestGuess(t *testing.T) {
	for _, s := range sentences {
		if got, sure := Guess(s.text); got != s.want {
			t.Errorf("Guess(%q) = %s (%.2f), want %s", s.text, got, sure, s.want)
		}
	}
}

// Mixed text is what most of it is in.
func TestGuessMixed(t *testing.T) {
	tests := []struct {
		want rules.Language
		text string
	}{
		{"sv", "Hej! Vi får \"Internal server error\" när vi försöker logga in, sen kommer sidan aldrig upp igen."},
		{"nb", "Hei, får opp \"Your session has expired\" hver gang jeg prøver å åpne saken min. Hva kan jeg gjøre?"},
		{"en", "Hello, my colleague Åsa Öberg in Malmö cannot open the page Mina sidor, it just shows an error."},
		{"sv", "Felmeddelandet är: The request could not be completed. Jag har provat att starta om datorn två gånger."},
	}
	for _, s := range tests {
		if got, sure := Guess(s.text); got != s.want {
			t.Errorf("Guess(%q) = %s (%.2f), want %s", s.text, got, sure, s.want)
		}
	}
}

// Confidence is for choosing how to read the words further: a page must be surer than a word, and no words no guess.
func TestConfidence(t *testing.T) {
	_, word := Guess("ok")
	_, page := Guess("Hej, jag kan inte logga in på Mina sidor sedan i morse, det kommer upp ett fel och sedan händer ingenting mer.")
	_, none := Guess("")
	if !(none == 0 && word < 0.5 && page > 0.8) {
		t.Errorf("confidence of nothing, a word, a page = %.2f, %.2f, %.2f", none, word, page)
	}
}

// Who writes Norwegian in short is answered in it: what cannot be told from Danish is sure enough.
func TestConfidenceAmongNeighbours(t *testing.T) {
	for _, text := range []string{
		"Hei, BankID virker ikke på Mina sidor i dag. Jeg får bare feilkode E4711 og kommer ikke inn på siden.",
		"BankID virker ikke hos oss", "Takk for beskjed!", "Det virker fortsatt ikke.", "Jeg har samme problem", "Kan ikke logge inn i dag",
	} {
		if got, sure := Guess(text); got == rules.Swedish || got == rules.English || sure < 0.5 {
			t.Errorf("Guess(%q) = %s (%.2f)", text, got, sure)
		}
	}
}

// Time is bounded by what is read, not by what is given.
func TestGuessReadsAPage(t *testing.T) {
	long := strings.Repeat("Jag kan inte logga in. ", 1<<20)
	if got, _ := Guess(long); got != rules.Swedish {
		t.Errorf("Guess(24 MB of Swedish) = %s", got)
	}
}

func BenchmarkGuess(b *testing.B) {
	for b.Loop() {
		Guess(sentences[0].text)
	}
}
