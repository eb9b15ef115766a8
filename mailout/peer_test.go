package mailout

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"aboveline.example/rules"
)

// peer is a smarthost that misbehaves on order. It speaks over net.Pipe, so it lives in virtual time.
type peer struct {
	mu       sync.Mutex
	fault    func(phase string, n int) string // what to do in a phase, the n-th time it is reached: "" is to behave
	reached  map[string]int
	mails    []string // what was taken on, as received
	dials    int
	commands []string
	offer    []string // EHLO keywords
}

func (p *peer) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	p.mu.Lock()
	p.dials++
	p.mu.Unlock()
	switch p.meet("connect") {
	case "RST":
		return nil, errors.New("connection refused")
	case "stall":
		<-ctx.Done()
		return nil, ctx.Err()
	}
	ours, theirs := net.Pipe()
	go p.serve(theirs)
	return ours, nil
}

// meet counts a phase and asks for the fault.
func (p *peer) meet(phase string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reached == nil {
		p.reached = map[string]int{}
	}
	p.reached[phase]++
	if p.fault == nil {
		return ""
	}
	return p.fault(phase, p.reached[phase])
}

var errCut = errors.New("cut")

// answer says ok, or what the fault wants in place of it; good says which.
func (p *peer) answer(conn net.Conn, phase, ok string) (good bool, err error) {
	return p.say(conn, p.meet(phase), ok)
}

func (p *peer) say(conn net.Conn, fault, ok string) (good bool, err error) {
	switch fault {
	case "":
		_, err := io.WriteString(conn, ok+"\r\n")
		return true, err
	case "RST":
		return false, errCut
	case "stall":
		_, _ = io.Copy(io.Discard, conn) // until the other side gives up
		return false, errCut
	}
	_, err = io.WriteString(conn, fault+"\r\n")
	if strings.HasPrefix(fault, "421") {
		return false, errCut
	}
	return false, err
}

func (p *peer) serve(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	if _, err := p.answer(conn, "greeting", "220 sink.example"); err != nil {
		return
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		p.mu.Lock()
		p.commands = append(p.commands, line)
		p.mu.Unlock()
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		switch verb {
		case "EHLO":
			_, err = p.answer(conn, "ehlo", strings.Join(append([]string{"250-sink.example"}, p.offer...), "\r\n250-")+"\r\n250 OK")
		case "MAIL":
			_, err = p.answer(conn, "mail", "250 ok")
		case "RCPT":
			_, err = p.answer(conn, "rcpt", "250 ok")
		case "DATA":
			var good bool
			if good, err = p.answer(conn, "data", "354 go on"); good && err == nil {
				err = p.take(conn, r)
			}
		case "QUIT":
			_, _ = io.WriteString(conn, "221 bye\r\n")
			return
		default:
			_, err = io.WriteString(conn, "250 ok\r\n")
		}
		if err != nil {
			return
		}
	}
}

// take reads a mail to its dot. The phase "body" is half-way through it, "dot" is the answer; "dot-lost" takes the
// mail on and then loses the connection.
func (p *peer) take(conn net.Conn, r *bufio.Reader) error {
	var b strings.Builder
	for n := 0; ; n++ {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		if line == ".\r\n" {
			break
		}
		b.WriteString(strings.TrimPrefix(line, "."))
		if n == 3 {
			switch p.meet("body") {
			case "":
			case "stall":
				time.Sleep(writeWait + 10*time.Second) // virtual; the other side gives up first
				return errCut
			default:
				conn.Close()
				return errCut
			}
		}
	}
	lost, fault := p.meet("dot-lost"), ""
	if lost == "" {
		fault = p.meet("dot")
	}
	if fault == "" {
		p.mu.Lock()
		p.mails = append(p.mails, b.String())
		p.mu.Unlock()
	}
	if lost != "" {
		fault = lost
	}
	_, err := p.say(conn, fault, fmt.Sprintf("250 2.0.0 queued as %d", b.Len()))
	return err
}

