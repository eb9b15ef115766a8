package rules

import (
	"slices"
	"strings"
	"unicode"
)

// word is a participant's mail on a ticket: their words, and the commands they lead with.
func (t *turn) word(ev MailArrived, p placement, s speaker, why []Reason) {
	tk, _ := t.ticket(p.ticket)
	if s.role == RoleStaff {
		t.staffWord(ev, tk, p, s, why)
		return
	}
	if s.role == RoleInformed || ev.Released != nil && p.signed && p.thread == ThreadStaff && tk.participant(s.Address) < 0 {
		t.insideWord(ev, tk, s, why)
		return
	}
	if tk.Status == StatusClosed && !t.asksOnly(ev.Mail, p, s) {
		next, ok := t.successor(tk, s.Address)
		if !ok {
			t.followClosed(ev, tk, s, why)
			return
		}
		why = append(why, Reason{ReasonFollowsClosed, t.desk.Number(next.ID)})
		tk, p.thread = next, ThreadRequester
	}
	m := ev.Mail
	thread := t.threadOf(tk, p)
	if i := tk.participant(s.Address); i >= 0 {
		thread = tk.Participants[i].Thread // a participant speaks on their own side, whatever they quote
		if tk.Participants[i].Invited {
			tk.Participants[i].Invited = false
			why = append(why, Reason{ReasonJoined, string(s.Address)})
		}
	} else if ev.Released != nil {
		i := t.join(tk, s, thread)
		thread, s.role = tk.Participants[i].Thread, tk.Participants[i].Role
		why = append(why, Reason{ReasonJoined, string(s.Address)})
	}
	cmds, words := t.participantCommands(m, p, s)
	if t.listensAgain(tk, s, cmds, words) {
		why = append(why, Reason{ReasonFollowsAgain, string(s.Address)})
	}
	th := &tk.Threads[thread]
	t.continueThread(th, m)
	if tk.Subject == "" {
		th.Topic = "" // it was removed, and clients go on saying it
	}
	if s.trust == TrustVerified {
		if i := tk.participant(s.Address); i >= 0 {
			tk.Participants[i].Verified = true
			if m.Confidence >= Sure {
				tk.Participants[i].Language = t.desk.language(m.Language)
			}
		}
	}
	e := t.mailEntry(ev, tk, thread, s, why)
	e.Text = words
	seq := t.enter(tk, e)
	kind := DisposedEntry
	if words != "" || len(m.Attachments) > 0 {
		tk.Messages++
		var note []Reason
		if !slices.ContainsFunc(cmds, movesStatus) { // who says what is to become of it is not guessed at
			note = t.afterWord(tk, ev, s, words)
		}
		var offer []Action
		if th.Audience == AudienceVendor {
			spoke, end := t.vendorSpoke(tk, thread, m, true)
			note = append(note, spoke...)
			offer = t.offerSnooze(end)
		}
		t.classify(tk, ev, s, false)
		o := Outgoing{Template: TemplateNoticeWord, Author: s.Mailbox, AuthorTrust: s.trust, Said: t.now,
			Entry: seq, Words: t.desk.StripReferences(words), GoesTo: goesTo(th.Audience), GoesToName: t.partyName(tk, thread),
			Attachments: m.Attachments, Lines: append(warnings(append(why, note...)), unreadable(m)...), Actions: offer}
		t.tellStaff(tk, thread, o, "")
		if s.trust == TrustVerified && tk.reportedOn(thread) && !isThanks(words) {
			outage, _ := t.outage(tk.Outage)
			t.inform(outage, tk, "vendor-update", Outgoing{Kind: OutAnnouncement, Template: TemplateAnnouncement, Words: words,
				Author: Mailbox{Name: t.partyName(tk, thread)}, Lines: []Line{{Code: string(ReasonVendorUpdate), Subject: t.partyName(tk, thread)}}})
		}
		t.relay(tk, thread, seq, s.Mailbox, s.trust, words, m)
	} else if len(cmds) > 0 {
		kind = DisposedCommand
	}
	t.carryOut(ev, tk, thread, s, cmds)
	if len(cmds) == 0 {
		t.sayNothingCame(ev, tk, thread, p, s, words)
	}
	t.dispose(kind, tk.ID, seq, why...)
}

