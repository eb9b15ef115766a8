package rules

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// hourlyConfirms is how many mails an hour somebody is asked about: one each, and a bound for who forges many.
const hourlyConfirms = 10

// outgoingID names the n-th mail ever decided on a ticket; ticket 0 is the desk itself.
func outgoingID(ticket TicketID, n int) OutgoingID {
	return OutgoingID(strconv.FormatUint(uint64(ticket), 10) + "-" + strconv.Itoa(n))
}

// mail completes a decided mail: its identity, addresses, references and facts. The budget decides whether it goes
// out by itself; purpose is what a reply to it means. The copy that was kept is returned.
func (t *turn) mail(tk *Ticket, o Outgoing, purpose Purpose) Outgoing {
	o.Ticket = tk.ID
	o.Date = t.now
	if o.NotBefore.IsZero() {
		o.NotBefore = t.now
	}
	tk.Sent++
	t.touch(tk)
	n := tk.Sent
	o.ID = outgoingID(tk.ID, n)
	token := func(p Purpose) Token {
		return Token{Ticket: tk.ID, Thread: o.Thread, Purpose: p, Seq: n, Recipient: o.To.Address}
	}
	o.MessageID = t.desk.messageID(token(PurposeMessage))
	o.ReplyTo = t.desk.tokenAddress(token(purpose))
	if o.From.Address == "" {
		o.From = Mailbox{t.desk.Name, t.desk.Address}
	}
	if o.Auto != AutoReplied || o.AuthorTrust == TrustVerified {
		o.EnvelopeFrom = t.desk.tokenAddress(token(PurposeBounce))
	}
	switch {
	case o.Subject != "":
	case withoutTheirWords(tk, o):
		o.Subject = "[" + t.desk.Number(tk.ID) + "]"
	default:
		o.Subject = t.subject(tk, o.Thread)
	}
	t.thread(tk, &o, n)
	if o.Template == TemplateConfirmationPlain || withoutTheirWords(tk, o) {
		o.ThreadTopic = "" // Outlook's name for the subject
	}
	o.Mark = t.desk.Keys.mark(o.ID)
	o.Facts = t.facts(tk, o, t.desk.footer(token(PurposeFooter)))
	// Who follows can leave by the button their client shows (RFC 2369, section 3.2); a requester's own matter is no list,
	// but an announcement to many is.
	if o.Role == RoleFollower && o.Kind != OutInvitation || o.Kind == OutAnnouncement && o.Role == RoleRequester {
		o.ListUnsubscribe = t.mailto(tk, o, "unfollow", n)
	}
	for i, a := range o.Actions {
		o.Actions[i].Mailto = t.mailto(tk, o, a.Command, n)
	}
	t.recall(tk, &o)
	t.desk.fit(&o)
	t.pay(&o)
	t.out.Send = append(t.out.Send, o)
	return o
}

// DefaultMaxSent is as much as the largest mail we take by default: what came in can go on.
const DefaultMaxSent = 25 << 20

// roomForWords is how much of a mail is kept for its header and both forms of its text, in bytes.
const roomForWords = 64 << 10

// fit leaves out the files that a mail would be too large with, and says so on it: a server that refuses it for its size
// refuses the words, too.
func (d *Desk) fit(o *Outgoing) {
	if d.MaxSent == 0 {
		return
	}
	room := d.MaxSent - roomForWords - 6*dialogueSize(o) // twice, and three bytes for one that is not ASCII
	var sent []Attachment
	var left []Line
	for _, a := range o.Attachments {
		// Base64, in lines of 76 characters and a CRLF (RFC 2045, section 6.8).
		if wire := (a.Size + 2) / 3 * 4 * 78 / 76; wire <= room {
			room -= wire
			sent = append(sent, a)
			continue
		}
		left = append(left, Line{Code: LineTooLarge, Subject: a.Name, More: []string{strconv.FormatInt((a.Size+1<<20-1)>>20, 10) + " MB"}})
	}
	if left != nil {
		o.Attachments, o.Lines = sent, slices.Concat(o.Lines, left) // whoever else is told of this has the same lines
	}
}

