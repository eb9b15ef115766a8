package rules

import "strings"

// carryOut does what a participant from outside asked for; what the status forbids is answered, not done.
func (t *turn) carryOut(ev MailArrived, tk *Ticket, thread int, s speaker, cmds []Command) {
	var lines []Line
	var offer []Action
	for _, c := range cmds {
		spec, _ := findCommand(c.Word)
		a := &act{Command: c, ev: ev, tk: tk, s: s, thread: thread}
		if line := t.perform(spec, a); line != nil {
			lines = append(lines, *line)
			continue
		}
		t.record(a)
		if c.Word == "unfollow" {
			offer = []Action{{Command: "follow"}} // who pressed it by mistake finds the way back in the answer
		}
		if !a.silent {
			lines = append(lines, Line{Code: LineDone, Subject: c.Written, More: a.done})
		}
		lines = append(lines, a.lines...)
	}
	if lines != nil {
		t.answer(tk, s, Outgoing{Thread: thread, Lines: lines, Actions: offer})
	}
}

// carryOutStaff does everything a staff mail asks for and then posts its words. A non-nil result means that the
// whole mail is refused, and what was changed so far is thrown away by the caller.
func (t *turn) carryOutStaff(ev MailArrived, tk *Ticket, thread int, s speaker, cmds []Command, words string, why []Reason, p placement) []Line {
	a := &act{ev: ev, tk: tk, s: s, thread: thread, words: unaddressed(words, s.Address), about: t.about(p), answers: p.answers()}
	before := t.remember(tk, s.Address)
	var lines []Line
	for _, c := range cmds {
		spec, _ := findCommand(c.Word)
		a.Command, a.done = c, nil
		if line := t.perform(spec, a); line != nil {
			return []Line{*line}
		}
		t.record(a)
		lines = append(lines, Line{Code: LineDone, Subject: c.Written, More: a.done})
	}
	lines = append(lines, a.lines...)
	kind, seq := DisposedCommand, tk.Entries
	if a.words != "" || len(ev.Mail.Attachments) > 0 && len(cmds) == 0 {
		kind = DisposedEntry
		seq = t.staffPost(ev, tk, a, why)
		lines = append(lines, t.wentTo(tk, a))
	}
	if !a.undone {
		t.undoable(a, before, cmds)
	}
	if kind == DisposedCommand && len(cmds) == 0 {
		lines = []Line{{Code: LineEmpty}}
	}
	o := Outgoing{Thread: ThreadStaff, Lines: lines, Attachments: a.attach, Report: a.report}
	_, unheard := t.unheard(tk, a)
	if unheard = unheard && kind == DisposedEntry; unheard {
		o.Words, o.Entry, o.Actions = a.words, seq, []Action{{Command: "requester"}}
	}
	if len(cmds) > 0 || kind == DisposedCommand || unheard {
		t.answer(tk, s, o)
	}
	t.dispose(kind, tk.ID, seq, why...)
	return nil
}