// insideWord shows staff what one of the informed answers to a notice, or somebody to whom a mail between colleagues was
// passed on: it was written to the desk, moves no ticket, and the requester does not read it.
func (t *turn) insideWord(ev MailArrived, tk *Ticket, s speaker, why []Reason) {
	e := t.mailEntry(ev, tk, ThreadStaff, s, why)
	e.Text = t.said(ev.Mail)
	seq := t.enter(tk, e)
	t.tellStaff(tk, ThreadStaff, Outgoing{Template: TemplateNoticeWord, Author: s.Mailbox, AuthorTrust: s.trust, Said: t.now, Entry: seq,
		Words: e.Text, GoesTo: ReplyToStaff, Attachments: ev.Mail.Attachments, Lines: append(warnings(why), unreadable(ev.Mail)...)}, "")
	t.dispose(DisposedEntry, tk.ID, seq, why...)
}

// listensAgain takes back a participant's mute where they write on the ticket: who asks is to hear the answer. Thanks ask
// for none, and nothing is turned on in the name of somebody who is not proved.
func (t *turn) listensAgain(tk *Ticket, s speaker, cmds []Command, words string) bool {
	i := tk.participant(s.Address)
	if i < 0 || !tk.Participants[i].Muted || s.trust != TrustVerified || words == "" || isThanks(words) ||
		slices.ContainsFunc(cmds, func(c Command) bool { return c.Word == "unfollow" }) {
		return false
	}
	tk.Participants[i].Muted = false
	return true
}

// movesStatus says whether a participant's command decides what becomes of a ticket.
func movesStatus(c Command) bool {
	return c.Word == "accept" || c.Word == "close" || c.Word == "reopen"
}

// asksOnly says whether a mail to a closed ticket only gives commands that a closed ticket can answer: whoever presses
// "accept" twice, or asks for a list in an old mail, has nothing new to say.
func (t *turn) asksOnly(m *Mail, p placement, s speaker) bool {
	cmds, words := t.participantCommands(m, p, s)
	return len(cmds) > 0 && words == "" && len(m.Attachments) == 0 &&
		!slices.ContainsFunc(cmds, func(c Command) bool { return c.Word == "reopen" })
}

// sayNothingCame tells a person whose mail did nothing why: it was empty, or its commands do not count, since nothing
// proves who wrote it. A vendor is not bothered.
func (t *turn) sayNothingCame(ev MailArrived, tk *Ticket, thread int, p placement, s speaker, words string) {
	m, code := ev.Mail, ""
	_, button := purposeCommand(p.token.Purpose)
	cmds, _, _ := leadingCommands(m.Reply)
	switch {
	case m.NoAck || s.role == RoleVendor:
	case s.trust != TrustVerified && (button && p.signed || len(cmds) > 0):
		code = LineUnverified
	case s.trust == TrustVerified && words == "" && len(m.Attachments) == 0:
		code = LineEmpty
	}
	if code != "" {
		t.answer(tk, s, Outgoing{Thread: thread, Lines: []Line{{Code: code}}, Budget: ClassOutside})
	}
}

func goesTo(a Audience) ReplyTo {
	switch a {
	case AudienceVendor:
		return ReplyToVendor
	case AudienceStaff:
		return ReplyToStaff
	}
	return ReplyToRequester
}

// partyName is who a thread reaches, in words.
func (t *turn) partyName(tk *Ticket, thread int) string {
	for _, p := range tk.Participants {
		if p.Thread == thread && p.Left.IsZero() && p.Role != RoleStaff && p.Role != RoleFollower {
			return display(p.Mailbox)
		}
	}
	return ""
}

// join makes somebody a participant of a thread.
func (t *turn) join(tk *Ticket, s speaker, thread int) int {
	role := RoleFollower
	if tk.Threads[thread].Audience == AudienceVendor {
		role = RoleVendor
	}
	if thread == ThreadStaff {
		thread = ThreadRequester
	}
	tk.Participants = append(tk.Participants, Participant{Mailbox: s.Mailbox, Role: role, Thread: thread, Since: t.now,
		Language: tk.Language, Verified: s.trust == TrustVerified})
	t.touch(tk)
	return len(tk.Participants) - 1
}

// successor is the living ticket that followed a closed one for the same person, so that three replies to an old mail
// make one new ticket and not three.
func (t *turn) successor(tk *Ticket, a Address) (*Ticket, bool) {
	for i := len(tk.Links) - 1; i >= 0; i-- {
		if tk.Links[i].Kind != LinkFollowedBy {
			continue
		}
		if next, ok := t.ticket(tk.Links[i].Ticket); ok && next.Status != StatusClosed && next.participant(a) >= 0 {
			return next, true
		}
	}
	return nil, false
}

