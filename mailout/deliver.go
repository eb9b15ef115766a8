package mailout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-smtp"

	"aboveline.example/rules"
)

// verdict is what became of one try.
type verdict int

const (
	deferred verdict = iota
	sent
	uncertain
	refused
)

// carry tries one row and returns what records the outcome and lets go of the row. A place among the clerks is taken
// then: a mail that met its dot has taken it there.
func (c *Courier) carry(working context.Context, q *rules.Queued) (keep func()) {
	v, a, next := c.try(working, q)
	if a.Reply.Phase != phaseDot {
		c.clerks <- struct{}{}
	}
	return func() {
		defer c.land()
		defer c.drop(q.ID)
		c.record(working, q, v, a, next)
	}
}

// try tries one row. next is when it is tried again, if it has to be.
func (c *Courier) try(working context.Context, q *rules.Queued) (v verdict, a rules.Attempt, next time.Time) {
	now := c.o.Now()
	a = rules.Attempt{At: now, Peer: c.o.Smarthost.Addr()}
	until := c.waits(working, q, now)
	if !until.IsZero() {
		a.Reply = rules.Reply{Phase: phaseHold, Text: "not asked: it was failing for others"}
		return deferred, a, until
	}
	ctx, cancel := context.WithTimeout(working, perMail)
	defer cancel()
	v, r := c.deliver(ctx, q)
	done := c.o.Now()
	a.Reply, a.Took = r, done.Sub(now)
	next = Backoff(q.ID, tries(q)+1, done)
	switch {
	case working.Err() != nil && v == deferred:
		next = done // stopped, not failed
	case r.Phase == phaseConnect || r.Code == 421:
		until, failures := c.health.down(done)
		c.log.down(a, until, failures)
		if v == deferred {
			next = until
		}
	case r.Phase != phaseHold:
		if c.health.up() {
			c.log.up(a.Peer)
		}
		c.health.heard(q.To.Address.Domain(), r, done)
	}
	if v != sent && v != refused && spent(q, done) {
		v = refused
	}
	return v, a, next
}

// waits says until when a row must not be tried at all: its destination is failing, or we are stopping.
func (c *Courier) waits(working context.Context, q *rules.Queued, now time.Time) time.Time {
	if working.Err() != nil {
		return now
	}
	if wait, _ := c.health.open(now); !wait.IsZero() {
		return wait
	}
	return c.health.paused(q.To.Address.Domain(), now)
}

// record keeps what became of a try, also while we are being stopped: a mail that was sent and not recorded would be
// sent again.
func (c *Courier) record(working context.Context, q *rules.Queued, v verdict, a rules.Attempt, next time.Time) {
	c.log.tried(q, v, a, next)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(working), recordWait)
	defer cancel()
	for {
		err := c.keep(ctx, q.ID, v, a, next)
		if err == nil {
			break
		}
		c.log.outbox("record "+string(q.ID), err)
		if c.pause(ctx, recordRetry) != nil {
			return // its lease ends, and it is tried again
		}
	}
	if v == deferred || v == uncertain {
		c.Wake() // who sleeps until the next row's time must learn of this one
	}
}

func (c *Courier) keep(ctx context.Context, id rules.OutgoingID, v verdict, a rules.Attempt, next time.Time) error {
	switch v {
	case sent:
		return c.outbox.Sent(ctx, id, a)
	case uncertain:
		return c.outbox.Uncertain(ctx, id, a, next)
	case refused:
		return c.outbox.Refused(ctx, id, a)
	}
	return c.outbox.Deferred(ctx, id, a, next)
}

// pause waits, or returns why it did not.
func (c *Courier) pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// deliver makes one try. A connection that was kept and turns out to be dead before the peer said anything on this
// mail is no try at all: a new one is opened at once.
func (c *Courier) deliver(ctx context.Context, q *rules.Queued) (verdict, rules.Reply) {
	if r, ok := c.deliverable(q); !ok {
		return refused, r
	}
	mail, r := c.bytes(ctx, q)
	if mail == nil {
		return deferred, r
	}
	if s := c.pool.get(); s != nil {
		v, r, stale := c.converse(ctx, s, q, mail)
		if !stale || ctx.Err() != nil {
			return v, r
		}
		c.pool.close() // its fellows rested as long and are dead, too
	}
	s, err := c.open(ctx)
	if err != nil {
		return deferred, reply(phaseConnect, err)
	}
	v, r, _ := c.converse(ctx, s, q, mail)
	return v, r
}

// bytes is the mail as it goes out, signed; nil and the reason where it cannot be had now.
func (c *Courier) bytes(ctx context.Context, q *rules.Queued) ([]byte, rules.Reply) {
	mail, err := Bytes(ctx, q.Wire, c.blobs)
	if err == nil && c.o.Signer != nil {
		var fields []byte
		if fields, err = c.o.Signer.Sign(mail); err == nil {
			mail = append(fields, mail...)
		}
	}
	if err != nil {
		return nil, rules.Reply{Phase: phaseHold, Text: oneLine(err.Error(), 500)}
	}
	return mail, rules.Reply{}
}

