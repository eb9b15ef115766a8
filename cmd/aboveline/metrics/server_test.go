package metrics

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"aboveline.example/cmd/aboveline/alarm"
)

// gate is a gateway whose state a test sets.
type gate struct {
	reads  int
	broken error
	found  []alarm.Trouble
	looked time.Time
	ready  bool
}

func (g *gate) source() Source {
	return Source{
		Read: func(context.Context) (Reading, error) { g.reads++; return reading(), g.broken },
		Troubles: func() ([]alarm.Trouble, time.Time, error) {
			return g.found, g.looked, g.broken
		},
		Ready: func() bool { return g.ready }, Counts: counts(),
	}
}

func ask(h http.Handler, method, path, host string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Host = host
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestHealthAndReady(t *testing.T) {
	bad := []alarm.Trouble{{Kind: alarm.KindPoll, What: "mailbox a is not being read", Since: noon}}
	for _, c := range []struct {
		name, path string
		g          gate
		code       int
		want       string
	}{
		{"well", "/health", gate{looked: time.Now()}, 200, "ok\n"},
		{"just started", "/health", gate{}, 200, "ok\n"},
		{"a mailbox", "/health", gate{looked: time.Now(), found: bad}, 503, "1 wrong\npoll: mailbox a is not being read, since 2026-03-03T12:00:00Z\n"},
		{"a watch that hangs", "/health", gate{looked: time.Now().Add(-time.Hour)}, 503, "nobody has looked since"},
		{"a store that does not answer", "/health", gate{broken: errors.New("/var/lib closed")}, 503, "store: it does not answer\n"},
		{"open", "/ready", gate{ready: true}, 200, "ok\n"},
		{"not open", "/ready", gate{}, 503, "the doors are not open\n"},
		{"figures", "/metrics", gate{}, 200, "aboveline_build_info{version=\"v1.2.3\""},
		{"no figures", "/metrics", gate{broken: errors.New("/var/lib closed")}, 503, "the store does not answer\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := ask(Handler(c.g.source(), false, slog.New(slog.DiscardHandler)), "GET", c.path, "127.0.0.1:9465")
			if w.Code != c.code || !strings.Contains(w.Body.String(), c.want) || strings.Contains(w.Body.String(), "/var/lib") {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if w.Header().Get("Cache-Control") != "no-store" && c.code == 200 {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

// TestNothingCanBeChanged: only GET and HEAD, only three paths, and only by who is on this machine and means to.
func TestNothingCanBeChanged(t *testing.T) {
	g := &gate{ready: true}
	for _, c := range []struct {
		method, path, host string
		public             bool
		code               int
	}{
		{"GET", "/metrics", "localhost:9465", false, 200},
		{"HEAD", "/metrics", "[::1]:9465", false, 200},
		{"GET", "/health", "127.0.0.1", false, 200},
		{"POST", "/metrics", "localhost", false, 405},
		{"DELETE", "/health", "localhost", false, 405},
		{"PUT", "/ready", "localhost", false, 405},
		{"GET", "/", "localhost", false, 404},
		{"GET", "/debug/pprof/", "localhost", false, 404},
		{"GET", "/metrics/../../etc/passwd", "localhost", false, 307},
		{"GET", "/metrics", "rebound.attacker.example", false, 421},
		{"GET", "/metrics", "", false, 421},
		{"GET", "/metrics", "gateway.omdirekt.example:9465", true, 200},
	} {
		w := ask(Handler(g.source(), c.public, slog.New(slog.DiscardHandler)), c.method, c.path, c.host)
		if w.Code != c.code {
			t.Errorf("%s %s at %q: %d, want %d", c.method, c.path, c.host, w.Code, c.code)
		}
	}
}

// TestScrapesDoNotLoadTheStore: many within a moment are one reading.
func TestScrapesDoNotLoadTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{}
		h := Handler(g.source(), false, slog.New(slog.DiscardHandler))
		for range 100 {
			ask(h, "GET", "/metrics", "localhost")
		}
		if g.reads != 1 {
			t.Errorf("%d readings", g.reads)
		}
		time.Sleep(fresh)
		ask(h, "GET", "/metrics", "localhost")
		if g.reads != 2 {
			t.Errorf("%d readings after a while", g.reads)
		}
	})
}

func TestListenStaysOnLoopback(t *testing.T) {
	for _, addr := range []string{":0", "0.0.0.0:0", "[::]:0"} {
		if l, err := Listen(addr, false); err == nil {
			l.Close()
			t.Errorf("%s was opened", addr)
		}
		l, err := Listen(addr, true)
		if err != nil {
			t.Errorf("%s, public: %v", addr, err)
			continue
		}
		l.Close()
	}
}

// TestServe is the whole way over a real port, and its end.
func TestServe(t *testing.T) {
	l, err := Listen("127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- Serve(ctx, l, (&gate{ready: true}).source(), false, nil) }()
	resp, err := http.Get("http://" + l.Addr().String() + "/ready")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if string(b) != "ok\n" {
		t.Errorf("said %q", b)
	}
	// One that connects and says nothing keeps nobody from the end.
	idle, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
}
