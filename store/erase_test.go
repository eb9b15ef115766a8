package store

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"aboveline.example/rules"
)

// canary marks bytes that are to be found nowhere after they were removed. What stands around it is random, so that it
// is not compressed out of sight.
const canary = "CANARY-4711-"

func secret(size int) []byte {
	b := make([]byte, size)
	rand.Read(b)
	copy(b[size/2:], canary)
	return b
}

// hits counts the canaries in all files of a store.
func hits(t *testing.T, dir string) (n int) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		n += bytes.Count(b, []byte(canary))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// mailWith keeps a mail of a ticket: bytes, line and entry.
func mailWith(t *testing.T, db *DB, seq int, words string, raw, file []byte) rules.MailID {
	t.Helper()
	for _, b := range [][]byte{raw, file} {
		if len(b) > InlineMax {
			if _, err := db.PutBlob(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
	}
	var id rules.MailID
	update(t, db, func(tx *Tx) error {
		id = tx.NewMail()
		d := rules.Decision{Disposition: rules.Disposition{Mail: id, At: noon, Kind: rules.DisposedEntry, Ticket: 1, Entry: seq}}
		d.Disposition.Raw = tx.PutBlob(raw)
		d.Tickets = []rules.Ticket{ticket(1, rules.StatusOpen, "asa@kommun.example", noon)}
		e := rules.Entry{Ticket: 1, Seq: seq, At: noon, Kind: rules.EntryMailIn, Text: words, Mail: id,
			Reasons: []rules.Reason{{Code: rules.ReasonNewTicket}}}
		if file != nil {
			e.Attachments = []rules.Attachment{{Name: "a.bin", SHA256: tx.PutBlob(file)}}
		}
		d.Entries = []rules.Entry{e}
		d.Reports = []rules.Report{{Mail: id, At: noon, Words: words}}
		return tx.Apply(d)
	})
	return id
}

// remove redacts the entries and mails.
func remove(t *testing.T, db *DB, seqs []int, mails []rules.MailID, sent ...rules.OutgoingID) {
	t.Helper()
	update(t, db, func(tx *Tx) error {
		r := rules.Redaction{Mails: mails, Sent: sent}
		for _, seq := range seqs {
			e, _ := tx.Entry(1, seq)
			e.Text, e.Attachments = "", nil
			r.Entries = append(r.Entries, e)
		}
		return tx.Apply(rules.Decision{Redact: r})
	})
}

// TestEraseLeavesNothing keeps a thousand mails of one person between those of others, removes them, and looks through
// every byte of the directory (THREATS F10, T25).
func TestEraseLeavesNothing(t *testing.T) {
	db := opened(t, t.TempDir())
	shared := secret(900)
	kept := mailWith(t, db, 1, "Hello", []byte("somebody else's mail"), shared)
	var seqs []int
	var mails []rules.MailID
	n := 1000
	if testing.Short() {
		n = 50
	}
	for seq := 2; seq < 2+n; seq++ {
		size := 600
		if seq%25 == 0 {
			size = InlineMax + 1
		}
		seqs, mails = append(seqs, seq), append(mails, mailWith(t, db, seq, canary+fmt.Sprint(seq), secret(size), secret(700)))
	}
	last := mailWith(t, db, 2+n, canary, secret(700), shared)
	update(t, db, func(tx *Tx) error {
		blob := tx.PutBlob(secret(500))
		return tx.Enqueue(outgoing("1-1", "bo@kommun.example", noon), []rules.Piece{{Text: secret(800)}, {Blob: blob}})
	})
	if got := hits(t, db.Dir()); got < 2*n {
		t.Fatalf("%d canaries before, which shows nothing", got)
	}
	remove(t, db, append(seqs, 2+n), append(mails, last), "1-1")
	if got := hits(t, db.Dir()); got < n {
		t.Errorf("%d canaries after the commit alone: it is no longer needed to erase", got)
	}
	if err := db.Erase(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := hits(t, db.Dir()); got != 1 {
		t.Errorf("%d canaries are left, want the one that somebody else's entry names", got)
	}
	view(t, db, func(tx *Tx) {
		if e, _ := tx.Entry(1, 1); len(e.Attachments) != 1 {
			t.Errorf("somebody else's entry has %d files", len(e.Attachments))
		} else if b, err := tx.Blob(e.Attachments[0].SHA256); err != nil || !bytes.Equal(b, shared) {
			t.Errorf("a file that two mails had is gone: %v", err)
		}
		if d, _ := tx.Disposition(kept); d.Raw == "" {
			t.Error("somebody else's mail is gone")
		}
		if d, ok := tx.Disposition(last); !ok || d.Raw != "" || d.Kind != rules.DisposedEntry {
			t.Errorf("the line of a removed mail: %+v, %v", d, ok)
		}
		left := 0
		tx.Reports(noon.Add(-time.Hour), func(rules.Report) bool { left++; return true })
		if left != 1 {
			t.Errorf("%d reports are left for the watch, want 1", left)
		}
		if _, ok := tx.Sent("1-1"); ok {
			t.Error("the mail that waited is still in the queue")
		}
		if tx.Value(erasureKey) != nil {
			t.Error("it is still noted")
		}
	})
	closed(t, db)
}

// TestEraseWaitsForReaders: pages that an open reader sees are not free yet, so they are erased later, not never.
func TestEraseWaitsForReaders(t *testing.T) {
	db := opened(t, t.TempDir())
	id := mailWith(t, db, 1, canary, secret(700), nil)
	var sure error
	view(t, db, func(tx *Tx) {
		remove(t, db, []int{1}, []rules.MailID{id})
		sure = db.Erase(t.Context())
	})
	if !errors.Is(sure, ErrNotErased) {
		t.Errorf("Erase() = %v while somebody reads, want ErrNotErased", sure)
	}
	if err := db.Erase(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := hits(t, db.Dir()); got != 0 {
		t.Errorf("%d canaries are left", got)
	}
	closed(t, db)
}

// TestEraseSparesWhatComesAgain: the same bytes kept again after they were removed are kept.
func TestEraseSparesWhatComesAgain(t *testing.T) {
	for _, size := range []int{700, InlineMax + 1} {
		db := opened(t, t.TempDir())
		b := secret(size)
		id := mailWith(t, db, 1, "", b, nil)
		remove(t, db, []int{1}, []rules.MailID{id})
		again := mailWith(t, db, 2, "", b, nil)
		if err := db.Erase(t.Context()); err != nil {
			t.Fatal(err)
		}
		view(t, db, func(tx *Tx) {
			d, _ := tx.Disposition(again)
			if got, err := tx.Blob(d.Raw); err != nil || !bytes.Equal(got, b) {
				t.Errorf("%d bytes that came again are gone: %v", size, err)
			}
		})
		closed(t, db)
	}
}

// TestEraseAgainstPuts keeps the same bytes over and over while they are removed: what a commit named is there.
func TestEraseAgainstPuts(t *testing.T) {
	db := opened(t, t.TempDir())
	b, file := secret(700), secret(InlineMax+1)
	id := mailWith(t, db, 1, "", b, file)
	for seq := 2; seq < 12; seq++ {
		remove(t, db, []int{seq - 1}, []rules.MailID{id})
		done := make(chan error, 1)
		go func() { done <- db.Erase(t.Context()) }()
		// As a door does it: the file first, then the transaction; where the file went in between, the mail comes again.
		var err error
		for range 100 {
			if _, err = db.PutBlob(t.Context(), file); err != nil {
				t.Fatal(err)
			}
			if err = db.Update(t.Context(), func(tx *Tx) error {
				id = tx.NewMail()
				d := rules.Decision{Disposition: rules.Disposition{Mail: id, At: noon, Kind: rules.DisposedEntry, Raw: tx.PutBlob(b)}}
				d.Entries = []rules.Entry{{Ticket: 1, Seq: seq, At: noon, Kind: rules.EntryMailIn, Mail: id,
					Attachments: []rules.Attachment{{SHA256: tx.PutBlob(file)}}, Reasons: []rules.Reason{{Code: rules.ReasonStatus}}}}
				return tx.Apply(d)
			}); !errors.Is(err, ErrNotFound) {
				break
			}
		}
		if err = errors.Join(err, <-done); err != nil {
			t.Fatal(err)
		}
		view(t, db, func(tx *Tx) {
			e, _ := tx.Entry(1, seq)
			d, _ := tx.Disposition(id)
			_, err := tx.Blob(d.Raw)
			_, err2 := tx.Blob(e.Attachments[0].SHA256)
			if err := errors.Join(err, err2); err != nil {
				t.Fatalf("after round %d: %v", seq, err)
			}
		})
	}
	closed(t, db)
}

// TestEraseSubject looks through every byte for a subject that was removed.
func TestEraseSubject(t *testing.T) {
	db := opened(t, t.TempDir())
	subject := "PIN " + canary
	id := mailWith(t, db, 1, "Hello", []byte("Subject: "+subject), nil)
	update(t, db, func(tx *Tx) error {
		d, _ := tx.Disposition(id)
		d.Subject = subject
		tx.saveJSON(ledger, u64(uint64(id)), d)
		tk := ticket(1, rules.StatusOpen, "asa@kommun.example", noon)
		tk.Subject, tk.Threads = subject, []rules.Thread{{Subject: subject, Topic: subject}}
		o := outgoing("1-1", "bo@kommun.example", noon)
		o.Subject, o.Facts.Subject, o.ThreadTopic = "[T-1] "+subject, subject, subject
		if err := tx.Apply(rules.Decision{Tickets: []rules.Ticket{tk}}); err != nil {
			return err
		}
		return tx.Enqueue(o, []rules.Piece{{Text: []byte("Subject: [T-1] " + subject)}})
	})
	if n := hits(t, db.Dir()); n < 3 {
		t.Fatalf("%d canaries before, which shows nothing", n)
	}
	update(t, db, func(tx *Tx) error {
		tk := ticket(1, rules.StatusOpen, "asa@kommun.example", noon)
		tk.Subject = ""
		return tx.Apply(rules.Decision{Tickets: []rules.Ticket{tk},
			Redact: rules.Redaction{Mails: []rules.MailID{id}, Sent: []rules.OutgoingID{"1-1"}, Subject: true}})
	})
	if err := db.Erase(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := hits(t, db.Dir()); n != 0 {
		t.Errorf("%d canaries are left", n)
	}
	view(t, db, func(tx *Tx) { // what is compressed does not show there
		d, _ := tx.Disposition(id)
		row, _ := tx.Sent("1-1")
		if d.Subject != "" || row.Subject != "" || row.Facts.Subject != "" || row.ThreadTopic != "" {
			t.Errorf("the subject is still in %+v or %+v", d, row.Outgoing)
		}
	})
}

// TestRedactedRow: of a mail that has gone out and is removed, nothing that anybody said is left to be read, neither its
// own words nor the dialogue below them.
func TestRedactedRow(t *testing.T) {
	db := opened(t, t.TempDir())
	mailWith(t, db, 1, "Hello", []byte("a mail"), nil)
	update(t, db, func(tx *Tx) error {
		o := outgoing("1-1", "bo@kommun.example", noon)
		o.Words, o.Dialogue = canary, []rules.Said{{Entry: 1, At: noon, Words: canary}}
		return tx.Enqueue(o, []rules.Piece{{Text: []byte("x")}})
	})
	if rows, err := db.Claim(t.Context(), noon, time.Minute, 1); err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if err := db.Sent(t.Context(), "1-1", rules.Attempt{At: noon}); err != nil {
		t.Fatal(err)
	}
	remove(t, db, nil, nil, "1-1")
	view(t, db, func(tx *Tx) {
		row, ok := tx.Sent("1-1")
		if !ok || row.State != rules.QueueSent || row.Words != "" || row.Dialogue != nil {
			t.Errorf("%v: %s, %q, %v", ok, row.State, row.Words, row.Dialogue)
		}
	})
	closed(t, db)
}
