package rules

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// undoWithin is how long the last thing somebody did can be taken back.
const undoWithin = 10 * time.Minute

// Undo is what a ticket was before a staff member's last mail, and which mails went out because of that one.
type Undo struct {
	By         Address           `json:"by"`
	At         time.Time         `json:"at"`
	Status     Status            `json:"status"`
	Type       string            `json:"type"`
	Priority   int               `json:"priority"`
	Category   string            `json:"category"`
	Tags       []string          `json:"tags"`
	Assignee   string            `json:"assignee"`
	Group      string            `json:"group"`
	Fields     map[string]string `json:"fields"`
	Cause      string            `json:"cause"`
	Resolution string            `json:"resolution"`
	Workaround bool              `json:"workaround,omitempty"`
	Snoozed    time.Time         `json:"snoozed,omitzero"`
	Sent       []OutgoingID      `json:"sent"`
	Ended      *EndedOutage      `json:"ended,omitempty"`     // the outage that the mail ended, if any
	Reopened   *Reopened         `json:"reopened,omitempty"`  // the ended outage that it took up again, if any
	Confirmed  OutageID          `json:"confirmed,omitempty"` // the suspicion that it confirmed, if any
	Moves      []Move            `json:"moves,omitempty"`
	Outage     OutageID          `json:"outage,omitempty"` // the outage that the mail did something with, if any
	Rested     *Rested           `json:"rested,omitempty"` // the ticket whose reminders it put off, if any
	Did        []string          `json:"did,omitempty"`    // its commands, as written and without what followed them
}

// Rested is a ticket whose reminders were put off, that of the mail or the one that leads its outage, and until when
// they had been before.
type Rested struct {
	Ticket TicketID  `json:"ticket"`
	Until  time.Time `json:"until,omitzero"`
}

// Move is a ticket that a staff member's mail put into another outage, or took out, and the one it was in; 0 for none.
type Move struct {
	Ticket TicketID `json:"ticket"`
	From   OutageID `json:"from"`
	To     OutageID `json:"to"`
	// Status and Dismissed are what From was then: one that its last ticket leaves is dismissed with it.
	Status    OutageStatus `json:"status,omitempty"`
	Dismissed Dismissal    `json:"dismissed,omitzero"`
}

// moving notes, BEFORE a ticket goes into an outage or, with 0, out of its own, where it is.
func (t *turn) moving(tk *Ticket, to OutageID) Move {
	m := Move{Ticket: tk.ID, From: tk.Outage, To: to}
	if o, ok := t.outage(tk.Outage); ok {
		m.Status, m.Dismissed = o.Status, o.Dismissed
	}
	return m
}

// remember notes what a ticket is like now.
func (t *turn) remember(tk *Ticket, by Address) *Undo {
	return &Undo{By: by, At: t.now, Status: tk.Status, Type: tk.Type, Priority: tk.Priority, Category: tk.Category,
		Tags: slices.Clone(tk.Tags), Assignee: tk.Assignee, Group: tk.Group, Fields: maps.Clone(tk.Fields), Cause: tk.Cause, Resolution: tk.Resolution, Workaround: tk.Workaround,
		Snoozed: tk.Snoozed}
}

// undoable keeps the note together with the commands of the mail, and with the mails that this turn decided for people
// outside. Those about the end of an outage are noted on their tickets.
func (t *turn) undoable(a *act, u *Undo, cmds []Command) {
	for _, c := range cmds {
		word, _, _ := strings.Cut(c.Written, " ")
		u.Did = append(u.Did, word)
	}
	u.Ended, u.Reopened, u.Confirmed, u.Moves, u.Outage, u.Rested = a.ended, a.reopened, a.confirmed, a.moves, a.upon, a.rested
	for _, o := range t.out.Send {
		own := o.Ticket == a.tk.ID && (o.Kind == OutReply || o.Kind == OutSolved && u.Ended == nil)
		if own || o.Kind == OutAnnouncement {
			u.Sent = append(u.Sent, o.ID)
		}
	}
	a.tk.Undo = u
}

// doUndo takes back the last thing this person did on the ticket, or with the outage that the mail it answers is about,
// on whichever of its tickets that was: the answer then begins with that one's number and with what is taken back.
func (t *turn) doUndo(a *act) *Line {
	here := a.tk
	there, ok := t.lastDone(a)
	if !ok {
		return &Line{Code: LineNotNow, Subject: a.Written, More: []string{string(a.tk.Status)}}
	}
	a.tk = there
	what := strings.TrimSuffix(t.desk.Number(there.ID)+": "+strings.Join(there.Undo.Did, " "), ": ")
	line := t.undo(a, there.Undo)
	if line == nil && there.ID != here.ID {
		t.record(a)
		a.done = slices.Insert(a.done, 0, what)
	}
	a.tk = here
	return line
}

// lastDone finds the ticket on which stands the last thing that can be taken back.
func (t *turn) lastDone(a *act) (last *Ticket, ok bool) {
	consider := func(tk *Ticket, upon OutageID) {
		u := tk.Undo
		if u == nil || u.By != a.s.Address || t.now.Sub(u.At) > undoWithin || upon != 0 && u.Outage != upon {
			return
		}
		if last == nil || u.At.After(last.Undo.At) {
			last = tk
		}
	}
	consider(a.tk, 0)
	of := []OutageID{a.about, a.tk.Outage}
	if a.tk.Ended != nil { // a dismissed one has let its tickets go
		of = append(of, a.tk.Ended.Outage)
	}
	for _, id := range of {
		o, ok := t.outage(id)
		if !ok {
			continue
		}
		for _, ticket := range slices.Concat(o.Tickets, o.Left) {
			if tk, ok := t.ticket(ticket); ok {
				consider(tk, o.ID)
			}
		}
	}
	return last, last != nil
}

