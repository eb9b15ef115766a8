package rules

import (
	"slices"
	"strconv"
	"strings"
)

// Redaction is what a decision removes for good. Where it was stands that something was removed, by whom and when;
// nothing of what it was.
type Redaction struct {
	Entries []Entry      // as they read from now on
	Mails   []MailID     // whose bytes go, and what the watch for outages was shown of them
	Sent    []OutgoingID // whose words and bytes go; what has not gone out never will
	Blobs   []BlobID     // files that no entry has named yet
	Subject bool         // the subjects of Mails and Sent go, too
}

// doRedact removes an entry for good: the one that the mail shows which is answered, or the one whose number stands
// after the command. A reason may follow. With the entry that opened the ticket goes its subject, which was the same
// mail's; "/redact subject" removes that alone.
//
// With its words go the files, the mail as it came, and every copy: in mails of ours, in later entries that quote it,
// and in every later mail as it came, since a reply quotes what it answers.
func (t *turn) doRedact(a *act) *Line {
	if word, _, _ := strings.Cut(strings.ToLower(a.Arg), " "); slices.Contains(subjectWords, word) {
		if a.tk.Subject == "" {
			return &Line{Code: LineNotNow, Subject: a.Written, More: []string{string(a.tk.Status)}}
		}
		t.redactSubject(a.tk, a)
		t.redacted(a)
		a.done = append(a.done, t.desk.Number(a.tk.ID))
		return nil
	}
	tk, e, ok := t.redactable(a)
	if !ok {
		return badArgument(a, "the number of an entry with words, as /why shows it")
	}
	if e.Seq == FirstEntry && tk.Subject != "" {
		t.redactSubject(tk, a)
	}
	gone := newRemoved(e)
	empty := e
	empty.Text, empty.Attachments = "", nil
	t.redactEntry(empty, gone, a)
	for _, id := range t.family(tk) {
		if one, ok := t.ticket(id); ok {
			t.redactCopies(one, e, gone, a)
		}
	}
	t.redactReports(tk, e, gone)
	t.redacted(a)
	a.done = append(a.done, t.desk.Number(tk.ID)+" "+strconv.Itoa(e.Seq), e.Who, e.At.In(t.desk.Zone).Format("2006-01-02 15:04"))
	return nil
}

// redacted ends every redaction: the command's own mail goes, too, and nothing can be taken back.
func (t *turn) redacted(a *act) {
	r := &t.out.Redact
	r.Mails = append(r.Mails, a.ev.ID) // quotes what it answers
	for _, f := range a.ev.Mail.Attachments {
		r.Blobs = append(r.Blobs, f.SHA256)
	}
	a.tk.Undo, a.undone = nil, true
	if !slices.ContainsFunc(a.lines, func(l Line) bool { return l.Code == LineForGood }) {
		a.lines = append(a.lines, Line{Code: LineForGood})
	}
	for _, id := range r.Sent {
		if row, ok := t.look.Sent(id); ok && !settled(row) && row.Role != RoleStaff {
			a.lines = append(a.lines, Line{Code: LineWithdrawn, Subject: string(row.To.Address)})
		}
	}
}

// subjectWords are what "/redact subject" is in the desk's languages.
var subjectWords = words("subject ämne ämnet emne emnet")

// redactSubject removes a ticket's subject: from the ticket and those that go on with it, from every mail and list of
// ours that named it, and from the words that quote it. From then on the number alone stands there, and a reply that
// brings it back does not put it back.
func (t *turn) redactSubject(tk *Ticket, a *act) {
	e := Entry{Ticket: tk.ID, Seq: -1, At: tk.Created, Text: tk.Subject} // as if somebody had said it, first
	gone := newRemoved(e)
	gone.lines = append(gone.lines, gone.text) // whole, however short
	r := &t.out.Redact
	r.Subject = true
	numbers := map[string]bool{}
	for _, id := range t.family(tk) {
		one, ok := t.ticket(id)
		if !ok {
			continue
		}
		numbers[t.desk.Number(id)] = true
		t.redactCopies(one, e, gone, a)
		if gone.has(one.Subject) {
			one.Subject = ""
		}
		for i := range one.Threads {
			if th := &one.Threads[i]; gone.has(th.Subject) || gone.has(th.Topic) {
				th.Subject, th.Topic = "", ""
			}
		}
		for _, h := range t.look.HeldOn(id) {
			h.Subject = ""
			t.out.Held = append(t.out.Held, h)
		}
	}
	t.redactReports(tk, e, gone)
	if o, ok := t.outage(tk.Outage); ok && gone.has(o.Title) {
		o.Title = OutageNumber(o.ID)
	}
	for n := t.look.DeskSent(); n > 0; n-- { // lists and digests
		row, ok := t.look.Sent(outgoingID(0, n))
		if !ok {
			continue
		}
		if row.Date.Before(tk.Created) {
			break
		}
		if slices.ContainsFunc(row.Lines, func(l Line) bool { return numbers[l.Subject] }) {
			r.Sent = append(r.Sent, row.ID)
		}
	}
}

