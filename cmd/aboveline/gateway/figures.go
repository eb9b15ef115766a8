package gateway

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"time"

	"aboveline.example/cmd/aboveline/alarm"
	"aboveline.example/cmd/aboveline/metrics"
	"aboveline.example/mailout"
	"aboveline.example/rules"
)

// counted counts what a decision did, after its commit.
func (g *Gateway) counted(d rules.Decision) {
	if d.Disposition.Kind != "" {
		g.counts.Mail(d.Disposition.Door, d.Disposition.Kind)
	}
	for _, o := range d.Send {
		if o.Hold != "" {
			g.counts.HeldBack(o.Hold)
		}
	}
}

// phaseHold is how the courier records that it did not ask: the destination was failing for others.
const phaseHold = "hold"

// counting is an outbox that is told of every try, and remembers how the smarthost fares.
type counting struct {
	mailout.Outbox
	counts *metrics.Counts
	host   *smarthost
}

func (c counting) Sent(ctx context.Context, id rules.OutgoingID, a rules.Attempt) error {
	c.heard(metrics.Sent, a)
	return c.Outbox.Sent(ctx, id, a)
}

func (c counting) Deferred(ctx context.Context, id rules.OutgoingID, a rules.Attempt, next time.Time) error {
	c.heard(metrics.Deferred, a)
	return c.Outbox.Deferred(ctx, id, a, next)
}

func (c counting) Uncertain(ctx context.Context, id rules.OutgoingID, a rules.Attempt, next time.Time) error {
	c.heard(metrics.Uncertain, a)
	return c.Outbox.Uncertain(ctx, id, a, next)
}

func (c counting) Refused(ctx context.Context, id rules.OutgoingID, a rules.Attempt) error {
	c.heard(metrics.Refused, a)
	return c.Outbox.Refused(ctx, id, a)
}

func (c counting) heard(o metrics.Outcome, a rules.Attempt) {
	if a.Reply.Phase == phaseHold {
		return // nobody was asked
	}
	c.counts.Send(o)
	c.host.heard(a)
}

// smarthost is how it has been answering since start.
type smarthost struct {
	mu    sync.Mutex // guards state
	state alarm.Smarthost
}

// heard notes what a try says of the smarthost itself: one that does not take us in, or sends us away (421), fails,
// whatever it says of a single mail.
func (h *smarthost) heard(a rules.Attempt) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := a.At.Add(a.Took)
	if a.Reply.Phase != "connect" && a.Reply.Code != 421 {
		h.state = alarm.Smarthost{LastAnswer: at}
		return
	}
	if h.state.FailingSince.IsZero() {
		h.state.FailingSince = at
	}
	h.state.Error = a.Reply.Text
}

func (h *smarthost) read() alarm.Smarthost {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state
}

// state is the gateway as alarm and figures see it.
func (s *serving) state(ctx context.Context) (alarm.Reading, error) {
	ages, err := s.db.Ages(ctx)
	if err != nil {
		return alarm.Reading{}, err
	}
	r := alarm.Reading{Polls: s.lastPolls(), OldestHeld: ages.Held, OldestParked: ages.Parked, Smarthost: s.host.read(),
		CanarySent: s.canary.oldest()}
	if !s.cfg.Mailout.Smarthost.IsZero() {
		r.OldestWaiting = ages.Waiting
	}
	if free, err := diskFree(s.db.Dir()); err == nil {
		r.Free, r.Need = free, max(lowWater, 3*int64(s.cfg.Mailin.MaxSize))
	}
	return r, nil
}

// lastPolls are all configured mailboxes, those that were never reached, too.
func (s *serving) lastPolls() []alarm.Poll {
	s.polls.mu.Lock()
	defer s.polls.mu.Unlock()
	var all []alarm.Poll
	for i := range s.cfg.Mailin.IMAP {
		name := pollerName(s.cfg.Mailin.IMAP, i)
		state := s.polls.states[name]
		all = append(all, alarm.Poll{Mailbox: name, Last: state.LastPoll, Error: state.Error})
	}
	return all
}

// figures are everything that /metrics shows.
func (s *serving) figures(ctx context.Context) (metrics.Reading, error) {
	r := metrics.Reading{At: s.clock.now(), Started: s.started, Version: s.o.Version, Canary: s.canary.last()}
	var err error
	if r.Stats, err = s.db.Stats(ctx); err != nil {
		return r, err
	}
	if r.State, err = s.state(ctx); err != nil {
		return r, err
	}
	r.Troubles, _, err = s.alarms.Troubles()
	return r, err
}

// diskFree is the room where dir is, in bytes.
func diskFree(dir string) (int64, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, fmt.Errorf("ask %s for its room: %w", dir, err)
	}
	return int64(fs.Bavail) * int64(fs.Bsize), nil
}
