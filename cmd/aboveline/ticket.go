package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/rules"
)

type ticketCmd struct {
	List ticketListCmd `cmd:"" help:"List tickets, the latest changed first."`
	Show ticketShowCmd `cmd:"" help:"Show one ticket with its whole history."`
}

type ticketListCmd struct {
	Status       string `enum:"new,open,waiting-requester,waiting-vendor,waiting-approval,waiting-release,resolved,closed," default:"" placeholder:"STATUS" help:"new, open, waiting-requester, waiting-vendor, waiting-approval, waiting-release, resolved or closed."`
	Tag          string `placeholder:"NAME" help:"Has this tag."`
	Category     string `placeholder:"NAME" help:"Is of this category."`
	Service      string `placeholder:"NAME" help:"Is about this service."`
	Priority     int    `placeholder:"1-4" help:"Has this priority; 1 is most urgent."`
	Type         string `enum:"incident,security,request,task,question,problem,improvement," default:"" placeholder:"TYPE" help:"incident, security, request, task, question, problem or improvement."`
	Requester    string `placeholder:"ADDRESS" help:"Was asked by this person."`
	Assignee     string `placeholder:"WHO" help:"Is this person's or group's."`
	Organisation string `placeholder:"NAME" help:"Comes from this organisation."`
	Outage       string `placeholder:"D-N" help:"Belongs to this outage."`
	Since        string `placeholder:"WHEN" help:"Changed since: 2h, 7d, 2026-11-20 or a full time."`
	Text         string `placeholder:"WORDS" help:"Has these words in its subject or in what was written."`
	Limit        int    `placeholder:"N" help:"At most so many."`
}

func (*ticketListCmd) Help() string {
	return `Examples:

  aboveline ticket list --status new
  aboveline ticket list --tag "Mina sidor - Teknik" --since 1d
  aboveline ticket list --json | jq -r 'select(.priority == 1) | .number'`
}

func (c *ticketListCmd) Run(e *env) error {
	f, err := c.filter(time.Now())
	if err != nil {
		return err
	}
	f.Limit = e.limit(c.Limit, admin.MaxRows)
	t := newTable(e.out, "NUMBER", "STATUS", "P", "UPDATED", "REQUESTER", "ASSIGNEE", "TAGS", "SUBJECT")
	defer func() { e.cutShort(c.Limit, f.Limit, t.n) }()
	return list(e, admin.TicketList, f, t, "no such tickets", func(r admin.TicketRow) []string {
		priority := "-"
		if r.Priority != nil {
			priority = strconv.Itoa(*r.Priority)
		}
		return []string{
			r.Number, r.Status, priority, at(r.Updated), clean(r.Requester, 34), dash(clean(r.Assignee, 20)),
			dash(clean(strings.Join(r.Tags, ", "), 30)), clean(r.Subject, 60),
		}
	})
}

func (c *ticketListCmd) filter(now time.Time) (f admin.TicketFilter, err error) {
	f = admin.TicketFilter{
		Status: rules.Status(c.Status), Tag: c.Tag, Category: c.Category, Service: c.Service, Priority: c.Priority,
		Type: c.Type, Assignee: c.Assignee, Organisation: c.Organisation, Outage: c.Outage, Text: c.Text, Limit: c.Limit,
	}
	if c.Priority < 0 || c.Priority > 4 {
		return f, &usageError{"--priority is 1 (most urgent) to 4"}
	}
	if c.Requester != "" {
		var ok bool
		if f.Requester, ok = rules.ParseAddress(c.Requester); !ok {
			return f, &usageError{fmt.Sprintf("--requester takes an address, not %q", c.Requester)}
		}
	}
	f.Since, err = since(c.Since, now)
	return f, err
}

// since reads a moment in the past: how long ago, a day, or a full time.
func since(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := config.ParseDuration(s); err == nil {
		return now.Add(-time.Duration(d)), nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, now.Location()); err == nil {
		return t, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	return time.Time{}, &usageError{fmt.Sprintf("--since takes how long ago (2h, 7d), a day (2026-11-20) or a time (2026-11-20T09:00:00+01:00), not %q", s)}
}

type ticketShowCmd struct {
	Number string `arg:"" name:"N" help:"The ticket's number, OMD-12 or 12."`
}

func (c *ticketShowCmd) Run(e *env) error {
	return show(e, admin.TicketShow, c.Number, func(t admin.Ticket) error { return pageTicket(e, t) })
}

func pageTicket(e *env, t admin.Ticket) error {
	fmt.Fprintf(e.out, "%s  %s\n\n", e.paint(e.out, "1", t.Number), clean(t.Subject, 200))
	priority := ""
	if t.Priority != nil {
		priority = strconv.Itoa(*t.Priority)
	}
	var links, fields []string
	for _, l := range t.Links {
		links = append(links, l.Kind+" "+l.Ticket)
	}
	for _, k := range slices.Sorted(maps.Keys(t.Fields)) {
		fields = append(fields, k+": "+t.Fields[k])
	}
	facts(e.out,
		"Status", t.Status, "Type", t.Type, "Priority", priority, "Category", t.Category, "Service", t.Service,
		"Tags", strings.Join(t.Tags, ", "), "Requester", strings.TrimSpace(t.RequesterName+" <"+t.Requester+">"),
		"Organisation", t.Organisation, "Assignee", t.Assignee, "Group", t.Group, "Outage", t.Outage,
		"Followers", strings.Join(t.Followers, ", "), "Links", strings.Join(links, ", "), "Fields", strings.Join(fields, ", "),
		"Cause", t.Cause, "Resolution", t.Resolution,
		"Created", at(t.Created), "Updated", at(t.Updated), "Due", at(t.Due), "Closed", at(t.Closed))
	for _, entry := range t.Entries {
		pageEntry(e, t.Threads, entry)
	}
	return nil
}

func pageEntry(e *env, threads []admin.Thread, x admin.Entry) {
	on := ""
	if x.Thread >= 0 && x.Thread < len(threads) {
		on = threads[x.Thread].Audience
		if p := threads[x.Thread].Party; p != "" && on == string(rules.AudienceVendor) {
			on += " " + p
		}
	}
	head := fmt.Sprintf("#%d  %s  %s  %s  [%s]", x.Seq, at(x.At), x.Kind, clean(x.Who, 60), clean(on, 60))
	if x.Trust != "" && x.Trust != string(rules.TrustVerified) {
		head += "  " + x.Trust
	}
	fmt.Fprintf(e.out, "\n%s\n", e.paint(e.out, "1", head))
	if text := strings.TrimSpace(cleanText(x.Text)); text != "" {
		fmt.Fprintln(e.out, indent(text))
	}
	for _, a := range x.Attachments {
		fmt.Fprintf(e.out, "    + %s (%s, %s)\n", clean(a.Name, 80), clean(a.Type, 40), bytesText(a.Size))
	}
	if len(x.Reasons) > 0 {
		fmt.Fprintf(e.out, "    %s\n", e.paint(e.out, "2", "because: "+clean(strings.Join(x.Reasons, "; "), 400)))
	}
}

func indent(text string) string { return "    " + strings.ReplaceAll(text, "\n", "\n    ") }

// bytesText is a size for people.
func bytesText(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
