package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"aboveline.example/rules"
)

func TestEnqueueOnceAndForGood(t *testing.T) {
	db := opened(t, t.TempDir())
	o := outgoing("1-1", "anna@kommun.example", noon)
	o.Words, o.References = "Hej", []rules.MessageID{"a@b.example"}
	var picture rules.BlobID
	wire := []rules.Piece{{Text: []byte("From: x\r\n\r\n")}, {}, {Text: []byte("\n\x00{}")}}
	update(t, db, func(tx *Tx) error {
		picture = tx.PutBlob([]byte("PNG"))
		wire[1].Blob = picture
		return tx.Enqueue(o, wire)
	})
	claim(t, db, noon, 1)
	other := o
	other.Words = "Something else"
	update(t, db, func(tx *Tx) error { return tx.Enqueue(other, nil) })
	q := queued(t, db, "1-1")
	if q.Words != "Hej" || q.State != rules.QueueSending || len(q.Wire) != 3 || q.Wire[1].Blob != picture ||
		!bytes.Equal(q.Wire[0].Text, wire[0].Text) || !bytes.Equal(q.Wire[2].Text, wire[2].Text) {
		t.Errorf("after the second Enqueue: %+v", q)
	}
	err := db.Update(t.Context(), func(tx *Tx) error {
		return tx.Enqueue(outgoing("1-2", "anna@kommun.example", noon), []rules.Piece{{Blob: blobID([]byte("absent"))}})
	})
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("a blob that is not kept: %v, want ErrNotFound", err)
	}
	closed(t, db)
}

func TestNamesOfOutgoingMails(t *testing.T) {
	for _, id := range []rules.OutgoingID{"1-1", "0-7", "1042-3", "18446744073709551615-1", "1-01", "x", "1-", "-1", "1-1-1", "1-4294967296"} {
		if got := outID(outKey(id)); got != id {
			t.Errorf("outID(outKey(%q)) = %q", id, got)
		}
	}
	if bytes.Compare(outKey("9-2"), outKey("10-1")) >= 0 {
		t.Error("ticket 10 sorts before ticket 9")
	}
}

func TestClaimCountsBeforeTheNetwork(t *testing.T) {
	dir := t.TempDir()
	db := opened(t, dir)
	later := outgoing("1-2", "bo@kommun.example", noon)
	later.NotBefore = noon.Add(time.Hour)
	enqueue(t, db, outgoing("1-1", "anna@kommun.example", noon), later)
	if ids := claim(t, db, noon.Add(-time.Second), 9); ids != nil {
		t.Errorf("before its time: %v", ids)
	}
	if ids := claim(t, db, noon, 9); !slices.Equal(ids, []string{"1-1"}) {
		t.Errorf("claimed %v, want 1-1", ids)
	}
	db.Close()
	db = opened(t, dir) // what a new process finds
	q := queued(t, db, "1-1")
	if q.State != rules.QueueSending || q.Attempts != 1 || !q.Next.Equal(noon.Add(time.Minute)) || !q.Lease.Equal(q.Next) {
		t.Errorf("on disk after the claim: %s, %d attempts, next %v, lease %v", q.State, q.Attempts, q.Next, q.Lease)
	}
	if next, err := db.NextSend(t.Context()); err != nil || !next.Equal(noon.Add(time.Minute)) {
		t.Errorf("NextSend = %v, %v; want the end of the lease", next, err)
	}
}

// TestUnreadableMail: a mail whose bytes are damaged keeps no other back.
func TestUnreadableMail(t *testing.T) {
	db := opened(t, t.TempDir())
	enqueue(t, db, outgoing("1-1", "anna@kommun.example", noon), outgoing("1-2", "bo@kommun.example", noon))
	update(t, db, func(tx *Tx) error {
		tx.put(wires, outKey("1-1"), []byte{formatZstd, 'x'})
		return nil
	})
	if ids := claim(t, db, noon, 9); !slices.Equal(ids, []string{"1-2"}) {
		t.Errorf("claimed %v, want 1-2", ids)
	}
	if ids := claim(t, db, noon, 9); ids != nil {
		t.Errorf("claimed again at once: %v", ids)
	}
}

