package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"aboveline.example/mailin"
)

func TestSlowPollWhenIdleIsSilent(t *testing.T) {
	f := newFake(text("one"))
	f.reply = func(c *fakeConn, tag, cmd string) bool {
		if cmd == "IDLE" && f.next() == 2 { // mail comes, and the server does not say so
			f.mu.Lock()
			f.mails[2] = text("two")
			f.mu.Unlock()
		}
		return false
	}
	tr := try(t, f, 3*time.Minute, nil)
	tr.want(t, "one", "two")
	if len(f.dials) != 1 {
		t.Errorf("%d connections, want one", len(f.dials))
	}
	if s := tr.last(); s.Phase != PhaseStopped || s.LastUID != 2 || s.Taken != 2 || s.LastPoll.IsZero() {
		t.Errorf("state = %+v", s)
	}
}

func TestIdleIsRenewed(t *testing.T) {
	f := newFake()
	tr := try(t, f, time.Hour, func(o *Options) { o.Poll = 24 * time.Hour })
	tr.want(t)
	if n := f.seen("IDLE"); n < 12 || n > 13 {
		t.Errorf("%d IDLE in an hour, want one each 5 minutes", n)
	}
	if n := f.seen("NOOP"); n < 11 {
		t.Errorf("%d NOOP in an hour, want one after each IDLE", n)
	}
}

func TestRefusedIdleFallsBackToPolling(t *testing.T) {
	f := newFake()
	f.reply = func(c *fakeConn, tag, cmd string) bool {
		if cmd == "IDLE" {
			c.send(tag + " NO not for you")
		}
		if cmd == "NOOP" && f.next() == 1 {
			f.mu.Lock()
			f.mails[1] = text("late")
			f.mu.Unlock()
		}
		return cmd == "IDLE"
	}
	tr := try(t, f, 10*time.Minute, nil)
	tr.want(t, "late")
	if len(f.dials) != 1 || f.seen("IDLE") != 1 {
		t.Errorf("%d connections, %d IDLE; want one of each", len(f.dials), f.seen("IDLE"))
	}
}

func TestDeletedMailIsLeftAlone(t *testing.T) {
	for _, caps := range []string{"IMAP4rev1", "IMAP4rev1 UIDPLUS", "IMAP4rev1 MOVE UIDPLUS"} {
		f := newFake(text("one"), text("thrown away"), text("three"))
		f.caps, f.flags[2] = caps, `\Deleted`
		tr := try(t, f, time.Minute, nil)
		tr.want(t, "one", "three")
		if f.mails[2] == "" {
			t.Errorf("%s: a mail that somebody else deleted was expunged", caps)
		}
		if f.seen("EXPUNGE") != 0 || f.seen("CLOSE") != 0 {
			t.Errorf("%s: commands %q", caps, f.commands)
		}
		if got := len(f.folders["Handled"]); got != 2 {
			t.Errorf("%s: %d mails in Handled, want 2", caps, got)
		}
		if strings.Contains(caps, "UIDPLUS") != (f.mails[1] == "") {
			t.Errorf("%s: mail 1 = %.20q", caps, f.mails[1])
		}
		if c := tr.cursors["desk@mail.desk.example:143/INBOX"]; c != [2]uint32{7, 3} {
			t.Errorf("%s: cursor = %v, want 7 3", caps, c)
		}
	}
}

func TestRefusedCopyNeverDeletes(t *testing.T) {
	for _, caps := range []string{"IMAP4rev1", "IMAP4rev1 UIDPLUS", "IMAP4rev1 MOVE"} {
		f := newFake(text("one"), text("two"))
		f.caps = caps
		f.reply = func(c *fakeConn, tag, cmd string) bool {
			if strings.HasPrefix(cmd, "UID COPY") || strings.HasPrefix(cmd, "UID MOVE") || strings.HasPrefix(cmd, "CREATE") {
				c.send(tag + " NO [OVERQUOTA] full")
				return true
			}
			return false
		}
		tr := try(t, f, 10*time.Minute, nil)
		tr.want(t, "one", "two")
		if len(f.mails) != 2 || f.flags[1] != "" || f.seen("UID EXPUNGE") != 0 {
			t.Errorf("%s: mails %d, flags %v; want both untouched", caps, len(f.mails), f.flags)
		}
		if n := strings.Count(tr.log.String(), "not marked"); n != 1 {
			t.Errorf("%s: told %d times, want once:\n%s", caps, n, tr.log)
		}
	}
}

