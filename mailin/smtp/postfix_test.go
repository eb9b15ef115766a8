package smtp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	netsmtp "net/smtp"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"aboveline.example/cmd/aboveline/peertest"
	"aboveline.example/mailin"
	"aboveline.example/rules"
)

// sendTo hands a mail to a mail server.
func sendTo(t *testing.T, addr string, to []string, mail string) {
	t.Helper()
	if err := netsmtp.SendMail(addr, nil, "anna@client.example", to, []byte(mail)); err != nil {
		t.Fatal(err)
	}
}

// await waits until n mails are kept.
func await(t *testing.T, p *peertest.Postfix, in *cellar, n int) []rules.Arrival {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	end := time.NewTimer(30 * time.Second)
	defer end.Stop()
	for {
		if m := in.mails(); len(m) >= n {
			return m
		}
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatalf("%d of %d mails came\n%s", len(in.mails()), n, p.Log())
		}
	}
}

// bodies are mails that a mail server and a door may disagree about.
var bodies = []string{
	"hello\r\n",
	".\r\n..\r\n.x\r\n",
	"räksmörgås " + strings.Repeat("å", 300) + "\r\n",
	strings.Repeat("line after line\r\n", 5000),
	"no line end",
	"",
}

// The mails that a real Postfix sends by SMTP, with STARTTLS, come through as it got them.
func TestPostfixBySMTP(t *testing.T) {
	l, err := Listen("127.0.0.1:0", 0)
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	p := peertest.StartPostfix(t, "transport_maps = inline:{ {desk.example=smtp:[127.0.0.1]:"+port+"} }", "smtp_tls_security_level = encrypt")
	in := &cellar{}
	o := withTLS(t, testOptions(t))
	o.MaxSize = 1 << 20
	o.Relays, o.AuthservID = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, "relay.example"
	serveOn(t, l, in, o)
	for i, body := range bodies {
		sendTo(t, p.Addr, []string{"support+a@desk.example"}, fmt.Sprintf("Subject: %d\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s", i, body))
	}
	for _, m := range await(t, p, in, len(bodies)) {
		head, body, _ := bytes.Cut(m.Raw, []byte("\r\n\r\n"))
		_, after, _ := bytes.Cut(head, []byte("Subject: "))
		i := int(after[0] - '0')
		want := bodies[i]
		if want != "" && !strings.HasSuffix(want, "\r\n") {
			want += "\r\n"
		}
		if string(body) != want {
			t.Errorf("mail %d: body %.80q, want %.80q", i, body, want)
		}
		e := m.Envelope
		if !e.TLS || !e.Relay || e.AuthservID != "relay.example" || e.From != "anna@client.example" || e.Helo != "relay.example" || e.Peer != "127.0.0.1" ||
			len(e.To) != 1 || e.To[0] != "support+a@desk.example" || mailin.Hops(m.Raw) != 2 || !bytes.HasPrefix(m.Raw, []byte("Received: from relay.example ([127.0.0.1])\r\n\tby mx.desk.example (Aboveline) with UTF8SMTPS id ")) {
			t.Errorf("mail %d: envelope %+v\n%s", i, e, head)
		}
	}
	if q := p.Queue(); len(q) != 0 {
		t.Errorf("left in the queue: %+v", q)
	}
}

// By LMTP on a unix socket a mail for several of the desk's addresses comes once, and while the store is in trouble
// Postfix keeps it and tries again.
func TestPostfixByLMTP(t *testing.T) {
	in := &cellar{err: func(n int) error {
		if n == 1 {
			return &mailin.TemporaryError{Err: errors.New("disk")}
		}
		return nil
	}}
	o := testOptions(t)
	o.LMTP, o.AuthservID = true, "relay.example"
	// The socket has to be named before its directory is there.
	p := peertest.StartPostfix(t, "transport_maps = inline:{ {desk.example=lmtp:unix:$data_directory/door} }")
	l, err := Listen("unix:"+filepath.Join(p.Dir(), "data", "door"), 0o666) // Postfix's user is in no group of ours here
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, l, in, o)
	sendTo(t, p.Addr, []string{"support+a@desk.example", "support+b@desk.example", "support@desk.example"}, "Subject: hej\r\n\r\n.\r\nhello\r\n")
	m := await(t, p, in, 1)[0]
	e := m.Envelope
	if !e.Relay || e.AuthservID != "relay.example" || e.Peer != "" || e.Door != "lmtp" || len(e.To) != 3 || e.Null || !strings.HasSuffix(string(m.Raw), "\r\n\r\n.\r\nhello\r\n") {
		t.Errorf("envelope %+v, raw %q", e, m.Raw)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.tried < 2 || len(in.kept) != 1 {
		t.Errorf("tried %d times, kept %d; want a first try that failed", in.tried, len(in.kept))
	}
}

