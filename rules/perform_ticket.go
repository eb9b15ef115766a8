package rules

import (
	"slices"
	"strconv"
	"strings"
)

// ticketTypes are the values of /type.
var ticketTypes = []string{"incident", "security", "request", "task", "question", "problem", "improvement"}

func badArgument(a *act, takes string) *Line {
	return &Line{Code: LineBadArgument, Subject: a.Written, More: []string{takes}}
}

func (t *turn) doNote(a *act) *Line {
	a.thread = ThreadStaff
	if a.Arg != "" {
		a.words = strings.TrimSpace(a.Arg + "\n\n" + a.words)
	}
	return nil
}

func (t *turn) doTag(a *act) *Line {
	if !slices.Contains(a.tk.Tags, a.Arg) {
		a.tk.Tags = append(a.tk.Tags, a.Arg)
	}
	a.done = append(a.done, a.Arg)
	return nil
}

func (t *turn) doUntag(a *act) *Line {
	i := slices.IndexFunc(a.tk.Tags, func(tag string) bool { return strings.EqualFold(tag, a.Arg) })
	if i < 0 {
		return badArgument(a, strings.Join(a.tk.Tags, ", "))
	}
	a.done = append(a.done, a.tk.Tags[i])
	a.tk.Tags = slices.Delete(a.tk.Tags, i, i+1)
	return nil
}

// doAssign takes a staff member by name or address, a group by name, or the writer.
func (t *turn) doAssign(a *act) *Line {
	switch strings.ToLower(a.Arg) {
	case "me", "mig", "meg":
		a.Arg = string(a.s.Address)
	}
	person, group := t.assignee(a.Arg)
	switch {
	case person != "":
		a.tk.Assignee = person
	case group != "":
		a.tk.Group = group
		if g, ok := t.desk.group(group); ok {
			t.giveTo(a.tk, g)
		}
	default:
		return badArgument(a, t.assignable())
	}
	a.done = append(a.done, person+group)
	return nil
}

// assignee finds who is meant: a staff member by name, first name or address, or a group by name or address.
func (t *turn) assignee(who string) (person, group string) {
	if who == "" {
		return "", ""
	}
	for _, s := range t.desk.Staff {
		first, _, _ := strings.Cut(s.Name, " ")
		if strings.EqualFold(string(s.Address), who) || strings.EqualFold(s.Name, who) || strings.EqualFold(first, who) {
			return string(s.Address), ""
		}
	}
	for _, g := range t.desk.Groups {
		if strings.EqualFold(g.Name, who) || strings.EqualFold(string(g.Address), who) {
			return "", g.Name
		}
	}
	return "", ""
}

// assignable lists who a ticket can be given to.
func (t *turn) assignable() string {
	names := []string{"me"}
	for _, s := range t.desk.Staff {
		names = append(names, display(s.Mailbox))
	}
	for _, g := range t.desk.Groups {
		names = append(names, g.Name)
	}
	return strings.Join(names, ", ")
}

func (t *turn) doPriority(a *act) *Line {
	n, err := strconv.Atoi(a.Arg)
	if err != nil || n < 1 || n > 4 {
		return badArgument(a, "1, 2, 3, 4")
	}
	a.tk.Priority = n
	a.done = append(a.done, a.Arg)
	return nil
}

func (t *turn) doType(a *act) *Line {
	if !slices.Contains(ticketTypes, strings.ToLower(a.Arg)) {
		return badArgument(a, strings.Join(ticketTypes, ", "))
	}
	a.tk.Type = strings.ToLower(a.Arg)
	a.done = append(a.done, a.tk.Type)
	return nil
}

// doCategory takes any of the configured categories; a desk without any may name its own.
func (t *turn) doCategory(a *act) *Line {
	var names []string
	for _, c := range t.desk.Categories {
		if strings.EqualFold(c.Name, a.Arg) {
			a.tk.Category = c.Name
			a.done = append(a.done, c.Name)
			return nil
		}
		names = append(names, c.Name)
	}
	if names != nil {
		return badArgument(a, strings.Join(names, ", "))
	}
	a.tk.Category = a.Arg
	a.done = append(a.done, a.Arg)
	return nil
}

