package gateway

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/cmd/aboveline/peertest"
	"aboveline.example/rules"
	"aboveline.example/store"
)

var mailKills = flag.Int("mailkills", 4, "how often TestKillWhileSending and TestKillWhilePolling end the gateway with SIGKILL; 1000 is the long form")

// inFlight is how many mails the courier has between the first byte and the record: what one kill can send twice.
const inFlight = 4

// killToml is the desk of the victim that sends and polls.
func killToml(t *testing.T, dir, smarthost, mailbox string) string {
	t.Helper()
	toml := fmt.Sprintf(`
[desk]
name = "OmDirekt"
address = "support@omdirekt.example"
prefix = "OMD"
[store]
path = %q
[mailin.smtp]
listen = "127.0.0.1:0"
[mailout]
gateway_limit = 1000000
%s
[[staff]]
name = "Anna Ek"
address = "anna@omdirekt.example"
%s`, dir+"/data", smarthost, mailbox)
	path := filepath.Join(dir, "aboveline.toml")
	if err := os.WriteFile(path, []byte(toml), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// finish serves in this process until done says so.
func finish(t *testing.T, path string, done func(*store.Tx) bool) {
	t.Helper()
	cfg, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Check(string(cfg.Store.Path)); err != nil {
		t.Errorf("store: %v", err)
	}
	g, db, err := Open(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- newServing(g, cfg, ServeOptions{}).run(ctx, db) }()
	defer db.Close()
	over := false
	for end := time.Now().Add(peerPatience); !over && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if err := db.View(ctx, func(tx *store.Tx) error { over = done(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if !over {
		t.Error("the gateway did not come to its end after the last kill")
	}
	if err := db.View(ctx, func(tx *store.Tx) error { checkChanges(t, tx); return nil }); err != nil {
		t.Error(err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// checkChanges: no mail made more than one change.
func checkChanges(t *testing.T, tx *store.Tx) {
	t.Helper()
	changed := map[rules.MessageID]int{}
	for _, d := range tx.Dispositions(0, 1<<30) {
		if d.Kind != rules.DisposedDuplicate && d.Kind != rules.DisposedRefused {
			changed[d.MessageID]++
		}
	}
	for id, n := range changed {
		if n != 1 {
			t.Errorf("%s made %d changes", id, n)
		}
	}
}

// TestKillWhileSending ends the gateway with SIGKILL while it sends: every decided mail reaches the peer, and what
// comes twice is the same to the byte, and no more of it than was under way at each kill.
func TestKillWhileSending(t *testing.T) {
	dir := t.TempDir()
	out := &sink{came: make(chan struct{}, 1)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := gosmtp.NewServer(out)
	server.Domain = "relay.example"
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	path := killToml(t, dir, fmt.Sprintf("smarthost = \"smtp://%s\"", l.Addr()), "")
	n := 0
	for range *mailKills {
		child, at := startVictim(t, path)
		var senders sync.WaitGroup
		for range 3 {
			for range 5 {
				n++
				from := fmt.Sprintf("p%d@clients.example", n)
				senders.Go(func() { _ = sendFrom(at, from, "support@omdirekt.example") })
			}
			select { // the next load when the first mails go out: the kill falls among them
			case <-out.came:
			case <-time.After(time.Second):
			}
		}
		child.kill(t)
		senders.Wait()
	}
	finish(t, path, func(tx *store.Tx) bool {
		for _, s := range []rules.QueueState{rules.QueueWaiting, rules.QueueSending, rules.QueueUncertain} {
			if len(tx.Queue(store.QueueFilter{State: s, Limit: 1})) > 0 {
				return false
			}
		}
		return true
	})
	db, err := store.Open(dir+"/data", store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	copies := map[string][]sunk{}
	out.mu.Lock()
	defer out.mu.Unlock()
	for _, m := range out.mails {
		copies[idOf(m.raw)] = append(copies[idOf(m.raw)], m)
	}
	sent, twice := 0, 0
	err = db.View(t.Context(), func(tx *store.Tx) error {
		for _, q := range rows(tx) {
			if q.State != rules.QueueSent {
				continue
			}
			sent++
			got := copies[string(q.MessageID)]
			if len(got) == 0 {
				t.Errorf("%s is recorded as sent and never came", q.ID)
			}
			for _, m := range got[min(1, len(got)):] {
				twice++
				if !bytes.Equal(m.raw, got[0].raw) {
					t.Errorf("%s came twice, and not the same", q.ID)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if twice > inFlight**mailKills {
		t.Errorf("%d mails came twice after %d kills, want at most %d a kill", twice, *mailKills, inFlight)
	}
	if sent < 2**mailKills {
		t.Errorf("only %d mails were sent: there was no load", sent)
	}
	t.Logf("%d kills, %d mails sent, %d of them twice", *mailKills, sent, twice)
}

// TestKillWhilePolling ends the gateway with SIGKILL while it takes mail from Dovecot: every mail is there, once.
func TestKillWhilePolling(t *testing.T) {
	dovecot := peertest.StartDovecot(t)
	dir := t.TempDir()
	secret := filepath.Join(dir, "password")
	if err := os.WriteFile(secret, []byte(dovecot.Password), 0o600); err != nil {
		t.Fatal(err)
	}
	path := killToml(t, dir, "", fmt.Sprintf("[[mailin.imap]]\nserver = \"imap://%s\"\ninsecure = true\nusername = \"support@omdirekt.example\"\npassword_file = %q\n",
		dovecot.Addr, secret))
	n := 0
	for k := range *mailKills {
		child, _ := startVictim(t, path)
		for range 6 {
			n++
			raw := fmt.Sprintf("From: p%d@clients.example\r\nSubject: x\r\nMessage-ID: <i%d@clients.example>\r\nDate: Tue, 03 Mar 2026 10:14:00 +0100\r\n\r\nHello %d\r\n", n, n, n)
			dovecot.Deliver("support@omdirekt.example", []byte(raw))
		}
		time.Sleep(time.Duration(k%4) * 20 * time.Millisecond) // the moment of the kill is what is drawn
		child.kill(t)
	}
	finish(t, path, func(tx *store.Tx) bool { return len(tx.Tickets(store.TicketFilter{}, 1<<30)) >= n })
	t.Logf("%d kills, %d mails, each there once", *mailKills, n)
}
