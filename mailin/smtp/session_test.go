package smtp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"aboveline.example/mailin"
	"aboveline.example/rules"
)

const hello = "Subject: hej\r\n\r\nhello\r\n.\r\n"

func TestEnvelopeAndTrace(t *testing.T) {
	relays := []netip.Prefix{netip.MustParsePrefix("192.0.2.25/32"), netip.MustParsePrefix("2001:db8::/32")}
	for _, c := range []struct {
		name, peer  string
		lmtp        bool
		hello, mail string
		rcpt        []string
		want        rules.Envelope
		trace       string
	}{
		{name: "stranger", peer: "192.0.2.7", hello: "EHLO client.example", mail: "<Anna@client.example>", rcpt: []string{"Support+Tok@desk.example"},
			want: rules.Envelope{Door: "smtp", From: "Anna@client.example", To: []string{"Support+Tok@desk.example"}, Peer: "192.0.2.7", Helo: "client.example"},
			trace: "Received: from client.example ([192.0.2.7])\r\n\tby mx.desk.example (Aboveline) with ESMTP id %s\r\n" +
				"\tfor <Support+Tok@desk.example>;\r\n\tSat, 01 Jan 2000 00:00:00 +0000\r\n"},
		{name: "relay", peer: "192.0.2.25", hello: "EHLO relay.example", mail: "<>", rcpt: []string{"support@desk.example", "postmaster"},
			want: rules.Envelope{Door: "smtp", Null: true, To: []string{"support@desk.example", "postmaster"}, Peer: "192.0.2.25", Helo: "relay.example",
				Relay: true, AuthservID: "mx.relay.example"},
			trace: "Received: from relay.example ([192.0.2.25])\r\n\tby mx.desk.example (Aboveline) with ESMTP id %s;\r\n\tSat, 01 Jan 2000 00:00:00 +0000\r\n"},
		{name: "relay by IPv6", peer: "2001:db8::25", hello: "HELO relay.example", mail: "<a@b.example>", rcpt: []string{"support@desk.example"},
			want: rules.Envelope{Door: "smtp", From: "a@b.example", To: []string{"support@desk.example"}, Peer: "2001:db8::25", Helo: "relay.example",
				Relay: true, AuthservID: "mx.relay.example"},
			trace: "Received: from relay.example ([IPv6:2001:db8::25])\r\n\tby mx.desk.example (Aboveline) with SMTP id %s\r\n" +
				"\tfor <support@desk.example>;\r\n\tSat, 01 Jan 2000 00:00:00 +0000\r\n"},
		{name: "relay's address mapped into IPv6", peer: "::ffff:192.0.2.25", hello: "EHLO r.example", mail: "<a@b.example> SMTPUTF8", rcpt: []string{"hjälp@desk.example"},
			want: rules.Envelope{Door: "smtp", From: "a@b.example", To: []string{"hjälp@desk.example"}, Peer: "192.0.2.25", Helo: "r.example",
				Relay: true, AuthservID: "mx.relay.example"},
			trace: "Received: from r.example ([192.0.2.25])\r\n\tby mx.desk.example (Aboveline) with UTF8SMTP id %s\r\n" +
				"\tfor <hjälp@desk.example>;\r\n\tSat, 01 Jan 2000 00:00:00 +0000\r\n"},
		{name: "LMTP on a unix socket", lmtp: true, hello: "LHLO mta.example", mail: "<a@b.example>", rcpt: []string{"support@desk.example"},
			want: rules.Envelope{Door: "lmtp", From: "a@b.example", To: []string{"support@desk.example"}, Helo: "mta.example", Relay: true, AuthservID: "mx.relay.example"},
			trace: "Received: from mta.example\r\n\tby mx.desk.example (Aboveline) with LMTP id %s\r\n" +
				"\tfor <support@desk.example>;\r\n\tSat, 01 Jan 2000 00:00:00 +0000\r\n"},
		{name: "LMTP on loopback", peer: "127.0.0.1", lmtp: true, hello: "LHLO mta.example", mail: "<a@b.example>", rcpt: []string{"support@desk.example"},
			want: rules.Envelope{Door: "lmtp", From: "a@b.example", To: []string{"support@desk.example"}, Peer: "127.0.0.1", Helo: "mta.example", Relay: true, AuthservID: "mx.relay.example"},
			trace: "Received: from mta.example ([127.0.0.1])\r\n\tby mx.desk.example (Aboveline) with LMTP id %s\r\n" +
				"\tfor <support@desk.example>;\r\n\tSat, 01 Jan 2000 00:00:00 +0000\r\n"},
		{name: "LMTP from elsewhere", peer: "198.51.100.7", lmtp: true, hello: "LHLO mta.example", mail: "<a@b.example>", rcpt: []string{"support@desk.example"},
			want: rules.Envelope{Door: "lmtp", From: "a@b.example", To: []string{"support@desk.example"}, Peer: "198.51.100.7", Helo: "mta.example"},
			trace: "Received: from mta.example ([198.51.100.7])\r\n\tby mx.desk.example (Aboveline) with LMTP id %s\r\n" +
				"\tfor <support@desk.example>;\r\n\tSat, 01 Jan 2000 00:00:00 +0000\r\n"},
		{name: "loopback is no relay by itself", peer: "127.0.0.1", hello: "EHLO x.example", mail: "<a@b.example>", rcpt: []string{"support@desk.example"},
			want: rules.Envelope{Door: "smtp", From: "a@b.example", To: []string{"support@desk.example"}, Peer: "127.0.0.1", Helo: "x.example"},
			trace: "Received: from x.example ([127.0.0.1])\r\n\tby mx.desk.example (Aboveline) with ESMTP id %s\r\n" +
				"\tfor <support@desk.example>;\r\n\tSat, 01 Jan 2000 00:00:00 +0000\r\n"},
		{name: "a name that is none", peer: "192.0.2.7", hello: "EHLO (x;\"y\"<z>)", mail: "<a@b.example>", rcpt: []string{"support@desk.example"},
			want: rules.Envelope{Door: "smtp", From: "a@b.example", To: []string{"support@desk.example"}, Peer: "192.0.2.7", Helo: "(x;\"y\"<z>)"},
			trace: "Received: from xyz ([192.0.2.7])\r\n\tby mx.desk.example (Aboveline) with ESMTP id %s\r\n" +
				"\tfor <support@desk.example>;\r\n\tSat, 01 Jan 2000 00:00:00 +0000\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in := &cellar{}
				o := testOptions(t)
				o.LMTP, o.Relays, o.AuthservID = c.lmtp, relays, "mx.relay.example"
				_, l := openDoor(t, in, o)
				cl := dialDoor(t, l, c.peer)
				cl.expect("220")
				cl.say(c.hello, "250")
				cl.say("MAIL FROM:"+c.mail, "250")
				for _, r := range c.rcpt {
					cl.say("RCPT TO:<"+r+">", "250")
				}
				cl.say("DATA", "354")
				cl.send(hello)
				_, id, _ := strings.Cut(cl.expect("250"), "kept as ")
				m := in.mails()[0]
				if got, want := fmt.Sprintf("%+v", m.Envelope), fmt.Sprintf("%+v", c.want); got != want {
					t.Errorf("envelope\n got %s\nwant %s", got, want)
				}
				if got, want := string(m.Raw), fmt.Sprintf(c.trace, id)+"Subject: hej\r\n\r\nhello\r\n"; got != want {
					t.Errorf("raw\n got %q\nwant %q", got, want)
				}
			})
		})
	}
}