func (t *turn) doSet(a *act) *Line {
	field, value, ok := strings.Cut(a.Arg, ":")
	field, value = strings.TrimSpace(field), strings.TrimSpace(value)
	if !ok || field == "" {
		return badArgument(a, "FIELD: VALUE")
	}
	fields := map[string]string{}
	for k, v := range a.tk.Fields {
		fields[k] = v
	}
	fields[field] = value
	a.tk.Fields = fields
	a.done = append(a.done, field+": "+value)
	return nil
}

func (t *turn) doCause(a *act) *Line {
	a.tk.Cause = a.Arg
	a.done = append(a.done, a.Arg)
	return nil
}

// move changes the status by command, or says which status forbids it.
func (t *turn) move(a *act, next Status) *Line {
	if !t.setStatus(a.tk, next, string(a.s.Address)) {
		return &Line{Code: LineNotNow, Subject: a.Written, More: []string{string(a.tk.Status)}}
	}
	a.done = append(a.done, string(next))
	return nil
}

func (t *turn) doClose(a *act) *Line {
	if _, leads := t.leads(a.tk); leads && a.s.role != RoleStaff {
		// The vendors' threads stand on it. Its requester is done with it, and hears of the end.
		if i := a.tk.participant(a.s.Address); i >= 0 {
			a.tk.Participants[i].Muted = true
		}
		t.tellOthers(a)
		return nil
	}
	if line := t.endTicket(a, StatusClosed); line != nil {
		return line
	}
	t.tellOthers(a)
	return nil
}

func (t *turn) doAccept(a *act) *Line {
	if a.tk.Status != StatusResolved {
		return &Line{Code: LineNotNow, Subject: a.Written, More: []string{string(a.tk.Status)}}
	}
	return t.doClose(a)
}

func (t *turn) doReopen(a *act) *Line {
	if a.tk.Status != StatusResolved {
		return &Line{Code: LineNotNow, Subject: a.Written, More: []string{string(a.tk.Status)}}
	}
	if line := t.move(a, StatusOpen); line != nil {
		return line
	}
	if o, ok := t.outage(a.tk.Outage); ok && a.s.role != RoleStaff {
		t.stillBroken(o, a.s)
	}
	t.tellOthers(a)
	return nil
}

// endTicket ends one ticket, and the reports of its fault with it. With a workaround the fault is still there, and the
// vendors are asked on; a ticket on which an outage's vendors answer cannot end before that outage.
func (t *turn) endTicket(a *act, next Status) *Line {
	o, leads := t.leads(a.tk)
	if leads && next == StatusClosed {
		return &Line{Code: LineLeads, Subject: a.Written, More: []string{OutageNumber(o.ID)}}
	}
	if line := t.move(a, next); line != nil {
		return line
	}
	if !leads && a.Word != "workaround" {
		t.endReports(a.tk, nil, "", false) // after the move: the mails show where the matter stands
	}
	return nil
}

// tellOthers shows staff how a matter was ended or reopened, by whom, and what else there is to say of it.
func (t *turn) tellOthers(a *act, more ...Line) {
	t.tellStaff(a.tk, ThreadRequester, Outgoing{Template: TemplateNoticeChange, Author: a.s.Mailbox, AuthorTrust: a.s.trust,
		GoesTo: ReplyToRequester, GoesToName: t.partyName(a.tk, ThreadRequester), Words: a.tk.Resolution,
		Lines: append([]Line{{Code: LineDone, Subject: a.Written, More: a.done}}, more...)}, a.s.Address)
}

// tellOfOutage shows staff what became of an outage, and by whom. A plain reply stays among colleagues: it is about many
// tickets, and no word to the requester of one.
func (t *turn) tellOfOutage(a *act, o *Outage, words string, lines ...Line) {
	t.tellStaff(a.tk, ThreadStaff, Outgoing{Template: TemplateNoticeChange, Author: a.s.Mailbox, AuthorTrust: a.s.trust,
		GoesTo: ReplyToStaff, Subject: "[" + OutageNumber(o.ID) + "] " + o.Title, Words: words, Said: t.now, Lines: lines,
		Report: &FaultReport{Title: o.Title, Outage: OutageNumber(o.ID)}, Actions: outageActions(o.Status)}, a.s.Address)
}

