package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/cmd/aboveline/gateway"
	"aboveline.example/mailin/imap"
	"aboveline.example/mailout"
	"aboveline.example/mailout/dkim"
)

// remoteProbes look at servers. They log in and out again, and send nothing.
func remoteProbes(c *config.Config) []probe {
	probes := []probe{{"dns", func(ctx context.Context) (string, error) { return lookDNS(ctx, c) }}}
	for _, m := range c.Mailin.IMAP {
		probes = append(probes, probe{"imap", func(ctx context.Context) (string, error) { return lookIMAP(ctx, c, m) }})
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

// lookIMAP logs in as the gateway does, and leaves.
func lookIMAP(ctx context.Context, c *config.Config, m config.IMAP) (string, error) {
	wrong := func(err error) (string, error) {
		return "", fmt.Errorf("%s at %s: %w", m.Username, m.Server, err)
	}
	o, err := gateway.Mailbox(c, m)
	if err != nil {
		return wrong(err)
	}
	p, err := imap.New(o, nil, nil, nil)
	if err != nil {
		return wrong(err)
	}
	mails, err := p.Look(ctx)
	_, refused := errors.AsType[*imap.Refusal](err)
	switch {
	case errors.Is(err, imap.ErrAuth) && m.OAuth2 == nil:
		return wrong(fmt.Errorf("not let in: %w; is it the right password?", err))
	case errors.Is(err, imap.ErrAuth):
		return wrong(fmt.Errorf("not let in: %w; has the client been given the right to this mailbox, and has the token not run out?", err))
	case refused:
		return wrong(fmt.Errorf("no mailbox %q: %w", m.Mailbox, err))
	case err != nil:
		return wrong(peerFault(err))
	}
	return fmt.Sprintf("%s at %s, %s holds %d mails", m.Username, m.Server, m.Mailbox, mails), nil
}

// lookSmarthost logs in as the courier does, and leaves.
func lookSmarthost(ctx context.Context, c *config.Config) (string, error) {
	host := c.Mailout.Smarthost
	o, err := gateway.Smarthost(c)
	if err == nil {
		err = mailout.NewCourier(o, nil, nil).Look(ctx)
	}
	switch {
	case err != nil:
		return "", fmt.Errorf("%s: %w", host, peerFault(err))
	case o.Username != "":
		return fmt.Sprintf("%s lets %s in", host, o.Username), nil
	}
	return fmt.Sprintf("%s answers", host), nil
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
