package peertest

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
)

func TestDovecotServesDeliveredMail(t *testing.T) {
	d := StartDovecot(t)
	d.Deliver("anna", []byte("Subject: one\n\nfirst\n"))
	d.Doveadm("mailbox", "create", "-u", "anna", "Handled")
	d.Kill()
	d.Deliver("anna", []byte("Subject: two\n\nsecond\n"))
	d.Start()
	for range 2 {
		if got := d.Doveadm("mailbox", "status", "-u", "anna", "messages", "INBOX"); got != "INBOX messages=2" {
			t.Errorf("status = %q, want two messages", got)
		}
		d.Stop()
		d.Start()
	}
	if got := d.Mails("anna", "INBOX"); len(got) != 2 || !strings.HasPrefix(string(got[1]), "Subject: two") {
		t.Errorf("Mails = %q", got)
	}
}

func TestDovecotTakesLMTP(t *testing.T) {
	d := StartDovecot(t)
	conn, err := net.Dial("tcp", d.LMTP)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	for _, line := range []string{"", "LHLO test.example", "MAIL FROM:<a@sender.example>", "RCPT TO:<berit>", "DATA", "Subject: x\r\n\r\ny\r\n."} {
		if line != "" {
			fmt.Fprintf(conn, "%s\r\n", line)
		}
		for {
			reply, err := r.ReadString('\n')
			if err != nil || reply[0] > '3' {
				t.Fatalf("after %q: %q %v", line, reply, err)
			}
			if reply[3] == ' ' {
				break
			}
		}
	}
	if got := d.Mails("berit", "INBOX"); len(got) != 1 {
		t.Errorf("%d mails were delivered, want 1", len(got))
	}
}
