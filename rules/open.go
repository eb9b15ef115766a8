package rules

import (
	"slices"
	"strings"
)

// Kinds of links between tickets.
const (
	LinkFollows    = "follows"
	LinkFollowedBy = "followed-by"
	LinkMergedInto = "merged-into"
	LinkMergedFrom = "merged-from"
	LinkRelated    = "related"
)

// newMatter opens a ticket for a mail that belongs to none. What a proved staff member forwards becomes the ticket
// of the person they forwarded.
func (t *turn) newMatter(ev MailArrived, s speaker, why []Reason) {
	m := ev.Mail
	role := t.desk.Role(m.From.Address)
	if role == RoleStranger && s.trust == TrustVerified && t.requesterList(ev, s, why) {
		return
	}
	if role == RoleStaff && s.trust == TrustVerified {
		if t.staffWithoutTicket(ev, s, why) {
			return
		}
		if f := m.Forwarded; f != nil && f.From.Address != "" && !t.isOurs(f.From.Address) && t.desk.Role(f.From.Address) == RoleStranger {
			t.openForwarded(ev, s, why)
			return
		}
	}
	t.openTicket(ev, s, why, m.NoAck && !m.Kind.Person())
}

// isOurs says whether an address leads back to the desk: mail to it would be mail to ourselves.
func (t *turn) isOurs(a Address) bool { return t.desk.Accepts(string(a)) }

// openTicket makes the ticket, confirms to its writer as the trust table allows, and tells staff. quiet is for what
// a machine wrote.
func (t *turn) openTicket(ev MailArrived, s speaker, why []Reason, quiet bool) *Ticket {
	m := ev.Mail
	tk := t.freshTicket(m, s.Mailbox, t.desk.writerLanguage(m))
	tk.Quiet = quiet
	tk.Suspicious = s.then == outcomeNewSuspect
	tk.Participants[0].Verified = s.trust == TrustVerified
	t.startThread(&tk.Threads[ThreadRequester], m)
	why = append(why, Reason{ReasonNewTicket, t.desk.Number(tk.ID)})
	seq := t.enter(tk, t.mailEntry(ev, tk, ThreadRequester, s, why))
	t.classify(tk, ev, s, true)
	tk.Messages++
	t.watch(tk, ev, s)
	t.confirm(tk, ev, s)
	t.tellStaffNew(tk, ev, s, why)
	t.tellOrganisation(tk, s)
	t.tellGroup(tk, ev, s)
	t.reportByRule(tk, s)
	if t.desk.Role(s.Address) == RoleVendor && s.trust == TrustVerified {
		// A vendor that reports a fault to us: those who tell the world have to know.
		t.inform(nil, tk, "vendor-fault", Outgoing{Kind: OutAnnouncement, Template: TemplateAnnouncement, Words: visible(m),
			Author: Mailbox{Name: display(s.Mailbox)}, Lines: []Line{{Code: string(ReasonVendorFault), Subject: display(s.Mailbox)}}})
	}
	t.dispose(DisposedNew, tk.ID, seq, why...)
	return tk
}

// freshTicket numbers a new ticket with its two threads and its requester.
func (t *turn) freshTicket(m *Mail, requester Mailbox, language Language) *Ticket {
	id := t.look.NextTicket() + TicketID(t.opened)
	t.opened++
	base := BaseSubject(m.Subject, t.desk.Prefix)
	tk := &Ticket{
		ID: id, Subject: base, Status: StatusNew, Tags: []string{}, Links: []Link{}, Requester: requester,
		Organisation: t.desk.organisation(requester.Address), Language: language, Created: t.now, Updated: t.now,
		Fields: m.Fields,
		Participants: []Participant{{Mailbox: requester, Role: RoleRequester, Thread: ThreadRequester,
			Language: language, Since: t.now}},
		Threads: []Thread{
			{Audience: AudienceRequester, Party: requester.Address, Subject: base},
			{Audience: AudienceStaff},
		},
	}
	if tk.Fields == nil {
		tk.Fields = map[string]string{}
	}
	t.open[id] = tk
	t.touch(tk)
	return tk
}