// outbox keeps rows in memory, as the store does on disk.
type outbox struct {
	mu     sync.Mutex
	rows   map[rules.OutgoingID]*rules.Queued
	order  []rules.OutgoingID
	claims int
	fail   func(op string) error
	done   chan struct{} // closed when every row has ended
	tried  chan struct{} // a row was tried
	left   int
	unsure map[rules.OutgoingID]int // uncertain tries; a row keeps its newest tries only
	enters chan rules.Queued        // rows that Await hands over
}

func newOutbox(rows ...rules.Queued) *outbox {
	o := &outbox{unsure: map[rules.OutgoingID]int{}, rows: map[rules.OutgoingID]*rules.Queued{}, done: make(chan struct{}), tried: make(chan struct{}, 1), left: len(rows)}
	for _, q := range rows {
		q.State = rules.QueueWaiting
		o.rows[q.ID] = &q
		o.order = append(o.order, q.ID)
	}
	return o
}

func (o *outbox) failing(op string) error {
	if o.fail == nil {
		return nil
	}
	return o.fail(op)
}

func (o *outbox) Claim(_ context.Context, now time.Time, lease time.Duration, most int) ([]rules.Queued, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.claims++
	if err := o.failing("claim"); err != nil {
		return nil, err
	}
	var out []rules.Queued
	for _, id := range o.order {
		q := o.rows[id]
		due := q.State == rules.QueueWaiting || q.State == rules.QueueUncertain || q.State == rules.QueueSending && q.Lease.Before(now)
		if len(out) == most || !due || q.Next.After(now) {
			continue
		}
		q.State, q.Lease = rules.QueueSending, now.Add(lease)
		q.Attempts++
		out = append(out, *q)
	}
	return out, nil
}

// Await hands over nothing but what a test enters: a courier must do without.
func (o *outbox) Await(ctx context.Context, now func() time.Time, lease time.Duration, _ int) ([]rules.Queued, error) {
	select {
	case <-ctx.Done():
		return nil, nil
	case q := <-o.enters:
		o.mu.Lock()
		defer o.mu.Unlock()
		q.State, q.Lease, q.Attempts = rules.QueueSending, now().Add(lease), 1
		o.rows[q.ID] = &q
		o.order = append(o.order, q.ID)
		return []rules.Queued{q}, nil
	}
}

func (o *outbox) end(op string, id rules.OutgoingID, a rules.Attempt, s rules.QueueState, next time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.failing(op); err != nil {
		return err
	}
	q := o.rows[id]
	q.State, q.Next = s, next
	q.Tried = append(q.Tried, a)
	if s == rules.QueueUncertain {
		o.unsure[id]++
	}
	if len(q.Tried) > 20 {
		q.Tried = q.Tried[len(q.Tried)-20:]
	}
	select {
	case o.tried <- struct{}{}:
	default:
	}
	if s == rules.QueueSent || s == rules.QueueRefused {
		if o.left--; o.left == 0 {
			close(o.done)
		}
	}
	return nil
}

func (o *outbox) Sent(_ context.Context, id rules.OutgoingID, a rules.Attempt) error {
	return o.end("sent", id, a, rules.QueueSent, time.Time{})
}

func (o *outbox) Deferred(_ context.Context, id rules.OutgoingID, a rules.Attempt, next time.Time) error {
	return o.end("deferred", id, a, rules.QueueWaiting, next)
}

func (o *outbox) Uncertain(_ context.Context, id rules.OutgoingID, a rules.Attempt, next time.Time) error {
	return o.end("uncertain", id, a, rules.QueueUncertain, next)
}

func (o *outbox) Refused(_ context.Context, id rules.OutgoingID, a rules.Attempt) error {
	return o.end("refused", id, a, rules.QueueRefused, time.Time{})
}

func (o *outbox) NextSend(context.Context) (time.Time, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.failing("next"); err != nil {
		return time.Time{}, err
	}
	var next time.Time
	for _, q := range o.rows {
		if (q.State == rules.QueueWaiting || q.State == rules.QueueUncertain) && (next.IsZero() || q.Next.Before(next)) {
			next = q.Next
			if next.IsZero() {
				next = time.Unix(1, 0)
			}
		}
	}
	return next, nil
}

func (o *outbox) row(id rules.OutgoingID) rules.Queued {
	o.mu.Lock()
	defer o.mu.Unlock()
	return *o.rows[id]
}
