package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"aboveline.example/rules"
)

var growTo = flag.Int("grow", 20_000, "how many tickets the large store of BenchmarkGrowth holds")

// words makes text that compresses as prose does: some two thousand words, a few of them common.
type words struct {
	*rand.Zipf
	rand *rand.Rand
	list []string
}

func newWords(seed uint64) *words {
	r := rand.New(rand.NewPCG(seed, 1))
	w := &words{rand: r, Zipf: rand.NewZipf(r, 1.2, 8, 1999)}
	same := rand.New(rand.NewPCG(7, 7))
	for range 2000 {
		b := make([]byte, 2+same.IntN(9))
		for i := range b {
			b[i] = "etaoinshrdlucmfwypvbgkåäö"[same.IntN(22)]
		}
		w.list = append(w.list, string(b))
	}
	return w
}

func (w *words) text(size int) string {
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(w.list[w.Uint64()])
		if b.WriteByte(' '); w.rand.IntN(12) == 0 {
			b.WriteString("\r\n")
		}
	}
	return b.String()[:size]
}

const unitSize = 4096

// unit is what one new ticket needs, made before the clock runs.
type unit struct {
	n    int
	raw  []byte
	text string
	wire string
	from rules.Mailbox
	at   time.Time
}

func newUnit(w *words, n int) unit {
	u := unit{n: n, at: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Second)}
	u.from = rules.Mailbox{
		Name:    w.list[n%2000] + " " + w.list[(n/7)%2000],
		Address: rules.Address(fmt.Sprintf("person%d@org%d.example", w.rand.IntN(1<<20), w.rand.IntN(500))),
	}
	head := fmt.Sprintf("From: %s <%s>\r\nTo: support@desk.example\r\nSubject: %s\r\nMessage-ID: <%x@%s>\r\n"+
		"Date: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n", u.from.Name, u.from.Address,
		w.text(40), w.rand.Uint64(), u.from.Address.Domain(), u.at.Format(time.RFC1123Z))
	u.text = w.text(unitSize - len(head))
	u.raw = []byte(head + u.text)
	u.wire = strings.Replace(head, "support@", "anna@", 1) + "We have your mail; its number is below.\r\n" + w.text(600)
	return u
}

// keep is the transaction of one new ticket: raw mail, ledger, ticket, entries, references, dedupe key, budget, and a
// confirmation in the outbox.
func (u *unit) keep(tx *Tx) error {
	mail, id := tx.NewMail(), tx.NextTicket()
	key := rules.DedupeKey(sha256.Sum256(u.raw))
	if _, ok := tx.Seen(key); ok {
		return nil
	}
	msg := rules.MessageID(fmt.Sprintf("%x@%s", key[:8], u.from.Address.Domain()))
	ours := rules.MessageID(fmt.Sprintf("%x@desk.example", key[8:24]))
	out := rules.OutgoingID(fmt.Sprintf("%d-1", id))
	reasons := []rules.Reason{{Code: "new-ticket"}, {Code: "trust-verified", Subject: u.from.Address.Domain()}}
	d := rules.Decision{
		Disposition: rules.Disposition{Mail: mail, At: u.at, Kind: rules.DisposedNew, Ticket: id, Entry: 1, Door: "smtp",
			From: u.from.Address, Subject: u.text[:40], MessageID: msg, Raw: tx.PutBlob(u.raw), Size: int64(len(u.raw)),
			Envelope: rules.Envelope{From: string(u.from.Address), To: []string{"support@desk.example"}, Door: "smtp",
				Peer: "192.0.2.7", Helo: "mx." + u.from.Address.Domain(), TLS: true}, Reasons: reasons},
		Key: key,
		Tickets: []rules.Ticket{{ID: id, Subject: u.text[:40], Status: rules.StatusNew, Requester: u.from,
			Participants: []rules.Participant{{Mailbox: u.from, Role: rules.RoleRequester, Language: "sv", Since: u.at,
				Verified: true}},
			Threads: []rules.Thread{{Audience: rules.AudienceRequester, Party: u.from.Address,
				References: []rules.MessageID{msg, ours}}, {Audience: rules.AudienceStaff}},
			Language: "sv", Created: u.at, Updated: u.at, Messages: 1, Entries: 2, Sent: 1}},
		Entries: []rules.Entry{
			{Ticket: id, Seq: 1, At: u.at, Kind: rules.EntryMailIn, Who: string(u.from.Address), Name: u.from.Name,
				Trust: rules.TrustVerified, Text: u.text, Reasons: reasons, MessageID: msg, Mail: mail},
			{Ticket: id, Seq: 2, At: u.at, Kind: rules.EntryMailOut, Who: rules.Self, MessageID: ours, Outgoing: out,
				Reasons: reasons[:1]}},
		Messages: []rules.MessageRef{{ID: msg, Ticket: id, Author: u.from.Address}, {ID: ours, Ticket: id}},
		Spend:    []rules.Spend{{Key: rules.BudgetKey("outside " + u.from.Address), At: u.at}, {Key: "gateway", At: u.at}},
	}
	if err := tx.Apply(d); err != nil {
		return err
	}
	return tx.Enqueue(rules.Outgoing{ID: out, Ticket: id, Kind: rules.OutConfirmation,
		Template: rules.TemplateConfirmation, Budget: rules.ClassOutside, To: u.from, Role: rules.RoleRequester,
		Language: "sv", From: rules.Mailbox{Name: "Support", Address: "support@desk.example"}, Date: u.at,
		MessageID: ours, InReplyTo: msg, References: []rules.MessageID{msg}, Auto: rules.AutoReplied,
		Subject: fmt.Sprintf("[OMD-%d] %s", id, u.text[:40]),
		Facts:   rules.Facts{Number: fmt.Sprintf("OMD-%d", id), Status: rules.StatusNew, Created: u.at, Requester: u.from},
	}, []rules.Piece{{Text: []byte(u.wire)}})
}

