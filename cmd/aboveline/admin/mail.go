package admin

import (
	"context"
	"math"

	"aboveline.example/rules"
	"aboveline.example/store"
)

// Operations on the ledger: every mail that came, and what became of it.
const (
	MailList Call[MailFilter, MailRow] = "mail.list"
	MailShow Call[ID, Mail]            = "mail.show"
)

// MailFilter chooses mails; what is empty does not choose.
type MailFilter struct {
	Kind  rules.DispositionKind `json:"kind,omitempty"`
	After uint64                `json:"after,omitempty"` // mails with a higher number
	Limit int                   `json:"limit,omitempty"`
}

// MailRow is a line of "mail list".
type MailRow struct {
	Mail      uint64   `json:"mail"`
	At        When     `json:"at"`
	Kind      string   `json:"kind"` // the disposition
	Ticket    string   `json:"ticket"`
	Of        *uint64  `json:"of"` // the mail that this one repeats
	Door      string   `json:"door"`
	From      string   `json:"from"`
	Subject   string   `json:"subject"`
	MessageID string   `json:"message_id"`
	Size      int64    `json:"size"`
	Reasons   []string `json:"reasons"`
	Reply     string   `json:"reply"` // refused: what the peer was told
}

// Mail is a line of the ledger with the mail itself.
type Mail struct {
	MailRow
	Envelope Envelope `json:"envelope"`
	Source            // empty where its bytes were never kept
}

// Envelope is what the transport said.
type Envelope struct {
	From  string   `json:"from"`
	To    []string `json:"to"`
	Peer  string   `json:"peer"`
	Helo  string   `json:"helo"`
	TLS   bool     `json:"tls"`
	Relay bool     `json:"relay"`
}

// MailRow shows a line of the ledger.
func (v View) MailRow(d rules.Disposition) MailRow {
	r := MailRow{
		Mail: uint64(d.Mail), At: v.when(d.At), Kind: string(d.Kind), Ticket: v.ticket(d.Ticket), Door: d.Door,
		From: string(d.From), Subject: d.Subject, MessageID: string(d.MessageID), Size: d.Size,
		Reasons: reasons(d.Reasons), Reply: d.Reply,
	}
	if d.Of != 0 {
		r.Of = (*uint64)(&d.Of)
	}
	return r
}

// Mail shows a line of the ledger with its mail.
func (v View) Mail(d rules.Disposition, raw []byte) Mail {
	return Mail{v.MailRow(d), envelope(d.Envelope), source(raw)}
}

func envelope(e rules.Envelope) Envelope {
	return Envelope{e.From, list(e.To), e.Peer, e.Helo, e.TLS, e.Relay}
}

// page is how many lines of the ledger one transaction reads.
const page = 500

func (d *Desk) listMails(ctx context.Context, f MailFilter, row func(MailRow) error) error {
	after, left := rules.MailID(f.After), upTo(math.MaxInt, f.Limit)
	for left > 0 {
		var lines []rules.Disposition
		if err := d.DB.View(ctx, func(tx *store.Tx) error {
			lines = tx.Dispositions(after, page)
			return nil
		}); err != nil {
			return err
		}
		for _, line := range lines {
			after = line.Mail
			if f.Kind != "" && line.Kind != f.Kind || left == 0 {
				continue
			}
			left--
			if err := row(d.View.MailRow(line)); err != nil {
				return err
			}
		}
		if len(lines) < page {
			break
		}
	}
	return ctx.Err()
}

func (d *Desk) showMail(ctx context.Context, which ID, row func(Mail) error) error {
	id, err := parseMail(which.ID)
	if err != nil {
		return err
	}
	return one(ctx, d, row, func(tx *store.Tx) (Mail, error) {
		line, ok := tx.Disposition(id)
		if !ok {
			return Mail{}, notFound("no mail %d; \"aboveline mail list\" shows those there are", id)
		}
		raw, err := bytesOf(tx, line.Raw)
		return d.View.Mail(line, raw), err
	})
}

// bytesOf reads a blob, nothing where there is none.
func bytesOf(tx *store.Tx, id rules.BlobID) ([]byte, error) {
	if id == "" {
		return nil, nil
	}
	return tx.Blob(id)
}
