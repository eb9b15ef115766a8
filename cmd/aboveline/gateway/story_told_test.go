package gateway

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"aboveline.example/rules"
	"aboveline.example/store"
)

// sight is what a story can see of a store.
type sight struct {
	ledger  map[rules.MailID]string
	tickets map[rules.TicketID]string
	rows    map[rules.OutgoingID]bool
	bad     map[rules.Address]bool
}

func (n *narrator) look() sight {
	v := sight{map[rules.MailID]string{}, map[rules.TicketID]string{}, map[rules.OutgoingID]bool{}, map[rules.Address]bool{}}
	n.h.view(func(tx *store.Tx) {
		for _, d := range tx.Dispositions(0, 1<<30) {
			b, _ := json.Marshal(d)
			v.ledger[d.Mail] = string(b)
		}
		for id := rules.TicketID(1); ; id++ {
			tk, ok := tx.Ticket(id)
			if !ok {
				break
			}
			b, _ := json.Marshal(tk)
			v.tickets[id] = string(b)
		}
		for _, q := range rows(tx) {
			v.rows[q.ID] = true
		}
		for _, b := range tx.BadAddresses(100) {
			v.bad[b.Address] = true
		}
	})
	return v
}

// whatCame tells what changed since the last look, in the words of the stories.
func (n *narrator) whatCame() string {
	is := n.look()
	var b strings.Builder
	n.h.view(func(tx *store.Tx) {
		desk := n.h.life().s.Desk()
		for id, was := range is.ledger {
			if n.was.ledger[id] == was {
				continue
			}
			d, _ := tx.Disposition(id)
			b.WriteString(string(d.Kind))
			if d.Ticket != 0 {
				b.WriteString(" " + desk.Number(d.Ticket))
			}
			b.WriteString(" because " + reasonList(d.Reasons) + "\n")
		}
		for id, was := range is.tickets {
			if n.was.tickets[id] != was {
				tk, _ := tx.Ticket(id)
				fmt.Fprintf(&b, "  %s %s %q %s\n", desk.Number(id), tk.Status, tk.Category, strings.Join(tk.Tags, ", "))
			}
		}
		for id := range is.rows {
			if !n.was.rows[id] {
				o, _ := tx.Sent(id)
				hold := ""
				if o.Hold != "" {
					hold = " HELD " + string(o.Hold)
				}
				fmt.Fprintf(&b, "  %s %s to %s: %s%s\n", o.ID, o.Template, o.To.Address, o.Subject, hold)
			}
		}
		for a := range is.bad {
			if !n.was.bad[a] {
				fmt.Fprintf(&b, "  bad address %s\n", a)
			}
		}
	})
	n.was = is
	if b.Len() == 0 {
		return "nothing\n"
	}
	return b.String()
}

func reasonList(list []rules.Reason) string {
	var s []string
	for _, r := range list {
		s = append(s, r.String())
	}
	return strings.Join(s, ", ")
}

var (
	machineReason = regexp.MustCompile(`(machine-mail [a-z-]+): [^,)\n]*`)
	bounceReason  = regexp.MustCompile(`(bounce-of-unknown) [^,\n]*`)
	ticketLine    = regexp.MustCompile(`^  ([A-Z]+-\d+) `)
	tokens        = regexp.MustCompile(`[a-z2-7]{42}`)
)

