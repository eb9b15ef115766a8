package rules

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// EndedOutage is what an outage was before a staff member's mail called it solved or dismissed.
type EndedOutage struct {
	ID        OutageID     `json:"id"`
	Status    OutageStatus `json:"status"`
	Dismissed Dismissal    `json:"dismissed,omitzero"`
}

// Reopened is what an ended outage was before a staff member's mail took it up again.
type Reopened struct {
	ID        OutageID     `json:"id"`
	Status    OutageStatus `json:"status"`
	Solved    time.Time    `json:"solved,omitzero"`
	Still     []Address    `json:"still,omitempty"`
	Dismissed Dismissal    `json:"dismissed,omitzero"`
}

func reopened(o *Outage) *Reopened {
	return &Reopened{ID: o.ID, Status: o.Status, Solved: o.Solved, Still: slices.Clone(o.Still), Dismissed: o.Dismissed}
}

// undoReopened ends again what a mail took up, unless others have done more with it since. Who had written of a dismissed
// one by then is counted among its people.
func (t *turn) undoReopened(a *act, u *Undo) {
	was := u.Reopened
	if was == nil {
		return
	}
	o, ok := t.outage(was.ID)
	if !ok || o.Status != OutageConfirmed {
		return
	}
	o.Status, o.Solved, o.Still, o.Dismissed = was.Status, was.Solved, was.Still, was.Dismissed
	if o.Status == OutageDismissed {
		o.Dismissed.Since, o.Dismissed.New, o.Dismissed.Unproven = nil, 0, false
		t.letGo(o, a)
	}
	a.done = append(a.done, OutageNumber(o.ID))
}

// Ended is what a ticket was before its outage was ended, and which mails said so: what /undo needs of it.
type Ended struct {
	Outage     OutageID     `json:"outage"`
	At         time.Time    `json:"at"`
	Status     Status       `json:"status"`
	Resolution string       `json:"resolution"`
	Workaround bool         `json:"workaround,omitempty"`
	Told       []OutgoingID `json:"told,omitempty"`
}

// ending notes what an outage and its tickets are like now, BEFORE a command ends it.
func (t *turn) ending(o *Outage, a *act, lead *Ticket) {
	a.ended = &EndedOutage{ID: o.ID, Status: o.Status, Dismissed: o.Dismissed}
	for _, tk := range append(t.affected(o), lead) {
		tk.Ended = &Ended{Outage: o.ID, At: t.now, Status: tk.Status, Resolution: tk.Resolution, Workaround: tk.Workaround}
	}
}

// toldOfEnd notes which mails tell of the end.
func (t *turn) toldOfEnd(o *Outage) {
	for _, row := range t.out.Send {
		if tk, ok := t.ticket(row.Ticket); ok && row.Kind == OutSolved && tk.Ended != nil && tk.Ended.Outage == o.ID {
			tk.Ended.Told = append(tk.Ended.Told, row.ID)
		}
	}
}

// gone are those who have a mail that an outage is over which cannot be called back.
type gone struct {
	affected          []string
	vendors, informed []string
	next              time.Time // when the first of the vendors is reminded
}

// undoEnd opens an outage again that a mail ended, and its tickets as they were. What still waits in the queue is not
// sent. A vendor is asked again from now on, so that at most one reminder is due. False where others have acted on the
// outage since.
func (t *turn) undoEnd(a *act, u *Undo) bool {
	o, ok := t.outage(u.Ended.ID)
	solved := ok && (o.Status == OutageSolved && o.Solved.Equal(u.At) || o.Status == OutageSuspected)
	dismissed := ok && o.Status == OutageDismissed && o.Dismissed.At.Equal(u.At)
	if !solved && !dismissed {
		return false
	}
	if dismissed {
		tickets, _ := t.unplaced(o)
		if len(tickets) == 0 {
			return false
		}
		t.takeUp(o, tickets)
	}
	o.Status, o.Dismissed, o.Solved, o.Still = u.Ended.Status, u.Ended.Dismissed, time.Time{}, nil
	var g gone
	open := 0
	for _, tk := range t.ticketsOf(o) {
		if tk.Ended != nil && tk.Ended.Outage == o.ID && tk.Ended.At.Equal(u.At) {
			t.undoEnded(a, o, tk, &g)
		}
		if tk.Status != StatusResolved && tk.Status != StatusClosed {
			open++
		}
	}
	if o.Status == OutageSuspected && o.Dismissed.At.IsZero() {
		t.reportSoon(o)
	} else {
		t.out.Dues = append(t.out.Dues, Due{Key: "report " + OutageNumber(o.ID)})
	}
	a.done = append(a.done, OutageNumber(o.ID))
	a.lines = append(a.lines, Line{Code: LineOpenAgain, Subject: OutageNumber(o.ID), More: []string{strconv.Itoa(open)}})
	a.lines = append(a.lines, g.lines(dismissed, t)...)
	return true
}

