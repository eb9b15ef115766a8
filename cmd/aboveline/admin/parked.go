package admin

import (
	"context"

	"aboveline.example/rules"
	"aboveline.example/store"
)

// Operations on mails that broke something.
const (
	ParkedList  Call[Limit, ParkedRow] = "parked.list"
	ParkedShow  Call[ID, Parked]       = "parked.show"
	ParkedRetry Call[ID, MailRow]      = "parked.retry"
)

// ParkedRow is a line of "parked list".
type ParkedRow struct {
	ID      uint64 `json:"id"`
	At      When   `json:"at"`
	From    string `json:"from"`
	Subject string `json:"subject"`
	Door    string `json:"door"`
	Error   string `json:"error"`
	Tries   int    `json:"tries"`
	UID     uint32 `json:"uid"` // in its mailbox, where its bytes never came; else 0
}

// Parked is a parked mail with its bytes and the whole error.
type Parked struct {
	ParkedRow
	Detail   string   `json:"detail"`
	Envelope Envelope `json:"envelope"`
	Source
}

// ParkedRow shows a parked mail.
func (v View) ParkedRow(p rules.Parked) ParkedRow {
	return ParkedRow{
		ID: uint64(p.ID), At: v.when(p.At), From: p.From, Subject: p.Subject, Door: p.Envelope.Door, Error: p.Error,
		Tries: p.Tries, UID: p.UID,
	}
}

func (d *Desk) listParked(ctx context.Context, l Limit, row func(ParkedRow) error) error {
	return each(ctx, d, row, func(tx *store.Tx) []ParkedRow { return shown(tx.ParkedMails(upTo(MaxRows, l.Limit)), d.View.ParkedRow) })
}

func (d *Desk) showParked(ctx context.Context, which ID, row func(Parked) error) error {
	id, err := parseMail(which.ID)
	if err != nil {
		return err
	}
	return one(ctx, d, row, func(tx *store.Tx) (Parked, error) {
		p, err := d.findParked(tx, id)
		if err != nil {
			return Parked{}, err
		}
		raw, err := bytesOf(tx, p.Raw)
		return Parked{d.View.ParkedRow(p), p.Detail, envelope(p.Envelope), source(raw)}, err
	})
}

func (d *Desk) findParked(tx *store.Tx, id rules.MailID) (rules.Parked, error) {
	p, ok := tx.Parked(id)
	if !ok {
		return p, notFound("mail %d is not parked; \"aboveline parked list\" shows those that are", id)
	}
	return p, nil
}

func (d *Desk) retryParked(ctx context.Context, which ID, row func(MailRow) error) error {
	id, err := parseMail(which.ID)
	if err != nil {
		return err
	}
	if err := d.DB.View(ctx, func(tx *store.Tx) error {
		p, err := d.findParked(tx, id)
		if err == nil && p.Raw == "" {
			err = &Error{CodeRefused, "its bytes never came, so there is nothing to try again; take it out of its mailbox by hand"}
		}
		return err
	}); err != nil {
		return err
	}
	if err := d.Gateway.Retry(ctx, id); err != nil {
		return err
	}
	return d.ledgerLine(ctx, id, row)
}