// undo makes a ticket what it was, and sends nothing of what still waits in the queue. A mail that has gone cannot be
// called back, and the answer says so.
func (t *turn) undo(a *act, u *Undo) *Line {
	if u.Ended == nil {
		t.undoReports(a, u)
	} else if !t.undoEnd(a, u) {
		return &Line{Code: LineNotNow, Subject: a.Written, More: []string{string(a.tk.Status)}}
	}
	if r := u.Rested; r != nil {
		if tk, ok := t.ticket(r.Ticket); ok {
			t.rest(tk, r.Until)
		}
	}
	t.undoMoves(a, u)
	t.undoReopened(a, u)
	var gone, back []string
	told := map[Address]bool{} // vendors to whom a mail of the end was made, and whether they have it
	for _, id := range u.Sent {
		row, ok := t.look.Sent(id)
		if ok && row.Role == RoleVendor && row.Kind == OutSolved {
			told[row.To.Address] = !row.waits()
		}
		switch {
		case !ok:
		case row.waits():
			t.out.Cancel = append(t.out.Cancel, id)
			back = append(back, string(row.To.Address)+": "+row.Subject)
		default:
			gone = append(gone, string(row.To.Address))
		}
	}
	if len(back) > 0 {
		a.done = append(a.done, someOf(back))
	}
	if len(gone) > 0 {
		a.lines = append(a.lines, Line{Code: LineGone, Subject: someOf(gone)})
	}
	tk := a.tk
	if tk.Status != u.Status {
		a.done = append(a.done, string(u.Status))
		tk.Status, tk.Closed = u.Status, time.Time{}
		t.out.Dues = append(t.out.Dues, Due{Key: "close " + t.desk.Number(tk.ID)})
	}
	tk.Type, tk.Priority, tk.Category, tk.Tags, tk.Assignee, tk.Group = u.Type, u.Priority, u.Category, u.Tags, u.Assignee, u.Group
	tk.Fields, tk.Cause, tk.Resolution, tk.Workaround, tk.Snoozed, tk.Undo = u.Fields, u.Cause, u.Resolution, u.Workaround, u.Snoozed, nil
	if u.Ended == nil {
		a.lines = append(a.lines, t.resumeReports(nil, tk, u.At, told).lines(false, t)...)
	}
	a.undone = true
	// Colleagues were told of what is taken back, and would think that it has reached somebody.
	switch o, ok := t.outage(u.Outage); {
	case u.Ended != nil:
		o, _ := t.outage(u.Ended.ID)
		t.tellOfOutage(a, o, "", a.lines...)
	case a.done == nil:
	case ok: // they answer it among themselves, as they do what is taken back
		t.tellOfOutage(a, o, "", append([]Line{{Code: LineDone, Subject: a.Written, More: a.done}}, a.lines...)...)
	default:
		t.tellOthers(a, a.lines...)
	}
	return nil
}

// undoMoves puts tickets back into the outages they were in, but for those that others have moved since, and doubts again
// what was confirmed.
func (t *turn) undoMoves(a *act, u *Undo) {
	for _, m := range slices.Backward(u.Moves) {
		tk, ok := t.ticket(m.Ticket)
		if !ok || tk.Outage == m.From || tk.Outage != m.To {
			continue
		}
		if _, leads := t.leads(tk); leads {
			continue // vendors have been written to on it since
		}
		if now, ok := t.outage(tk.Outage); ok && now.Status.Open() {
			t.leaveOutage(now, tk, string(a.s.Address))
			now.Left = slices.DeleteFunc(now.Left, func(id TicketID) bool { return id == tk.ID })
		}
		was, ok := t.outage(m.From)
		emptied := ok && was.Status == OutageDismissed && len(was.Tickets) == 0 && m.Status.Open()
		if emptied {
			was.Status, was.Dismissed = m.Status, m.Dismissed
		}
		switch {
		case ok && was.Status.Open():
			was.Left = slices.DeleteFunc(was.Left, func(id TicketID) bool { return id == tk.ID })
			t.joinOutage(was, tk, ReasonJoinedOutage)
			if emptied && was.Status == OutageSuspected && was.Dismissed.At.IsZero() {
				t.reportSoon(was)
			}
		case ok && slices.Contains(was.Tickets, tk.ID): // of one that is over
			tk.Outage = was.ID
		}
		a.done = append(a.done, t.desk.Number(tk.ID))
	}
	if o, ok := t.outage(u.Confirmed); ok && o.Status == OutageConfirmed {
		o.Status = OutageSuspected
		a.done = append(a.done, OutageNumber(o.ID))
	}
}

// undoReports takes back the fault reports that a mail began: those that went out are withdrawn.
func (t *turn) undoReports(a *act, u *Undo) {
	o, lead, ok := t.outageOf(a)
	if !ok {
		o, lead = nil, a.tk
	}
	before := len(a.done)
	for i, r := range lead.Reports {
		if r.Reported.Equal(u.At) && r.Ended.IsZero() {
			t.stopFollowUp(lead, i)
			t.endReport(lead, i, o, "", true)
			a.done = append(a.done, t.vendorOf(r).Name)
		}
	}
	if len(a.done) == before || lead.reported() {
		return
	}
	if lead.ID != a.tk.ID && lead.Status == StatusWaitingVendor {
		t.setStatus(lead, StatusOpen, string(a.s.Address))
	}
	if o != nil {
		o.Status = OutageConfirmed
		t.syncVendors(o, lead)
	}
}