// What the greeting offers, and nothing else.
func TestGreeting(t *testing.T) {
	o := withTLS(t, testOptions(t))
	synctest.Test(t, func(t *testing.T) {
		_, l := openDoor(t, &cellar{}, o)
		cl := dialDoor(t, l, "192.0.2.7")
		cl.expect("220 mx.desk.example ESMTP")
		if got, want := cl.say("EHLO client.example", "250"), "250-mx.desk.example\n250-PIPELINING\n250-STARTTLS\n250-8BITMIME\n"+
			"250-ENHANCEDSTATUSCODES\n250-SMTPUTF8\n250-SIZE 65536\n250 LIMITS RCPTMAX=100"; got != want {
			t.Errorf("greeting %q, want %q", got, want)
		}
		if got := cl.say("HELO client.example", "250"); got != "250 mx.desk.example" {
			t.Errorf("greeting %q", got)
		}
	})
}

// What a mail meets behind the door decides the reply, and no word of ours is in it.
func TestRepliesToWhatTakingFound(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&mailin.TemporaryError{Err: errors.New("bbolt: panic at secret")}, "451 4.3.0 The mail could not be kept just now"},
		{errors.New("some error"), "451 4.3.0 "},
		{context.DeadlineExceeded, "451 4.3.0 "},
		{&mailin.TemporaryError{Err: mailin.ErrFull}, "452 4.3.1 "},
		{&mailin.TemporaryError{Err: mailin.ErrBusy}, "452 4.3.2 "},
		{fmt.Errorf("take: %w", mailin.ErrTooLarge), "552 5.3.4 A mail may have 64 KiB (65536 bytes) here"},
		{&mailin.TemporaryError{Err: mailin.ErrTooLarge}, "451 4.3.0 "},
		{mailin.ErrEmpty, "554 5.6.0 "},
	} {
		t.Run(c.want, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in := &cellar{err: func(int) error { return c.err }}
				_, l := openDoor(t, in, testOptions(t))
				cl := dialDoor(t, l, "192.0.2.7")
				cl.begin()
				cl.send(hello)
				got := cl.expect(c.want)
				if strings.Contains(got, "secret") || strings.Contains(got, "some error") {
					t.Errorf("reply tells of our insides: %q", got)
				}
				if listed := len(in.refused) == 1; listed != strings.HasPrefix(got, "5") {
					t.Errorf("%q: listed %v", got, listed)
				}
				cl.say("NOOP", "250")
			})
		})
	}
}

