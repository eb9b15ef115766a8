package imap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"aboveline.example/rules"
)

// ledger is a store that remembers what it was given.
type ledger struct {
	mu      sync.Mutex
	taken   []rules.Arrival
	parked  []rules.Parked
	cursors map[string][2]uint32
	poison  map[uint32]int
	sets    int                        // SetCursor calls
	fail    func(subject string) error // nil takes all
	shut    bool                       // takes none, and says so when asked
}

func newLedger() *ledger {
	return &ledger{cursors: map[string][2]uint32{}, poison: map[uint32]int{}}
}

func (l *ledger) Take(_ context.Context, a rules.Arrival) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		if err := l.fail(subject(a.Raw)); err != nil {
			return err
		}
	}
	l.taken = append(l.taken, a)
	return nil
}

func (l *ledger) Ready() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shut {
		return errFull
	}
	return nil
}

func (l *ledger) Room(context.Context, int64) (func(), error) { return func() {}, nil }

func (l *ledger) Park(_ context.Context, p rules.Parked) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.parked = append(l.parked, p)
	return nil
}

func (l *ledger) Cursor(_ context.Context, box string) (uint32, uint32, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, ok := l.cursors[box]
	return c[0], c[1], ok, nil
}

func (l *ledger) SetCursor(_ context.Context, box string, validity, last uint32) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cursors[box] = [2]uint32{validity, last}
	l.sets++
	return nil
}

func (l *ledger) Poison(_ context.Context, _ string, _, uid uint32) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.poison[uid]++
	return l.poison[uid], nil
}

func (l *ledger) Absolve(_ context.Context, _ string, _, uid uint32) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.poison, uid)
	return nil
}

// subjects returns the subjects taken, sorted, and how many were taken more than once.
func (l *ledger) subjects() (distinct []string, repeats int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range l.taken {
		distinct = append(distinct, subject(a.Raw))
	}
	n := len(distinct)
	slices.Sort(distinct)
	distinct = slices.Compact(distinct)
	return distinct, n - len(distinct)
}

// want fails the test unless exactly these subjects were taken, and nothing was parked.
func (l *ledger) want(t *testing.T, subjects ...string) {
	t.Helper()
	got, repeats := l.subjects()
	slices.Sort(subjects)
	if !slices.Equal(got, subjects) || repeats != 0 {
		t.Errorf("taken %q with %d repeats, want %q once each", got, repeats, subjects)
	}
	if len(l.parked) != 0 {
		t.Errorf("parked %v, want none", l.parked)
	}
}

func subject(raw []byte) string {
	_, after, _ := bytes.Cut(raw, []byte("Subject: "))
	s, _, _ := bytes.Cut(after, []byte("\r\n"))
	return string(s)
}

// text is a mail as a server stores it, with the subject as its identity.
func text(subject string, more ...string) string {
	return "Return-Path: <kund@sender.example>\r\nFrom: Kund <kund@sender.example>\r\nSubject: " + subject +
		"\r\nMessage-ID: <" + subject + "@sender.example>\r\n\r\nBrev " + subject + "\r\n" + strings.Join(more, "")
}

func numbered(n int) (subjects []string) {
	for i := range n {
		subjects = append(subjects, fmt.Sprintf("mail-%04d", i))
	}
	return subjects
}

// testLog writes to the test's output.
func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), nil))
}

var errFull = errors.New("disk full")

type arrival = rules.Arrival

func newBuffer() *bytes.Buffer { return &bytes.Buffer{} }