// subject is "[OMD-1] Their subject", in the words of the side that reads it.
func (t *turn) subject(tk *Ticket, thread int) string {
	base := tk.Subject
	if thread < len(tk.Threads) && tk.Threads[thread].Subject != "" {
		base = tk.Threads[thread].Subject
	}
	if base == "" {
		return "[" + t.desk.Number(tk.ID) + "]"
	}
	return "[" + t.desk.Number(tk.ID) + "] " + base
}

// thread sets the headers by which mail clients thread: a person outside gets the chain of their own side; staff and the
// informed get one pseudo parent for the ticket, since nobody but them saw the mails in between.
func (t *turn) thread(tk *Ticket, o *Outgoing, n int) {
	if o.Role == RoleStaff || o.Role == RoleInformed || o.Thread >= len(tk.Threads) {
		root := t.desk.messageID(Token{Ticket: tk.ID, Thread: ThreadStaff, Purpose: PurposeRoot, Recipient: o.To.Address})
		o.InReplyTo = root
		o.References = []MessageID{root}
		return
	}
	th := &tk.Threads[o.Thread]
	if len(th.References) > 0 {
		o.References = append([]MessageID(nil), th.References...)
		o.InReplyTo = th.References[len(th.References)-1]
		o.ThreadTopic, o.ThreadIndex = th.Topic, th.Index
		return
	}
	// The first mail of a thread that we begin is what later ones refer to.
	th.References = capReferences(append(th.References, o.MessageID))
}

// maxReferences is how many ids a chain keeps: the first, and the newest twenty (RFC 5322, section 3.6.4 sets no
// bound, relays do).
const maxReferences = 21

func capReferences(ids []MessageID) []MessageID {
	if len(ids) <= maxReferences {
		return ids
	}
	return append(ids[:1:1], ids[len(ids)-maxReferences+1:]...)
}

// facts is the block under the message. Only staff see who else is concerned. Under what is said of an outage to staff and
// the informed it is the outage's: the ticket that it stands on is one of many, and may be over when the outage is not.
func (t *turn) facts(tk *Ticket, o Outgoing, reference string) Facts {
	if o.Report != nil && o.Report.Outage != "" && (o.Role == RoleInformed || o.Role == RoleStaff && o.Template != TemplateAnswer) {
		return Facts{Number: o.Report.Outage, Reference: reference}
	}
	f := Facts{Number: t.desk.Number(tk.ID), Status: tk.Status, Subject: tk.Subject, Created: tk.Created, Reference: reference}
	if o.Role != RoleStaff && o.Thread < len(tk.Threads) && tk.Threads[o.Thread].Subject != "" {
		f.Subject = tk.Threads[o.Thread].Subject // after a merge the ticket's own is somebody else's
	}
	switch o.Role {
	case RoleStaff:
		f.Requester, f.Category, f.Tags, f.Priority = tk.Requester, tk.Category, append([]string{}, tk.Tags...), tk.Priority
		f.Assignee, f.Organisation, f.Service = tk.Assignee, tk.Organisation, tk.Service
	case RoleVendor, RoleInformed:
		f.Tags, f.Service = append([]string{}, tk.Tags...), tk.Service
		f.Subject = ""
	}
	for _, r := range tk.Reports {
		if r.Thread == o.Thread && (o.Role == RoleVendor || o.Role == RoleStaff) {
			f.VendorRef = r.Reference // the vendor's own number for it stands in every later mail
		}
		if r.Thread == o.Thread && o.Role == RoleVendor && r.Ended.IsZero() && !r.LastHeard.After(r.LastSent) {
			f.Status = StatusWaitingVendor // whatever another vendor has answered
		}
	}
	if o.Template == TemplateConfirmationPlain || o.Kind == OutConfirm || o.Kind == OutInvitation || withoutTheirWords(tk, o) {
		f.Subject = ""
	}
	return f
}

