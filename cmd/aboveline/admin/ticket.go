package admin

import (
	"context"
	"time"

	"aboveline.example/rules"
	"aboveline.example/store"
)

// Operations on tickets.
const (
	TicketList Call[TicketFilter, TicketRow] = "ticket.list"
	TicketShow Call[ID, Ticket]              = "ticket.show"
)

// ID names one thing by its number or id, as a person wrote it.
type ID struct {
	ID string `json:"id"`
}

// TicketFilter chooses tickets; what is empty does not choose.
type TicketFilter struct {
	Status       rules.Status  `json:"status,omitempty"`
	Tag          string        `json:"tag,omitempty"`
	Category     string        `json:"category,omitempty"`
	Service      string        `json:"service,omitempty"`
	Priority     int           `json:"priority,omitempty"`
	Type         string        `json:"type,omitempty"`
	Requester    rules.Address `json:"requester,omitempty"`
	Assignee     string        `json:"assignee,omitempty"`
	Organisation string        `json:"organisation,omitempty"`
	Outage       string        `json:"outage,omitempty"`
	Since        time.Time     `json:"since,omitzero"` // changed since
	Text         string        `json:"text,omitempty"` // somewhere in the subject or in what was written
	Limit        int           `json:"limit,omitempty"`
}

// TicketRow is a line of "ticket list".
type TicketRow struct {
	Number        string   `json:"number"`
	Subject       string   `json:"subject"`
	Status        string   `json:"status"`
	Type          string   `json:"type"`
	Priority      *int     `json:"priority"`
	Category      string   `json:"category"`
	Tags          []string `json:"tags"`
	Requester     string   `json:"requester"` // an address
	RequesterName string   `json:"requester_name"`
	Organisation  string   `json:"organisation"`
	Assignee      string   `json:"assignee"`
	Group         string   `json:"group"`
	Service       string   `json:"service"`
	Outage        string   `json:"outage"`
	Created       When     `json:"created"`
	Updated       When     `json:"updated"`
	Due           When     `json:"due"`
	Messages      int      `json:"messages"`
}

// Ticket is all of a ticket.
type Ticket struct {
	TicketRow
	Followers  []string          `json:"followers"`
	Fields     map[string]string `json:"fields"`
	Cause      string            `json:"cause"`
	Resolution string            `json:"resolution"`
	Links      []Link            `json:"links"`
	Threads    []Thread          `json:"threads"`
	Closed     When              `json:"closed"`
	Quiet      bool              `json:"quiet"`
	Suspicious bool              `json:"suspicious"`
	Entries    []Entry           `json:"entries"`
}

// Link ties a ticket to another.
type Link struct {
	Ticket string `json:"ticket"`
	Kind   string `json:"kind"`
}

// Thread is one conversation on a ticket.
type Thread struct {
	Audience string `json:"audience"`
	Party    string `json:"party"`
}

// Entry is one line of a ticket's history.
type Entry struct {
	Seq         int          `json:"seq"`
	At          When         `json:"at"`
	Kind        string       `json:"kind"`
	Thread      int          `json:"thread"` // index into the ticket's threads
	Who         string       `json:"who"`
	Name        string       `json:"name"`
	Trust       string       `json:"trust"`
	Text        string       `json:"text"`
	Reasons     []string     `json:"reasons"`
	Attachments []Attachment `json:"attachments"`
	MessageID   string       `json:"message_id"`
	Mail        *uint64      `json:"mail"`     // its line of the ledger
	Outgoing    string       `json:"outgoing"` // its row of the queue
}

// TicketRow shows a ticket as a line of a list.
func (v View) TicketRow(t rules.Ticket) TicketRow {
	r := TicketRow{
		Number: v.ticket(t.ID), Subject: t.Subject, Status: string(t.Status), Type: t.Type, Category: t.Category,
		Tags: list(t.Tags), Requester: string(t.Requester.Address), RequesterName: t.Requester.Name,
		Organisation: t.Organisation, Assignee: t.Assignee, Group: t.Group, Service: t.Service, Outage: outage(t.Outage),
		Created: v.when(t.Created), Updated: v.when(t.Updated), Due: v.when(t.Due), Messages: t.Messages,
	}
	if t.Priority != 0 {
		r.Priority = &t.Priority
	}
	return r
}

// Ticket shows all of a ticket.
func (v View) Ticket(t rules.Ticket, entries []rules.Entry) Ticket {
	out := Ticket{
		TicketRow: v.TicketRow(t), Followers: []string{}, Fields: t.Fields, Cause: t.Cause, Resolution: t.Resolution,
		Links: make([]Link, len(t.Links)), Threads: make([]Thread, len(t.Threads)), Closed: v.when(t.Closed),
		Quiet: t.Quiet, Suspicious: t.Suspicious, Entries: make([]Entry, len(entries)),
	}
	if out.Fields == nil {
		out.Fields = map[string]string{}
	}
	for _, p := range t.Participants {
		if p.Role == rules.RoleFollower && p.Left.IsZero() {
			out.Followers = append(out.Followers, string(p.Address))
		}
	}
	for i, l := range t.Links {
		out.Links[i] = Link{v.ticket(l.Ticket), l.Kind}
	}
	for i, th := range t.Threads {
		out.Threads[i] = Thread{string(th.Audience), string(th.Party)}
	}
	for i, e := range entries {
		out.Entries[i] = v.entry(e)
	}
	return out
}

func (v View) entry(e rules.Entry) Entry {
	out := Entry{
		Seq: e.Seq, At: v.when(e.At), Kind: string(e.Kind), Thread: e.Thread, Who: e.Who, Name: e.Name,
		Trust: string(e.Trust), Text: e.Text, Reasons: reasons(e.Reasons), Attachments: attachments(e.Attachments),
		MessageID: string(e.MessageID), Outgoing: string(e.Outgoing),
	}
	if e.Mail != 0 {
		out.Mail = (*uint64)(&e.Mail)
	}
	return out
}

func (d *Desk) listTickets(ctx context.Context, f TicketFilter, row func(TicketRow) error) error {
	choose, err := d.choose(f)
	if err != nil {
		return err
	}
	return each(ctx, d, row, func(tx *store.Tx) []TicketRow {
		tickets := tx.Tickets(choose, upTo(MaxRows, f.Limit))
		rows := make([]TicketRow, len(tickets))
		for i, t := range tickets {
			rows[i] = d.View.TicketRow(t)
		}
		return rows
	})
}

func (d *Desk) choose(f TicketFilter) (store.TicketFilter, error) {
	choose := store.TicketFilter{
		Status: f.Status, Tag: f.Tag, Category: f.Category, Service: f.Service, Priority: f.Priority, Type: f.Type,
		Requester: f.Requester, Assignee: f.Assignee, Organisation: f.Organisation, Since: f.Since, Text: f.Text,
	}
	if f.Outage == "" {
		return choose, nil
	}
	var err error
	choose.Outage, err = ParseOutage(f.Outage)
	return choose, err
}

func (d *Desk) showTicket(ctx context.Context, which ID, row func(Ticket) error) error {
	id, err := d.View.ParseTicket(which.ID)
	if err != nil {
		return err
	}
	return one(ctx, d, row, func(tx *store.Tx) (Ticket, error) {
		t, ok := tx.Ticket(id)
		if !ok {
			return Ticket{}, notFound("no ticket %s; \"aboveline ticket list\" shows those there are", d.View.ticket(id))
		}
		return d.View.Ticket(t, tx.Entries(id)), nil
	})
}
