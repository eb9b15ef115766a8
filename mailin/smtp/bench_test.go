package smtp

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"sync/atomic"
	"testing"

	"aboveline.example/rules"
)

// BenchmarkReceive takes mails over loopback, on some connections at once.
func BenchmarkReceive(b *testing.B) {
	for _, c := range []struct {
		size, conns int
	}{{5 << 10, 1}, {5 << 10, 8}, {1 << 20, 4}, {25<<20 - 100, 1}} {
		b.Run(fmt.Sprintf("%dKiB-%dconns", c.size>>10, c.conns), func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			o := testOptions(b)
			o.Log, o.MaxSize = nil, 25<<20
			s, err := New(discard{}, o)
			if err != nil {
				b.Fatal(err)
			}
			go func() { _ = s.Serve(l) }()
			defer func() { _ = s.Drain(b.Context()) }()
			mail := "Subject: x\r\n\r\n" + strings.Repeat(strings.Repeat("a", 76)+"\r\n", (c.size-14)/78) + ".\r\n"
			b.SetBytes(int64(len(mail)))
			b.ReportAllocs()
			var left atomic.Int64
			left.Store(int64(b.N))
			done := make(chan error, c.conns)
			b.ResetTimer()
			for range c.conns {
				go func() { done <- pour(l.Addr().String(), mail, &left) }()
			}
			for range c.conns {
				if err := <-done; err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// discard keeps nothing, at once.
type discard struct{}

func (discard) Take(context.Context, rules.Arrival) error   { return nil }
func (discard) Room(context.Context, int64) (func(), error) { return func() {}, nil }
func (discard) Refused(context.Context, rules.Disposition)  {}

// pour sends mails on one connection until none are left.
func pour(addr, mail string, left *atomic.Int64) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	c := textproto.NewConn(conn)
	if _, _, err := c.ReadResponse(220); err != nil {
		return err
	}
	say := func(s string, codes ...int) error {
		if _, err := io.WriteString(conn, s); err != nil {
			return err
		}
		for _, code := range codes {
			if _, _, err := c.ReadResponse(code); err != nil {
				return err
			}
		}
		return nil
	}
	if err := say("EHLO a.example\r\n", 250); err != nil {
		return err
	}
	for left.Add(-1) >= 0 {
		if err := say("MAIL FROM:<a@b.example>\r\nRCPT TO:<support@desk.example>\r\nDATA\r\n", 250, 250, 354); err != nil {
			return err
		}
		if err := say(mail, 250); err != nil {
			return err
		}
	}
	return say("QUIT\r\n", 221)
}
