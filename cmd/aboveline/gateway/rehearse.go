package gateway

import (
	"context"
	"errors"
	"time"

	"aboveline.example/mailin"
	"aboveline.example/mailin/proof"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// Rehearsed is a mail read for a rehearsal: nobody is written to, and the clock is the mail's.
type Rehearsed struct {
	at     time.Time
	mail   *rules.Mail
	broken error
	raw    []byte
}

// Rehearse reads a mail as the doors do, its author proved by any of the names that are believed.
func Rehearse(ctx context.Context, a rules.Arrival, authservIDs []string) Rehearsed {
	r := Rehearsed{at: a.Received, raw: a.Raw}
	r.mail, r.broken = guarded(mailin.Read, a)
	if r.broken != nil {
		return r
	}
	for _, id := range authservIDs {
		r.mail.Envelope.AuthservID = id
		r.mail.Proof = (proof.Relay{}).Prove(ctx, r.mail)
		if r.mail.Proof.Result != rules.ProofNone {
			break
		}
	}
	return r
}

// Decided is one decision of a rehearsal and the virtual time at which it was made.
type Decided struct {
	At time.Time
	rules.Decision
}

// Rehearse decides about mails in order, each at its own time, with the due times that come in between, and keeps
// the decisions in one transaction. What would be sent is queued without its bytes and never goes out.
func (g *Gateway) Rehearse(ctx context.Context, mails []Rehearsed) ([]Decided, error) {
	p := g.policy.Load()
	var all []Decided
	err := g.update(ctx, func(tx *store.Tx) error {
		all = all[:0]
		decide := func(ev rules.Event, at time.Time) error {
			d := p.desk.Decide(lookup{Tx: tx, watch: g.watch}, ev, at)
			for _, o := range d.Send {
				if err := tx.Enqueue(o, nil); err != nil {
					return err
				}
			}
			all = append(all, Decided{at, d})
			return tx.Apply(d)
		}
		for _, m := range mails {
			if err := rehearseDues(tx, m.at, decide); err != nil {
				return err
			}
			if err := rehearseMail(tx, m, decide, &all); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

func rehearseDues(tx *store.Tx, until time.Time, decide func(rules.Event, time.Time) error) error {
	for {
		due := tx.DuesBefore(until, 1)
		if len(due) == 0 {
			return nil
		}
		if err := decide(rules.DueCame{Due: due[0]}, due[0].At); err != nil {
			return err
		}
	}
}

func rehearseMail(tx *store.Tx, m Rehearsed, decide func(rules.Event, time.Time) error, all *[]Decided) error {
	id := tx.NewMail()
	if m.broken == nil {
		return decide(rules.MailArrived{ID: id, Mail: m.mail}, m.at)
	}
	parked := rules.Parked{ID: id, At: m.at, Error: m.broken.Error()}
	*all = append(*all, Decided{m.at, rules.Decision{Disposition: rules.Disposition{Mail: id, At: m.at, Kind: rules.DisposedParked,
		Reasons: []rules.Reason{{Code: rules.ReasonUnread, Subject: m.broken.Error()}}}}})
	return errors.Join(tx.Park(parked))
}
