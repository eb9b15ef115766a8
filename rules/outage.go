package rules

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// OutageNumber is an outage as staff and the informed see it: D-7. It is never shown to vendors or requesters.
func OutageNumber(id OutageID) string { return "D-" + strconv.FormatUint(uint64(id), 10) }

// outage is the working copy of an outage.
func (t *turn) outage(id OutageID) (*Outage, bool) {
	if id == 0 {
		return nil, false
	}
	for _, o := range t.faults {
		if o.ID == id {
			return o, true
		}
	}
	o, ok := t.look.Outage(id)
	if !ok {
		return nil, false
	}
	o.Tickets, o.Left, o.Vendors = slices.Clone(o.Tickets), slices.Clone(o.Left), slices.Clone(o.Vendors)
	t.faults = append(t.faults, &o)
	return &o, true
}

// newOutage numbers an outage.
func (t *turn) newOutage(o Outage) *Outage {
	o.ID = t.look.NextOutage()
	for _, other := range t.faults {
		o.ID = max(o.ID, other.ID+1)
	}
	t.faults = append(t.faults, &o)
	return &o
}

// maxReport is how much of a mail is shown to the watch, in bytes. It is kept for weeks, and the watch reads no more.
const maxReport = 2 << 10

// watch shows a new matter to the watch for outages and acts on what it sees: the ticket joins an outage, or its mail
// was the one that makes staff suspect one.
func (t *turn) watch(tk *Ticket, ev MailArrived, s speaker) {
	m := ev.Mail
	if !t.desk.Outage.Enabled || tk.Quiet || m.Kind != KindHuman || t.desk.Role(s.Address) != RoleStranger || isThanks(visible(m)) {
		return
	}
	report := Report{
		Mail: ev.ID, At: t.now, Person: s.Address, Name: s.Name, Proven: s.trust == TrustVerified,
		Organisation: tk.Organisation, Language: m.Language, Subject: tk.Subject, Words: m.Words,
	}
	if report.Words == "" {
		report.Words = visible(m)
	}
	if len(report.Words) > maxReport {
		report.Words = strings.ToValidUTF8(report.Words[:maxReport], "")
	}
	t.out.Reports = append(t.out.Reports, report)
	sight := t.look.Sight(report)
	if sight.Alarm == 0 {
		return
	}
	o, known := t.byAlarm(sight.Alarm)
	switch {
	case known && o.Status == OutageDismissed:
		return // staff said that it is none
	case known:
		t.joinOutage(o, tk, ReasonJoinedOutage)
		o.People = max(o.People, sight.People)
		if o.Status == OutageSolved && sight.Raised {
			t.raiseAgain(o, tk, sight)
		}
	default:
		t.suspect(tk, sight)
	}
}

// byAlarm finds the outage that an alarm of the watch became.
func (t *turn) byAlarm(a AlarmID) (*Outage, bool) {
	for _, o := range t.faults {
		if o.Alarm == a {
			return o, true
		}
	}
	for _, o := range t.look.OpenOutages() {
		if o.Alarm == a {
			return t.outage(o.ID)
		}
	}
	return nil, false
}

// suspect raises an outage: every earlier mail that belongs to it joins at once, and staff get the evidence.
func (t *turn) suspect(tk *Ticket, sight Sighting) {
	o := t.newOutage(Outage{Alarm: sight.Alarm, Status: OutageSuspected, First: t.now, Last: t.now, Window: sight.Window,
		Words: sight.Words, Expected: sight.Expected, Observed: sight.Observed, People: sight.People, Vendors: []OutageVendor{}})
	for _, m := range sight.Members {
		d, _ := t.look.Disposition(m)
		if member, ok := t.ticket(d.Ticket); ok {
			t.joinOutage(o, member, ReasonJoinedOutage)
		}
	}
	t.joinOutage(o, tk, ReasonOutageSuspected)
	o.Title = t.outageTitle(o)
	t.tellSuspicion(o)
	if t.desk.Outage.Report == "auto" {
		t.out.Dues = append(t.out.Dues, Due{Key: "report " + OutageNumber(o.ID), Kind: DueReport, Outage: o.ID,
			Ticket: o.Tickets[0], At: t.now.Add(max(t.desk.Outage.Pause, time.Second))})
	}
}

