package gateway

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"aboveline.example/rules"
	"aboveline.example/store"
)

// town is everything outside the gateways of a test, in memory and on virtual time: the smarthost that takes their
// mail on, the people and machines it goes to, and the mailboxes that are polled. It is made inside a bubble of
// testing/synctest; no goroutine of it waits for anything real.
type town struct {
	t *testing.T
	// fault says how a phase of an outgoing session goes wrong; see smarthost. nil: nothing does.
	fault func(phase string, p parcel) string
	// cut says after how many bytes a session with a door breaks, 0 for never; nil is never.
	cut func() int
	// wash is what a relay between two houses makes of a mail; nil leaves it as it is, and what it returns as nil is lost.
	wash func(raw []byte) []byte

	mu      sync.Mutex // guards what follows
	taken   []parcel   // what the smarthost took on, in order
	acts    map[string]func(parcel)
	houses  []*house
	mailbox *imapmemserver.User
	busy    sync.WaitGroup // mail between houses, and those who act on theirs
	imap    *imapserver.Server
	line    *pipes
}

// parcel is one mail at the smarthost.
type parcel struct {
	at       time.Time
	run      *run
	from, to string
	rcpts    int
	raw      []byte
	heard    bool // our 250 was written to a sender that was alive
}

func newTown(t *testing.T) *town {
	w := &town{t: t, acts: map[string]func(parcel){}, line: newPipes()}
	w.mailbox = imapmemserver.NewUser("support@omdirekt.example", "hemligt")
	if err := w.mailbox.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	w.imap = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &mailboxSession{user: w.mailbox}, nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapMove: {}, imap.CapUIDPlus: {}}, InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
	})
	go w.imap.Serve(w.line)
	t.Cleanup(w.close)
	return w
}

// mailboxSession is the memory server's session, which tells first what came before IDLE began, as servers do.
type mailboxSession struct {
	*imapmemserver.UserSession
	user *imapmemserver.User
}

func (s *mailboxSession) Login(username, password string) error {
	if err := s.user.Login(username, password); err != nil {
		return err
	}
	s.UserSession = imapmemserver.NewUserSession(s.user)
	return nil
}

func (s *mailboxSession) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	if err := s.Poll(w, true); err != nil {
		return err
	}
	return s.UserSession.Idle(w, stop)
}

func (s *mailboxSession) Close() error {
	if s.UserSession == nil {
		return nil
	}
	return s.UserSession.Close()
}

// when makes somebody act on each mail they get, in a goroutine of their own.
func (w *town) when(address string, act func(parcel)) { w.acts[address] = act }

// memory is where stores of the towns lie if there is such a place: on virtual time the disk's fsync is all there is to
// wait for, and what a real one does is tested with SIGKILL.
const memory = "/dev/shm"

// dir is a new directory for a store, gone with the test.
func (w *town) dir() string {
	w.t.Helper()
	var fs syscall.Statfs_t
	if err := syscall.Statfs(memory, &fs); err != nil || int64(fs.Bavail)*int64(fs.Bsize) < 4*lowWater {
		return filepath.Join(w.t.TempDir(), "data")
	}
	dir, err := os.MkdirTemp(memory, "aboveline-town-")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "data")
}

// close ends the town: every house is drained, and nobody acts any more.
func (w *town) close() {
	w.mu.Lock()
	w.acts = map[string]func(parcel){}
	w.mu.Unlock()
	for _, h := range w.houses {
		h.stop()
	}
	w.busy.Wait()
	w.line.Close()
	w.imap.Close()
}

// deliver is the smarthost's 250: the mail is its recipient's now.
func (w *town) deliver(p parcel) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taken = append(w.taken, p)
	if act := w.acts[p.to]; act != nil {
		w.busy.Go(func() { act(p) })
	}
	for _, h := range w.houses {
		if h.owns(p.to) && h != p.run.house {
			raw := p.raw
			if w.wash != nil {
				if raw = w.wash(raw); raw == nil {
					continue
				}
			}
			w.busy.Go(func() { _ = h.post(p.from, p.to, h.stamp(raw, "pass")) })
		}
	}
}

// delivered is what was taken so far.
func (w *town) delivered() []parcel {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]parcel(nil), w.taken...)
}

