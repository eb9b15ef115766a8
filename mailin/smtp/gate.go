package smtp

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"
)

// gate is the connection as go-smtp sees it: commands one at a time, mails with one possible end, and after the first
// error nothing more. All of it belongs to the goroutine that go-smtp serves the connection with, but for what mu
// guards.
type gate struct {
	net.Conn // the socket
	s        *Server
	peer     netip.Addr
	relay    bool
	until    time.Time // when the session must be over

	stream io.ReadWriteCloser // the socket, or TLS over it
	in     *bufio.Reader      // of stream, through fill
	out    bytes.Buffer       // replies, kept together until we have to wait for the client (RFC 2920, section 3.2)
	secure bool               // TLS is on

	over  error // why nothing more is read; sticky
	mute  bool  // the last word has been said
	cut   bool  // by us, before the client was done
	spill []byte
	room  []byte // behind spill, reused
	part  []byte // a reply line of which go-smtp has not written the end

	dialogue
	mail body
	data bool // the bytes at hand are a mail
	pace pace

	mu       sync.Mutex
	draining bool
	idle     bool // nothing of the client's would be lost if we closed now
	closed   bool
}

// Why a session ends that neither side has ended.
var (
	errIdle    = errors.New("client was silent for too long")
	errSlow    = errors.New("client sent its mail too slowly")
	errSession = errors.New("session was too long")
	errClosing = errors.New("door is closing")
	errSpeech  = errors.New("client does not speak the protocol")
)

// newGate puts a gate before c.
func newGate(s *Server, c net.Conn, peer netip.Addr) *gate {
	g := &gate{
		Conn: c, s: s, peer: peer, stream: c,
		relay: s.isRelay(peer), until: time.Now().Add(maxSession),
	}
	g.in = bufio.NewReaderSize(filler{g}, 16<<10)
	return g
}

// filler is the reader below gate.in.
type filler struct{ g *gate }

func (f filler) Read(p []byte) (int, error) { return f.g.fill(p) }

// Read gives go-smtp the rest of a command line, the next one, or some of a mail.
func (g *gate) Read(p []byte) (int, error) {
	for len(g.spill) == 0 {
		if g.over != nil {
			return 0, g.over
		}
		if g.data {
			g.readMail()
		} else {
			g.readCommand()
		}
	}
	n := copy(p, g.spill)
	g.spill = g.spill[n:]
	return n, nil
}

// readMail takes what has come of a mail.
func (g *gate) readMail() {
	if _, err := g.in.Peek(1); err != nil {
		return // fill has kept it
	}
	p, _ := g.in.Peek(g.in.Buffered())
	used, passed := g.mail.scan(p, g.room[:0])
	_, _ = g.in.Discard(used)
	g.spill, g.room = passed, passed
	if g.mail.ended {
		g.data = false
	}
}

// fill reads from the client, who has the floor: our replies go out before. Its errors are the session's last.
func (g *gate) fill(p []byte) (int, error) {
	if g.over != nil {
		return 0, g.over
	}
	g.flush()
	for g.over == nil {
		start := time.Now()
		if !g.listen(start) {
			g.end(errClosing)
			break
		}
		n, err := g.stream.Read(p)
		now := time.Now()
		if g.data && !g.pace.keeps(n, now.Sub(start)) {
			g.end(errSlow)
			break
		}
		if n > 0 {
			return n, nil
		}
		if err != nil {
			g.judge(err, start, now)
		}
	}
	return 0, g.over
}

// listen sets the deadline of one read, or returns false where the door is closing and nothing is under way.
func (g *gate) listen(now time.Time) bool {
	until := now.Add(maxIdle)
	if g.data {
		until = now.Add(g.pace.left())
	}
	if g.until.Before(until) {
		until = g.until
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.idle = !g.data
	if g.idle && g.draining {
		return false
	}
	_ = g.Conn.SetReadDeadline(until) // fails on a closed connection only, which the read will tell
	return true
}

// judge says what a failed read means. A mail's window that has gone by at a good pace means nothing.
func (g *gate) judge(err error, start, now time.Time) {
	timeout, ok := errors.AsType[net.Error](err)
	switch {
	case !ok || !timeout.Timeout():
		g.end(err)
	case g.isDraining() && !g.data:
		g.end(errClosing)
	case !now.Before(g.until):
		g.end(errSession)
	case !g.data:
		g.end(errIdle)
	}
}

func (g *gate) isDraining() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.draining
}