// bareKeep is the same amount of data for the library alone: one value each for mail, ticket, thread and queue, two
// index keys and a duplicate check. It is what PERFORMANCE calls a ticket unit.
func (u *unit) bareKeep(tx *bolt.Tx, n uint64) error {
	key := sha256.Sum256(u.raw)
	if tx.Bucket([]byte("ids")).Get(key[:]) != nil {
		return nil
	}
	seq := binary.BigEndian.AppendUint64(nil, n)
	for name, v := range map[string][]byte{"raw": u.raw, "ticket": u.raw[:400], "thread": u.raw[:200], "queue": u.raw[:900]} {
		if err := tx.Bucket([]byte(name)).Put(seq, v); err != nil {
			return err
		}
	}
	return tx.Bucket([]byte("ids")).Put(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(nil, uint32(n>>16)),
		binary.BigEndian.Uint64(key[:])), seq)
}

// parallel runs do from so many goroutines until b.N are done.
func parallel(b *testing.B, writers int, do func(w *words, n int) error) {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for i := range writers {
		wg.Go(func() {
			w := newWords(uint64(i) + 100)
			for n := int(next.Add(1)); n <= b.N; n = int(next.Add(1)) {
				if err := do(w, n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tickets/s")
}

// BenchmarkApply keeps new tickets, beside the library alone with as much data ("bare").
func BenchmarkApply(b *testing.B) {
	for _, writers := range []int{1, 16, 128} {
		b.Run(fmt.Sprintf("store/%d", writers), func(b *testing.B) {
			db := openBench(b, b.TempDir())
			parallel(b, writers, func(w *words, n int) error {
				u := newUnit(w, n)
				return db.Update(context.Background(), u.keep)
			})
			b.ReportMetric(float64(fileSize(b, db))/float64(b.N), "B/ticket")
		})
		b.Run(fmt.Sprintf("bare/%d", writers), func(b *testing.B) { benchBare(b, writers) })
	}
}

// benchBare commits ticket units with the library alone, by the same kind of group commit.
func benchBare(b *testing.B, writers int) {
	db, err := bolt.Open(filepath.Join(b.TempDir(), "bare.db"), 0o600, boltOptions(false))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *bolt.Tx) error {
		for _, name := range []string{"raw", "ticket", "thread", "queue", "ids"} {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	type call struct {
		u    unit
		n    int
		done chan error
	}
	calls := make(chan call, batchMax)
	defer close(calls)
	go func() {
		for c := range calls {
			batch := []call{c}
			for len(batch) < batchMax && len(calls) > 0 {
				batch = append(batch, <-calls)
			}
			err := db.Update(func(tx *bolt.Tx) error {
				for _, c := range batch {
					if err := c.u.bareKeep(tx, uint64(c.n)); err != nil {
						return err
					}
				}
				return nil
			})
			for _, c := range batch {
				c.done <- err
			}
		}
	}()
	parallel(b, writers, func(w *words, n int) error {
		c := call{newUnit(w, n), n, make(chan error, 1)}
		calls <- c
		return <-c.done
	})
}

func openBench(b *testing.B, dir string) *DB {
	b.Helper()
	db, err := Open(dir, Options{OnFatal: func(err error) { b.Error(err) }})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

func fileSize(b *testing.B, db *DB) int64 {
	b.Helper()
	s, err := db.Stats(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	return s.FileBytes
}

// fill keeps tickets until there are so many.
func fill(b *testing.B, db *DB, to int) {
	b.Helper()
	w := newWords(3)
	for n := 0; n < to; n += 500 {
		if err := db.Update(context.Background(), func(tx *Tx) error {
			for i := range 500 {
				u := newUnit(w, n+i)
				if err := u.keep(tx); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGrowth compares a ticket's cost in a small store with that in a large one, in turns, so that a disk that
// changes its mood does so for both. -grow=1000000 is the real thing.
func BenchmarkGrowth(b *testing.B) {
	small, large := openBench(b, b.TempDir()), openBench(b, b.TempDir())
	fill(b, small, 10_000)
	fill(b, large, *growTo)
	b.ReportMetric(float64(fileSize(b, large))/float64(*growTo), "B/ticket")
	for _, writers := range []int{1, 16, 128} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			var took [2]time.Duration
			for round := range 10 {
				for i, db := range []*DB{small, large} {
					start := time.Now()
					parallelN(b, writers, max(b.N/10, 1), func(w *words, n int) error {
						u := newUnit(w, *growTo+round*b.N+n)
						return db.Update(context.Background(), u.keep)
					})
					took[i] += time.Since(start)
				}
			}
			b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "large/small")
		})
	}
}

func parallelN(b *testing.B, writers, total int, do func(w *words, n int) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			w := newWords(uint64(time.Now().UnixNano()) + uint64(i))
			for n := int(next.Add(1)); n <= total; n = int(next.Add(1)) {
				if err := do(w, n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkOpen is a start with -grow tickets.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	db, err := Open(dir, Options{})
	if err != nil {
		b.Fatal(err)
	}
	fill(b, db, *growTo)
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		db, err := Open(dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		db.Close()
	}
}

// BenchmarkPack compresses a mail, and a record of the usual length.
func BenchmarkPack(b *testing.B) {
	u := newUnit(newWords(1), 1)
	for name, v := range map[string][]byte{"mail": u.raw, "short": u.raw[:300]} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(v)))
			for b.Loop() {
				pack(v)
			}
			b.ReportMetric(float64(len(pack(v)))/float64(len(v)), "ratio")
		})
	}
}
