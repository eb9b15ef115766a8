package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// Options say where tokens come from: for the program itself (client credentials, RFC 6749, section 4.4) or, where
// Refresh is set, for the person who once granted it (refresh token, section 6).
type Options struct {
	TokenURL string // https://, or http:// on loopback
	ClientID string
	Secret   func() (string, error) // nil for a public client
	Scopes   []string
	Refresh  Grants       // nil for client credentials
	Client   *http.Client // nil for one with deadlines and no redirects
}

// Grants keeps the refresh token. Trade calls ask with the newest and keeps what it returns, durably and as a whole,
// "" for nothing new; no two run at once.
type Grants interface {
	Trade(ctx context.Context, ask func(grant string) (renewed string, err error)) error
}

// Source gives access tokens, each until it nears its end. It is safe for use by many goroutines.
type Source struct {
	o Options

	mu     sync.Mutex
	access *oauth2.Token
	grant  string // the newest refresh token, where it could not be kept
}

const (
	tokenTimeout = 30 * time.Second
	tokenMargin  = 2 * time.Minute // a token that lasts no longer than this is not used for a login
)

var tokenClient = &http.Client{
	Timeout:       tokenTimeout,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// New returns a source; nobody is asked before the first login. The error is written for the operator.
func New(o Options) (*Source, error) {
	u, err := url.Parse(o.TokenURL)
	loopback := err == nil && (u.Hostname() == "127.0.0.1" || u.Hostname() == "::1" || u.Hostname() == "localhost")
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback):
		return nil, fmt.Errorf("oauth2: token_url %.100q: want https://", o.TokenURL)
	case o.ClientID == "":
		return nil, errors.New("oauth2: client_id is missing")
	case o.Refresh == nil && o.Secret == nil:
		return nil, errors.New("oauth2: neither a client secret nor a refresh token is given")
	}
	if o.Client == nil {
		o.Client = tokenClient
	}
	return &Source{o: o}, nil
}

// Token returns an access token that lasts for a login.
func (s *Source) Token(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.access.Valid() && (s.access.Expiry.IsZero() || time.Until(s.access.Expiry) > tokenMargin) {
		return s.access.AccessToken, nil
	}
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, s.o.Client), tokenTimeout)
	defer cancel()
	token, err := s.ask(ctx)
	if err != nil {
		return "", err
	}
	if token.AccessToken == "" {
		return "", fmt.Errorf("%w: an answer without a token", errIssuer)
	}
	s.access = token
	return token.AccessToken, nil
}

// Forget drops the access token: the server did not like it.
func (s *Source) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access = nil
}

func (s *Source) ask(ctx context.Context) (*oauth2.Token, error) {
	secret := ""
	if s.o.Secret != nil {
		var err error
		if secret, err = s.o.Secret(); err != nil {
			return nil, refusal{fmt.Errorf("read the client secret: %w", err)}
		}
	}
	// Probing which style the issuer likes would use a refresh token twice, and some issuers revoke it for that.
	const style = oauth2.AuthStyleInParams
	if s.o.Refresh == nil {
		config := clientcredentials.Config{ClientID: s.o.ClientID, ClientSecret: secret, TokenURL: s.o.TokenURL, Scopes: s.o.Scopes,
			AuthStyle: style}
		token, err := config.Token(ctx)
		return token, issuerError(err)
	}
	config := oauth2.Config{ClientID: s.o.ClientID, ClientSecret: secret, Scopes: s.o.Scopes,
		Endpoint: oauth2.Endpoint{TokenURL: s.o.TokenURL, AuthStyle: style}}
	return s.refresh(ctx, config)
}

// refresh trades the refresh token in; the new one is kept before the access token is used. Where keeping fails, the
// old one may be void by now, so the new one is remembered and traded the next time.
func (s *Source) refresh(ctx context.Context, config oauth2.Config) (*oauth2.Token, error) {
	var token *oauth2.Token
	var renewed string
	err := s.o.Refresh.Trade(ctx, func(grant string) (string, error) {
		unkept := s.grant
		if unkept != "" {
			grant = unkept
		}
		var err error
		if token, err = config.TokenSource(ctx, &oauth2.Token{RefreshToken: grant}).Token(); err != nil {
			return "", issuerError(err)
		}
		// An issuer that gives none means the one it was given; that one may still have to be kept.
		if token.RefreshToken != "" && (token.RefreshToken != grant || unkept != "") {
			renewed = token.RefreshToken
		}
		return renewed, nil
	})
	switch {
	case err == nil:
		s.grant = ""
		return token, nil
	case renewed != "":
		s.grant = renewed
		return nil, fmt.Errorf("%w: keep the new refresh token: %w", errIssuer, err)
	}
	return nil, err
}
