package imap

import (
	"bufio"
	"bytes"
	"context"

	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// fake is an IMAP server that does as it is told. By itself it is an honest one with one mailbox; reply may answer a
// command in its place.
type fake struct {
	greeting string
	caps     string
	validity uint32
	rate     int                                     // bytes a second, 0 for all at once
	reply    func(c *fakeConn, tag, cmd string) bool // true: it has answered

	mu       sync.Mutex
	mails    map[uint32]string
	flags    map[uint32]string
	folders  map[string][]string // by COPY and MOVE: the mails' bytes
	commands []string            // all commands seen, without tags
	lives    []time.Duration     // of the connections that ended
	dials    []time.Time
	top      uint32                 // the highest UID there was
	before   func(c *fakeConn) bool // before the greeting; true: it has done everything
}

func newFake(mails ...string) *fake {
	f := &fake{
		greeting: "* OK ready", caps: "IMAP4rev1 AUTH=PLAIN SASL-IR IDLE MOVE UIDPLUS", validity: 7,
		mails: map[uint32]string{}, flags: map[uint32]string{}, folders: map[string][]string{"Handled": nil},
	}
	for i, m := range mails {
		f.mails[uint32(i+1)] = m
	}
	return f
}

// fakeConn is one connection to a fake. n counts them from 1.
type fakeConn struct {
	net.Conn
	f *fake
	r *bufio.Reader
	n int
}

// dial is Options.Dial.
func (f *fake) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	f.mu.Lock()
	f.dials = append(f.dials, time.Now())
	c := &fakeConn{Conn: server, f: f, n: len(f.dials)}
	f.mu.Unlock()
	go c.serve()
	return client, nil
}

// Write sends at the fake's rate.
func (c *fakeConn) Write(b []byte) (n int, err error) {
	for c.f.rate > 0 && len(b) > c.f.rate {
		time.Sleep(time.Second)
		k, err := c.Conn.Write(b[:c.f.rate])
		if n += k; err != nil {
			return n, err
		}
		b = b[c.f.rate:]
	}
	k, err := c.Conn.Write(b)
	return n + k, err
}

func (c *fakeConn) serve() {
	born := time.Now()
	defer func() {
		c.Close()
		c.f.mu.Lock()
		c.f.lives = append(c.f.lives, time.Since(born))
		c.f.mu.Unlock()
	}()
	c.r = bufio.NewReader(c)
	if c.f.before != nil && c.f.before(c) {
		return
	}
	c.send(c.f.greeting)
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return
		}
		tag, cmd, _ := strings.Cut(strings.TrimSpace(line), " ")
		c.f.mu.Lock()
		c.f.commands = append(c.f.commands, cmd)
		c.f.mu.Unlock()
		if c.f.reply != nil && c.f.reply(c, tag, cmd) {
			continue
		}
		if !c.honest(tag, cmd) {
			return
		}
	}
}

func (c *fakeConn) send(lines ...string) {
	for _, l := range lines {
		if _, err := io.WriteString(c, l+"\r\n"); err != nil {
			return
		}
	}
}

