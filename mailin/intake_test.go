package mailin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"aboveline.example/rules"
)

// shelf is a Sink that records.
type shelf struct {
	mu      sync.Mutex
	kept    []*rules.Mail
	parked  []rules.Parked
	refused []rules.Disposition
	accept  func(ctx context.Context, m *rules.Mail) error
	park    error
}

func (s *shelf) Accept(ctx context.Context, m *rules.Mail) error {
	if s.accept != nil {
		if err := s.accept(ctx, m); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, m)
	return nil
}

func (s *shelf) Park(_ context.Context, p rules.Parked) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.park != nil {
		return s.park
	}
	s.parked = append(s.parked, p)
	return nil
}

func (s *shelf) Refused(_ context.Context, d rules.Disposition) { s.refused = append(s.refused, d) }

// proofs is a Prover.
type proofs func(m *rules.Mail) rules.Proof

func (p proofs) Prove(_ context.Context, m *rules.Mail) rules.Proof { return p(m) }

const letter = "From: Anna Ek <anna@client.example>\r\nSubject: hej\r\nMessage-ID: <1@client.example>\r\n\r\nhello\r\n"

func arrival(raw string) rules.Arrival {
	return rules.Arrival{Envelope: rules.Envelope{Door: "smtp", From: "anna@client.example"}, Received: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), Raw: []byte(raw)}
}

func TestTakeReadsProvesAndKeeps(t *testing.T) {
	var s shelf
	pass := rules.Proof{Result: rules.ProofPass, Domain: "client.example", By: "dmarc"}
	in := NewIntake(&s, proofs(func(m *rules.Mail) rules.Proof {
		if m.From.Address != "anna@client.example" {
			t.Errorf("proved before it was read: %+v", m.From)
		}
		return pass
	}), Options{})
	if err := in.Take(t.Context(), arrival(letter)); err != nil {
		t.Fatal(err)
	}
	if m := s.kept[0]; !reflect.DeepEqual(m.Proof, pass) || m.Subject != "hej" || m.Envelope.Door != "smtp" || string(m.Raw) != letter {
		t.Errorf("kept %+v", m)
	}
}

// Without a prover nobody is believed.
func TestTakeProvesNobodyByItself(t *testing.T) {
	var s shelf
	read := func(a rules.Arrival) *rules.Mail {
		return &rules.Mail{Raw: a.Raw, Proof: rules.Proof{Result: rules.ProofPass}}
	}
	if err := NewIntake(&s, nil, Options{Read: read}).Take(t.Context(), arrival(letter)); err != nil {
		t.Fatal(err)
	}
	if got := s.kept[0].Proof.Result; got != rules.ProofNone {
		t.Errorf("proof %q, want none", got)
	}
}

// A mail that breaks its reader is parked with its bytes, and counts as taken; the next one goes on.
func TestTakeParksWhatBreaks(t *testing.T) {
	for _, c := range []struct {
		name   string
		read   func(rules.Arrival) *rules.Mail
		prover Prover
	}{
		{"reading", func(a rules.Arrival) *rules.Mail {
			if strings.Contains(string(a.Raw), "poison") {
				panic("runtime error: index out of range\nsecond line")
			}
			return Read(a)
		}, nil},
		{"proving", nil, proofs(func(m *rules.Mail) rules.Proof {
			if strings.Contains(string(m.Raw), "poison") {
				panic("runtime error: index out of range\nsecond line")
			}
			return rules.Proof{}
		})},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s shelf
			in := NewIntake(&s, c.prover, Options{Read: c.read})
			bad := arrival(strings.Replace(letter, "hello", "poison", 1))
			for _, a := range []rules.Arrival{bad, arrival(letter)} {
				if err := in.Take(t.Context(), a); err != nil {
					t.Fatal(err)
				}
			}
			if len(s.kept) != 1 || len(s.parked) != 1 {
				t.Fatalf("%d kept, %d parked", len(s.kept), len(s.parked))
			}
			p := s.parked[0]
			if string(p.Bytes) != string(bad.Raw) || p.Error != "runtime error: index out of range" || !strings.Contains(p.Detail, "intake_test.go") ||
				p.From != "Anna Ek <anna@client.example>" || p.Subject != "hej" || p.Tries != 1 || p.At != bad.Received || p.Envelope.Door != "smtp" {
				t.Errorf("parked %+v", p)
			}

			s.park = fs.ErrPermission
			err := in.Take(t.Context(), bad)
			if err == nil || Permanent(err) || !errors.Is(err, fs.ErrPermission) {
				t.Errorf("a mail that cannot even be parked: %v, want a temporary error", err)
			}
		})
	}
}

// What the sink says decides: nil only when it kept the mail, temporary for all we do not know.
func TestTakeTellsWhatTheSinkSaid(t *testing.T) {
	for _, c := range []struct {
		name      string
		accept    func(context.Context, *rules.Mail) error
		permanent bool
	}{
		{"an error", func(context.Context, *rules.Mail) error { return errors.New("disk") }, false},
		{"a temporary one", func(context.Context, *rules.Mail) error { return &TemporaryError{ErrFull} }, false},
		{"one for good", func(context.Context, *rules.Mail) error { return fmt.Errorf("store: %w", ErrTooLarge) }, true},
		{"a panic", func(context.Context, *rules.Mail) error { panic("bug") }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := shelf{accept: c.accept}
			err := NewIntake(&s, nil, Options{}).Take(t.Context(), arrival(letter))
			if err == nil || Permanent(err) != c.permanent {
				t.Errorf("%v, permanent %v", err, Permanent(err))
			}
			if len(s.kept)+len(s.parked) != 0 {
				t.Error("kept after all")
			}
		})
	}
}

