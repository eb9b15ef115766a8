package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	netsmtp "net/smtp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"
	gosmtp "github.com/emersion/go-smtp"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/cmd/aboveline/peertest"
	"aboveline.example/mailin"
	"aboveline.example/rules"
)

// TestRoundTripThroughPostfixAndDovecot is one ticket's whole way: a requester's mail through Postfix to our SMTP door,
// our confirmation and notice through Postfix into Dovecot, the requester's reply through Postfix into the desk's
// mailbox at Dovecot and out of it by our IMAP poller, the answer of staff, and back.
func TestRoundTripThroughPostfixAndDovecot(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dovecot := peertest.StartDovecot(t)
	// Mail for the bare address comes by SMTP; replies, which have a token in theirs, go to the desk's mailbox.
	host, port, _ := net.SplitHostPort(l.Addr().String())
	lmtpHost, lmtpPort, _ := net.SplitHostPort(dovecot.LMTP)
	postfix := peertest.StartPostfix(t,
		"recipient_delimiter =",
		fmt.Sprintf("transport_maps = inline:{ { support@omdirekt.example = smtp:[%s]:%s } }", host, port),
		fmt.Sprintf("default_transport = lmtp:inet:[%s]:%s", lmtpHost, lmtpPort),
		"smtpd_sender_restrictions = check_sender_access inline:{"+
			" { kommun.example = PREPEND Authentication-Results: mx.omdirekt.example; dmarc=pass header.from=kommun.example }"+
			" { anna@omdirekt.example = PREPEND Authentication-Results: mx.omdirekt.example; dmarc=pass header.from=omdirekt.example } }",
	)
	dir := t.TempDir()
	secret := filepath.Join(dir, "password")
	if err := os.WriteFile(secret, []byte(dovecot.Password), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Parse("test.toml", []byte(fmt.Sprintf(`
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
[[mailin.imap]]
server = "imap://%s"
insecure = true
username = "support@omdirekt.example"
password_file = %q
authserv_id = "mx.omdirekt.example"
[mailout]
smarthost = "smtp://%s"
[[staff]]
name = "Anna Ek"
address = "anna@omdirekt.example"
`, dir+"/data", dovecot.Addr, secret, postfix.Addr)))
	if err != nil {
		t.Fatal(err)
	}
	serveAt(t, cfg, map[string]net.Listener{"smtp": l})

	post := func(from, to, raw string) {
		t.Helper()
		if err := netsmtp.SendMail(postfix.Addr, nil, from, []string{to}, []byte(strings.ReplaceAll(raw, "\n", "\r\n"))); err != nil {
			t.Fatalf("send: %v", err)
		}
	}
	asking(t, postfix.Addr, "asa@kommun.example", "support@omdirekt.example", `From: =?utf-8?q?=C3=85sa?= <asa@kommun.example>
To: support@omdirekt.example
Subject: Kan inte logga in
Message-ID: <first@kommun.example>
Date: Tue, 03 Mar 2026 10:14:00 +0100
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

BankID snurrar bara när jag försöker logga in.
`)
	confirmation := arrived(t, dovecot, "asa@kommun.example", "auto-replied", "OMD-1")
	arrived(t, dovecot, "anna@omdirekt.example", "auto-generated", "BankID snurrar bara")
	reported(t, dovecot, "asa@kommun.example")

	post("asa@kommun.example", confirmation.replyTo, `From: =?utf-8?q?=C3=85sa?= <asa@kommun.example>
Subject: SV: Kan inte logga in
Message-ID: <second@kommun.example>
In-Reply-To: <`+confirmation.id+`>
Date: Tue, 03 Mar 2026 10:20:00 +0100
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Nu går det inte på mobilen heller.

Den tis 3 mars 2026 kl 10:14 skrev OmDirekt <support@omdirekt.example>:
> -- Skriv ditt svar ovanför denna rad --
>
> Vi har fått ditt mejl
`)
	notice := arrived(t, dovecot, "anna@omdirekt.example", "auto-generated", "mobilen heller")
	if strings.Contains(notice.text, "Vi har fått ditt mejl") {
		t.Errorf("the notice repeats what was quoted:\n%s", notice.text)
	}

	post("anna@omdirekt.example", notice.replyTo, `From: Anna Ek <anna@omdirekt.example>
Subject: SV: [OMD-1] Kan inte logga in
Message-ID: <third@omdirekt.example>
In-Reply-To: <`+notice.id+`>
Date: Tue, 03 Mar 2026 10:30:00 +0100
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Starta om telefonen, så går det.
`)
	answer := arrived(t, dovecot, "asa@kommun.example", "", "Starta om telefonen")
	if answer.from != "Anna Ek via OmDirekt" {
		t.Errorf("the answer is from %q", answer.from)
	}

	ops, err := admin.Dial(dir + "/data")
	if err != nil {
		t.Fatal(err)
	}
	defer ops.Close()
	ticket, err := admin.TicketShow.One(t.Context(), ops, admin.ID{ID: "OMD-1"})
	if err != nil {
		t.Fatal(err)
	}
	if ticket.Messages != 3 || ticket.Status != "waiting-requester" {
		t.Errorf("OMD-1 has %d messages and is %s, want 3 and waiting-requester", ticket.Messages, ticket.Status)
	}
	var handled [][]byte
	for end := time.Now().Add(peerPatience); len(handled) < 2 && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		handled = dovecot.Mails("support@omdirekt.example", "Handled")
	}
	if len(handled) != 2 || len(dovecot.Mails("support@omdirekt.example", "INBOX")) != 0 {
		t.Errorf("%d mails were moved to Handled and %d are left, want 2 and 0", len(handled), len(dovecot.Mails("support@omdirekt.example", "INBOX")))
	}
}

