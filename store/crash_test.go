package store

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"aboveline.example/rules"
)

var kills = flag.Int("kill", 3, "how often TestKilledUnderLoad kills its child")

const crashDir = "ABOVELINE_STORE_CRASH_DIR"

// TestMain is also the child of TestKilledUnderLoad.
func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		crashChild(dir)
		return
	}
	os.Exit(m.Run())
}

// crashChild takes mails, sends them and tells each step on standard output AFTER the store said it is kept. It runs
// until it is killed.
func crashChild(dir string) {
	db, err := Open(dir, Options{})
	if err == nil {
		err = db.Requeue(background)
	}
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	var out sync.Mutex
	say := func(format string, args ...any) {
		out.Lock()
		defer out.Unlock()
		fmt.Printf(format+"\n", args...)
	}
	start := time.Now().UnixNano()
	for w := range 8 {
		go func() {
			r := rand.New(rand.NewPCG(uint64(start), uint64(w)))
			for i := 0; ; i++ {
				text := fmt.Sprintf("%d-%d-%d %s", start, w, i, strings.Repeat("x", r.IntN(5000)))
				if i%16 == 0 {
					text += strings.Repeat("y", InlineMax)
				}
				id, err := takeIn(db, text)
				if err != nil {
					say("error %v", err)
				}
				say("kept %d %s", id, blobID([]byte(text)))
			}
		}()
	}
	for {
		rows, err := db.Claim(background, time.Now(), time.Minute, 4)
		if err != nil {
			say("error %v", err)
		}
		for _, q := range rows {
			// What a peer sees, before anything is recorded.
			say("peer %s %d %s", q.ID, q.Attempts, q.Wire[0].Text)
			if err := db.Sent(background, q.ID, rules.Attempt{At: time.Now()}); err != nil {
				say("error %v", err)
			}
			say("sent %s", q.ID)
		}
	}
}

// takeIn is what a gateway does with a mail: bytes, ticket, entry and answer in one transaction.
func takeIn(db *DB, text string) (mail rules.MailID, err error) {
	if len(text) > InlineMax {
		if _, err := db.PutBlob(background, []byte(text)); err != nil {
			return 0, err
		}
	}
	now := time.Now()
	err = db.Update(background, func(tx *Tx) error {
		mail = tx.NewMail()
		id := tx.NextTicket()
		key := rules.DedupeKey{}
		copy(key[:], text)
		if err := tx.Apply(rules.Decision{
			Disposition: rules.Disposition{Mail: mail, Kind: rules.DisposedNew, Ticket: id, Raw: tx.PutBlob([]byte(text))},
			Key:         key,
			Tickets:     []rules.Ticket{{ID: id, Status: rules.StatusNew, Updated: now, Requester: mailbox("a@kommun.example")}},
			Entries:     []rules.Entry{{Ticket: id, Seq: 1, Text: text}},
			Dues:        []rules.Due{{Key: fmt.Sprint("close:", id%50), At: now}},
		}); err != nil {
			return err
		}
		return tx.Enqueue(rules.Outgoing{ID: rules.OutgoingID(fmt.Sprintf("%d-1", id)), Ticket: id, Date: now,
			To: mailbox("a@kommun.example")}, []rules.Piece{{Text: fmt.Appendf(nil, "mail-%d", mail)}})
	})
	return mail, err
}

// Whatever was told before a kill -9 is there after it: each mail once, with its bytes; each answer went out, twice
// at most when the kill fell between the peer's word and our record.
func TestKilledUnderLoad(t *testing.T) {
	dir := t.TempDir()
	kept := map[rules.MailID]rules.BlobID{}
	wires, peer, sent := map[string]string{}, map[string]int{}, map[string]bool{}
	for round := range *kills {
		for _, line := range killOne(t, dir, time.Duration(50+rand.IntN(300))*time.Millisecond) {
			var id rules.MailID
			var blob, row, wire string
			var attempt int
			switch {
			case scan(line, "kept %d %s", &id, &blob):
				if old, twice := kept[id]; twice {
					t.Fatalf("mail %d was numbered twice: %s, %s", id, old, blob)
				}
				kept[id] = rules.BlobID(blob)
			case scan(line, "peer %s %d %s", &row, &attempt, &wire):
				if peer[row]++; wires[row] != "" && wires[row] != wire {
					t.Fatalf("row %s went out as %q and %q", row, wires[row], wire)
				}
				wires[row] = wire
				if sent[row] {
					t.Fatalf("row %s went out again after it was recorded as sent", row)
				}
			case scan(line, "sent %s", &row):
				sent[row] = true
			default:
				t.Fatalf("child says %q", line)
			}
		}
		if round%10 == 9 || round == *kills-1 {
			if err := Check(dir); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(kept) == 0 || len(sent) == 0 {
		t.Fatalf("the children kept %d mails and sent %d: they were killed before they did anything", len(kept), len(sent))
	}
	survivors(t, dir, kept, sent)
	twice := 0
	for _, n := range peer {
		if n > 1 {
			twice++
		}
	}
	t.Logf("%d kills, %d mails kept, %d sent, %d of them twice", *kills, len(kept), len(sent), twice)
	if twice > 4**kills {
		t.Errorf("%d mails went out twice, more than were under way", twice)
	}
}

func scan(line, format string, into ...any) bool {
	n, err := fmt.Sscanf(line, format, into...)
	return err == nil && n == len(into)
}

// killOne runs a child, kills it after a while and returns the whole lines that it said.
func killOne(t *testing.T, dir string, after time.Duration) []string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	var out, errs bytes.Buffer
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// The clock starts with the first word, so that a slow machine does not kill what has not begun.
	r := bufio.NewReader(pipe)
	first, err := r.ReadString('\n')
	out.WriteString(first)
	timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
	defer timer.Stop()
	if err == nil {
		_, _ = out.ReadFrom(r)
	}
	if err := cmd.Wait(); err == nil || errs.Len() > 0 {
		t.Fatalf("child ended by itself: %v\n%s%s", err, first, errs.String())
	}
	text := out.String()
	return strings.Split(strings.TrimSuffix(text[:strings.LastIndexByte(text, '\n')+1], "\n"), "\n")
}

// survivors compares what was told with what is there.
func survivors(t *testing.T, dir string, kept map[rules.MailID]rules.BlobID, sent map[string]bool) {
	t.Helper()
	db := opened(t, dir)
	view(t, db, func(tx *Tx) {
		tickets := map[rules.TicketID]bool{}
		for id, raw := range kept {
			d, ok := tx.Disposition(id)
			if !ok || d.Raw != raw || tickets[d.Ticket] {
				t.Fatalf("mail %d: there %v, blob %.8s want %.8s, ticket %d taken %v", id, ok, d.Raw, raw, d.Ticket, tickets[d.Ticket])
			}
			tickets[d.Ticket] = true
			b, err := tx.Blob(raw)
			es := tx.Entries(d.Ticket)
			if err != nil || len(es) != 1 || es[0].Text != string(b) {
				t.Fatalf("mail %d: %v, %d entries", id, err, len(es))
			}
		}
		for row := range sent {
			if q, ok := tx.Sent(rules.OutgoingID(row)); !ok || q.State != rules.QueueSent {
				t.Errorf("row %s was recorded as sent and is %q", row, q.State)
			}
		}
	})
}