func TestTakeHoldsTheSizeLimit(t *testing.T) {
	var s shelf
	in := NewIntake(&s, nil, Options{MaxSize: 1000})
	for size, want := range map[int]bool{1000 + Trace: true, 1000 + Trace + 1: false} {
		err := in.Take(t.Context(), arrival(letter+strings.Repeat("a", size-len(letter))))
		if (err == nil) != want || err != nil && !errors.Is(err, ErrTooLarge) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// However many mails arrive at once, so many are read at once and no more; while one waits for DNS or disk another is
// read; and all are taken in the end.
func TestTakeBoundsReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reading, most, keeping, mostKeeping atomic.Int64
		up := func(n, most *atomic.Int64) {
			if now := n.Add(1); now > most.Load() {
				most.Store(now)
			}
		}
		s := shelf{accept: func(context.Context, *rules.Mail) error {
			up(&keeping, &mostKeeping)
			defer keeping.Add(-1)
			time.Sleep(time.Second)
			return nil
		}}
		in := NewIntake(&s, nil, Options{Parallel: 2, Read: func(a rules.Arrival) *rules.Mail {
			up(&reading, &most)
			defer reading.Add(-1)
			time.Sleep(10 * time.Millisecond)
			return &rules.Mail{Raw: a.Raw}
		}})
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if err := in.Take(t.Context(), arrival(letter)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if most.Load() != 2 || mostKeeping.Load() < 10 || len(s.kept) != 50 {
			t.Errorf("%d read at once, %d kept at once, %d kept", most.Load(), mostKeeping.Load(), len(s.kept))
		}
	})
}

// Big mails wait for one another, so that their copies do not pile up.
func TestTakeBoundsWeight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int64
		s := shelf{accept: func(_ context.Context, m *rules.Mail) error {
			if n := now.Add(int64(len(m.Raw))); n > most.Load() {
				most.Store(n)
			}
			defer now.Add(-int64(len(m.Raw)))
			time.Sleep(time.Second)
			return nil
		}}
		in := NewIntake(&s, nil, Options{MaxSize: 1 << 20, MemoryBudget: 8 << 20, Read: func(a rules.Arrival) *rules.Mail { return &rules.Mail{Raw: a.Raw} }})
		big := strings.Repeat("a", 1<<20)
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				if err := in.Take(t.Context(), arrival(big)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := most.Load(); got > 4<<20/readWeight || got == 0 {
			t.Errorf("%d bytes of mail kept at once", got)
		}
	})
}

// Who waits for a turn and is told to stop has not been taken, nor parked.
func TestTakeStopsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := shelf{}
		in := NewIntake(&s, nil, Options{Parallel: 1, Read: func(a rules.Arrival) *rules.Mail {
			time.Sleep(time.Minute)
			return &rules.Mail{Raw: a.Raw}
		}})
		go func() { _ = in.Take(t.Context(), arrival(letter)) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := in.Take(ctx, arrival(letter)); err == nil || Permanent(err) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want a temporary error", err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(s.kept) != 1 || len(s.parked) != 0 {
			t.Errorf("%d kept, %d parked", len(s.kept), len(s.parked))
		}
	})
}

// Room is bounded, waited for a while, and given back.
func TestRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := NewIntake(&shelf{}, nil, Options{MaxSize: 1000, MemoryBudget: 2 * (1000 + Trace)})
		free, err := in.Room(t.Context(), 1<<40) // never more than there is, or nobody could ever have it
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := in.Room(t.Context(), 1); !errors.Is(err, ErrBusy) || Permanent(err) || time.Since(start) != roomPatience {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		go func() {
			time.Sleep(time.Second)
			free()
		}()
		again, err := in.Room(t.Context(), 500)
		if err != nil {
			t.Fatal(err)
		}
		again()
	})
}

func TestPermanent(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{ErrTooLarge, true}, {fmt.Errorf("x: %w", ErrLoop), true}, {ErrLineEnds, true}, {ErrLongLine, true}, {ErrEmpty, true},
		{errors.New("unknown"), false}, {ErrFull, false}, {ErrBusy, false}, {context.Canceled, false},
		{&TemporaryError{ErrTooLarge}, false}, {fmt.Errorf("x: %w", &TemporaryError{ErrLoop}), false},
	} {
		if got := Permanent(c.err); got != c.want {
			t.Errorf("Permanent(%v) = %v", c.err, got)
		}
	}
}

func TestRefusedIsListed(t *testing.T) {
	var s shelf
	NewIntake(&s, nil, Options{}).Refused(t.Context(), rules.Disposition{Door: "smtp", Reply: "no"})
	if len(s.refused) != 1 || s.refused[0].Kind != rules.DisposedRefused {
		t.Errorf("listed %+v", s.refused)
	}
}
