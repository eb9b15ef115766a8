package store

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	bolt "go.etcd.io/bbolt"

	"aboveline.example/rules"
)

// awaiting begins an Await at noon and returns once it stands. It is called in a bubble. The function it returns waits for what was handed out.
func awaiting(t *testing.T, db *DB, ctx context.Context) (handed func() []string) {
	t.Helper()
	ids, ended := []string(nil), make(chan error, 1)
	go func() {
		rows, err := db.Await(ctx, func() time.Time { return noon }, time.Minute, 9)
		for _, q := range rows {
			ids = append(ids, string(q.ID))
		}
		ended <- err
	}()
	synctest.Wait()
	return func() []string {
		if err := <-ended; err != nil {
			t.Error(err)
		}
		return ids
	}
}

func TestAwaitSharesTheCommit(t *testing.T) { synctest.Test(t, awaitSharesTheCommit) }

func awaitSharesTheCommit(t *testing.T) {
	dir := t.TempDir()
	db := opened(t, dir)
	handed := awaiting(t, db, t.Context())
	commits := 0
	db.commit = func(b *bolt.Tx) error { commits++; return b.Commit() }
	later := outgoing("1-3", "bo@kommun.example", noon)
	later.NotBefore = noon.Add(time.Second)
	update(t, db, func(tx *Tx) error { tx.SetValue("other", []byte("1")); return nil }) // nothing to send in it
	enqueue(t, db, outgoing("1-1", "anna@kommun.example", noon), outgoing("1-2", "bo@skola.example", noon), later)
	if ids := handed(); !slices.Equal(ids, []string{"1-1", "1-2"}) || commits != 2 {
		t.Errorf("handed out %v in %d commits, want 1-1 and 1-2 in the second", ids, commits)
	}
	if ids := claim(t, db, noon, 9); ids != nil {
		t.Errorf("claimed by another: %v", ids)
	}
	db.Close()
	db = opened(t, dir) // what a new process finds
	q := queued(t, db, "1-1")
	if q.State != rules.QueueSending || q.Attempts != 1 || !q.Lease.Equal(noon.Add(time.Minute)) {
		t.Errorf("on disk: %s, %d attempts, lease %v", q.State, q.Attempts, q.Lease)
	}
	if q := queued(t, db, "1-3"); q.State != rules.QueueWaiting {
		t.Errorf("before its time: %s", q.State)
	}
	closed(t, db)
}

// TestAwaitLeavesWhatWasTried: a row that comes back may still be in its sender's hand.
func TestAwaitLeavesWhatWasTried(t *testing.T) { synctest.Test(t, awaitLeavesWhatWasTried) }

func awaitLeavesWhatWasTried(t *testing.T) {
	db := opened(t, t.TempDir())
	enqueue(t, db, outgoing("1-1", "anna@kommun.example", noon))
	claim(t, db, noon, 1)
	ctx, stop := context.WithCancel(t.Context())
	handed := awaiting(t, db, ctx)
	if err := db.Deferred(t.Context(), "1-1", try(noon, 451, "later"), noon); err != nil {
		t.Fatal(err)
	}
	stop()
	if ids := handed(); ids != nil {
		t.Errorf("handed out %v", ids)
	}
	if ids := claim(t, db, noon, 1); !slices.Equal(ids, []string{"1-1"}) {
		t.Errorf("claimed %v, want 1-1", ids)
	}
}

func TestAwaitEndsWithTheStore(t *testing.T) { synctest.Test(t, awaitEndsWithTheStore) }

func awaitEndsWithTheStore(t *testing.T) {
	db := opened(t, t.TempDir())
	handed := awaiting(t, db, t.Context())
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if ids := handed(); ids != nil {
		t.Errorf("handed out %v", ids)
	}
}

// TestSentHasTime: where mails come one after the other, the record that one went out shares the commit of the next and
// waits for it no longer than it may. Where they do not, or where other mails are under way, it waits for nothing.
func TestSentHasTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := opened(t, t.TempDir())
		commits := 0
		db.commit = func(b *bolt.Tx) error { commits++; return b.Commit() }
		// arrive enters a row after a while, and is over once it is handed out.
		arrive := func(id string, after time.Duration) {
			t.Helper()
			handed := awaiting(t, db, t.Context())
			time.Sleep(after)
			enqueue(t, db, outgoing(id, "anna@kommun.example", noon))
			if ids := handed(); !slices.Equal(ids, []string{id}) {
				t.Fatalf("handed out %v, want %s", ids, id)
			}
			commits = 0
		}
		sent := func(id string) (ended chan time.Duration) {
			ended = make(chan time.Duration, 1)
			begun := time.Now()
			go func() {
				if err := db.Sent(t.Context(), rules.OutgoingID(id), try(noon, 250, "ok")); err != nil {
					t.Errorf("%s: %v", id, err)
				}
				ended <- time.Since(begun)
			}()
			synctest.Wait()
			return ended
		}
		arrive("1-1", time.Hour)
		if took := <-sent("1-1"); took != 0 {
			t.Errorf("a lone mail's record took %v", took)
		}
		arrive("1-2", patience)
		record := sent("1-2")
		update(t, db, func(tx *Tx) error { tx.SetValue("other", []byte("1")); return nil })
		if took := <-record; took != 0 || commits != 1 {
			t.Errorf("%d commits for a record and what came next, want 1; it took %v", commits, took)
		}
		arrive("1-3", patience)
		if took := <-sent("1-3"); took != patience || commits != 1 {
			t.Errorf("nothing came next: %d commits after %v, want 1 after %v", commits, took, patience)
		}
		arrive("1-4", 0)
		arrive("1-5", 0)
		if took := <-sent("1-4"); took != 0 {
			t.Errorf("beside another mail a record took %v", took)
		}
		record = sent("1-5")
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		<-record
		db = opened(t, db.Dir())
		if q := queued(t, db, "1-5"); q.State != rules.QueueSent {
			t.Errorf("after the store was closed: %s, want sent", q.State)
		}
	})
}
