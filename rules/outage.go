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

// Matter is what the watch for outages would be shown of a mail that opens a ticket for its own author: all of the
// report that does not depend on what the store knows.
func (d *Desk) Matter(m *Mail) Report {
	r := Report{Person: m.From.Address, Name: m.From.Name, Language: m.Language, Subject: BaseSubject(m.Subject, d.Prefix), Words: m.Words}
	if r.Words == "" {
		r.Words = visible(m)
	}
	if len(r.Words) > maxReport {
		r.Words = strings.ToValidUTF8(r.Words[:maxReport], "")
	}
	return r
}

// watch shows a new matter to the watch for outages and acts on what it sees: the ticket joins an outage, or its mail
// was the one that makes staff suspect one.
func (t *turn) watch(tk *Ticket, ev MailArrived, s speaker) {
	m := ev.Mail
	if !t.desk.Outage.Enabled || tk.Quiet || m.Kind != KindHuman || t.desk.Role(s.Address) != RoleStranger || isThanks(visible(m)) {
		return
	}
	report := t.desk.Matter(m)
	report.Mail, report.At, report.Person, report.Name = ev.ID, t.now, s.Address, s.Name
	report.Proven, report.Organisation, report.Subject = s.trust == TrustVerified, tk.Organisation, tk.Subject
	t.out.Reports = append(t.out.Reports, report)
	sight := t.look.Sight(report)
	if sight.Alarm == 0 {
		return
	}
	o, known := t.byAlarm(sight.Alarm)
	switch {
	case known && o.Status == OutageDismissed:
		t.writtenSince(o, tk, sight)
	case known && o.Status == OutageSolved:
		t.joinOutage(o, tk, ReasonJoinedOutage)
		t.stillBroken(o, s)
	case known:
		t.joinEarlier(o, sight)
		t.joinOutage(o, tk, ReasonJoinedOutage)
	default:
		t.suspect(tk, sight)
	}
}

// lately is how many outages are looked through for the one that an alarm became. The watch forgets an alarm ten hours
// after the last letter about it, and no desk has so many outages in that time.
const lately = 100

// byAlarm finds the outage that an alarm of the watch became, ended ones too: what staff dismissed or solved is not a
// new outage with the next letter.
func (t *turn) byAlarm(a AlarmID) (*Outage, bool) {
	if a == 0 {
		return nil, false
	}
	of := func(o Outage) bool { return o.Alarm == a }
	list := t.look.OpenOutages()
	i := slices.IndexFunc(list, of)
	if i < 0 { // most letters join one that is open: the others are read for the rest
		list = t.look.Outages(lately)
		i = slices.IndexFunc(list, of)
	}
	if i < 0 {
		return nil, false
	}
	return t.outage(list[i].ID)
}

// saw keeps what an outage was suspected by.
func (o *Outage) saw(s Sighting) {
	o.Words, o.Window, o.Expected, o.Observed, o.Within = s.Words, s.Window, s.Expected, s.Observed, s.Within
}

// suspect raises an outage: every earlier mail that belongs to it joins at once, and staff get the evidence.
func (t *turn) suspect(tk *Ticket, sight Sighting) {
	o := t.newOutage(Outage{Alarm: sight.Alarm, Status: OutageSuspected, First: t.now, Last: t.now, Vendors: []OutageVendor{}})
	o.saw(sight)
	if from, ok := t.byAlarm(sight.From); ok && from.Status.Open() {
		o.Apart = from.ID
	}
	t.joinEarlier(o, sight)
	t.joinOutage(o, tk, ReasonOutageSuspected)
	t.leadWithReports(o)
	o.Title = t.outageTitle(o)
	t.tellSuspicion(o)
	t.reportSoon(o)
}

// inOutage says whether a ticket is in an outage that is not over.
func (t *turn) inOutage(tk *Ticket) bool {
	o, ok := t.outage(tk.Outage)
	return ok && o.Status.Open()
}