func TestMissingFolderIsMade(t *testing.T) {
	f := newFake(text("one"))
	delete(f.folders, "Handled")
	try(t, f, time.Minute, nil).want(t, "one")
	if len(f.folders["Handled"]) != 1 || f.seen("SUBSCRIBE") != 1 {
		t.Errorf("folders %v, commands %q", f.folders, f.commands)
	}
}

func TestDeathAfterCopyDoesNotCopyAgain(t *testing.T) {
	f := newFake(text("one"))
	f.caps = "IMAP4rev1 UIDPLUS"
	f.reply = func(c *fakeConn, tag, cmd string) bool {
		if strings.HasPrefix(cmd, "UID STORE") && c.n == 1 {
			c.Close()
			return true
		}
		return false
	}
	try(t, f, 5*time.Minute, nil).want(t, "one")
	if len(f.folders["Handled"]) != 1 || len(f.mails) != 0 {
		t.Errorf("Handled has %d, INBOX %d; want 1 and 0", len(f.folders["Handled"]), len(f.mails))
	}
}

func TestCrashBeforeMarkTakesAgain(t *testing.T) {
	f := newFake(text("one"), text("two"))
	f.reply = func(c *fakeConn, tag, cmd string) bool {
		if strings.HasPrefix(cmd, "UID MOVE") && c.n == 1 {
			c.Close()
			return true
		}
		return false
	}
	tr := try(t, f, 100*time.Millisecond, nil) // ends before the second connection
	if len(f.mails) != 2 || len(tr.cursors) != 0 {
		t.Fatalf("mails %d, cursors %v; want all as it was", len(f.mails), tr.cursors)
	}
	tr.again(t, time.Minute, nil)
	got, repeats := tr.subjects()
	if len(got) != 2 || repeats != 2 || len(f.mails) != 0 || len(f.folders["Handled"]) != 2 {
		t.Errorf("taken %q and %d again; INBOX %d, Handled %d", got, repeats, len(f.mails), len(f.folders["Handled"]))
	}
}

func TestDeathBeforeMarkIsMadeUpFor(t *testing.T) {
	f := newFake(text("one"), text("two"))
	f.reply = func(c *fakeConn, tag, cmd string) bool {
		if strings.HasPrefix(cmd, "UID MOVE") && c.n == 1 {
			c.Close()
			return true
		}
		return false
	}
	try(t, f, 5*time.Minute, nil).want(t, "one", "two") // once: the poller remembers what it took
	if len(f.mails) != 0 || len(f.folders["Handled"]) != 2 {
		t.Errorf("INBOX %d, Handled %d; want 0 and 2", len(f.mails), len(f.folders["Handled"]))
	}
}

// killer is a server on which fetching the body of one mail ends the connection.
func killer(deadly uint32, mails ...string) *fake {
	f := newFake(mails...)
	f.reply = func(c *fakeConn, tag, cmd string) bool {
		words := strings.Fields(cmd)
		if len(words) < 4 || !strings.Contains(cmd, "BODY") || !slices.Contains(f.uids(words[2]), deadly) {
			return false
		}
		c.Close()
		return true
	}
	return f
}

func TestPoisonMailIsParked(t *testing.T) {
	var mails []string
	for _, s := range numbered(20) {
		mails = append(mails, text(s))
	}
	f := killer(7, mails...)
	tr := try(t, f, time.Hour, nil)
	got, repeats := tr.subjects()
	if len(got) != 19 || repeats != 0 || slices.Contains(got, "mail-0006") {
		t.Errorf("taken %d with %d repeats, want 19 and 0", len(got), repeats)
	}
	if len(tr.parked) != 1 || tr.parked[0].UID != 7 || tr.parked[0].Tries != 3 || tr.parked[0].Envelope.Door != "imap:INBOX" {
		t.Errorf("parked %+v, want UID 7 after 3 tries", tr.parked)
	}
	if len(f.dials) != 5 { // the batch, three alone, and the one that goes on
		t.Errorf("%d connections, want 5", len(f.dials))
	}
	if len(f.mails) != 1 || f.mails[7] == "" {
		t.Errorf("INBOX has %d mails, want the poisonous one", len(f.mails))
	}
	if c := tr.cursors["desk@mail.desk.example:143/INBOX"]; c[1] != 20 {
		t.Errorf("cursor = %v, want 20", c)
	}
	if len(tr.poison) != 1 {
		t.Errorf("counts %v, want only the poisonous one's", tr.poison)
	}
}

