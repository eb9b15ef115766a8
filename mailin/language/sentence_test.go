package language

import (
	"testing"

	"aboveline.example/rules"
)

// oneSentence are reports as people send them in a hurry, about things that have a name in some other language.
var oneSentence = []struct {
	want rules.Language
	text string
}{
	{"nb", "Kommer ikke inn på Mina sidor"},
	{"nb", "Jeg kommer ikke inn på Mina sidor"},
	{"nb", "Får ikke logget inn på Mina sidor med BankID"},
	{"nb", "Mina sidor virker ikke"},
	{"nb", "Mina sidor henger"},
	{"nb", "Innlogging feiler"},
	{"nb", "Får bare hvit skjerm på Mina sidor"},
	{"nb", "Er det noe galt med Mina sidor i dag?"},
	{"nb", "BankID snurrer og snurrer på Mina sidor"},
	{"nb", "Kan ikke åpne lønnsslippen"},
	{"nb", "Lønnsslippen mangler"},
	{"nb", "Hvor finner jeg skjemaet?"},
	{"nb", "Teams er tregt hos oss på Mina sidor - Teknik"},
	{"nb", "Passordet mitt virker ikke lenger"},
	{"nb", "Trenger tilgang til økonomisystemet"},
	{"nb", "Skriveren i 3. etasje er tom for toner"},
	{"nb", "Hei! Får feilkode E4711 på Mina sidor."},
	{"nb", "Nei, det hjelper ikke"},
	{"nb", "Fortsatt samme feil på Mina sidor"},
	{"nb", "Ingen av elevene kommer inn"},
	{"nb", "Hei, er det flere som ikke får logget på?"},
	{"nb", "Det fungerer nå, takk"},
	{"nb", "Kan du nullstille passordet mitt?"},
	{"nb", "Mina sidor: kommer ikke inn"},
	{"nb", "Appen krasjer når jeg trykker Logg inn"},
	{"da", "Jeg kommer ikke ind på Mina sidor"},
	{"da", "Jeg kan ikke logge ind"},
	{"da", "Der er fejl på siden, jeg kan ikke komme ind"},
	{"da", "Hvornår virker det igen?"},
	{"da", "Min adgangskode virker ikke længere"},
	{"da", "Systemet er nede hos os"},
	{"sv", "Kommer inte in på Mina sidor"},
	{"sv", "Mina sidor ligger nere"},
	{"sv", "Mina sidor funkar inte"},
	{"sv", "Kan inte logga in"},
	{"sv", "Är det fel på Mina sidor?"},
	{"sv", "Får inte upp sidan"},
	{"sv", "Vit sida på Mina sidor"},
	{"sv", "Lönespecen saknas"},
	{"sv", "Hur byter jag lösenord?"},
	{"sv", "Samma här"},
	{"sv", "Inloggningen hänger sig"},
	{"sv", "Fakturan är fel"},
	{"sv", "Behöver behörighet till ekonomisystemet"},
	{"sv", "Appen kraschar när jag trycker på Logga in"},
	{"sv", "Det går inte att komma in i My Pages"},
	{"sv", "Kommer inte in på Min side"},
	{"sv", "God morgon, Teams strular"},
	{"sv", "God middag, VPN"},
	{"sv", "God eftermiddag, BankID hänger"},
	{"nb", "God kveld, PC-en er ny"},
	{"nb", "God ettermiddag, VPN?"},
	{"nn", "God kveld, noko nytt?"},
	{"en", "Hej support,\n\nHow can someone send me money?"},
	{"en", "Hej!\n\nDoes every place of business accept this card? Let me know if you need anything else."},
	{"en", "Hei,\n\nWhy would a cash withdrawal be pending? Let me know if you need anything else.\n\nTakk"},
	{"en", "Namn: Hugo Ek\nOrganisation: kommun.example\nBeskrivning av ärendet: For some reason, the virtual card won't work.\nGodkänner villkor: Ja"},
	{"en", "God morgon, give me the vacation days remaining, please"},
	{"sv", "Kan inte nå Altinn"},
	{"sv", "Min kollega Lisa kommer inte in"},
	{"en", "Can't get into Mina sidor"},
	{"en", "Mina sidor is down"},
	{"en", "Mina sidor won't load"},
	{"en", "Cannot log in to Mina sidor with BankID"},
	{"en", "Is Mina sidor down?"},
	{"en", "Getting a white screen on Mina sidor"},
	{"en", "BankID just spins"},
	{"en", "Login fails"},
	{"en", "Payslip is missing"},
	{"en", "Error E4711 on Mina sidor"},
	{"en", "How do I reset my password?"},
	{"en", "Need access to Mina sidor - Teknik"},
	{"en", "Printer out of toner"},
	{"en", "Still not working"},
	{"en", "Nobody at our office can log on to Mina sidor"},
	{"en", "The app crashes when I tap Logga in"},
	{"en", "I am locked out"},
	{"en", "No access to Min side"},
	// A question begins a sentence, whether or not the one before has a full stop.
	{"sv", "Hej!\n\nsearch my calendar for a party Hur lång tid tar det?"},
	{"nb", "Session expired for user Hvor lang tid tar det?"},
	{"en", "Skrivare 3 Where do I send the bill?"},
}

// TestOneSentence: what things are called does not vote, and one sentence is enough to be answered in its language.
func TestOneSentence(t *testing.T) {
	for _, s := range oneSentence {
		if got, sure := Guess(s.text); got != s.want || sure < rules.Sure {
			t.Errorf("Guess(%q) = %s (%.2f), want %s", s.text, got, sure, s.want)
		}
	}
}

