package rules

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// NextFollowUp is when a vendor is reminded next: follow_up after our last mail to it or its last human word,
// whichever is later (DESIGN, section 8), not before until, and within its hours.
func (d *Desk) NextFollowUp(r VendorReport, v Vendor, until time.Time) time.Time {
	next := r.LastSent
	if r.LastHeard.After(next) {
		next = r.LastHeard
	}
	if next = next.Add(v.FollowUp); until.After(next) {
		next = until
	}
	return within(next, v.Hours, d.holidays[v.Holidays], d.Zone)
}

// scheduleFollowUp keeps the next due time of one vendor's report.
func (t *turn) scheduleFollowUp(tk *Ticket, i int, v Vendor) {
	r := &tk.Reports[i]
	r.Next = t.desk.NextFollowUp(*r, v, tk.Snoozed)
	t.out.Dues = append(t.out.Dues, Due{Key: t.followUpKey(tk, *r), Kind: DueFollowUp, Ticket: tk.ID, Party: r.Vendor, At: r.Next})
	if o, ok := t.outage(tk.Outage); ok {
		t.syncVendors(o, tk)
	}
}

// wroteToVendor counts a person's mail to a vendor as our last one: who was just written to is not reminded.
func (t *turn) wroteToVendor(tk *Ticket, thread int) {
	for i := range tk.Reports {
		if r := &tk.Reports[i]; r.Thread == thread && r.Ended.IsZero() {
			r.LastSent, r.ToldOver = t.now, false
			t.takeBack(tk, r)
			if !r.Next.IsZero() {
				t.scheduleFollowUp(tk, i, t.vendorOf(*r))
			}
		}
	}
}

func (t *turn) followUpKey(tk *Ticket, r VendorReport) string {
	return "follow-up " + t.desk.Number(tk.ID) + " " + string(r.Vendor)
}

// stopFollowUps ends them for a ticket: solved, dismissed or closed.
func (t *turn) stopFollowUps(tk *Ticket) {
	for i := range tk.Reports {
		t.stopFollowUp(tk, i)
	}
	if o, ok := t.outage(tk.Outage); ok {
		t.syncVendors(o, tk)
	}
}

func (t *turn) stopFollowUp(tk *Ticket, i int) {
	r := &tk.Reports[i]
	t.takeBack(tk, r)
	if !r.Next.IsZero() {
		r.Next = time.Time{}
		t.out.Dues = append(t.out.Dues, Due{Key: t.followUpKey(tk, *r)})
	}
}

// followUpDue reminds a vendor. After any gap there is one reminder, since the next one counts from this.
func (t *turn) followUpDue(tk *Ticket, party Address) {
	for i := range tk.Reports {
		r := &tk.Reports[i]
		if r.Vendor != party || r.Next.IsZero() || !r.Ended.IsZero() {
			continue
		}
		v := t.vendorOf(*r)
		went, waits := t.asked(*r)
		left := went.Add(v.FollowUp).Sub(t.now)
		switch {
		case waits: // what asks already has not even gone out: a second mail would come with it
			r.LastSent = t.now
			t.scheduleFollowUp(tk, i, v)
		case left > v.FollowUp/10 && left <= v.FollowUp: // it lay in the queue; more than an interval is a clock that was set back
			r.LastSent = went
			t.scheduleFollowUp(tk, i, v)
		case r.Next.After(t.now): // put off since
			t.out.Dues = append(t.out.Dues, Due{Key: t.followUpKey(tk, *r), Kind: DueFollowUp, Ticket: tk.ID, Party: party, At: r.Next})
		case r.Total >= vendorDaily, t.refuses(v.Address):
			t.askHuman(tk, r, v)
		default:
			t.followUp(tk, r, v)
			t.scheduleFollowUp(tk, i, v)
		}
	}
}

// asked is when the mails that asked a vendor last went out, zero where that is not known; waits says that one has yet to.
func (t *turn) asked(r VendorReport) (went time.Time, waits bool) {
	for _, id := range r.Asked {
		row, ok := t.look.Sent(id)
		if !ok {
			continue // it was taken back, or is long forgotten
		}
		if n := len(row.Tried); n > 0 && row.State == QueueSent && row.Tried[n-1].At.After(went) {
			went = row.Tried[n-1].At
		}
		// One that is being sent for the first time is as good as gone.
		waits = waits || row.waits() || row.State == QueueSending && row.Attempts > 1
	}
	return went, waits
}

// takeBack keeps a vendor's reminder from going out that waits in the queue: the fault is over, or it has been heard or
// written to since. The report itself goes.
func (t *turn) takeBack(tk *Ticket, r *VendorReport) {
	for _, row := range t.unsent(*r, OutFollowUp) {
		t.cancel(tk, row, Reason{ReasonNotAsked, string(row.To.Address)})
	}
}

