package gateway

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
	"time"

	"github.com/emersion/go-message/mail"
	gosmtp "github.com/emersion/go-smtp"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// sink is a smarthost that keeps what it is given.
type sink struct {
	mu    sync.Mutex // guards mails
	mails []sunk
	came  chan struct{}
}

type sunk struct {
	from, to string
	raw      []byte
}

func (s *sink) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return &sinkSession{s: s}, nil }

type sinkSession struct {
	s        *sink
	from, to string
}

func (x *sinkSession) Mail(from string, _ *gosmtp.MailOptions) error { x.from = from; return nil }
func (x *sinkSession) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	if strings.HasPrefix(to, "nobody@") {
		return &gosmtp.SMTPError{Code: 550, EnhancedCode: gosmtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	}
	x.to = to
	return nil
}
func (x *sinkSession) Reset()        {}
func (x *sinkSession) Logout() error { return nil }
func (x *sinkSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	x.s.mu.Lock()
	x.s.mails = append(x.s.mails, sunk{x.from, x.to, raw})
	x.s.mu.Unlock()
	select {
	case x.s.came <- struct{}{}:
	default:
	}
	return nil
}

// wait returns the first mail to an address that fits.
func (s *sink) wait(t *testing.T, to, subject string) sunk {
	t.Helper()
	end := time.After(20 * time.Second)
	for {
		s.mu.Lock()
		for _, m := range s.mails {
			if h, err := mail.CreateReader(bytes.NewReader(m.raw)); err == nil {
				if sub, _ := h.Header.Subject(); m.to == to && strings.Contains(sub, subject) {
					s.mu.Unlock()
					return m
				}
			}
		}
		s.mu.Unlock()
		select {
		case <-s.came:
		case <-end:
			t.Fatalf("no mail to %s with %q in its subject", to, subject)
		}
	}
}

// desk starts a gateway on loopback ports of its own, and stops it with the test.
func desk(t *testing.T) (addr string, out *sink, cfg *config.Config) {
	t.Helper()
	out = &sink{came: make(chan struct{}, 1)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := gosmtp.NewServer(out)
	server.Domain = "relay.example"
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })

	cfg, err = config.Parse("test.toml", []byte(fmt.Sprintf(`
[desk]
name = "OmDirekt"
address = "support@omdirekt.example"
prefix = "OMD"
language = "sv"
[store]
path = %q
[mailin.smtp]
listen = "127.0.0.1:0"
relays = ["127.0.0.1/32"]
authserv_id = "mx.omdirekt.example"
[mailout]
smarthost = "smtp://%s"
[[staff]]
name = "Anna Ek"
address = "anna@omdirekt.example"
[[staff]]
name = "Nobody"
address = "nobody@omdirekt.example"
[[category]]
name = "Kommun"
when = 'sender.domain == "kommun.example"'
`, t.TempDir()+"/data", l.Addr())))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- Serve(ctx, cfg, ServeOptions{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Ready: func(a map[string]net.Addr) { ready <- a["smtp"].String() }})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	select {
	case addr = <-ready:
	case err := <-done:
		done <- nil
		t.Fatalf("Serve: %v", err)
	}
	return addr, out, cfg
}

func send(t *testing.T, addr, from, to, raw string) {
	t.Helper()
	raw = "Authentication-Results: mx.omdirekt.example; dmarc=pass header.from=" + from[strings.Index(from, "@")+1:] + "\n" + raw
	if err := netsmtp.SendMail(addr, nil, from, []string{to}, []byte(strings.ReplaceAll(raw, "\n", "\r\n"))); err != nil {
		t.Fatalf("send: %v", err)
	}
}

func header(t *testing.T, raw []byte) mail.Header {
	t.Helper()
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return r.Header
}

