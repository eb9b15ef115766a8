package imap

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	imap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-sasl"
)

// ErrAuth marks a login that was refused and will be again until somebody changes something: the credentials, the
// account, or what the server offers. Poller.Run reports it as PhaseAuthFailed and tries seldom.
var ErrAuth = errors.New("login refused")

// login authenticates. After a failure the connection is closed by the caller, always: some mechanisms leave it half
// way through an exchange.
func (p *Poller) login(ctx context.Context, s *session) error {
	caps, err := s.capabilities()
	if err != nil {
		return err
	}
	mech, err := p.mechanism(ctx, caps)
	if err != nil {
		return err
	}
	err = s.do("login", commandTimeout, func() error { return mech(s) })
	if err != nil {
		if p.o.Bearer != nil {
			p.o.Bearer.Forget()
		}
		return authError(err)
	}
	// What a server offers may change at login (RFC 3501, section 6.2.3); the library asks again.
	s.caps, err = s.capabilities()
	return err
}

// authError tells credentials that are wrong from a server that cannot say (RFC 5530, section 3).
func authError(err error) error {
	if bearer, ok := errors.AsType[*sasl.OAuthBearerError](err); ok {
		return fmt.Errorf("%w: status %.60q", ErrAuth, bearer.Status)
	}
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok {
		return err
	}
	switch refusal.Code {
	case "UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG":
		return err
	}
	return fmt.Errorf("%w: %s %.200q", ErrAuth, refusal.Code, refusal.Text)
}

func (s *session) capabilities() (imap.CapSet, error) {
	var caps imap.CapSet
	err := s.do("capability", commandTimeout, func() error {
		if caps = s.c.Caps(); caps == nil {
			return errors.New("no capabilities")
		}
		return nil
	})
	return caps, err
}

// mechanism chooses how to log in from what the server offers, strongest promise first.
func (p *Poller) mechanism(ctx context.Context, caps imap.CapSet) (func(*session) error, error) {
	if p.o.Bearer != nil {
		return p.bearer(ctx, caps)
	}
	password, err := p.o.Password()
	if err != nil {
		return nil, fmt.Errorf("%w: read the password: %w", ErrAuth, err)
	}
	switch {
	case caps.Has(imap.AuthCap(sasl.Plain)): // RFC 4616; RFC 4959 saves a round trip
		return authenticate(sasl.NewPlainClient("", p.o.Username, password)), nil
	case !caps.Has(imap.CapLoginDisabled): // RFC 3501, section 6.2.3: never LOGIN where LOGINDISABLED is offered
		return func(s *session) error { return s.c.Login(p.o.Username, password).Wait() }, nil
	case caps.Has(imap.AuthCap(sasl.Login)):
		return authenticate(sasl.NewLoginClient(p.o.Username, password)), nil
	}
	return nil, fmt.Errorf("%w: the server offers no login with a password (it may want TLS or oauth2)", ErrAuth)
}

// Bearer logs in with access tokens (RFC 7628). An error that has Refused() bool, and says true, will be the same until
// somebody changes something.
type Bearer interface {
	// Login is the exchange for one of the mechanisms that the server offers.
	Login(ctx context.Context, offers func(mechanism string) bool, username, host string, port int) (sasl.Client, error)
	// Forget is told that the server did not like the token.
	Forget()
}

func (p *Poller) bearer(ctx context.Context, caps imap.CapSet) (func(*session) error, error) {
	port, _ := strconv.Atoi(p.server.Port) // 0 leaves it out
	offers := func(mechanism string) bool { return caps.Has(imap.AuthCap(mechanism)) }
	client, err := p.o.Bearer.Login(ctx, offers, p.o.Username, p.server.Host, port)
	if refused, ok := errors.AsType[interface {
		error
		Refused() bool
	}](err); ok && refused.Refused() {
		return nil, fmt.Errorf("%w: %w", ErrAuth, err)
	}
	if err != nil {
		return nil, err
	}
	return authenticate(client), nil
}

func authenticate(client sasl.Client) func(*session) error {
	return func(s *session) error { return s.c.Authenticate(client) }
}
