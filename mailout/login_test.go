package mailout

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

var errTokens = errors.New("no login for this server")

// bearer has tokens of which the first has run out.
type bearer struct{ stale int }

func (b *bearer) Login(_ context.Context, offers func(string) bool, username, host string, _ int) (sasl.Client, error) {
	if !offers("XOAUTH2") || username != "support@omdirekt.example" || host != "127.0.0.1" {
		return nil, errTokens
	}
	return &oneToken{good: b.stale == 0}, nil
}

func (b *bearer) Forget() { b.stale-- }

type oneToken struct{ good bool }

func (t *oneToken) Start() (string, []byte, error) {
	if t.good {
		return "XOAUTH2", []byte("good"), nil
	}
	return "XOAUTH2", []byte("stale"), nil
}

func (t *oneToken) Next([]byte) ([]byte, error) { return []byte{}, nil }

// tokenServer gives its account of a failure before it says no, as Microsoft does.
type tokenServer struct{ asked bool }

func (s *tokenServer) Next(response []byte) ([]byte, bool, error) {
	switch {
	case s.asked:
		return nil, true, smtp.ErrAuthFailed
	case bytes.Equal(response, []byte("good")):
		return nil, true, nil
	}
	s.asked = true
	return []byte(`{"status":"401"}`), false, nil
}

// TestTokenThatRanOut: the peer's refusal makes the next login ask for a new token.
func TestTokenThatRanOut(t *testing.T) {
	k := &sink{mechs: []string{"XOAUTH2"}}
	b := &bearer{stale: 1}
	c := NewCourier(CourierOptions{Smarthost: k.listen(t, nil, false), Username: "support@omdirekt.example",
		Hostname: "desk.omdirekt.example", Bearer: b}, nil, nil)
	if err := c.Look(t.Context()); err == nil || !strings.Contains(err.Error(), "not let in as support@omdirekt.example") || b.stale != 0 {
		t.Errorf("stale token: %v, forgotten: %v", err, b.stale == 0)
	}
	if err := c.Look(t.Context()); err != nil {
		t.Errorf("new token: %v", err)
	}
}