// leads is the open outage whose vendors' threads stand on a ticket: it cannot end, or go elsewhere, before that does.
func (t *turn) leads(tk *Ticket) (*Outage, bool) {
	o, ok := t.outage(tk.Outage)
	return o, ok && o.Status.Open() && o.Tickets[0] == tk.ID && tk.reported()
}

// leadWithReports lets a ticket lead that vendors have had a report of already: their threads stand on it.
func (t *turn) leadWithReports(o *Outage) {
	i := slices.IndexFunc(o.Tickets, func(id TicketID) bool {
		tk, ok := t.ticket(id)
		return ok && tk.reported()
	})
	if i > 0 {
		lead := o.Tickets[i]
		o.Tickets = slices.Insert(slices.Delete(o.Tickets, i, i+1), 0, lead)
	}
}

// joinEarlier puts the tickets of earlier mails into an outage: those that belong to it when it is raised, and those that
// are seen to belong to it when more has been written.
func (t *turn) joinEarlier(o *Outage, sight Sighting) {
	for _, m := range sight.Members {
		d, _ := t.look.Disposition(m)
		id, _ := t.live(d.Ticket)
		if member, ok := t.ticket(id); ok && (!t.inOutage(member) || t.goesOver(o, member)) {
			t.joinOutage(o, member, ReasonJoinedOutage)
		}
	}
}

// goesOver says whether a ticket leaves the outage that o was told apart from. The one that vendors' threads stand on
// stays.
func (t *turn) goesOver(o *Outage, tk *Ticket) bool {
	_, leads := t.leads(tk)
	return tk.Outage == o.Apart && !leads
}

// reportSoon lets the desk report by itself, where it is to, once staff have had a moment to say otherwise.
func (t *turn) reportSoon(o *Outage) {
	if t.desk.Outage.Report == "auto" {
		t.out.Dues = append(t.out.Dues, Due{Key: "report " + OutageNumber(o.ID), Kind: DueReport, Outage: o.ID,
			Ticket: o.Tickets[0], At: t.autoReport()})
	}
}

// autoReport is when the desk would report what is suspected now.
func (t *turn) autoReport() time.Time { return t.now.Add(max(t.desk.Outage.Pause, time.Second)) }

// joinOutage puts a ticket into an outage, once.
func (t *turn) joinOutage(o *Outage, tk *Ticket, why ReasonCode) {
	if slices.Contains(o.Tickets, tk.ID) || slices.Contains(o.Left, tk.ID) {
		return
	}
	if before, ok := t.outage(tk.Outage); ok && before.Status.Open() {
		t.leaveOutage(before, tk, Self)
	}
	o.Tickets = append(o.Tickets, tk.ID)
	o.gather(tk)
	t.count(o, tk)
	tk.Outage = o.ID
	t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self, Text: OutageNumber(o.ID), Reasons: []Reason{{why, OutageNumber(o.ID)}}})
}

// leaveOutage takes a ticket out.
func (t *turn) leaveOutage(o *Outage, tk *Ticket, who string) {
	o.Tickets = slices.DeleteFunc(o.Tickets, func(id TicketID) bool { return id == tk.ID })
	o.Left = append(o.Left, tk.ID)
	tk.Outage = 0
	if len(o.Tickets) == 0 {
		// Nothing is left of it. Who writes of it from now on counts anew.
		o.Status, o.People, o.Unproven, o.Dismissed = OutageDismissed, 0, false, Dismissal{At: t.now}
		t.out.Dues = append(t.out.Dues, Due{Key: "report " + OutageNumber(o.ID)})
	} else {
		t.countAnew(o)
	}
	t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: who, Text: OutageNumber(o.ID), Reasons: []Reason{{ReasonLeftOutage, OutageNumber(o.ID)}}})
}

