package mailout

import (
	"context"
	"crypto/x509"
	"log/slog"
	"maps"
	"net"
	"sync"
	"time"

	"aboveline.example/rules"
)

// Outbox is the queue as the courier sees it. Each call is durable when it returns.
type Outbox interface {
	// Claim hands over rows whose time has come, at most max, each leased until now+lease. The attempt is counted
	// BEFORE they are returned, so a mail that kills us is not tried for ever.
	Claim(ctx context.Context, now time.Time, lease time.Duration, max int) ([]rules.Queued, error)
	// Await waits for rows that are entered and due, and hands over and leases those as Claim does, before anybody learns
	// that they are entered. It returns nothing when ctx ends, and may always do so: what it leaves is Claim's.
	Await(ctx context.Context, now func() time.Time, lease time.Duration, max int) ([]rules.Queued, error)
	// Sent records that the peer took the mail on.
	Sent(ctx context.Context, id rules.OutgoingID, a rules.Attempt) error
	// Deferred records a failure that may pass, and when to try again.
	Deferred(ctx context.Context, id rules.OutgoingID, a rules.Attempt, next time.Time) error
	// Uncertain records a connection lost after the dot: the peer may have the mail. The retry sends the same bytes
	// under the same Message-ID.
	Uncertain(ctx context.Context, id rules.OutgoingID, a rules.Attempt, next time.Time) error
	// Refused records the end: an entry on the ticket and a mail to staff, by the one who implements it.
	Refused(ctx context.Context, id rules.OutgoingID, a rules.Attempt) error
	// NextSend is when the next row's time comes, zero where nothing waits.
	NextSend(ctx context.Context) (time.Time, error)
}

// Signer writes the header fields that go before a mail, signatures that cover it. The same mail gives the same
// fields: what is tried again must be the same to the byte.
type Signer interface {
	Sign(mail []byte) (fields []byte, err error)
}

// CourierOptions say where mail goes and who takes it there.
type CourierOptions struct {
	Smarthost   Smarthost // zero: nothing is sent, rows stay waiting
	Username    string    // "" for no login
	Password    func() (string, error)
	Bearer      Bearer // in place of a password
	Hostname    string // what we call ourselves
	Connections int    // at the same time; 0 is 4. A crash can send as many mails twice
	Signer      Signer // nil: mails go unsigned
	// Roots are the certificates to trust, nil for the system's. They are asked for at each connection.
	Roots func() (*x509.CertPool, error)
	Log   *slog.Logger // nil: silence
	Now   func() time.Time
	Dial  func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Bounds of the courier's work. A row stays leased for long enough that a slow peer ends first; if we die, it is
// free again after that. The lease does not guard against ourselves: what is in hand is never taken twice.
const (
	lease       = 20 * time.Minute
	perMail     = 15 * time.Minute // from the first byte to the record
	recordWait  = 30 * time.Second // to record what became of a mail, also while we are stopped
	storeRetry  = 5 * time.Second  // after an outbox that does not answer
	recordRetry = time.Second      // after a record that was not kept
	claimFactor = 16               // rows claimed for each connection: one commit for as many as doors put into one
)

// Courier delivers what waits in the outbox. It is safe for use by many goroutines; Run is called once.
type Courier struct {
	o      CourierOptions
	outbox Outbox
	blobs  Blobs
	log    log
	wake   chan struct{}
	landed chan struct{} // a row came back
	clerks chan struct{} // places for mails between their dot and their record: a crash sends these again
	pool   pool
	health health

	mu     sync.Mutex
	inHand map[rules.OutgoingID]bool
}

// NewCourier returns a courier; nothing happens before Run.
func NewCourier(o CourierOptions, outbox Outbox, blobs Blobs) *Courier {
	if o.Connections <= 0 {
		o.Connections = 4
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: dialWait}).DialContext
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Roots == nil {
		o.Roots = func() (*x509.CertPool, error) { return nil, nil }
	}
	if o.Password == nil {
		o.Password = func() (string, error) { return "", nil }
	}
	return &Courier{o: o, outbox: outbox, blobs: blobs, log: log{o.Log}, wake: make(chan struct{}, 1),
		landed: make(chan struct{}, 1), clerks: make(chan struct{}, o.Connections),
		inHand: map[rules.OutgoingID]bool{}}
}

// Wake tells that there may be something to send. It carries nothing: the woken courier asks the outbox.
func (c *Courier) Wake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Ask is Wake by a person who wants to know: what failed before is asked now, though its next try was to be later.
func (c *Courier) Ask() {
	c.health.ask(c.o.Now())
	c.Wake()
}

// NextTry is when the smarthost is asked again where it did not take us in, zero where it did. It may lie in the past:
// then it is asked with the next mail.
func (c *Courier) NextTry() time.Time { return c.health.again() }

