package alarm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// world is a gateway and an operator: what fails is set by the story, and what the operator hears is kept.
type world struct {
	mu       sync.Mutex // guards what follows while a watch runs
	reading  Reading
	blind    error // the gateway cannot be looked at
	memory   []byte
	unsaved  error
	saves    int
	heard    []string
	deaf     map[string]bool // ways that do not work
	begun    time.Time
	cancel   context.CancelFunc
	done     chan struct{}
	watching *Watch
}

type way struct {
	name string
	w    *world
}

func (x way) Name() string { return x.name }
func (x way) Tell(_ context.Context, word Word) error {
	defer x.w.lock()()
	if x.w.deaf[x.name] {
		return errors.New("not reached")
	}
	x.w.heard = append(x.w.heard, fmt.Sprintf("%s %s: %s", time.Since(x.w.begun).Round(time.Minute), x.name, word.Subject))
	return nil
}

func (w *world) Load(context.Context) ([]byte, error) {
	defer w.lock()()
	return w.memory, nil
}

func (w *world) Save(_ context.Context, b []byte) error {
	defer w.lock()()
	if w.unsaved == nil {
		w.memory = slices.Clone(b)
		w.saves++
	}
	return w.unsaved
}

func (w *world) start(ways ...string) {
	var all []Way
	for _, name := range ways {
		all = append(all, way{name, w})
	}
	if w.begun.IsZero() {
		w.begun = time.Now()
	}
	w.watching = New(Options{Limits: limits, Ways: all, Memories: w,
		Look: func(context.Context) (Reading, error) {
			defer w.lock()()
			r := w.reading
			r.Polls = slices.Clone(r.Polls)
			return r, w.blind
		}})
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel, w.done = cancel, make(chan struct{})
	go func() { w.watching.Run(ctx); close(w.done) }()
	synctest.Wait() // its first look is over
}

// lock returns how to unlock.
func (w *world) lock() (unlock func()) {
	w.mu.Lock()
	return w.mu.Unlock
}

// set changes the world while a watch runs.
func (w *world) set(change func()) {
	defer w.lock()()
	change()
}

func (w *world) stop() { w.cancel(); <-w.done }

// pass lets time go by, in which the mailboxes named are read.
func (w *world) pass(d time.Duration, read ...string) {
	for ; d > 0; d -= 30 * time.Second {
		w.set(func() {
			for i := range w.reading.Polls {
				if slices.Contains(read, w.reading.Polls[i].Mailbox) {
					w.reading.Polls[i].Last = time.Now()
				}
			}
		})
		time.Sleep(30 * time.Second)
		synctest.Wait()
	}
}

func (w *world) want(t *testing.T, lines ...string) {
	t.Helper()
	if d := cmp.Diff(lines, w.heard); d != "" {
		t.Errorf("heard (-want +got):\n%s", d)
	}
}

// TestOnceAndOnceOver: a mailbox dies for a day, through two restarts, and the operator hears two words.
func TestOnceAndOnceOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{reading: Reading{Polls: []Poll{{Mailbox: "a"}, {Mailbox: "b"}}}}
		w.start(ByMail)
		w.pass(time.Hour, "a", "b")
		w.set(func() { w.reading.Polls[1].Error = "connection\nrefused" })
		w.pass(30*time.Minute, "a")
		w.stop()
		w.reading.Polls = []Poll{{Mailbox: "a"}, {Mailbox: "b"}} // a new process knows nothing
		w.start(ByMail)
		w.pass(20*time.Hour, "a")
		w.stop()
		w.reading.Polls = []Poll{{Mailbox: "a"}, {Mailbox: "b"}}
		w.start(ByMail)
		w.pass(time.Hour, "a")
		if found, _, err := w.watching.Troubles(); err != nil || len(found) != 1 || found[0].Key != "poll b" {
			t.Errorf("troubles %+v, %v", found, err)
		}
		w.pass(time.Hour, "a", "b")
		w.stop()
		w.want(t, "1h16m0s mail: mailbox b is not being read (connection refused)", "22h36m0s mail: over: mailbox b is not being read")
	})
}

