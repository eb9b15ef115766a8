package gateway

import (
	"errors"
	"fmt"
	"net"
	netsmtp "net/smtp"
	"net/textproto"
	"os"
	"strings"
	"testing"
	"time"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/cmd/aboveline/peertest"
)

// readmeBlock returns the README's indented lines between one and an empty one, without their indent.
func readmeBlock(t *testing.T, first string) (lines []string) {
	t.Helper()
	b, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(b), "\n    "+first+"\n")
	if !ok {
		t.Fatalf("the README has no %q", first)
	}
	for line := range strings.SplitSeq(rest, "\n") {
		if line == "" {
			break
		}
		lines = append(lines, strings.TrimPrefix(line, "    "))
	}
	return lines
}

// TestReadmeBehindPostfix puts the README's lines for a desk behind Postfix into a real one, changed in nothing but
// the ports: a person is confirmed, as postmaster's writer is; nobody else's mail is taken; and what forges the word of
// Postfix's filters loses it on the way.
func TestReadmeBehindPostfix(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dovecot := peertest.StartDovecot(t)
	people, peoplePort, _ := net.SplitHostPort(dovecot.LMTP)
	ports := strings.NewReplacer("127.0.0.1:2424", l.Addr().String())
	settings := append(readmeBlock(t, "# /etc/postfix/main.cf"), fmt.Sprintf("default_transport = lmtp:inet:[%s]:%s", people, peoplePort),
		"smtpd_recipient_restrictions = reject_unlisted_recipient, permit_mynetworks, reject")
	for i, s := range settings {
		settings[i] = ports.Replace(s)
	}
	postfix := peertest.StartPostfix(t, settings...)
	toml := strings.Join(readmeBlock(t, "# aboveline.toml"), "\n")
	if !strings.Contains(toml, `"smtp://127.0.0.1:25"`) {
		t.Fatalf("no smarthost in\n%s", toml)
	}
	toml = strings.ReplaceAll(ports.Replace(toml), `"smtp://127.0.0.1:25"`, `"smtp://`+postfix.Addr+`"`)
	dir := t.TempDir()
	cfg, err := config.Parse("test.toml", []byte(fmt.Sprintf("[desk]\nname = \"Desk\"\naddress = \"support@desk.example\"\n[store]\npath = %q\n%s\n", dir+"/data", toml)))
	if err != nil {
		t.Fatal(err)
	}
	serveAt(t, cfg, map[string]net.Listener{"lmtp": l})

	post := func(to string) error {
		return netsmtp.SendMail(postfix.Addr, nil, "karin@client.example", []string{to},
			[]byte("From: Karin <karin@client.example>\r\nTo: "+to+"\r\nSubject: Printer\r\nMessage-ID: <"+to+">\r\nDate: Tue, 03 Mar 2026 10:14:00 +0100\r\n\r\nIt burns.\r\n"))
	}
	for _, to := range []string{"support@desk.example", "support+more@desk.example", "postmaster@desk.example"} {
		if err := post(to); err != nil {
			t.Errorf("%s: %v", to, err)
		}
	}
	refused, ok := errors.AsType[*textproto.Error](post("nobody@desk.example"))
	if !ok || refused.Code != 550 {
		t.Errorf("nobody's mail: %v, want 550 while the client is there", refused)
	}
	arrived(t, dovecot, "karin@client.example", "auto-replied", "T-1")

	ops, err := admin.Dial(dir + "/data")
	if err != nil {
		t.Fatal(err)
	}
	defer ops.Close()
	for end := time.Now().Add(peerPatience); ; time.Sleep(50 * time.Millisecond) {
		tickets := 0
		err := admin.TicketList.Do(t.Context(), ops, admin.TicketFilter{}, func(admin.TicketRow) error { tickets++; return nil })
		if err != nil {
			t.Fatal(err)
		}
		if tickets == 3 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d tickets, want 3", tickets)
		}
	}
	p, err := admin.Probe.One(t.Context(), ops, admin.ProbeArgs{Authserv: "mx.desk.example", Wait: peerPatience})
	if err != nil || p.Forged {
		t.Errorf("a mail to ourselves with a forged word: %+v, %v", p, err)
	}
}
