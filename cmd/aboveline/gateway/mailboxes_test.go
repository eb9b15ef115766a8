package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/cmd/aboveline/peertest"
)

// TestSeveralMailboxes watches two mailboxes at a real Dovecot, beside one that lets nobody in: they are
// read all the same, a mail that lies in both is one ticket, and each is shown with its last look or what is wrong.
// The provider has no plus addresses, so no address with a token is written.
func TestSeveralMailboxes(t *testing.T) {
	dovecot := peertest.StartDovecot(t)
	dir := t.TempDir()
	secret := func(name, password string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(password), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	table := "[[mailin.imap]]\nserver = \"imap://%s\"\ninsecure = true\nusername = %q\npassword_file = %q\n"
	cfg, err := config.Parse("test.toml", []byte(fmt.Sprintf(`
[desk]
name = "OmDirekt"
address = "support@omdirekt.example"
aliases = ["haverier@omdirekt.example"]
subaddress = ""
[store]
path = %q
`, dir+"/data")+
		fmt.Sprintf(table, dovecot.Addr, "support", secret("right", dovecot.Password))+
		fmt.Sprintf(table, dovecot.Addr, "haverier", secret("right too", dovecot.Password))+
		fmt.Sprintf(table, dovecot.Addr, "locked", secret("wrong", "not-the-horse"))))
	if err != nil {
		t.Fatal(err)
	}
	letter := func(id string) []byte {
		return []byte("From: Eva <eva@kommun.example>\nTo: support@omdirekt.example, haverier@omdirekt.example\nSubject: " + id +
			"\nMessage-ID: <" + id + "@kommun.example>\nDate: Tue, 03 Mar 2026 10:14:00 +0100\n\nHej " + id + "\n")
	}
	dovecot.Deliver("support", letter("one"))
	dovecot.Deliver("haverier", letter("two"))
	dovecot.Deliver("support", letter("both"))
	dovecot.Deliver("haverier", letter("both"))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, cfg, ServeOptions{Log: slog.New(slog.NewTextHandler(t.Output(), nil))}) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	settled := func() bool {
		return len(dovecot.Mails("support", "Handled")) == 2 && len(dovecot.Mails("haverier", "Handled")) == 2
	}
	for end := time.Now().Add(peerPatience); !settled(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the four mails are not handled")
		}
	}
	ops, err := admin.Dial(dir + "/data")
	if err != nil {
		t.Fatal(err)
	}
	defer ops.Close()
	var subjects []string
	if err := admin.TicketList.Do(t.Context(), ops, admin.TicketFilter{}, func(r admin.TicketRow) error {
		subjects = append(subjects, r.Subject)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(subjects) != 3 {
		t.Errorf("tickets %q, want one, two and both", subjects)
	}
	shown := func() bool { // the locked one with what is wrong, the others with when they were read
		stats, err := admin.Stats.One(t.Context(), ops, admin.None{})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range stats.Mailboxes {
			if locked := m.Mailbox == "locked"; locked != (m.Error != "") || locked != m.At.IsZero() {
				return false
			}
		}
		return len(stats.Mailboxes) == 3
	}
	for end := time.Now().Add(peerPatience); !shown(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the three mailboxes are not shown as they are")
		}
	}
	if err := admin.QueueList.Do(t.Context(), ops, admin.QueueFilter{}, func(r admin.QueueRow) error {
		shown, err := admin.QueueShow.One(t.Context(), ops, admin.ID{ID: r.ID})
		if err == nil && strings.Contains(string(shown.Raw), "support+") {
			t.Errorf("mail %s has an address with a token:\n%s", r.ID, shown.Raw)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
