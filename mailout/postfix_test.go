package mailout

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message"

	"aboveline.example/cmd/aboveline/peertest"
	"aboveline.example/rules"
)

// TestPostfix sends composed mails through a Postfix of its own into a Maildir: the body arrives to the byte, and
// a refused recipient is refused for good.
func TestPostfix(t *testing.T) {
	p := startPostfix(t)
	c := composer(t)
	var rows []rules.Queued
	for i, lang := range Tongues {
		o := Sample(rules.TemplateReply, lang, rules.RoleRequester)
		o.ID = rules.OutgoingID(fmt.Sprintf("9-%d", i+1))
		o.MessageID = rules.MessageID(fmt.Sprintf("t9.%d@omdirekt.example", i+1))
		o.Attachments = []rules.Attachment{{Name: "räkning.pdf", Type: "application/pdf", SHA256: "pdf"}}
		wire, err := c.Compose(o)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, rules.Queued{Outgoing: o, Wire: wire})
	}
	lost := rows[0]
	lost.ID, lost.To.Address = "9-9", "nobody@elsewhere.example"
	rows = append(rows, lost)
	o := newOutbox(rows...)
	courier := NewCourier(CourierOptions{Smarthost: p.host, Hostname: "desk.omdirekt.example"}, o, noBlobs{})
	until(t, courier, o, func() bool {
		select {
		case <-o.done:
			return true
		default:
			return false
		}
	})
	if end := o.row("9-9"); end.State != rules.QueueRefused || end.Tried[0].Reply.Code/100 != 5 || end.Tried[0].Reply.Enhanced == "" {
		t.Errorf("to nobody: %s %+v", end.State, end.Tried)
	}
	arrived := p.wait(t, 3)
	for _, q := range rows[:3] {
		want, err := Bytes(t.Context(), q.Wire, noBlobs{})
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := bytes.Cut(want, []byte("\r\n\r\n"))
		body = bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))
		found := false
		for _, m := range arrived {
			e, err := message.Read(bytes.NewReader(m))
			if err != nil {
				t.Fatal(err)
			}
			if e.Header.Get("Message-Id") == "<"+string(q.MessageID)+">" {
				_, got, _ := bytes.Cut(m, []byte("\n\n"))
				found = bytes.Equal(got, body) && e.Header.Get("Return-Path") == "<"+string(q.EnvelopeFrom)+">"
			}
		}
		if !found {
			t.Errorf("%s did not arrive unchanged", q.ID)
		}
	}
}

type postfix struct {
	host Smarthost
	mail string // Maildir
}

// startPostfix runs a Postfix on loopback with its own queue, until the test ends.
func startPostfix(t *testing.T) *postfix {
	t.Helper()
	tool, err := exec.LookPath("postfix")
	if err != nil || os.Geteuid() != 0 {
		if os.Getenv("ABOVELINE_PEERS") == "required" {
			t.Fatalf("postfix cannot run here: %v, uid %d", err, os.Geteuid())
		}
		t.Skipf("postfix is not installed, or we are not root: %v", err)
	}
	dir, err := os.MkdirTemp("", "postfix")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	port := peertest.Port(t)
	for _, d := range []string{"conf", "queue", "data", "mail"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range []string{dir, filepath.Join(dir, "mail")} {
		if err := os.Chmod(d, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("chown", "postfix", filepath.Join(dir, "data")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	write(t, filepath.Join(dir, "conf", "main.cf"), []byte(strings.Join([]string{
		"compatibility_level = 3.6", "queue_directory = " + dir + "/queue", "data_directory = " + dir + "/data",
		"inet_interfaces = 127.0.0.1", "inet_protocols = ipv4", "myhostname = mx.kommun.example", "mydestination =",
		"mynetworks = 127.0.0.0/8", "maillog_file = " + dir + "/log", "maillog_file_prefixes = " + dir,
		"virtual_mailbox_domains = kommun.example", "virtual_mailbox_base = " + dir + "/mail", "virtual_mailbox_maps = static:box/",
		"virtual_uid_maps = static:65534", "virtual_gid_maps = static:65534", "virtual_minimum_uid = 1",
		"smtpd_recipient_restrictions = reject_unauth_destination, permit", "smtpd_relay_restrictions = reject_unauth_destination",
		"smtpd_helo_required = yes", "smtpd_helo_restrictions = reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname", ""}, "\n")))
	services := []string{fmt.Sprintf("127.0.0.1:%d inet n - n - - smtpd", port)}
	services = append(services, "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr", "rewrite unix - - n - - trivial-rewrite",
		"bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce", "error unix - - n - - error",
		"retry unix - - n - - error", "virtual unix - n n - - virtual", "anvil unix - - n - 1 anvil", "postlog unix-dgram n - n - 1 postlogd",
		"proxymap unix - - n - - proxymap", "flush unix n - n 1000? 0 flush")
	write(t, filepath.Join(dir, "conf", "master.cf"), []byte(strings.Join(services, "\n")+"\n"))
	run := func(arg string) ([]byte, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		return exec.CommandContext(ctx, tool, "-c", filepath.Join(dir, "conf"), arg).CombinedOutput()
	}
	if out, err := run("start"); err != nil {
		said, _ := os.ReadFile(filepath.Join(dir, "log"))
		t.Fatalf("start postfix: %v: %s %s", err, out, said)
	}
	t.Cleanup(func() { _, _ = run("stop") })
	return &postfix{Smarthost{Host: "127.0.0.1", Port: port, TLS: TLSNone}, filepath.Join(dir, "mail", "box", "new")}
}

// wait returns the mails once so many have come.
func (p *postfix) wait(t *testing.T, n int) [][]byte {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 400 {
		files, _ := filepath.Glob(filepath.Join(p.mail, "*"))
		if len(files) >= n {
			var all [][]byte
			for _, f := range files {
				b, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, b)
			}
			return all
		}
		<-tick.C
	}
	t.Fatalf("%d mails did not arrive in %s", n, p.mail)
	return nil
}