// sameStory brings two tellings of a step together. What the program may tell otherwise: who proved the author (its
// relay's name stands for "dmarc"), by which header a machine was known, and the order of lines; where a step made
// two decisions, the state in between is seen by nobody.
func sameStory(s string) string {
	s = strings.ReplaceAll(s, "mx.omdirekt.example", "dmarc")
	s = machineReason.ReplaceAllString(s, "$1: header")
	s = bounceReason.ReplaceAllString(s, "$1 header")
	last := map[string]string{}
	var lines []string
	for line := range strings.Lines(s) {
		if m := ticketLine.FindStringSubmatch(line); m != nil {
			last[m[1]] = line
			continue
		}
		lines = append(lines, line)
	}
	for _, line := range last {
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// ask reads from the store what a story asks to see.
func (n *narrator) ask(what, id string) string {
	var b strings.Builder
	n.h.view(func(tx *store.Tx) {
		number, _ := strconv.ParseUint(id, 10, 32)
		switch what {
		case "show":
			showTicket(&b, n.h.life().s.Desk(), tx, rules.TicketID(number))
		case "read":
			row, _ := tx.Sent(rules.OutgoingID(id))
			showMail(&b, row.Outgoing)
		case "queue":
			tk, _ := tx.Ticket(rules.TicketID(number))
			for i := 1; i <= tk.Sent; i++ {
				row, ok := tx.Sent(rules.OutgoingID(fmt.Sprintf("%d-%d", number, i)))
				if !ok {
					row = rules.Queued{State: "taken back"}
				}
				fmt.Fprintf(&b, "%d-%d %s %s\n", number, i, cmp.Or(row.State, "taken back"), row.Template)
			}
		}
	})
	s := strings.ReplaceAll(b.String(), "mx.omdirekt.example", "dmarc")
	return tokens.ReplaceAllString(machineReason.ReplaceAllString(s, "$1: header"), "TOKEN")
}

func showTicket(b *strings.Builder, desk *rules.Desk, tx *store.Tx, id rules.TicketID) {
	tk, _ := tx.Ticket(id)
	fmt.Fprintf(b, "%s %q %s assignee %q messages %d\n", desk.Number(id), tk.Subject, tk.Status, tk.Assignee, tk.Messages)
	for _, p := range tk.Participants {
		fmt.Fprintf(b, "  %s %s thread %d verified %v muted %v invited %v\n", p.Role, p.Address, p.Thread, p.Verified, p.Muted, p.Invited)
	}
	for _, e := range tx.Entries(id) {
		fmt.Fprintf(b, "  %d %s thread %d %s %s: %q (%s)\n", e.Seq, e.Kind, e.Thread, e.Who, e.Trust, e.Text, reasonList(e.Reasons))
	}
}

func showMail(b *strings.Builder, o rules.Outgoing) {
	fmt.Fprintf(b, "from %q <%s> reply-to %s envelope <%s> auto %q\n", o.From.Name, o.From.Address, o.ReplyTo, o.EnvelopeFrom, o.Auto)
	fmt.Fprintf(b, "in-reply-to %s references %d goes to %s %q\n", o.InReplyTo, len(o.References), o.GoesTo, o.GoesToName)
	if o.Role == rules.RoleVendor {
		fmt.Fprintf(b, "status %s their number %q\n", o.Facts.Status, o.Facts.VendorRef)
	}
	fmt.Fprintf(b, "author %q <%s> words %q\n", o.Author.Name, o.Author.Address, o.Words)
	for _, s := range o.Dialogue {
		fmt.Fprintf(b, "said %q you %v gone %v %q\n", s.Name, s.You, s.Gone, s.Words)
	}
	if r := o.Report; r != nil {
		fmt.Fprintf(b, "report %q outage %q tags %q people %d organisations %d nth %d tickets %q words %q\n", r.Title, r.Outage, r.Tags, r.People, r.Organisations, r.Nth, r.Tickets, r.Words)
		if r.Again {
			fmt.Fprintln(b, "again")
		}
		if r.DismissedBy != "" {
			fmt.Fprintf(b, "dismissed by %q at %s with %d people\n", r.DismissedBy, r.DismissedAt.Format(time.RFC3339), r.DismissedAmong)
		}
		for _, q := range r.Quotes {
			fmt.Fprintf(b, "quote %q\n", q)
		}
		for _, p := range r.Pictures {
			fmt.Fprintf(b, "picture %q\n", p)
		}
	}
	for _, a := range o.Attachments {
		fmt.Fprintf(b, "attached %s %s\n", a.Name, a.Type)
	}
	for _, l := range o.Lines {
		fmt.Fprintf(b, "line %s %q %q\n", l.Code, l.Subject, l.More)
	}
	for _, a := range o.Actions {
		if strings.Contains(a.Command, " ") {
			fmt.Fprintf(b, "offers /%s\n", a.Command)
		}
	}
}
