package rules

import "testing"

func TestIsThanks(t *testing.T) {
	for _, s := range []string{
		"Tack!", "Tackar!", "Tack så mycket, nu fungerar det!", "Stort tack för snabb hjälp!\n\nMvh\nÅsa Öberg", "Perfekt, tack", "Tack, det löste sig",
		"Toppen, tack för hjälpen Anna!", "Tack för svaret!", "Tack för återkopplingen.",
		"Tusen takk for hjelpen!", "Takk, det virker nå :-)", "Takk skal du ha", "Mange takk!\nHilsen Kari", "Takk for rask tilbakemelding", "Supert, takk!",
		"Takk for svar!", "Tusen takk, nå fungerer alt som det skal.",
		"Thanks a lot!", "Thank you very much, it works now.", "Thanks for your help, Anna!", "Great, thanks.", "Cheers, that worked.", "Thanks for the quick response",
	} {
		if !isThanks(s) {
			t.Errorf("%q is not taken for thanks", s)
		}
	}
	for _, s := range []string{
		"Tack, men det fungerar inte.", "Tack. När får jag pengarna?", "Tack, funkar ej", "Det fungerar nu", "Tack, fortfarande fel",
		"Takk, men det virker ikke.", "Takk, virker ikke", "Takk, fremdeles feil", "Thanks, but it still fails.", "Thanks, not working", "Thanks, doesn't work", "",
	} {
		if isThanks(s) {
			t.Errorf("%q is taken for thanks", s)
		}
	}
}
