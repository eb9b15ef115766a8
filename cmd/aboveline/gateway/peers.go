package gateway

import (
	"fmt"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/cmd/aboveline/oauth"
	"aboveline.example/mailin/imap"
	"aboveline.example/mailout"
)

// Smarthost says how a configuration's smarthost is reached and logged in to: what "aboveline check" tries is what the
// courier does.
func Smarthost(cfg *config.Config) (mailout.CourierOptions, error) {
	out := cfg.Mailout
	o := mailout.CourierOptions{
		Smarthost: mailout.Smarthost{Host: out.Smarthost.Host, Port: out.Smarthost.Port, TLS: mailout.TLSMode(out.Smarthost.Scheme)},
		Username:  out.Username, Hostname: cfg.Hostname(), Roots: out.CAFile.Roots,
	}
	if !out.Password.IsZero() {
		o.Password = out.Password.Read
	}
	if out.OAuth2 != nil {
		tokens, err := tokenSource(out.OAuth2)
		if err != nil {
			return o, fmt.Errorf("smarthost: %w", err)
		}
		o.Bearer = tokens
	}
	return o, nil
}

// Mailbox says how a configured mailbox is reached, logged in to and read.
func Mailbox(cfg *config.Config, m config.IMAP) (imap.Options, error) {
	o := imap.Options{
		Name: m.Username, Server: m.Server.String(), Insecure: m.Insecure, Roots: m.CAFile.Roots, Username: m.Username,
		Mailbox: m.Mailbox, Handled: m.Handled, AuthservID: m.AuthservID, MaxSize: int64(cfg.Mailin.MaxSize),
	}
	if m.OAuth2 == nil {
		o.Password = m.Password.Read
		return o, nil
	}
	tokens, err := tokenSource(m.OAuth2)
	if err != nil {
		return o, fmt.Errorf("mailbox %s: %w", m.Username, err)
	}
	o.Bearer = tokens
	return o, nil
}

// tokenSource is where a configuration has its access tokens from.
func tokenSource(c *config.OAuth2) (*oauth.Source, error) {
	o := oauth.Options{TokenURL: c.TokenURL, ClientID: c.ClientID, Scopes: c.Scopes}
	if c.TokenURL == "" {
		o.TokenURL = "https://login.microsoftonline.com/" + c.Tenant + "/oauth2/v2.0/token"
	}
	if !c.ClientSecret.IsZero() {
		o.Secret = c.ClientSecret.Read
	}
	if c.RefreshToken.File != "" {
		o.Refresh = oauth.TokenFile(c.RefreshToken.File)
	}
	return oauth.New(o)
}
