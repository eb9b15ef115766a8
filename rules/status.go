package rules

import "slices"

// statusChanges is the life-cycle of a ticket: which status may follow which. A closed ticket never reopens; what
// is written to it opens a new, linked one. doc.go draws how it is walked.
var statusChanges = map[Status][]Status{
	StatusNew:              {StatusOpen, StatusWaitingRequester, StatusWaitingVendor, StatusWaitingApproval, StatusWaitingRelease, StatusResolved, StatusClosed},
	StatusOpen:             {StatusWaitingRequester, StatusWaitingVendor, StatusWaitingApproval, StatusWaitingRelease, StatusResolved, StatusClosed},
	StatusWaitingRequester: {StatusOpen, StatusWaitingVendor, StatusWaitingApproval, StatusWaitingRelease, StatusResolved, StatusClosed},
	StatusWaitingVendor:    {StatusOpen, StatusWaitingRequester, StatusWaitingApproval, StatusWaitingRelease, StatusResolved, StatusClosed},
	StatusWaitingApproval:  {StatusOpen, StatusWaitingRequester, StatusWaitingVendor, StatusWaitingRelease, StatusResolved, StatusClosed},
	StatusWaitingRelease:   {StatusOpen, StatusWaitingRequester, StatusWaitingVendor, StatusResolved, StatusClosed},
	StatusResolved:         {StatusOpen, StatusClosed},
	StatusClosed:           {},
}

// Statuses lists all of them in the order of a ticket's life.
var Statuses = []Status{
	StatusNew, StatusOpen, StatusWaitingRequester, StatusWaitingVendor, StatusWaitingApproval, StatusWaitingRelease,
	StatusResolved, StatusClosed,
}

// MayBecome says whether a ticket in s may go to next. Staying is always allowed.
func (s Status) MayBecome(next Status) bool {
	return s == next || slices.Contains(statusChanges[s], next)
}

// setStatus changes the status where the life-cycle allows it, and records it.
func (t *turn) setStatus(tk *Ticket, next Status, who string, why ...Reason) bool {
	if tk.Status == next {
		return true
	}
	if !tk.Status.MayBecome(next) {
		return false
	}
	t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: who, Trust: TrustVerified,
		Text: string(tk.Status) + " → " + string(next), Reasons: append(why, Reason{ReasonStatus, string(next)})})
	tk.Status = next
	closing := Due{Key: "close " + t.desk.Number(tk.ID), Kind: DueClose, Ticket: tk.ID}
	switch next {
	case StatusResolved:
		if t.desk.CloseAfter > 0 {
			closing.At = t.now.Add(t.desk.CloseAfter)
			t.out.Dues = append(t.out.Dues, closing)
		}
	case StatusClosed:
		tk.Closed = t.now
		t.out.Dues = append(t.out.Dues, closing)
	default:
		t.out.Dues = append(t.out.Dues, closing)
	}
	return true
}
