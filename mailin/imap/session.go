package imap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	imap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// How long we wait. The library has no deadline on answers, so each command gets one of ours, and the connection is
// closed when it passes.
const (
	dialTimeout    = 30 * time.Second
	commandTimeout = 60 * time.Second // Dovecot rebuilding an index answers SELECT within half of it
	pingTimeout    = 30 * time.Second
	logoutTimeout  = 5 * time.Second
	graceTimeout   = 10 * time.Second // from closing a connection until the library must have noticed
	minRate        = 4 << 10          // bytes a second that a fetch must bring; half of a 64 kbit/s line
)

// dialer notices a peer that is gone within two minutes of silence: 60 s, then three probes 20 s apart.
var dialer = &net.Dialer{
	Timeout:         dialTimeout,
	KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 60 * time.Second, Interval: 20 * time.Second, Count: 3},
}

// session is one connection, logged in, with the mailbox open.
type session struct {
	conn  net.Conn
	guard *guard
	c     *imapclient.Client
	caps  imap.CapSet
	wake  chan struct{} // the server has news; one is as good as many
	late  atomic.Pointer[string]

	validity uint32
	uidNext  uint32
	mails    uint32 // that lay there when it was opened
	keywords bool   // the mailbox stores $Ticketed
	noIdle   bool   // it offered IDLE and refused it
}

// unreached marks a connection that did not come about.
type unreached struct{ error }

func (u unreached) Unwrap() error { return u.error }

// connect dials, secures, logs in and opens the mailbox. It ends early when ctx does.
func (p *Poller) connect(ctx context.Context) (*session, error) {
	conn, err := p.dial(ctx)
	if err != nil {
		return nil, unreached{fmt.Errorf("connect to %s: %w", p.server.Address(), err)}
	}
	s := &session{conn: conn, wake: make(chan struct{}, 1)}
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	s.guard = newGuard(conn, max(p.o.MaxSize, chunkBytes))
	s.guard.alert = p.alerted
	s.c = imapclient.New(s.guard, &imapclient.Options{
		// Runs on the library's reading goroutine, so it may only signal.
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: func(m *imapclient.UnilateralDataMailbox) {
			if m.NumMessages != nil {
				s.signal()
			}
		}},
	})
	err = s.do("greeting", commandTimeout, s.c.WaitGreeting)
	if err == nil && s.c.State() != imap.ConnStateNotAuthenticated {
		err = errPreauth
	}
	if err == nil {
		err = p.login(ctx, s)
	}
	if err == nil {
		err = p.open(s)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// dial returns a connection with TLS where the server has it.
func (p *Poller) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*dialTimeout)
	defer cancel()
	conn, err := p.o.Dial(ctx, "tcp", p.server.Address())
	if err != nil || p.server.TLS == Plain {
		return conn, err
	}
	secured, err := p.secure(ctx, conn)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return secured, nil
}

func (p *Poller) secure(ctx context.Context, conn net.Conn) (net.Conn, error) {
	roots, err := p.o.Roots()
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if p.server.TLS == StartTLS {
		if err := startTLS(conn); err != nil {
			return nil, err
		}
	}
	// RFC 8314, section 3.3; the ALPN name is RFC 7301's registered one.
	t := tls.Client(conn, &tls.Config{
		ServerName: p.server.Host, RootCAs: roots, MinVersion: tls.VersionTLS12, NextProtos: []string{"imap"},
	})
	if err := t.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	if p.server.TLS == StartTLS {
		return greetAgain(t), nil
	}
	return t, nil
}

// open selects the mailbox and notes what it can do.
func (p *Poller) open(s *session) error {
	return s.do("select", commandTimeout, func() error {
		data, err := s.c.Select(p.o.Mailbox, nil).Wait()
		if err != nil {
			return err
		}
		if data.UIDValidity == 0 {
			return fmt.Errorf("%w: the mailbox has no UIDVALIDITY", errServer)
		}
		s.validity, s.uidNext, s.mails = data.UIDValidity, uint32(data.UIDNext), data.NumMessages
		for _, f := range data.PermanentFlags {
			s.keywords = s.keywords || f == imap.FlagWildcard || f == keywordTicketed
		}
		return nil
	})
}

// signal notes that there may be new mail.
func (s *session) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// do runs one command, or part of one, with a deadline: when it passes, the connection is closed, and that makes the
// library return. Should it not, the session is given up with what hangs in it: a poller that stands still for ever
// would be worse than a goroutine lost. What f sets counts only if do returns nil.
func (s *session) do(what string, limit time.Duration, f func() error) error {
	t := time.AfterFunc(limit, func() {
		text := fmt.Sprintf("no answer within %s", limit)
		s.late.CompareAndSwap(nil, &text)
		s.conn.Close()
	})
	defer t.Stop()
	lost := time.NewTimer(limit + graceTimeout)
	defer lost.Stop()
	done := make(chan error, 1)
	go func() { done <- f() }()
	var err error
	select {
	case err = <-done:
	case <-lost.C:
		err = errHangs
	}
	if err == nil {
		return nil
	}
	if refused, ok := errors.AsType[*imap.Error](err); ok {
		return fmt.Errorf("%s: %w", what, &Refusal{Code: string(refused.Code), Text: refused.Text})
	}
	return s.died(what, err)
}

// died says why a connection is of no more use.
func (s *session) died(what string, err error) error {
	d := &death{what: what, err: err}
	if late := s.late.Load(); late != nil {
		d.text = *late
	}
	if bye := s.guard.bye.Load(); bye != nil {
		d.text, d.bye = "the server said BYE: "+*bye, true
	}
	s.conn.Close()
	return d
}

// close ends the connection at once and waits for the library's reader.
func (s *session) close() {
	s.conn.Close()
	_ = s.do("close", graceTimeout, func() error {
		_ = s.c.Close() // its error is how the connection ended, which is known by now
		return nil
	})
}

// leave says goodbye and closes.
func (s *session) leave() {
	_ = s.do("logout", logoutTimeout, func() error { return s.c.Logout().Wait() })
	s.close()
}

// Refusal is a NO or BAD of the server (RFC 3501, section 7.1). The connection goes on.
type Refusal struct {
	Code string // RFC 5530, "" where absent
	Text string // foreign text, printable and cut
}

func (r *Refusal) Error() string { return fmt.Sprintf("the server refused: %s %.200q", r.Code, r.Text) }

// death is the end of a connection.
type death struct {
	what string
	text string // our words, where we know more than err
	err  error
	bye  bool // the server took its leave, so no mail is to blame
}

func (d *death) Error() string {
	text := d.text
	if text == "" {
		text = printable(d.err.Error(), 300)
	}
	return d.what + ": connection lost: " + text
}

func (d *death) Unwrap() error { return d.err }

var errHangs = errors.New("the client library hangs")

// dead returns the death in err, nil if the connection lives.
func dead(err error) *death {
	d, _ := errors.AsType[*death](err)
	return d
}
