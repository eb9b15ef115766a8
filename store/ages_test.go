package store

import (
	"testing"
	"time"

	"aboveline.example/rules"
)

// TestAges: what waits for a person is not what waits to be sent, however much of it there is.
func TestAges(t *testing.T) {
	db := opened(t, t.TempDir())
	want := func(w Ages) {
		t.Helper()
		if got, err := db.Ages(t.Context()); err != nil || !got.Waiting.Equal(w.Waiting) || !got.Held.Equal(w.Held) || !got.Parked.Equal(w.Parked) {
			t.Errorf("%+v, %v; want %+v", got, err, w)
		}
	}
	want(Ages{})
	held := outgoing("1-1", "anna@kommun.example", noon)
	held.Hold = rules.ReasonBudget
	enqueue(t, db, held)
	want(Ages{})
	enqueue(t, db, outgoing("1-2", "bo@kommun.example", noon.Add(time.Minute)), outgoing("1-3", "bo@kommun.example", noon.Add(time.Hour)))
	want(Ages{Waiting: noon.Add(time.Minute)})
	claim(t, db, noon.Add(time.Minute), 1)
	want(Ages{Waiting: noon.Add(time.Minute)}) // being sent is not yet sent
	if err := db.Sent(t.Context(), "1-2", try(noon, 250, "ok")); err != nil {
		t.Fatal(err)
	}
	want(Ages{Waiting: noon.Add(time.Hour)})
	update(t, db, func(tx *Tx) error {
		return tx.Park(rules.Parked{ID: tx.NewMail(), At: noon.Add(time.Second)})
	})
	update(t, db, func(tx *Tx) error {
		return tx.Apply(rules.Decision{Held: []rules.Held{{ID: 7, At: noon.Add(2 * time.Second)}}})
	})
	want(Ages{Waiting: noon.Add(time.Hour), Held: noon.Add(2 * time.Second), Parked: noon.Add(time.Second)})
	closed(t, db)
}