// count adds a ticket's writer to an outage's people: each once, and all who have not proved who they are as one
// (DESIGN, section 8).
func (t *turn) count(o *Outage, tk *Ticket) {
	if !tk.proven() {
		if !o.Unproven {
			o.Unproven = true
			o.People++
		}
		return
	}
	if !t.wroteAnother(tk, o.Tickets) {
		o.People++
	}
}

// wroteAnother says whether a ticket's writer has, as one who proved who they are, another among some tickets.
func (t *turn) wroteAnother(tk *Ticket, among []TicketID) bool {
	for _, id := range t.look.TicketsOf(tk.Requester.Address) {
		if id == tk.ID || !slices.Contains(among, id) {
			continue
		}
		if other, ok := t.ticket(id); ok && other.proven() {
			return true
		}
	}
	return false
}

// countAnew counts from the tickets that are left, and takes from them what else an outage has of its tickets.
func (t *turn) countAnew(o *Outage) {
	o.People, o.Unproven, o.Tags, o.Service, o.First, o.Last = 0, false, nil, "", time.Time{}, time.Time{}
	seen := map[Address]bool{}
	for _, id := range o.Tickets {
		tk, ok := t.ticket(id)
		if !ok {
			continue
		}
		o.gather(tk)
		o.Unproven = o.Unproven || !tk.proven()
		if who := tk.writer(); !seen[who] {
			seen[who] = true
			o.People++
		}
	}
	o.Title = t.outageTitle(o)
}

// gather takes from a ticket what an outage has of its tickets.
func (o *Outage) gather(tk *Ticket) {
	if o.First.IsZero() || tk.Created.Before(o.First) {
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
}

// proven says whether the requester has proved who they are.
func (tk *Ticket) proven() bool { return len(tk.Participants) > 0 && tk.Participants[0].Verified }

// reported says whether a vendor has a report of the ticket that has not ended.
func (tk *Ticket) reported() bool {
	return slices.ContainsFunc(tk.Reports, func(r VendorReport) bool { return r.Ended.IsZero() })
}

// reportedOn says whether a thread is one on which a vendor had a report, and not a talk about something else.
func (tk *Ticket) reportedOn(thread int) bool {
	return slices.ContainsFunc(tk.Reports, func(r VendorReport) bool { return r.Thread == thread })
}

// mergeInOutage lets the ticket that another was merged into take its place in an open outage.
func (t *turn) mergeInOutage(from, into *Ticket) {
	o, ok := t.outage(from.Outage)
	if !ok || !o.Status.Open() {
		return
	}
	at := slices.Index(o.Tickets, from.ID)
	if into.Outage == o.ID {
		o.Tickets = slices.DeleteFunc(o.Tickets, func(id TicketID) bool { return id == into.ID })
		at = slices.Index(o.Tickets, from.ID)
	} else if t.inOutage(into) {
		return // staff put it elsewhere
	}
	o.Tickets[at] = into.ID
	from.Outage, into.Outage = 0, o.ID
	t.countAnew(o)
	t.syncVendors(o, into)
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
	report.Again = len(o.Still) > 0
	if by := o.Dismissed.By; by.Address != "" && !report.Again {
		report.DismissedBy, report.DismissedAt, report.DismissedAmong = display(by), o.Dismissed.At, o.Dismissed.People
	} else if t.desk.Outage.Report == "auto" {
		report.ReportsAt, report.ReportsTo = t.autoReport(), t.desk.Outage.Vendors
	}
	for _, s := range t.desk.Staff {
		lang := t.desk.language(s.Language)
		t.mail(lead, Outgoing{
			Kind: OutNotice, Template: TemplateSuspicion, Thread: ThreadStaff, To: s.Mailbox, Role: RoleStaff, Language: lang,
			Auto: AutoGenerated, Budget: ClassStaff, GoesTo: ReplyToStaff, Report: report,
			Subject: "[" + OutageNumber(o.ID) + "] " + suspicionSubjects[lang] + o.Title,
			Actions: outageActions(OutageSuspected),
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
