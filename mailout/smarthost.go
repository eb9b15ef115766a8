package mailout

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
)

// Smarthost is the server that takes all our mail on.
type Smarthost struct {
	Host string
	Port uint16
	TLS  TLSMode
}

// TLSMode says how a connection is protected. It is never weaker than configured.
type TLSMode string

// The three ways. RFC 8314, section 3.3: implicit TLS is the better of the two.
const (
	TLSNone     TLSMode = "smtp"          // for loopback and trusted networks; no password is ever sent over it elsewhere
	TLSImplicit TLSMode = "smtps"         //
	TLSStart    TLSMode = "smtp+starttls" // required: a peer that does not offer it gets nothing
)

// Configured says whether there is a smarthost at all; without one, mail waits in the queue.
func (h Smarthost) Configured() bool { return h.Host != "" }

// Addr is host:port.
func (h Smarthost) Addr() string { return net.JoinHostPort(h.Host, strconv.Itoa(int(h.Port))) }

func (h Smarthost) loopback() bool {
	ip := net.ParseIP(h.Host)
	return h.Host == "localhost" || ip != nil && ip.IsLoopback()
}

// Waits of a connection. RFC 5321, section 4.5.3.2: five minutes for commands, three for a block of data, ten after
// the final dot, when the peer may be scanning.
const (
	dialWait  = 30 * time.Second
	replyWait = 5 * time.Minute
	writeWait = 3 * time.Minute
	dotWait   = 10 * time.Minute
)

// maxPerSession and idleSession bound how long a connection is kept: many servers cut at 100 mails, and nobody likes
// an idle client.
const (
	maxPerSession = 100
	idleSession   = 30 * time.Second
)

// patient gives each read and write a fresh deadline of its own, since the SMTP client sets none while the mail's
// bytes stream; a deadline the client does set counts, too. The connection is used by one goroutine at a time.
type patient struct {
	net.Conn
	outer time.Time // the client's own deadline, zero for none
}

func (p *patient) SetDeadline(t time.Time) error      { p.outer = t; return nil }
func (p *patient) SetReadDeadline(t time.Time) error  { p.outer = t; return nil }
func (p *patient) SetWriteDeadline(t time.Time) error { p.outer = t; return nil }

func (p *patient) by(wait time.Duration) time.Time {
	t := time.Now().Add(wait)
	if !p.outer.IsZero() && p.outer.Before(t) {
		return p.outer
	}
	return t
}

func (p *patient) Read(b []byte) (int, error) {
	// Only the client's own deadline is longer: it asks for twelve minutes after the dot.
	wait := replyWait
	if time.Until(p.outer) > replyWait {
		wait = dotWait
	}
	if err := p.Conn.SetReadDeadline(p.by(wait)); err != nil {
		return 0, err
	}
	return p.Conn.Read(b)
}

func (p *patient) Write(b []byte) (int, error) {
	if err := p.Conn.SetWriteDeadline(p.by(writeWait)); err != nil {
		return 0, err
	}
	return p.Conn.Write(b)
}

// session is a connection that has been greeted and, where asked for, protected and logged in.
type session struct {
	*smtp.Client
	conn net.Conn
	used int    // mails begun on it
	said string // what the peer answered to the last mail it took
	idle *time.Timer
}

// Look connects and logs in as for a mail, and leaves again.
func (c *Courier) Look(ctx context.Context) error {
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	s.leave()
	return nil
}

// open connects, protects and logs in. Whatever goes wrong here is about the smarthost or our configuration and never
// about a mail.
func (c *Courier) open(ctx context.Context) (*session, error) {
	dctx, cancel := context.WithTimeout(ctx, dialWait)
	defer cancel()
	raw, err := c.o.Dial(dctx, "tcp", c.o.Smarthost.Addr())
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop() // the session outlives the mail it was opened for
	s, err := c.greet(dctx, &patient{Conn: raw})
	if err != nil {
		raw.Close()
		return nil, err
	}
	return s, nil
}

func (c *Courier) greet(ctx context.Context, conn net.Conn) (*session, error) {
	secured := false
	switch c.o.Smarthost.TLS {
	case TLSImplicit:
		cfg, err := c.tls()
		if err != nil {
			return nil, err
		}
		tc := tls.Client(conn, cfg)
		if err := tc.HandshakeContext(ctx); err != nil {
			return nil, fmt.Errorf("TLS: %w", err)
		}
		conn, secured = tc, true
	case TLSStart:
		tc, err := c.startTLS(ctx, conn)
		if err != nil {
			return nil, err
		}
		conn, secured = tc, true
	}
	client := smtp.NewClient(conn)
	if err := client.Hello(c.o.Hostname); err != nil {
		return nil, err
	}
	if err := c.login(ctx, client, secured); err != nil {
		return nil, err
	}
	return &session{Client: client, conn: conn}, nil
}

func (c *Courier) tls() (*tls.Config, error) {
	roots, err := c.o.Roots()
	if err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.o.Smarthost.Host, RootCAs: roots}, nil
}

// startTLS asks for protection before the SMTP client sees the connection, since the client would call itself
// localhost until then. RFC 3207, section 4.2: what the peer said before the handshake is forgotten; what it sends
// ahead of it is an injection and ends the connection.
func (c *Courier) startTLS(ctx context.Context, conn net.Conn) (net.Conn, error) {
	t := textproto.NewReader(bufio.NewReader(io.LimitReader(conn, 64<<10)))
	if _, _, err := t.ReadResponse(220); err != nil {
		return nil, replied(err)
	}
	offer, err := command(conn, t, 250, "EHLO "+c.o.Hostname)
	if err != nil {
		return nil, err
	}
	if !offers(offer, "STARTTLS") {
		return nil, errors.New("the server does not offer STARTTLS, and the configuration requires it")
	}
	if _, err := command(conn, t, 220, "STARTTLS"); err != nil {
		return nil, err
	}
	if t.R.Buffered() > 0 {
		return nil, errors.New("the server spoke between STARTTLS and the handshake")
	}
	cfg, err := c.tls()
	if err != nil {
		return nil, err
	}
	tc := tls.Client(conn, cfg)
	if err := tc.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("STARTTLS: %w", err)
	}
	return &greeted{Conn: tc, greeting: strings.NewReader("220 go ahead\r\n")}, nil
}

func command(w io.Writer, t *textproto.Reader, want int, line string) (string, error) {
	if _, err := io.WriteString(w, line+"\r\n"); err != nil {
		return "", err
	}
	_, msg, err := t.ReadResponse(want)
	return msg, replied(err)
}

// replied turns the standard library's form of a refusal into the SMTP client's, so that there is one.
func replied(err error) error {
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		return &smtp.SMTPError{Code: e.Code, Message: e.Msg, EnhancedCode: smtp.NoEnhancedCode}
	}
	return err
}

func offers(offer, extension string) bool {
	for l := range strings.SplitSeq(offer, "\n") {
		if word, _, _ := strings.Cut(strings.TrimSpace(l), " "); strings.EqualFold(word, extension) {
			return true
		}
	}
	return false
}

// greeted is a connection whose greeting has been read before, and is said again to the SMTP client.
type greeted struct {
	net.Conn
	greeting *strings.Reader
}

func (g *greeted) Read(b []byte) (int, error) {
	if g.greeting.Len() > 0 {
		return g.greeting.Read(b)
	}
	return g.Conn.Read(b)
}
