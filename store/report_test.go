package store

import (
	"crypto/rand"
	"encoding/hex"
	"testing"
	"time"

	"aboveline.example/rules"
)

// TestReportsComeBackInOrder: the watch is told again after a restart what it was told before, and only what is new
// enough to matter.
func TestReportsComeBackInOrder(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(dir+"/data", Options{})
	if err != nil {
		t.Fatal(err)
	}
	// Noise, so that a report lies in several pieces however well it compresses.
	noise := make([]byte, 3*pieceSize)
	rand.Read(noise)
	long := hex.EncodeToString(noise)
	at := time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	for _, minutes := range []int{20, 0, 10} {
		r := rules.Report{Mail: rules.MailID(minutes + 1), At: at.Add(time.Duration(minutes) * time.Minute), Words: long}
		if err := db.Update(t.Context(), func(tx *Tx) error { return tx.Apply(rules.Decision{Reports: []rules.Report{r}}) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = Open(dir+"/data", Options{}); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var got []rules.MailID
	err = db.View(t.Context(), func(tx *Tx) error {
		tx.Reports(at.Add(5*time.Minute), func(r rules.Report) bool {
			got = append(got, r.Mail)
			if r.Words != long {
				t.Errorf("report of mail %d came back as %d bytes", r.Mail, len(r.Words))
			}
			return true
		})
		return nil
	})
	if err != nil || len(got) != 2 || got[0] != 11 || got[1] != 21 {
		t.Errorf("reports since 09:05: %v, %v, want 11 and 21", got, err)
	}
}
