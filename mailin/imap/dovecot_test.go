package imap

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"aboveline.example/cmd/aboveline/peertest"
)

// patience is how long a test with a real server waits for what takes a second.
const patience = 90 * time.Second

// running is a poller at work on a real Dovecot.
type running struct {
	*ledger
	t      testing.TB
	mu     sync.Mutex
	states []State
	news   chan struct{}
	stop   func()
}

// poll starts a poller on user's INBOX and stops it when the test ends.
func poll(t testing.TB, d *peertest.Dovecot, l *ledger, change func(*Options)) *running {
	t.Helper()
	return pollInto(t, d, l, l, change)
}

func pollInto(t testing.TB, d *peertest.Dovecot, l *ledger, taker Taker, change func(*Options)) *running {
	t.Helper()
	r := &running{ledger: l, t: t, news: make(chan struct{}, 1)}
	o := Options{
		Server: "imap://" + d.Addr, Insecure: true, Username: "desk",
		Password: func() (string, error) { return d.Password, nil },
		Handled:  "Handled", Poll: 2 * time.Second, Log: testLog(t),
		OnState: func(s State) {
			r.mu.Lock()
			r.states = append(r.states, s)
			r.mu.Unlock()
			select {
			case r.news <- struct{}{}:
			default:
			}
		},
	}
	if change != nil {
		change(&o)
	}
	p, err := New(o, taker, l, l)
	if err != nil {
		t.Fatal(err)
	}
	accepting, end := context.WithCancel(context.Background())
	working, abort := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		p.Run(accepting, working)
		close(done)
	}()
	r.stop = sync.OnceFunc(func() {
		end()
		select {
		case <-done:
		case <-time.After(patience):
			t.Error("the poller did not stop")
		}
		abort()
	})
	t.Cleanup(r.stop)
	return r
}

// until waits for a state in which ok.
func (r *running) until(what string, ok func(State) bool) {
	r.t.Helper()
	limit := time.After(patience)
	for {
		r.mu.Lock()
		var now State
		if len(r.states) > 0 {
			now = r.states[len(r.states)-1]
		}
		r.mu.Unlock()
		if ok(now) {
			return
		}
		// A server that is just being killed may refuse a login, too; the next try comes within patience.
		select {
		case <-r.news:
		case <-limit:
			r.t.Fatalf("%s: not reached; state %+v", what, now)
		}
	}
}

// untilTaken waits until n mails are taken and the mailbox is read to its end.
func (r *running) untilTaken(n int) {
	r.t.Helper()
	r.until(fmt.Sprintf("%d mails taken", n), func(s State) bool {
		got, _ := r.subjects()
		return s.Phase == PhaseWaiting && len(got) >= n
	})
}

func TestDovecotDrain(t *testing.T) {
	t.Parallel()
	d := peertest.StartDovecot(t)
	subjects := numbered(1000)
	for i, s := range subjects {
		more := ""
		if i%100 == 7 {
			more = strings.Repeat("0123456789abcdef0123456789abcdef\n", 50000) // 1.6 MB: comes in chunks
		}
		d.Deliver("desk", []byte(strings.ReplaceAll(text(s, more), "\r\n", "\n")))
	}
	r := poll(t, d, newLedger(), nil)
	r.untilTaken(len(subjects))
	r.stop()
	r.want(t, subjects...)
	if got := len(d.Mails("desk", "INBOX")); got != 0 {
		t.Errorf("%d mails are left in INBOX", got)
	}
	if got := len(d.Mails("desk", "Handled")); got != len(subjects) {
		t.Errorf("%d mails are in Handled, want %d", got, len(subjects))
	}
	if got := d.Doveadm("mailbox", "list", "-u", "desk", "-s"); !strings.Contains(got, "Handled") {
		t.Errorf("subscribed: %q, want Handled among them", got)
	}
	for _, a := range r.taken {
		if a.Envelope.From != "kund@sender.example" || a.Envelope.Door != "imap:INBOX" || a.Envelope.Relay {
			t.Fatalf("envelope = %+v", a.Envelope)
		}
		if strings.Count(string(a.Raw), "\n") != strings.Count(string(a.Raw), "\r\n") {
			t.Fatal("line ends are not CRLF")
		}
	}
}