// startThread lets our mails thread with the mail that began it, and with what that one answered.
func (t *turn) startThread(th *Thread, m *Mail) {
	th.References = nil
	for _, id := range m.References {
		if _, ours := t.desk.OurMessage(id); !ours {
			th.References = append(th.References, id)
		}
	}
	t.continueThread(th, m)
}

// continueThread adds a mail of that side to the chain, and keeps what Outlook wants echoed.
func (t *turn) continueThread(th *Thread, m *Mail) {
	if m.MessageID != "" && !slices.Contains(th.References, m.MessageID) {
		th.References = capReferences(append(slices.Clone(th.References), m.MessageID))
	}
	if v := m.Header["Thread-Index"]; len(v) == 1 && len(v[0]) < 500 {
		th.Index = v[0]
	}
	if v := m.Header["Thread-Topic"]; len(v) == 1 {
		th.Topic = BaseSubject(v[0], t.desk.Prefix)
	}
}

// writerLanguage is the language the writer is answered in: theirs where the mail tells, else the desk's.
func (d *Desk) writerLanguage(m *Mail) Language {
	if m.Confidence < Sure {
		return d.language("")
	}
	return d.language(m.Language)
}

// IsPublicProvider says whether anybody can have an address at a domain.
func IsPublicProvider(domain string) bool { return publicProviders[domain] }

// publicProviders are domains at which an address says nothing about an organisation.
var publicProviders = map[string]bool{
	"gmail.com": true, "googlemail.com": true, "hotmail.com": true, "hotmail.se": true, "outlook.com": true,
	"live.com": true, "live.se": true, "live.no": true, "msn.com": true, "icloud.com": true, "me.com": true,
	"yahoo.com": true, "yahoo.se": true, "yahoo.no": true, "telia.com": true, "online.no": true, "bredband.net": true,
	"comhem.se": true, "spray.se": true, "passagen.se": true, "proton.me": true, "protonmail.com": true,
	"gmx.net": true, "gmx.de": true, "web.de": true, "broadpark.no": true, "getmail.no": true, "tele2.se": true,
}

// confirm tells the writer their number, as far as the trust table allows, and never a machine (I4).
func (t *turn) confirm(tk *Ticket, ev MailArrived, s speaker) {
	m := ev.Mail
	to := s.Address
	refuse := func(code ReasonCode, subject string) {
		t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self,
			Reasons: []Reason{{ReasonNotConfirmed, ""}, {code, subject}}})
	}
	switch {
	case tk.Quiet:
		return // its entry says that a machine wrote it
	case m.NoAck:
		refuse(ReasonMachine, m.KindReason)
		return
	case s.then == outcomeNewSuspect:
		refuse(ReasonProofFailed, m.Proof.By)
		return
	case m.Identity != IdentityClear || to == "" || t.isOurs(to):
		refuse(ReasonAmbiguous, string(to))
		return
	}
	if bad, ok := t.look.Bad(to); ok {
		refuse(ReasonBadAddress, bad.Reply.Enhanced)
		return
	}
	o := Outgoing{
		Kind: OutConfirmation, Template: TemplateConfirmation, Thread: ThreadRequester, To: s.Mailbox,
		Role: RoleRequester, Language: tk.Language, Auto: AutoReplied, Budget: ClassOutside, GoesTo: ReplyToDesk,
		Author: s.Mailbox, AuthorTrust: s.trust, Words: t.desk.StripReferences(visible(m)), Said: t.now, Entry: FirstEntry,
		Actions: []Action{{Command: "close"}, {Command: "share"}, {Command: "list"}},
	}
	code := ReasonConfirmed
	if t.knownOutage(tk) {
		o.Template = TemplateKnownFault
	}
	if s.then != outcomeNew {
		if !t.once(BudgetKey("plain "+string(to)), day) {
			refuse(ReasonBudget, "confirmation without words")
			return
		}
		code = ReasonConfirmedPlain
		o.Template, o.Words, o.Actions = TemplateConfirmationPlain, "", nil
		o.Author, o.To.Name = Mailbox{}, ""
		o.Subject = "[" + t.desk.Number(tk.ID) + "]"
	}
	o = t.mail(tk, o, PurposeReply)
	t.sentEntry(tk, o, Reason{code, string(to)})
}