func TestPoisonIsCountedOverRestarts(t *testing.T) {
	f := killer(1, text("one"), text("two"))
	tr := &trial{f: f}
	*tr = *try(t, f, 1500*time.Millisecond, nil)
	for range 6 {
		tr.again(t, 3*time.Second, nil)
	}
	if got, _ := tr.subjects(); len(got) != 1 || len(tr.parked) != 1 {
		t.Errorf("taken %q, parked %v", got, tr.parked)
	}
}

func TestServerThatLeavesIsNotAPoisonMail(t *testing.T) {
	f := newFake(text("one"))
	f.reply = func(c *fakeConn, tag, cmd string) bool {
		if strings.Contains(cmd, "BODY") && c.n < 9 {
			if c.n > 1 { // the first death makes the mail a suspect
				c.send("* BYE restarting")
			}
			c.Close()
			return true
		}
		return false
	}
	tr := try(t, f, time.Hour, nil)
	tr.want(t, "one")
}

func TestUnfitMails(t *testing.T) {
	tests := []struct {
		name  string
		body  func(n int) string // what the server gives at the n-th fetch; "" nothing
		taken bool
	}{
		{"size is a guess", func(int) string { return text("two", "more than was said") }, true},
		{"size is wrong once", func(n int) string { return text("two", strings.Repeat("x", 10*max(0, 2-n))) }, true},
		{"other bytes each time", func(n int) string { return text("two", strings.Repeat("x", n)) }, false},
		{"empty", func(int) string { return "-" }, false},
		{"never given", func(int) string { return "" }, false},
		{"far too large", func(int) string { return text("two", strings.Repeat("x", 4<<20)) }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(text("one"), text("two"), text("three"))
			n := 0
			f.reply = func(c *fakeConn, tag, cmd string) bool {
				if words := strings.Fields(cmd); !strings.Contains(cmd, "BODY") || !slices.Contains(f.uids(words[2]), 2) {
					return false
				}
				n++
				raw := test.body(n)
				for _, uid := range f.uids(strings.Fields(cmd)[2]) {
					switch {
					case uid != 2:
						c.fetch(1, uid, "BODY.PEEK[]")
					case raw != "":
						raw = strings.TrimPrefix(raw, "-")
						c.send(fmt.Sprintf("* 2 FETCH (UID 2 BODY[] {%d}\r\n%s)", len(raw), raw))
					}
				}
				c.send(tag + " OK done")
				return true
			}
			tr := try(t, f, time.Hour, nil)
			want := []string{"one", "three"}
			if test.taken {
				want = append(want, "two")
			}
			slices.Sort(want)
			got, repeats := tr.subjects()
			if !slices.Equal(got, want) || repeats != 0 {
				t.Errorf("taken %q with %d repeats, want %q", got, repeats, want)
			}
			if test.taken == (len(tr.parked) == 1) {
				t.Errorf("parked %+v", tr.parked)
			}
			if c := tr.cursors["desk@mail.desk.example:143/INBOX"]; c[1] != 3 {
				t.Errorf("cursor = %v, want 3: one bad mail must not stop the rest", c)
			}
		})
	}
}

func TestTakerThatCannotKeepsMailOnTheServer(t *testing.T) {
	f := newFake(text("one"), text("two"), text("three"))
	tr := &trial{ledger: newLedger(), f: f, log: newBuffer()}
	full := true
	tr.fail = func(subject string) error {
		if full && subject != "one" {
			return errFull
		}
		return nil
	}
	tr.again(t, 10*time.Second, nil)
	tr.want(t, "one")
	if len(f.mails) != 2 || tr.cursors["desk@mail.desk.example:143/INBOX"] != [2]uint32{7, 1} {
		t.Errorf("INBOX %d, cursor %v; want only the first gone", len(f.mails), tr.cursors)
	}
	if !slices.Contains(tr.phases(), PhaseStalled) || !strings.Contains(tr.log.String(), "disk full") {
		t.Errorf("phases %v:\n%s", tr.phases(), tr.log)
	}
	full = false
	tr.again(t, time.Minute, nil)
	tr.want(t, "one", "two", "three")
}

