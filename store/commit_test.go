package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	bolt "go.etcd.io/bbolt"

	"aboveline.example/rules"
)

// together makes the functions one batch: they queue while the writer is busy with a first one. It returns their
// errors.
func together(t *testing.T, db *DB, fns ...func(*Tx) error) []error {
	t.Helper()
	busy, release := make(chan struct{}), make(chan struct{})
	errs := make([]error, len(fns))
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = db.Update(background, func(tx *Tx) error {
			close(busy)
			<-release
			tx.SetValue("first", []byte("1"))
			return nil
		})
	})
	<-busy
	for i, fn := range fns {
		wg.Go(func() { errs[i] = db.Update(background, fn) })
		for len(db.calls) <= i { // until it has queued, so that the order is known
			runtime.Gosched()
		}
	}
	close(release)
	wg.Wait()
	return errs
}

func TestFailedFunctionHarmsNobodyElse(t *testing.T) {
	db := opened(t, t.TempDir())
	update(t, db, func(tx *Tx) error {
		tx.SetValue("kept", []byte("old"))
		tx.SetValue("gone", []byte("still here"))
		return nil
	})
	commits := 0
	db.commit = func(b *bolt.Tx) error { commits++; return b.Commit() }
	sad := errors.New("no")
	errs := together(t, db,
		func(tx *Tx) error { tx.SetValue("a", []byte("1")); return nil },
		func(tx *Tx) error {
			if string(tx.Value("a")) != "1" {
				t.Error("the second does not see the first")
			}
			tx.SetValue("a", []byte("spoilt"))
			tx.SetValue("kept", []byte("spoilt"))
			tx.SetValue("gone", nil)
			tx.SetValue("new", []byte(strings.Repeat("spoilt by a long record ", 5000)))
			tx.NewMail()
			return sad
		},
		func(tx *Tx) error { panic("a fault of ours") },
		func(tx *Tx) error { tx.SetValue("b", append([]byte("seen "), tx.Value("a")...)); return nil },
		func(tx *Tx) error { tx.Apply(rules.Decision{Tickets: []rules.Ticket{{}}}); return nil },
	)
	if errs[0] != nil || errs[3] != nil || !errors.Is(errs[1], sad) {
		t.Errorf("errors: %v", errs)
	}
	fault, ok := errors.AsType[*PanicError](errs[2])
	if !ok || fault.Value != "a fault of ours" || !strings.Contains(string(fault.Stack), "commit_test.go") {
		t.Errorf("panic came back as %v", errs[2])
	}
	if errs[4] == nil || !strings.Contains(errs[4].Error(), "number 0") {
		t.Errorf("sticky error that fn ignored: %v", errs[4])
	}
	if commits != 1 {
		t.Errorf("%d commits, want one for all", commits)
	}
	view(t, db, func(tx *Tx) {
		for key, want := range map[string]string{
			"first": "1", "a": "1", "b": "seen 1", "kept": "old", "gone": "still here", "new": "",
		} {
			if got := string(tx.Value(key)); got != want {
				t.Errorf("%s = %.20q, want %q", key, got, want)
			}
		}
		if n := tx.counter("mail"); n != 0 {
			t.Errorf("the failed function's mail number was kept: %d", n)
		}
	})
	closed(t, db)
}

func TestCommitErrorEndsTheStore(t *testing.T) {
	for name, commit := range map[string]func(*bolt.Tx) error{
		"error": func(*bolt.Tx) error { return errors.New("input/output error") },
		"panic": func(*bolt.Tx) error { panic("page 7 already freed") },
	} {
		t.Run(name, func(t *testing.T) {
			var fatal []error
			dir := t.TempDir()
			db, err := Open(dir, Options{OnFatal: func(err error) { fatal = append(fatal, err) }})
			if err != nil {
				t.Fatal(err)
			}
			update(t, db, func(tx *Tx) error { tx.SetValue("a", []byte("1")); return nil })
			db.commit = commit
			set := func(tx *Tx) error { tx.SetValue("a", []byte("2")); return nil }
			for i, err := range append(together(t, db, set, set), db.Update(background, set)) {
				if !errors.Is(err, ErrFatal) {
					t.Errorf("update %d: %v, want ErrFatal", i, err)
				}
			}
			if len(fatal) != 1 || !errors.Is(fatal[0], ErrFatal) {
				t.Errorf("OnFatal was called with %v, want one ErrFatal", fatal)
			}
			closed(t, db)
			db = opened(t, dir)
			view(t, db, func(tx *Tx) {
				if v := string(tx.Value("a")); v != "1" {
					t.Errorf("after a new start a = %q, want 1", v)
				}
			})
		})
	}
}