func TestDovecotMarksAndIdles(t *testing.T) {
	t.Parallel()
	d := peertest.StartDovecot(t)
	d.Deliver("desk", []byte(text("first")))
	r := poll(t, d, newLedger(), func(o *Options) {
		o.Handled, o.AuthservID = "", "mx.desk.example"
		o.Poll = time.Hour // so that only IDLE can bring the second
	})
	r.untilTaken(1)
	d.Deliver("desk", []byte(text("second")))
	r.untilTaken(2)
	r.stop()
	r.want(t, "first", "second")
	for _, key := range []string{"SEEN", "KEYWORD $Ticketed"} {
		args := append([]string{"search", "-u", "desk", "mailbox", "INBOX"}, strings.Fields(key)...)
		if got := strings.Count(d.Doveadm(args...), "\n") + 1; got != 2 {
			t.Errorf("%d mails are %s, want 2", got, key)
		}
	}
	if !r.taken[0].Envelope.Relay || r.taken[0].Envelope.AuthservID != "mx.desk.example" {
		t.Errorf("envelope = %+v, want a pinned door", r.taken[0].Envelope)
	}
}

func TestDovecotUIDValidityChanges(t *testing.T) {
	t.Parallel()
	d := peertest.StartDovecot(t)
	subjects := numbered(100)
	l := newLedger()
	r := poll(t, d, l, func(o *Options) { o.Handled = "" })
	for i, s := range subjects {
		d.Deliver("desk", []byte(text(s)))
		switch i {
		case 20, 40, 60:
			r.untilTaken(i / 2)
			d.Doveadm("mailbox", "update", "-u", "desk", "--uid-validity", fmt.Sprint(4242+i), "INBOX")
		case 80: // delete and make again: UIDs begin anew
			r.untilTaken(81)
			d.Doveadm("expunge", "-u", "desk", "mailbox", "INBOX", "all")
			d.Stop()
			for _, f := range []string{"dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"} {
				os.Remove(d.Maildir("desk") + "/" + f)
			}
			d.Start()
		}
	}
	r.untilTaken(100)
	r.stop()
	got, _ := l.subjects() // repeats are the sink's to know
	if len(got) != len(subjects) {
		t.Errorf("%d distinct mails taken, want %d", len(got), len(subjects))
	}
	if len(l.parked) != 0 {
		t.Errorf("parked %v", l.parked)
	}
}

func TestDovecotRestarts(t *testing.T) {
	t.Parallel()
	d := peertest.StartDovecot(t)
	subjects := numbered(100)
	l := newLedger()
	r := poll(t, d, l, nil)
	for i, s := range subjects {
		d.Deliver("desk", []byte(text(s)))
		switch i % 25 {
		case 10:
			d.Kill()
			d.Start()
		case 20:
			d.Stop()
			d.Start()
		}
	}
	r.untilTaken(100)
	r.until("all moved", func(State) bool { return len(d.Mails("desk", "INBOX")) == 0 })
	r.stop()
	got, repeats := l.subjects()
	if len(got) != len(subjects) {
		t.Errorf("%d distinct mails taken, want %d", len(got), len(subjects))
	}
	if repeats != 0 {
		t.Errorf("%d mails were taken twice although we never died", repeats)
	}
	if len(l.parked) != 0 {
		t.Errorf("parked %v", l.parked)
	}
	if got := len(d.Mails("desk", "Handled")); got != len(subjects) {
		t.Errorf("%d mails are in Handled, want %d", got, len(subjects))
	}
}

func TestDovecotSessionFreezes(t *testing.T) {
	t.Parallel()
	d := peertest.StartDovecot(t)
	d.Deliver("desk", []byte(text("before")))
	l := newLedger()
	r := poll(t, d, l, nil)
	r.untilTaken(1)
	frozen := d.Sessions()
	if len(frozen) == 0 {
		t.Fatal("no session to freeze")
	}
	for _, pid := range frozen {
		syscall.Kill(pid, syscall.SIGSTOP)
	}
	d.Deliver("desk", []byte(text("during")))
	r.untilTaken(2)
	r.stop()
	l.want(t, "before", "during")
}
