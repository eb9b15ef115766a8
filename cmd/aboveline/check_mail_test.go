package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	netsmtp "net/smtp"
	"strings"
	"sync"
	"testing"

	gosmtp "github.com/emersion/go-smtp"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/cmd/aboveline/gateway"
)

// mirror is a smarthost that hands every mail to the desk's door, as a provider of both does.
type mirror struct {
	mu    sync.Mutex // guards door
	door  string
	strip bool // forged words are taken out
}

func (m *mirror) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return &mirrored{m: m}, nil }

type mirrored struct {
	m  *mirror
	to string
}

func (x *mirrored) Mail(string, *gosmtp.MailOptions) error      { return nil }
func (x *mirrored) Rcpt(to string, _ *gosmtp.RcptOptions) error { x.to = to; return nil }
func (x *mirrored) Reset()                                      {}
func (x *mirrored) Logout() error                               { return nil }
func (x *mirrored) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	x.m.mu.Lock()
	defer x.m.mu.Unlock()
	if forged, rest, ok := bytes.Cut(raw, []byte("=pass\r\n")); ok && x.m.strip && bytes.HasPrefix(forged, []byte("Authentication-Results:")) {
		raw = rest
	}
	return netsmtp.SendMail(x.m.door, nil, "", []string{x.to}, raw)
}

// TestCheckMailsItself runs check beside a gateway that serves, behind a relay that strips and one that does not, and
// without a gateway.
func TestCheckMailsItself(t *testing.T) {
	m := &mirror{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := gosmtp.NewServer(m)
	server.Domain = "relay.example"
	go server.Serve(l)
	defer server.Close()
	in(t, fmt.Sprintf(strings.Replace(quiet, "omdirekt.example", "localhost", 1)+`[mailin.smtp]
listen = "127.0.0.1:0"
relays = ["127.0.0.1/32"]
authserv_id = "mx.omdirekt.example"
[mailout]
smarthost = "smtp://%s"
`, l.Addr()))
	if r := aboveline(t, "", "check"); r.code != exitOK || !strings.Contains(r.out, "ok   mail        not tried, since no gateway runs here") {
		t.Errorf("without a gateway: exit %d\n%s%s", r.code, r.out, r.errs)
	}
	cfg, err := config.Load("aboveline.toml")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, done := make(chan map[string]net.Addr, 1), make(chan error, 1)
	go func() {
		done <- gateway.Serve(ctx, cfg, gateway.ServeOptions{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Ready: func(a map[string]net.Addr) { ready <- a }})
	}()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	}()
	select {
	case a := <-ready:
		m.mu.Lock()
		m.door = a["smtp"].String()
		m.mu.Unlock()
	case err := <-done:
		done <- nil
		t.Fatal(err)
	}
	for _, strips := range []bool{false, true} {
		m.mu.Lock()
		m.strip = strips
		m.mu.Unlock()
		want, code := "bad  mail        a mail to ourselves came back (smtp) with a forged Authentication-Results of mx.omdirekt.example", exitFailed
		if strips {
			want, code = "ok   mail        a mail to ourselves came back (smtp) after", exitOK
		}
		r := aboveline(t, "", "check")
		if r.code != code || !strings.Contains(r.out, want) || !strings.Contains(r.out, "ok   plus        a mail to support+… came back (smtp)") {
			t.Errorf("exit %d\n%s%s\nwant %s", r.code, r.out, r.errs, want)
		}
	}
	if r := aboveline(t, "", "check", "--offline"); strings.Contains(r.out, "mail  ") || strings.Contains(r.out, "plus") {
		t.Errorf("offline it mails:\n%s", r.out)
	}
}
