package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"aboveline.example/cmd/aboveline/config"
)

// TestADeadMailboxIsMailedOnce runs a whole gateway for two virtual days beside a mailbox that nobody answers for:
// through a restart, the operator gets one mail by the real courier, and says so to a smarthost.
func TestADeadMailboxIsMailedOnce(t *testing.T) {
	warm(t)
	dir := t.TempDir() + "/data"
	t.Setenv("ABOVELINE_OUTCRY_PASSWORD", "hemligt")
	synctest.Test(t, func(t *testing.T) {
		out, host := &sink{came: make(chan struct{}, 1)}, newPipes()
		server := gosmtp.NewServer(out)
		server.Domain = "relay.example"
		go server.Serve(host)
		defer server.Close()
		cfg, err := config.Parse("test.toml", fmt.Appendf(nil, `
[desk]
name = "OmDirekt"
address = "support@omdirekt.example"
[store]
path = %q
[[mailin.imap]]
server = "imap://127.0.0.1:143"
insecure = true
username = "support"
password_env = "ABOVELINE_OUTCRY_PASSWORD"
[mailout]
smarthost = "smtp://127.0.0.1:2526"
[alarm]
address = "drift@omdirekt.example"
poll_age = "15m"
`, dir))
		if err != nil {
			t.Fatal(err)
		}
		dial := func(ctx context.Context, _, addr string) (net.Conn, error) {
			if strings.HasSuffix(addr, ":143") {
				return nil, errors.New("connect: connection refused")
			}
			return host.dial(ctx)
		}
		for range 2 { // days, and lives
			ctx, stop := context.WithCancel(context.Background())
			done := make(chan error, 1)
			admin := newPipes()
			go func() {
				done <- Serve(ctx, cfg, ServeOptions{Log: slog.New(slog.DiscardHandler), Dial: dial, Listeners: map[string]net.Listener{"admin": admin}})
			}()
			time.Sleep(24 * time.Hour)
			stop()
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		out.mu.Lock()
		defer out.mu.Unlock()
		if len(out.mails) != 1 {
			t.Fatalf("%d mails left", len(out.mails))
		}
		m := out.mails[0]
		h := header(t, m.raw)
		subject, _ := h.Subject()
		if m.to != "drift@omdirekt.example" || m.from != "" || !strings.Contains(subject, "mailbox support is not being read") || !strings.Contains(subject, "connection refused") {
			t.Errorf("from <%s> to %s:\n%s", m.from, m.to, m.raw)
		}
	})
}