// A mail that arrives while there is no room is put off, all of it is read, and the session goes on.
func TestNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := int64(0)
		in := &cellar{room: func(n int64) (func(), error) {
			if held+n > 2<<20 {
				return nil, &mailin.TemporaryError{Err: mailin.ErrBusy}
			}
			held += n
			return func() { held -= n }, nil
		}}
		o := testOptions(t)
		o.MaxSize = 1 << 20
		_, l := openDoor(t, in, o)
		cl := dialDoor(t, l, "192.0.2.7")
		cl.begin()
		held = 2 << 20 // all of it
		cl.send("Subject: big\r\n\r\n" + strings.Repeat("MAIL FROM:<x@y.example>\r\n", 8000) + ".\r\n")
		cl.expect("452 4.3.2")
		// An ordinary mail comes through all the same.
		cl.mail()
		cl.send(hello)
		cl.expect("250 2.0.0 OK: kept")
		held = 0
		cl.mail()
		cl.send("Subject: bigger\r\n\r\n" + strings.Repeat("hello there\r\n", 8000) + ".\r\n")
		cl.expect("250 2.0.0 OK: kept")
		if held != 0 {
			t.Errorf("%d bytes of room never given back", held)
		}
		if n := len(in.mails()); n != 2 {
			t.Errorf("%d mails kept, want 2", n)
		}
	})
}

