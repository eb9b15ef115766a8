package rules

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// outageOf is the open outage that a command is about: the one whose suspicion the mail answers, even where its ticket
// was taken out since, or the ticket's.
func (t *turn) outageOf(a *act) (*Outage, *Ticket, bool) {
	for _, id := range []OutageID{a.about, a.tk.Outage} {
		if o, ok := t.outage(id); ok && o.Status.Open() {
			lead, ok := t.ticket(o.Tickets[0])
			a.upon = o.ID
			return o, lead, ok
		}
	}
	return nil, a.tk, false
}

// about is the outage that the mail which p's reference names was about; 0 for none.
func (t *turn) about(p placement) OutageID {
	row, ok := t.look.Sent(p.answers())
	if !ok || row.Report == nil {
		return 0
	}
	return outageID(row.Report.Outage)
}

// doReport sends fault reports to the vendors named, those of [outage] where none is, and begins to follow them up.
// "pictures" sends the screenshots, too: all, or those whose numbers in the suspicion follow. It works on an ordinary
// ticket as well.
func (t *turn) doReport(a *act) *Line {
	o, lead, _ := t.outageOf(a)
	names, asked, which := cutPictures(a.Arg)
	vendors, ok := t.namedVendors(names)
	if !ok || len(vendors) == 0 {
		return badArgument(a, strings.Join(vendorNames(t.desk.Vendors), ", "))
	}
	if lead.Status == StatusClosed {
		return &Line{Code: LineNotNow, Subject: a.Written, More: []string{string(lead.Status)}}
	}
	pictures := t.automaticPictures(o, lead)
	if asked {
		if t.desk.Outage.Pictures == "never" {
			return &Line{Code: LineNotHere, Subject: a.Written}
		}
		if pictures, ok = t.picked(o, lead, which); !ok {
			return badArgument(a, "the numbers of the pictures")
		}
		if len(pictures) == 0 {
			a.lines = append(a.lines, Line{Code: LineNoPictures, Subject: a.Written})
		}
	}
	for _, v := range vendors {
		if t.reportTo(lead, o, v, pictures, AutoNone) {
			a.done = append(a.done, v.Name)
		}
	}
	if len(a.done) == 0 {
		return &Line{Code: LineHasReport, Subject: a.Written, More: vendorNames(vendors)}
	}
	if o != nil {
		t.reported(o, lead)
	}
	return nil
}

// reported marks an outage as reported; who waits for the automatic report need not.
func (t *turn) reported(o *Outage, lead *Ticket) {
	o.Status = OutageReported
	t.syncVendors(o, lead)
	t.out.Dues = append(t.out.Dues, Due{Key: "report " + OutageNumber(o.ID)})
}

func vendorNames(list []Vendor) []string {
	var names []string
	for _, v := range list {
		names = append(names, v.Name)
	}
	return names
}

// namedVendors reads vendors' names, which may have spaces, one after the other or with an "and" between them; those of
// [outage] where none is named. Where one name begins another, the longer is meant.
func (t *turn) namedVendors(arg string) (list []Vendor, ok bool) {
	rest := strings.TrimLeft(strings.ToLower(arg), " ,;")
	if rest == "" {
		return t.namedBy(t.desk.Outage.Vendors), true
	}
	for rest != "" {
		best, length := Vendor{}, 0
		for _, v := range t.desk.Vendors {
			name := strings.ToLower(v.Name)
			if after, found := strings.CutPrefix(rest, name); found && len(name) > length && (after == "" || strings.ContainsAny(after[:1], " ,;")) {
				best, length = v, len(name)
			}
		}
		if length == 0 {
			return nil, false
		}
		list = append(list, best)
		rest = strings.TrimLeft(rest[length:], " ,;")
		for _, and := range []string{"och ", "og ", "and ", "& "} {
			rest = strings.TrimLeft(strings.TrimPrefix(rest, and), " ")
		}
	}
	return list, true
}

// namedBy finds vendors by their names in the configuration.
func (t *turn) namedBy(names []string) (list []Vendor) {
	for _, name := range names {
		for _, v := range t.desk.Vendors {
			if strings.EqualFold(v.Name, name) {
				list = append(list, v)
			}
		}
	}
	return list
}

