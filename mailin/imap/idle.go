package imap

import (
	"context"
	"math/rand/v2"
	"time"

	imap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// minPause is the least time between two polls, however eager the server's news are.
const minPause = 250 * time.Millisecond

// rest waits for news, for the time of the next poll, or for the end. IDLE only makes it quicker: a server that
// forgets to tell, or a NAT that forgot the connection, costs no more than the poll interval.
func (p *Poller) rest(accepting context.Context, s *session) error {
	next := time.Now().Add(p.o.Poll + rand.N(p.o.Poll))
	pause(accepting, minPause)
	for accepting.Err() == nil && time.Now().Before(next) {
		stretch := min(p.o.IdleRestart, time.Until(next))
		news, err := s.listen(accepting, stretch)
		if err != nil {
			return err
		}
		// A command with an answer tells a live connection from one that only looks so. It also makes the server tell
		// what is new where there is no IDLE.
		if err := s.do("noop", pingTimeout, func() error { return s.c.Noop().Wait() }); err != nil {
			return err
		}
		if news || s.woken() {
			return nil
		}
	}
	return nil
}

// listen waits at most d for news, in IDLE where the server has it (RFC 2177).
func (s *session) listen(ctx context.Context, d time.Duration) (news bool, err error) {
	var idle *imapclient.IdleCommand
	if s.caps.Has(imap.CapIdle) && !s.noIdle {
		err := s.do("idle", pingTimeout, func() (err error) {
			idle, err = s.c.Idle()
			return err
		})
		if dead(err) != nil {
			return false, err
		}
		s.noIdle = err != nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	news = s.await(ctx, t.C)
	if s.noIdle || idle == nil {
		return news, nil
	}
	return news, s.do("end of idle", pingTimeout, func() error {
		if err := idle.Close(); err != nil {
			return err
		}
		return idle.Wait()
	})
}

// await returns true when there is news, false when time is up, the connection is gone or ctx ends.
func (s *session) await(ctx context.Context, up <-chan time.Time) bool {
	select {
	case <-s.wake:
		return true
	case <-up:
	case <-ctx.Done():
	case <-s.c.Closed():
	}
	return false
}

// woken takes news that came meanwhile.
func (s *session) woken() bool {
	select {
	case <-s.wake:
		return true
	default:
		return false
	}
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
