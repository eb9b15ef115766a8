package mailout

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"math/big"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"aboveline.example/cmd/aboveline/peertest"
	"aboveline.example/rules"
)

// sink is a smarthost in this process, by another's server code.
type sink struct {
	mu     sync.Mutex
	names  []string // what clients called themselves
	logins []string
	mails  [][]byte
	count  atomic.Int64
	keep   bool
	mechs  []string
}

type sinkSession struct {
	k    *sink
	conn *smtp.Conn
}

func (k *sink) NewSession(c *smtp.Conn) (smtp.Session, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.names = append(k.names, c.Hostname())
	return &sinkSession{k, c}, nil
}

func (s *sinkSession) Mail(string, *smtp.MailOptions) error { return nil }
func (s *sinkSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (s *sinkSession) Reset()                               {}
func (s *sinkSession) Logout() error                        { return nil }
func (s *sinkSession) AuthMechanisms() []string             { return s.k.mechs }

func (s *sinkSession) Data(r io.Reader) error {
	s.k.count.Add(1)
	if !s.k.keep {
		_, err := io.Copy(io.Discard, r)
		return err
	}
	b, err := io.ReadAll(r)
	s.k.mu.Lock()
	defer s.k.mu.Unlock()
	s.k.mails = append(s.k.mails, b)
	return err
}

func (s *sinkSession) Auth(mech string) (sasl.Server, error) {
	check := func(user, password string) error {
		if user != "support@omdirekt.example" || password != "hemligt" {
			return smtp.ErrAuthFailed
		}
		s.k.mu.Lock()
		defer s.k.mu.Unlock()
		s.k.logins = append(s.k.logins, mech)
		return nil
	}
	if mech == "XOAUTH2" {
		return &tokenServer{}, nil
	}
	if mech == sasl.Plain {
		return sasl.NewPlainServer(func(_, u, p string) error { return check(u, p) }), nil
	}
	return &loginServer{check: check}, nil
}

// loginServer is AUTH LOGIN, which the library offers clients only.
type loginServer struct {
	check func(user, password string) error
	step  int
	user  string
}

func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("User Name\x00"), false, nil
	case 2:
		l.user = string(response)
		return []byte("password:"), false, nil
	}
	return nil, true, l.check(l.user, string(response))
}

// listen serves the sink on loopback until the test ends.
func (k *sink) listen(t testing.TB, cert *tls.Certificate, implicit bool) Smarthost {
	t.Helper()
	s := smtp.NewServer(k)
	s.Domain = "sink.example"
	s.AllowInsecureAuth = true
	s.ErrorLog = stdlog.New(io.Discard, "", 0)
	if cert != nil {
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*cert}}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := uint16(l.Addr().(*net.TCPAddr).Port)
	mode := TLSNone
	if cert != nil {
		mode = TLSStart
	}
	if implicit {
		mode, l = TLSImplicit, tls.NewListener(l, s.TLSConfig)
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { s.Close() })
	return Smarthost{Host: "127.0.0.1", Port: port, TLS: mode}
}

