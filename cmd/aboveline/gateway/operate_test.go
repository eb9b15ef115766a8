package gateway

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	netsmtp "net/smtp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/alarm"
	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/cmd/aboveline/systemd"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// circle is a smarthost that hands mail for the desk straight back to it, as a provider does; lost mail it keeps.
type circle struct {
	door  chan string // the desk's door
	strip bool        // forged Authentication-Results are taken out
	lose  bool
	sink
}

func (c *circle) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return &circleSession{c: c}, nil }

type circleSession struct {
	c        *circle
	from, to string
}

func (x *circleSession) Mail(from string, _ *gosmtp.MailOptions) error { x.from = from; return nil }
func (x *circleSession) Rcpt(to string, _ *gosmtp.RcptOptions) error   { x.to = to; return nil }
func (x *circleSession) Reset()                                        {}
func (x *circleSession) Logout() error                                 { return nil }
func (x *circleSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(x.to, "support") || x.c.lose {
		return (&sinkSession{s: &x.c.sink, from: x.from, to: x.to}).Data(bytes.NewReader(raw))
	}
	if x.c.strip {
		_, raw, _ = bytes.Cut(raw, []byte("=pass\r\n"))
	}
	door := <-x.c.door
	x.c.door <- door
	return netsmtp.SendMail(door, nil, "", []string{x.to}, raw)
}