// TestSmarthostIsToldByTheOthers: while nothing can be sent, mail is no way.
func TestSmarthostIsToldByTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		w.start(ByMail, "command")
		w.pass(time.Hour)
		w.set(func() { w.reading.Smarthost = Smarthost{FailingSince: time.Now(), Error: "dial tcp: refused"} })
		w.pass(time.Hour)
		w.set(func() { w.reading.Smarthost = Smarthost{LastAnswer: time.Now()} })
		w.pass(time.Hour)
		w.stop()
		w.want(t, "1h11m0s command: the smarthost takes no mail (dial tcp: refused)",
			"2h6m0s mail: over: the smarthost takes no mail (dial tcp: refused)",
			"2h6m0s command: over: the smarthost takes no mail (dial tcp: refused)")
	})
}

// TestMailAloneIsBetterThanNothing: a desk whose only way is mail has the word in the queue.
func TestMailAloneIsBetterThanNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		w.start(ByMail)
		w.set(func() { w.reading.Smarthost = Smarthost{FailingSince: time.Now()} })
		w.pass(time.Hour)
		w.stop()
		w.want(t, "11m0s mail: the smarthost takes no mail")
	})
}

// TestADeafWayIsTriedAgain: the others hear at once, and it hears when it can; after a day it is given up.
func TestADeafWayIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{deaf: map[string]bool{"webhook": true}}
		w.reading = Reading{Free: 1 << 20, Need: 200 << 20}
		w.start("command", "webhook")
		w.pass(3 * time.Hour)
		w.want(t, "2m0s command: 1 MiB of disk are left, and mail is refused below 200 MiB")
		w.stop()
		w.set(func() { w.deaf = nil })
		w.start("command", "webhook")
		w.pass(40 * time.Minute)
		if len(w.heard) != 2 || !strings.Contains(w.heard[1], "webhook: 1 MiB") {
			t.Errorf("heard %q", w.heard)
		}
		w.set(func() { w.deaf, w.heard = map[string]bool{"command": true, "webhook": true}, nil })
		w.set(func() { w.reading.Free = 1 << 40 })
		w.pass(2 * 24 * time.Hour)
		w.stop()
		w.set(func() { w.deaf = nil })
		w.start("command", "webhook")
		w.pass(24 * time.Hour)
		w.stop()
		w.want(t)
	})
}

// TestNothingIsToldThatIsNotKept: a memory that cannot be kept would be told again at every look.
func TestNothingIsToldThatIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{unsaved: errors.New("disk full"), reading: Reading{OldestHeld: time.Now().Add(-48 * time.Hour)}}
		w.start("command")
		w.pass(time.Hour)
		w.want(t)
		w.set(func() { w.unsaved = nil })
		w.pass(time.Hour)
		w.stop()
		w.want(t, "1h2m0s command: a held mail waits for a decision")
	})
}

// TestABlindWatchSaysSo: what cannot be looked at is not well.
func TestABlindWatchSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{blind: errors.New("store is closed")}
		w.start("command")
		w.pass(time.Hour)
		if _, at, err := w.watching.Troubles(); err == nil || at.IsZero() {
			t.Errorf("troubles at %s: %v", at, err)
		}
		w.stop()
		w.want(t)
	})
}

// TestDamagedMemoryIsBegunAnew: an alarm told twice is better than none ever again.
func TestDamagedMemoryIsBegunAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{memory: []byte("{"), reading: Reading{OldestParked: time.Now().Add(-48 * time.Hour)}}
		w.start("command")
		w.pass(10 * time.Minute)
		w.stop()
		if len(w.heard) != 1 {
			t.Errorf("heard %q", w.heard)
		}
	})
}

// TestAQuietWatchWritesLittle: a desk where all is well costs the disk a write every five minutes.
func TestAQuietWatchWritesLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{reading: Reading{Polls: []Poll{{Mailbox: "a"}}}}
		w.start("command")
		w.pass(time.Hour, "a")
		w.stop()
		if w.saves > 14 || w.saves < 10 {
			t.Errorf("%d writes in an hour", w.saves)
		}
	})
}
