package mailin

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestHops(t *testing.T) {
	for _, c := range []struct {
		raw  string
		want int
	}{
		{"", 0},
		{"Received: a\r\nRECEIVED : b\r\nreceived:\r\n\tfolded; Received: c\r\nX-Received: d\r\nReceived-SPF: e\r\n\r\nReceived: body\r\n", 3},
		{"Received: a\nReceived: b\n\nReceived: body\n", 2},
		{"Received", 0},
	} {
		if got := Hops([]byte(c.raw)); got != c.want {
			t.Errorf("Hops(%q) = %d, want %d", c.raw, got, c.want)
		}
	}
}

// Whatever a client calls itself, the trace field stays one field that ends with CR LF, and fits into Trace.
func FuzzReceived(f *testing.F) {
	f.Add("client.example", "192.0.2.1", "support@desk.example")
	f.Add("a\r\nX-Evil: b", "::1", "x>\r\n\r\nbody")
	f.Add(strings.Repeat("å", 300), "", "hjälp@desk.example")
	f.Fuzz(func(t *testing.T, helo, peer, rcpt string) {
		got := Received(Via{Helo: helo, Peer: peer, Host: helo, With: "ESMTP", ID: helo, For: rcpt}, time.Unix(0, 0))
		lines := bytes.Split(bytes.TrimSuffix(got, []byte("\r\n")), []byte("\r\n"))
		for i, line := range lines {
			if i > 0 != bytes.HasPrefix(line, []byte("\t")) || bytes.ContainsAny(line, "\r\n\x00") {
				t.Errorf("line %d of %q", i, got)
			}
		}
		if len(got) > Trace || !bytes.HasSuffix(got, []byte("+0000\r\n")) || Hops(got) != 1 {
			t.Errorf("%d bytes: %q", len(got), got)
		}
	})
}