func TestUpdateThatNeedNotRun(t *testing.T) {
	db := opened(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	ran := false
	errs := together(t, db,
		func(*Tx) error { cancel(); return nil },
		func(*Tx) error { return nil },
	)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(ctx, func(*Tx) error { ran = true; return nil }); !errors.Is(err, context.Canceled) || ran {
		t.Errorf("cancelled update: %v, ran %v", err, ran)
	}
	if err := db.View(ctx, func(*Tx) error { ran = true; return nil }); !errors.Is(err, context.Canceled) || ran {
		t.Errorf("cancelled view: %v, ran %v", err, ran)
	}
	db.commit = func(*bolt.Tx) error { t.Error("commit of nothing"); return nil }
	update(t, db, func(tx *Tx) error { tx.Value("a"); return nil })
}

// A ctx that ends while the call is queued keeps the function from running.
func TestUpdateCancelledInQueue(t *testing.T) {
	db := opened(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	var second error
	var wg sync.WaitGroup
	together(t, db, func(*Tx) error {
		wg.Go(func() {
			second = db.Update(ctx, func(*Tx) error { t.Error("ran"); return nil })
		})
		for len(db.calls) == 0 {
			runtime.Gosched()
		}
		cancel()
		return nil
	})
	wg.Wait()
	if !errors.Is(second, context.Canceled) {
		t.Errorf("Update: %v, want canceled", second)
	}
}

func TestClosedStore(t *testing.T) {
	db := opened(t, t.TempDir())
	errs := make(chan error)
	for i := range 50 {
		go func() {
			errs <- db.Update(background, func(tx *Tx) error {
				tx.SetValue(fmt.Sprint("value", i), []byte("kept"))
				return nil
			})
		}()
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	kept := 0
	for range 50 {
		switch err := <-errs; {
		case err == nil:
			kept++
		case !errors.Is(err, ErrClosed):
			t.Errorf("Update: %v, want nil or ErrClosed", err)
		}
	}
	if err := db.View(background, func(*Tx) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("View: %v, want ErrClosed", err)
	}
	if err := db.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("second Close: %v, want ErrClosed", err)
	}
	db = opened(t, db.Dir())
	found := 0
	view(t, db, func(tx *Tx) {
		for i := range 50 {
			if tx.Value(fmt.Sprint("value", i)) != nil {
				found++
			}
		}
	})
	if found != kept {
		t.Errorf("%d updates said kept, %d are there", kept, found)
	}
}

func TestTxIsOverWhenItsFunctionReturns(t *testing.T) {
	db := opened(t, t.TempDir())
	var late *Tx
	update(t, db, func(tx *Tx) error { late = tx; return nil })
	late.SetValue("a", []byte("1"))
	if !errors.Is(late.Err(), errTxEnded) {
		t.Errorf("late write: %v", late.Err())
	}
	err := db.View(t.Context(), func(tx *Tx) error { tx.SetValue("a", []byte("1")); return nil })
	if !errors.Is(err, ErrReadOnly) {
		t.Errorf("write in a view: %v, want ErrReadOnly", err)
	}
}

// Many writers count one number up; nothing may be lost between them.
func TestConcurrentUpdates(t *testing.T) {
	db := opened(t, t.TempDir())
	const writers, each = 16, 25
	numbers := make(chan rules.MailID, writers*each)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				var id rules.MailID
				err := db.Update(background, func(tx *Tx) error {
					id = tx.NewMail()
					if (w+i)%7 == 0 {
						return errors.New("changed my mind")
					}
					return tx.Apply(rules.Decision{Disposition: rules.Disposition{Mail: id, Kind: rules.DisposedNew}})
				})
				if err == nil {
					numbers <- id
				}
				if _, err := db.Stats(background); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	close(numbers)
	seen := map[rules.MailID]bool{}
	for id := range numbers {
		if seen[id] {
			t.Errorf("mail %d was numbered twice", id)
		}
		seen[id] = true
	}
	view(t, db, func(tx *Tx) {
		lines := tx.Dispositions(0, 1000)
		if len(lines) != len(seen) {
			t.Errorf("%d lines for %d mails", len(lines), len(seen))
		}
		for i, d := range lines {
			if d.Mail != rules.MailID(i+1) {
				t.Fatalf("line %d is of mail %d: numbers have a gap", i, d.Mail)
			}
		}
	})
	closed(t, db)
}
