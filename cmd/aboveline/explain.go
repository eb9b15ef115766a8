package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/rules"
)

// explanation is what a config would make of a mail, as --json prints it.
type explanation struct {
	Mail    admin.MailRow    `json:"mail"`
	Tickets []admin.Ticket   `json:"tickets"`
	Mails   []admin.QueueRow `json:"mails"` // that would go out
}

// explain says what this config would make of a mail, and why.
func explain(e *env, c *config.Config, name string) error {
	raw, err := readMail(name, int64(c.Mailin.MaxSize))
	if err != nil {
		return err
	}
	decided, err := rehearse(e.ctx, c, raw)
	if err != nil {
		return err
	}
	v := admin.View{Prefix: string(c.Identity.Prefix), Zone: c.Identity.Zone}
	x := explanation{Tickets: []admin.Ticket{}, Mails: []admin.QueueRow{}}
	for _, d := range decided {
		if d.Disposition.Kind != "" {
			x.Mail = v.MailRow(d.Disposition)
		}
		for _, t := range d.Tickets {
			x.Tickets = append(x.Tickets, v.Ticket(t, entriesOf(d.Entries, t.ID)))
		}
		for _, o := range d.Send {
			x.Mails = append(x.Mails, v.QueueRow(rules.Queued{Outgoing: o, State: rules.QueueWaiting, Next: o.NotBefore}))
		}
	}
	if e.global.JSON {
		return object(e.out, x)
	}
	if err := pageMailRow(e, x.Mail); err != nil {
		return err
	}
	for _, t := range x.Tickets {
		fmt.Fprintln(e.out)
		if err := pageTicket(e, t); err != nil {
			return err
		}
	}
	for _, q := range x.Mails {
		fmt.Fprintf(e.out, "\nwould send: %s to %s, %s\n", q.Kind, clean(q.To, 60), clean(q.Subject, 100))
	}
	return nil
}

func entriesOf(all []rules.Entry, id rules.TicketID) (mine []rules.Entry) {
	for _, entry := range all {
		if entry.Ticket == id {
			mine = append(mine, entry)
		}
	}
	return mine
}

// readMail reads a mail of at most most bytes.
func readMail(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read mail: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read mail: %w", err)
	case int64(len(raw)) > most:
		return nil, fmt.Errorf("%s is larger than [mailin] max_size; the desk would refuse it", name)
	case strings.TrimSpace(string(raw)) == "":
		return nil, fmt.Errorf("%s is empty", name)
	}
	return raw, nil
}