// doOutage confirms the outage a ticket is in, puts the ticket into another, or starts one with it.
func (t *turn) doOutage(a *act) *Line {
	if a.Arg != "" {
		return t.putInto(a, outageID(a.Arg))
	}
	o, _, ok := t.outageOf(a)
	if old, was := t.outage(a.tk.Outage); !ok && was && old.Status == OutageSolved {
		a.reopened = reopened(old)
		t.reopenOutage(old)
		o, ok = old, true
	}
	if old, was := t.outage(a.about); !ok && was && old.Status == OutageDismissed { // it is one after all
		if tickets, _ := t.unplaced(old); len(tickets) > 0 {
			a.reopened = reopened(old)
			t.takeUp(old, tickets)
			old.Status = OutageConfirmed
			o, ok = old, true
		}
	}
	if !ok {
		o = t.newOutage(Outage{Status: OutageConfirmed, Vendors: []OutageVendor{}})
		a.moves = append(a.moves, t.moving(a.tk, o.ID))
		t.joinOutage(o, a.tk, ReasonJoinedOutage)
		t.leadWithReports(o)
		o.Title = t.outageTitle(o)
	}
	a.confirm(o)
	a.upon, a.done = o.ID, append(a.done, OutageNumber(o.ID))
	return nil
}

// confirm notes that staff believe a suspicion.
func (a *act) confirm(o *Outage) {
	if o.Status == OutageSuspected {
		o.Status, a.confirmed = OutageConfirmed, o.ID
	}
}

// putInto moves a ticket into an outage that staff name. One that an outage's vendors' threads stand on stays.
func (t *turn) putInto(a *act, id OutageID) *Line {
	o, ok := t.outage(id)
	if !ok || !o.Status.Open() {
		return badArgument(a, strings.Join(t.openOutages(), ", "))
	}
	if led, leads := t.leads(a.tk); leads && led.ID != o.ID {
		return &Line{Code: LineLeads, Subject: a.Written, More: []string{OutageNumber(led.ID)}}
	}
	o.Left = slices.DeleteFunc(o.Left, func(id TicketID) bool { return id == a.tk.ID })
	a.moves = append(a.moves, t.moving(a.tk, o.ID))
	t.joinOutage(o, a.tk, ReasonJoinedOutage)
	a.upon, a.done = o.ID, append(a.done, OutageNumber(o.ID))
	return nil
}

// outageID reads D-7, whatever its case, or 7; 0 where it is neither.
func outageID(s string) OutageID {
	n, err := strconv.ParseUint(strings.TrimPrefix(strings.ToUpper(s), "D-"), 10, 32)
	if err != nil {
		return 0
	}
	return OutageID(n)
}

func (t *turn) openOutages() []string {
	var names []string
	for _, o := range t.look.OpenOutages() {
		names = append(names, OutageNumber(o.ID))
	}
	return names
}

// doDismiss says that it is no outage: its tickets go on as ordinary ones, and vendors that had a report of it are told
// that they need not look any more.
func (t *turn) doDismiss(a *act) *Line {
	o, lead, ok := t.outageOf(a)
	if !ok {
		return &Line{Code: LineNotNow, Subject: a.Written, More: []string{string(a.tk.Status)}}
	}
	t.ending(o, a, lead)
	o.Status, o.Dismissed = OutageDismissed, Dismissal{By: a.s.Mailbox, At: t.now, People: o.People}
	if lead.Status == StatusWaitingVendor {
		t.setStatus(lead, StatusOpen, string(a.s.Address)) // nobody is waited for any more
	}
	t.endReports(lead, o, "", true)
	t.toldOfEnd(o)
	t.letGo(o, a)
	t.out.Dues = append(t.out.Dues, Due{Key: "report " + OutageNumber(o.ID)})
	a.done = append(a.done, OutageNumber(o.ID))
	t.tellOfOutage(a, o, "", Line{Code: LineDismissed, Subject: OutageNumber(o.ID)}) // who have the same question before them
	return nil
}

// letGo makes ordinary tickets of those of an outage that is none.
func (t *turn) letGo(o *Outage, a *act) {
	for _, id := range o.Tickets {
		if tk, ok := t.ticket(id); ok {
			tk.Outage = 0
			t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: string(a.s.Address), Name: a.s.Name, Trust: a.s.trust,
				Text: OutageNumber(o.ID), Reasons: []Reason{{ReasonLeftOutage, OutageNumber(o.ID)}}})
		}
	}
}