// TestOneTicketThereAndBack is the spine: a mail becomes a ticket, its writer hears back, a staff member answers from
// their own client, the answer reaches the writer, and a refusal ends with staff.
func TestOneTicketThereAndBack(t *testing.T) {
	addr, out, _ := desk(t)
	send(t, addr, "asa@kommun.example", "support@omdirekt.example", `From: =?utf-8?q?=C3=85sa_=C3=96berg?= <asa@kommun.example>
To: support@omdirekt.example
Subject: Kan inte logga in
Message-ID: <first@kommun.example>
Date: Tue, 03 Mar 2026 10:14:00 +0100
Content-Type: text/plain; charset=utf-8

BankID snurrar bara när jag försöker logga in. Vad gör jag?
`)
	confirmation := out.wait(t, "asa@kommun.example", "[OMD-1] Kan inte logga in")
	h := header(t, confirmation.raw)
	if ids, _ := h.MsgIDList("In-Reply-To"); len(ids) != 1 || ids[0] != "first@kommun.example" {
		t.Errorf("confirmation answers %v", ids)
	}
	if h.Get("Auto-Submitted") != "auto-replied" {
		t.Errorf("Auto-Submitted: %q", h.Get("Auto-Submitted"))
	}
	notice := out.wait(t, "anna@omdirekt.example", "[OMD-1] Kan inte logga in")
	nh := header(t, notice.raw)
	reply, err := nh.AddressList("Reply-To")
	if err != nil || len(reply) != 1 {
		t.Fatalf("notice's Reply-To: %v, %v", reply, err)
	}
	send(t, addr, "anna@omdirekt.example", reply[0].Address, `From: Anna Ek <anna@omdirekt.example>
Subject: SV: [OMD-1] Kan inte logga in
Message-ID: <second@omdirekt.example>
Date: Tue, 03 Mar 2026 10:20:00 +0100
Content-Type: text/plain; charset=utf-8

Prova att starta om telefonen.
`)
	var answer sunk
	auto := func(m sunk) bool {
		h := header(t, m.raw)
		return h.Get("Auto-Submitted") != ""
	}
	for answer.raw == nil || auto(answer) {
		out.mu.Lock()
		out.mails = remove(out.mails, answer)
		out.mu.Unlock()
		answer = out.wait(t, "asa@kommun.example", "[OMD-1]")
	}
	if !bytes.Contains(answer.raw, []byte("Prova att starta om telefonen.")) {
		t.Errorf("the answer lost its words:\n%s", answer.raw)
	}
	if bytes.Contains(answer.raw, []byte("anna@")) {
		t.Errorf("the answer shows a staff address:\n%s", answer.raw)
	}
	out.wait(t, "anna@omdirekt.example", "[OMD-1] Kan inte") // what Nobody's refusal says is a notice too
}

func remove(list []sunk, m sunk) []sunk {
	var kept []sunk
	for _, s := range list {
		if !bytes.Equal(s.raw, m.raw) {
			kept = append(kept, s)
		}
	}
	return kept
}

// TestTheSameMailTwiceIsOneChange: the second copy is recorded as a duplicate and confirmed to nobody.
func TestTheSameMailTwiceIsOneChange(t *testing.T) {
	cfg := config.Default()
	cfg.Store.Path = config.Path(t.TempDir() + "/data")
	g, db, err := Open(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	in := g.Intake(cfg)
	raw := "From: a@b.example\r\nSubject: x\r\nMessage-ID: <1@b.example>\r\nDate: Tue, 03 Mar 2026 10:14:00 +0100\r\n\r\nhello\r\n"
	for _, door := range []string{"smtp", "imap:INBOX"} {
		trace := "Received: from x by y (" + door + "); Tue, 03 Mar 2026 10:14:00 +0100\r\n"
		if err := in.Take(t.Context(), rules.Arrival{Raw: []byte(trace + raw), Received: time.Now(), Envelope: rules.Envelope{Door: door}}); err != nil {
			t.Fatal(err)
		}
	}
	err = db.View(t.Context(), func(tx *store.Tx) error {
		list := tx.Dispositions(0, 10)
		if len(list) != 2 || list[0].Kind != rules.DisposedNew && list[1].Kind != rules.DisposedNew {
			t.Fatalf("dispositions %+v", list)
		}
		for _, d := range list {
			if d.Mail == 2 && (d.Kind != rules.DisposedDuplicate || d.Of != 1) {
				t.Errorf("second copy: %s of %d", d.Kind, d.Of)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