// asking posts a mail whose sender wants to hear that it has arrived.
func asking(t *testing.T, addr, from, to, raw string) {
	t.Helper()
	c, err := gosmtp.Dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = errors.Join(c.Mail(from, &gosmtp.MailOptions{EnvelopeID: "QQ314159"}),
		c.Rcpt(to, &gosmtp.RcptOptions{Notify: []gosmtp.DSNNotify{gosmtp.DSNNotifySuccess}}))
	if err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err == nil {
		_, err = io.WriteString(w, strings.ReplaceAll(raw, "\n", "\r\n"))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// reported wants one report of success in a mailbox, ours, as our own reader understands it.
func reported(t *testing.T, d *peertest.Dovecot, user string) {
	t.Helper()
	arrived(t, d, user, "auto-replied", "har kommit fram till oss")
	var reports []*rules.Mail
	for _, raw := range d.Mails(user, "INBOX") {
		m := mailin.Read(rules.Arrival{Raw: bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n")), Received: time.Now()})
		if len(m.Deliveries) > 0 {
			reports = append(reports, m)
		}
	}
	if len(reports) != 1 {
		t.Fatalf("%d reports came, want 1", len(reports))
	}
	b := reports[0].Deliveries[0]
	if reports[0].Kind != rules.KindDelivered || b.Recipient != "support@omdirekt.example" || b.Action != "delivered" {
		t.Errorf("the report is read as %s: %+v", reports[0].Kind, b)
	}
	if !strings.HasSuffix(reports[0].From.Address.Domain(), "omdirekt.example") {
		t.Errorf("the report is from %s", reports[0].From.Address)
	}
}

// received is a mail as Dovecot keeps it for its reader.
type received struct{ from, replyTo, id, text string }

// peerPatience is how long a mail may take through two real servers on a busy machine.
const peerPatience = 30 * time.Second

// arrived waits for a mail in a mailbox with this Auto-Submitted and these words.
func arrived(t *testing.T, d *peertest.Dovecot, user, auto, words string) received {
	t.Helper()
	for end := time.Now().Add(peerPatience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		for _, raw := range d.Mails(user, "INBOX") {
			r, err := mail.CreateReader(bytes.NewReader(raw))
			if err != nil {
				t.Fatalf("what came cannot be read: %v\n%s", err, raw)
			}
			var got received
			got.id, _ = r.Header.MessageID()
			if from, err := r.Header.AddressList("From"); err == nil && len(from) == 1 {
				got.from = from[0].Name
			}
			if to, err := r.Header.AddressList("Reply-To"); err == nil && len(to) == 1 {
				got.replyTo = to[0].Address
			}
			if part, err := r.NextPart(); err == nil {
				text, _ := io.ReadAll(part.Body)
				got.text = string(text)
			}
			if r.Header.Get("Auto-Submitted") == auto && strings.Contains(got.text, words) {
				return got
			}
		}
	}
	t.Fatalf("no mail came to %s with %q", user, words)
	return received{}
}

// serveAt serves until the test ends, and returns when the doors are open.
func serveAt(t *testing.T, cfg *config.Config, listeners map[string]net.Listener) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- Serve(ctx, cfg, ServeOptions{Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
			Listeners: listeners, Ready: func(map[string]net.Addr) { close(ready) }})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	<-ready
}