// drain asks the session to end as soon as no mail is under way. It may be called by anybody.
func (g *gate) drain() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.draining = true
	if g.idle {
		_ = g.Conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// kill cuts the connection. It may be called by anybody.
func (g *gate) kill() { _ = g.Conn.Close() }

// end keeps the first error, tells the client why where it can be told, and lets nothing more in or out.
func (g *gate) end(why error) {
	if g.over != nil {
		return
	}
	if last := lastWord(why); last != "" && !g.mute {
		g.out.WriteString(last + "\r\n")
		g.cut = true
		g.flush()
	}
	g.mute = true
	g.over = io.EOF // for go-smtp, which else has words of its own
	level := slog.LevelDebug
	if g.data {
		level = slog.LevelInfo // a mail broke off
	}
	g.s.log.Log(g.s.base, level, "session ended", "door", g.s.door(), "from", g.peer.String(), "reason", why.Error())
}

// Write takes replies from go-smtp.
func (g *gate) Write(p []byte) (int, error) {
	g.part = append(g.part, p...)
	for {
		line, rest, ok := bytes.Cut(g.part, []byte("\r\n"))
		if !ok {
			return len(p), nil
		}
		g.say(g.reply(string(line)))
		g.part = append(g.part[:0], rest...)
	}
}

// flush sends what we have said.
func (g *gate) flush() {
	if g.out.Len() == 0 {
		return
	}
	_ = g.Conn.SetWriteDeadline(time.Now().Add(maxReplying))
	_, err := g.stream.Write(g.out.Bytes())
	g.out.Reset()
	if err != nil && g.over == nil {
		g.mute = true
		g.end(err)
	}
}

// Close ends the connection. It may be called more than once, by the session's goroutine.
func (g *gate) Close() error {
	g.mu.Lock()
	again := g.closed
	g.closed = true
	g.mu.Unlock()
	if again {
		return nil
	}
	g.flush()
	g.over, g.mute = net.ErrClosed, true
	g.spill = nil
	g.linger()
	err := g.stream.Close()
	g.s.forget(g)
	return err
}

// linger reads away what a client sent that we ended, a little and not for long. Closing a socket with unread bytes in
// it would make the system take our last words back before the client has read them.
func (g *gate) linger() {
	c, ok := g.Conn.(interface{ CloseWrite() error })
	if !ok || !g.cut || c.CloseWrite() != nil {
		return
	}
	_ = g.Conn.SetReadDeadline(time.Now().Add(time.Second))
	_, _ = io.CopyN(io.Discard, g.Conn, 256<<10)
}

// startTLS puts TLS between us and the socket. What the client sent in the clear after asking for it is somebody
// else's: a client has to wait for our answer.
func (g *gate) startTLS() {
	switch {
	case g.s.o.TLS == nil:
		g.say("502 5.5.1 TLS is not offered here")
		return
	case g.secure:
		g.say("503 5.5.1 TLS is on already")
		return
	case g.in.Buffered() > 0:
		g.end(errHasty)
		return
	}
	g.say("220 2.0.0 Go ahead with TLS")
	if g.flush(); g.over != nil {
		return
	}
	_ = g.Conn.SetDeadline(time.Now().Add(maxHandshake))
	c := tls.Server(g.Conn, g.s.o.TLS)
	if err := c.Handshake(); err != nil {
		g.mute = true // words in the clear would only confuse who expects TLS
		g.end(err)
		return
	}
	_ = g.Conn.SetDeadline(time.Time{})
	g.stream, g.secure = c, true
	// RFC 3207, section 4.2: what was said before is forgotten. go-smtp forgets the mail at the EHLO that must follow.
	g.dialogue = dialogue{afterTLS: true}
}

// pace judges how fast a mail comes, by the time we waited for it: what we do in between is not the client's fault.
type pace struct {
	bytes  int64
	waited time.Duration
}

// left is how long to wait before judging.
func (p *pace) left() time.Duration { return max(paceWindow-p.waited, time.Millisecond) }

// keeps counts a read of n bytes that we waited for, and at the end of each window says whether it was fast enough.
func (p *pace) keeps(n int, waited time.Duration) bool {
	p.bytes += int64(n)
	p.waited += waited
	if p.waited < paceWindow {
		return true
	}
	ok := float64(p.bytes) >= minPace*p.waited.Seconds()
	*p = pace{}
	return ok
}
