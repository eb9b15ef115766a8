package imap

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"
)

// Options is one mailbox and how to read it.
type Options struct {
	Name     string // for logs, Envelope.Door ("imap:" + Name) and State; the mailbox by default
	Server   string // imaps://host, imap+starttls://host, or imap://host with Insecure
	Insecure bool   // allows a connection that anybody can read
	// Roots are the certificates to trust, nil for the system's. They are asked for at each connection.
	Roots func() (*x509.CertPool, error)

	Username string
	Password func() (string, error) // asked at each login, so that a changed file counts; nil with Bearer
	Bearer   Bearer

	Mailbox    string // "INBOX" by default
	Handled    string // where a taken mail is moved; "" marks it and leaves it where it is
	AuthservID string // whose Authentication-Results this mailbox believes; "" is nobody's

	MaxSize     int64         // bytes; of a larger mail only the headers are taken. 25 MiB by default
	Poll        time.Duration // the mailbox is looked at this often, and up to twice as seldom, whatever IDLE says; 60 s by default
	IdleRestart time.Duration // IDLE is renewed this often; 5 min by default
	Workers     int           // mails taken at once; 8 by default

	Dial    func(ctx context.Context, network, address string) (net.Conn, error) // the network by default
	Log     *slog.Logger
	OnState func(State) // called from the poller's goroutine; it must return at once
}

const (
	defaultMaxSize     = 25 << 20
	defaultPoll        = 60 * time.Second
	defaultIdleRestart = 5 * time.Minute // NATs forget idle connections after 5 to 15 min; RFC 2177 allows 29
	defaultWorkers     = 8               // enough to share one group commit, few enough to bound the parsing
	defaultMailbox     = "INBOX"
)

// complete fills in defaults and refuses what cannot work. The error is written for the operator.
func (o Options) complete() (Options, Server, error) {
	o.Mailbox = cmp.Or(o.Mailbox, defaultMailbox)
	o.Name = cmp.Or(o.Name, o.Mailbox)
	o.MaxSize = cmp.Or(o.MaxSize, defaultMaxSize)
	o.Poll = cmp.Or(o.Poll, defaultPoll)
	o.IdleRestart = cmp.Or(o.IdleRestart, defaultIdleRestart)
	o.Workers = cmp.Or(o.Workers, defaultWorkers)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Roots == nil {
		o.Roots = func() (*x509.CertPool, error) { return nil, nil }
	}
	if o.OnState == nil {
		o.OnState = func(State) {}
	}
	if o.Dial == nil {
		o.Dial = dialer.DialContext
	}
	server, err := ParseServer(o.Server, o.Insecure)
	switch {
	case err != nil:
		return o, server, err
	case o.Username == "":
		return o, server, errors.New("username is missing")
	case o.Password == nil && o.Bearer == nil:
		return o, server, errors.New("neither a password nor oauth2 is given")
	case o.Handled != "" && sameMailbox(o.Handled, o.Mailbox):
		return o, server, fmt.Errorf("handled: %.60q is the mailbox itself", o.Handled)
	case strings.ContainsAny(o.Mailbox+o.Handled, "\x00\r\n"):
		return o, server, errors.New("a mailbox name cannot hold a line break")
	}
	return o, server, nil
}

// sameMailbox compares names: INBOX is one in any case (RFC 3501, section 5.1), all others are case-sensitive.
func sameMailbox(a, b string) bool {
	return a == b || strings.EqualFold(a, "INBOX") && strings.EqualFold(b, "INBOX")
}
