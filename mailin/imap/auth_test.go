package imap

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
)

func TestLoginMechanisms(t *testing.T) {
	plain := "AUTHENTICATE PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00desk\x00hemligt-losen"))
	tests := []struct {
		name, caps, want string
		refused          bool
	}{
		{"plain at once", "IMAP4rev1 AUTH=PLAIN SASL-IR", plain, false},
		{"plain before login", "IMAP4rev1 AUTH=LOGIN AUTH=PLAIN SASL-IR LOGINDISABLED", plain, false},
		{"login command", "IMAP4rev1", `LOGIN "desk" "hemligt-losen"`, false},
		{"nothing", "IMAP4rev1 LOGINDISABLED", "", true},
		{"only tokens", "IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2", "", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(text("one"))
			f.caps = test.caps
			tr := try(t, f, 50*time.Second, nil)
			got := ""
			for _, c := range f.commands {
				if strings.HasPrefix(c, "LOGIN") || strings.HasPrefix(c, "AUTHENTICATE") {
					got = c
				}
			}
			if got != test.want {
				t.Errorf("sent %q, want %q", got, test.want)
			}
			if failed := tr.states[len(tr.states)-2].Phase == PhaseAuthFailed; failed != test.refused {
				t.Errorf("phases %v, want auth-failed: %v", tr.phases(), test.refused)
			}
		})
	}
}

func TestRefusedLoginIsTriedSeldom(t *testing.T) {
	for code, most := range map[string]int{"[AUTHENTICATIONFAILED]": 15, "": 15, "[UNAVAILABLE]": 60} {
		f := newFake(text("one"))
		f.reply = func(c *fakeConn, tag, cmd string) bool {
			if strings.HasPrefix(cmd, "AUTHENTICATE") {
				c.send(tag + " NO " + code + " \x1b[1mno")
				return true
			}
			return false
		}
		tr := try(t, f, 2*time.Hour, nil)
		if n := len(f.dials); n > most || n < 8 {
			t.Errorf("%s: %d connections in two hours, want 8 to %d", code, n, most)
		}
		gap := f.dials[len(f.dials)-1].Sub(f.dials[len(f.dials)-2])
		if gap > 15*time.Minute || gap < 3*time.Minute {
			t.Errorf("%s: the last two are %s apart", code, gap)
		}
		refused := tr.states[len(tr.states)-2]
		if (refused.Phase == PhaseAuthFailed) != (code != "[UNAVAILABLE]") || refused.Error == "" || refused.Next.IsZero() {
			t.Errorf("%s: state %+v", code, refused)
		}
	}
}

// authority makes a certificate for host, and what says to trust it.
func authority(t *testing.T, host string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	// The bubble's clock starts in the year 2000.
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Unix(0, 0), NotAfter: time.Now().AddDate(50, 0, 0), IsCA: true, BasicConstraintsValid: true,
	}, &x509.Certificate{SerialNumber: big.NewInt(1)}, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// secure makes a fake speak TLS: at once, or after STARTTLS, where it sends extra in the clear behind its OK.
func (f *fake) secure(cert tls.Certificate, startTLS bool, answer, extra string) {
	f.before = func(c *fakeConn) bool {
		if startTLS {
			c.send(f.greeting)
			line, _ := c.r.ReadString('\n')
			f.mu.Lock()
			f.commands = append(f.commands, strings.TrimSpace(line))
			f.mu.Unlock()
			io.WriteString(c, "S "+answer+"\r\n"+extra)
			if !strings.HasPrefix(answer, "OK") {
				rest, _ := io.ReadAll(c.r)
				f.mu.Lock()
				f.commands = append(f.commands, string(rest))
				f.mu.Unlock()
				return true
			}
		}
		t := tls.Server(c.Conn, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"imap"}})
		if t.Handshake() != nil {
			return true
		}
		c.Conn = t
		c.r.Reset(t)
		if startTLS { // no second greeting
			f.honestly(c)
			return true
		}
		return false
	}
}

// honestly serves a connection that was greeted before.
func (f *fake) honestly(c *fakeConn) {
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return
		}
		tag, cmd, _ := strings.Cut(strings.TrimSpace(line), " ")
		f.mu.Lock()
		f.commands = append(f.commands, cmd)
		f.mu.Unlock()
		if !c.honest(tag, cmd) {
			return
		}
	}
}

