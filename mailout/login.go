package mailout

import (
	"errors"
	"fmt"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// login authenticates where a user name is configured. The password is read anew each time, so that one that was
// changed in its file counts at once; it never crosses a network in the clear.
func (c *Courier) login(client *smtp.Client, secured bool) error {
	if c.o.Username == "" {
		return nil
	}
	if !secured && !c.o.Smarthost.loopback() {
		return errors.New("a password is sent over TLS only; configure smtps:// or smtp+starttls://")
	}
	password, err := c.o.Password()
	if err != nil {
		return fmt.Errorf("read password: %w", err)
	}
	var mech sasl.Client
	switch {
	case client.SupportsAuth("PLAIN"):
		mech = sasl.NewPlainClient("", c.o.Username, password)
	case client.SupportsAuth("LOGIN"):
		mech = &login{user: c.o.Username, password: password}
	default:
		return errors.New("the server offers neither AUTH PLAIN nor AUTH LOGIN")
	}
	return client.Auth(mech)
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