// neverReported takes back a report that still waits in the queue when its fault is over, and says whether it did: who
// has not heard of the fault need not hear of its end, and might hear of the end first.
func (t *turn) neverReported(tk *Ticket, r VendorReport, v Vendor) bool {
	rows := t.unsent(r, OutReport)
	for _, row := range rows {
		t.cancel(tk, row, Reason{ReasonWithdrawn, v.Name})
	}
	return len(rows) > 0
}

// unsent are the mails of a kind, among those that asked a vendor last, that can still be kept from going out.
func (t *turn) unsent(r VendorReport, kind OutKind) (rows []Queued) {
	for _, id := range r.Asked {
		if row, ok := t.look.Sent(id); ok && row.Kind == kind && row.waits() {
			rows = append(rows, row)
		}
	}
	return rows
}

// cancel keeps a mail of a ticket's from going out, and enters why.
func (t *turn) cancel(tk *Ticket, row Queued, why Reason) {
	t.out.Cancel = append(t.out.Cancel, row.ID)
	t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self, Outgoing: row.ID, Reasons: []Reason{why}})
}

// refuses says whether a peer has said that there is no such address.
func (t *turn) refuses(a Address) bool {
	_, bad := t.look.Bad(a)
	return bad
}

// askHuman ends the reminding of a vendor that has had as many as there are, or whose address does not exist, and asks staff
// to find another way.
func (t *turn) askHuman(tk *Ticket, r *VendorReport, v Vendor) {
	r.Next = time.Time{}
	t.tellStaff(tk, r.Thread, Outgoing{Template: TemplateNoticeChange, GoesTo: ReplyToVendor, GoesToName: v.Name,
		Lines: []Line{{Code: string(ReasonFollowUpEnds), Subject: v.Name}}}, "")
	t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self, Reasons: []Reason{{ReasonFollowUpEnds, v.Name}}})
	if o, ok := t.outage(tk.Outage); ok {
		t.syncVendors(o, tk)
	}
}

// followUp is one reminder: a reminder, a second one, and from the third on the vendor's escalation contact has it, too.
// Staff see it on the same thread.
func (t *turn) followUp(tk *Ticket, r *VendorReport, v Vendor) {
	since := r.Reported
	if r.LastHeard.After(since) {
		since = r.LastHeard
	}
	r.Nth++
	r.Total++
	o, _ := t.outage(tk.Outage)
	report := t.faultReport(o, tk, RoleVendor)
	report.Nth, report.Since, report.Reported, report.Again = r.Nth, since, r.Reported, r.ToldOver
	r.ToldOver = false
	report.Escalated = r.Nth >= escalateFrom && v.Escalation != "" && !t.refuses(v.Escalation)
	lines := []Line{{Code: string(ReasonFollowedUp), Subject: v.Name, More: []string{strconv.Itoa(r.Nth)}}}
	r.Asked = []OutgoingID{t.remind(tk, r.Thread, v, v.Mailbox, report)}
	if report.Escalated {
		above := *report
		above.Escalation = true
		r.Asked = append(r.Asked, t.remind(tk, r.Thread, v, Mailbox{Address: v.Escalation}, &above))
		r.Escalated = true
		lines = append(lines, Line{Code: string(ReasonEscalated), Subject: string(v.Escalation)})
	}
	t.tellStaff(tk, r.Thread, Outgoing{Template: TemplateNoticeChange, GoesTo: ReplyToVendor, GoesToName: v.Name, Report: report, Lines: lines}, "")
	r.LastSent = t.now
}

// escalateFrom is the reminder with which a vendor's escalation contact is told, too: reminder, second reminder, then
// somebody else.
const escalateFrom = 3

// remind writes one reminder on the thread of the report, so that the vendor's desk keeps one ticket.
func (t *turn) remind(tk *Ticket, thread int, v Vendor, to Mailbox, report *FaultReport) OutgoingID {
	if to.Address != v.Address && tk.participant(to.Address) < 0 {
		tk.Participants = append(tk.Participants, Participant{Mailbox: to, Role: RoleVendor, Thread: thread, Language: v.Language, Since: t.now})
	}
	o := t.mail(tk, Outgoing{
		Kind: OutFollowUp, Template: TemplateFollowUp, Thread: thread, To: to, Role: RoleVendor, Language: t.desk.language(v.Language),
		Auto: AutoGenerated, Budget: ClassVendor, GoesTo: ReplyToDesk, Report: report,
	}, PurposeReply)
	why := Reason{ReasonFollowedUp, string(to.Address)}
	if report.Escalation {
		why.Code = ReasonEscalated
	}
	t.sentEntry(tk, o, why)
	return o.ID
}