func TestNothingIsFetchedWhileNothingCanBeKept(t *testing.T) {
	f := newFake(text("one"), text("two")+strings.Repeat("x\r\n", chunkBytes))
	tr := &trial{ledger: newLedger(), f: f, log: newBuffer()}
	tr.shut = true
	tr.again(t, 10*time.Minute, nil)
	for _, c := range f.commands {
		if strings.Contains(c, "BODY") {
			t.Fatalf("%q, and there is no room for what comes", c)
		}
	}
	if !slices.Contains(tr.phases(), PhaseStalled) || !strings.Contains(tr.log.String(), "disk full") {
		t.Errorf("phases %v:\n%s", tr.phases(), tr.log)
	}
	tr.shut = false
	tr.again(t, time.Minute, nil)
	tr.want(t, "one", "two")
}

func TestOversizeMailIsTakenByItsHeaders(t *testing.T) {
	big := "Content-Type: multipart/mixed;\r\n boundary=x\r\nMIME-Version: 1.0\r\n" + text("big", strings.Repeat("x", 2<<20))
	f := newFake(text("small"), big)
	tr := try(t, f, time.Minute, func(o *Options) { o.MaxSize = 1 << 20 })
	tr.want(t, "big", "small")
	raw := string(tr.taken[1].Raw)
	head, body, _ := strings.Cut(raw, "\r\n\r\n")
	if strings.Contains(raw, "boundary=x") || strings.Count(head, "MIME-Version") != 1 || !strings.Contains(head, "From: Kund") ||
		!strings.HasPrefix(body, "This mail was too large to take in: 2.0 MiB, and this desk takes up to 1.0 MiB.\r\n") {
		t.Errorf("taken:\n%s", raw)
	}
	if len(f.folders["Handled"]) != 2 {
		t.Errorf("Handled has %d mails, want 2", len(f.folders["Handled"]))
	}
}

func TestBigMailSurvivesALineThatDrops(t *testing.T) {
	big := text("big", strings.Repeat("0123456789abcde\n", 20<<16)) // 20 MiB and a bit: 21 chunks
	f := newFake(text("small"), strings.ReplaceAll(big, "\r\n", "\n"))
	f.reply = func(c *fakeConn, tag, cmd string) bool {
		if strings.Contains(cmd, "BODY.PEEK[]<") && f.seen("UID FETCH 2 (UID BODY.PEEK[]<")%2 == 0 { // each second chunk
			c.Close()
			return true
		}
		return false
	}
	tr := try(t, f, 3*time.Hour, nil)
	tr.want(t, "big", "small")
	i := slices.IndexFunc(tr.taken, func(a arrival) bool { return subject(a.Raw) == "big" })
	if got := len(tr.taken[i].Raw); got != len(strings.ReplaceAll(strings.ReplaceAll(big, "\r\n", "\n"), "\n", "\r\n")) {
		t.Errorf("the mail has %d bytes", got)
	}
}

// TestSlowLine: a mail near the limit takes most of an hour at 64 kbit/s, and comes in one piece, over one connection.
func TestSlowLine(t *testing.T) {
	f := newFake(text("big", strings.Repeat("0123456789abcd\n", 24<<16)), text("small")) // 24 MiB on the wire
	f.rate = 8 << 10
	tr := try(t, f, 90*time.Minute, nil)
	tr.want(t, "big", "small")
	if n := len(f.dials); n != 1 {
		t.Errorf("%d connections were made", n)
	}
}