func certificate(t testing.TB) (*tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// until runs a courier until the outbox says a row was tried n times in all.
func until(t *testing.T, c *Courier, o *outbox, ended func() bool) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx, ctx) }()
	for !ended() && ctx.Err() == nil {
		select {
		case <-o.done:
		case <-o.tried:
		case <-ctx.Done():
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestTLS: our name is said both before and after STARTTLS, a password crosses TLS or loopback only, and what the
// configuration asks for is never done without.
func TestTLS(t *testing.T) {
	cert, roots := certificate(t)
	for _, c := range []struct {
		name     string
		cert     bool
		implicit bool
		mode     TLSMode // "" as the server has it
		trusted  bool
		mechs    []string
		password string
		host     string
		sent     bool
		why      string
	}{
		{name: "plain on loopback", mechs: []string{"PLAIN"}, password: "hemligt", sent: true},
		{name: "starttls", cert: true, trusted: true, mechs: []string{"PLAIN", "LOGIN"}, password: "hemligt", sent: true},
		{name: "starttls with login only", cert: true, trusted: true, mechs: []string{"LOGIN"}, password: "hemligt", sent: true},
		{name: "implicit", cert: true, implicit: true, trusted: true, mechs: []string{"PLAIN"}, password: "hemligt", sent: true},
		{name: "wrong password", cert: true, trusted: true, mechs: []string{"PLAIN"}, password: "fel", why: "uthentication failed"},
		{name: "unknown certificate", cert: true, mechs: []string{"PLAIN"}, password: "hemligt", why: "STARTTLS: "},
		{name: "unknown certificate, implicit", cert: true, implicit: true, mechs: []string{"PLAIN"}, password: "hemligt", why: "TLS: "},
		{name: "starttls not offered", mode: TLSStart, trusted: true, mechs: []string{"PLAIN"}, password: "hemligt", why: "does not offer STARTTLS"},
		{name: "no mechanism we know", cert: true, trusted: true, mechs: []string{"CRAM-MD5"}, password: "hemligt", why: "AUTH PLAIN"},
		{name: "password in the clear", mechs: []string{"PLAIN"}, password: "hemligt", host: "mail.example", why: "over TLS only"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := &sink{mechs: c.mechs, keep: true}
			var have *tls.Certificate
			if c.cert {
				have = cert
			}
			host := k.listen(t, have, c.implicit)
			addr := host.Addr()
			if c.mode != "" {
				host.TLS = c.mode
			}
			if c.host != "" {
				host.Host = c.host
			}
			trust := func() (*x509.CertPool, error) { return x509.NewCertPool(), nil }
			if c.trusted {
				trust = func() (*x509.CertPool, error) { return roots, nil }
			}
			o := newOutbox(queued(1)...)
			courier := NewCourier(CourierOptions{Smarthost: host, Username: "support@omdirekt.example", Hostname: "desk.omdirekt.example",
				Password: func() (string, error) { return c.password, nil }, Roots: trust,
				Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
					return (&net.Dialer{}).DialContext(ctx, network, addr)
				}}, o, noBlobs{})
			until(t, courier, o, func() bool { return len(o.row("7-1").Tried) > 0 })
			end := o.row("7-1")
			if (end.State == rules.QueueSent) != c.sent {
				t.Errorf("%s: %+v", end.State, end.Tried)
			}
			if r := end.Tried[0].Reply; !c.sent && (!strings.Contains(r.Text, c.why) || r.Phase != phaseConnect || Permanent(r)) {
				t.Errorf("%+v, want %q", r, c.why)
			}
			k.mu.Lock()
			defer k.mu.Unlock()
			for _, n := range k.names {
				if n != "" && n != "desk.omdirekt.example" {
					t.Errorf("we called ourselves %q", n)
				}
			}
			if c.sent && len(k.logins) != 1 || !c.sent && len(k.logins) != 0 {
				t.Errorf("logged in by %v", k.logins)
			}
		})
	}
}

// TestSentIsWhatWasComposed: composed, signed, sent and received by another's server, the mail is the same.
func TestSentIsWhatWasComposed(t *testing.T) {
	k := &sink{keep: true}
	host := k.listen(t, nil, false)
	row := Sample(rules.TemplateReply, rules.Swedish, rules.RoleRequester)
	row.Words = ".\r\n..\r\nFrom here\r\n" + row.Words
	row.Attachments = []rules.Attachment{{Name: "a.bin", Type: "application/octet-stream", SHA256: rules.BlobID(strings.Repeat("\x00\r\n.\r\n\xff", 1000))}}
	wire, err := composer(t).Compose(row)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Bytes(t.Context(), wire, noBlobs{})
	if err != nil {
		t.Fatal(err)
	}
	o := newOutbox(rules.Queued{Outgoing: row, Wire: wire})
	c := NewCourier(CourierOptions{Smarthost: host, Hostname: "desk.omdirekt.example", Signer: prefix("X-Signed: yes\r\n")}, o, noBlobs{})
	until(t, c, o, func() bool { return len(o.row(row.ID).Tried) > 0 })
	if len(k.mails) != 1 || !bytes.Equal(k.mails[0], append([]byte("X-Signed: yes\r\n"), want...)) {
		t.Fatalf("%d mails; got\n%.2000q", len(k.mails), k.mails)
	}
}

