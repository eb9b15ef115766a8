package rules

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// outageOf is the outage that a command on a ticket is about.
func (t *turn) outageOf(a *act) (*Outage, *Ticket, bool) {
	o, ok := t.outage(a.tk.Outage)
	if !ok {
		return nil, a.tk, false
	}
	lead, ok := t.ticket(o.Tickets[0])
	return o, lead, ok
}

// doReport sends fault reports to the vendors named, those of [outage] where none is, and begins to follow them up.
// The word "pictures" sends the screenshots, too. It works on an ordinary ticket as well.
func (t *turn) doReport(a *act) *Line {
	o, lead, inOutage := t.outageOf(a)
	if !inOutage {
		o = nil
	}
	vendors, pictures, ok := t.namedVendors(a.Arg)
	if !ok || len(vendors) == 0 {
		return badArgument(a, strings.Join(t.vendorNames(), ", "))
	}
	if lead.Status == StatusClosed || o != nil && !o.Status.Open() {
		return &Line{Code: LineNotNow, Subject: a.Written, More: []string{string(lead.Status)}}
	}
	for _, v := range vendors {
		if t.reportTo(lead, o, v, pictures || t.desk.Outage.Pictures == "auto") {
			a.done = append(a.done, v.Name)
		}
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

func (t *turn) vendorNames() []string {
	var names []string
	for _, v := range t.desk.Vendors {
		names = append(names, v.Name)
	}
	return names
}

// namedVendors reads vendors' names, which may have spaces, and the word "pictures" in the desk's languages.
func (t *turn) namedVendors(arg string) (list []Vendor, pictures, ok bool) {
	rest := strings.ToLower(arg)
	for _, w := range []string{"pictures", "bilder", "skärmbilder", "skjermbilder"} {
		if strings.Contains(" "+rest+" ", " "+w+" ") {
			pictures = true
			rest = strings.ReplaceAll(" "+rest+" ", " "+w+" ", " ")
		}
	}
	rest = strings.TrimSpace(rest)
	if rest == "" {
		for _, name := range t.desk.Outage.Vendors {
			for _, v := range t.desk.Vendors {
				if strings.EqualFold(v.Name, name) {
					list = append(list, v)
				}
			}
		}
		return list, pictures, true
	}
	for rest != "" {
		i := slices.IndexFunc(t.desk.Vendors, func(v Vendor) bool {
			after, found := strings.CutPrefix(rest, strings.ToLower(v.Name))
			return found && (after == "" || strings.ContainsAny(after[:1], " ,;"))
		})
		if i < 0 {
			return nil, pictures, false
		}
		v := t.desk.Vendors[i]
		list = append(list, v)
		rest = strings.TrimLeft(rest[len(strings.ToLower(v.Name)):], " ,;")
	}
	return list, pictures, true
}

// doOutage confirms the outage a ticket is in, puts the ticket into another, or starts one with it.
func (t *turn) doOutage(a *act) *Line {
	if a.Arg != "" {
		n, err := strconv.ParseUint(strings.TrimPrefix(strings.ToUpper(a.Arg), "D-"), 10, 32)
		o, ok := t.outage(OutageID(n))
		if err != nil || !ok || !o.Status.Open() {
			return badArgument(a, strings.Join(t.openOutages(), ", "))
		}
		t.joinOutage(o, a.tk, ReasonJoinedOutage)
		a.done = append(a.done, OutageNumber(o.ID))
		return nil
	}
	o, _, ok := t.outageOf(a)
	if !ok {
		o = t.newOutage(Outage{Status: OutageConfirmed, First: a.tk.Created, Last: a.tk.Created, People: 1, Title: a.tk.Subject,
			Vendors: []OutageVendor{}})
		t.joinOutage(o, a.tk, ReasonJoinedOutage)
		o.Title = t.outageTitle(o)
	}
	if o.Status == OutageSuspected {
		o.Status = OutageConfirmed
	}
	a.done = append(a.done, OutageNumber(o.ID))
	return nil
}

func (t *turn) openOutages() []string {
	var names []string
	for _, o := range t.look.OpenOutages() {
		names = append(names, OutageNumber(o.ID))
	}
	return names
}

// doDismiss says that it is no outage: its tickets go on as ordinary ones.
func (t *turn) doDismiss(a *act) *Line {
	o, lead, ok := t.outageOf(a)
	if !ok {
		return &Line{Code: LineNotNow, Subject: a.Written, More: []string{string(a.tk.Status)}}
	}
	o.Status = OutageDismissed
	for _, id := range slices.Clone(o.Tickets) {
		if tk, ok := t.ticket(id); ok {
			tk.Outage = 0
			t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: string(a.s.Address), Name: a.s.Name, Trust: a.s.trust,
				Text: OutageNumber(o.ID), Reasons: []Reason{{ReasonLeftOutage, OutageNumber(o.ID)}}})
		}
	}
	t.stopFollowUps(lead)
	t.out.Dues = append(t.out.Dues, Due{Key: "report " + OutageNumber(o.ID)})
	a.done = append(a.done, OutageNumber(o.ID))
	return nil
}

// doSplit takes a ticket out of an outage: the one named, or this one.
func (t *turn) doSplit(a *act) *Line {
	tk := a.tk
	if a.Arg != "" {
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
	if o.Tickets[0] == tk.ID && len(tk.Reports) > 0 {
		return &Line{Code: LineNotNow, Subject: a.Written, More: []string{t.desk.Number(tk.ID)}} // the vendors' threads stand on it
	}
	t.leaveOutage(o, tk, string(a.s.Address))
	a.done = append(a.done, t.desk.Number(tk.ID))
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
	if o.Status == OutageSuspected {
		o.Status = OutageConfirmed
	}
	people := t.announce(o, lead, words, a.s.Mailbox)
	a.words = ""
	a.done = append(a.done, strconv.Itoa(people))
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
	tk.Snoozed = until
	t.touch(tk)
	for i := range tk.Reports {
		if !tk.Reports[i].Next.IsZero() {
			t.scheduleFollowUp(tk, i, t.vendorOf(tk.Reports[i]))
		}
	}
	a.done = append(a.done, until.In(t.desk.Zone).Format("2006-01-02 15:04"))
	return nil
}

// until reads a duration or a clock, which is the next time it comes round.
func (t *turn) until(arg string) (time.Time, bool) {
	arg = strings.TrimSpace(strings.ToLower(arg))
	if n, ok := strings.CutSuffix(arg, "d"); ok {
		days, err := strconv.Atoi(n)
		return t.now.Add(time.Duration(days) * day), err == nil && days > 0 && days <= 365
	}
	if d, err := time.ParseDuration(arg); err == nil {
		return t.now.Add(d), d > 0 && d <= 365*day
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
