package imap

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

// hostile is a server that does harm on its first connections and is honest afterwards.
type hostile struct {
	name string
	on   string // the command it answers, "" for the greeting
	do   func(c *fakeConn, tag string)
	// survives: the harm is overlooked, and the connection goes on.
	survives bool
}

// endless sends s until the connection is closed, 64 KiB each half second: without the pause no virtual time would
// pass and no deadline come. A GiB is more than any deadline allows.
func endless(c *fakeConn, s string) {
	s = strings.Repeat(s, 1+(64<<10)/len(s))
	for range 1 << 14 {
		if _, err := io.WriteString(c, s); err != nil {
			return
		}
		time.Sleep(time.Second / 2)
	}
}

// raw sends text and reads on until the client has had enough.
func raw(text string) func(*fakeConn, string) {
	return func(c *fakeConn, tag string) { io.WriteString(c, strings.ReplaceAll(text, "$TAG", tag)) }
}

var hostiles = []hostile{
	{name: "silent", do: func(c *fakeConn, _ string) { io.Copy(io.Discard, c) }},
	{name: "greeting bye", do: raw("* BYE go away\r\n")},
	{name: "greeting preauth", do: raw("* PREAUTH you are root\r\n")},
	{name: "greeting garbage", do: raw("\x00\xff\x1b[2J \r\n)))\r\n")},
	{name: "greeting endless line", do: func(c *fakeConn, _ string) { endless(c, "* OK ") }},
	{name: "greeting one byte in twenty seconds", do: func(c *fakeConn, _ string) {
		for range 10000 {
			if _, err := io.WriteString(c, "*"); err != nil {
				return
			}
			time.Sleep(20 * time.Second)
		}
	}},
	{name: "capabilities never end", on: "CAPABILITY", do: func(c *fakeConn, _ string) { endless(c, "* CAPABILITY A B C\r\n") }},
	{name: "silent at login", on: "AUTHENTICATE", do: func(c *fakeConn, _ string) { io.Copy(io.Discard, c) }},
	{name: "challenges without end", on: "AUTHENTICATE", do: func(c *fakeConn, _ string) { endless(c, "+ \r\n") }},
	{name: "no uidvalidity", on: "SELECT", do: raw("* 2 EXISTS\r\n$TAG OK done\r\n")},
	{name: "uidvalidity out of range", on: "SELECT", do: raw("* OK [UIDVALIDITY 99999999999] x\r\n$TAG OK done\r\n")},
	{name: "silent at search", on: "UID SEARCH", do: func(c *fakeConn, _ string) { io.Copy(io.Discard, c) }},
	{name: "search endless line", on: "UID SEARCH", do: func(c *fakeConn, _ string) { io.WriteString(c, "* SEARCH"); endless(c, " 1") }},
	{name: "search of all numbers", on: "UID SEARCH", survives: true, do: raw("* ESEARCH (TAG \"$TAG\") UID ALL 1:4294967295\r\n$TAG OK done\r\n")},
	{name: "search lists phantoms", on: "UID SEARCH", do: raw("* SEARCH 7 8 9 4294967295\r\n$TAG OK done\r\n")},
	{name: "search refused", on: "UID SEARCH", do: raw("$TAG NO not today\r\n")},
	{name: "unknown tag", on: "UID SEARCH", do: raw("X99 OK done\r\nT999 OK done\r\n")},
	{name: "paren bomb nobody asked for", on: "UID SEARCH", do: func(c *fakeConn, _ string) {
		io.WriteString(c, "* 1 FETCH (BODYSTRUCTURE ")
		endless(c, "(")
	}},
	{name: "paren bomb in small", on: "UID SEARCH", do: raw("* 1 FETCH (UID 1 BODYSTRUCTURE " + strings.Repeat("(", 5000) + strings.Repeat(")", 5000) + ")\r\n$TAG OK done\r\n")},
	{name: "paren bomb behind a false literal", on: "UID SEARCH", do: func(c *fakeConn, _ string) {
		io.WriteString(c, "* OK look {25000000}\r\n* 1 FETCH (BODYSTRUCTURE ")
		endless(c, "(")
	}},
	{name: "literal bomb in a list", on: "UID SEARCH", do: raw("* LIST () \"/\" {99999999999}\r\n")},
	{name: "literal bomb in a list within limits, without end", on: "UID SEARCH", do: func(c *fakeConn, _ string) {
		endless(c, "* LIST () \"/\" {9}\r\n((((((((( {9}\r\n((((((((( {9}\r\n(((((((((\r\n")
	}},
	{name: "quoted string without end", on: "UID SEARCH", do: raw("* 1 FETCH (UID 1 INTERNALDATE \"\r\n$TAG OK done\r\n")},
	{name: "uid twice", on: "UID FETCH", do: raw("* 1 FETCH (UID 1 UID 2 RFC822.SIZE 5)\r\n$TAG OK done\r\n")},
	{name: "bye", on: "UID FETCH", do: func(c *fakeConn, _ string) { c.send("* BYE shutting down"); c.Close() }},
	{name: "fetch of nothing", on: "UID FETCH", do: raw("$TAG OK done\r\n")},
	{name: "wrong uid", on: "UID FETCH", do: raw("* 1 FETCH (UID 77 RFC822.SIZE 5 FLAGS ())\r\n$TAG OK done\r\n")},
	{name: "literal of eight gigabytes", on: "BODY", do: func(c *fakeConn, _ string) {
		io.WriteString(c, "* 1 FETCH (UID 1 BODY[] {8589934592}\r\n")
		endless(c, "x")
	}},
	{name: "literal cut", on: "BODY", do: func(c *fakeConn, _ string) {
		io.WriteString(c, "* 1 FETCH (UID 1 BODY[] {1000}\r\nFrom: half")
		c.Close()
	}},
	{name: "literal stalls", on: "BODY", do: func(c *fakeConn, _ string) {
		io.WriteString(c, "* 1 FETCH (UID 1 BODY[] {1000}\r\nFrom: half")
		io.Copy(io.Discard, c)
	}},
	{name: "literals without end", on: "BODY", do: func(c *fakeConn, _ string) {
		endless(c, "* 1 FETCH (UID 1 BODY[] {1000}\r\n"+strings.Repeat("x", 1000)+")\r\n")
	}},
	{name: "silent at move", on: "UID MOVE", do: func(c *fakeConn, _ string) { io.Copy(io.Discard, c) }},
	{name: "silent in idle", on: "IDLE", do: func(c *fakeConn, _ string) { io.Copy(io.Discard, c) }},
	{name: "news without end", on: "IDLE", do: func(c *fakeConn, _ string) { c.send("+ idling"); endless(c, "* 5 EXISTS\r\n") }},

	{name: "unknown responses", on: "UID SEARCH", survives: true, do: raw("* VANISHED (EARLIER) 1:3\r\n* XYZZY {3}\r\n(((\r\n* ID NIL\r\n\r\n* 0 RECENT\r\n* SEARCH 1 2 (MODSEQ 9)\r\n$TAG OK [COPYUID oops] done\r\n")},
	{name: "unknown fetch items", on: "SIZE", survives: true, do: raw("* 1 FETCH (X-GM-MSGID 12 UID 1 X-GM-LABELS (\\Inbox \"a )\") RFC822.SIZE $SIZE1 BODY (\"TEXT\" NIL (NIL)) FLAGS (\\Seen \\*x))\r\n" +
		"* 2 FETCH (FLAGS () INTERNALDATE \"yesterday\" UID 2 RFC822.SIZE $SIZE2)\r\n* 9 FETCH (FLAGS (\\Seen))\r\n* 3 FETCH (X-GM-MSGID 5)\r\n$TAG OK done\r\n")},
	{name: "expunge flood", on: "UID SEARCH", survives: true, do: raw(strings.Repeat("* 1 EXPUNGE\r\n* OK still here\r\n", 20000) + "* SEARCH 2 1\r\n$TAG OK done\r\n")},
	{name: "unclosed bracket", on: "SELECT", survives: true, do: raw("* OK [ALERT \x1b[31mread\r\n* OK [UIDVALIDITY 7] x\r\n$TAG OK [READ-WRITE done\r\n")},
	{name: "ansi in alert", on: "NOOP", survives: true, do: raw("* OK [ALERT] \x1b[2Jquota\x07 nearly\r\n$TAG OK\r\n")},
	{name: "move refused", on: "UID MOVE", survives: true, do: raw("$TAG NO [OVERQUOTA] full\r\n")},
}

