package rules

import (
	"slices"
	"strings"
	"time"

	"aboveline.example/rules/when"
)

// classify applies categories and rules to a person's mail: the first category that fits, and all rules that fit, in
// order (CONTRACT, section 2). On a ticket that exists already, tags are added and only empty fields are filled:
// what staff set stands.
func (t *turn) classify(tk *Ticket, ev MailArrived, s speaker, fresh bool) {
	if len(t.desk.Rules) == 0 && len(t.desk.Categories) == 0 {
		return
	}
	env := t.env(tk, ev.Mail, s, fresh)
	var why []Reason
	for i, c := range t.desk.Categories {
		if tk.Category != "" {
			break
		}
		if t.fits(t.desk.categories[i], env, c.Name, &why) {
			tk.Category = c.Name
			why = append(why, Reason{ReasonCategory, c.Name})
		}
	}
	for i, r := range t.desk.Rules {
		if t.fits(t.desk.rules[i], env, r.Name, &why) && t.applyRule(tk, r) {
			why = append(why, Reason{ReasonRule, r.Name})
		}
	}
	if why != nil {
		t.enter(tk, Entry{Kind: EntryChange, Thread: ThreadStaff, Who: Self, Reasons: why,
			Text: strings.TrimSpace(tk.Category + "  " + strings.Join(tk.Tags, ", "))})
	}
}

func (t *turn) fits(c *when.Condition, env when.Env, name string, why *[]Reason) bool {
	ok, err := c.Match(env)
	if err != nil {
		*why = append(*why, Reason{ReasonRuleFailed, name})
		return false
	}
	return ok
}

// applyRule says whether it changed anything.
func (t *turn) applyRule(tk *Ticket, r TagRule) bool {
	changed := false
	for _, tag := range r.Tags {
		if !slices.Contains(tk.Tags, tag) {
			tk.Tags = append(tk.Tags, tag)
			changed = true
		}
	}
	fill := func(field *string, value string) {
		if *field == "" && value != "" {
			*field = value
			changed = true
		}
	}
	fill(&tk.Category, r.Category)
	fill(&tk.Type, r.Type)
	fill(&tk.Service, r.Service)
	assignee, group := t.assignee(r.Assign)
	fill(&tk.Assignee, assignee)
	fill(&tk.Group, group)
	fill(&tk.Group, r.Group)
	for _, name := range r.Report {
		if !slices.Contains(t.reporting, name) {
			t.reporting = append(t.reporting, name)
			changed = true
		}
	}
	if tk.Priority == 0 && r.Priority != 0 {
		tk.Priority = r.Priority
		changed = true
	}
	if r.Quiet && !tk.Quiet {
		tk.Quiet = true
		changed = true
	}
	return changed
}

// reportByRule sends the fault reports that rules asked for, about a new ticket whose writer was proved: what a rule
// reads in a stranger's mail must not write to vendors.
func (t *turn) reportByRule(tk *Ticket, s speaker) {
	if s.trust != TrustVerified {
		return
	}
	for _, name := range t.reporting {
		for _, v := range t.desk.Vendors {
			if v.Name == name {
				t.reportTo(tk, nil, v, t.desk.Outage.Pictures == "auto")
			}
		}
	}
}

// env is what a condition sees: the mail's text in the form constants have, and the ticket as it was before.
func (t *turn) env(tk *Ticket, m *Mail, s speaker, fresh bool) when.Env {
	at := t.now.In(t.desk.Zone)
	env := when.Env{
		Text: when.Fold(m.Subject + "\n" + visible(m)), Whole: when.Fold(m.Subject + "\n" + m.Text), Subject: when.Fold(m.Subject),
		Sender: when.Sender{Name: when.Fold(s.Name), Address: string(s.Address), Domain: s.Address.Domain(),
			Verified: s.trust == TrustVerified},
		To: addresses(m.To), Cc: addresses(m.Cc), Language: string(m.Language), Kind: string(m.Kind),
		Header: func(name string) string { return header(m, name) },
		Hour:   at.Hour(), Weekday: strings.ToLower(at.Weekday().String()),
		Workday: t.desk.calendar.IsWorkday(at),
	}
	for _, a := range m.Attachments {
		env.Attachments = append(env.Attachments, when.Fold(a.Name))
	}
	if !fresh {
		env.Ticket = when.Ticket{Status: string(tk.Status), Type: when.Fold(tk.Type), Priority: tk.Priority,
			Category: when.Fold(tk.Category), Service: when.Fold(tk.Service), Tags: when.FoldAll(tk.Tags),
			Organisation: when.Fold(tk.Organisation), Age: t.now.Sub(tk.Created).Truncate(time.Second)}
	}
	return env
}

func addresses(list []Mailbox) []string {
	out := make([]string, len(list))
	for i, m := range list {
		out[i] = string(m.Address)
	}
	return out
}

// header is the first value of a field, folded, whatever case the condition wrote its name in.
func header(m *Mail, name string) string {
	for key, values := range m.Header {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return when.Fold(values[0])
		}
	}
	return ""
}