func TestMailboxThatBeganAnew(t *testing.T) {
	f := newFake(text("one"), text("two"), text("three"))
	tr := try(t, f, time.Minute, func(o *Options) { o.Handled = "" })
	f.mails, f.top = map[uint32]string{1: text("four")}, 0 // the same UIDVALIDITY: the server forgot that it forgot
	tr.again(t, time.Minute, func(o *Options) { o.Handled = "" })
	tr.want(t, "one", "two", "three", "four")
	f.validity = 8
	f.mails[2] = text("five")
	tr.again(t, time.Minute, func(o *Options) { o.Handled = "" })
	if got, repeats := tr.subjects(); len(got) != 5 || repeats != 1 {
		t.Errorf("taken %q with %d repeats, want five, and the fourth once more", got, repeats)
	}
	if n := strings.Count(tr.log.String(), "read again from its beginning"); n != 2 {
		t.Errorf("told %d times, want 2", n)
	}
}

func TestLargeMailboxIsSearchedInSteps(t *testing.T) {
	f := newFake()
	for _, uid := range []uint32{10, 50000, 50001, 123456, 200000} {
		f.mails[uid] = text(fmt.Sprint(uid))
	}
	f.reply = func(c *fakeConn, tag, cmd string) bool {
		if strings.HasPrefix(cmd, "SELECT") {
			c.send("* 60000 EXISTS", "* OK [UIDVALIDITY 7] x", "* OK [UIDNEXT 200001] x", tag+" OK done")
			return true
		}
		return false
	}
	tr := try(t, f, time.Minute, nil)
	tr.want(t, "10", "50000", "50001", "123456", "200000")
	if f.seen("UID SEARCH UID 1:50000") == 0 {
		t.Errorf("commands %q", f.commands)
	}
}

func TestHandledEmptyOnlyMarks(t *testing.T) {
	f := newFake(text("one"))
	try(t, f, time.Minute, func(o *Options) { o.Handled = "" }).want(t, "one")
	if f.flags[1] != ` \Seen $Ticketed` || len(f.mails) != 1 || f.seen("UID STORE") != 1 {
		t.Errorf("flags %q, mails %d", f.flags[1], len(f.mails))
	}
}

func TestStopFinishesTheBatch(t *testing.T) {
	f := newFake(text("one"), text("two"))
	l := newLedger()
	synctest.Test(t, func(t *testing.T) {
		accepting, stop := context.WithCancel(t.Context())
		l.fail = func(string) error {
			stop() // in the middle of the batch
			return nil
		}
		p, err := New(Options{Server: "imap://h.example", Insecure: true, Username: "u", Handled: "Handled", Dial: f.dial,
			Password: func() (string, error) { return "p", nil }}, l, l, l)
		if err != nil {
			t.Fatal(err)
		}
		p.Run(accepting, t.Context())
	})
	l.want(t, "one", "two")
	if len(f.mails) != 0 || l.cursors["u@h.example:143/INBOX"][1] != 2 {
		t.Errorf("INBOX %d, cursor %v; want the batch marked and counted", len(f.mails), l.cursors)
	}
	if f.seen("LOGOUT") != 1 {
		t.Errorf("commands %q, want LOGOUT last", f.commands)
	}
}

func TestAbortDropsEverything(t *testing.T) {
	f := newFake(text("one"))
	f.reply = func(c *fakeConn, tag, cmd string) bool { return strings.HasPrefix(cmd, "UID FETCH") } // says nothing
	l := newLedger()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
		defer stop()
		p, err := New(Options{Server: "imap://h.example", Insecure: true, Username: "u", Dial: f.dial,
			Password: func() (string, error) { return "p", nil }}, l, l, l)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		p.Run(ctx, ctx)
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("stopping took %s", took)
		}
	})
	l.want(t)
}