// redactable is the entry that is meant, and its ticket.
func (t *turn) redactable(a *act) (*Ticket, Entry, bool) {
	first, _, _ := strings.Cut(a.Arg, " ")
	tk := a.tk
	seq, err := strconv.Atoi(strings.TrimPrefix(first, "#"))
	if err != nil {
		row, ok := t.look.Sent(a.answers)
		if !ok || row.Entry == 0 {
			return nil, Entry{}, false
		}
		if tk, ok = t.ticket(row.Ticket); !ok { // another than a.tk where that took it in
			return nil, Entry{}, false
		}
		seq = row.Entry
	}
	e, ok := t.look.Entry(tk.ID, seq)
	return tk, e, ok && (e.Text != "" || len(e.Attachments) > 0)
}

// redactEntry keeps an entry as it reads from now on. Its reasons may name a command with words after it.
func (t *turn) redactEntry(e Entry, gone removed, a *act) {
	e.Reasons = slices.Clone(e.Reasons)
	for i, r := range e.Reasons {
		if gone.has(r.Subject) {
			e.Reasons[i].Subject, _, _ = strings.Cut(r.Subject, " ")
		}
	}
	e.Reasons = append(e.Reasons, Reason{ReasonRedacted, string(a.s.Address)})
	t.out.Redact.Entries = append(t.out.Redact.Entries, e)
}

// family is a ticket with those to which replies to its mails went: what it was merged into, and what followed it.
func (t *turn) family(tk *Ticket) []TicketID {
	ids := []TicketID{tk.ID}
	for i := 0; i < len(ids); i++ {
		one, ok := t.ticket(ids[i])
		if !ok {
			continue
		}
		for _, l := range one.Links {
			if (l.Kind == LinkMergedInto || l.Kind == LinkFollowedBy) && !slices.Contains(ids, l.Ticket) {
				ids = append(ids, l.Ticket)
			}
		}
	}
	return ids
}

// redactCopies removes what a ticket has of an entry that is being removed.
func (t *turn) redactCopies(tk *Ticket, e Entry, gone removed, a *act) {
	r := &t.out.Redact
	for _, other := range t.look.Entries(tk.ID) {
		same := other.Ticket == e.Ticket && other.Seq == e.Seq
		if tk.ID == e.Ticket && other.Seq < e.Seq || tk.ID != e.Ticket && other.At.Before(e.At) {
			continue
		}
		if other.Mail != 0 && !slices.Contains(r.Mails, other.Mail) {
			r.Mails = append(r.Mails, other.Mail)
		}
		text, cut := gone.without(other.Text)
		cut = cut || slices.ContainsFunc(other.Reasons, func(r Reason) bool { return gone.has(r.Subject) })
		if cut && !same {
			other.Text = text
			t.redactEntry(other, gone, a)
		}
	}
	if gone.has(tk.Resolution) {
		tk.Resolution = ""
	}
	fields := map[string]string{}
	for k, v := range tk.Fields {
		if !gone.has(v) {
			fields[k] = v
		}
	}
	tk.Fields, tk.Undo, tk.Ended = fields, nil, nil
	t.touch(tk)
	for n := 1; n <= tk.Sent; n++ {
		row, ok := t.look.Sent(outgoingID(tk.ID, n))
		if !ok || row.Date.Before(e.At) && row.Entry != e.Seq {
			continue
		}
		// What has gone out has done its work, and goes whole: words are masked, cut and laid out anew on their way into a
		// mail. What still waits goes only where it says them.
		if settled(row) || row.Ticket == e.Ticket && (row.Entry == e.Seq || row.recalls(e.Seq)) || gone.in(row.Outgoing) {
			r.Sent = append(r.Sent, row.ID)
		}
	}
}

