package rules

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestQueueOrder: what is urgent leads a staff member's list however new it is, then comes what is due, then who has
// waited longest; a colleague's tickets are not in it, and what does not fit is the newest of the rest.
func TestQueueOrder(t *testing.T) {
	w := newWorld(scenarioDesk())
	put := func(id TicketID, change func(*Ticket)) {
		tk := Ticket{ID: id, Status: StatusOpen, Updated: w.now.Add(time.Duration(id)*time.Minute - 48*time.Hour)}
		if change != nil {
			change(&tk)
		}
		w.tickets[id] = tk
	}
	put(1, func(tk *Ticket) { tk.Priority = 4 })
	put(2, nil)
	put(3, func(tk *Ticket) { tk.Due = w.now.Add(time.Hour) })
	put(4, func(tk *Ticket) { tk.Due = w.now })
	put(5, func(tk *Ticket) { tk.Assignee = "bo@omdirekt.example" })
	put(6, func(tk *Ticket) { tk.Priority = 2 })
	for id := TicketID(7); id <= 60; id++ {
		put(id, nil)
	}
	put(61, func(tk *Ticket) { tk.Priority, tk.Assignee = 1, "anna@omdirekt.example" })
	put(62, func(tk *Ticket) { tk.Priority = 1 })

	now := &turn{desk: w.desk, look: w, now: w.now, open: map[TicketID]*Ticket{}}
	var got []string
	for _, l := range now.queueOf("anna@omdirekt.example") {
		got = append(got, l.Subject)
	}
	want := []string{"OMD-61", "OMD-62", "OMD-4", "OMD-1", "OMD-2", "OMD-3", "OMD-6"}
	for id := 7; len(want) < maxListed; id++ {
		want = append(want, fmt.Sprintf("OMD-%d", id))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the queue is\n%v, want\n%v", got, want)
	}
}

// However many are open, what is urgent and new leads the list, once.
func TestQueueOfThousands(t *testing.T) {
	for _, all := range []int{maxSearched - 1, maxSearched, maxSearched + 1, maxSearched + 10, 3 * maxSearched} {
		w := newWorld(scenarioDesk())
		for id := TicketID(1); int(id) <= all; id++ {
			w.tickets[id] = Ticket{ID: id, Status: StatusOpen, Priority: 3, Updated: w.now.Add(time.Duration(id) * time.Second)}
		}
		for _, id := range []TicketID{3, TicketID(all)} {
			tk := w.tickets[id]
			tk.Priority = 1
			w.tickets[id] = tk
		}
		now := &turn{desk: w.desk, look: w, now: w.now, open: map[TicketID]*Ticket{}}
		var got []string
		for _, l := range now.queueOf("anna@omdirekt.example")[:4] {
			got = append(got, l.Subject)
		}
		if want := []string{"OMD-3", fmt.Sprintf("OMD-%d", all), "OMD-1", "OMD-2"}; !slices.Equal(got, want) {
			t.Errorf("of %d the queue begins with %v, want %v", all, got, want)
		}
	}
}