func TestTLS(t *testing.T) {
	cert, ca := authority(t, "mail.desk.example")
	other, _ := authority(t, "mail.desk.example")
	wrong, wrongCA := authority(t, "somebody.example")
	tests := []struct {
		name   string
		scheme string
		cert   tls.Certificate
		ca     *x509.CertPool
		answer string
		extra  string
		greet  string
		ok     bool
	}{
		{"implicit", "imaps", cert, ca, "", "", "", true},
		{"starttls", "imap+starttls", cert, ca, "OK go on", "", "", true},
		{"unknown authority", "imaps", other, ca, "", "", "", false},
		{"wrong name", "imaps", wrong, wrongCA, "", "", "", false},
		{"system authorities", "imaps", cert, nil, "", "", "", false},
		{"starttls refused", "imap+starttls", cert, ca, "BAD what", "", "", false},
		{"starttls not offered", "imap+starttls", cert, ca, "NO", "", "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi", false},
		{"starttls preauth", "imap+starttls", cert, ca, "OK go on", "", "* PREAUTH hi", false},
		{"starttls with something behind", "imap+starttls", cert, ca, "OK go on", "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] x\r\nT1 OK x\r\n", "", false},
		{"starttls endless", "imap+starttls", cert, ca, strings.Repeat("OK", 5000), "", "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(text("one"))
			if test.greet != "" {
				f.greeting = test.greet
			}
			f.secure(test.cert, test.scheme == "imap+starttls", test.answer, test.extra)
			tr := try(t, f, 5*time.Minute, func(o *Options) {
				o.Server, o.Insecure = test.scheme+"://mail.desk.example", false
				o.Roots = func() (*x509.CertPool, error) { return test.ca, nil }
			})
			if test.ok {
				tr.want(t, "one")
			} else {
				tr.want(t)
			}
			told := strings.Join(f.commands, "\n")
			if logged := strings.Contains(told, "AUTHENTICATE") || strings.Contains(told, "LOGIN"); logged != test.ok {
				t.Errorf("credentials were sent: %v, want %v:\n%s", logged, test.ok, told)
			}
		})
	}
}

// bearer logs in as the server wants it, or says why not.
type bearer struct {
	mech, first string
	err         error
	forgotten   int
}

func (b *bearer) Login(_ context.Context, offers func(string) bool, username, host string, port int) (sasl.Client, error) {
	if b.err != nil || !offers(b.mech) || username != "desk" || host != "mail.desk.example" || port != 143 {
		return nil, b.err
	}
	return b, nil
}

func (b *bearer) Forget() { b.forgotten++ }

func (b *bearer) Start() (string, []byte, error) { return b.mech, []byte(b.first), nil }

func (b *bearer) Next([]byte) ([]byte, error) {
	if b.mech == sasl.OAuthBearer {
		return nil, &sasl.OAuthBearerError{Status: "401"}
	}
	return []byte{}, nil
}

type refusedError struct{}

func (refusedError) Error() string { return "no token" }
func (refusedError) Refused() bool { return true }

// TestBearerFails: what nobody but the operator can mend is tried seldom, and told as such.
func TestBearerFails(t *testing.T) {
	for _, c := range []struct {
		err  error
		want Phase
	}{{refusedError{}, PhaseAuthFailed}, {errors.New("issuer is down"), PhaseDown}} {
		tr := try(t, newFake(text("one")), 30*time.Second, func(o *Options) { o.Bearer, o.Password = &bearer{err: c.err}, nil })
		if s := tr.states[len(tr.states)-2]; s.Phase != c.want {
			t.Errorf("%v: state %+v, want %s", c.err, s, c.want)
		}
	}
}

func TestBearerLogin(t *testing.T) {
	for _, mech := range []string{sasl.OAuthBearer, "XOAUTH2"} {
		for _, good := range []bool{true, false} {
			t.Run(fmt.Sprint(mech, good), func(t *testing.T) {
				f := newFake(text("one"))
				f.caps = "IMAP4rev1 SASL-IR AUTH=" + mech
				f.reply = func(c *fakeConn, tag, cmd string) bool {
					if good || !strings.HasPrefix(cmd, "AUTHENTICATE") {
						return false
					}
					c.send("+ " + encoded(`{"status":"401","schemes":"bearer"}`))
					if mech == "XOAUTH2" {
						c.r.ReadString('\n')
						c.send(tag + " NO [AUTHENTICATIONFAILED] token expired")
					}
					return true
				}
				b := &bearer{mech: mech, first: "access"}
				tr := try(t, f, 30*time.Second, func(o *Options) { o.Bearer, o.Password = b, nil })
				if f.seen("AUTHENTICATE "+mech+" "+encoded("access")) != 1 {
					t.Errorf("commands %q", f.commands)
				}
				if good {
					tr.want(t, "one")
				} else if s := tr.states[len(tr.states)-2]; s.Phase != PhaseAuthFailed || b.forgotten == 0 {
					t.Errorf("state %+v, token forgotten %d times", s, b.forgotten)
				}
			})
		}
	}
}

func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestPreauthIsRefused(t *testing.T) {
	f := newFake(text("somebody else's"))
	f.greeting = "* PREAUTH [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] welcome, somebody"
	tr := try(t, f, time.Minute, nil)
	tr.want(t)
	if len(f.commands) != 0 || !strings.Contains(tr.log.String(), "PREAUTH") {
		t.Errorf("commands %q:\n%s", f.commands, tr.log)
	}
}