// operated starts a gateway that an operator watches, behind a circle, and returns where its doors are.
func operated(t *testing.T, c *circle, more string, o ServeOptions) (addrs map[string]net.Addr, dir string) {
	t.Helper()
	c.door, c.came = make(chan string, 1), make(chan struct{}, 1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := gosmtp.NewServer(c)
	server.Domain = "relay.example"
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	dir = filepath.Join(t.TempDir(), "data")
	cfg, err := config.Parse("test.toml", fmt.Appendf(nil, `
[desk]
name = "OmDirekt"
address = "support@omdirekt.example"
prefix = "OMD"
[store]
path = %q
[mailin.smtp]
listen = "127.0.0.1:0"
relays = ["127.0.0.1/32"]
authserv_id = "mx.omdirekt.example"
[mailout]
smarthost = "smtp://%s"
%s`, dir, l.Addr(), more))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, done := make(chan map[string]net.Addr, 1), make(chan error, 1)
	o.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.Ready = func(a map[string]net.Addr) { ready <- a }
	go func() { done <- Serve(ctx, cfg, o) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	select {
	case addrs = <-ready:
		c.door <- addrs["smtp"].String()
	case err := <-done:
		done <- nil
		t.Fatalf("Serve: %v", err)
	}
	return addrs, dir
}

func probed(t *testing.T, dir string, a admin.ProbeArgs) (admin.Probed, error) {
	t.Helper()
	desk, err := admin.Dial(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	a.Wait = 20 * time.Second
	return admin.Probe.One(t.Context(), desk, a)
}

// TestProbeComesBack: a mail to ourselves goes out and in, is no ticket, and tells whether forged words survive.
func TestProbeComesBack(t *testing.T) {
	for _, c := range []struct {
		name  string
		strip bool
	}{{"a relay that strips", true}, {"a relay that does not", false}} {
		t.Run(c.name, func(t *testing.T) {
			_, dir := operated(t, &circle{strip: c.strip}, "", ServeOptions{})
			for _, plus := range []bool{false, true} {
				p, err := probed(t, dir, admin.ProbeArgs{Plus: plus, Authserv: "mx.omdirekt.example"})
				if err != nil || p.Door != "smtp" || p.Took <= 0 || p.Forged == c.strip {
					t.Errorf("plus %v: %+v, %v", plus, p, err)
				}
			}
			desk, err := admin.Dial(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer desk.Close()
			f, err := admin.Stats.One(t.Context(), desk, admin.None{})
			if err != nil || f.Mails[string(rules.DisposedProbe)] != 2 || len(f.Tickets) != 0 {
				t.Errorf("stats %+v, %v", f, err)
			}
		})
	}
}

// TestProbeThatIsLost: who asks is told.
func TestProbeThatIsLost(t *testing.T) {
	_, dir := operated(t, &circle{lose: true}, "", ServeOptions{})
	desk, err := admin.Dial(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	if p, err := admin.Probe.One(t.Context(), desk, admin.ProbeArgs{Wait: 50 * time.Millisecond}); err == nil || !strings.Contains(err.Error(), "did not come back") {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestCanaryFlies: probes go by themselves.
func TestCanaryFlies(t *testing.T) {
	c := &circle{lose: true}
	operated(t, c, "[alarm]\ncanary = \"5m\"\n", ServeOptions{})
	c.wait(t, c.probeTo(t), "Probe: do mails come back?")
}

// probeTo waits for any mail to an address with a token and returns that.
func (c *circle) probeTo(t *testing.T) string {
	t.Helper()
	end := time.After(20 * time.Second)
	for {
		c.mu.Lock()
		for _, m := range c.mails {
			if strings.HasPrefix(m.to, "support+") {
				c.mu.Unlock()
				return m.to
			}
		}
		c.mu.Unlock()
		select {
		case <-c.came:
		case <-end:
			t.Fatal("no probe left")
		}
	}
}

// TestCanaryRemembers is the same over restarts, without a network.
func TestCanaryRemembers(t *testing.T) {
	cfg := config.Default()
	cfg.Store.Path = config.Path(t.TempDir() + "/data")
	cfg.Mailout.Smarthost = config.Server{Scheme: "smtp", Host: "127.0.0.1", Port: 1}
	open := func() (*Gateway, *store.DB) {
		g, db, err := Open(cfg, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if err := g.canary.load(t.Context()); err != nil {
			t.Fatal(err)
		}
		return g, db
	}
	g, db := open()
	for range 3 {
		if err := g.canary.turn(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	sent := g.canary.oldest()
	if sent.IsZero() || len(g.canary.state.Sent) != 1 {
		t.Errorf("while the first is in the queue: %+v", g.canary.state)
	}
	db.Close()
	g, db = open()
	defer db.Close()
	if !g.canary.oldest().Equal(sent) {
		t.Errorf("after a restart: oldest %s, want %s", g.canary.oldest(), sent)
	}
	id, to := g.Desk().NewProbe(1)
	in := g.Intake(cfg)
	raw := "From: " + string(cfg.Identity.Address) + "\r\nTo: " + string(to) + "\r\nSubject: p\r\nDate: Tue, 03 Mar 2026 10:14:00 +0100\r\nMessage-ID: <" + string(id) + ">\r\n\r\nx\r\n"
	if err := in.Take(t.Context(), rules.Arrival{Raw: []byte(raw), Received: time.Now(), Envelope: rules.Envelope{Door: "smtp"}}); err != nil {
		t.Fatal(err)
	}
	if at := g.canary.oldest(); !at.IsZero() || g.canary.last() <= 0 {
		t.Errorf("it is back, and still missed since %s (took %s)", at, g.canary.last())
	}
}

// TestAlarmByMailIsOneMail: the word's own name makes it one, however often it is told, and it says what it must.
func TestAlarmByMailIsOneMail(t *testing.T) {
	cfg := config.Default()
	cfg.Store.Path, cfg.Identity.Name, cfg.Alarm.Address = config.Path(t.TempDir()+"/data"), "Hjälp", "drift@omdirekt.example"
	g, db, err := Open(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w := alarm.Word{ID: "alarm-1-1772539200", Subject: "mailbox å is not being read", Text: "Mailbox å is not being read.\nWhat to do: x.\n"}
	for range 2 {
		if err := (byMail{g, cfg}).Tell(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	var rows []rules.Queued
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		rows = tx.Queue(store.QueueFilter{})
		return nil
	}); err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	raw := rows[0].Wire[0].Text
	h := header(t, raw)
	subject, _ := h.Subject()
	from, _ := h.AddressList("From")
	if subject != "[Hjälp] mailbox å is not being read" || len(from) != 1 || from[0].Name != "Hjälp" || h.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("mail:\n%s", raw)
	}
	if rows[0].EnvelopeFrom != "" || rows[0].To.Address != "drift@omdirekt.example" || bytes.Contains(bytes.ReplaceAll(raw, []byte("\r\n"), nil), []byte("\n")) {
		t.Errorf("row %+v", rows[0])
	}
}

// TestSmarthostHealth: what one mail is told says nothing of the host, a door that stays shut does.
func TestSmarthostHealth(t *testing.T) {
	at := time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)
	try := func(phase string, code, minute int) rules.Attempt {
		return rules.Attempt{At: at.Add(time.Duration(minute) * time.Minute), Reply: rules.Reply{Phase: phase, Code: code, Text: "x"}}
	}
	for _, c := range []struct {
		name    string
		tries   []rules.Attempt
		failing int // minute since when, -1 for not
	}{
		{"a refusal", []rules.Attempt{try("rcpt", 550, 0)}, -1},
		{"shut", []rules.Attempt{try("connect", 0, 1), try("connect", 0, 5)}, 1},
		{"sent away", []rules.Attempt{try("mail", 421, 2)}, 2},
		{"shut and open", []rules.Attempt{try("connect", 0, 1), try("dot", 250, 5)}, -1},
		{"shut again", []rules.Attempt{try("connect", 0, 1), try("dot", 250, 5), try("connect", 0, 7)}, 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := &smarthost{}
			for _, a := range c.tries {
				h.heard(a)
			}
			s := h.read()
			if c.failing < 0 && !s.FailingSince.IsZero() || c.failing >= 0 && !s.FailingSince.Equal(at.Add(time.Duration(c.failing)*time.Minute)) {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestFiguresAndManager: a desk that serves shows its figures and tells its manager, and stops saying that it is ready.
func TestFiguresAndManager(t *testing.T) {
	notify := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: notify, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { manager.Close() })
	t.Setenv("NOTIFY_SOCKET", notify)
	t.Setenv("WATCHDOG_USEC", "100000")
	t.Setenv("WATCHDOG_PID", fmt.Sprint(os.Getpid()))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &circle{}
	heard := make(chan string, 1000)
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := manager.Read(b)
			if err != nil {
				close(heard)
				return
			}
			heard <- string(b[:n])
		}
	}()
	await := func(want string) {
		t.Helper()
		end := time.After(20 * time.Second)
		for {
			select {
			case s := <-heard:
				if strings.Contains(s, want) {
					return
				}
			case <-end:
				t.Fatalf("the manager never heard %s", want)
			}
		}
	}
	t.Cleanup(func() { await("STOPPING=1") }) // runs after the gateway was stopped
	addrs, _ := operated(t, c, "[metrics]\nlisten = \"127.0.0.1:0\"\n", ServeOptions{Version: "v1.2.3",
		Manager: systemd.Find(nil), Listeners: map[string]net.Listener{"metrics": l}})
	await("READY=1\nSTATUS=serving support@omdirekt.example")
	await("WATCHDOG=1")
	send(t, addrs["smtp"].String(), "asa@kommun.example", "support@omdirekt.example",
		"From: asa@kommun.example\nTo: support@omdirekt.example\nSubject: Hej\nMessage-ID: <1@kommun.example>\nDate: Tue, 03 Mar 2026 10:14:00 +0100\n\nHej\n")
	c.sink.wait(t, "asa@kommun.example", "[OMD-1] Hej")
	get := func(path string) (int, string) {
		t.Helper()
		resp, err := http.Get("http://" + l.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(b)
	}
	for _, path := range []string{"/health", "/ready"} {
		if code, text := get(path); code != 200 || text != "ok\n" {
			t.Errorf("%s: %d %s", path, code, text)
		}
	}
	_, page := get("/metrics")
	for _, want := range []string{
		`aboveline_build_info{version="v1.2.3",`, `aboveline_mails_total{door="smtp",disposition="new-ticket"} 1`,
		`aboveline_proofs_total{result="pass"} 1`, `aboveline_tickets{status="new"} 1`, "aboveline_commit_seconds_count 1\n",
		`aboveline_troubles{kind="poll"} 0`, "aboveline_disk_free_bytes ",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in:\n%s", want, page)
		}
	}
}

// TestAliveFindsAHungClock: nobody would miss the clock at once, so the manager is told.
func TestAliveFindsAHungClock(t *testing.T) {
	cfg := config.Default()
	cfg.Store.Path = config.Path(t.TempDir() + "/data")
	g, db, err := Open(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s := newServing(g, cfg, ServeOptions{})
	g.ticked.Store(time.Now().UnixNano())
	if err := s.alive(t.Context()); err != nil {
		t.Errorf("all is well: %v", err)
	}
	g.ticked.Store(time.Now().Add(-time.Hour).UnixNano())
	if err := s.alive(t.Context()); err == nil || !strings.Contains(err.Error(), "due times") {
		t.Errorf("a clock that hangs: %v", err)
	}
	db.Close()
	if err := s.alive(t.Context()); err == nil || !strings.Contains(err.Error(), "does not commit") {
		t.Errorf("a store that is closed: %v", err)
	}
}