// maxGone is how many of those who have a mail are named; an outage has hundreds.
const maxGone = 5

// someOf names the first of a list, and how many there are where those are not all.
func someOf(list []string) string {
	if len(list) <= maxGone {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:maxGone], ", ") + ", … (" + strconv.Itoa(len(list)) + ")"
}

// lines says who has such a mail, and how they are told better.
func (g gone) lines(dismissed bool, t *turn) (lines []Line) {
	if len(g.affected) > 0 {
		lines = append(lines, Line{Code: LineGoneMany, More: []string{someOf(g.affected)}})
	}
	if len(g.informed) > 0 {
		lines = append(lines, Line{Code: LineGoneInform, More: g.informed})
	}
	if len(lines) > 0 {
		lines = append(lines, Line{Code: LineTellThem})
	}
	if len(g.vendors) > 0 {
		code := LineGoneVendor
		if dismissed {
			code = LineGoneNoFault
		}
		lines = append(lines, Line{Code: code, Subject: t.clock(g.next), More: g.vendors})
	}
	return lines
}

// undoEnded makes one ticket of an outage what it was. A closed one stays closed, and one whose requester has said since
// that it is not over is open already.
func (t *turn) undoEnded(a *act, o *Outage, tk *Ticket, g *gone) {
	was, told := tk.Ended, map[Address]bool{} // vendors to whom a mail of the end was made, and whether they have it
	for _, id := range was.Told {
		row, ok := t.look.Sent(id)
		switch {
		case !ok:
		case row.waits():
			t.out.Cancel = append(t.out.Cancel, id)
			if row.Role == RoleVendor {
				told[row.To.Address] = false
			}
		case row.Role == RoleVendor:
			told[row.To.Address] = true
		case row.Role == RoleInformed:
			g.informed = append(g.informed, display(row.To))
		default:
			g.affected = append(g.affected, string(row.To.Address))
		}
	}
	tk.Ended = nil
	if tk.Status != StatusClosed {
		tk.Resolution, tk.Workaround = was.Resolution, was.Workaround
		if tk.Status != was.Status && (tk.Status == StatusResolved || tk.Status == StatusOpen && was.Status == StatusWaitingVendor) {
			t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: string(a.s.Address), Name: a.s.Name, Trust: a.s.trust,
				Text: string(tk.Status) + " → " + string(was.Status), Mail: a.ev.ID,
				Reasons: []Reason{{ReasonCommand, a.Written}, {ReasonStatus, string(was.Status)}}})
			tk.Status = was.Status
			t.out.Dues = append(t.out.Dues, Due{Key: "close " + t.desk.Number(tk.ID)})
		}
	}
	t.touch(tk)
	again := t.resumeReports(o, tk, was.At, told)
	g.vendors = append(g.vendors, again.vendors...)
	g.next = sooner(g.next, again.next)
}

// sooner is the earlier of two times; a zero one is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// resumeReports follows up the reports again that ended then. One that had not gone out by then was taken back, and is
// sent anew; told are the vendors of the others, and whether they have heard of the end.
func (t *turn) resumeReports(o *Outage, tk *Ticket, ended time.Time, told map[Address]bool) (g gone) {
	for i := range tk.Reports {
		r := &tk.Reports[i]
		if !r.Ended.Equal(ended) {
			continue
		}
		v := t.vendorOf(*r)
		heard, ok := told[v.Address]
		if !ok {
			t.reportTo(tk, o, v, t.automaticPictures(o, tk), AutoNone)
			continue
		}
		r.Ended, r.LastSent, r.ToldOver = time.Time{}, t.now, heard
		t.scheduleFollowUp(tk, i, v)
		if heard {
			g.vendors = append(g.vendors, v.Name)
		}
		g.next = sooner(g.next, r.Next)
	}
	return g
}