// deliverable refuses what no peer should be asked: addresses that are not exactly what rules made of them, a mail
// without bytes. The SMTP client checks addresses for line ends only.
func (c *Courier) deliverable(q *rules.Queued) (rules.Reply, bool) {
	if got, ok := rules.ParseAddress(string(q.To.Address)); !ok || got != q.To.Address {
		return rules.Reply{Code: 553, Enhanced: "5.1.3", Phase: phaseRcpt, Text: "the recipient's address is not one"}, false
	}
	if got, ok := rules.ParseAddress(string(q.EnvelopeFrom)); q.EnvelopeFrom != "" && (!ok || got != q.EnvelopeFrom) {
		return rules.Reply{Code: 553, Enhanced: "5.1.7", Phase: phaseMail, Text: "the envelope sender's address is not one"}, false
	}
	if len(q.Wire) == 0 {
		return rules.Reply{Code: 554, Enhanced: "5.6.0", Phase: phaseData, Text: "the mail has no bytes"}, false
	}
	return rules.Reply{}, true
}

// converse sends one mail on a session and puts it back, or closes it. stale: the connection broke, or the peer hung
// up, before it answered anything about this mail.
func (c *Courier) converse(ctx context.Context, s *session, q *rules.Queued, mail []byte) (v verdict, r rules.Reply, stale bool) {
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	defer stop()
	s.used++
	phase, err := s.transact(q, mail, func() error { return c.clerk(ctx) })
	if err == nil {
		r = rules.Reply{Code: 250, Phase: phaseDot, Text: oneLine(s.said, 200)}
		if stop() {
			c.pool.put(s, c.o.Connections) // from here on it is another's
		}
		return sent, r, false
	}
	r = reply(phase, err)
	_, answered := errors.AsType[*smtp.SMTPError](err)
	_, ours := errors.AsType[*unsendable](err)
	switch {
	case ours:
		c.pool.put(s, c.o.Connections) // nothing was said yet
	case hangsUp(err):
		s.conn.Close()
		stale = phase == phaseMail
	case phase != phaseDot && s.Reset() != nil:
		s.conn.Close()
	default:
		c.pool.put(s, c.o.Connections)
	}
	switch {
	case ours, Permanent(r):
		return refused, r, false
	case phase == phaseDot && !answered:
		return uncertain, r, false
	}
	return deferred, r, stale
}

// clerk takes a place among the clerks, or returns why it did not.
func (c *Courier) clerk(ctx context.Context) error {
	select {
	case c.clerks <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unsendable is a mail that this peer cannot take, by what it offers; it was not asked.
type unsendable struct{ smtp.SMTPError }

func (u *unsendable) Unwrap() error { return &u.SMTPError }

func cannot(code int, enhanced smtp.EnhancedCode, format string, args ...any) error {
	return &unsendable{smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: fmt.Sprintf(format, args...)}}
}

// transact is one mail transaction (RFC 5321, section 3.3). It asks before the final dot whether it may go out, and
// returns the phase that failed. phaseDot means that the dot was allowed and may have gone out.
func (s *session) transact(q *rules.Queued, mail []byte, dot func() error) (phase string, err error) {
	to, from := string(q.To.Address), string(q.EnvelopeFrom)
	opts := &smtp.MailOptions{Size: int64(len(mail)), EnvelopeID: string(q.ID), Return: smtp.DSNReturnHeaders}
	if !rules.IsASCII(to) || !rules.IsASCII(from) {
		if ok, _ := s.Extension("SMTPUTF8"); !ok {
			// RFC 6531, section 3.5: such an address cannot be rewritten by us.
			return phaseRcpt, cannot(553, smtp.EnhancedCode{5, 6, 7}, "the server takes no addresses with letters beyond ASCII")
		}
		opts.UTF8 = true
	}
	if limit, ok := s.MaxMessageSize(); ok && limit > 0 && len(mail) > limit {
		return phaseMail, cannot(552, smtp.EnhancedCode{5, 3, 4}, "the mail has %d bytes, the server takes %d", len(mail), limit)
	}
	if err := s.Mail(from, opts); err != nil {
		return phaseMail, err
	}
	if err := s.Rcpt(to, notify(from, to)); err != nil {
		return phaseRcpt, err
	}
	w, err := s.Data()
	if err != nil {
		return phaseData, err
	}
	if _, err := w.Write(mail); err != nil {
		return phaseData, err
	}
	if err := dot(); err != nil {
		return phaseData, err
	}
	answer, err := w.CloseWithResponse()
	if err != nil {
		return phaseDot, err
	}
	s.said = answer.StatusText
	return "", nil
}

// notify asks to be told of failures and delays, and of nothing where there is nobody to tell. RFC 3461, section 4.1.
func notify(from, to string) *smtp.RcptOptions {
	if from == "" {
		return &smtp.RcptOptions{Notify: []smtp.DSNNotify{smtp.DSNNotifyNever}}
	}
	o := &smtp.RcptOptions{Notify: []smtp.DSNNotify{smtp.DSNNotifyFailure, smtp.DSNNotifyDelayed}}
	if rules.IsASCII(to) {
		o.OriginalRecipientType, o.OriginalRecipient = smtp.DSNAddressTypeRFC822, to
	}
	return o
}