// matches says whether a command is the one a hostile answers. SIZE and BODY are the two kinds of UID FETCH.
func (h hostile) matches(cmd string) bool {
	switch h.on {
	case "SIZE":
		return strings.HasPrefix(cmd, "UID FETCH") && !strings.Contains(cmd, "BODY")
	case "BODY":
		return strings.HasPrefix(cmd, "UID FETCH") && strings.Contains(cmd, "BODY")
	}
	return strings.HasPrefix(cmd, h.on)
}

func TestHostileServers(t *testing.T) {
	for _, h := range hostiles {
		t.Run(h.name, func(t *testing.T) {
			f := newFake(text("one"), text("two"))
			f.before = func(c *fakeConn) bool {
				if h.on != "" || c.n > 2 {
					return false
				}
				h.do(c, "")
				io.Copy(io.Discard, c) // the client ends it
				return true
			}
			harmed := 0
			f.reply = func(c *fakeConn, tag, cmd string) bool {
				if h.on == "" || !h.matches(cmd) || harmed == 2 || h.survives && harmed == 1 {
					return false
				}
				harmed++
				r := strings.NewReplacer("$SIZE1", fmt.Sprint(len(f.mails[1])), "$SIZE2", fmt.Sprint(len(f.mails[2])))
				h.do(&fakeConn{Conn: rewrite{c.Conn, r}, f: f, r: c.r, n: c.n}, tag)
				return true
			}
			tr := try(t, f, 40*time.Minute, nil)
			tr.want(t, "one", "two")
			if h.survives && len(f.dials) != 1 {
				t.Errorf("%d connections, want the first to go on\n%s", len(f.dials), tr.log)
			}
			if !h.survives && len(f.dials) < 2 {
				t.Errorf("the connection went on, want it ended\n%s", tr.log)
			}
			for i, life := range f.lives[:min(2, len(f.lives)-1)] {
				if life > 10*time.Minute {
					t.Errorf("connection %d was kept for %s", i+1, life)
				}
			}
			if tr.heap > 96<<20 {
				t.Errorf("heap grew to %d MiB", tr.heap>>20)
			}
			if strings.Contains(tr.log.String(), "\x1b") {
				t.Error("an escape sequence reached the log")
			}
			if strings.Contains(tr.log.String(), "hemligt") {
				t.Error("the password reached the log")
			}
			checkMarks(t, f)
			if got := f.folders["Handled"]; len(got) != 2 || len(f.mails) != 0 {
				t.Errorf("Handled has %d mails, INBOX %d; want 2 and 0", len(got), len(f.mails))
			}
		})
	}
}

// rewrite replaces words in what is written.
type rewrite struct {
	net.Conn
	r *strings.Replacer
}

func (w rewrite) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.Conn, w.r.Replace(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// checkMarks fails the test if a command changed a mail other than the two there are.
func checkMarks(t *testing.T, f *fake) {
	t.Helper()
	for _, cmd := range f.commands {
		words := strings.Fields(cmd)
		if len(words) < 3 || words[0] != "UID" || !slices.Contains([]string{"STORE", "MOVE", "COPY", "EXPUNGE"}, words[1]) {
			continue
		}
		if !slices.Contains([]string{"1", "2", "1:2", "1,2"}, words[2]) {
			t.Errorf("the poller sent %q", cmd)
		}
	}
	if f.seen("EXPUNGE") != 0 {
		t.Error("the poller expunged the whole mailbox")
	}
}
