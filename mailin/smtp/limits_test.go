package smtp

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// THREATS T16, first leg: a thousand connections from one address, of which twenty are served.
func TestConnectionsOfOneAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := openDoor(t, &cellar{}, testOptions(t))
		var open []*client
		refused := 0
		for range 1000 {
			cl := dialDoor(t, l, "192.0.2.7")
			if strings.HasPrefix(cl.expect(""), "220") {
				open = append(open, cl)
				continue
			}
			cl.expectClosed()
			refused++
		}
		if len(open) != maxPerPeer || refused != 1000-maxPerPeer {
			t.Fatalf("%d served, %d refused", len(open), refused)
		}
		other := dialDoor(t, l, "192.0.2.8")
		other.expect("220")
		open[0].say("QUIT", "221")
		open[0].expectClosed()
		synctest.Wait()
		dialDoor(t, l, "192.0.2.7").expect("220")
		dialDoor(t, l, "192.0.2.7").expect("421 4.7.0 mx.desk.example has 20 connections with you")
		if n := len(s.gates); n != maxPerPeer+1 {
			t.Errorf("%d sessions, want %d", n, maxPerPeer+1)
		}
	})
}

// A relay of ours brings everybody's mail, and a backlog after an outage: it has more lines, but not all of them.
func TestConnectionsOfARelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := testOptions(t)
		o.Relays = []netip.Prefix{netip.MustParsePrefix("192.0.2.7/32")}
		_, l := openDoor(t, &cellar{}, o)
		for range maxPerRelay {
			dialDoor(t, l, "192.0.2.7").expect("220")
		}
		dialDoor(t, l, "192.0.2.7").expect("421 4.7.0 mx.desk.example has 100 connections with you")
		dialDoor(t, l, "192.0.2.8").expect("220")
	})
}

// Neighbours in one IPv6 network are one peer.
func TestConnectionsOfOneNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l := openDoor(t, &cellar{}, testOptions(t))
		for i := range maxPerPeer {
			dialDoor(t, l, fmt.Sprintf("2001:db8::%x", i+1)).expect("220")
		}
		dialDoor(t, l, "2001:db8::ffff:1").expect("421 4.7.0")
		dialDoor(t, l, "2001:db8:0:1::1").expect("220")
	})
}

// T16, second leg: two thousand connections from many addresses, of which three hundred are served; each ends within
// ten minutes, whatever it does.
func TestConnectionsInAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := openDoor(t, &cellar{}, testOptions(t))
		served, refused := 0, 0
		start := time.Now()
		for i := range 2000 {
			cl := dialDoor(t, l, netip.AddrFrom4([4]byte{127, 0, byte(i >> 8), byte(i)}).String())
			if !strings.HasPrefix(cl.expect(""), "220") {
				refused++
				continue
			}
			served++
			switch i % 3 {
			case 0: // silent
			case 1: // a mail at a byte a second
				cl.say("EHLO x.example", "250")
				cl.mail()
				go drip(t.Context(), cl, "a", time.Second)
			case 2: // never silent
				go drip(t.Context(), cl, "NOOP\r\n", 90*time.Second)
			}
		}
		if served != maxConnections || refused != 2000-maxConnections {
			t.Fatalf("%d served, %d refused", served, refused)
		}
		time.Sleep(maxSession + time.Second)
		synctest.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.gates) != 0 || s.desk.total != 0 || len(s.desk.open) != 0 {
			t.Errorf("%d sessions after %v, %d counted", len(s.gates), time.Since(start), s.desk.total)
		}
	})
}

// drip says a thing again and again until the door has had enough.
func drip(ctx context.Context, c *client, what string, every time.Duration) {
	pause := time.NewTicker(every)
	defer pause.Stop()
	for {
		if _, err := c.conn.Write([]byte(what)); err != nil {
			return
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return
		}
	}
}

// A mail at a steady 2 KiB a second is a slow line, not an attack; but ten minutes are ten minutes.
func TestSlowMailWithinTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := &cellar{}
		o := testOptions(t)
		o.MaxSize = 25 << 20
		_, l := openDoor(t, in, o)
		cl := dialDoor(t, l, "192.0.2.7")
		cl.begin()
		line := strings.Repeat("a", 2046) + "\r\n"
		for range 500 {
			cl.send(line)
			time.Sleep(time.Second)
		}
		cl.send(".\r\n")
		cl.expect("250 2.0.0")
		cl.mail()
		for range 120 {
			cl.send(line)
			time.Sleep(time.Second)
		}
		cl.expect("421 4.4.2 This session")
		cl.expectClosed()
		if n := len(in.mails()); n != 1 {
			t.Errorf("%d mails, want 1", n)
		}
	})
}

// Waiting for our own disk does not count against the pace of the client, nor its silence meanwhile.
func TestOurOwnSlownessIsNotTheClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := &cellar{wait: func(context.Context) { time.Sleep(4 * time.Minute) }}
		in.room = func(int64) (func(), error) {
			time.Sleep(20 * time.Second)
			return func() {}, nil
		}
		o := testOptions(t)
		o.MaxSize = 1 << 20
		_, l := openDoor(t, in, o)
		cl := dialDoor(t, l, "192.0.2.7")
		cl.begin()
		for range 300 {
			cl.send(strings.Repeat("a", 998) + "\r\n")
			time.Sleep(100 * time.Millisecond)
		}
		cl.send(".\r\n")
		cl.expect("250 2.0.0")
		cl.say("NOOP", "250")
	})
}

// Who tries names is stopped across connections, and forgiven with time.
func TestUnknownRecipientsAcrossConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l := openDoor(t, &cellar{}, testOptions(t))
		try := func(n int, want string) *client {
			cl := dialDoor(t, l, "192.0.2.7")
			cl.expect("220")
			cl.say("EHLO x.example", "250")
			cl.say("MAIL FROM:<x@y.example>", "250")
			for range n {
				cl.say("RCPT TO:<nobody@desk.example>", want)
			}
			return cl
		}
		try(10, "550 5.1.1")
		try(10, "550 5.1.1")
		try(1, "421 4.7.0 Too many recipients").expectClosed()
		time.Sleep(time.Minute)
		try(12, "550 5.1.1")
		try(1, "421 4.7.0")
	})
}

// What we remember of misses is bounded.
func TestMissesAreForgotten(t *testing.T) {
	var p peers
	for i := range 3 * maxRemembered {
		p.missed(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
	}
	if len(p.misses) > maxRemembered {
		t.Errorf("%d addresses remembered", len(p.misses))
	}
}

// A client that never reads our replies is not waited for.
func TestClientThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := openDoor(t, &cellar{}, testOptions(t))
		conn, err := l.dial("192.0.2.7")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		time.Sleep(maxReplying + time.Second)
		synctest.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		if n := len(s.gates); n != 0 {
			t.Errorf("%d sessions", n)
		}
	})
}

// A megabyte of one command line costs no megabyte.
func TestMemoryBeforeAMail(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(&cellar{}, testOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	var before, after runtime.MemStats
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	cl := newClient(t, conn)
	cl.expect("220")
	runtime.ReadMemStats(&before)
	for range 8 {
		cl.send(strings.Repeat("a", 128<<10))
	}
	cl.expect("500 5.5.2")
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 3<<20 { // a megabyte of it is this test's own
		t.Errorf("%d bytes allocated", grown)
	}
	if err := s.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
