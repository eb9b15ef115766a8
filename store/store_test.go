package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"aboveline.example/rules"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// opened opens a store that fails the test when a commit does, and closes it at the end.
func opened(t testing.TB, dir string) *DB {
	t.Helper()
	db, err := Open(dir, Options{OnFatal: func(err error) { t.Errorf("OnFatal(%v)", err) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func update(t testing.TB, db *DB, fn func(*Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, db *DB, fn func(*Tx)) {
	t.Helper()
	if err := db.View(t.Context(), func(tx *Tx) error { fn(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

// closed closes the store and has everything in it checked.
func closed(t testing.TB, db *DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Check(db.Dir()); err != nil {
		t.Fatal(err)
	}
}

func mailbox(a string) rules.Mailbox { return rules.Mailbox{Address: rules.Address(a)} }

func ticket(id int, status rules.Status, requester string, updated time.Time) rules.Ticket {
	return rules.Ticket{ID: rules.TicketID(id), Status: status, Requester: mailbox(requester), Updated: updated,
		Created: noon, Subject: fmt.Sprintf("Subject %d", id)}
}

func outgoing(id, to string, at time.Time) rules.Outgoing {
	return rules.Outgoing{ID: rules.OutgoingID(id), Ticket: 1, To: mailbox(to), Date: at, Kind: rules.OutNotice}
}

func enqueue(t testing.TB, db *DB, os ...rules.Outgoing) {
	t.Helper()
	update(t, db, func(tx *Tx) error {
		for _, o := range os {
			if err := tx.Enqueue(o, []rules.Piece{{Text: []byte("Subject: " + o.ID + "\r\n\r\n")}}); err != nil {
				return err
			}
		}
		return nil
	})
}

func claim(t testing.TB, db *DB, now time.Time, limit int) []string {
	t.Helper()
	rows, err := db.Claim(t.Context(), now, time.Minute, limit)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, q := range rows {
		ids = append(ids, string(q.ID))
	}
	return ids
}

func queued(t testing.TB, db *DB, id string) (q rules.Queued) {
	t.Helper()
	view(t, db, func(tx *Tx) {
		var ok bool
		if q, ok = tx.QueueGet(rules.OutgoingID(id)); !ok {
			t.Fatalf("QueueGet(%s): not there", id)
		}
	})
	return q
}

func try(at time.Time, code int, text string) rules.Attempt {
	return rules.Attempt{At: at, Took: time.Second, Peer: "192.0.2.1:25", Reply: rules.Reply{Code: code, Text: text}}
}

var background = context.Background()
