package metrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"aboveline.example/cmd/aboveline/alarm"
)

const (
	// fresh is how long a page serves everybody: reading the store for it walks all large attachments.
	fresh = 5 * time.Second
	// stale is how old the alarm's last look may be: it looks once a minute.
	stale       = 5 * time.Minute
	readFor     = 10 * time.Second
	maxConns    = 32
	headerBytes = 8 << 10
)

// Source is what the pages are made of. All functions must be safe for many goroutines.
type Source struct {
	Read     func(ctx context.Context) (Reading, error)
	Troubles func() (found []alarm.Trouble, looked time.Time, err error)
	Ready    func() bool
	Counts   *Counts
}

// Listen opens a port. One that other machines reach needs public: anybody there could read how the desk fares.
func Listen(addr string, public bool) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("open metrics: %w", err)
	}
	if tcp, ok := l.Addr().(*net.TCPAddr); !public && (!ok || !tcp.IP.IsLoopback()) {
		l.Close()
		return nil, fmt.Errorf("open metrics: %s can be reached from other machines; write 127.0.0.1, or [metrics] public = true", addr)
	}
	return l, nil
}

// Serve answers on l until ctx ends.
func Serve(ctx context.Context, l net.Listener, src Source, public bool, log *slog.Logger) error {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	server := &http.Server{
		Handler: Handler(src, public, log), ReadTimeout: readFor, WriteTimeout: 2 * readFor, IdleTimeout: time.Minute,
		MaxHeaderBytes: headerBytes, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(&few{Listener: l, slots: make(chan struct{}, maxConns)}); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve metrics: %w", err)
	}
	return nil
}

// Handler answers GET and HEAD on three paths, and nothing else.
func Handler(src Source, public bool, log *slog.Logger) http.Handler {
	pages := &pages{src: src, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", pages.metrics)
	mux.HandleFunc("GET /health", pages.health)
	mux.HandleFunc("GET /ready", pages.ready)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A web page may point a name of its own at loopback and have a browser here read for it.
		if !public && !local(r.Host) {
			http.Error(w, "write the address by number, or localhost", http.StatusMisdirectedRequest)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		mux.ServeHTTP(w, r)
	})
}

// local says whether a Host field names this machine by number or as localhost.
func local(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

type pages struct {
	src Source
	log *slog.Logger

	mu   sync.Mutex // guards the rest, and lets one at a time read the store
	page []byte
	at   time.Time
}

func (p *pages) metrics(w http.ResponseWriter, r *http.Request) {
	b, err := p.newest(r.Context())
	if err != nil {
		p.log.Warn("figures not read", "err", err)
		http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(b)
}

func (p *pages) newest(ctx context.Context) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.page != nil && time.Since(p.at) < fresh {
		return p.page, nil
	}
	ctx, cancel := context.WithTimeout(ctx, readFor)
	defer cancel()
	r, err := p.src.Read(ctx)
	if err != nil {
		return nil, err
	}
	p.page, p.at = Page(r, p.src.Counts), time.Now()
	return p.page, nil
}

// health is red while something has been failing for too long, and while nobody can tell.
func (p *pages) health(w http.ResponseWriter, _ *http.Request) {
	found, looked, err := p.src.Troubles()
	switch {
	case err != nil:
		p.log.Debug("health not known", "err", err)
		red(w, "1 wrong\nstore: it does not answer\n")
	case !looked.IsZero() && time.Since(looked) > stale:
		red(w, "1 wrong\nwatch: nobody has looked since "+looked.UTC().Format(time.RFC3339)+"\n")
	case len(found) > 0:
		red(w, text(found))
	default:
		_, _ = io.WriteString(w, "ok\n")
	}
}

func (p *pages) ready(w http.ResponseWriter, _ *http.Request) {
	if !p.src.Ready() {
		red(w, "the doors are not open\n")
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

func red(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, text)
}

// few bounds how many connections are open at once; more wait in the system's queue.
type few struct {
	net.Listener
	slots chan struct{}
}

func (f *few) Accept() (net.Conn, error) {
	f.slots <- struct{}{}
	c, err := f.Listener.Accept()
	if err != nil {
		<-f.slots
		return nil, err
	}
	return &oneOf{Conn: c, leave: sync.OnceFunc(func() { <-f.slots })}, nil
}

type oneOf struct {
	net.Conn
	leave func()
}

func (o *oneOf) Close() error {
	defer o.leave()
	return o.Conn.Close()
}