// doSplit takes a ticket out of an outage: the one named, or this one.
func (t *turn) doSplit(a *act) *Line {
	tk := a.tk
	// The suspicion stands on one of the tickets that it lists: naming that is naming this one.
	if id, ok := t.numbered(a); a.Arg != "" && (!ok || id != tk.ID) {
		other, line := t.named(a)
		if line != nil {
			return line
		}
		tk = other
	}
	o, ok := t.outage(tk.Outage)
	if !ok || len(o.Tickets) < 2 {
		return &Line{Code: LineNotNow, Subject: a.Written, More: []string{string(tk.Status)}}
	}
	if _, leads := t.leads(tk); leads {
		return &Line{Code: LineLeads, Subject: a.Written, More: []string{OutageNumber(o.ID)}}
	}
	a.moves = append(a.moves, t.moving(tk, 0))
	t.leaveOutage(o, tk, string(a.s.Address))
	a.upon, a.done = o.ID, append(a.done, t.desk.Number(tk.ID))
	return nil
}

func (t *turn) doAnnounce(a *act) *Line {
	o, lead, ok := t.outageOf(a)
	if !ok {
		return &Line{Code: LineNotNow, Subject: a.Written, More: []string{string(a.tk.Status)}}
	}
	words := strings.TrimSpace(a.Arg + "\n\n" + a.words)
	if words == "" {
		return badArgument(a, "the words for everybody affected")
	}
	a.confirm(o)
	people := t.announce(o, lead, words, a.s.Mailbox)
	a.words = ""
	a.done = append(a.done, OutageNumber(o.ID))
	told := []Line{{Code: LineAnnounced, Subject: OutageNumber(o.ID), More: []string{strconv.Itoa(people)}}}
	if informed := t.desk.informed("outage"); informed != nil {
		told = append(told, Line{Code: LineAnnouncedTo, More: informed})
	}
	a.lines = append(a.lines, told...)
	t.tellOfOutage(a, o, words, told...) // or two of them announce the same
	return nil
}

// doSnooze stops reminders until a time: a duration such as 3h or 2d, or a clock such as 14:00.
func (t *turn) doSnooze(a *act) *Line {
	until, ok := t.until(a.Arg)
	if !ok {
		return badArgument(a, "3h, 2d, 14:00")
	}
	tk := a.tk
	if _, lead, ok := t.outageOf(a); ok {
		tk = lead
	}
	if a.rested == nil {
		a.rested = &Rested{Ticket: tk.ID, Until: tk.Snoozed}
	}
	t.rest(tk, until)
	a.done = append(a.done, until.In(t.desk.Zone).Format("2006-01-02 15:04"))
	return nil
}

// rest puts a ticket's reminders off until a time; a zero one lets them come as they would have.
func (t *turn) rest(tk *Ticket, until time.Time) {
	tk.Snoozed = until
	t.touch(tk)
	for i := range tk.Reports {
		if !tk.Reports[i].Next.IsZero() {
			t.takeBack(tk, &tk.Reports[i])
			t.scheduleFollowUp(tk, i, t.vendorOf(tk.Reports[i]))
		}
	}
}

// until reads a duration, a clock, which is the next time it comes round, or a date with or without one.
func (t *turn) until(arg string) (time.Time, bool) {
	arg = strings.TrimSpace(strings.ToLower(arg))
	if n, ok := strings.CutSuffix(arg, "d"); ok {
		days, err := strconv.Atoi(n)
		return t.now.Add(time.Duration(days) * day), err == nil && days > 0 && days <= 365
	}
	if d, err := time.ParseDuration(arg); err == nil {
		return t.now.Add(d), d > 0 && d <= 365*day
	}
	for _, form := range []string{"2006-01-02 15:04", "2006-01-02 15.04", time.DateOnly} {
		if at, err := time.ParseInLocation(form, arg, t.desk.Zone); err == nil {
			return at.UTC(), at.After(t.now) && at.Before(t.now.Add(365*day))
		}
	}
	arg = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(arg, "kl."), "kl"))
	clock, err := time.Parse("15:04", strings.ReplaceAll(arg, ".", ":"))
	if err != nil {
		return time.Time{}, false
	}
	local := t.now.In(t.desk.Zone)
	at := time.Date(local.Year(), local.Month(), local.Day(), clock.Hour(), clock.Minute(), 0, 0, t.desk.Zone)
	if !at.After(t.now) {
		at = at.AddDate(0, 0, 1)
	}
	return at.UTC(), true
}