// uids returns the mails a UID set names, ascending.
func (f *fake) uids(set string) (out []uint32) {
	for r := range strings.SplitSeq(set, ",") {
		lo, hi, ranged := strings.Cut(r, ":")
		a, _ := strconv.ParseUint(lo, 10, 32)
		b, _ := strconv.ParseUint(hi, 10, 32)
		if !ranged {
			b = a
		}
		if hi == "*" {
			b = 1<<32 - 1
		}
		for uid := range f.mails {
			if uint64(uid) >= a && uint64(uid) <= b {
				out = append(out, uid)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// next is UIDNEXT: it never goes back while the fake lives, unless a test sets top.
func (f *fake) next() uint32 {
	for uid := range f.mails {
		f.top = max(f.top, uid)
	}
	return f.top + 1
}

// honest answers as a server should. It returns false when the connection is to end.
func (c *fakeConn) honest(tag, cmd string) bool {
	f := c.f
	f.mu.Lock()
	defer f.mu.Unlock()
	words := strings.Fields(cmd)
	verb := strings.ToUpper(words[0])
	if verb == "UID" {
		verb += " " + words[1]
		words = words[1:]
	}
	switch verb {
	case "CAPABILITY":
		c.send("* CAPABILITY "+f.caps, tag+" OK done")
	case "SELECT":
		c.send(fmt.Sprintf("* %d EXISTS", len(f.mails)), "* FLAGS (\\Seen \\Deleted)", `* OK [PERMANENTFLAGS (\Seen \Deleted \*)] ok`,
			fmt.Sprintf("* OK [UIDVALIDITY %d] ok", f.validity), fmt.Sprintf("* OK [UIDNEXT %d] ok", f.next()), tag+" OK [READ-WRITE] done")
	case "UID SEARCH":
		var b strings.Builder
		for _, uid := range f.uids(words[2]) {
			fmt.Fprintf(&b, " %d", uid)
		}
		c.send("* SEARCH"+b.String(), tag+" OK done")
	case "UID FETCH":
		for i, uid := range f.uids(words[1]) {
			c.fetch(i+1, uid, strings.Join(words[2:], " "))
		}
		c.send(tag + " OK done")
	case "UID STORE":
		for _, uid := range f.uids(words[1]) {
			f.flags[uid] += " " + strings.Trim(strings.Join(words[3:], " "), "()")
		}
		c.send(tag + " OK done")
	case "UID MOVE", "UID COPY":
		box := strings.Trim(words[2], `"`)
		if _, ok := f.folders[box]; !ok {
			c.send(tag + " NO [TRYCREATE] no such folder")
			return true
		}
		for _, uid := range f.uids(words[1]) {
			f.folders[box] = append(f.folders[box], f.mails[uid])
			if verb == "UID MOVE" {
				delete(f.mails, uid)
			}
		}
		c.send(tag + " OK done")
	case "UID EXPUNGE":
		for _, uid := range f.uids(words[1]) {
			if strings.Contains(f.flags[uid], `\Deleted`) {
				delete(f.mails, uid)
			}
		}
		c.send(tag + " OK done")
	case "CREATE":
		f.folders[strings.Trim(words[1], `"`)] = nil
		c.send(tag + " OK done")
	case "IDLE":
		c.send("+ idling")
		f.mu.Unlock()
		line, err := c.r.ReadString('\n')
		f.mu.Lock()
		if err != nil || !strings.HasPrefix(line, "DONE") {
			return false
		}
		c.send(tag + " OK done")
	case "LOGOUT":
		c.send("* BYE", tag+" OK done")
		return false
	default: // AUTHENTICATE, LOGIN, NOOP, SUBSCRIBE
		c.send(tag + " OK done")
	}
	return true
}

func (c *fakeConn) fetch(seq int, uid uint32, items string) {
	m := c.f.mails[uid]
	if !strings.Contains(items, "BODY.PEEK[") {
		c.send(fmt.Sprintf(`* %d FETCH (UID %d FLAGS (%s) INTERNALDATE " 1-Nov-2026 09:00:00 +0100" RFC822.SIZE %d)`,
			seq, uid, strings.TrimSpace(c.f.flags[uid]), len(m)))
		return
	}
	name := "BODY[]"
	if strings.Contains(items, "HEADER") {
		name = "BODY[HEADER]"
		m = m[:strings.Index(m, "\r\n\r\n")+4]
	}
	if _, part, ok := strings.Cut(items, "<"); ok {
		var from, n int
		fmt.Sscanf(part, "%d.%d", &from, &n)
		m = m[min(from, len(m)):min(from+n, len(m))]
		name += fmt.Sprintf("<%d>", from)
	}
	c.send(fmt.Sprintf("* %d FETCH (UID %d %s {%d}\r\n%s)", seq, uid, name, len(m), m))
}

// seen returns how many commands began with prefix.
func (f *fake) seen(prefix string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.commands {
		if strings.HasPrefix(c, prefix) {
			n++
		}
	}
	return n
}

// trial is a poller on a fake, in a synctest bubble.
type trial struct {
	*ledger
	f      *fake
	log    *bytes.Buffer
	states []State
	heap   uint64 // most bytes of heap in use at any change of state, above what was in use when it began
}

// try runs a poller against f for d of virtual time and stops it.
func try(t *testing.T, f *fake, d time.Duration, change func(*Options)) *trial {
	t.Helper()
	tr := &trial{ledger: newLedger(), f: f, log: &bytes.Buffer{}}
	tr.again(t, d, change)
	return tr
}

// again runs another poller on the same ledger: a restart.
func (tr *trial) again(t *testing.T, d time.Duration, change func(*Options)) {
	t.Helper()
	var m runtime.MemStats
	runtime.GC() // what tests before this one left is not this poller's
	runtime.ReadMemStats(&m)
	before := m.HeapInuse
	synctest.Test(t, func(t *testing.T) {
		o := Options{
			Server: "imap://mail.desk.example", Insecure: true, Username: "desk",
			Password: func() (string, error) { return "hemligt-losen", nil },
			Handled:  "Handled", Dial: tr.f.dial,
			Log: slog.New(slog.NewTextHandler(tr.log, nil)),
			OnState: func(s State) {
				tr.states = append(tr.states, s)
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				tr.heap = max(tr.heap, m.HeapInuse-min(m.HeapInuse, before))
			},
		}
		if change != nil {
			change(&o)
		}
		p, err := New(o, tr.ledger, tr.ledger, tr.ledger)
		if err != nil {
			t.Fatal(err)
		}
		accepting, stop := context.WithTimeout(t.Context(), d)
		defer stop()
		began := time.Now()
		p.Run(accepting, t.Context())
		if took := time.Since(began); took > d+2*time.Minute {
			t.Errorf("stopping took %s", took-d)
		}
	})
}

func (tr *trial) last() State { return tr.states[len(tr.states)-1] }

// phases returns the phases in their order, without repeats.
func (tr *trial) phases() (ps []Phase) {
	for _, s := range tr.states {
		ps = append(ps, s.Phase)
	}
	return slices.Compact(ps)
}
