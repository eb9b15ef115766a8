package mailout

import (
	"context"
	"errors"
	"fmt"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Bearer logs in with access tokens (RFC 7628).
type Bearer interface {
	// Login is the exchange for one of the mechanisms that the server offers.
	Login(ctx context.Context, offers func(mechanism string) bool, username, host string, port int) (sasl.Client, error)
	// Forget is told that the server did not like the token.
	Forget()
}

// errLogin marks a login that the server refused.
var errLogin = errors.New("not let in")

// login authenticates where a user name is configured. What proves us never crosses a network in the clear.
func (c *Courier) login(ctx context.Context, client *smtp.Client, secured bool) error {
	if c.o.Username == "" {
		return nil
	}
	if !secured && !c.o.Smarthost.loopback() {
		return errors.New("a password is sent over TLS only; configure smtps:// or smtp+starttls://")
	}
	mech, err := c.mechanism(ctx, client)
	if err != nil {
		return err
	}
	if err := client.Auth(mech); err != nil {
		if c.o.Bearer != nil {
			c.o.Bearer.Forget()
		}
		return fmt.Errorf("%w as %s: %w", errLogin, c.o.Username, err)
	}
	return nil
}

// mechanism chooses how to log in from what the server offers. A password is read anew each time, so that one that was
// changed in its file counts at once.
func (c *Courier) mechanism(ctx context.Context, client *smtp.Client) (sasl.Client, error) {
	if c.o.Bearer != nil {
		return c.o.Bearer.Login(ctx, client.SupportsAuth, c.o.Username, c.o.Smarthost.Host, int(c.o.Smarthost.Port))
	}
	password, err := c.o.Password()
	if err != nil {
		return nil, fmt.Errorf("read password: %w", err)
	}
	switch {
	case client.SupportsAuth("PLAIN"):
		return sasl.NewPlainClient("", c.o.Username, password), nil
	case client.SupportsAuth("LOGIN"):
		return &login{user: c.o.Username, password: password}, nil
	}
	return nil, errors.New("the server offers neither AUTH PLAIN nor AUTH LOGIN (it may want oauth2)")
}

// login is AUTH LOGIN as servers really speak it: two questions, whose wording differs, so we go by their order. The
// library's own insists on one wording and answers before it is asked.
type login struct {
	user, password string
	asked          int
}

func (l *login) Start() (mech string, ir []byte, err error) { return "LOGIN", nil, nil }

func (l *login) Next([]byte) ([]byte, error) {
	l.asked++
	switch l.asked {
	case 1:
		return []byte(l.user), nil
	case 2:
		return []byte(l.password), nil
	}
	return nil, errors.New("the server asks for more than a name and a password")
}
