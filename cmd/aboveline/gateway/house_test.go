package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	netsmtp "net/smtp"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/mailin/proof"
	"aboveline.example/mailin/proof/prooftest"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// house is one desk whose real gateway runs in the town: real doors, store, courier, poller, clock and doorman.
type house struct {
	w        *town
	toml     string // with %q for the store's directory
	address  string
	authserv string
	dns      proof.Resolver
	detector func() detector // the watch for outages; nil is the product's own
	closed   atomic.Bool     // for good
	skew     atomic.Int64    // nanoseconds by which the clock on its wall is wrong

	fate chan struct{} // held by whoever ends a life and begins the next

	mu       sync.Mutex // guards what follows
	now      *run
	lives    []*run
	accepted map[string]int // by Message-ID, how often a door acknowledged it
	refused  int            // mails turned away for good
}

// run is one life of a house's gateway, until it is stopped or dies.
type run struct {
	house *house
	s     *serving
	db    *store.DB
	smtp  *pipes
	dead  atomic.Bool
	stop  context.CancelFunc
	done  chan error

	mu    sync.Mutex // guards conns
	conns []net.Conn
}

// build opens a house; toml holds %q for the store's directory.
func (w *town) build(address, toml string, watch func() detector) *house {
	w.t.Helper()
	_, domain, _ := strings.Cut(address, "@")
	h := &house{w: w, toml: toml, address: address, authserv: "mx." + domain, detector: watch, dns: prooftest.NewZone() /* nobody publishes anything */, accepted: map[string]int{}, fate: make(chan struct{}, 1)}
	w.mu.Lock()
	w.houses = append(w.houses, h)
	w.mu.Unlock()
	h.start(w.dir())
	return h
}