func TestResults(t *testing.T) {
	retry := noon.Add(10 * time.Minute)
	for _, c := range []struct {
		name  string
		tell  func(db *DB, id rules.OutgoingID) error
		state rules.QueueState
		next  time.Time
		last  string
	}{
		{"sent", func(db *DB, id rules.OutgoingID) error { return db.Sent(background, id, try(noon, 250, "Ok")) },
			rules.QueueSent, time.Time{}, ""},
		{"deferred", func(db *DB, id rules.OutgoingID) error {
			return db.Deferred(background, id, try(noon, 451, "Later"), retry)
		}, rules.QueueWaiting, retry, "451 Later"},
		{"uncertain, again", func(db *DB, id rules.OutgoingID) error {
			return db.Uncertain(background, id, try(noon, 0, "EOF"), retry)
		}, rules.QueueUncertain, retry, "EOF"},
		{"uncertain, for good", func(db *DB, id rules.OutgoingID) error {
			return db.Uncertain(background, id, try(noon, 0, "EOF"), time.Time{})
		}, rules.QueueUncertain, time.Time{}, "EOF"},
		{"refused", func(db *DB, id rules.OutgoingID) error {
			return db.Update(background, func(tx *Tx) error { return tx.Refused(id, try(noon, 550, "No such user")) })
		}, rules.QueueRefused, time.Time{}, "550 No such user"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := opened(t, t.TempDir())
			enqueue(t, db, outgoing("1-1", "anna@kommun.example", noon))
			claim(t, db, noon, 1)
			if err := c.tell(db, "1-1"); err != nil {
				t.Fatal(err)
			}
			q := queued(t, db, "1-1")
			if q.State != c.state || !q.Next.Equal(c.next) || q.LastError != c.last || len(q.Tried) != 1 || !q.Lease.IsZero() {
				t.Errorf("%s, next %v, last error %q, tried %v", q.State, q.Next, q.LastError, q.Tried)
			}
			if settled := c.next.IsZero(); settled != q.Done.Equal(noon.Add(time.Second)) {
				t.Errorf("done at %v", q.Done)
			}
			want := []string{"1-1"}
			if c.next.IsZero() {
				want = nil
			}
			if ids := claim(t, db, retry.Add(-time.Second), 1); ids != nil {
				t.Errorf("claimed before its time: %v", ids)
			}
			if ids := claim(t, db, retry, 1); !slices.Equal(ids, want) {
				t.Errorf("claimed %v, want %v", ids, want)
			}
			closed(t, db)
		})
	}
	db := opened(t, t.TempDir())
	if err := db.Sent(background, "7-7", try(noon, 250, "")); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "7-7") {
		t.Errorf("Sent of an unknown row: %v", err)
	}
}

// A vendor with a thousand due mails and neighbours with one each.
func TestDestinationsTakeTurns(t *testing.T) {
	db := opened(t, t.TempDir())
	var os []rules.Outgoing
	for i := range 1000 {
		os = append(os, outgoing(fmt.Sprintf("1-%d", i), "fel@slow.example", noon.Add(-time.Hour)))
	}
	for i := range 3 {
		os = append(os, outgoing(fmt.Sprintf("2-%d", i), fmt.Sprintf("a@quick%d.example", i), noon))
	}
	enqueue(t, db, os...)
	var ids []string
	for range 4 { // one at a time, as single senders do
		ids = append(ids, claim(t, db, noon, 1)...)
	}
	slices.Sort(ids)
	if want := []string{"1-0", "2-0", "2-1", "2-2"}; !slices.Equal(ids, want) {
		t.Errorf("four senders claimed %v, want %v", ids, want)
	}
	if ids := claim(t, db, noon, 5); !slices.Equal(ids, []string{"1-1", "1-2", "1-3", "1-4", "1-5"}) {
		t.Errorf("then the rest is free to claim; got %v", ids)
	}
	closed(t, db)
}

func TestLeaseThatRanOut(t *testing.T) {
	db := opened(t, t.TempDir())
	enqueue(t, db, outgoing("1-1", "anna@kommun.example", noon))
	claim(t, db, noon, 1)
	if ids := claim(t, db, noon.Add(59*time.Second), 1); ids != nil {
		t.Fatalf("claimed under a lease: %v", ids)
	}
	second := noon.Add(2 * time.Minute)
	if ids := claim(t, db, second, 1); !slices.Equal(ids, []string{"1-1"}) {
		t.Fatalf("not claimed after the lease: %v", ids)
	}
	q := queued(t, db, "1-1")
	if q.Attempts != 2 || len(q.Tried) != 1 || !strings.HasPrefix(q.Tried[0].Reply.Text, "uncertain") {
		t.Errorf("%d attempts, tried %v; want the first noted as uncertain", q.Attempts, q.Tried)
	}
	// The first sender's late word must not give the second one's row away.
	if err := db.Deferred(background, "1-1", try(noon, 451, "late"), noon); err != nil {
		t.Fatal(err)
	}
	if q := queued(t, db, "1-1"); q.State != rules.QueueSending || !q.Next.Equal(second.Add(time.Minute)) {
		t.Errorf("after a late word: %s, next %v", q.State, q.Next)
	}
	// But that a peer has it is true whoever says so, and what the second one says then changes nothing.
	if err := db.Sent(background, "1-1", try(noon, 250, "Ok")); err != nil {
		t.Fatal(err)
	}
	if err := db.Deferred(background, "1-1", try(second, 451, "twice"), second); err != nil {
		t.Fatal(err)
	}
	if q := queued(t, db, "1-1"); q.State != rules.QueueSent || len(q.Tried) != 4 {
		t.Errorf("%s with %d tries, want sent with 4", q.State, len(q.Tried))
	}
	closed(t, db)
}

