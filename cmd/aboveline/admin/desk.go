package admin

import (
	"context"
	"log/slog"

	"aboveline.example/rules"
	"aboveline.example/store"
)

// Gateway is what operations ask of the program around the store: everything that decides, or takes mail in. What
// returns no error is durable. A nil function is one that this process does not have, and whoever asks is told.
type Gateway struct {
	Take    func(ctx context.Context, a rules.Arrival) error            // a mail through the pipe's door
	Release func(ctx context.Context, id rules.HeldID, by string) error // a held mail goes on, its writer believed
	Drop    func(ctx context.Context, id rules.HeldID) error            // a held mail is let go
	DropRow func(ctx context.Context, id rules.OutgoingID) error        // a mail of ours is not sent after all
	Retry   func(ctx context.Context, id rules.MailID) error            // a parked mail is read and decided anew
	Reload  func(ctx context.Context) (Reloaded, error)                 // the config anew; a bad one changes nothing
	Ask     func()                                                      // the outbox has work, and where it failed is to be asked now
	Sending func() Sending                                              // how the way out fares
	Polls   func() []Poll                                               // each mailbox, and when it was last read
	Probe   func(ctx context.Context, a ProbeArgs) (Probed, error)      // a mail to ourselves, out and back
}

// Operator is who releases a held mail at the command line.
const Operator = "operator"

// errNotServing is what is asked of the running gateway alone.
var errNotServing = &Error{CodeRefused, "this needs a running gateway; start one with \"aboveline serve\""}

// Poll is when a mailbox was last read.
type Poll struct {
	Mailbox string `json:"mailbox"`
	At      When   `json:"at"`
	Error   string `json:"error"` // of the last try, "" where it went well
}

// Desk answers operations from an open store and the gateway around it.
type Desk struct {
	View    View
	DB      *store.DB
	Gateway Gateway
	Log     *slog.Logger // nil discards
}

// A list is read in one go, by the gateway itself while it serves, so it has an end: a command must not take the memory
// that mail needs. A ticket takes some 2 KiB until it is shown, a row of the outbox its whole mail.
const (
	MaxRows   = 50_000
	MaxQueued = 10_000
)

// upTo reads a limit of 0 as the most there may be.
func upTo(most, limit int) int {
	if limit <= 0 || limit > most {
		return most
	}
	return limit
}

// each reads rows in one transaction and hands them over after it: an asker may be slow, and an open transaction
// keeps the store's file from reusing pages.
func each[R any](ctx context.Context, d *Desk, row func(R) error, read func(*store.Tx) []R) error {
	var rows []R
	if err := d.DB.View(ctx, func(tx *store.Tx) error {
		rows = read(tx)
		return nil
	}); err != nil {
		return err
	}
	for _, r := range rows {
		if err := row(r); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// one reads a single row.
func one[R any](ctx context.Context, d *Desk, row func(R) error, read func(*store.Tx) (R, error)) error {
	var r R
	if err := d.DB.View(ctx, func(tx *store.Tx) (err error) {
		r, err = read(tx)
		return err
	}); err != nil {
		return err
	}
	return row(r)
}

// shown shows each of a list.
func shown[T, R any](records []T, show func(T) R) []R {
	rows := make([]R, len(records))
	for i, r := range records {
		rows[i] = show(r)
	}
	return rows
}

// Table is every operation of this desk.
func (d *Desk) Table() Table {
	t := Table{}
	On(t, TicketList, d.listTickets)
	On(t, TicketShow, d.showTicket)
	On(t, OutageList, d.listOutages)
	On(t, OutageShow, d.showOutage)
	On(t, MailList, d.listMails)
	On(t, MailShow, d.showMail)
	On(t, HeldList, d.listHeld)
	On(t, HeldShow, d.showHeld)
	On(t, HeldRelease, d.releaseHeld)
	On(t, HeldDrop, d.dropHeld)
	On(t, ParkedList, d.listParked)
	On(t, ParkedShow, d.showParked)
	On(t, ParkedRetry, d.retryParked)
	On(t, QueueList, d.listQueue)
	On(t, QueueShow, d.showQueue)
	On(t, QueueRetry, d.retryQueue)
	On(t, QueueHold, d.holdQueue)
	On(t, QueueDrop, d.dropQueue)
	On(t, QueueRelease, d.releaseQueue)
	On(t, Backup, d.backup)
	On(t, Stats, d.stats)
	On(t, Deliver, d.deliver)
	On(t, Reload, d.reload)
	On(t, Probe, d.probe)
	return t
}
