package imap

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	imap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// recorded is a connection that brings what was recorded: a part after each command, or when the client waits.
type recorded struct {
	net.Conn
	mu    sync.Mutex
	moved chan struct{}
	parts [][]byte
	due   int
	done  bool
}

func record(parts ...[]byte) *recorded {
	return &recorded{parts: parts, due: 1, moved: make(chan struct{}, 1)}
}

func (r *recorded) Read(p []byte) (int, error) {
	for {
		if n, err := r.take(p); n > 0 || err != nil {
			return n, err
		}
		select {
		case <-r.moved:
		case <-time.After(time.Millisecond):
			r.more()
		}
	}
}

// take returns bytes that are due, if any are.
func (r *recorded) take(p []byte) (n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.due > 0 && len(r.parts) > 0 && len(r.parts[0]) == 0 {
		r.parts, r.due = r.parts[1:], r.due-1
	}
	if r.done || len(r.parts) == 0 {
		return 0, io.EOF
	}
	if r.due > 0 {
		n = copy(p, r.parts[0])
		r.parts[0] = r.parts[0][n:]
	}
	return n, nil
}

// more makes another part due.
func (r *recorded) more() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.due++
}

func (r *recorded) Write(p []byte) (int, error) {
	r.mu.Lock()
	done := r.done
	r.mu.Unlock()
	if done {
		return 0, net.ErrClosed
	}
	r.more()
	r.signal()
	return len(p), nil
}

func (r *recorded) signal() {
	select {
	case r.moved <- struct{}{}:
	default:
	}
}

func (r *recorded) Close() error {
	r.mu.Lock()
	r.done = true
	r.mu.Unlock()
	r.signal()
	return nil
}

func (*recorded) SetReadDeadline(time.Time) error  { return nil }
func (*recorded) SetWriteDeadline(time.Time) error { return nil }

// through returns what the library would see of a server's words.
func through(words string) (string, error) {
	g := newGuard(record([]byte(words)), 1000)
	out, err := io.ReadAll(g)
	return string(out), err
}

func TestGuardPassesWhatWasAskedFor(t *testing.T) {
	tests := []struct{ in, want string }{
		{"* OK ready\r\n", "* OK ready\r\n"},
		{"* ok [capability IMAP4rev1 (AUTH=PLAIN] \x1b[1mhi\r\n", "* OK [CAPABILITY IMAP4rev1] ?[1mhi\r\n"},
		{"T1 OK\r\n", "T1 OK -\r\n"},
		{"T1 OK [COPYUID 1 2 nonsense] [ALERT done\n", "T1 OK -[ALERT done\r\n"},
		{"* OK [CLOSED] x\r\n* OK [UIDNEXT 0] x\r\n* OK [UIDVALIDITY 12] \r\n", "* OK x\r\n* OK x\r\n* OK [UIDVALIDITY 12] -\r\n"},
		{"T2 NO [TRYCREATE] no such\r\n", "T2 NO [TRYCREATE] no such\r\n"},
		{"+ eyJ9\r\n+\r\n", "+ eyJ9\r\n+ \r\n"},
		{"* OK [PERMANENTFLAGS (\\Seen a(b \\*)] x\r\n", "* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n"},
		{"* FLAGS (\\Seen)\r\n* LIST () \"/\" {3}\r\n(((\r\n* 3 EXISTS\r\n* 1 EXPUNGE\r\n", "* 3 EXISTS\r\n"},
		{"* SEARCH 3 x 0 4294967296 5 (MODSEQ 6)\r\n* SEARCH\r\n", "* SEARCH 3 5\r\n* SEARCH\r\n"},
		{"* ESEARCH (TAG \"T5\") UID ALL 1:3,5\r\n* ESEARCH (TAG {3}\r\nabc) UID\r\n* ESEARCH UID\r\n", "* ESEARCH (TAG \"T5\") UID ALL 1:3,5\r\n"},
		{"* 1 FETCH (UID 5 FLAGS (\\Seen \\x{) RFC822.SIZE 7 INTERNALDATE \" 1-Nov-2026 09:00:00 +0100\" X (a (b \")\")))\r\n",
			"* 1 FETCH (UID 5 FLAGS (\\Seen) RFC822.SIZE 7 INTERNALDATE \" 1-Nov-2026 09:00:00 +0100\")\r\n"},
		{"* 1 FETCH (uid 5 Body[] {5}\r\n(((\r\n)\r\n", "* 1 FETCH (UID 5 BODY[] {5}\r\n(((\r\n)\r\n"},
		{"* 1 FETCH (BODY[1.2] {2}\r\nxx UID 5 BODY[]<10> {0}\r\n FLAGS ())\r\n", "* 1 FETCH (UID 5 BODY[]<10> {0}\r\n FLAGS ())\r\n"},
		{"* 1 FETCH (UID 5 BODY[HEADER] \"a\\\"b\" )\r\n* 2 FETCH ()\r\n", "* 1 FETCH (UID 5 BODY[HEADER] \"a\\\"b\")\r\n"},
		{"* OK {3}\r\n* 1 EXISTS\r\n", "* OK {3}\r\n* 1 EXISTS\r\n"}, // no literal, to us and to the library
	}
	for _, test := range tests {
		if got, err := through(test.in); got != test.want || err != nil {
			t.Errorf("%q passes as\n%q %v, want\n%q", test.in, got, err, test.want)
		}
	}
}