// TestNames: a desk's own names vote as little, whatever words they are made of. The parts of a tag are names as well.
func TestNames(t *testing.T) {
	names := NewNames([]string{"OmDirekt", "Lön och tid - Fel i systemet", "Search and rescue", "Hjelp til deg", "Fel"})
	for _, s := range []struct {
		want rules.Language
		text string
	}{
		{"nb", "Lön och tid virker ikke"},
		{"nb", "lön och tid svarer ikke i dag"},
		{"nb", "Får ikke åpnet Lön och tid - Fel i systemet"},
		{"en", "Lön och tid does not open"},
		{"sv", "Kommer inte in i Search and rescue"},
		{"sv", "Hjelp til deg visar fel belopp"},
		{"en", "There is an error in Hjelp til deg"},
		{"sv", "Fel på sidan"}, // a name of one word is a word as well
	} {
		if got, sure := names.Guess(s.text); got != s.want || sure < rules.Sure {
			t.Errorf("Guess(%q) = %s (%.2f), want %s", s.text, got, sure, s.want)
		}
	}
}

// Who shouts names nothing with capitals, and German does not become Swedish without its nouns.
func TestCapitals(t *testing.T) {
	for _, s := range []struct {
		want rules.Language
		text string
	}{
		{"sv", "BANKID FUNGERAR INTE PÅ MINA SIDOR"},
		{"nb", "KOMMER IKKE INN PÅ MINA SIDOR!!"},
		{"en", "I Can't Log In To Mina Sidor"},
		{"sv", "Hej Anna. Jag Kommer Inte In."},
		{"other", "Die Anmeldung zum System funktioniert seit dem Morgen nicht"},
	} {
		if got, sure := Guess(s.text); got != s.want {
			t.Errorf("Guess(%q) = %s (%.2f), want %s", s.text, got, sure, s.want)
		}
	}
}

// TestQuotedErrors: who shows an error, in capitals, between quotation marks or on lines of its own, has not written it.
func TestQuotedErrors(t *testing.T) {
	for _, s := range []struct {
		want rules.Language
		text string
	}{
		{"nb", "Jeg får Access Denied Invalid User Name Or Password"},
		{"nb", "Jeg får bare Access Denied: Your Account Has Been Locked By The Administrator"},
		{"nb", "Får ikke logget inn, Internal Server Error The Request Could Not Be Completed"},
		{"nb", "jeg får ACCESS DENIED INVALID USER NAME OR PASSWORD"},
		{"sv", "Jag får Access Denied Invalid User Name Or Password"},
		{"sv", "Kommer inte in, Session Expired Please Log In Again To Continue"},
		{"sv", "Det står Something Went Wrong Please Try Again Later när jag loggar in"},
		{"nn", "Eg får Access Denied Invalid User Name Or Password"},
		{"nb", "Jeg får «the user name or password is incorrect, please contact your administrator» hele tiden"},
		{"sv", "Jag får ”the user name or password is incorrect, please try again or contact your administrator”"},
		{"sv", "Felet: \"Your session has expired. Please log in again. If the problem persists contact the administrator.\" Vad gör jag?"},
		{"sv", "Hej!\nJag får det här:\n\nThe server could not be reached.\nPlease check your network connection and try again.\nIf the problem persists contact your administrator.\n\nVad ska jag göra?"},
		{"nb", "Hei, får denne meldingen:\nThe server could not be reached.\nPlease check your network connection and try again.\nIf the problem persists contact your administrator."},
		{"nb", "The server could not be reached.\nPlease check your network connection and try again.\nIf the problem persists contact your administrator.\n\nHva gjør jeg?"},
		{"sv", "Kommer inte in:\nError: the server could not be reached, please check your network connection and try again later."},
		{"nn", "Hei!\nEg får dette opp:\nThis page is not working right now. The server took too long to send any data.\nTry again, or contact the owner of the site.\nKva gjer eg?"},
		{"da", "Hej, jeg får denne fejl:\nThe server could not be reached.\nPlease check your network connection and try again."},
		{"en", "Hello, I get this:\nDet gick inte att logga in på sidan just nu.\nFörsök igen om en stund eller kontakta den som har hand om systemet.\nWhat does it mean?"},
		{"en", "I get \"Fel användarnamn eller lösenord, försök igen senare eller kontakta oss\" when I log in"},
		{"en", "Hi, my screen says:\nDu har ikke tilgang til denne siden. Kontakt brukerstøtte hvis du mener at dette er feil.\nPlease help"},
		{"en", "The server could not be reached.\nPlease check your network connection and try again."},
		{"en", "Please Help Me Reset My Password"},
		{"sv", "JAG KOMMER INTE IN PÅ MINA SIDOR"},
		{"sv", "Skärmen är 24\" och den är helt svart, den andra på 27\" fungerar som den ska"},
	} {
		if got, sure := Guess(s.text); got != s.want || sure < rules.Sure {
			t.Errorf("Guess(%q) = %s (%.2f), want %s", s.text, got, sure, s.want)
		}
	}
	// Too little is left to know it by; the desk's own language is the better guess.
	for _, text := range []string{"Får Access Denied Invalid User Name Or Password", "Får \"the user name or password is incorrect\""} {
		if got, sure := Guess(text); got == rules.English && sure >= rules.Sure {
			t.Errorf("Guess(%q) = %s (%.2f)", text, got, sure)
		}
	}
}
