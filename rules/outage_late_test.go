package rules

import (
	"fmt"
	"slices"
	"strings"
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

// Two faults that looked like one are told apart: the tickets of the second go over to it, and staff get a suspicion that
// says so. The one that a vendor's thread stands on stays.
func TestToldApart(t *testing.T) {
	for _, reported := range []bool{false, true} {
		w := newWorld(scenarioDesk())
		var got string
		for i, words := range []string{"BankID ger inget kvitto.", "BankID fungerar inte.", "BankID är nere.", "BankID svarar inte.",
			"BankID utan kvitto.", "BankID och inget kvitto.", "Inget kvitto från BankID."} {
			if i == 4 && reported {
				w.tell("mail", anna, "answers: 1-4", "", "/report Sublime")
			}
			got = w.tell("mail", fmt.Sprintf("from: p%d@kommun%d.example", i, i), "subject: Fel", "", words)
		}
		first, second := w.outages[1], w.outages[2]
		stay, over := []TicketID{2, 3, 4}, []TicketID{1, 5, 6, 7}
		if reported {
			stay, over = []TicketID{1, 2, 3, 4}, []TicketID{5, 6, 7}
		}
		if !slices.Equal(first.Tickets, stay) || !slices.Equal(second.Tickets, over) || first.People != len(stay) || second.People != len(over) {
			t.Errorf("reported %v: %v of %d people and %v of %d, want %v and %v", reported, first.Tickets, first.People, second.Tickets, second.People, stay, over)
		}
		if second.Apart != 1 || w.tickets[5].Outage != 2 || !strings.Contains(got, "suspicion") {
			t.Errorf("reported %v: told apart from %d, ticket 5 is of outage %d, staff got\n%s", reported, second.Apart, w.tickets[5].Outage, got)
		}
	}
}

// What staff and the informed read of an outage ends with its number: the ticket that it stands on is one of many, and its
// requester no part of it. What a person is quoted with is what they wrote first, not what they write now.
func TestOutageMailsAreOfTheOutage(t *testing.T) {
	w := newWorld(scenarioDesk())
	for _, from := range []string{"asa@kommun.example", "olle@skola.example", "kari@firma.example", "ali@bolag.example"} {
		w.tell("mail", "from: "+from, "subject: Fel", "", "BankID fungerar inte hos "+from[:3])
	}
	w.tell("mail", anna, "answers: 1-4", "", "/solved")
	w.tell("mail", "from: olle@skola.example", "answers: 2-4", "", "Nej, det är fel.")
	w.tell("mail", "from: kari@firma.example", "answers: 3-4", "", "Nei, det er feil.")
	suspicions := 0
	for _, id := range w.order {
		o := w.queue[id]
		if o.Template == TemplateSuspicion {
			suspicions++
			if len(o.Report.Quotes) != 4 || o.Report.Quotes[2] != "OMD-3: BankID fungerar inte hos kar" {
				t.Errorf("%s quotes %q", id, o.Report.Quotes)
			}
		}
		if o.Template == TemplateSuspicion || o.Role == RoleInformed {
			if f := o.Facts; f.Number != "D-1" || f.Requester.Address != "" || f.Status != "" || f.Reference == "" {
				t.Errorf("%s to %s has the facts %+v", id, o.To.Address, f)
			}
		}
	}
	if suspicions != 4 {
		t.Errorf("%d suspicions", suspicions)
	}
}
