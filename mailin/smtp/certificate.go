package smtp

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// LoadCertificate returns what STARTTLS needs from two PEM files. The certificate is read again when either file
// changes; one that cannot be read is told, and the last good one stays. It is shown to every client, since mail
// servers often do not say which name they came for.
func LoadCertificate(certFile, keyFile string, log *slog.Logger) (*tls.Config, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	c := &certificate{cert: certFile, key: keyFile, log: log}
	if err := c.load(); err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion:     tls.VersionTLS12, // RFC 8996
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current(), nil },
	}, nil
}

// certificate follows two files.
type certificate struct {
	cert, key string
	log       *slog.Logger

	mu    sync.Mutex
	pair  *tls.Certificate
	stamp [2]stamp
}

// stamp is what tells one version of a file from the next.
type stamp struct {
	at   time.Time
	size int64
}

// current is the newest good certificate.
func (c *certificate) current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.look(); now != c.stamp {
		if err := c.load(); err != nil {
			c.log.Error("certificate not read; the old one stays", "err", err)
			c.stamp = now // told once for each change
		} else {
			c.log.Info("certificate read again", "at", c.cert)
		}
	}
	return c.pair
}

// load reads both files. It needs mu, or a certificate that nobody has seen.
func (c *certificate) load() error {
	stamp := c.look() // before, so that a change in between is seen the next time
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fmt.Errorf("smtp: read certificate %s with key %s: %w", c.cert, c.key, err)
	}
	c.pair, c.stamp = &pair, stamp
	return nil
}

// look is the present stamp of both files.
func (c *certificate) look() (s [2]stamp) {
	for i, name := range []string{c.cert, c.key} {
		if info, err := os.Stat(name); err == nil {
			s[i] = stamp{at: info.ModTime(), size: info.Size()}
		}
	}
	return s
}
