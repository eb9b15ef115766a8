package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/rules"
)

type queueCmd struct {
	List    queueListCmd    `cmd:"" help:"List outgoing mails, the latest first."`
	Show    queueShowCmd    `cmd:"" help:"Show one: its attempts and its bytes."`
	Retry   queueRetryCmd   `cmd:"" help:"Send it now, whatever kept it."`
	Hold    queueHoldCmd    `cmd:"" help:"Keep it from going out until it is retried."`
	Drop    queueDropCmd    `cmd:"" help:"Take it out for good."`
	Release queueReleaseCmd `cmd:"" help:"Send everything that is held, as after a restore."`
}

type queueListCmd struct {
	State  string `enum:"waiting,sending,held,sent,refused,uncertain," default:"" placeholder:"STATE" help:"waiting, sending, held, sent, refused or uncertain."`
	Kind   string `enum:"confirmation,notice,reply,report,follow-up,announcement,solved,answer,confirm,invitation,digest," default:"" placeholder:"KIND" help:"confirmation, notice, reply, report, follow-up, announcement, solved, answer, confirm, invitation or digest."`
	Ticket string `placeholder:"N" help:"Belongs to this ticket."`
	To     string `placeholder:"ADDRESS" help:"Goes to this address."`
	Limit  int    `placeholder:"N" help:"At most so many."`
}

func (*queueListCmd) Help() string {
	return `Examples:

  aboveline queue list --state waiting
  aboveline queue list --state refused --json`
}

func (c *queueListCmd) Run(e *env) error {
	f := admin.QueueFilter{State: rules.QueueState(c.State), Kind: rules.OutKind(c.Kind), Ticket: c.Ticket, Limit: e.limit(c.Limit, admin.MaxQueued)}
	if c.To != "" {
		var ok bool
		if f.To, ok = rules.ParseAddress(c.To); !ok {
			return &usageError{fmt.Sprintf("--to takes an address, not %q", c.To)}
		}
	}
	t := newTable(e.out, "ID", "KIND", "STATE", "TRIES", "NEXT", "TO", "SUBJECT", "WHY")
	defer func() { e.cutShort(c.Limit, f.Limit, t.n) }()
	return list(e, admin.QueueList, f, t, "the queue is empty", queueLine)
}

func queueLine(q admin.QueueRow) []string {
	return []string{
		q.ID, q.Kind, q.State, strconv.Itoa(q.Attempts), at(q.Next), clean(q.To, 34), clean(q.Subject, 50),
		clean(whyWaits(q), 100),
	}
}

// whyWaits says what keeps a mail in the queue: first what keeps all of them, then what keeps this one.
func whyWaits(q admin.QueueRow) string {
	switch {
	case q.Blocked == "":
		return strings.TrimSpace(q.Hold + " " + q.LastError)
	case q.Since.IsZero():
		return q.Blocked
	}
	return "since " + at(q.Since) + " " + q.Blocked
}

type queueShowCmd struct {
	ID  string `arg:"" help:"The mail's id, from \"aboveline queue list\"."`
	Raw bool   `help:"Its bytes alone, as they go over the wire."`
}

func (c *queueShowCmd) Run(e *env) error {
	return show(e, admin.QueueShow, c.ID, func(q admin.Queued) error {
		if c.Raw {
			return printRaw(e, q.Bytes)
		}
		facts(e.out, "Mail", q.ID, "Kind", q.Kind, "Ticket", q.Ticket, "To", q.To, "Subject", q.Subject, "State", q.State,
			"Held because", q.Hold, "Not sent because", q.Blocked, "Since", at(q.Since), "Decided", at(q.Date), "Tries", strconv.Itoa(q.Attempts), "Next", at(q.Next),
			"Done", at(q.Done), "Last error", q.LastError, "Message-ID", q.MessageID)
		for _, a := range q.Tried {
			fmt.Fprintf(e.out, "  %s  %s  %s  %s\n", at(a.At), clean(a.Peer, 60), a.Took,
				clean(strings.TrimSpace(fmt.Sprintf("%s %d %s %s", a.Phase, a.Code, a.Enhanced, a.Text)), 200))
		}
		return pageText(e, q.Bytes)
	})
}

type queueRetryCmd struct {
	ID string `arg:"" help:"The mail's id, from \"aboveline queue list\"."`
}

func (c *queueRetryCmd) Run(e *env) error { return changeQueue(e, admin.QueueRetry, c.ID) }

type queueHoldCmd struct {
	ID string `arg:"" help:"The mail's id, from \"aboveline queue list\"."`
}

func (c *queueHoldCmd) Run(e *env) error { return changeQueue(e, admin.QueueHold, c.ID) }

type queueDropCmd struct {
	ID string `arg:"" help:"The mail's id, from \"aboveline queue list\"."`
}

func (c *queueDropCmd) Run(e *env) error { return changeQueue(e, admin.QueueDrop, c.ID) }

func changeQueue(e *env, call admin.Call[admin.ID, admin.QueueRow], id string) error {
	return show(e, call, id, func(q admin.QueueRow) error {
		why := ""
		if q.Blocked != "" {
			why = ", but " + whyWaits(q)
		}
		_, err := fmt.Fprintf(e.out, "%s to %s is now %s%s\n", q.ID, clean(q.To, 60), q.State, clean(why, 200))
		return err
	})
}

type queueReleaseCmd struct{}

func (c *queueReleaseCmd) Run(e *env) error {
	return e.ask(func(ctx context.Context, desk admin.Asker) error {
		n, err := admin.QueueRelease.One(ctx, desk, admin.None{})
		if err != nil {
			return err
		}
		if e.global.JSON {
			return object(e.out, map[string]int{"released": n})
		}
		fmt.Fprintf(e.out, "%d held mails are waiting to be sent\n", n)
		return nil
	})
}
