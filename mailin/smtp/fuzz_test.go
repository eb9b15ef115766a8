package smtp

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"aboveline.example/rules"
)

// FuzzDialogue says anything to a live door. Whatever it is: as many mails are stored as 250s were said after one, each
// with the recipients it was said for, and the door closes when told to.
func FuzzDialogue(f *testing.F) {
	begin := "EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<support@desk.example>\r\n"
	for _, s := range []string{
		begin + "DATA\r\n|Subject: x\r\n\r\nhej\r\n.\r\nQUIT\r\n",
		begin + "DATA\r\n|x\r\r\n.\r\nMAIL FROM:<c@d.example>\r\n",
		begin + "DATA\r\n|x\n.\nMAIL FROM:<smuggled@d.example>\r\n.\r\n|" + begin[16:] + "DATA\r\n|y\r\n.\r\n",
		begin + "BDAT 3 LAST\r\nabc",
		begin + "RSET\r\nDATA\r\n|NOOP\r\n",
		"HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<postmaster>\r\nDATA\r\n|.\r\n|DATA\r\n|STARTTLS\r\n",
		"LHLO a\r\nMAIL FROM:<x@y>\r\nRCPT TO:<support@desk.example>\r\nRCPT TO:<support@desk.example>\r\nDATA\r\n|a\r\n.\r\n",
		"NO\x00OP\nHELP\r\nVRFY x\r\n\xff\xfe\r\nAUTH PLAIN =\r\n",
	} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, said []byte, lmtp bool) {
		in := &cellar{}
		s, l := quietDoor(t, in, lmtp)
		conn, err := l.dial("192.0.2.7")
		if err != nil {
			t.Fatal(err)
		}
		c := newClient(t, conn)
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		// A bar is where the client waits until its words were taken; a pipe has no buffer, so writing is waiting.
		for part := range strings.SplitSeq(string(said), "|") {
			if _, err := io.WriteString(conn, part); err != nil {
				break
			}
		}
		// In a mail this ends it, elsewhere it is nonsense; in the end the door closes.
		_, _ = io.WriteString(conn, "\r\n.\r\nRSET\r\nQUIT\r\n")
		for {
			if _, err := c.reply(); err != nil {
				break
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Drain(ctx); err != nil {
			t.Errorf("drain: %v", err)
		}
		checkKept(t, c, in.mails())
	})
}

func quietDoor(t testing.TB, in *cellar, lmtp bool) (*Server, *pipes) {
	o := testOptions(t)
	o.Log, o.LMTP = nil, lmtp
	s, err := New(in, o)
	if err != nil {
		t.Fatal(err)
	}
	l := newPipes()
	go func() { _ = s.Serve(l) }()
	return s, l
}

// checkKept compares what was said with what was done.
func checkKept(t *testing.T, c *client, mails []rules.Arrival) {
	heard := c.kept()
	if len(heard) != len(mails) {
		t.Errorf("%d mails stored, %d times 250 said: %q", len(mails), len(heard), c.heard)
	}
	for id := range heard {
		found := false
		for _, m := range mails {
			found = found || strings.Contains(string(m.Raw), " id "+id)
		}
		if !found {
			t.Errorf("250 for %s, which nobody has", id)
		}
	}
	for _, m := range mails {
		if len(m.Envelope.To) == 0 {
			t.Errorf("a mail for nobody: %q", m.Raw)
		}
		for _, to := range m.Envelope.To {
			if !ours(to) {
				t.Errorf("a mail for somebody else: %q", to)
			}
		}
		raw := string(m.Raw)
		if strings.ContainsAny(strings.ReplaceAll(raw, "\r\n", ""), "\r\n\x00") {
			t.Errorf("a mail with odd line ends: %q", raw)
		}
	}
}