type prefix string

func (p prefix) Sign([]byte) ([]byte, error) { return []byte(p), nil }

// TestSMTPSink sends through Postfix's own test server.
func TestSMTPSink(t *testing.T) {
	tool, err := exec.LookPath("smtp-sink")
	if err != nil {
		if os.Getenv("ABOVELINE_PEERS") == "required" {
			t.Fatal("smtp-sink is not installed")
		}
		t.Skip("smtp-sink is not installed")
	}
	port := peertest.Port(t)
	cmd := exec.Command(tool, "-h", "sink.example", fmt.Sprintf("127.0.0.1:%d", port), "100")
	if os.Geteuid() == 0 {
		cmd = exec.Command(tool, "-u", "nobody", "-h", "sink.example", fmt.Sprintf("127.0.0.1:%d", port), "100")
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	o := newOutbox(queued(50)...)
	c := NewCourier(CourierOptions{Smarthost: Smarthost{Host: "127.0.0.1", Port: port, TLS: TLSNone}, Hostname: "desk.omdirekt.example"}, o, noBlobs{})
	until(t, c, o, func() bool {
		select {
		case <-o.done:
			return true
		default:
			return false
		}
	})
	for _, id := range o.order {
		if end := o.row(id); end.State != rules.QueueSent {
			t.Fatalf("%s is %s: %+v; smtp-sink said %q", id, end.State, end.Tried, said.String())
		}
	}
}

// BenchmarkCourier sends confirmations to a server in this process, which shares its processors.
func BenchmarkCourier(b *testing.B) {
	k := &sink{}
	host := k.listen(b, nil, false)
	wire, err := composer(b).Compose(Sample(rules.TemplateConfirmation, rules.Swedish, rules.RoleRequester))
	if err != nil {
		b.Fatal(err)
	}
	rows := queued(b.N)
	for i := range rows {
		rows[i].Wire = wire
	}
	o := newOutbox(rows...)
	c := NewCourier(CourierOptions{Smarthost: host, Hostname: "desk.omdirekt.example"}, &stream{outbox: o, rows: rows}, noBlobs{})
	ctx, stop := context.WithCancel(b.Context())
	b.ReportAllocs()
	b.ResetTimer()
	go func() { <-o.done; stop() }()
	if err := c.Run(ctx, context.WithoutCancel(ctx)); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
	if n := k.count.Load(); n != int64(b.N) {
		b.Errorf("%d mails arrived, want %d", n, b.N)
	}
}

// stream claims in order without looking at every row, so that the benchmark measures the courier.
type stream struct {
	*outbox
	rows []rules.Queued
}

func (s *stream) Claim(_ context.Context, _ time.Time, _ time.Duration, most int) ([]rules.Queued, error) {
	n := min(most, len(s.rows))
	out := s.rows[:n]
	s.rows = s.rows[n:]
	return out, nil
}

func (s *stream) NextSend(context.Context) (time.Time, error) { return time.Time{}, nil }

// TestPasswordFails: a password that cannot be read is told, and costs no mail.
func TestPasswordFails(t *testing.T) {
	k := &sink{mechs: []string{"PLAIN"}}
	o := newOutbox(queued(1)...)
	c := NewCourier(CourierOptions{Smarthost: k.listen(t, nil, false), Username: "x", Hostname: "desk.omdirekt.example",
		Password: func() (string, error) { return "", errors.New("no such file") }}, o, noBlobs{})
	until(t, c, o, func() bool { return len(o.row("7-1").Tried) > 0 })
	if r := o.row("7-1").Tried[0].Reply; !strings.Contains(r.Text, "no such file") || r.Phase != phaseConnect {
		t.Errorf("%+v", r)
	}
}