func TestGuardEndsWhatCannotBeUsed(t *testing.T) {
	for _, in := range []string{
		"hello\r\n", " OK\r\n", "T1 MAYBE\r\n", "T OK\r\n",
		"* 1 FETCH\r\n", "* 1 FETCH (\r\n", "* 1 FETCH (UID\r\n", "* 1 FETCH (UID 0)\r\n", "* 1 FETCH (UID 1) x\r\n",
		"* 1 FETCH (UID 1 UID 1)\r\n", "* 1 FETCH (BODY[ {3}\r\n", "* 1 FETCH (X \"\r\n", "* 1 FETCH (X (((\r\n",
		"* 1 FETCH (X " + strings.Repeat("(", 33) + strings.Repeat(")", 33) + ")\r\n",
		"* 1 FETCH (UID 1 BODY[] {1001}\r\n", "* 1 FETCH (UID 1 X {1001}\r\n", "* X {99999999999999999999}\r\n",
		"* OK " + strings.Repeat("x", 70000) + "\r\n",
		"* SEARCH " + strings.Repeat("1 ", 600000) + "\r\n",
		"* 1 FETCH (" + strings.Repeat("X {1}\r\nx ", 20000) + ")\r\n",
		"* X {1}\r\n" + strings.Repeat("x {1}\r\n", 20000),
		strings.Repeat("* CAPABILITY A\r\n", 101), "T1 OK\r\n" + strings.Repeat("* CAPABILITY A\r\n", 101),
	} {
		if out, err := through(in); !errors.Is(err, errServer) {
			t.Errorf("%.60q passes as %.60q, %v", in, out, err)
		}
	}
	if _, err := through(strings.Repeat(strings.Repeat("* CAPABILITY A\r\n", 100)+"T1 OK\r\n", 3)); err != nil {
		t.Errorf("lists of capabilities for one command after another: %v", err)
	}
	for _, in := range []string{"* 1 FETCH (UID 1 BODY[] {100}\r\nhalf", "* X {100}\r\nhalf"} {
		if _, err := through(in); err != io.ErrUnexpectedEOF {
			t.Errorf("%q: %v, want an unexpected end", in, err)
		}
	}
}

// FuzzGuard lets a server say anything, a part (divided by NULs) after each command, and looks at whether the library
// behind the guard stays on its feet.
func FuzzGuard(f *testing.F) {
	for _, seed := range []string{
		"* OK [CAPABILITY IMAP4rev1] hi\r\n\x00* OK [UIDVALIDITY 7] x\r\nT1 OK x\r\n\x00* SEARCH 1 2\r\nT2 OK\r\n\x00* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\n* 2 FETCH (UID 2 BODY[] NIL)\r\nT3 OK\r\n",
		"* OK hi\r\n\x00* CAPABILITY IMAP4rev1 IDLE\r\nT1 OK [CAPABILITY IMAP4rev2] x\r\n\x00T2 NO [ALERT] x\r\n\x00* ESEARCH (TAG \"T3\") UID ALL 1:4294967295\r\nT3 OK\r\n",
		"* PREAUTH [CAPABILITY IMAP4rev1] x\r\n\x00+ go\r\n", "* BYE x\r\n",
		"* OK [CAPABILITY IMAP4rev1] \r\n\x00* 1 FETCH (UID 1 X-A (\"(\" (1 {3}\r\n",
		"* OK [CAPABILITY IMAP4rev1] x\r\n\x00T1 OK x\r\n\x00T2 OK\r\n\x00* 1 FETCH (UID 1 BODY[]<0> \"abc\" FLAGS (\\* \\Seen x))\r\nT3 OK\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		conn := record(bytes.Split(input, []byte{0})...)
		g := newGuard(conn, 1<<16)
		c := imapclient.New(g, nil)
		watch := time.AfterFunc(20*time.Second, func() {
			conn.Close()
			t.Errorf("the library hangs on %q", input)
		})
		defer watch.Stop()
		var errs []error
		errs = append(errs, c.WaitGreeting())
		if errs[0] == nil {
			c.Select("INBOX", nil).Wait()
			data, err := c.UIDSearch(&imap.SearchCriteria{}, nil).Wait()
			errs = append(errs, err)
			if set, ok := data.All.(imap.UIDSet); ok && set.Dynamic() {
				t.Error("an open-ended search result")
			}
			cmd := c.Fetch(uidSet([]uint32{1, 2}), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}})
			allowance := int64(1 << 16)
			for m := cmd.Next(); m != nil; m = cmd.Next() {
				if _, _, err := section(m, &allowance, nil); err != nil {
					conn.Close()
					c.Close()
					return
				}
			}
			errs = append(errs, cmd.Close())
		}
		conn.Close()
		errs = append(errs, c.Close())
		for _, err := range errs {
			if err != nil && strings.Contains(err.Error(), "panic") {
				t.Errorf("%q: %.500s", input, err)
			}
		}
	})
}
