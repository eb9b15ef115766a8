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
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
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

// authority makes a certificate for host, and a file that says to trust it.
func authority(t *testing.T, host string) (tls.Certificate, string) {
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
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
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
		ca     string
		answer string
		extra  string
		greet  string
		ok     bool
	}{
		{"implicit", "imaps", cert, ca, "", "", "", true},
		{"starttls", "imap+starttls", cert, ca, "OK go on", "", "", true},
		{"unknown authority", "imaps", other, ca, "", "", "", false},
		{"wrong name", "imaps", wrong, wrongCA, "", "", "", false},
		{"system authorities", "imaps", cert, "", "", "", "", false},
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
				o.Server, o.CAFile, o.Insecure = test.scheme+"://mail.desk.example", test.ca, false
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

// issuer is a token issuer with an answer to each request.
type issuer struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string // grant_type and refresh_token
	answer   func(n int, w http.ResponseWriter)
}

func newIssuer(t *testing.T, answer func(n int, w http.ResponseWriter)) *issuer {
	i := &issuer{answer: answer}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		i.requests = append(i.requests, r.PostFormValue("grant_type")+" "+r.PostFormValue("refresh_token"))
		n := len(i.requests)
		i.mu.Unlock()
		i.answer(n, w)
	}))
	t.Cleanup(i.Close)
	return i
}

func grant(w http.ResponseWriter, access, refresh string) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":3600,"refresh_token":%q}`, access, refresh)
}

func secret() (string, error) { return "klienthemlighet", nil }

func TestTokens(t *testing.T) {
	file := TokenFile(filepath.Join(t.TempDir(), "token"))
	if _, err := file.RefreshToken(t.Context()); err == nil {
		t.Error("a file that is not there gave a token")
	}
	if err := file.SetRefreshToken(t.Context(), "first"); err != nil {
		t.Fatal(err)
	}
	i := newIssuer(t, func(n int, w http.ResponseWriter) { grant(w, fmt.Sprint("access-", n), fmt.Sprint("refresh-", n)) })
	o := &OAuth2{TokenURL: i.URL, ClientID: "desk", Refresh: file}
	for _, want := range []string{"access-1", "access-1"} { // the second from memory
		if got, err := o.token(t.Context()); got != want || err != nil {
			t.Errorf("token = %q %v, want %q", got, err, want)
		}
	}
	o.forget()
	if got, err := o.token(t.Context()); got != "access-2" || err != nil {
		t.Errorf("token = %q %v, want access-2", got, err)
	}
	if got := strings.Join(i.requests, ", "); got != "refresh_token first, refresh_token refresh-1" {
		t.Errorf("requests: %s", got)
	}
	if got, err := file.RefreshToken(t.Context()); got != "refresh-2" || err != nil {
		t.Errorf("kept %q %v, want the newest", got, err)
	}
	if info, err := os.Stat(string(file)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v, want mode 0600", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Dir(string(file)) + "/.token-*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}

	program := &OAuth2{TokenURL: i.URL, ClientID: "desk", Secret: secret, Scopes: []string{"imap"}}
	if got, err := program.token(t.Context()); got != "access-3" || err != nil || i.requests[2] != "client_credentials " {
		t.Errorf("token = %q %v by %q", got, err, i.requests[2])
	}
}

// failing keeps no token.
type failing struct{ n int }

func (f *failing) RefreshToken(context.Context) (string, error) { return "first", nil }
func (f *failing) SetRefreshToken(context.Context, string) error {
	f.n++
	if f.n == 1 {
		return errFull
	}
	return nil
}

func TestTokenThatCannotBeKeptIsNotLost(t *testing.T) {
	i := newIssuer(t, func(n int, w http.ResponseWriter) { grant(w, fmt.Sprint("access-", n), fmt.Sprint("refresh-", n)) })
	o := &OAuth2{TokenURL: i.URL, ClientID: "desk", Refresh: &failing{}}
	if _, err := o.token(t.Context()); !errors.Is(err, errFull) || errors.Is(err, ErrAuth) {
		t.Errorf("err = %v, want trouble that is not the credentials'", err)
	}
	if got, err := o.token(t.Context()); got != "access-2" || err != nil {
		t.Errorf("token = %q %v", got, err)
	}
	if i.requests[1] != "refresh_token refresh-1" {
		t.Errorf("the second request used %q; the first token is void", i.requests[1])
	}
}

