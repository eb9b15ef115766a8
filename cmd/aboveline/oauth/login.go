package oauth

import (
	"context"
	"errors"

	"github.com/emersion/go-sasl"
)

// Login is the exchange that logs in with an access token, for one of the mechanisms that the server offers: RFC 7628's,
// or its ancestor, which is all that Microsoft has.
func (s *Source) Login(ctx context.Context, offers func(mechanism string) bool, username, host string, port int) (sasl.Client, error) {
	standard := offers(sasl.OAuthBearer)
	if !standard && !offers(xoauth2) {
		return nil, refusal{errors.New("the server offers neither OAUTHBEARER nor XOAUTH2")}
	}
	token, err := s.Token(ctx)
	if err != nil {
		return nil, err
	}
	if !standard {
		return &ancestor{username, token}, nil
	}
	return sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: username, Token: token, Host: host, Port: port}), nil
}

const xoauth2 = "XOAUTH2"

// ancestor is Google's and Microsoft's mechanism from before RFC 7628.
type ancestor struct{ username, token string }

func (c *ancestor) Start() (string, []byte, error) {
	return xoauth2, []byte("user=" + c.username + "\x01auth=Bearer " + c.token + "\x01\x01"), nil
}

// Next answers the server's account of a failure with nothing, as it wants before it says no.
func (c *ancestor) Next([]byte) ([]byte, error) { return []byte{}, nil }
