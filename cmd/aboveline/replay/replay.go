package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/cmd/aboveline/gateway"
	"aboveline.example/mailin/mime"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// Options say what is played and how it is told.
type Options struct {
	Config   *config.Config
	Paths    []string
	JSON     bool
	Out      io.Writer
	Progress func(done, all int) // nil tells nothing; done is 0 while mails are still being found
}

// batch is how many mails share a transaction of the scratch store.
const batch = 200

// Event is one line of what happened (CONTRACT, section 3).
type Event struct {
	At        time.Time `json:"at"`
	Event     string    `json:"event"`
	MessageID string    `json:"message_id"`
	Ticket    string    `json:"ticket"`
	Outage    string    `json:"outage"`
	Tags      []string  `json:"tags"`
	Category  string    `json:"category"`
	Reasons   []string  `json:"reasons"`
	To        string    `json:"to"`
}

// Run plays everything and tells it. Nothing is sent, and the configured store is not touched.
func Run(ctx context.Context, o Options) (err error) {
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	x, err := find(o.Paths, func(n int) error { o.Progress(0, n); return ctx.Err() })
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	scratch, err := os.MkdirTemp("", "aboveline-replay-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	cfg := *o.Config
	cfg.Store.Path = config.Path(filepath.Join(scratch, "store"))
	g, db, err := gateway.Open(&cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	p := &play{o: o, db: db, desk: g.Desk(), summary: newSummary(&cfg), ids: cfg.AuthservIDs(),
		outages: map[rules.OutageID]rules.Outage{}}
	if err := p.all(ctx, g, x); err != nil {
		return err
	}
	if o.JSON {
		return nil
	}
	return p.summary.print(o.Out)
}

type play struct {
	o       Options
	db      *store.DB // the scratch one
	desk    *rules.Desk
	summary *summary
	ids     []string
	outages map[rules.OutageID]rules.Outage
}

func (p *play) all(ctx context.Context, g *gateway.Gateway, x *index) error {
	r := newReader(x)
	defer r.close()
	for i := 0; i < len(x.places); i += batch {
		var mails []gateway.Rehearsed
		for _, place := range x.places[i:min(len(x.places), i+batch)] {
			raw, err := r.read(place)
			if err != nil {
				return err
			}
			mails = append(mails, p.arrival(ctx, raw, place.at))
		}
		decided, err := g.Rehearse(ctx, mails)
		if err != nil {
			return err
		}
		for _, d := range decided {
			if err := p.tell(ctx, d); err != nil {
				return err
			}
		}
		p.o.Progress(min(len(x.places), i+batch), len(x.places))
	}
	return nil
}

// arrival makes a mail of the mailbox one that came through a door that believes every configured authserv_id.
func (p *play) arrival(ctx context.Context, raw []byte, at time.Time) gateway.Rehearsed {
	a := rules.Arrival{Raw: mime.CRLF(raw), Received: at, Envelope: rules.Envelope{Door: "replay", Relay: true}}
	return gateway.Rehearse(ctx, a, p.ids)
}

// tell turns a decision into events, in order.
func (p *play) tell(ctx context.Context, d gateway.Decided) error {
	events, err := p.events(ctx, d)
	if err != nil {
		return err
	}
	for _, e := range events {
		p.summary.count(e)
		if err := p.line(e); err != nil {
			return err
		}
	}
	p.summary.reasons(d.Decision)
	return nil
}

func (p *play) line(e Event) error {
	if p.o.JSON {
		b, err := json.Marshal(e)
		if err != nil {
			return err
		}
		_, err = p.o.Out.Write(append(b, '\n'))
		return err
	}
	if e.Event == "mail.out" {
		return nil // counted in the summary; as lines they would drown the mails that came
	}
	_, err := fmt.Fprintf(p.o.Out, "%s  %-15s %-8s %-28s %s\n", e.At.In(p.desk.Zone).Format("2006-01-02 15:04"), e.Event,
		strings.TrimSpace(e.Ticket+" "+e.Outage), printable(strings.Join(append(slices.Clone(e.Tags), e.Category), ", ")), strings.Join(e.Reasons, ", "))
	return err
}

// printable keeps control characters from the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, s)
}

// eventNames are the events of dispositions.
var eventNames = map[rules.DispositionKind]string{
	rules.DisposedNew: "ticket.created", rules.DisposedEntry: "ticket.updated", rules.DisposedCommand: "ticket.updated",
	rules.DisposedBounce: "ticket.updated", rules.DisposedHeld: "held", rules.DisposedParked: "parked",
	rules.DisposedDuplicate: "duplicate", rules.DisposedProbe: "duplicate",
}

func (p *play) events(ctx context.Context, d gateway.Decided) (list []Event, err error) {
	base := Event{At: d.At, Tags: []string{}, Reasons: []string{}}
	if m := d.Disposition; m.Kind != "" {
		e := base
		e.Event, e.MessageID = eventNames[m.Kind], string(m.MessageID)
		for _, r := range m.Reasons {
			e.Reasons = append(e.Reasons, r.String())
		}
		for _, entry := range d.Entries {
			for _, r := range entry.Reasons {
				if entry.Ticket == m.Ticket && (r.Code == rules.ReasonCategory || r.Code == rules.ReasonRule) {
					e.Reasons = append(e.Reasons, r.String())
				}
			}
		}
		if m.Ticket != 0 {
			e.Ticket = p.desk.Number(m.Ticket)
		}
		for _, tk := range d.Tickets {
			if tk.ID == m.Ticket {
				e.Tags, e.Category = append(e.Tags, tk.Tags...), tk.Category
			}
		}
		list = append(list, e)
	}
	for _, o := range d.Outages {
		of, err := p.outageEvents(ctx, d, o, base)
		if err != nil {
			return nil, err
		}
		list = append(list, of...)
	}
	for _, o := range d.Send {
		e := base
		e.Event, e.MessageID, e.To = "mail.out", string(o.MessageID), string(o.To.Address)
		e.Reasons = append(e.Reasons, string(o.Kind))
		if o.Ticket != 0 {
			e.Ticket = p.desk.Number(o.Ticket)
		}
		list = append(list, e)
	}
	return list, nil
}

// outageEvents says what changed about an outage. One that was raised names the mail that raised it; each earlier mail
// that belongs to it follows.
func (p *play) outageEvents(ctx context.Context, d gateway.Decided, o rules.Outage, base Event) (list []Event, err error) {
	was, known := p.outages[o.ID]
	p.outages[o.ID] = o
	base.Outage, base.Tags = rules.OutageNumber(o.ID), append([]string{}, o.Tags...)
	err = p.db.View(ctx, func(tx *store.Tx) error {
		add := func(name string, ticket rules.TicketID, reasons ...string) {
			e := base
			e.Event, e.Reasons = name, append(e.Reasons, reasons...)
			if ticket != 0 {
				opening, _ := tx.Entry(ticket, rules.FirstEntry)
				e.Ticket, e.MessageID = p.desk.Number(ticket), string(opening.MessageID)
			}
			list = append(list, e)
		}
		raised := o.Status == rules.OutageSuspected && (!known || was.Status != rules.OutageSuspected)
		if raised {
			add("outage.suspected", d.Disposition.Ticket, o.Words...)
		}
		for _, id := range without(o.Tickets, was.Tickets) {
			if !raised || id != d.Disposition.Ticket {
				add("outage.joined", id)
			}
		}
		for _, id := range without(was.Tickets, o.Tickets) {
			add("outage.left", id)
		}
		if o.Status == rules.OutageSolved && was.Status != rules.OutageSolved {
			add("outage.solved", 0)
		}
		return nil
	})
	return list, err
}

// without is what is in these and not in those. An outage that nobody answers gathers thousands, one at a time, at the
// end: what both begin with is passed over.
func without(these, those []rules.TicketID) []rules.TicketID {
	n := 0
	for n < len(these) && n < len(those) && these[n] == those[n] {
		n++
	}
	rest := make(map[rules.TicketID]bool, len(those)-n)
	for _, id := range those[n:] {
		rest[id] = true
	}
	return slices.DeleteFunc(slices.Clone(these[n:]), func(id rules.TicketID) bool { return rest[id] })
}