// start begins a life over a store's directory.
func (h *house) start(dir string) {
	h.w.t.Helper()
	cfg, err := config.Parse("test.toml", []byte(fmt.Sprintf(h.toml, dir)))
	if err != nil {
		h.w.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	if *loud {
		log = slog.New(slog.NewTextHandler(h.w.t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	g, db, err := Open(cfg, log)
	if err != nil {
		h.w.t.Fatal(err)
	}
	g.clock = Clock{Now: func() time.Time { return time.Now().Add(time.Duration(h.skew.Load())) }}
	g.prover = proof.New(proof.Options{Resolver: h.dns})
	if h.detector != nil {
		g.watch = newWatch(h.detector)
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &run{house: h, db: db, smtp: newPipes(), stop: stop, done: make(chan error, 1)}
	ready := make(chan struct{})
	r.s = newServing(g, cfg, ServeOptions{
		Log: log, Ready: func(map[string]net.Addr) { close(ready) }, Dial: r.dial,
		Listeners: map[string]net.Listener{"smtp": r.smtp, "admin": newPipes()},
	})
	go func() { r.done <- errors.Join(r.s.run(ctx, db), db.Close()) }()
	select {
	case <-ready:
	case err := <-r.done:
		h.w.t.Fatalf("the gateway did not start: %v", err)
	}
	h.mu.Lock()
	h.now, h.lives = r, append(h.lives, r)
	h.mu.Unlock()
}

func (h *house) life() *run {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// dial is the network of one life.
func (r *run) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	if r.dead.Load() {
		return nil, errors.New("no route")
	}
	if strings.HasSuffix(addr, ":143") {
		c, err := r.house.w.line.dial(ctx)
		if err == nil {
			r.keep(c)
		}
		return c, err
	}
	client, server := net.Pipe()
	r.keep(client)
	r.house.w.busy.Go(func() { r.house.w.smarthost(server, r) })
	return client, nil
}

func (r *run) keep(c net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dead.Load() {
		c.Close()
	}
	r.conns = append(r.conns, c)
}

// sever takes a life off the network, as the end of its process does.
func (r *run) sever() {
	r.dead.Store(true)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		c.Close()
	}
}

// crash ends a life as SIGKILL does and begins the next: it is cut off, what it had committed by then is what the
// next one finds, and whatever it still does is seen by nobody.
func (h *house) crash() { h.kill(h.life()) }

// kill is the crash of one life, which may have ended meanwhile.
func (h *house) kill(r *run) {
	h.fate <- struct{}{}
	defer func() { <-h.fate }()
	if r != h.life() || h.closed.Load() {
		return
	}
	r.sever()
	dir := h.w.dir()
	// Inside a write transaction nothing else commits, and nothing of this one stands in the file yet.
	err := r.db.Update(context.Background(), func(*store.Tx) error { return copyStore(r.db.Dir(), dir) })
	if err != nil {
		h.w.t.Errorf("crash: %v", err)
		return
	}
	r.stop()
	h.start(dir)
}

// copyStore copies a directory's files; doing it again overwrites.
func copyStore(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o600)
	})
}

// stop drains the gateway and waits for every life to end.
func (h *house) stop() {
	h.fate <- struct{}{}
	defer func() { <-h.fate }()
	h.closed.Store(true)
	h.life().stop()
	for _, r := range h.lives {
		err := <-r.done
		if err != nil && !r.dead.Load() {
			h.w.t.Errorf("Serve: %v", err)
		}
		r.sever()
	}
}

// owns says whether an address leads to this desk.
func (h *house) owns(to string) bool {
	local, domain, _ := strings.Cut(to, "@")
	base, _, _ := strings.Cut(local, "+")
	return base+"@"+domain == h.address
}

// view reads the store of the life that is.
func (h *house) view(do func(*store.Tx)) {
	h.w.t.Helper()
	if err := h.life().db.View(context.Background(), func(tx *store.Tx) error { do(tx); return nil }); err != nil {
		h.w.t.Error(err)
	}
}

// stamp is what this house's own relay says of a mail's author: the From domain is proved, is not, or nothing is.
func (h *house) stamp(raw []byte, proof string) []byte {
	if proof == "" || proof == "none" {
		return raw
	}
	_, from, _ := bytes.Cut(append([]byte("\n"), raw...), []byte("\nFrom: "))
	line, _, _ := bytes.Cut(from, []byte("\r\n"))
	domain := strings.TrimSuffix(string(line[bytes.LastIndexByte(line, '@')+1:]), ">")
	return append([]byte("Authentication-Results: "+h.authserv+"; dmarc="+proof+" header.from="+domain+"\r\n"), raw...)
}

// mailRetry is how soon a sender tries again.
const mailRetry = time.Minute

// post hands a mail to the SMTP door as an MTA does: until it is taken or refused for good. It returns the last reply.
func (h *house) post(from, to string, raw []byte) error {
	for {
		err := h.try(from, to, raw)
		var said *textproto.Error
		switch {
		case err == nil:
			h.mu.Lock()
			h.accepted[idOf(raw)]++
			h.mu.Unlock()
			return nil
		case errors.As(err, &said) && said.Code >= 500:
			h.mu.Lock()
			h.refused++
			h.mu.Unlock()
			return err
		case h.closed.Load():
			return err
		}
		time.Sleep(mailRetry)
	}
}

func (h *house) try(from, to string, raw []byte) error {
	r := h.life()
	if r.dead.Load() {
		return errors.New("nobody listens")
	}
	conn, err := r.smtp.dial(context.Background())
	if err != nil {
		return err
	}
	defer conn.Close()
	r.keep(conn)
	if h.w.cut != nil {
		if n := h.w.cut(); n > 0 {
			conn = &cutting{conn, n}
		}
	}
	c, err := netsmtp.NewClient(conn, "relay.example")
	if err != nil {
		return err
	}
	if err := c.Mail(from); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if r.dead.Load() {
		return errors.New("the peer died")
	}
	_ = c.Quit()
	return nil
}

// drop puts a mail into the polled mailbox.
func (h *house) drop(raw []byte) {
	if _, err := h.w.mailbox.Append("INBOX", literal{bytes.NewReader(raw), int64(len(raw))}, &imap.AppendOptions{}); err != nil {
		h.w.t.Error(err)
		return
	}
	h.mu.Lock()
	h.accepted[idOf(raw)]++
	h.mu.Unlock()
}

type literal struct {
	*bytes.Reader
	size int64
}

func (l literal) Size() int64 { return l.size }

// idOf is a mail's Message-ID.
func idOf(raw []byte) string {
	_, rest, ok := bytes.Cut(raw, []byte("Message-ID: <"))
	if !ok {
		return ""
	}
	id, _, _ := bytes.Cut(rest, []byte(">"))
	return string(id)
}

// rows is the whole outbox.
func rows(tx *store.Tx) []rules.Queued { return tx.Queue(store.QueueFilter{Limit: 1 << 30}) }
