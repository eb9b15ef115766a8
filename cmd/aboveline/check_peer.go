package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"strings"
	"syscall"
	"time"

	"aboveline.example/cmd/aboveline/config"
)

// certificateProbes look at the certificates of our peers; their names are compared when we connect.
func certificateProbes(c *config.Config) (probes []probe) {
	add := func(s config.Server, trust config.Path) {
		if strings.Contains(s.Scheme, "tls") || strings.HasSuffix(s.Scheme, "s") {
			probes = append(probes, probe{"tls", func(ctx context.Context) (string, error) {
				return lookPeer(ctx, s, trust, c.Hostname(), time.Now())
			}})
		}
	}
	for _, m := range c.Mailin.IMAP {
		add(m.Server, m.CAFile)
	}
	add(c.Mailout.Smarthost, c.Mailout.CAFile)
	return probes
}

// lookPeer says until when a peer's certificate is good.
func lookPeer(ctx context.Context, s config.Server, trust config.Path, hostname string, now time.Time) (string, error) {
	roots, err := trust.Roots()
	if err != nil {
		return "", err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.Addr())
	if err != nil {
		return "", fmt.Errorf("%s: %w", s, peerFault(err))
	}
	defer conn.Close()
	if end, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(end); err != nil {
			return "", err
		}
	}
	if err := startTLS(conn, s.Scheme, hostname); err != nil {
		return "", fmt.Errorf("%s: no STARTTLS: %w", s, err)
	}
	secured := tls.Client(conn, &tls.Config{ServerName: s.Host, RootCAs: roots, MinVersion: tls.VersionTLS12})
	if err := secured.HandshakeContext(ctx); err != nil {
		return "", fmt.Errorf("%s: %w", s, peerFault(err))
	}
	return lasting(s, secured.ConnectionState(), now)
}

// startTLS brings a connection to where TLS begins: at once, or after the word for it (RFC 3207; RFC 3501, section
// 6.2.1). Nothing that was said before is kept.
func startTLS(conn net.Conn, scheme, hostname string) error {
	t := textproto.NewReader(bufio.NewReader(io.LimitReader(conn, 64<<10)))
	switch scheme {
	case "smtp+starttls":
		for _, step := range []struct {
			say  string
			want int
		}{{"", 220}, {"EHLO " + hostname, 250}, {"STARTTLS", 220}} {
			if step.say != "" {
				if _, err := io.WriteString(conn, step.say+"\r\n"); err != nil {
					return err
				}
			}
			if _, _, err := t.ReadResponse(step.want); err != nil {
				return err
			}
		}
	case "imap+starttls":
		if _, err := io.WriteString(conn, "S STARTTLS\r\n"); err != nil {
			return err
		}
		for {
			line, err := t.ReadLine()
			if err != nil {
				return err
			}
			if rest, ours := strings.CutPrefix(line, "S "); ours && !strings.HasPrefix(rest, "OK") {
				return errors.New(rest)
			} else if ours {
				return nil
			}
		}
	}
	return nil
}

// lasting says until when a peer's certificate is good.
func lasting(s config.Server, state tls.ConnectionState, now time.Time) (string, error) {
	leaf := state.PeerCertificates[0]
	if leaf.NotAfter.Sub(now) < certificateMargin {
		return "", fmt.Errorf("the certificate of %s ends on %s; whoever runs it must renew it before", s, leaf.NotAfter.Format(time.DateOnly))
	}
	return fmt.Sprintf("%s, %s until %s", s, tls.VersionName(state.Version), leaf.NotAfter.Format(time.DateOnly)), nil
}

// peerFault adds to what kept us from a peer what to do about it, where that can be known.
func peerFault(err error) error {
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	unknown, dns := errors.AsType[*net.DNSError](err)
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case certificate:
		return fmt.Errorf("%w; write the name that is in the certificate, name your own CA by ca_file, or have whoever runs it mend it", err)
	case dns && unknown.IsNotFound:
		return fmt.Errorf("%w; is the name right?", err)
	case plain:
		return fmt.Errorf("%w; it does not speak TLS at once on that port: is it the right one, or does it want STARTTLS?", err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w; is it running, and is it the right port?", err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%w; does a firewall let us there, and is it the right port?", err)
	}
	return err
}