// moveReports takes the following up of a ticket's fault along when it is merged into another. moved says which thread
// became which.
func (t *turn) moveReports(from, into *Ticket, moved map[int]int) {
	for i := range from.Reports {
		r := from.Reports[i]
		if !r.Ended.IsZero() {
			continue
		}
		t.out.Dues = append(t.out.Dues, Due{Key: t.followUpKey(from, r)})
		from.Reports[i].Ended, from.Reports[i].Next = t.now, time.Time{}
		if slices.ContainsFunc(into.Reports, func(o VendorReport) bool { return o.Vendor == r.Vendor && o.Ended.IsZero() }) {
			continue // the vendor is asked there already
		}
		r.Thread = moved[r.Thread]
		into.Reports = append(into.Reports, r)
		if !r.Next.IsZero() {
			t.scheduleFollowUp(into, len(into.Reports)-1, t.vendorOf(r))
		}
		if into.Status == StatusNew || into.Status == StatusOpen {
			t.setStatus(into, StatusWaitingVendor, Self, Reason{ReasonMerged, t.desk.Number(from.ID)})
		}
	}
}

// vendorSpoke takes a vendor's word into account: a human one moves the follow-up; an automatic acknowledgement does
// not, but both may tell the vendor's own number for the fault. The line offers what the vendor named as the end.
func (t *turn) vendorSpoke(tk *Ticket, thread int, m *Mail, human bool) (why []Reason, end time.Time) {
	for i := range tk.Reports {
		r := &tk.Reports[i]
		if r.Thread != thread || !r.Ended.IsZero() {
			continue
		}
		v := t.vendorOf(*r)
		ref, tag := vendorReference(m, t.desk.Prefix)
		switch {
		case ref != "" && r.Reference == "":
			t.out.Messages = append(t.out.Messages, MessageRef{vendorNumber(r.Vendor, ref), tk.ID, thread, r.Vendor})
			why = append(why, Reason{ReasonVendorReference, ref})
			fallthrough
		case ref == r.Reference && r.Tag == "" && tag != "": // the form comes with a later mail
			r.Reference, r.Tag = ref, tag
			if th := &tk.Threads[thread]; tag != "" && !strings.Contains(th.Subject, tag) {
				th.Subject += " " + tag
			}
		}
		if human {
			r.LastHeard, r.Nth = t.now, 0
			t.takeBack(tk, r)
			if end = t.desk.estimate(visible(m), t.now); !end.IsZero() {
				why = append(why, Reason{ReasonEstimate, t.clock(end)})
			}
			if !r.Next.IsZero() {
				t.scheduleFollowUp(tk, i, v)
			}
		}
		if o, ok := t.outage(tk.Outage); ok {
			t.syncVendors(o, tk)
		}
		t.touch(tk)
	}
	return why, end
}

// clock is a time of today as "14:30", of another day with its date.
func (t *turn) clock(at time.Time) string {
	at, now := at.In(t.desk.Zone), t.now.In(t.desk.Zone)
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format("15:04")
	}
	return at.Format("2006-01-02 15:04")
}

// offerSnooze offers staff to leave a vendor alone until the end that it named.
func (t *turn) offerSnooze(end time.Time) []Action {
	if end.IsZero() {
		return nil
	}
	return []Action{{Command: "snooze " + end.In(t.desk.Zone).Format("2006-01-02 15:04")}}
}

// vendorReferences find another desk's own number: [#12345], [Ticket#2026-1], INC0012345, "ärende 12345",
// "case number: ABC-123". The word before it is what tells it from any other number.
var vendorReferences = []*regexp.Regexp{
	regexp.MustCompile(`\[(?:[\pL ]{0,20}#|#)\s?([\pL\pN-]{2,24})\]`),
	regexp.MustCompile(`\b((?:INC|REQ|RITM|CHG|TASK|CS|SR)[0-9]{4,12})\b`),
	regexp.MustCompile(`\[([A-Z][A-Z0-9]{1,9}-[0-9]{1,9})\]`),
	regexp.MustCompile(`(?i)(?:ärende|sak|saks|saken (?:din|deres)|sag|sags|case|ticket|request|incident|reference|referens|referanse|support id)` +
		`(?:(?:\s(?:har|har fått|fått|fikk|has|has got|has the))?\s?(?:nr|no|number|num(?:ret|meret|mer)|id)(?:\s(?:är|er|is))?)?` +
		`\s?[.:#]{0,2}\s?#?([A-Z]{0,8}-?[0-9]{3,12}(?:-[0-9]{1,12})?)\b`),
}

// vendorReference is the vendor's own number in a mail of its, "" where none can be told; tag is how it stands in the
// subject, where that is a form by which desks know their own mail: with it, ours land on the ticket that is there.
func vendorReference(m *Mail, prefix string) (ref, tag string) {
	for i, text := range []string{m.Subject, visible(m)} {
		if len(text) > 4000 {
			text = text[:4000]
		}
		for _, p := range vendorReferences {
			for _, found := range p.FindAllStringSubmatch(text, 4) {
				ref := found[1]
				if strings.HasPrefix(strings.ToUpper(ref), strings.ToUpper(prefix)+"-") || strings.HasPrefix(ref, "D-") {
					continue
				}
				if i == 0 && (strings.HasPrefix(found[0], "[") || found[0] == ref) {
					return ref, found[0]
				}
				return ref, ""
			}
		}
	}
	return "", ""
}