// raiseAgain reopens an outage that was called solved when several say that it is not.
func (t *turn) raiseAgain(o *Outage, tk *Ticket, sight Sighting) {
	o.Status, o.Last, o.Words, o.Observed, o.Expected = OutageSuspected, t.now, sight.Words, sight.Observed, sight.Expected
	t.tellSuspicion(o)
}

// joinOutage puts a ticket into an outage, once.
func (t *turn) joinOutage(o *Outage, tk *Ticket, why ReasonCode) {
	if slices.Contains(o.Tickets, tk.ID) || slices.Contains(o.Left, tk.ID) {
		return
	}
	o.Tickets = append(o.Tickets, tk.ID)
	if tk.Created.Before(o.First) {
		o.First = tk.Created
	}
	if tk.Created.After(o.Last) {
		o.Last = tk.Created
	}
	for _, tag := range tk.Tags {
		if !slices.Contains(o.Tags, tag) {
			o.Tags = append(slices.Clone(o.Tags), tag)
		}
	}
	if o.Service == "" {
		o.Service = tk.Service
	}
	tk.Outage = o.ID
	t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self, Text: OutageNumber(o.ID), Reasons: []Reason{{why, OutageNumber(o.ID)}}})
}

// leaveOutage takes a ticket out.
func (t *turn) leaveOutage(o *Outage, tk *Ticket, who string) {
	o.Tickets = slices.DeleteFunc(o.Tickets, func(id TicketID) bool { return id == tk.ID })
	o.Left = append(o.Left, tk.ID)
	tk.Outage = 0
	t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: who, Text: OutageNumber(o.ID), Reasons: []Reason{{ReasonLeftOutage, OutageNumber(o.ID)}}})
}

// outageTitle is the tags, which are the desk's own words for it, or else the rarest words in common.
func (t *turn) outageTitle(o *Outage) string {
	if len(o.Tags) > 0 {
		return o.Tags[0]
	}
	title := ""
	for i, w := range o.Words {
		if i == 3 {
			break
		}
		if i > 0 {
			title += ", "
		}
		title += w
	}
	if title == "" {
		if lead, ok := t.ticket(o.Tickets[0]); ok {
			title = lead.Subject
		}
	}
	return title
}

// suspicionSubjects begin the subject of a suspicion (CONTRACT, section 4).
var suspicionSubjects = map[Language]string{
	Swedish: "Misstänkt driftstörning: ", Bokmal: "Mistenkt driftsforstyrrelse: ", English: "Suspected outage: ",
}

// tellSuspicion gives staff the evidence; they decide by answering /report, /dismiss, /outage or /split.
func (t *turn) tellSuspicion(o *Outage) {
	lead, ok := t.ticket(o.Tickets[0])
	if !ok {
		return
	}
	report := t.faultReport(o, lead, RoleStaff)
	for _, s := range t.desk.Staff {
		lang := t.desk.language(s.Language)
		t.mail(lead, Outgoing{
			Kind: OutNotice, Template: TemplateSuspicion, Thread: ThreadStaff, To: s.Mailbox, Role: RoleStaff, Language: lang,
			Auto: AutoGenerated, Budget: ClassStaff, GoesTo: ReplyToStaff, Report: report,
			Subject: "[" + OutageNumber(o.ID) + "] " + suspicionSubjects[lang] + o.Title,
			Actions: []Action{{Command: "report"}, {Command: "outage"}, {Command: "dismiss"}},
		}, PurposeReply)
	}
	t.enter(lead, Entry{Kind: EntryMailOut, Thread: ThreadStaff, Who: Self, Text: o.Title,
		Reasons: []Reason{{ReasonOutageSuspected, OutageNumber(o.ID)}, {ReasonStaffTold, string(TemplateSuspicion)}}})
}

// knownOutage is the confirmed outage a ticket has joined: its writer is told "known, we are on it".
func (t *turn) knownOutage(tk *Ticket) bool {
	o, ok := t.outage(tk.Outage)
	return ok && (o.Status == OutageConfirmed || o.Status == OutageReported)
}
