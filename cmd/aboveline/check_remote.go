package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"strings"

	imap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/mailout/dkim"
)

// remoteProbes look at servers. They log in and out again, and send nothing.
func remoteProbes(c *config.Config) []probe {
	probes := []probe{{"dns", func(ctx context.Context) (string, error) { return lookDNS(ctx, c) }}}
	for _, m := range c.Mailin.IMAP {
		probes = append(probes, probe{"imap", func(ctx context.Context) (string, error) {
			text, err := lookIMAP(ctx, m)
			if err == nil && m.OAuth2 != nil {
				return lookPolled(ctx, c, m, text)
			}
			return text, err
		}})
	}
	if c.Mailout.Smarthost.IsZero() {
		probes = append(probes, probe{"smarthost", func(context.Context) (string, error) {
			return "none: outgoing mail stays in the queue", nil
		}})
	} else {
		probes = append(probes, probe{"smarthost", func(ctx context.Context) (string, error) { return lookSmarthost(ctx, c) }})
	}
	for _, d := range c.Mailout.DKIM {
		probes = append(probes, probe{"dkim", func(ctx context.Context) (string, error) { return lookDKIM(ctx, c, d) }})
	}
	return probes
}

// resolver is the one the config names, or the system's.
func resolver(c *config.Config) *net.Resolver {
	_, server := c.DNS.Server.Network()
	if server == "" {
		return net.DefaultResolver
	}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server)
	}}
}

func lookDNS(ctx context.Context, c *config.Config) (string, error) {
	domain := c.Identity.Address.Domain()
	if !strings.Contains(domain, ".") {
		return "not needed for " + domain, nil
	}
	hosts, err := resolver(c).LookupMX(ctx, domain)
	if d, ok := errors.AsType[*net.DNSError](err); ok {
		if d.IsNotFound {
			return fmt.Sprintf("answers; %s takes no mail by DNS", domain), nil
		}
		err = errors.New(d.Err) // the whole text names the system's resolver, also where another was asked
	}
	if err != nil {
		return "", fmt.Errorf("no answer about %s: %w; name a resolver in [dns] server, or mend the system's", domain, err)
	}
	return fmt.Sprintf("answers; mail for %s goes to %s", domain, strings.TrimSuffix(hosts[0].Host, ".")), nil
}

// dialPeer connects, with TLS from the first byte where the scheme says so. Every read and write ends with ctx.
func dialPeer(ctx context.Context, s config.Server) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.Addr())
	if err != nil {
		return nil, err
	}
	if end, ok := ctx.Deadline(); ok {
		conn.SetDeadline(end)
	}
	if s.Scheme == "imaps" || s.Scheme == "smtps" {
		secured := tls.Client(conn, &tls.Config{ServerName: s.Host})
		if err := secured.HandshakeContext(ctx); err != nil {
			conn.Close()
			return nil, err
		}
		return secured, nil
	}
	return conn, nil
}

func lookIMAP(ctx context.Context, m config.IMAP) (string, error) {
	wrong := func(err error) (string, error) {
		return "", fmt.Errorf("%s at %s: %w", m.Username, m.Server, err)
	}
	conn, err := dialPeer(ctx, m.Server)
	if err != nil {
		return wrong(err)
	}
	defer conn.Close()
	var c *imapclient.Client
	if m.Server.Scheme == "imap+starttls" {
		if c, err = imapclient.NewStartTLS(conn, &imapclient.Options{TLSConfig: &tls.Config{ServerName: m.Server.Host}}); err != nil {
			return wrong(err)
		}
	} else {
		c = imapclient.New(conn, nil)
	}
	defer c.Close()
	if m.OAuth2 != nil {
		if err := c.WaitGreeting(); err != nil {
			return wrong(err)
		}
		return fmt.Sprintf("%s answers; logging in by oauth2 is tried by \"aboveline serve\"", m.Server), nil
	}
	password, err := m.Password.Read()
	if err != nil {
		return wrong(err)
	}
	if err := c.Login(m.Username, password).Wait(); err != nil {
		return wrong(fmt.Errorf("not let in: %w; is it the right password?", err))
	}
	box, err := c.Select(m.Mailbox, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return wrong(fmt.Errorf("no mailbox %q: %w", m.Mailbox, err))
	}
	c.Logout().Wait()
	return fmt.Sprintf("%s at %s, %s holds %d mails", m.Username, m.Server, m.Mailbox, box.NumMessages), nil
}

func lookSmarthost(ctx context.Context, c *config.Config) (string, error) {
	host := c.Mailout.Smarthost
	wrong := func(err error) (string, error) { return "", fmt.Errorf("%s: %w", host, err) }
	conn, err := dialPeer(ctx, host)
	if err != nil {
		return wrong(err)
	}
	defer conn.Close()
	s, err := smtp.NewClient(conn, host.Host)
	if err != nil {
		return wrong(err)
	}
	if err := s.Hello(c.Hostname()); err != nil {
		return wrong(err)
	}
	if host.Scheme == "smtp+starttls" {
		if err := s.StartTLS(&tls.Config{ServerName: host.Host}); err != nil {
			return wrong(fmt.Errorf("no STARTTLS: %w", err))
		}
	}
	said := "answers"
	if c.Mailout.Username != "" {
		password, err := c.Mailout.Password.Read()
		if err != nil {
			return wrong(err)
		}
		if err := s.Auth(smtp.PlainAuth("", c.Mailout.Username, password, host.Host)); err != nil {
			return wrong(fmt.Errorf("not let in as %s: %w", c.Mailout.Username, err))
		}
		said = "lets " + c.Mailout.Username + " in"
	}
	s.Quit()
	return fmt.Sprintf("%s %s", host, said), nil
}

// lookDKIM compares the key with what the world sees of it (RFC 6376, section 3.6.1).
func lookDKIM(ctx context.Context, c *config.Config, d config.DKIM) (string, error) {
	key, err := dkim.Load(string(d.KeyFile))
	if err != nil {
		return "", err
	}
	domain := string(d.Domain)
	if domain == "" {
		domain = c.Identity.Address.Domain()
	}
	want, err := dkim.Record(key)
	if err != nil {
		return "", err
	}
	name := dkim.Name(d.Selector, domain)
	have, err := resolver(c).LookupTXT(ctx, name)
	for _, txt := range have {
		if tag(txt, "p") == tag(want, "p") {
			return name, nil
		}
	}
	publish := fmt.Sprintf("publish this TXT record at %s:\n%s", name, want)
	if err != nil {
		return "", fmt.Errorf("no key found in DNS (%w); %s", err, publish)
	}
	return "", fmt.Errorf("DNS has another key; %s", publish)
}

// tag is the value of a tag in a key record, without white space (RFC 6376, section 3.2).
func tag(record, name string) string {
	for field := range strings.SplitSeq(record, ";") {
		if k, v, ok := strings.Cut(field, "="); ok && strings.TrimSpace(k) == name {
			return strings.Join(strings.Fields(v), "")
		}
	}
	return ""
}
