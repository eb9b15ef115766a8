package main

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
)

// issuer gives access tokens for the newest refresh token alone, and a new one with each; or for the client's secret.
type issuer struct{ given atomic.Int64 }

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	n := i.given.Load()
	if r.PostFormValue("grant_type") == "client_credentials" && r.PostFormValue("client_secret") == "hemligt" {
		fmt.Fprint(w, `{"access_token":"access","token_type":"Bearer","expires_in":3600}`)
		return
	}
	if r.PostFormValue("refresh_token") != fmt.Sprint("refresh-", n) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_grant"}`)
		return
	}
	fmt.Fprintf(w, `{"access_token":"access","token_type":"Bearer","expires_in":3600,"refresh_token":"refresh-%d"}`, i.given.Add(1))
}

// submission is an SMTP server where tokens alone let in, as Microsoft's.
type submission struct{ mechs []string }

type submitter struct {
	gosmtp.Session
	s *submission
}

func (s *submission) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return &submitter{s: s}, nil }
func (s *submitter) AuthMechanisms() []string                         { return s.s.mechs }
func (s *submitter) Logout() error                                    { return nil }
func (s *submitter) Reset()                                           {}

func (s *submitter) Auth(mech string) (sasl.Server, error) {
	if mech == sasl.OAuthBearer {
		return sasl.NewOAuthBearerServer(func(o sasl.OAuthBearerOptions) *sasl.OAuthBearerError {
			if o.Token != "access" || o.Username != "support@omdirekt.example" {
				return &sasl.OAuthBearerError{Status: "invalid_token", Schemes: "bearer"}
			}
			return nil
		}), nil
	}
	return microsoft{}, nil
}

type microsoft struct{}

func (microsoft) Next(response []byte) ([]byte, bool, error) {
	if string(response) != "user=support@omdirekt.example\x01auth=Bearer access\x01\x01" {
		return nil, true, gosmtp.ErrAuthFailed
	}
	return nil, true, nil
}

// submit serves over TLS and returns where, and the file of its CA.
func submit(t *testing.T, mechs ...string) (addr, ca string) {
	t.Helper()
	web := httptest.NewTLSServer(nil) // for its certificate, which is 127.0.0.1's
	defer web.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := gosmtp.NewServer(&submission{mechs: mechs})
	s.ErrorLog = stdlog.New(io.Discard, "", 0)
	tlsl := tls.NewListener(l, &tls.Config{Certificates: web.TLS.Certificates})
	go func() { _ = s.Serve(tlsl) }()
	t.Cleanup(func() { s.Close() })
	ca = t.TempDir() + "/ca.pem"
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String(), ca
}

// TestCheckSmarthostByTokens: with a CA of our own and each grant, the smarthost lets us in by each mechanism, and a
// refresh token that was renewed is on disk for the next.
func TestCheckSmarthostByTokens(t *testing.T) {
	i := &issuer{}
	web := httptest.NewServer(i)
	defer web.Close()
	for _, c := range []struct {
		name, mech, grant, ca string
		code                  int
		want                  string
	}{
		{"refresh token", "XOAUTH2", "refresh_token_file = \"refresh\"", "", exitOK, "lets support@omdirekt.example in"},
		{"refresh token again", sasl.OAuthBearer, "refresh_token_file = \"refresh\"", "", exitOK, "lets support@omdirekt.example in"},
		{"client credentials", sasl.OAuthBearer, "client_secret_file = \"secret\"", "", exitOK, "lets support@omdirekt.example in"},
		{"wrong secret", "XOAUTH2", "client_secret_file = \"wrong\"", "", exitFailed, "the token issuer refused: HTTP status 400 \"invalid_grant\""},
		{"passwords only", "PLAIN", "client_secret_file = \"secret\"", "", exitFailed, "the server offers neither OAUTHBEARER nor XOAUTH2"},
		{"a CA the system does not know", "XOAUTH2", "client_secret_file = \"secret\"", "none", exitFailed, "name your own CA by ca_file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			addr, ca := submit(t, c.mech)
			trust := fmt.Sprintf("ca_file = %q\n", ca)
			if c.ca == "none" {
				trust = ""
			}
			in(t, strings.Replace(quiet, "omdirekt.example", "localhost", 1)+"[mailout]\nsmarthost = \"smtps://"+addr+"\"\n"+trust+
				"username = \"support@omdirekt.example\"\n[mailout.oauth2]\ntoken_url = \""+web.URL+"\"\nclient_id = \"desk\"\n"+c.grant+"\n")
			for name, text := range map[string]string{"refresh": fmt.Sprint("refresh-", i.given.Load()), "secret": "hemligt", "wrong": "canary"} {
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			r := aboveline(t, "", "check")
			if r.code != c.code || !strings.Contains(r.out, c.want) || strings.Contains(r.out+r.errs, "canary") {
				t.Errorf("exit %d:\n%s%s\nwant %d and %q", r.code, r.out, r.errs, c.code, c.want)
			}
			if kept, err := os.ReadFile("refresh"); err != nil || strings.TrimSpace(string(kept)) != fmt.Sprint("refresh-", i.given.Load()) {
				t.Errorf("kept %q, %v; the newest is refresh-%d", kept, err, i.given.Load())
			}
		})
	}
}
