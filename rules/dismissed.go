package rules

import "slices"

// writtenSince counts who writes of what staff dismissed, and asks them once more when it has become something else: when
// twice as many different people have written of it, and as many new ones as make an outage. Dismissed again, it must
// double again.
func (t *turn) writtenSince(o *Outage, tk *Ticket, sight Sighting) {
	if o.Dismissed.At.IsZero() {
		return // by a version that did not count
	}
	o.Dismissed.Since = slices.Clone(o.Dismissed.Since)
	for _, m := range sight.Members {
		d, _ := t.look.Disposition(m)
		id, _ := t.live(d.Ticket)
		if member, ok := t.ticket(id); ok {
			t.countSince(o, member)
		}
	}
	t.countSince(o, tk)
	if !t.doubled(o, o.People+o.Dismissed.New) {
		return
	}
	// Some may have gone elsewhere since they were counted. They are counted no more, so that not each letter of somebody
	// who has written before reads all tickets to find that out.
	tickets, people := t.unplaced(o)
	if !t.doubled(o, people) {
		o.Dismissed.New = people - o.People
		return
	}
	t.takeUp(o, tickets)
	o.Status = OutageSuspected
	o.saw(sight)
	o.Title = t.outageTitle(o)
	t.tellSuspicion(o)
	// A person said that it is none, so it is a person who says otherwise: the desk does not report this one by itself.
}

// doubled says whether so many people are enough to ask again about what was dismissed.
func (t *turn) doubled(o *Outage, people int) bool {
	return people >= 2*o.Dismissed.People && people-o.Dismissed.People >= t.desk.Outage.People
}

// maxAgain is how many tickets are kept of what was dismissed before only those of somebody new are: each letter about the
// matter reads them all.
const maxAgain = 50

// countSince counts a ticket of what was dismissed, once, and its writer where they are new.
func (t *turn) countSince(o *Outage, tk *Ticket) {
	d := &o.Dismissed
	if t.inOutage(tk) || slices.Contains(o.Tickets, tk.ID) || slices.Contains(o.Left, tk.ID) || slices.Contains(d.Since, tk.ID) {
		return
	}
	switch {
	case !tk.proven() && !o.Unproven && !d.Unproven:
		d.Unproven = true
		d.New++
	case tk.proven() && !t.wroteAnother(tk, o.Tickets) && !t.wroteAnother(tk, d.Since):
		d.New++
	case len(d.Since) >= maxAgain:
		return
	}
	d.Since = append(d.Since, tk.ID)
}

// unplaced are those of the tickets of what was dismissed, and of those since, or what they were merged into, that are in
// no open outage, and how many different people wrote them.
func (t *turn) unplaced(o *Outage) (list []TicketID, people int) {
	seen := map[Address]bool{}
	for _, id := range slices.Concat(o.Tickets, o.Dismissed.Since) {
		id, _ = t.live(id)
		tk, ok := t.ticket(id)
		if !ok || t.inOutage(tk) || slices.Contains(list, id) {
			continue
		}
		list = append(list, id)
		seen[tk.writer()] = true
	}
	return list, len(seen)
}

// writer is whom a ticket counts as: "" stands for all who have not proved who they are.
func (tk *Ticket) writer() Address {
	if !tk.proven() {
		return ""
	}
	return tk.Requester.Address
}

// takeUp makes some tickets those of an outage that was dismissed. One that is not over leads: vendors are written to on
// it.
func (t *turn) takeUp(o *Outage, tickets []TicketID) {
	over := func(id TicketID) bool {
		tk, _ := t.ticket(id)
		return tk.Status == StatusResolved || tk.Status == StatusClosed
	}
	if i := slices.IndexFunc(tickets, func(id TicketID) bool { return !over(id) }); i > 0 {
		lead := tickets[i]
		tickets = slices.Insert(slices.Delete(tickets, i, i+1), 0, lead)
	}
	o.Tickets, o.Dismissed.Since, o.Dismissed.New, o.Dismissed.Unproven = tickets, nil, 0, false
	for _, id := range tickets {
		tk, _ := t.ticket(id)
		tk.Outage = o.ID
		t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self, Text: OutageNumber(o.ID),
			Reasons: []Reason{{ReasonJoinedOutage, OutageNumber(o.ID)}}})
	}
	t.leadWithReports(o)
	t.countAnew(o)
}
