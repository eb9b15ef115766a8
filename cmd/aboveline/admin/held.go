package admin

import (
	"context"

	"aboveline.example/rules"
	"aboveline.example/store"
)

// Operations on mails that wait for a decision.
const (
	HeldList    Call[Limit, HeldRow] = "held.list"
	HeldShow    Call[ID, Held]       = "held.show"
	HeldRelease Call[ID, MailRow]    = "held.release"
	HeldDrop    Call[ID, MailRow]    = "held.drop"
)

// HeldRow is a line of "held list".
type HeldRow struct {
	ID       uint64   `json:"id"`
	At       When     `json:"at"`
	Ticket   string   `json:"ticket"`
	Thread   int      `json:"thread"`
	From     string   `json:"from"`
	FromName string   `json:"from_name"`
	Role     string   `json:"role"`
	Subject  string   `json:"subject"`
	Why      string   `json:"why"`
	Reasons  []string `json:"reasons"`
	Proof    string   `json:"proof"`
	Confirm  string   `json:"confirm"` // the queue's row whose answer releases it
}

// Held is a held mail with its bytes.
type Held struct {
	HeldRow
	Source
}

// HeldRow shows a held mail.
func (v View) HeldRow(h rules.Held) HeldRow {
	return HeldRow{
		ID: uint64(h.ID), At: v.when(h.At), Ticket: v.ticket(h.Ticket), Thread: h.Thread, From: string(h.From.Address),
		FromName: h.From.Name, Role: string(h.Role), Subject: h.Subject, Why: string(h.Why), Reasons: reasons(h.Reasons),
		Proof: string(h.Proof.Result), Confirm: string(h.Confirm),
	}
}

func (d *Desk) listHeld(ctx context.Context, l Limit, row func(HeldRow) error) error {
	return each(ctx, d, row, func(tx *store.Tx) []HeldRow { return shown(tx.HeldMails(upTo(MaxRows, l.Limit)), d.View.HeldRow) })
}

func (d *Desk) showHeld(ctx context.Context, which ID, row func(Held) error) error {
	id, err := parseMail(which.ID)
	if err != nil {
		return err
	}
	return one(ctx, d, row, func(tx *store.Tx) (Held, error) {
		h, ok := tx.Held(id)
		if !ok {
			return Held{}, notHeld(id)
		}
		line, _ := tx.Disposition(id)
		raw, err := bytesOf(tx, line.Raw)
		return Held{d.View.HeldRow(h), source(raw)}, err
	})
}

func notHeld(id rules.HeldID) error {
	return notFound("mail %d is not held; \"aboveline held list\" shows those that are", id)
}

func (d *Desk) releaseHeld(ctx context.Context, which ID, row func(MailRow) error) error {
	return d.decideHeld(ctx, which, row, func(ctx context.Context, id rules.HeldID) error {
		return d.Gateway.Release(ctx, id, Operator)
	})
}

func (d *Desk) dropHeld(ctx context.Context, which ID, row func(MailRow) error) error {
	return d.decideHeld(ctx, which, row, d.Gateway.Drop)
}

func (d *Desk) decideHeld(ctx context.Context, which ID, row func(MailRow) error, decide func(context.Context, rules.HeldID) error) error {
	id, err := parseMail(which.ID)
	if err != nil {
		return err
	}
	if err := d.DB.View(ctx, func(tx *store.Tx) error {
		if _, ok := tx.Held(id); !ok {
			return notHeld(id)
		}
		return nil
	}); err != nil {
		return err
	}
	if err := decide(ctx, id); err != nil {
		return err
	}
	return d.ledgerLine(ctx, id, row)
}

// ledgerLine answers with what a mail has become.
func (d *Desk) ledgerLine(ctx context.Context, id rules.MailID, row func(MailRow) error) error {
	return one(ctx, d, row, func(tx *store.Tx) (MailRow, error) {
		line, ok := tx.Disposition(id)
		if !ok {
			return MailRow{}, notFound("mail %d has no line in the ledger", id)
		}
		return d.View.MailRow(line), nil
	})
}