// smarthost is one session. A fault is "" for none, a reply ("451 4.3.0 later"; 421 hangs up after it), "reset" (the
// peer hangs up), "stall" (it says nothing more) and, at the dot, "swallow": it takes the mail on and hangs up without
// a word; "crash" is the same, and the gateway dies before it could hear. Phases are greet, ehlo, mail, rcpt, data, dot.
func (w *town) smarthost(c net.Conn, r *run) {
	defer c.Close()
	in := bufio.NewReader(c)
	p := parcel{run: r}
	say := func(s string) bool {
		_, err := io.WriteString(c, s+"\r\n")
		return err == nil
	}
	step := func(phase, ok string) (goOn, done bool) {
		f := w.faultAt(phase, p)
		if f == "" {
			return say(ok), true
		}
		return fail(c, f), false
	}
	if on, _ := step("greet", "220 relay.example ESMTP"); !on {
		return
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
		on, done := true, false
		switch strings.ToUpper(verb) {
		case "EHLO":
			on, _ = step("ehlo", "250-relay.example\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES")
		case "MAIL":
			p.from, p.rcpts, p.to = path(arg), 0, ""
			on, _ = step("mail", "250 2.1.0 ok")
		case "RCPT":
			p.to = path(arg)
			if on, done = step("rcpt", "250 2.1.5 ok"); done {
				p.rcpts++
			}
		case "DATA":
			if on, done = step("data", "354 go on"); done {
				if p.raw, err = readDot(in); err != nil {
					return
				}
				on = w.dot(c, p)
			}
		case "RSET", "NOOP":
			on = say("250 2.0.0 ok")
		case "QUIT":
			say("221 2.0.0 bye")
			return
		default:
			on = say("500 5.5.1 what?")
		}
		if !on {
			return
		}
	}
}

// dot takes a whole mail on, or does not.
func (w *town) dot(c net.Conn, p parcel) bool {
	if p.run.dead.Load() {
		return false // what a dead process sent never left its machine
	}
	p.at = time.Now()
	switch f := w.faultAt("dot", p); f {
	case "":
		p.heard = true
		w.deliver(p)
		_, err := io.WriteString(c, "250 2.0.0 taken\r\n")
		return err == nil
	case "swallow":
		w.deliver(p)
		return false
	case "crash":
		w.deliver(p)
		p.run.house.kill(p.run)
		return false
	default:
		return fail(c, f)
	}
}

func (w *town) faultAt(phase string, p parcel) string {
	if w.fault == nil {
		return ""
	}
	return w.fault(phase, p)
}

// fail plays a fault and says whether the session goes on.
func fail(c net.Conn, f string) bool {
	switch f {
	case "reset":
		return false
	case "stall":
		io.Copy(io.Discard, c) // until the client gives up
		return false
	}
	_, err := io.WriteString(c, f+"\r\n")
	return err == nil && !strings.HasPrefix(f, "421")
}

func path(arg string) string {
	_, rest, _ := strings.Cut(arg, "<")
	addr, _, _ := strings.Cut(rest, ">")
	return addr
}

func readDot(in *bufio.Reader) ([]byte, error) {
	var raw bytes.Buffer
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		if string(line) == ".\r\n" {
			return raw.Bytes(), nil
		}
		raw.Write(bytes.TrimPrefix(line, []byte(".")))
	}
}

// pipes is a listener whose connections come from dial, not from a network.
type pipes struct {
	conns chan net.Conn
	ended chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), ended: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.ended) }); return nil }
func (p *pipes) Addr() net.Addr { return loopback(25) }

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- fromLoopback{server}:
		return client, nil
	case <-p.ended:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fromLoopback is a pipe that says it comes from this machine.
type fromLoopback struct{ net.Conn }

func (fromLoopback) RemoteAddr() net.Addr { return loopback(40000) }

func loopback(port int) net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port} }

// bubble runs a test on virtual time.
func bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	t.Setenv("ABOVELINE_TOWN_PASSWORD", "hemligt")
	warm(t)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(storyBegins))
		test(t)
	})
}

// warm uses a store once outside every bubble: its compressor makes channels that all stores of a process share, and
// they must belong to no bubble.
func warm(t *testing.T) {
	t.Helper()
	db, err := store.Open(filepath.Join(t.TempDir(), "data"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var id rules.BlobID
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		id = tx.PutBlob(bytes.Repeat([]byte("Ord som upprepas. "), 100))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Blob(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}