func TestIssuerTrouble(t *testing.T) {
	slow := make(chan struct{})
	tests := []struct {
		name   string
		answer func(int, http.ResponseWriter)
		auth   bool
	}{
		{"refused", func(_ int, w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			io.WriteString(w, `{"error":"invalid_grant","error_description":"klienthemlighet \u001b[1m"}`)
		}, true},
		{"500", func(_ int, w http.ResponseWriter) { w.WriteHeader(500) }, false},
		{"429", func(_ int, w http.ResponseWriter) { w.WriteHeader(429) }, false},
		{"redirect", func(_ int, w http.ResponseWriter) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, false},
		{"not json", func(_ int, w http.ResponseWriter) { io.WriteString(w, "<html>") }, false},
		{"no token", func(_ int, w http.ResponseWriter) { grant(w, "", "") }, false},
		{"slow", func(_ int, w http.ResponseWriter) { <-slow }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newIssuer(t, test.answer)
			if test.name == "slow" {
				defer close(slow)
			}
			client := *tokenClient
			client.Timeout = 200 * time.Millisecond
			o := &OAuth2{TokenURL: i.URL, ClientID: "desk", Secret: secret, Client: &client}
			_, err := o.token(t.Context())
			if err == nil || errors.Is(err, ErrAuth) != test.auth {
				t.Errorf("err = %v, want one of the credentials: %v", err, test.auth)
			}
			if err != nil && strings.ContainsAny(err.Error(), "\x1b") || strings.Contains(fmt.Sprint(err), "klienthemlighet") {
				t.Errorf("err = %q holds what it should not", err)
			}
		})
	}
}

func TestBearerLogin(t *testing.T) {
	tests := []struct{ name, caps, want string }{
		{"standard", "IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER",
			"OAUTHBEARER " + encoded("n,a=desk,\x01host=mail.desk.example\x01port=143\x01auth=Bearer access\x01\x01")},
		{"ancestor", "IMAP4rev1 SASL-IR AUTH=XOAUTH2", "XOAUTH2 " + encoded("user=desk\x01auth=Bearer access\x01\x01")},
	}
	for _, test := range tests {
		for _, good := range []bool{true, false} {
			t.Run(fmt.Sprint(test.name, good), func(t *testing.T) {
				f := newFake(text("one"))
				f.caps = test.caps
				f.reply = func(c *fakeConn, tag, cmd string) bool {
					if good || !strings.HasPrefix(cmd, "AUTHENTICATE") {
						return false
					}
					c.send("+ " + encoded(`{"status":"401","schemes":"bearer"}`))
					if strings.Contains(cmd, " XOAUTH2") {
						c.r.ReadString('\n')
						c.send(tag + " NO [AUTHENTICATIONFAILED] token expired")
					}
					return true
				}
				o := &OAuth2{TokenURL: "https://login.example", ClientID: "desk", Secret: secret}
				tr := try(t, f, 30*time.Second, func(opt *Options) {
					opt.OAuth2, opt.Password = o, nil
					o.Client = &http.Client{Transport: issued{}}
				})
				if f.seen("AUTHENTICATE "+test.want) != 1 {
					t.Errorf("commands %q, want %q", f.commands, test.want)
				}
				if good {
					tr.want(t, "one")
				} else if s := tr.states[len(tr.states)-2]; s.Phase != PhaseAuthFailed || o.access != nil {
					t.Errorf("state %+v, token kept: %v", s, o.access != nil)
				}
			})
		}
	}
}

// issued is a transport that is a token issuer: no network, so that it works in a bubble.
type issued struct{}

func (issued) RoundTrip(*http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	grant(w, "access", "")
	return w.Result(), nil
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