// TestServerThatWasAwayIsNoticedSoon: its last refusal may be a moment before it is back.
func TestServerThatWasAwayIsNoticedSoon(t *testing.T) {
	p, err := New(Options{Server: "imaps://127.0.0.1:1", Username: "desk", Password: func() (string, error) { return "", nil }}, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	refused := p.run(t.Context(), t.Context())
	if refused == nil {
		t.Fatal("somebody listens on port 1")
	}
	for range 50 {
		if wait := p.failed(refused); wait > 75*time.Second {
			t.Fatalf("the next try is %s away", wait)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	good := Options{Server: "imaps://h.example", Username: "u", Password: func() (string, error) { return "", nil }}
	tests := []struct {
		name   string
		change func(*Options)
		want   string
	}{
		{"plain", func(o *Options) { o.Server = "imap://h.example" }, "insecure = true"},
		{"scheme", func(o *Options) { o.Server = "pop3://h.example" }, "want imaps://"},
		{"path", func(o *Options) { o.Server = "imaps://h.example/INBOX" }, "only a host"},
		{"user", func(o *Options) { o.Username = "" }, "username"},
		{"secret", func(o *Options) { o.Password = nil }, "neither"},
		{"itself", func(o *Options) { o.Handled = "inbox" }, "the mailbox itself"},
		{"break", func(o *Options) { o.Handled = "a\r\nb" }, "line break"},
	}
	for _, test := range tests {
		o := good
		test.change(&o)
		if _, err := New(o, nil, nil, nil); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	if _, err := New(good, nil, nil, nil); err != nil {
		t.Error(err)
	}
	if _, err := ParseServer("imap://127.0.0.1:1143", true); err != nil {
		t.Error(err)
	}
	if s, err := ParseServer("imap+starttls://h.example", false); err != nil || s.Address() != "h.example:143" || s.TLS != StartTLS {
		t.Errorf("%+v %v", s, err)
	}
	if !errors.Is(func() error { _, err := ParseServer("imap://h", false); return err }(), errInsecure) {
		t.Error("imap:// without insecure is not errInsecure")
	}
}

func TestUIDsThatDoNotStick(t *testing.T) {
	f := newFake(text("one"))
	f.reply = func(c *fakeConn, tag, cmd string) bool {
		if strings.HasPrefix(cmd, "SELECT") {
			c.send("* NO [UIDNOTSTICKY] sorry")
		}
		return false
	}
	keep := func(o *Options) { o.Handled = "" }
	tr := try(t, f, time.Minute, keep)
	f.mails = map[uint32]string{1: text("two")}
	tr.again(t, time.Minute, keep)
	tr.want(t, "one", "two")
}

func TestUIDValidityChangesUnderOurFeet(t *testing.T) {
	f := newFake(text("one"))
	f.reply = func(c *fakeConn, tag, cmd string) bool {
		if cmd == "NOOP" && c.n == 1 {
			f.mu.Lock()
			f.validity, f.top, f.mails = 9, 0, map[uint32]string{1: text("two")}
			f.mu.Unlock()
			c.send("* OK [UIDVALIDITY 9] rebuilt", tag+" OK done")
			return true
		}
		return false
	}
	tr := try(t, f, 10*time.Minute, func(o *Options) { o.Handled = "" })
	tr.want(t, "one", "two")
	if c := tr.cursors["desk@mail.desk.example:143/INBOX"]; c != [2]uint32{9, 1} {
		t.Errorf("cursor = %v, want 9 1", c)
	}
}

func TestMailThatCanNeverBeTakenIsParkedWithItsBytes(t *testing.T) {
	f := newFake(text("one"), text("loop"), text("three"))
	tr := &trial{ledger: newLedger(), f: f, log: newBuffer()}
	tr.fail = func(subject string) error {
		if subject == "loop" {
			return fmt.Errorf("take: %w", mailin.ErrLoop)
		}
		return nil
	}
	tr.again(t, time.Minute, nil)
	if got, _ := tr.subjects(); !slices.Equal(got, []string{"one", "three"}) {
		t.Errorf("taken %q", got)
	}
	if len(tr.parked) != 1 || tr.parked[0].UID != 2 || subject(tr.parked[0].Bytes) != "loop" || !strings.Contains(tr.parked[0].Error, "circle") {
		t.Errorf("parked %+v", tr.parked)
	}
	if s := tr.last(); s.Taken != 2 || s.Parked != 1 || len(f.mails) != 0 {
		t.Errorf("state %+v, INBOX %d", s, len(f.mails))
	}
}

func TestMailThatGrowsByItsLineEndsIsNotTooLarge(t *testing.T) {
	lf := strings.ReplaceAll(text("many lines", strings.Repeat("\n", 700<<10)), "\r\n", "\n")
	tr := try(t, newFake(lf), time.Minute, func(o *Options) { o.MaxSize = 1 << 20 })
	tr.want(t, "many lines")
	if n := len(tr.taken[0].Raw); n > 2000 || !strings.Contains(string(tr.taken[0].Raw), "too large to take in: 1.4 MiB") {
		t.Errorf("%d bytes were taken: %.300q", n, tr.taken[0].Raw)
	}
}