// sentEntry records a mail of ours in the history; text that is a person's own stands in their entry already.
func (t *turn) sentEntry(tk *Ticket, o Outgoing, why ...Reason) {
	if o.Hold != "" {
		why = append(why, Reason{o.Hold, string(o.Budget)})
	}
	t.enter(tk, Entry{Kind: EntryMailOut, Thread: o.Thread, Who: Self, Text: "", Reasons: why,
		MessageID: o.MessageID, Outgoing: o.ID})
}

// openForwarded opens a ticket for the person whose mail a staff member passed on.
func (t *turn) openForwarded(ev MailArrived, s speaker, why []Reason) {
	m, f := ev.Mail, ev.Mail.Forwarded
	as := *m
	as.Subject, as.Reply, as.Text = f.Subject, f.Text, f.Text
	if as.Subject == "" {
		as.Subject = m.Subject
	}
	as.From, as.MessageID = f.From, f.MessageID
	if f.Confidence >= Sure { // the person's own words tell, and not those of whoever passes them on
		as.Language, as.Confidence = f.Language, f.Confidence
	}
	tk := t.freshTicket(&as, f.From, t.desk.writerLanguage(&as))
	if f.MessageID != "" {
		tk.Threads[ThreadRequester].References = []MessageID{f.MessageID}
		t.out.Messages = append(t.out.Messages, MessageRef{f.MessageID, tk.ID, ThreadRequester, f.From.Address})
	}
	why = append(why, Reason{ReasonNewTicket, t.desk.Number(tk.ID)}, Reason{ReasonForwardedBy, string(s.Address)})
	e := t.mailEntry(ev, tk, ThreadRequester, speaker{Mailbox: f.From, trust: TrustUnverified}, why)
	e.Text = f.Text
	if at := f.When(t.desk.Zone); !at.IsZero() {
		e.At = at
	}
	seq := t.enter(tk, e)
	t.classify(tk, MailArrived{ID: ev.ID, Mail: &as}, speaker{Mailbox: f.From, trust: TrustUnverified}, true)
	tk.Messages++
	if note := strings.TrimSpace(m.Reply); note != "" && note != strings.TrimSpace(f.Text) {
		t.enter(tk, Entry{Kind: EntryNote, Thread: ThreadStaff, Who: string(s.Address), Name: s.Name, Trust: s.trust,
			Text: note, Mail: ev.ID, Reasons: []Reason{{ReasonForwardedBy, string(s.Address)}}})
	}
	who := speaker{Mailbox: f.From, trust: TrustVerified, then: outcomeNew}
	t.confirmForwarded(tk, who, m)
	t.tellStaffNew(tk, MailArrived{ID: ev.ID, Mail: &as}, speaker{Mailbox: f.From, trust: TrustUnverified}, why)
	t.tellOrganisation(tk, who)
	t.dispose(DisposedNew, tk.ID, seq, why...)
}

// confirmForwarded tells the forwarded person that the desk has their matter: a staff member vouched for it, so it
// carries their subject, but not their words, which came by another hand.
func (t *turn) confirmForwarded(tk *Ticket, who speaker, m *Mail) {
	if who.Address == "" || t.refuses(who.Address) {
		return
	}
	o := t.mail(tk, Outgoing{
		Kind: OutConfirmation, Template: TemplateConfirmation, Thread: ThreadRequester, To: who.Mailbox,
		Role: RoleRequester, Language: tk.Language, Auto: AutoReplied, Budget: ClassOutside, GoesTo: ReplyToDesk,
		AuthorTrust: TrustVerified, Actions: []Action{{Command: "close"}, {Command: "share"}, {Command: "list"}},
	}, PurposeReply)
	t.sentEntry(tk, o, Reason{ReasonConfirmed, string(who.Address)}, Reason{ReasonForwardedBy, string(m.From.Address)})
}