// outageActions are what can be done next with an outage. What is offered of a ticket has no place on a mail that names
// none.
func outageActions(s OutageStatus) []Action {
	switch s {
	case OutageSuspected:
		return []Action{{Command: "report"}, {Command: "outage"}, {Command: "dismiss"}}
	case OutageConfirmed:
		return []Action{{Command: "report"}, {Command: "announce"}, {Command: "solved"}}
	case OutageReported:
		return []Action{{Command: "announce"}, {Command: "solved"}}
	}
	return []Action{{Command: "outage"}} // it is one after all
}

func (t *turn) doRelease(a *act) *Line {
	if a.Arg != "" {
		a.tk.Resolution = a.Arg
	}
	return t.move(a, StatusWaitingRelease)
}

func (t *turn) doSolved(a *act) *Line     { return t.solve(a, StatusResolved, "") }
func (t *turn) doWorkaround(a *act) *Line { return t.solve(a, StatusResolved, LineWorkaround) }
func (t *turn) doCancel(a *act) *Line     { return t.solve(a, StatusClosed, LineCancelled) }

// solve ends the matter and tells the requester's side, those who muted it included: how it ended is what they
// came for. The mail's words, if any, are the solution.
func (t *turn) solve(a *act, next Status, how string) *Line {
	if next == StatusResolved && how == "" {
		if o, lead, ok := t.outageOf(a); ok {
			words := strings.TrimSpace(a.Arg + "\n\n" + a.words)
			a.words = ""
			t.solveOutage(o, lead, words, a)
			t.tellOfOutage(a, o, words, Line{Code: string(ReasonOutageSolved), Subject: OutageNumber(o.ID)})
			return nil
		}
	}
	text := strings.TrimSpace(a.Arg + "\n\n" + a.words)
	if a.tk.Status == next && a.tk.Workaround == (how == LineWorkaround) && text == "" {
		return &Line{Code: LineNotNow, Subject: a.Written, More: []string{string(next)}} // they have been told, once
	}
	if line := t.endTicket(a, next); line != nil {
		return line
	}
	a.tk.Resolution, a.tk.Workaround = text, how == LineWorkaround
	entry := 0
	if text != "" {
		entry = t.enter(a.tk, Entry{Kind: EntryMailIn, Thread: ThreadRequester, Who: string(a.s.Address), Name: a.s.Name,
			Trust: a.s.trust, Text: text, Mail: a.ev.ID, MessageID: a.ev.Mail.MessageID, Reasons: []Reason{{ReasonCommand, a.Written}}})
		a.tk.Messages++
	}
	for _, p := range a.tk.Participants {
		if !p.Left.IsZero() || p.Invited || p.Role != RoleRequester && (p.Role != RoleFollower || p.Muted) {
			continue
		}
		o := Outgoing{
			Kind: OutSolved, Template: TemplateSolved, Thread: p.Thread, To: p.Mailbox, Role: p.Role,
			Language: t.desk.language(p.Language), Auto: AutoGenerated, Words: text, Author: Mailbox{Name: a.s.Name},
			AuthorTrust: a.s.trust, Entry: entry, GoesTo: ReplyToDesk,
			Actions: []Action{{Command: "accept"}, {Command: "reopen"}},
		}
		if next == StatusClosed {
			o.Actions = nil
		}
		if how != "" {
			o.Lines = []Line{{Code: how}}
		}
		if text != "" {
			// A person's words travel as one (RFC 3834, section 5: the header is for what no person wrote).
			o.Auto = AutoNone
			o.NotBefore = t.now.Add(t.desk.Grace)
			o.From = Mailbox{via(a.s.Mailbox, t.desk.Name), t.desk.Address}
		}
		o = t.mail(a.tk, o, PurposeReply)
		t.sentEntry(a.tk, o, Reason{ReasonRelayed, string(p.Address)})
	}
	t.tellOthers(a)
	a.words = ""
	if a.tk.Assignee == "" {
		a.tk.Assignee = string(a.s.Address)
	}
	return nil
}