// A mail that says its size holds as much room as it needs and asks once; one that does not holds the most there is.
func TestRoomIsAskedForOnce(t *testing.T) {
	for _, c := range []struct {
		size string
		want []int64
	}{{" SIZE=100000", []int64{112500 - freeRoom}}, {"", []int64{1<<20 - freeRoom}}, {" SIZE=70000", []int64{78750 - freeRoom, 1<<20 - 78750}}} {
		synctest.Test(t, func(t *testing.T) {
			var asked []int64
			in := &cellar{room: func(n int64) (func(), error) {
				asked = append(asked, n)
				return func() {}, nil
			}}
			o := testOptions(t)
			o.MaxSize = 1 << 20
			_, l := openDoor(t, in, o)
			cl := dialDoor(t, l, "192.0.2.7")
			cl.expect("220")
			cl.say("EHLO a.example", "250")
			cl.say("MAIL FROM:<a@b.example>"+c.size, "250")
			cl.say("RCPT TO:<support@desk.example>", "250")
			cl.say("DATA", "354")
			cl.send(strings.Repeat("12345678\r\n", 10000) + ".\r\n")
			cl.expect("250")
			if len(asked) != len(c.want) {
				t.Fatalf("%q: asked %d, want %d", c.size, asked, c.want)
			}
			for i, n := range asked {
				if d := n - c.want[i]; d < 0 || d > mailin.Trace {
					t.Errorf("%q: asked %d, want %d", c.size, asked, c.want)
				}
			}
		})
	}
}

// Refusals are listed with what the peer was told, and a flood of them is not.
func TestRefusalsAreListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := &cellar{}
		o := testOptions(t)
		o.Relays = []netip.Prefix{netip.MustParsePrefix("192.0.2.7/32")} // may err as often as it likes
		_, l := openDoor(t, in, o)
		cl := dialDoor(t, l, "192.0.2.7")
		cl.expect("220")
		cl.say("EHLO a.example", "250")
		cl.say("MAIL FROM:<Anna@Client.example>", "250")
		for range 300 {
			cl.say("RCPT TO:<nobody@desk.example>", "550 5.1.1")
		}
		if n := len(in.refused); n != 100 {
			t.Fatalf("%d of 300 refusals listed, want 100", n)
		}
		d := in.refused[0]
		if d.Kind != rules.DisposedRefused || d.Door != "smtp" || d.From != "anna@client.example" || d.Envelope.To[0] != "nobody@desk.example" ||
			!strings.Contains(d.Reply, "no such address") || d.Envelope.Peer != "192.0.2.7" || d.At.IsZero() {
			t.Errorf("listed %+v", d)
		}
	})
}

// A panic behind the door ends the session, not the door, and nothing is said to be kept.
func TestPanicBehindTheDoor(t *testing.T) {
	for _, lmtp := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			in := &cellar{err: func(n int) error {
				if n == 1 {
					panic("secret")
				}
				return nil
			}}
			o := testOptions(t)
			o.LMTP = lmtp
			_, l := openDoor(t, in, o)
			cl := dialDoor(t, l, "192.0.2.7")
			if lmtp {
				cl.expect("220")
				cl.say("LHLO client.example", "250")
				cl.mail()
			} else {
				cl.begin()
			}
			cl.send(hello + "NOOP\r\n")
			if got := cl.expect("421"); strings.Contains(got, "secret") {
				t.Errorf("reply %q", got)
			}
			cl.expectClosed()
			again := dialDoor(t, l, "192.0.2.7")
			again.expect("220")
		})
	}
}

// Taking has a time of its own: a client waits ten minutes, we answer after five.
func TestTakingIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := &cellar{wait: func(ctx context.Context) { <-ctx.Done() }, err: func(int) error { return context.DeadlineExceeded }}
		_, l := openDoor(t, in, testOptions(t))
		cl := dialDoor(t, l, "192.0.2.7")
		cl.begin()
		start := time.Now()
		cl.send(hello)
		cl.expect("451 4.3.0")
		if took := time.Since(start); took != maxTaking {
			t.Errorf("took %v, want %v", took, maxTaking)
		}
	})
}