// withoutTheirWords says whether a mail to many goes to a requester who has not proved who they are: whoever forged them
// would have us send the subject they chose (DESIGN, section 5b).
func withoutTheirWords(tk *Ticket, o Outgoing) bool {
	return o.Auto == AutoGenerated && o.Role == RoleRequester && (o.Kind == OutAnnouncement || o.Kind == OutSolved) && !tk.proven()
}

// mailto is a button (RFC 6068) for a command, which may have its argument with it: the address says what to do, and
// the body says it again with the signed reference for desks whose provider has no plus addresses.
func (t *turn) mailto(tk *Ticket, o Outgoing, command string, n int) string {
	word, _, _ := strings.Cut(command, " ")
	to := t.desk.tokenAddress(Token{Ticket: tk.ID, Thread: o.Thread, Purpose: commandPurpose(word), Seq: n, Recipient: o.To.Address})
	line := "/" + command
	switch spec, _ := findCommand(command); {
	case buttonArgument(command) != "":
		line += " " + buttonArgument(command)
	case spec != nil && spec.takes != "":
		line += " " // where the writer goes on
	}
	return MailtoURI(to, "["+t.desk.Number(tk.ID)+"]", line+"\n\n"+o.Facts.Reference)
}

// MailtoURI writes a mailto: link with subject and body (RFC 6068, section 2): spaces as %20, line ends as %0D%0A.
func MailtoURI(to Address, subject, body string) string {
	escape := func(s string) string {
		e := url.QueryEscape(s)
		e = strings.ReplaceAll(e, "+", "%20")
		return strings.ReplaceAll(e, "%0A", "%0D%0A")
	}
	uri := "mailto:" + url.PathEscape(string(to)) // leaves + and @ as they are
	return uri + "?subject=" + escape(subject) + "&body=" + escape(body)
}

// pay spends the budget of an automatic mail or, where none is left, leaves it held and tells staff once.
func (t *turn) pay(o *Outgoing) {
	over := t.spent(o.Budget, o.To.Address)
	if over == "" {
		t.spend(o.Budget, o.To.Address)
		return
	}
	o.Hold = ReasonBudget
	if t.once(BudgetKey("told "+string(over)+" "+string(o.To.Address)), day) && o.Template != TemplateNoticeBudget {
		t.tellBudget(over, *o)
	}
}

// tellBudget tells staff, once a day and address, that automatic mail is held back.
func (t *turn) tellBudget(over Class, o Outgoing) {
	for _, s := range t.desk.Staff {
		if s.Address == o.To.Address {
			continue
		}
		t.deskMail(Outgoing{
			Kind: OutNotice, Template: TemplateNoticeBudget, To: s.Mailbox, Role: RoleStaff,
			Language: t.desk.language(s.Language), Auto: AutoGenerated, GoesTo: ReplyToDesk,
			Subject: "[" + t.desk.Name + "] " + string(o.To.Address),
			Lines:   []Line{{Code: string(ReasonBudget), Subject: string(o.To.Address), More: []string{string(over)}}},
		})
	}
}

// deskMail completes a mail that belongs to no ticket.
func (t *turn) deskMail(o Outgoing) Outgoing {
	t.sent++
	n := t.look.DeskSent() + t.sent
	o.ID = outgoingID(0, n)
	o.Date, o.NotBefore = t.now, t.now
	o.From = Mailbox{t.desk.Name, t.desk.Address}
	token := Token{Purpose: PurposeMessage, Seq: n, Recipient: o.To.Address}
	o.MessageID = t.desk.messageID(token)
	token.Purpose = PurposeBounce
	o.EnvelopeFrom = t.desk.tokenAddress(token)
	token.Purpose = PurposeReply
	o.ReplyTo = t.desk.tokenAddress(token)
	o.Mark = t.desk.Keys.mark(o.ID)
	t.out.Send = append(t.out.Send, o)
	return o
}
