package rules

import (
	"slices"
	"testing"
)

// An earlier mail that the watch understands only when more has been written joins the outage then.
func TestEarlierMailJoinsLater(t *testing.T) {
	w := newWorld(scenarioDesk())
	for i, from := range []string{"asa@kommun.example", "olle@skola.example", "kari@firma.example", "ali@bolag.example", "eva@annan.example", "per@byn.example"} {
		words := "BankID fungerar inte."
		if i == 0 {
			words = "Mitt bank-id krånglar."
		}
		m, err := w.readMail("from: " + from + "\nsubject: Fel\n\n" + words)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.take(m); err != nil {
			t.Fatal(err)
		}
		if i == 4 && slices.Contains(w.outages[1].Tickets, 1) {
			t.Fatalf("already when it was raised: %v", w.outages[1].Tickets)
		}
	}
	if got := w.outages[1].Tickets; !slices.Contains(got, 1) || len(got) != 6 || w.tickets[1].Outage != 1 {
		t.Errorf("tickets %v, the first is of outage %d", got, w.tickets[1].Outage)
	}
}
