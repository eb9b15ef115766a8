package gateway

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// canaryNoise is a file that does not compress, with a mark in it that is then seen as it stands in the store's files.
func canaryNoise(mark string) []byte {
	var b []byte
	for i := range 40 {
		sum := sha256.Sum256([]byte{byte(i)})
		b = append(b, sum[:]...)
	}
	return append(b, mark...)
}

// onDisk counts a mark in every file of a directory.
func onDisk(t *testing.T, dir, mark string) (n int) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		n += bytes.Count(b, []byte(mark))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRedactReachesTheDisk sends words and a file, has them relayed, answered with a quote and asked for again, and
// removes them by mail: nothing that can be asked shows them, and no file of the store holds them an hour later
// (THREATS T25).
func TestRedactReachesTheDisk(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const mark, word = "NOISE-4711-NOISE", "kanariefagel"
		w := newTown(t)
		h := w.loopDesk("a", "vendor@v.example", "1h", "")
		dir := h.life().db.Dir()
		if err := h.sendBySMTP(letter{from: "Åsa Öberg <asa@k.example>", to: h.address, subject: "Hjälp", id: "first@k.example",
			body: "My password is " + word + " and the login fails.", proof: "pass", pictures: []drawing{{name: "x.png", png: canaryNoise(mark)}}}); err != nil {
			t.Fatal(err)
		}
		h.answerNewest("anna@a.example", "/report Vendor\n\nWe look into it.")
		h.answerNewest("asa@k.example", "Thank you, but: my password is "+word+" and the login fails.\nHurry.")
		h.answerNewest("anna@a.example", "/full")
		if onDisk(t, dir, mark) == 0 {
			t.Fatal("the file is nowhere to begin with, which shows nothing")
		}
		h.answerNewest("anna@a.example", "/redact 1 a password in clear")
		time.Sleep(time.Hour - time.Minute)
		synctest.Wait()
		if n := onDisk(t, dir, mark); n != 0 {
			t.Errorf("the file is still %d times in the store's files", n)
		}
		h.view(func(tx *store.Tx) {
			var all []any
			tk, _ := tx.Ticket(1)
			all = append(all, admin.View{Prefix: "T", Zone: time.UTC}.Ticket(tk, tx.Entries(1)))
			for _, d := range tx.Dispositions(0, 100) {
				all = append(all, d)
				if b, err := tx.Blob(d.Raw); err == nil && bytes.Contains(b, []byte(word)) {
					t.Errorf("mail %d still has the words", d.Mail)
				}
			}
			kept := false
			for _, e := range tx.Entries(1) {
				kept = kept || bytes.Contains([]byte(e.Text), []byte("Hurry."))
			}
			if !kept {
				t.Error("what stood beside the quote is gone, too")
			}
			for _, q := range tx.Queue(store.QueueFilter{Limit: 100}) {
				all = append(all, q)
			}
			if found := tx.Tickets(store.TicketFilter{Text: word}, 10); len(found) != 0 {
				t.Error("the ticket is still found by the words")
			}
			for _, v := range all {
				if b := asJSON(t, v); bytes.Contains(b, []byte(word)) {
					t.Errorf("the words are still shown: %.2000s", b)
				}
			}
			var why bool
			for _, e := range tx.Entries(1) {
				for _, r := range e.Reasons {
					why = why || r == rules.Reason{Code: rules.ReasonCommand, Subject: "/redact 1 a password in clear"} && e.Who == "anna@a.example"
				}
			}
			if !why {
				t.Error("nothing says who removed it, and why")
			}
		})
		h.check(t)
	})
}
