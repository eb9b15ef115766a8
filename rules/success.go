package rules

// Notify is what an SMTP client asked to be told of (RFC 3461, section 4). Only success is for us to report: whatever
// else there is to say of a mail, we say in the session, and never after it.
type Notify struct {
	ID      string     `json:"id,omitempty"` // ENVID
	Success []Notified `json:"success"`
}

// Notified is a recipient whose delivery the sender wants to hear of.
type Notified struct {
	To       string `json:"to"`
	Original string `json:"original,omitempty"` // ORCPT's address, where it is an ordinary one
}

// reportSuccess tells the sender that the mail has come, where their mail system asked for it (RFC 3461, section 5.2.6)
// and somebody we believe passed that on: the doors offer it to relays alone. It is an automatic mail like others and
// spends their budget; one whose author is disproved gets none, nor does anybody who is us. Such a report has no form
// here for addresses beyond ASCII (RFC 6533), so these get none either.
func (t *turn) reportSuccess(m *Mail) {
	e := m.Envelope
	sender, ok := ParseAddress(e.From)
	if e.Notify == nil || !e.Relay || !ok || !IsASCII(e.From) || t.desk.Accepts(e.From) || proofOf(m) == ProofFail {
		return
	}
	report := Notify{ID: e.Notify.ID}
	for _, r := range e.Notify.Success {
		if IsASCII(r.To) && IsASCII(r.Original) {
			report.Success = append(report.Success, r)
		}
	}
	if len(report.Success) == 0 {
		return
	}
	t.deskMail(Outgoing{
		Kind: OutConfirmation, Template: TemplateDelivered, To: Mailbox{Address: sender}, Role: RoleStranger,
		Language: t.desk.language(m.Language), Auto: AutoReplied, Budget: ClassOutside,
		InReplyTo: m.MessageID, References: references(m), Delivered: &report,
		Subject: "[" + t.desk.Name + "] " + report.Success[0].To,
	})
	o := &t.out.Send[len(t.out.Send)-1]
	o.EnvelopeFrom = "" // RFC 3464, section 2: no report is ever sent of a report
	t.out.Disposition.Reasons = append(t.out.Disposition.Reasons, Reason{ReasonSuccessTold, string(sender)})
	t.pay(o)
}