// The clock runs ahead while a mail is being sent: by the wall its lease is over, by the monotonic clock it is not.
func TestLeaseKeepsMonotonicTime(t *testing.T) {
	db := opened(t, t.TempDir())
	now := time.Now()
	enqueue(t, db, outgoing("1-1", "anna@kommun.example", now))
	if ids := claim(t, db, now, 1); len(ids) != 1 {
		t.Fatal("not claimed")
	}
	if !db.flight.owned(outKey("1-1"), time.Now()) {
		t.Error("the lease is over at once")
	}
	db.flight.mu.Lock()
	until := db.flight.rows[string(outKey("1-1"))].until
	db.flight.mu.Unlock()
	if !strings.Contains(until.String(), "m=") {
		t.Error("the lease has lost its monotonic reading")
	}
}

func TestRestartFindsRowsUnderWay(t *testing.T) {
	dir := t.TempDir()
	db := opened(t, dir)
	now := time.Now()
	for i, kind := range []rules.OutKind{rules.OutReply, rules.OutFollowUp, rules.OutConfirmation} {
		o := outgoing(fmt.Sprintf("1-%d", i), "anna@kommun.example", now)
		o.Kind = kind
		enqueue(t, db, o)
	}
	enqueue(t, db, outgoing("1-9", "bo@kommun.example", now.Add(time.Hour)))
	claim(t, db, now, 9)
	before := queued(t, db, "1-1").Wire
	db.Close()
	db = opened(t, dir)
	if err := db.Requeue(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		q := queued(t, db, fmt.Sprintf("1-%d", i))
		if q.State != rules.QueueUncertain || q.Attempts != 1 || len(q.Tried) != 1 ||
			!strings.HasPrefix(q.LastError, "uncertain") {
			t.Errorf("%s: %s, %d attempts, tried %v", q.Kind, q.State, q.Attempts, q.Tried)
		}
	}
	if q := queued(t, db, "1-9"); q.State != rules.QueueWaiting || len(q.Tried) != 0 {
		t.Errorf("a row that only waited: %s, tried %v", q.State, q.Tried)
	}
	if ids := claim(t, db, time.Now(), 9); len(ids) != 3 {
		t.Errorf("claimed %v, want all three kinds again", ids)
	}
	if after := queued(t, db, "1-1").Wire; !bytes.Equal(before[0].Text, after[0].Text) {
		t.Error("the bytes changed")
	}
	closed(t, db)
}