// followClosed opens a new ticket for a reply to a closed one, linked both ways. The old one is untouched but for
// the link.
func (t *turn) followClosed(ev MailArrived, old *Ticket, s speaker, why []Reason) {
	s.then = outcomeNew
	if s.trust != TrustVerified {
		s.then = outcomeNewPlain
	}
	why = append(why, Reason{ReasonFollowsClosed, t.desk.Number(old.ID)})
	if old.Subject == "" {
		m := *ev.Mail
		m.Subject, ev.Mail = "", &m // see dispose
	}
	tk := t.openTicket(ev, s, why, false)
	tk.Links = append(tk.Links, Link{old.ID, LinkFollows})
	old.Links = append(old.Links, Link{tk.ID, LinkFollowedBy})
	t.enter(old, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self, Text: t.desk.Number(tk.ID),
		Reasons: []Reason{{ReasonFollowsClosed, t.desk.Number(tk.ID)}}})
}

// afterWord moves the status as a word from outside does: a real reply reopens what was resolved, a "thanks" does
// not, and what waited for this side is open again.
func (t *turn) afterWord(tk *Ticket, ev MailArrived, s speaker, words string) []Reason {
	who := string(s.Address)
	switch {
	case tk.Status == StatusResolved && isThanks(words):
		t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self, Reasons: []Reason{{ReasonThanks, who}}})
		return []Reason{{ReasonThanks, who}}
	case tk.Status == StatusResolved && s.role != RoleVendor,
		tk.Status == StatusWaitingRequester && s.role != RoleVendor,
		tk.Status == StatusWaitingVendor && s.role == RoleVendor:
		solved := tk.Status == StatusResolved
		if t.setStatus(tk, StatusOpen, who) {
			t.out.Entries[len(t.out.Entries)-1].Trust = s.trust
		}
		if o, ok := t.outage(tk.Outage); ok && solved {
			t.stillBroken(o, s)
		}
	}
	return nil
}

// thanksWords are what a mail that only thanks is made of, in the desk's languages.
var thanksWords = map[string]bool{}

func init() {
	for w := range strings.FieldsSeq(`tack tackar så mycket stort för hjälpen snabb hjälp det funkar fungerar nu bra super
		toppen perfekt utmärkt hej hälsningar mvh vänlig med vänliga ha en fin dag kanon underbart ok okej allt i ordning löste sig svaret återkopplingen som ska
		takk tusen mange for hjelpen rask hjelp fungerer nå virker flott supert perfekt hei hilsen vennlig ha god dag er alt i orden ordnet seg skal du som svar tilbakemelding
		thanks thank you so much very for the help your quick reply works now great perfect excellent it kind best regards
		many cheers hi hello that worked response all good fine okay sorted problem solved löst løst`) {
		thanksWords[w] = true
	}
}

// stillWrong are words with which a mail that thanks says that the matter is not over.
var stillWrong = map[string]bool{}

func init() {
	for w := range strings.FieldsSeq(`inte ej icke inget ingen fortfarande men tyvärr nej ikke ikkje ingen intet fortsatt fremdeles dessverre nei
		not no never still but unfortunately doesn didn isn don won can cannot t`) {
		stillWrong[w] = true
	}
}

// isThanks says whether words only thank: some word of thanks, and no more than twelve words, all of them such as
// thanks are made of, and none that takes it back. A name at the end is let through.
func isThanks(words string) bool {
	var list []string
	for w := range strings.FieldsFuncSeq(words, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if len(list) == 12 {
			return false
		}
		list = append(list, strings.ToLower(w))
	}
	if len(list) == 0 || strings.ContainsRune(words, '?') {
		return false
	}
	odd, thanks := 0, false
	for i, w := range list {
		switch {
		case stillWrong[w]:
			return false
		case strings.HasPrefix(w, "cheers") || strings.HasPrefix(w, "tack") || strings.HasPrefix(w, "takk") || strings.HasPrefix(w, "thank"):
			thanks = true
		case !thanksWords[w]:
			odd++
			if i < len(list)-2 {
				return false
			}
		}
	}
	return thanks && odd <= 2
}

// relay passes a person's words on to everybody on a thread but their writer and those who got the mail anyway, one
// mail each (I8).
func (t *turn) relay(tk *Ticket, thread, entry int, author Mailbox, trust Trust, words string, m *Mail) {
	for _, p := range tk.Participants {
		if p.Thread != thread || !p.Left.IsZero() || p.Muted || p.Invited || p.Role == RoleStaff || p.Address == author.Address ||
			trust != TrustVerified && p.Role == RoleVendor || alreadyHas(m, p.Address) {
			continue
		}
		t.relayTo(tk, p, entry, author, trust, words, m.Attachments)
	}
}

