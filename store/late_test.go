package store

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"aboveline.example/rules"
)

// Records are written at the end of a batch. Whoever shares it sees them before, and what one call takes back is gone
// for the others.
func TestABatchSeesWhatItHasStillToWrite(t *testing.T) {
	db, err := Open(t.TempDir(), Options{OnFatal: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ticket := func(id rules.TicketID) rules.Ticket {
		return rules.Ticket{ID: id, Subject: strings.Repeat("long enough to be compressed ", 20)}
	}
	errNo := errors.New("no")
	calls := []func(*Tx) error{
		func(tx *Tx) error {
			tx.keepTicket(ticket(1))
			return nil
		},
		func(tx *Tx) error {
			tx.keepTicket(ticket(2))
			if _, ok := tx.Ticket(1); !ok {
				t.Error("ticket 1 is not seen by the next of its batch")
			}
			tx.keepTicket(ticket(3))
			return errNo
		},
		func(tx *Tx) error {
			tx.keepTicket(ticket(4))
			return errNo
		},
		func(tx *Tx) error {
			for id, want := range map[rules.TicketID]bool{1: true, 2: false, 3: false, 4: false} {
				if _, ok := tx.Ticket(id); ok != want {
					t.Errorf("ticket %d is there: %v, want %v", id, ok, want)
				}
			}
			again := ticket(1)
			again.Status = rules.StatusOpen
			tx.keepTicket(again)
			again.Status = rules.StatusResolved
			tx.keepTicket(again)
			return nil
		},
	}
	results := sameBatch(t, db, calls)
	for i, want := range []error{nil, errNo, errNo, nil} {
		if !errors.Is(results[i], want) {
			t.Errorf("call %d returned %v, want %v", i, results[i], want)
		}
	}
	if err := db.View(context.Background(), func(tx *Tx) error {
		if got, ok := tx.Ticket(1); !ok || got.Status != rules.StatusResolved {
			t.Errorf("ticket 1 is %v, %v", got.Status, ok)
		}
		for id := range rules.TicketID(5) {
			if _, ok := tx.Ticket(id); ok != (id == 1) {
				t.Errorf("ticket %d is there: %v", id, ok)
			}
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// sameBatch carries out calls in one batch, in their order.
func sameBatch(t *testing.T, db *DB, calls []func(*Tx) error) []error {
	t.Helper()
	began, begin := make(chan struct{}), make(chan struct{})
	results := make([]chan error, len(calls)+1)
	queue := func(i int, fn func(*Tx) error) {
		results[i] = make(chan error, 1)
		go func() { results[i] <- db.Update(context.Background(), fn) }()
	}
	queue(len(calls), func(*Tx) error {
		close(began)
		<-begin
		return nil
	})
	<-began
	for i, fn := range calls {
		queue(i, fn)
		for len(db.calls) <= i {
			runtime.Gosched()
		}
	}
	close(begin)
	var errs []error
	for _, c := range results {
		errs = append(errs, <-c)
	}
	return errs
}
