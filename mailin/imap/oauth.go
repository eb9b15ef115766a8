package imap

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

// OAuth2 gets access tokens from an issuer: for the program itself (client credentials, RFC 6749, section 4.4) or,
// where Refresh is set, for the person who once granted it (refresh token, section 6). It is used by one poller.
type OAuth2 struct {
	TokenURL string // https://, or http:// on loopback
	ClientID string
	Secret   func() (string, error) // nil for a public client
	Scopes   []string
	Refresh  RefreshTokens // nil for client credentials
	Client   *http.Client  // nil for one with deadlines and no redirects

	mu     sync.Mutex
	access *oauth2.Token
	grant  string // the newest refresh token, if it is not in Refresh yet
}

// RefreshTokens keeps the refresh token. An issuer may give a new one with each use and honour only the newest, so
// SetRefreshToken must be durable and atomic.
type RefreshTokens interface {
	RefreshToken(ctx context.Context) (string, error)
	SetRefreshToken(ctx context.Context, token string) error
}

const (
	tokenTimeout = 30 * time.Second
	tokenMargin  = 2 * time.Minute // a token that lasts no longer than this is not used for a login
)

var tokenClient = &http.Client{
	Timeout:       tokenTimeout,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// errIssuer marks an issuer that does not answer as one should: tried again like a server that is down.
var errIssuer = errors.New("token issuer")

func (o *OAuth2) check() error {
	u, err := url.Parse(o.TokenURL)
	loopback := err == nil && (u.Hostname() == "127.0.0.1" || u.Hostname() == "::1" || u.Hostname() == "localhost")
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback):
		return fmt.Errorf("oauth2: token_url %.100q: want https://", o.TokenURL)
	case o.ClientID == "":
		return errors.New("oauth2: client_id is missing")
	case o.Refresh == nil && o.Secret == nil:
		return errors.New("oauth2: neither a client secret nor a refresh token is given")
	}
	return nil
}

// token returns an access token that lasts for the login.
func (o *OAuth2) token(ctx context.Context) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.access.Valid() && (o.access.Expiry.IsZero() || time.Until(o.access.Expiry) > tokenMargin) {
		return o.access.AccessToken, nil
	}
	client := o.Client
	if client == nil {
		client = tokenClient
	}
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, client), tokenTimeout)
	defer cancel()
	token, err := o.ask(ctx)
	if err != nil {
		return "", err
	}
	if token.AccessToken == "" {
		return "", fmt.Errorf("%w: an answer without a token", errIssuer)
	}
	o.access = token
	return token.AccessToken, nil
}

// forget drops the access token: the server did not like it.
func (o *OAuth2) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.access = nil
}

func (o *OAuth2) ask(ctx context.Context) (*oauth2.Token, error) {
	secret := ""
	if o.Secret != nil {
		var err error
		if secret, err = o.Secret(); err != nil {
			return nil, fmt.Errorf("%w: read the client secret: %w", ErrAuth, err)
		}
	}
	if o.Refresh == nil {
		config := clientcredentials.Config{ClientID: o.ClientID, ClientSecret: secret, TokenURL: o.TokenURL, Scopes: o.Scopes,
			AuthStyle: oauth2.AuthStyleInParams}
		token, err := config.Token(ctx)
		return token, issuerError(err)
	}
	return o.refresh(ctx, secret)
}

// refresh trades the refresh token in and keeps the new one before the access token is used.
func (o *OAuth2) refresh(ctx context.Context, secret string) (*oauth2.Token, error) {
	grant := o.grant
	if grant == "" {
		var err error
		if grant, err = o.Refresh.RefreshToken(ctx); err != nil {
			return nil, fmt.Errorf("%w: read the refresh token: %w", ErrAuth, err)
		}
	}
	// Probing which style the issuer likes would use a refresh token twice, and some issuers revoke it for that.
	config := oauth2.Config{ClientID: o.ClientID, ClientSecret: secret, Scopes: o.Scopes,
		Endpoint: oauth2.Endpoint{TokenURL: o.TokenURL, AuthStyle: oauth2.AuthStyleInParams}}
	token, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: grant}).Token()
	if err != nil {
		return nil, issuerError(err)
	}
	if token.RefreshToken == "" || token.RefreshToken == grant && o.grant == "" {
		return token, nil
	}
	o.grant = token.RefreshToken // the old one may be void by now: if keeping fails, it is tried at the next login
	if err := o.Refresh.SetRefreshToken(ctx, token.RefreshToken); err != nil {
		return nil, fmt.Errorf("%w: keep the new refresh token: %w", errIssuer, err)
	}
	o.grant = ""
	return token, nil
}

// issuerError tells a refusal (RFC 6749, section 5.2) from trouble, and keeps what the issuer said out of it but for
// its code: the answer may repeat secrets.
func issuerError(err error) error {
	if err == nil {
		return nil
	}
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return fmt.Errorf("%w: %w", errIssuer, err)
	}
	status := refused.Response.StatusCode
	if status == http.StatusTooManyRequests || status < 400 || status >= 500 {
		return fmt.Errorf("%w: HTTP status %d", errIssuer, status)
	}
	return fmt.Errorf("%w: the token issuer refused: HTTP status %d %.60q", ErrAuth, status, refused.ErrorCode)
}