// The clock stood years ahead when mails were deferred, and is put right: they go out, at the next claim or start.
func TestClockPutBack(t *testing.T) {
	wrong := noon.AddDate(10, 0, 0)
	for _, restart := range []bool{false, true} {
		db := opened(t, t.TempDir())
		enqueue(t, db, outgoing("1-1", "anna@kommun.example", wrong), outgoing("1-2", "bo@other.example", noon.Add(time.Hour)))
		claim(t, db, wrong, 9)
		for _, id := range []rules.OutgoingID{"1-1", "1-2"} {
			if err := db.Deferred(background, id, try(wrong, 451, "later"), wrong.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		now := noon
		if restart {
			if err := db.Requeue(t.Context()); err != nil {
				t.Fatal(err)
			}
			now = time.Now()
		}
		if ids := claim(t, db, now, 9); len(ids) != 2 {
			t.Errorf("restart %v: claimed %v, want both", restart, ids)
		}
		closed(t, db)
	}
}

func TestOperatorsHand(t *testing.T) {
	db := opened(t, t.TempDir())
	do := func(fn func(*Tx) error) error { return db.Update(background, fn) }
	id := rules.OutgoingID("1-1")
	hold := func(tx *Tx) error { return tx.QueueHold(id) }
	drop := func(tx *Tx) error { return tx.QueueDrop(id) }
	release := func(tx *Tx) error { return tx.QueueRelease(id, noon) }
	retry := func(tx *Tx) error { return tx.QueueRetry(id, noon) }
	cancel := func(tx *Tx) error { return tx.Apply(rules.Decision{Cancel: []rules.OutgoingID{id, "8-8"}}) }
	expect := func(what string, err, want error, state rules.QueueState) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
		if q := queued(t, db, string(id)); q.State != state {
			t.Errorf("%s: %s, want %s", what, q.State, state)
		}
	}
	enqueue(t, db, outgoing("1-1", "anna@kommun.example", noon))
	expect("hold", do(hold), nil, rules.QueueHeld)
	if ids := claim(t, db, noon, 1); ids != nil {
		t.Errorf("a held row was claimed: %v", ids)
	}
	expect("release", do(release), nil, rules.QueueWaiting)
	claim(t, db, noon, 1)
	expect("retry while sending", do(retry), ErrSending, rules.QueueSending)
	expect("hold while sending", do(hold), nil, rules.QueueSending)
	expect("deferred then", db.Deferred(background, id, try(noon, 451, ""), noon), nil, rules.QueueHeld)
	expect("retry", do(retry), nil, rules.QueueWaiting)
	claim(t, db, noon, 1)
	expect("refused", do(func(tx *Tx) error { return tx.Refused(id, try(noon, 550, "")) }), nil, rules.QueueRefused)
	expect("cancel of a refused row", do(cancel), nil, rules.QueueRefused)
	expect("retry of a refused row", do(retry), nil, rules.QueueWaiting)
	claim(t, db, noon, 1)
	expect("cancel while sending", do(cancel), nil, rules.QueueSending)
	expect("sent all the same", db.Sent(background, id, try(noon, 250, "")), nil, rules.QueueSent)
	for what, fn := range map[string]func(*Tx) error{"hold": hold, "retry": retry, "drop": drop} {
		expect(what+" of a sent row", do(fn), ErrSent, rules.QueueSent)
	}
	expect("a bounce comes", do(func(tx *Tx) error { return tx.Refused(id, try(noon, 550, "")) }), nil, rules.QueueRefused)
	closed(t, db)
}

func TestWhatIsTakenBackStaysAway(t *testing.T) {
	db := opened(t, t.TempDir())
	enqueue(t, db, outgoing("1-1", "anna@kommun.example", noon), outgoing("1-2", "anna@kommun.example", noon))
	update(t, db, func(tx *Tx) error { return tx.Apply(rules.Decision{Cancel: []rules.OutgoingID{"1-1"}}) })
	claim(t, db, noon, 1)
	update(t, db, func(tx *Tx) error { return tx.Apply(rules.Decision{Cancel: []rules.OutgoingID{"1-2"}}) })
	if err := db.Deferred(background, "1-2", try(noon, 451, ""), noon); err != nil {
		t.Fatal(err)
	}
	enqueue(t, db, outgoing("1-1", "anna@kommun.example", noon), outgoing("1-2", "anna@kommun.example", noon))
	if ids := claim(t, db, noon.Add(time.Hour), 9); ids != nil {
		t.Errorf("cancelled rows went out: %v", ids)
	}
	view(t, db, func(tx *Tx) {
		if rows := tx.Queue(QueueFilter{}); len(rows) != 0 {
			t.Errorf("cancelled rows are listed: %v", rows)
		}
		if _, ok := tx.Sent("1-1"); ok {
			t.Error("a cancelled row counts as sent")
		}
		for range tx.scan(wires, nil, nil) {
			t.Error("the bytes of a cancelled mail are kept")
		}
	})
	closed(t, db)
}

func TestQueueLists(t *testing.T) {
	db := opened(t, t.TempDir())
	for i := range 6 {
		o := outgoing(fmt.Sprintf("%d-1", i+1), fmt.Sprintf("a%d@kommun.example", i%2), noon.Add(time.Duration(i)*time.Minute))
		o.Ticket = rules.TicketID(i + 1)
		if i == 5 {
			o.Kind = rules.OutReply
		}
		enqueue(t, db, o)
	}
	claim(t, db, noon, 1)
	if err := db.Sent(background, "1-1", try(noon.Add(150*time.Second), 250, "")); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		f    QueueFilter
		want string
	}{
		"all":    {QueueFilter{}, "6-1 5-1 4-1 1-1 3-1 2-1"},
		"two":    {QueueFilter{Limit: 2}, "6-1 5-1"},
		"state":  {QueueFilter{State: rules.QueueSent}, "1-1"},
		"to":     {QueueFilter{To: "a1@kommun.example"}, "6-1 4-1 2-1"},
		"ticket": {QueueFilter{Ticket: 3}, "3-1"},
		"kind":   {QueueFilter{Kind: rules.OutReply}, "6-1"},
	} {
		view(t, db, func(tx *Tx) {
			var ids []string
			for _, q := range tx.Queue(c.f) {
				ids = append(ids, string(q.ID))
			}
			if got := strings.Join(ids, " "); got != c.want {
				t.Errorf("%s: %s, want %s", what, got, c.want)
			}
		})
	}
	s, err := db.Stats(t.Context())
	if err != nil || s.Queue[rules.QueueWaiting] != 5 || s.Queue[rules.QueueSent] != 1 || !s.OldestQueued.Equal(noon.Add(time.Minute)) {
		t.Errorf("Stats: %+v, %v", s, err)
	}
}
