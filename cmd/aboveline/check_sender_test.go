package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foxcpp/go-mockdns"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/rules"
)

// dns is a resolver that asks a server on loopback.
func dns(t *testing.T, zones map[string]mockdns.Zone) *net.Resolver {
	t.Helper()
	s, err := mockdns.NewServerWithLogger(zones, log.New(new(strings.Builder), "", 0), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return resolver(&config.Config{DNS: config.DNS{Server: config.Listen(s.LocalAddr().String())}})
}

func TestCheckSPF(t *testing.T) {
	r := dns(t, map[string]mockdns.Zone{
		"good.example.":   {TXT: []string{"other", "v=spf1 mx -all"}},
		"upper.example.":  {TXT: []string{"V=SPF1 mx ~all"}},
		"two.example.":    {TXT: []string{"v=spf1 mx -all", "v=spf1 a -all"}},
		"open.example.":   {TXT: []string{"v=spf1 mx +ALL"}},
		"spf10.example.":  {TXT: []string{"v=spf10 mx -all"}},
		"silent.example.": {TXT: []string{"hello"}},
		"broken.example.": {Err: errors.New("server failure")},
	})
	for domain, want := range map[string]string{
		"good.example": "ok v=spf1 mx -all", "upper.example": "ok V=SPF1", "two.example": "has 2 SPF records", "open.example": "lets everybody",
		"spf10.example": "publish a TXT record", "silent.example": "publish a TXT record", "absent.example": "publish a TXT record",
		"broken.example": "is the resolver up?",
	} {
		said(t, domain, want, func() (string, error) { return lookSPF(t.Context(), r, domain) })
	}
}

// said compares what a look said: "ok …" is part of what it found, anything else of what to do.
func said(t *testing.T, what, want string, look func() (string, error)) {
	t.Helper()
	text, err := look()
	good, ok := strings.CutPrefix(want, "ok ")
	switch {
	case ok && (err != nil || !strings.Contains(text, good)):
		t.Errorf("%s: %q, %v; want %q", what, text, err, good)
	case !ok && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("%s: %q, %v; want the error %q", what, text, err, want)
	}
}

func TestCheckDMARC(t *testing.T) {
	r := dns(t, map[string]mockdns.Zone{
		"_dmarc.good.example.":   {TXT: []string{"v=DMARC1; p=Reject; rua=mailto:d@good.example"}},
		"_dmarc.two.example.":    {TXT: []string{"v=DMARC1; p=none", "v=DMARC1; p=reject"}},
		"_dmarc.empty.example.":  {TXT: []string{"v=DMARC1; rua=mailto:d@empty.example"}},
		"_dmarc.broken.example.": {Err: errors.New("server failure")},
	})
	for domain, want := range map[string]string{
		"good.example": "ok _dmarc.good.example: p=reject", "a.b.good.example": "ok _dmarc.good.example: p=reject", "two.example": "has 2 records",
		"empty.example": "has no policy", "absent.example": `publish the TXT record "v=DMARC1; p=none" at _dmarc.absent.example`,
		"broken.example": "is the resolver up?",
	} {
		said(t, domain, want, func() (string, error) { return lookDMARC(t.Context(), r, domain) })
	}
}

// TestSenderProbesNeedASender: a desk that sends nothing, or on no real domain, is not asked to publish anything.
func TestSenderProbesNeedASender(t *testing.T) {
	for _, c := range []struct {
		domain, host string
		want         int
	}{{"omdirekt.example", "", 0}, {"localhost", "127.0.0.1", 0}, {"omdirekt.example", "127.0.0.1", 2}} {
		cfg := config.Default()
		cfg.Identity.Address = rules.Address("support@" + c.domain)
		cfg.Mailout.Smarthost.Host = c.host
		if got := len(senderProbes(cfg)); got != c.want {
			t.Errorf("%s by %q: %d probes, want %d", c.domain, c.host, got, c.want)
		}
	}
}

// secured answers TLS on loopback with a certificate of its own making.
func secured(t *testing.T, ends time.Time) (at string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.example"}, DNSNames: []string{"mail.example"},
		NotBefore: ends.AddDate(-1, 0, 0), NotAfter: ends}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_ = c.(*tls.Conn).HandshakeContext(t.Context())
			}()
		}
	}()
	return l.Addr().String()
}

// TestCheckPeerCertificate: one that is not believed, and nobody there.
func TestCheckPeerCertificate(t *testing.T) {
	at := secured(t, time.Now().AddDate(1, 0, 0))
	in(t, quiet+"[mailout]\nsmarthost = \"smtps://"+at+"\"\n")
	cfg, err := config.Load("aboveline.toml")
	if err != nil {
		t.Fatal(err)
	}
	probes := certificateProbes(cfg)
	if len(probes) != 1 {
		t.Fatalf("%d probes", len(probes))
	}
	said(t, at, "write the name that is in the certificate", func() (string, error) { return probes[0].look(t.Context()) })
	cfg.Mailout.Smarthost.Port = 1
	said(t, "nobody", "refused", func() (string, error) {
		return lookPeer(t.Context(), cfg.Mailout.Smarthost, "", "desk.example", time.Now())
	})
}

// TestCheckPeerCertificateEnds: two weeks before its end it is worth a word.
func TestCheckPeerCertificateEnds(t *testing.T) {
	ends := time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC)
	s := config.Server{Scheme: "imaps", Host: "mail.example", Port: 993}
	state := tls.ConnectionState{Version: tls.VersionTLS13, PeerCertificates: []*x509.Certificate{{NotAfter: ends}}}
	said(t, "a month before", "ok TLS 1.3 until 2026-12-24", func() (string, error) { return lasting(s, state, ends.AddDate(0, -1, 0)) })
	said(t, "a week before", "ends on 2026-12-24", func() (string, error) { return lasting(s, state, ends.AddDate(0, 0, -7)) })
}

func TestCheckClock(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	said(t, "no store", "ok "+now.Format(time.RFC3339), func() (string, error) { return lookClock(filepath.Join(dir, "none"), now) })
	if err := os.WriteFile(filepath.Join(dir, "aboveline.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	said(t, "just written", "ok ", func() (string, error) { return lookClock(dir, now) })
	said(t, "a clock that is behind", "set the clock", func() (string, error) { return lookClock(dir, now.Add(-time.Hour)) })
}
