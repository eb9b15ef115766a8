package smtp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// writeCertificate makes a self-signed certificate for a name.
func writeCertificate(t testing.TB, certFile, keyFile, name string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	// The bubble's clock stands at 2000, a real one does not.
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func withTLS(t testing.TB, o Options) Options {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writeCertificate(t, cert, key, "mx.desk.example")
	var err error
	if o.TLS, err = LoadCertificate(cert, key, nil); err != nil {
		t.Fatal(err)
	}
	return o
}

// All of the door's manners hold inside TLS too: the end of a mail, the stall, the order.
func TestStartTLS(t *testing.T) {
	o := withTLS(t, testOptions(t))
	synctest.Test(t, func(t *testing.T) {
		in := &cellar{}
		_, l := openDoor(t, in, o)
		plain := dialDoor(t, l, "192.0.2.7")
		plain.expect("220")
		if got := plain.say("EHLO stranger.example", "250"); !strings.Contains(got, "STARTTLS") {
			t.Fatalf("greeting %q offers no TLS", got)
		}
		plain.say("MAIL FROM:<forgotten@client.example>", "250")
		plain.say("RCPT TO:<support+forgotten@desk.example>", "250")
		cl := upgrade(t, plain)
		cl.say("MAIL FROM:<a@b.example>", "503 5.5.1 Say EHLO again")
		cl.say("DATA", "503")
		if got := cl.say("EHLO client.example", "250"); strings.Contains(got, "STARTTLS") {
			t.Errorf("greeting %q offers TLS twice", got)
		}
		cl.say("DATA", "503")
		cl.say("STARTTLS", "503 5.5.1")
		cl.mail()
		cl.send(hello)
		cl.expect("250 2.0.0")
		m := in.mails()[0]
		if !m.Envelope.TLS || m.Envelope.Helo != "client.example" || len(m.Envelope.To) != 1 || !strings.Contains(string(m.Raw), "with ESMTPS id") {
			t.Errorf("envelope %+v, raw %q", m.Envelope, m.Raw)
		}
		cl.mail()
		cl.send("one\r\r\n.\r\n")
		cl.expect("550 5.6.11")
		cl.mail()
		cl.send("one\n.\nMAIL FROM:<smuggled@client.example>\r\n.\r\n")
		cl.expect("550 5.6.11")
		cl.mail()
		cl.send("one\r\n")
		time.Sleep(61 * time.Second)
		cl.expect("421 4.4.2")
		cl.expectClosed()
		if n := len(in.mails()); n != 1 {
			t.Errorf("%d mails kept, want 1", n)
		}
	})
}

// upgrade turns a client's connection into TLS. Its reader stands in the way of the handshake, so the connection gets a
// new one: the old one is stopped by a deadline.
func upgrade(t *testing.T, c *client) *client {
	t.Helper()
	c.send("STARTTLS\r\n")
	c.expect("220 2.0.0")
	if err := c.conn.SetReadDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	for range c.lines {
	}
	if err := c.conn.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	conn := tls.Client(c.conn, &tls.Config{InsecureSkipVerify: true})
	if err := conn.Handshake(); err != nil {
		t.Fatal(err)
	}
	return newClient(t, conn)
}

// What was sent in the clear behind STARTTLS is never read as if it had come by TLS.
func TestStartTLSInjection(t *testing.T) {
	o := withTLS(t, testOptions(t))
	synctest.Test(t, func(t *testing.T) {
		_, l := openDoor(t, &cellar{}, o)
		cl := dialDoor(t, l, "192.0.2.7")
		cl.expect("220")
		cl.say("EHLO client.example", "250")
		cl.send("STARTTLS\r\nMAIL FROM:<smuggled@client.example>\r\n")
		cl.expect("503 5.5.0")
		cl.expectClosed()
	})
}

// A handshake that is none, or never ends, ends the session.
func TestStartTLSGarbage(t *testing.T) {
	o := withTLS(t, testOptions(t))
	for _, garbage := range []string{"MAIL FROM:<smuggled@client.example>\r\n", ""} {
		synctest.Test(t, func(t *testing.T) {
			_, l := openDoor(t, &cellar{}, o)
			cl := dialDoor(t, l, "192.0.2.7")
			cl.expect("220")
			cl.say("EHLO client.example", "250")
			cl.say("STARTTLS", "220")
			cl.send(garbage)
			time.Sleep(maxHandshake + time.Second)
			synctest.Wait()
			for line := range cl.lines {
				if strings.HasPrefix(line, "2") || strings.HasPrefix(line, "5") {
					t.Errorf("said %q", line)
				}
			}
		})
	}
}

// TLS 1.1 is not spoken any more (RFC 8996).
func TestStartTLSVersion(t *testing.T) {
	if o := withTLS(t, testOptions(t)); o.TLS.MinVersion != tls.VersionTLS12 {
		t.Errorf("lowest version %x", o.TLS.MinVersion)
	}
}

// A renewed certificate is shown without a restart, a broken one is not, and a client that names no server gets it too.
func TestCertificateFollowsItsFiles(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if _, err := LoadCertificate(cert, key, nil); err == nil {
		t.Fatal("no error for files that are not there")
	}
	writeCertificate(t, cert, key, "first.example")
	conf, err := LoadCertificate(cert, key, nil)
	if err != nil {
		t.Fatal(err)
	}
	shown := func() string {
		pair, err := conf.GetCertificate(&tls.ClientHelloInfo{})
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(pair.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		return leaf.Subject.CommonName
	}
	touch := func(at time.Time) {
		for _, f := range []string{cert, key} {
			if err := os.Chtimes(f, at, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := shown(); got != "first.example" {
		t.Errorf("shown %s", got)
	}
	writeCertificate(t, cert, key, "second.example")
	touch(time.Now().Add(time.Hour))
	if got := shown(); got != "second.example" {
		t.Errorf("after renewal: %s", got)
	}
	if err := os.WriteFile(key, []byte("half a fi"), 0o600); err != nil {
		t.Fatal(err)
	}
	touch(time.Now().Add(2 * time.Hour))
	if got := shown(); got != "second.example" {
		t.Errorf("after a broken renewal: %s", got)
	}
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	if got := shown(); got != "second.example" {
		t.Errorf("without files: %s", got)
	}
	writeCertificate(t, cert, key, "third.example")
	touch(time.Now().Add(3 * time.Hour))
	if got := shown(); got != "third.example" {
		t.Errorf("after the repair: %s", got)
	}
}
