package smtp

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"aboveline.example/rules"
)

// cellar keeps what comes through a door.
type cellar struct {
	mu      sync.Mutex
	kept    []rules.Arrival
	refused []rules.Disposition
	err     func(n int) error             // what the n-th mail meets, from 1
	wait    func(ctx context.Context)     // what taking a mail waits for
	room    func(n int64) (func(), error) //
	tried   int
}

func (c *cellar) Take(ctx context.Context, a rules.Arrival) error {
	if c.wait != nil {
		c.wait(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tried++
	if c.err != nil {
		if err := c.err(c.tried); err != nil {
			return err
		}
	}
	c.kept = append(c.kept, a)
	return nil
}

func (c *cellar) Room(_ context.Context, n int64) (func(), error) {
	if c.room != nil {
		return c.room(n)
	}
	return func() {}, nil
}

func (c *cellar) Refused(_ context.Context, d rules.Disposition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused = append(c.refused, d)
}

func (c *cellar) mails() []rules.Arrival {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]rules.Arrival(nil), c.kept...)
}

// ours are the recipients that the tests' desk has.
func ours(rcpt string) bool {
	rcpt = strings.ToLower(rcpt)
	return rcpt == "postmaster" || rcpt == "postmaster@mx.desk.example" ||
		strings.HasPrefix(rcpt, "support") && strings.HasSuffix(rcpt, "@desk.example") || rcpt == "hjälp@desk.example"
}

// testOptions is an ordinary door.
func testOptions(t testing.TB) Options {
	return Options{
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})), Hostname: "mx.desk.example",
		Desk: "support@desk.example", Addresses: ours, MaxSize: 64 << 10, SMTPUTF8: true,
	}
}

// pipes is a listener without a network, for virtual time.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return pipeAddr("pipes") }

type pipeAddr string

func (a pipeAddr) Network() string { return "pipe" }
func (a pipeAddr) String() string  { return string(a) }

// from is a connection that comes from an address.
type from struct {
	net.Conn
	addr string
}

func (f from) RemoteAddr() net.Addr { return pipeAddr(f.addr) }

// dial connects as that address; "" is a client on a unix socket.
func (p *pipes) dial(addr string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	if addr == "" {
		addr = "@"
	} else {
		addr = netip.AddrPortFrom(netip.MustParseAddr(addr), 40000).String()
	}
	select {
	case p.conns <- from{theirs, addr}:
		return ours, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// openDoor serves a door on pipes until the test ends; the door must close within a minute of (virtual) time.
func openDoor(t testing.TB, in *cellar, o Options) (*Server, *pipes) {
	t.Helper()
	s, err := New(in, o)
	if err != nil {
		t.Fatal(err)
	}
	l := newPipes()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.Drain(ctx); err != nil {
			t.Errorf("drain: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return s, l
}

// client speaks SMTP, or what it likes. What the door says is read all the time, as by a socket's buffer.
type client struct {
	t     testing.TB
	conn  net.Conn
	lines chan string
	heard []string // whole replies
	waits time.Duration
}

func newClient(t testing.TB, conn net.Conn) *client {
	c := &client{t: t, conn: conn, lines: make(chan string, 4096), waits: 20 * time.Minute}
	go func() {
		defer close(c.lines)
		r := bufio.NewReader(conn)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			c.lines <- line
		}
	}()
	t.Cleanup(func() { _ = conn.Close() })
	return c
}

func dialDoor(t testing.TB, l *pipes, addr string) *client {
	t.Helper()
	conn, err := l.dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	return newClient(t, conn)
}

// send writes all of s, or less where the door closes.
func (c *client) send(s string) { _, _ = io.WriteString(c.conn, s) }

// line is the next line of a reply, or an error where the door has closed or said nothing for too long.
func (c *client) line() (string, error) {
	patience := time.NewTimer(c.waits)
	defer patience.Stop()
	select {
	case line, ok := <-c.lines:
		if !ok {
			return "", io.EOF
		}
		if !strings.HasSuffix(line, "\r\n") {
			return "", fmt.Errorf("line %q does not end with CR LF", line)
		}
		return strings.TrimSuffix(line, "\r\n"), nil
	case <-patience.C:
		return "", fmt.Errorf("no reply for %v", c.waits)
	}
}

// reply is the next whole reply, its lines joined by LF.
func (c *client) reply() (string, error) {
	var lines []string
	for {
		line, err := c.line()
		if err != nil {
			return strings.Join(lines, "\n"), err
		}
		if len(line) < 4 || line[3] != ' ' && line[3] != '-' {
			return line, fmt.Errorf("%q is no reply line", line)
		}
		lines = append(lines, line)
		if line[3] == ' ' {
			all := strings.Join(lines, "\n")
			c.heard = append(c.heard, all)
			return all, nil
		}
	}
}

// expect reads a reply that begins with want.
func (c *client) expect(want string) string {
	c.t.Helper()
	got, err := c.reply()
	if err != nil || !strings.HasPrefix(got, want) {
		c.t.Fatalf("reply = %q, %v; want %s", got, err, want)
	}
	return got
}

// say sends a command and reads its reply.
func (c *client) say(command, want string) string {
	c.t.Helper()
	c.send(command + "\r\n")
	return c.expect(want)
}

// expectClosed waits for the door to close without another word.
func (c *client) expectClosed() {
	c.t.Helper()
	if line, err := c.line(); err != io.EOF {
		c.t.Fatalf("got %q, %v; want the end of the connection", line, err)
	}
}

// begin greets and goes as far as DATA.
func (c *client) begin() {
	c.t.Helper()
	c.expect("220 ")
	c.say("EHLO client.example", "250")
	c.mail()
}

// mail goes as far as DATA.
func (c *client) mail() {
	c.t.Helper()
	c.say("MAIL FROM:<anna@client.example>", "250 2.1.0")
	c.say("RCPT TO:<support@desk.example>", "250 2.1.5")
	c.say("DATA", "354")
}

// kept is how many mails the door has said 250 to: replies with different ids, since LMTP says it once a recipient.
func (c *client) kept() map[string]bool {
	ids := map[string]bool{}
	for _, r := range c.heard {
		if _, id, ok := strings.Cut(r, "OK: kept as "); ok {
			ids[id] = true
		}
	}
	return ids
}