// settled says whether a mail will not be sent any more.
func settled(row Queued) bool {
	return row.State == QueueSent || row.State == QueueRefused || row.State == QueueUncertain && row.Next.IsZero()
}

// redactReports removes the quotes in what was said of an outage to vendors and others, on whichever ticket it stands.
func (t *turn) redactReports(tk *Ticket, e Entry, gone removed) {
	o, ok := t.outage(tk.Outage)
	if !ok {
		return
	}
	for _, id := range o.Tickets {
		one, ok := t.ticket(id)
		for n := 1; ok && n <= one.Sent; n++ {
			row, found := t.look.Sent(outgoingID(id, n))
			if !found || row.Report == nil || row.Date.Before(e.At) || slices.Contains(t.out.Redact.Sent, row.ID) {
				continue
			}
			if settled(row) || gone.in(row.Outgoing) {
				t.out.Redact.Sent = append(t.out.Redact.Sent, row.ID)
			}
		}
	}
}

// removed is what an entry said, to know it again in copies.
type removed struct {
	text  string   // folded
	lines []string // of it, folded; those that stand in any mail are left out
	files map[BlobID]bool
}

// minQuote is how many letters of a line are enough to say that it stood in a text: fewer stand in any.
const minQuote = 8

func newRemoved(e Entry) removed {
	r := removed{text: fold(e.Text), files: map[BlobID]bool{}}
	for line := range strings.SplitSeq(e.Text, "\n") {
		if s := fold(bareLine(line)); len([]rune(s)) >= minQuote && !isCourtesy(line) {
			r.lines = append(r.lines, s)
		}
	}
	for _, f := range e.Attachments {
		r.files[f.SHA256] = true
	}
	return r
}

// bareLine takes the marks of a quote off a line.
func bareLine(line string) string { return strings.TrimLeft(line, "> \t|") }

// isCourtesy says whether a line is one that anybody writes.
func isCourtesy(line string) bool {
	line = strings.TrimSpace(bareLine(line))
	if greetings.FindString(line) == line {
		return true
	}
	line = strings.ToLower(line)
	return len(line) < 40 && slices.ContainsFunc(closings, func(c string) bool { return len(c) > 2 && strings.HasPrefix(line, c) })
}

// fold is a text without white space and capitals: quotes are wrapped anew, and what is said again begins a sentence.
func fold(s string) string { return strings.ToLower(squeeze(s)) }

// has says whether s says what was removed, or a part of it.
func (r removed) has(s string) bool {
	if isCourtesy(s) {
		return false
	}
	s = fold(s)
	if slices.ContainsFunc(r.lines, func(line string) bool { return strings.Contains(s, line) }) {
		return true
	}
	return len([]rune(s)) >= minQuote && strings.Contains(r.text, s)
}

// hasPart is has for a quote in which names and numbers are masked.
func (r removed) hasPart(quote string) bool {
	return slices.ContainsFunc(strings.Split(quote, "…"), r.has)
}

// without is a text without the lines that quote what was removed; cut says whether there were any.
func (r removed) without(text string) (rest string, cut bool) {
	var kept []string
	for line := range strings.SplitSeq(text, "\n") {
		bare := bareLine(line)
		quoted := strings.HasPrefix(strings.TrimSpace(line), ">") && bare != ""
		if r.has(bare) || quoted && strings.Contains(r.text, fold(bare)) {
			cut = true
			continue
		}
		kept = append(kept, line)
	}
	return strings.TrimSpace(strings.Join(kept, "\n")), cut
}

// in says whether a mail of ours says what was removed.
func (r removed) in(o Outgoing) bool {
	if _, cut := r.without(o.Words); cut || r.has(o.Subject) || r.has(o.Facts.Subject) {
		return true
	}
	for _, s := range o.Dialogue {
		if _, cut := r.without(s.Words); cut {
			return true
		}
	}
	for _, l := range o.Lines {
		if r.has(l.Subject) || slices.ContainsFunc(l.More, r.has) {
			return true
		}
	}
	if o.Report != nil && slices.ContainsFunc(o.Report.Quotes, r.hasPart) {
		return true
	}
	return slices.ContainsFunc(o.Attachments, func(f Attachment) bool { return r.files[f.SHA256] })
}
