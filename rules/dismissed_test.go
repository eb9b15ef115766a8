package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// dismissed is a world in which four people write of BankID, Anna says that it is no outage, and some more write.
func dismissed(more int) *world {
	w := newWorld(scenarioDesk())
	for i := range 4 + more {
		if i == 4 {
			w.tell("mail", anna, "answers: 1-4", "", "/dismiss")
		}
		w.tell("mail", fmt.Sprintf("from: p%d@kommun%d.example", i, i), "subject: Fel", "", "BankID är nere.")
	}
	return w
}

// Staff who think better of it confirm the one that they dismissed, and who wrote meanwhile is of it.
func TestDismissedAndConfirmedAfterAll(t *testing.T) {
	w := dismissed(2)
	w.tell("mail", anna, "answers: 1-4", "", "/outage")
	if o := w.outages[1]; o.Status != OutageConfirmed || o.People != 6 || len(o.Tickets) != 6 || w.tickets[6].Outage != 1 || len(w.outages) != 1 {
		t.Errorf("%s of %d people with %v, %d in all", o.Status, o.People, o.Tickets, len(w.outages))
	}
}

// What is over does not lead: vendors are written to on a ticket that can wait for them. What was put into another outage
// meanwhile stays there, and nobody is counted for it.
func TestDismissedAndGrown(t *testing.T) {
	w := dismissed(3)
	w.tell("mail", anna, "answers: 1-2", "", "/close")
	w.tell("mail", anna, "answers: 7-2", "", "/outage")
	if got := w.tell("mail", "from: p8@kommun8.example", "subject: Fel", "", "BankID är nere."); strings.Contains(got, "suspicion") {
		t.Errorf("seven people are not twice four, one of eight is elsewhere:\n%s", got)
	}
	w.tell("mail", "from: p9@kommun9.example", "subject: Fel", "", "BankID är nere.")
	if o := w.outages[1]; o.Status != OutageSuspected || o.People != 8 || !slices.Equal(o.Tickets, []TicketID{2, 1, 3, 4, 5, 6, 8, 9}) {
		t.Errorf("%s of %d people with %v", o.Status, o.People, o.Tickets)
	}
}

// Letters in anybody's name, who count as one together, fill no list: every letter about the matter would read it.
func TestDismissedAndWrittenOfByForgers(t *testing.T) {
	w := dismissed(1)
	for i := range maxAgain + 20 {
		w.tell("mail", fmt.Sprintf("from: f%d@falsk%d.example", i, i), "proof: none", "subject: Fel", "", "BankID är nere.")
	}
	if d := w.outages[1].Dismissed; len(d.Since) != maxAgain || d.New != 2 {
		t.Errorf("%d tickets of %d people are kept, of at most %d", len(d.Since), d.New, maxAgain)
	}
	w.tell("mail", "from: p5@kommun5.example", "subject: Fel", "", "BankID är nere.")
	if d := w.outages[1].Dismissed; len(d.Since) != maxAgain+1 || d.New != 3 {
		t.Errorf("%d tickets of %d people are kept, and somebody new must be", len(d.Since), d.New)
	}
}

// Confirming what had ended is taken back like all else, and doubling counts on from where it was.
func TestConfirmedAfterAllTakenBack(t *testing.T) {
	w := dismissed(2)
	w.tell("mail", anna, "answers: 1-4", "", "/outage")
	w.tell("mail", anna, "answers: 1-4", "", "/undo")
	if o := w.outages[1]; o.Status != OutageDismissed || o.Dismissed.People != 4 || w.tickets[1].Outage != 0 || w.tickets[6].Outage != 0 {
		t.Errorf("%s, %+v, in D-%d", o.Status, o.Dismissed, w.tickets[6].Outage)
	}
	for i := range 2 {
		if o := w.outages[1]; o.Status != OutageDismissed {
			t.Errorf("%s with %d more", o.Status, i)
		}
		w.tell("mail", fmt.Sprintf("from: q%d@annan%d.example", i, i), "subject: Fel", "", "BankID är nere.")
	}
	if o := w.outages[1]; o.Status != OutageSuspected || o.People != 8 {
		t.Errorf("%s of %d people", o.Status, o.People)
	}

	w = dismissed(0)
	w.tell("mail", anna, "answers: 1-4", "", "/solved")
	solved := w.outages[1].Solved
	w.tell("mail", anna, "answers: 1-4", "", "/outage")
	w.tell("mail", anna, "answers: 1-4", "", "/undo")
	if o := w.outages[1]; o.Status != OutageSolved || !o.Solved.Equal(solved) || solved.IsZero() {
		t.Errorf("%s at %s, was at %s", o.Status, o.Solved, solved)
	}
}

// Enough have written, and some of them are elsewhere: that is found out once, and not with each letter of those who have
// written before, or of the unproven, which come by the hundred.
func TestDismissedAndSomeElsewhere(t *testing.T) {
	w := dismissed(3)
	for _, id := range []string{"5", "6"} {
		w.tell("mail", anna, "answers: "+id+"-2", "", "/outage")
	}
	letters := 0
	letter := func() int {
		before := w.reads
		letters++
		w.tell("mail", fmt.Sprintf("from: f%d@falsk%d.example", letters, letters), "proof: none", "subject: Fel", "", "BankID är nere.")
		return w.reads - before
	}
	first := letter() // which makes eight of them
	for range 40 {
		letter()
	}
	if n := letter(); n > first/2 {
		t.Errorf("one more letter reads %d tickets, the one that made eight read %d", n, first)
	}
	for i := range 3 {
		w.tell("mail", fmt.Sprintf("from: q%d@kommun.example", i), "subject: Fel", "", "BankID är nere.")
	}
	if o := w.outages[1]; o.Status != OutageSuspected || o.People != 9 {
		t.Errorf("%s of %d people: who is new still counts", o.Status, o.People)
	}
}
