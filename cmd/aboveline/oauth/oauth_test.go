package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
)

// issuer is a token issuer with an answer to each request.
type issuer struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string // grant_type and refresh_token
	answer   func(n int, w http.ResponseWriter)
}

func newIssuer(t *testing.T, answer func(n int, w http.ResponseWriter)) *issuer {
	i := &issuer{answer: answer}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		i.requests = append(i.requests, r.PostFormValue("grant_type")+" "+r.PostFormValue("refresh_token"))
		n := len(i.requests)
		i.mu.Unlock()
		i.answer(n, w)
	}))
	t.Cleanup(i.Close)
	return i
}

func grant(w http.ResponseWriter, access, refresh string) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":3600,"refresh_token":%q}`, access, refresh)
}

func secret() (string, error) { return "klienthemlighet", nil }

func source(t *testing.T, o Options) *Source {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func refused(err error) bool {
	r, ok := errors.AsType[interface {
		error
		Refused() bool
	}](err)
	return ok && r.Refused()
}

func TestTokens(t *testing.T) {
	file := TokenFile(filepath.Join(t.TempDir(), "token"))
	i := newIssuer(t, func(n int, w http.ResponseWriter) { grant(w, fmt.Sprint("access-", n), fmt.Sprint("refresh-", n)) })
	s := source(t, Options{TokenURL: i.URL, ClientID: "desk", Refresh: file})
	if _, err := s.Token(t.Context()); !refused(err) {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := os.WriteFile(string(file), []byte("first\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"access-1", "access-1"} { // the second from memory
		if got, err := s.Token(t.Context()); got != want || err != nil {
			t.Errorf("token = %q %v, want %q", got, err, want)
		}
	}
	s.Forget()
	if got, err := s.Token(t.Context()); got != "access-2" || err != nil {
		t.Errorf("token = %q %v, want access-2", got, err)
	}
	if got := strings.Join(i.requests, ", "); got != "refresh_token first, refresh_token refresh-1" {
		t.Errorf("requests: %s", got)
	}
	if got, err := file.read(); got != "refresh-2" || err != nil {
		t.Errorf("kept %q %v, want the newest", got, err)
	}
	if info, err := os.Stat(string(file)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v, want mode 0600", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Dir(string(file)) + "/.token-*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}

	program := source(t, Options{TokenURL: i.URL, ClientID: "desk", Secret: secret, Scopes: []string{"imap"}})
	if got, err := program.Token(t.Context()); got != "access-3" || err != nil || i.requests[2] != "client_credentials " {
		t.Errorf("token = %q %v by %q", got, err, i.requests[2])
	}
}

// TestSharedGrantIsUsedOnce: the mailbox and the smarthost trade one refresh token at the same time, and each is the
// newest: an issuer that sees an old one again takes all of them back.
func TestSharedGrantIsUsedOnce(t *testing.T) {
	file := TokenFile(filepath.Join(t.TempDir(), "token"))
	if err := os.WriteFile(string(file), []byte("refresh-0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	i := newIssuer(t, func(n int, w http.ResponseWriter) { grant(w, fmt.Sprint("access-", n), fmt.Sprint("refresh-", n)) })
	var all sync.WaitGroup
	for range 8 {
		s := source(t, Options{TokenURL: i.URL, ClientID: "desk", Refresh: file})
		all.Go(func() {
			if _, err := s.Token(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for n, r := range i.requests {
		if want := fmt.Sprint("refresh_token refresh-", n); r != want {
			t.Errorf("request %d used %q, want %q", n+1, r, want)
		}
	}
}

// failing keeps no token the first time.
type failing struct{ n int }

var errFull = errors.New("disk is full")

func (f *failing) Trade(_ context.Context, ask func(string) (string, error)) error {
	renewed, err := ask("first")
	if f.n++; err == nil && renewed != "" && f.n == 1 {
		return errFull
	}
	return err
}

func TestTokenThatCannotBeKeptIsNotLost(t *testing.T) {
	i := newIssuer(t, func(n int, w http.ResponseWriter) { grant(w, fmt.Sprint("access-", n), fmt.Sprint("refresh-", n)) })
	s := source(t, Options{TokenURL: i.URL, ClientID: "desk", Refresh: &failing{}})
	if _, err := s.Token(t.Context()); !errors.Is(err, errFull) || refused(err) {
		t.Errorf("err = %v, want trouble that is not the credentials'", err)
	}
	if got, err := s.Token(t.Context()); got != "access-2" || err != nil {
		t.Errorf("token = %q %v", got, err)
	}
	if i.requests[1] != "refresh_token refresh-1" {
		t.Errorf("the second request used %q; the first token is void", i.requests[1])
	}
}

func TestIssuerTrouble(t *testing.T) {
	slow := make(chan struct{})
	tests := []struct {
		name   string
		answer func(int, http.ResponseWriter)
		auth   bool
	}{
		{"refused", func(_ int, w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			io.WriteString(w, `{"error":"invalid_grant","error_description":"klienthemlighet \u001b[1m"}`)
		}, true},
		{"500", func(_ int, w http.ResponseWriter) { w.WriteHeader(500) }, false},
		{"429", func(_ int, w http.ResponseWriter) { w.WriteHeader(429) }, false},
		{"redirect", func(_ int, w http.ResponseWriter) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, false},
		{"not json", func(_ int, w http.ResponseWriter) { io.WriteString(w, "<html>") }, false},
		{"no token", func(_ int, w http.ResponseWriter) { grant(w, "", "") }, false},
		{"slow", func(_ int, w http.ResponseWriter) { <-slow }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newIssuer(t, test.answer)
			if test.name == "slow" {
				defer close(slow)
			}
			client := *tokenClient
			client.Timeout = 200 * time.Millisecond
			s := source(t, Options{TokenURL: i.URL, ClientID: "desk", Secret: secret, Client: &client})
			_, err := s.Token(t.Context())
			if err == nil || refused(err) != test.auth {
				t.Errorf("err = %v, want one of the credentials: %v", err, test.auth)
			}
			if err != nil && strings.ContainsAny(err.Error(), "\x1b") || strings.Contains(fmt.Sprint(err), "klienthemlighet") {
				t.Errorf("err = %q holds what it should not", err)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{TokenURL: "http://login.example", ClientID: "desk", Secret: secret}, "want https://"},
		{Options{TokenURL: "https://login.example", Secret: secret}, "client_id"},
		{Options{TokenURL: "https://login.example", ClientID: "desk"}, "neither"},
	} {
		if _, err := New(c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.o, err, c.want)
		}
	}
}

// TestLogin: the standard's mechanism before its ancestor, and nothing is asked of the issuer where neither is offered.
func TestLogin(t *testing.T) {
	i := newIssuer(t, func(n int, w http.ResponseWriter) { grant(w, "access", "") })
	s := source(t, Options{TokenURL: i.URL, ClientID: "desk", Secret: secret})
	offers := func(names ...string) func(string) bool {
		return func(m string) bool { return strings.Contains(" "+strings.Join(names, " ")+" ", " "+m+" ") }
	}
	if _, err := s.Login(t.Context(), offers("PLAIN"), "desk", "mail.desk.example", 143); !refused(err) || len(i.requests) != 0 {
		t.Errorf("no mechanism: %v after %d requests", err, len(i.requests))
	}
	for _, c := range []struct {
		offers     func(string) bool
		mech, want string
	}{
		{offers(xoauth2, sasl.OAuthBearer), sasl.OAuthBearer, "n,a=desk,\x01host=mail.desk.example\x01port=143\x01auth=Bearer access\x01\x01"},
		{offers(xoauth2), xoauth2, "user=desk\x01auth=Bearer access\x01\x01"},
	} {
		client, err := s.Login(t.Context(), c.offers, "desk", "mail.desk.example", 143)
		if err != nil {
			t.Fatal(err)
		}
		if mech, first, err := client.Start(); mech != c.mech || string(first) != c.want || err != nil {
			t.Errorf("%s %q %v, want %s %q", mech, first, err, c.mech, c.want)
		}
	}
}
