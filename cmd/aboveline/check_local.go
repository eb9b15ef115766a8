package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/config"
)

// localProbes look at what the config points at on this machine.
func localProbes(c *config.Config) []probe {
	probes := []probe{
		{"store", func(context.Context) (string, error) { return lookStore(string(c.Store.Path)) }},
		{"disk", func(context.Context) (string, error) { return lookDisk(string(c.Store.Path), int64(c.Mailin.MaxSize)) }},
	}
	probes = append(probes, probe{"clock", func(context.Context) (string, error) {
		return lookClock(string(c.Store.Path), time.Now())
	}})
	for _, s := range secrets(c) {
		probes = append(probes, probe{"secret", func(context.Context) (string, error) {
			if _, err := s.Read(); err != nil {
				return "", err
			}
			return s.Where(), nil
		}})
	}
	for _, name := range keyFiles(c) {
		probes = append(probes, probe{"secret", func(context.Context) (string, error) {
			return "key file " + name, config.Guarded(name)
		}})
	}
	if len(doors(c)) == 0 && len(c.Mailin.IMAP) == 0 {
		probes = append(probes, probe{"door", func(context.Context) (string, error) {
			return `none is open: mail comes in by "aboveline deliver" alone; give the config a [mailin.smtp], [mailin.lmtp] or [[mailin.imap]] table`, nil
		}})
	}
	if len(c.Staff) == 0 {
		probes = append(probes, probe{"staff", func(context.Context) (string, error) {
			return "nobody: tickets are kept and confirmed, and nobody is told of them; give the config a [[staff]] table", nil
		}})
	}
	listens := doors(c)
	if c.Metrics.Listen != "" {
		listens = append(listens, c.Metrics.Listen)
	}
	for _, l := range listens {
		probes = append(probes, probe{"door", func(context.Context) (string, error) { return lookDoor(string(c.Store.Path), l) }})
	}
	if s := c.Mailin.SMTP; s != nil && s.TLSCert != "" {
		probes = append(probes, probe{"tls", func(context.Context) (string, error) {
			return lookCertificate(string(s.TLSCert), string(s.TLSKey), time.Now())
		}})
	}
	return probes
}

// doors lists where the gateway will listen.
func doors(c *config.Config) (all []config.Listen) {
	if s := c.Mailin.SMTP; s != nil {
		all = append(all, s.Listen)
	}
	if l := c.Mailin.LMTP; l != nil {
		all = append(all, l.Listen)
	}
	return all
}

// lookDoor tries whether we could listen there. While a gateway runs on the store, it does.
func lookDoor(store string, l config.Listen) (string, error) {
	if desk, err := admin.Dial(store); err == nil {
		desk.Close()
		return string(l) + " is the running gateway's", nil
	}
	network, addr := l.Network()
	if network == "unix" {
		dir := filepath.Dir(addr)
		if err := writable(dir); err != nil {
			return "", fmt.Errorf("%s: %w", l, err)
		}
		return string(l) + " can be opened", nil
	}
	ln, err := net.Listen(network, addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return "", fmt.Errorf("another program listens on %s; stop it, or choose another port", addr)
	case errors.Is(err, syscall.EACCES):
		return "", fmt.Errorf("ports below 1024 are not ours to open; give the program CAP_NET_BIND_SERVICE, or choose another than %s", addr)
	case err != nil:
		return "", err
	}
	ln.Close()
	return addr + " is free", nil
}

// secrets lists every secret that the config names, each once: a mailbox and the smarthost often share theirs.
func secrets(c *config.Config) (all []config.Secret) {
	add := func(s config.Secret) {
		if !s.IsZero() && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	addOAuth2 := func(o *config.OAuth2) {
		if o != nil {
			add(o.ClientSecret)
			add(o.RefreshToken)
		}
	}
	for _, m := range c.Mailin.IMAP {
		add(m.Password)
		addOAuth2(m.OAuth2)
	}
	add(c.Mailout.Password)
	addOAuth2(c.Mailout.OAuth2)
	add(c.Alarm.WebhookSecret)
	return all
}

// keyFiles lists the private keys that the config names. Who could read one could sign, or listen, in our name.
func keyFiles(c *config.Config) (all []string) {
	for _, d := range c.Mailout.DKIM {
		all = append(all, string(d.KeyFile))
	}
	if s := c.Mailin.SMTP; s != nil && s.TLSKey != "" {
		all = append(all, string(s.TLSKey))
	}
	return all
}

func lookStore(dir string) (string, error) {
	fi, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := writable(existing(dir)); err != nil {
			return "", fmt.Errorf("%s does not exist and cannot be made: %w", dir, err)
		}
		return dir + " will be made at the first start", nil
	case err != nil:
		return "", err
	case !fi.IsDir():
		return "", fmt.Errorf("%s is not a directory; move it away, or name another store.path", dir)
	case fi.Mode().Perm()&0o077 != 0:
		return "", fmt.Errorf("others can enter %s, where all mail is; run: chmod 700 %s", dir, dir)
	}
	if err := writable(dir); err != nil {
		return "", err
	}
	if desk, err := admin.Dial(dir); err == nil {
		desk.Close()
		return dir + ", where a gateway is running", nil
	}
	return dir, nil
}

// existing is the nearest directory above a path that exists.
func existing(path string) string {
	for {
		up := filepath.Dir(path)
		if _, err := os.Stat(up); err == nil || up == path {
			return up
		}
		path = up
	}
}

func writable(dir string) error {
	const write = 2 // W_OK of access(2)
	if err := syscall.Access(dir, write); err != nil {
		return fmt.Errorf("cannot write to %s: %w; run as the user that serves, or change its owner", dir, err)
	}
	return nil
}

// roomFor is how much disk a desk should have: below 200 MiB or three mails of full size, doors say "try later".
func roomFor(maxSize int64) int64 { return max(200<<20, 3*maxSize) }

func lookDisk(dir string, maxSize int64) (string, error) {
	at := dir
	if _, err := os.Stat(at); err != nil {
		at = existing(dir)
	}
	var s syscall.Statfs_t
	if err := syscall.Statfs(at, &s); err != nil {
		return "", fmt.Errorf("ask %s for its room: %w", at, err)
	}
	free := int64(s.Bavail) * int64(s.Bsize)
	if free < roomFor(maxSize) {
		return "", fmt.Errorf("%s free at %s, and mail is refused below %s; make room", bytesText(free), at, bytesText(roomFor(maxSize)))
	}
	return bytesText(free) + " free", nil
}

// certificateMargin is how long before its end a certificate is worth a word: renewal usually comes a month before.
const certificateMargin = 14 * 24 * time.Hour

func lookCertificate(cert, key string, now time.Time) (string, error) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", cert, err)
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return "", fmt.Errorf("read %s: %w", cert, err)
	}
	if left := leaf.NotAfter.Sub(now); left < certificateMargin {
		return "", fmt.Errorf("%s ends on %s; renew it", cert, leaf.NotAfter.Format(time.DateOnly))
	}
	return fmt.Sprintf("%s, good until %s", cert, leaf.NotAfter.Format(time.DateOnly)), nil
}
