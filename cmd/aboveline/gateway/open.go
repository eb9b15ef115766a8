package gateway

import (
	"context"
	"log/slog"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/mailin"
	"aboveline.example/mailin/mime"
	"aboveline.example/mailin/proof"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// Open opens the store that a configuration names and makes a gateway over it. Closing the store is the caller's.
func Open(cfg *config.Config, log *slog.Logger) (*Gateway, *store.DB, error) {
	db, err := store.Open(string(cfg.Store.Path), store.Options{Log: log})
	if err != nil {
		return nil, nil, err
	}
	desk, err := cfg.Desk()
	if err == nil {
		var g *Gateway
		if g, err = New(db, desk, cfg.Wording(), log); err == nil {
			g.prover = proof.New(proof.Options{Resolver: proof.NewResolver(string(cfg.DNS.Server)), Log: log})
			return g, db, nil
		}
	}
	if e := db.Close(); e != nil {
		log.Error("store not closed", "err", e)
	}
	return nil, nil, err
}

// Intake is what all doors of this gateway share.
func (g *Gateway) Intake(cfg *config.Config) *mailin.Intake {
	return mailin.NewIntake(g, g.prover, mailin.Options{Log: g.log, MaxSize: int64(cfg.Mailin.MaxSize), Read: g.read})
}

// read reads a mail with what the desk knows of its own.
func (g *Gateway) read(a rules.Arrival) *rules.Mail {
	p := g.policy.Load()
	return mailin.Reader{Marks: p.desk.Marks, Known: g.sentTexts, Names: p.names}.Read(a)
}

// maxKnown is how many of our mails that a mail answers are compared with it: the one it quotes is among the newest.
const maxKnown = 3

// sentTexts are the texts of our mails under these ids.
func (g *Gateway) sentTexts(ids []rules.MessageID) []string {
	rows := g.Desk().SentAs(ids)
	if len(rows) == 0 {
		return nil
	}
	var texts []string
	err := g.db.View(context.Background(), func(tx *store.Tx) error {
		for _, id := range rows[:min(len(rows), maxKnown)] {
			row, ok := tx.Sent(id)
			if !ok {
				continue
			}
			var raw []byte
			for _, p := range row.Wire {
				raw = append(raw, p.Text...)
			}
			texts = append(texts, mime.Read(raw).Plain)
		}
		return nil
	})
	if err != nil {
		g.log.Debug("own mails not compared", "err", err)
	}
	return texts
}

// Take is the pipe's door: one mail, read, decided and kept.
func (g *Gateway) Take(cfg *config.Config) func(context.Context, rules.Arrival) error {
	in := roomy{g.Intake(cfg), g.roomFor(cfg)}
	return func(ctx context.Context, a rules.Arrival) error {
		a.Envelope.Door = "pipe"
		a.Envelope.AuthservID = cfg.Mailin.Pipe.AuthservID
		a.Envelope.Relay = a.Envelope.AuthservID != ""
		return in.Take(ctx, a)
	}
}
