package gateway

import (
	"context"

	"aboveline.example/rules"
	"aboveline.example/store"
)

// outbox is the store's outbox, with refusals taken through the rules: a mail that will never arrive ends as an
// entry on its ticket and a mail to staff, in the transaction that takes it out of the queue.
type outbox struct {
	*store.DB
	g *Gateway
}

func (o outbox) Refused(ctx context.Context, id rules.OutgoingID, a rules.Attempt) error {
	return o.g.decide(ctx, func(tx *store.Tx) (rules.Event, error) {
		row, ok := tx.Sent(id)
		if !ok {
			return nil, nil
		}
		if err := tx.Refused(id, a); err != nil {
			return nil, err
		}
		return rules.SendRefused{Row: row.Outgoing, Reply: a.Reply}, nil
	})
}