// unaddressed is what staff wrote without the lines that are nothing but their own address, with or without a word for it:
// what is left of a signature. Who writes to it passes the desk by.
func unaddressed(words string, staff Address) string {
	own := strings.ToLower(string(staff))
	if !strings.Contains(strings.ToLower(words), own) {
		return words
	}
	var kept []string
	for line := range strings.SplitSeq(words, "\n") {
		said := strings.ToLower(strings.TrimSpace(line))
		if label, rest, ok := strings.Cut(said, ":"); ok && label != "mailto" && !strings.ContainsAny(strings.TrimSpace(label), " @") {
			said = strings.TrimSpace(rest)
		}
		if strings.TrimPrefix(strings.Trim(said, "<>[]"), "mailto:") != own {
			kept = append(kept, line)
		}
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

// perform checks and does one command; a non-nil line says why not.
func (t *turn) perform(spec *commandSpec, a *act) *Line {
	if spec.do == nil {
		return &Line{Code: LineNotHere, Subject: a.Written}
	}
	if spec.takes != "" && a.Arg == "" {
		return &Line{Code: LineBadArgument, Subject: a.Written, More: []string{spec.takes}}
	}
	return spec.do(t, a)
}

// record leaves an entry of a command that was carried out (I7).
func (t *turn) record(a *act) {
	t.enter(a.tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: string(a.s.Address), Name: a.s.Name, Trust: a.s.trust,
		Text: strings.Join(a.done, ", "), Mail: a.ev.ID, Reasons: []Reason{{ReasonCommand, a.Written}}})
}

// staffPost puts a staff member's words where the mail was sent, passes them on, and shows colleagues what went out.
func (t *turn) staffPost(ev MailArrived, tk *Ticket, a *act, why []Reason) int {
	m := ev.Mail
	e := t.mailEntry(ev, tk, a.thread, a.s, why)
	e.Text = a.words
	if a.thread == ThreadStaff {
		e.Kind = EntryNote
	}
	seq := t.enter(tk, e)
	audience := tk.Threads[a.thread].Audience
	o := Outgoing{Template: TemplateNoticeWord, Author: a.s.Mailbox, AuthorTrust: a.s.trust, Words: a.words, Said: t.now,
		GoesTo: goesTo(audience), GoesToName: t.partyName(tk, a.thread), Attachments: m.Attachments, Entry: seq}
	if a.thread != ThreadStaff {
		tk.Messages++
		t.afterStaffWord(tk, a, audience) // before the mails are made, which show how far the ticket has come
		t.relay(tk, a.thread, seq, a.s.Mailbox, a.s.trust, a.words, m)
		if p, ok := mutedRequester(tk, a.thread); ok && a.anyway && !alreadyHas(m, p.Address) {
			t.relayTo(tk, p, seq, a.s.Mailbox, a.s.trust, a.words, m.Attachments)
		}
		t.wroteToVendor(tk, a.thread)
	}
	t.tellStaff(tk, a.thread, o, a.s.Address)
	return seq
}

// unheard is the requester whom a staff mail's words do not reach, since they muted the ticket. Muting has one exception,
// the solution (CONTRACT, section 5), so the words are kept and their writer is told, with a word that sends them after all.
func (t *turn) unheard(tk *Ticket, a *act) (Participant, bool) {
	p, ok := mutedRequester(tk, a.thread)
	return p, ok && !a.anyway && !alreadyHas(a.ev.Mail, p.Address)
}

// mutedRequester is the requester of a thread where they muted it.
func mutedRequester(tk *Ticket, thread int) (Participant, bool) {
	for _, p := range tk.Participants {
		if p.Thread == thread && p.Role == RoleRequester && p.Muted && p.Left.IsZero() {
			return p, true
		}
	}
	return Participant{}, false
}

// afterStaffWord moves the ticket as an answer does: it waits for whoever was asked, and is the answerer's where it
// was nobody's. Words that reach no requester leave nobody to wait for.
func (t *turn) afterStaffWord(tk *Ticket, a *act, audience Audience) {
	if tk.Assignee == "" {
		tk.Assignee = string(a.s.Address)
	}
	next := StatusWaitingRequester
	if audience == AudienceVendor {
		next = StatusWaitingVendor
	}
	if _, ok := t.unheard(tk, a); ok {
		if next = tk.Status; next == StatusNew {
			next = StatusOpen
		}
	}
	switch tk.Status {
	case StatusNew, StatusOpen, StatusWaitingRequester, StatusWaitingVendor:
		t.setStatus(tk, next, string(a.s.Address))
	}
}

// wentTo says in the answer who got the mail's words.
func (t *turn) wentTo(tk *Ticket, a *act) Line {
	if a.thread == ThreadStaff {
		return Line{Code: LineWentNowhere}
	}
	if p, ok := t.unheard(tk, a); ok {
		return Line{Code: LineUnheard, Subject: display(p.Mailbox)}
	}
	return Line{Code: LineWentTo, Subject: t.partyName(tk, a.thread)}
}