// What we refuse for good comes back to the sender from Postfix, with our words, and never twice to us.
func TestPostfixHearsRefusals(t *testing.T) {
	l, err := Listen("127.0.0.1:0", 0)
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	to := "smtp:[127.0.0.1]:" + port
	// client.example is ours as well, so that the bounce comes to us.
	p := peertest.StartPostfix(t, "transport_maps = inline:{ {desk.example="+to+"}, {client.example="+to+"} }")
	in := &cellar{}
	o := testOptions(t)
	o.Addresses = func(rcpt string) bool { return rcpt == "anna@client.example" || ours(rcpt) }
	serveOn(t, l, in, o)
	sendTo(t, p.Addr, []string{"nobody@desk.example"}, "Subject: hej\r\n\r\nhello\r\n")
	m := await(t, p, in, 1)[0]
	if !m.Envelope.Null || m.Envelope.From != "" || m.Envelope.To[0] != "anna@client.example" {
		t.Errorf("envelope of the bounce %+v", m.Envelope)
	}
	if text := strings.Join(strings.Fields(string(m.Raw)), " "); !strings.Contains(text, "this desk is support@desk.example") || !strings.Contains(text, "5.1.1") {
		t.Errorf("the bounce does not tell our words:\n%s", m.Raw)
	}
}

// A mail over our size that a relay takes is refused when it comes, by its SIZE or by its bytes.
func TestPostfixHearsTheSize(t *testing.T) {
	l, err := Listen("127.0.0.1:0", 0)
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	to := "smtp:[127.0.0.1]:" + port
	p := peertest.StartPostfix(t, "transport_maps = inline:{ {desk.example="+to+"}, {client.example="+to+"} }", "bounce_size_limit = 1000")
	in := &cellar{}
	o := testOptions(t)
	o.Addresses = func(rcpt string) bool { return rcpt == "anna@client.example" || ours(rcpt) }
	serveOn(t, l, in, o)
	sendTo(t, p.Addr, []string{"support@desk.example"}, "Subject: big\r\n\r\n"+strings.Repeat("hello\r\n", 10000))
	m := await(t, p, in, 1)[0]
	if text := string(m.Raw); !m.Envelope.Null || !strings.Contains(text, "64 KiB") && !strings.Contains(text, "size") {
		t.Errorf("envelope %+v:\n%s", m.Envelope, m.Raw)
	}
}

// Postfix's load generator is served by both doors: as many mails are kept as it got 250s for.
func TestPour(t *testing.T) {
	for _, lmtp := range []bool{false, true} {
		l, err := Listen("127.0.0.1:0", 0)
		if err != nil {
			t.Fatal(err)
		}
		in := &cellar{}
		o := testOptions(t)
		o.Log, o.LMTP = nil, lmtp
		serveOn(t, l, in, o)
		peertest.Pour(t, l.Addr().String(), lmtp, 300, 10, 20000, "support@desk.example")
		if n := len(in.mails()); n != 300 {
			t.Errorf("lmtp %v: %d of 300 mails kept", lmtp, n)
		}
	}
}

// What a sender asks to be told of comes through Postfix to us, since we offer it: it need not say itself that it
// passed the mail on.
func TestPostfixPassesRequestsForReports(t *testing.T) {
	for _, lmtp := range []bool{false, true} {
		t.Run(fmt.Sprintf("lmtp %v", lmtp), func(t *testing.T) {
			l, err := Listen("127.0.0.1:0", 0)
			if err != nil {
				t.Fatal(err)
			}
			_, port, _ := net.SplitHostPort(l.Addr().String())
			to := "smtp:[127.0.0.1]:" + port
			in, o := &cellar{}, testOptions(t)
			o.LMTP, o.Relays = lmtp, []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
			if lmtp {
				to = "lmtp:inet:127.0.0.1:" + port
			}
			p := peertest.StartPostfix(t, "transport_maps = inline:{ {desk.example="+to+"} }")
			serveOn(t, l, in, o)
			c, err := gosmtp.Dial(p.Addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			ask := &gosmtp.RcptOptions{Notify: []gosmtp.DSNNotify{gosmtp.DSNNotifySuccess, gosmtp.DSNNotifyFailure}}
			err = errors.Join(c.Mail("anna@client.example", &gosmtp.MailOptions{EnvelopeID: "QQ314159"}),
				c.Rcpt("support@desk.example", ask), c.Rcpt("support+a@desk.example", nil))
			if err != nil {
				t.Fatal(err)
			}
			w, err := c.Data()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(w, "Subject: x\r\n\r\ny\r\n"); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			want := &rules.Notify{ID: "QQ314159", Success: []rules.Notified{{To: "support@desk.example", Original: "support@desk.example"}}}
			if got := await(t, p, in, 1)[0].Envelope.Notify; !reflect.DeepEqual(got, want) {
				t.Errorf("asked %+v, want %+v", got, want)
			}
			if strings.Contains(p.Log(), "sender delivery status notification") {
				t.Errorf("Postfix reported, too:\n%s", p.Log())
			}
		})
	}
}