// relayTo passes a person's words on to one participant. What a staff member wrote waits for the configured grace, so
// that /undo can stop it.
func (t *turn) relayTo(tk *Ticket, p Participant, entry int, author Mailbox, trust Trust, words string, files []Attachment) {
	o := Outgoing{
		Kind: OutReply, Template: TemplateReply, Thread: p.Thread, To: p.Mailbox, Role: p.Role,
		Language: t.desk.language(p.Language), From: Mailbox{via(author, t.desk.Name), t.desk.Address},
		Author: author, AuthorTrust: trust, Words: t.desk.StripReferences(words), Said: t.now, Entry: entry, GoesTo: ReplyToDesk,
		Attachments: files, Actions: []Action{{Command: "close"}, {Command: "share"}},
	}
	if t.desk.Role(author.Address) == RoleStaff {
		o.NotBefore = t.now.Add(t.desk.Grace)
		// Staff's own addresses never reach the outside.
		o.Author = Mailbox{Name: author.Name}
	}
	if p.Role == RoleVendor {
		o.Words, o.Attachments = MaskIdentity(o.Words), maskNames(o.Attachments)
		o.Actions = nil // how the matter ends, and who follows it, is the desk's and the requester's
	}
	if p.Role == RoleFollower {
		o.Actions = []Action{{Command: "unfollow"}}
	}
	o = t.mail(tk, o, PurposeReply)
	t.sentEntry(tk, o, Reason{ReasonRelayed, string(p.Address)})
}

// alreadyHas says whether the mail was addressed to that person as well as to the desk.
func alreadyHas(m *Mail, a Address) bool {
	is := func(b Mailbox) bool { return b.Address == a }
	return slices.ContainsFunc(m.To, is) || slices.ContainsFunc(m.Cc, is)
}

// staffWord is a staff member's mail on a ticket: commands first, then words to the thread it was sent to. It is
// carried out whole or not at all.
func (t *turn) staffWord(ev MailArrived, tk *Ticket, p placement, s speaker, why []Reason) {
	thread := t.threadOf(tk, p)
	if !p.signed && p.by == ReasonThreadByNumber {
		thread = ThreadStaff // a bare number says nothing about who is to read it
	}
	cmds, words, refusal := t.staffCommands(ev.Mail, p)
	if refusal == nil {
		before := t.out
		if refusal = t.carryOutStaff(ev, tk, thread, s, cmds, words, why, p); refusal == nil {
			return
		}
		t.out, t.open, t.touched, t.faults, t.sent, t.opened = before, map[TicketID]*Ticket{}, nil, nil, 0, 0
		tk, _ = t.ticket(tk.ID)
	}
	t.refuseCommands(ev, tk, s, refusal, why)
}

// refuseCommands answers a mail whose commands could not be carried out: nothing was done or relayed, and the
// writer gets their text back with what was wrong.
func (t *turn) refuseCommands(ev MailArrived, tk *Ticket, s speaker, refusal []Line, why []Reason) {
	why = append(why, Reason{ReasonCommandRefused, refusal[0].Subject})
	seq := t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: string(s.Address), Name: s.Name, Trust: s.trust,
		Text: visible(ev.Mail), Reasons: why, Mail: ev.ID, MessageID: ev.Mail.MessageID})
	t.answer(tk, s, Outgoing{Thread: ThreadStaff, Lines: append([]Line{{Code: LineNothingDone}}, refusal...), Words: visible(ev.Mail)})
	t.dispose(DisposedCommand, tk.ID, seq, why...)
}

// answer tells the writer of commands what came of them: what o says, on its thread.
func (t *turn) answer(tk *Ticket, s speaker, o Outgoing) {
	role := s.role
	if role == RoleStranger {
		role = RoleRequester
	}
	o.Kind, o.Template, o.To, o.Role = OutAnswer, TemplateAnswer, t.registered(tk, s.Address), role
	o.Language, o.Auto, o.AuthorTrust, o.GoesTo = t.readerLanguage(tk, s.Address), AutoReplied, s.trust, ReplyToDesk
	o = t.mail(tk, o, PurposeReply)
	t.sentEntry(tk, o, Reason{ReasonCommand, string(s.Address)})
}
