package imap

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Poller takes the mail of one mailbox. It is made by [New] and used by one Run at a time.
type Poller struct {
	o       Options
	server  Server
	key     string // of the cursor
	taker   Taker
	parker  Parker
	cursors Cursors
	log     maillog
	state   State
	alerts  string // the last ALERT told

	failing  Phase // how connections end at present
	failures int   // in a row

	// What is known of the mailbox in this epoch (UIDVALIDITY). It outlives connections; the cursor outlives us.
	epoch    uint32
	last     uint32          // everything up to it is settled, as the store knows
	settled  map[uint32]bool // above last: taken, deleted, gone or parked
	owed     []uint32        // taken, to be marked or moved
	copied   map[uint32]bool // of owed: copied already
	refused  string          // the last refusal to mark that was told
	suspects map[uint32]bool // may have killed a connection: fetched one by one
	unfits   map[uint32]int  // did not come as they should: how often
	partial  partial
}

// New makes a poller. The error is about the options and written for the operator.
func New(o Options, taker Taker, parker Parker, cursors Cursors) (*Poller, error) {
	o, server, err := o.complete()
	if err != nil {
		return nil, fmt.Errorf("imap mailbox %.60q: %w", o.Name, err)
	}
	p := &Poller{
		o: o, server: server, taker: taker, parker: parker, cursors: cursors,
		// Another account or server is another mailbox, whatever it is called.
		key:   o.Username + "@" + server.Address() + "/" + o.Mailbox,
		log:   maillog{o.Log.With("mailbox", o.Name)},
		state: State{Name: o.Name},
	}
	return p, nil
}

// How long we wait between connections: doubled each time, with jitter, from the first figure to the second. A server
// that cannot be reached costs nobody anything, and is noticed within a minute and a half of its return, however long
// it was away. One that answers and has trouble is left more alone; credentials are mended by people, and servers lock
// out who tries often.
const (
	lastReach                     = time.Minute
	firstRetry, lastRetry         = time.Second, 5 * time.Minute
	firstAuthRetry, lastAuthRetry = time.Minute, 15 * time.Minute
)

// Run polls until accepting ends, then finishes the batch in hand and returns; when working ends it drops everything
// and returns. What was taken is durable in either case.
func (p *Poller) Run(accepting, working context.Context) {
	defer p.phase(PhaseStopped, nil)
	for accepting.Err() == nil {
		polled := p.state.LastPoll
		err := p.run(accepting, working)
		if err == nil || accepting.Err() != nil {
			continue
		}
		if p.state.LastPoll != polled {
			p.failures = 0
		}
		pause(accepting, p.failed(err))
	}
}

// Look logs in and out again, as Run does, and says how many mails lie there. Nothing is read or marked. Where the login
// was refused the error is ErrAuth; where the server has no such mailbox, a *Refusal.
func (p *Poller) Look(ctx context.Context) (mails uint32, err error) {
	s, err := p.connect(ctx)
	if err != nil {
		return 0, err
	}
	s.leave()
	return s.mails, nil
}

// failed tells why a connection ended and returns how long to wait before the next.
func (p *Poller) failed(err error) time.Duration {
	phase, tell, first, last := PhaseDown, p.log.down, firstRetry, lastRetry
	if errors.Is(err, ErrAuth) {
		phase, tell, first, last = PhaseAuthFailed, p.log.authFailed, firstAuthRetry, lastAuthRetry
	} else if _, ok := errors.AsType[stalled](err); ok {
		phase, tell = PhaseStalled, p.log.stalled
	} else if _, ok := errors.AsType[unreached](err); ok {
		last = lastReach
	}
	if p.failing != phase {
		p.failing, p.failures = phase, 0
	}
	wait := backoff(first, last, p.failures)
	p.failures++
	p.state.Next = time.Now().Add(wait)
	p.phase(phase, err)
	tell(err, wait)
	return wait
}

// backoff is first·2ⁿ up to last, less up to a quarter so that many pollers do not come at once.
func backoff(first, last time.Duration, n int) time.Duration {
	d := min(last, first<<min(n, 20))
	return d - rand.N(d/4+1)
}

// run is one connection from beginning to end. It returns nil when accepting ended.
func (p *Poller) run(accepting, working context.Context) error {
	p.phase(PhaseConnecting, nil)
	s, err := p.connect(accepting)
	if err != nil {
		return err
	}
	defer s.close()
	defer context.AfterFunc(working, func() { s.conn.Close() })()
	if err := p.begin(working, s); err != nil {
		return err
	}
	p.log.connected(p.server.Address(), p.last)
	for accepting.Err() == nil {
		s.woken() // news from before the search is in it
		if err := p.drain(accepting, working, s); err != nil {
			return err
		}
		if accepting.Err() != nil {
			break
		}
		p.state.LastPoll = time.Now()
		p.phase(PhaseWaiting, nil)
		if err := p.rest(accepting, s); err != nil {
			return err
		}
	}
	s.leave()
	return nil
}

// begin finds out where to go on. UIDs mean what they meant only within one UIDVALIDITY (RFC 3501, section 2.3.1.1);
// a UIDNEXT at or below the cursor shows a server that began anew and did not say so.
func (p *Poller) begin(ctx context.Context, s *session) error {
	validity, last, known, err := p.cursors.Cursor(ctx, p.key)
	if err != nil {
		return fmt.Errorf("read the cursor: %w", stall(err))
	}
	again := ""
	switch {
	case !known && p.epoch == s.validity: // nothing was settled yet, but suspects are remembered
	case !known:
		p.forget(s.validity, 0)
	case validity != s.validity:
		again = "uidvalidity"
	case s.uidNext != 0 && s.uidNext <= last:
		again = "uidnext"
	case s.guard.notSticky.Load():
		again = "uidnotsticky"
	case p.epoch != validity || p.last != last:
		p.forget(validity, last)
	}
	if again == "" {
		return nil
	}
	p.log.rescan(again, validity, s.validity, last, s.uidNext)
	p.forget(s.validity, 0)
	if err := p.cursors.SetCursor(ctx, p.key, s.validity, 0); err != nil {
		p.epoch = 0 // so that the next connection does not take the old cursor for ours
		return fmt.Errorf("reset the cursor: %w", stall(err))
	}
	return nil
}

// forget begins an epoch: nothing is known above last.
func (p *Poller) forget(epoch, last uint32) {
	p.epoch, p.last = epoch, last
	p.settled, p.suspects, p.unfits = map[uint32]bool{}, map[uint32]bool{}, map[uint32]int{}
	p.owed, p.copied, p.partial = nil, map[uint32]bool{}, partial{}
}

// phase reports a change.
func (p *Poller) phase(phase Phase, err error) {
	if p.state.Phase != phase {
		p.state.Phase, p.state.Since = phase, time.Now()
	}
	p.state.Error = ""
	if err != nil {
		p.state.Error = printable(err.Error(), maxText)
	} else {
		p.state.Next = time.Time{}
	}
	p.state.UIDValidity, p.state.LastUID = p.epoch, p.last
	p.o.OnState(p.state)
}

// alerted tells the operator what the server wants told (RFC 3501, section 7.1), once. It runs on the library's
// reading goroutine, one at a time.
func (p *Poller) alerted(text string) {
	if p.alerts == text {
		return
	}
	p.alerts = text
	p.log.alert(text)
}