// Run sends until accepting ends, finishes what is in hand, and returns. When working ends, it stops in the middle:
// a mail before its dot goes back to the queue, one after it is uncertain. Failures are recorded with the rows and
// retried; the error is always nil for now, and a caller need not restart it.
func (c *Courier) Run(accepting, working context.Context) error {
	if !c.o.Smarthost.Configured() {
		c.log.idle()
		<-accepting.Done()
		return nil
	}
	// The queue holds a claim, so that the crew has work while the next claim is on its way to the disk. Records go
	// there beside the next mail for the same reason: together they share commits.
	queue := make(chan rules.Queued, claimFactor*c.o.Connections)
	var crew, records sync.WaitGroup
	for range c.o.Connections {
		crew.Go(func() {
			for q := range queue {
				keep := c.carry(working, &q)
				records.Go(func() {
					keep()
					<-c.clerks
				})
			}
		})
	}
	c.dispatch(accepting, queue)
	close(queue)
	crew.Wait()
	records.Wait()
	c.pool.close()
	return nil
}

// dispatch claims rows and hands them to the crew until accepting ends. Channels carry wake-ups only: each round asks
// the outbox again.
func (c *Courier) dispatch(accepting context.Context, queue chan<- rules.Queued) {
	for accepting.Err() == nil {
		now := c.o.Now()
		most := claimFactor * c.o.Connections
		wait, probe := c.health.open(now)
		if !wait.IsZero() {
			c.sleep(accepting, wait.Sub(now), nil)
			continue
		}
		if probe {
			most = 1
		}
		held := c.held()
		rows, err := c.outbox.Claim(accepting, now, lease, most)
		if err != nil {
			if accepting.Err() == nil {
				c.log.outbox("claim", err)
				c.sleep(accepting, storeRetry, nil)
			}
			continue
		}
		rows = c.take(rows, held)
		switch {
		case len(rows) > 0:
		case probe:
			c.rest(accepting, now, nil)
		default:
			rows = c.await(accepting, now, most)
		}
		for _, q := range rows {
			queue <- q
		}
		if probe && len(rows) > 0 {
			c.settle(accepting, rows[0].ID)
		}
	}
}

// await rests, and takes rows on that are entered meanwhile. Those are new, and so in nobody's hand.
func (c *Courier) await(accepting context.Context, now time.Time, most int) []rules.Queued {
	ctx, stop := context.WithCancel(accepting)
	defer stop()
	var rows []rules.Queued
	var err error
	found := make(chan struct{})
	go func() {
		defer close(found)
		rows, err = c.outbox.Await(ctx, c.o.Now, lease, most)
	}()
	c.rest(accepting, now, found)
	stop()
	<-found
	if err != nil && accepting.Err() == nil {
		c.log.outbox("await", err)
		c.sleep(accepting, storeRetry, nil)
	}
	return c.take(rows, nil)
}

// settle waits for a probe to come back: until the smarthost is known to be up, nothing else is claimed.
func (c *Courier) settle(accepting context.Context, id rules.OutgoingID) {
	for accepting.Err() == nil {
		c.mu.Lock()
		busy := c.inHand[id]
		c.mu.Unlock()
		if !busy {
			return
		}
		select {
		case <-accepting.Done():
		case <-c.landed:
		}
	}
}

// rest sleeps until the next row's time, or until rows are found.
func (c *Courier) rest(accepting context.Context, now time.Time, found <-chan struct{}) {
	next, err := c.outbox.NextSend(accepting)
	switch {
	case err != nil:
		if accepting.Err() == nil {
			c.log.outbox("next send", err)
		}
		c.sleep(accepting, storeRetry, found)
	case next.IsZero():
		c.sleep(accepting, -1, found)
	default:
		// At least a moment: a row that is due but not ours to take (it is in hand) must not keep us spinning.
		c.sleep(accepting, max(next.Sub(now), 50*time.Millisecond), found)
	}
}

// sleep ends at a wake-up, when rows are found, when d is over or when accepting ends. A negative d has no end of its
// own, and nil finds nothing.
func (c *Courier) sleep(accepting context.Context, d time.Duration, found <-chan struct{}) {
	var over <-chan time.Time
	if d >= 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		over = t.C
	}
	select {
	case <-accepting.Done():
	case <-c.wake:
	case <-found:
	case <-over:
	}
}

// held are the rows in hand. Only the dispatcher adds to them.
func (c *Courier) held() map[rules.OutgoingID]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.inHand)
}

// take marks claimed rows as ours, BEFORE the first of them is handed on, and leaves out those that were in hand when
// they were claimed: their lease ended while they waited for their turn, and they may have gone out since.
func (c *Courier) take(rows []rules.Queued, held map[rules.OutgoingID]bool) []rules.Queued {
	c.mu.Lock()
	defer c.mu.Unlock()
	ours := rows[:0:0]
	for _, q := range rows {
		if !held[q.ID] {
			c.inHand[q.ID] = true
			ours = append(ours, q)
		}
	}
	return ours
}

// land tells that a row came back, to a dispatcher that waits for its probe.
func (c *Courier) land() {
	select {
	case c.landed <- struct{}{}:
	default:
	}
}

func (c *Courier) drop(id rules.OutgoingID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.inHand, id)
}
