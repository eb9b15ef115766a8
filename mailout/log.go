package mailout

import (
	"log/slog"
	"time"

	"aboveline.example/rules"
)

// log holds every line the courier writes, so that its vocabulary can be read in one place. Peers' words are cut and
// quoted; addresses and ids are ours.
type log struct{ *slog.Logger }

func (l log) idle() { l.Info("no smarthost configured, mail stays in the queue") }

// tried is one line for each try that an operator would tell a customer about.
func (l log) tried(q *rules.Queued, v verdict, a rules.Attempt, next time.Time) {
	args := []any{"ticket", uint64(q.Ticket), "out", string(q.ID), "msgid", string(q.MessageID), "to", string(q.To.Address),
		"attempt", q.Attempts, "code", a.Reply.Code, "took", a.Took.Round(time.Millisecond)}
	why := []any{"phase", a.Reply.Phase, "reason", cut(a.Reply.Text)}
	switch v {
	case sent:
		l.Info("mail sent", args...)
	case deferred:
		l.Info("mail deferred", append(append(args, "next", next), why...)...)
	case uncertain:
		l.Warn("mail uncertain: the connection was lost after the final dot", append(append(args, "next", next), why...)...)
	case refused:
		l.Warn("mail refused", append(args, why...)...)
	}
}

func (l log) down(a rules.Attempt, until time.Time, failures int) {
	l.Warn("smarthost does not take us in", "to", a.Peer, "attempt", failures, "next", until, "code", a.Reply.Code,
		"err", cut(a.Reply.Text))
}

func (l log) up(peer string) { l.Info("smarthost takes us in again", "to", peer) }

func (l log) outbox(doing string, err error) { l.Error("outbox: "+doing, "err", err) }

func cut(s string) string { return oneLine(s, 120) }
