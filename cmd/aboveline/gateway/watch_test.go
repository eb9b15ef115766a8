package gateway

import (
	"errors"
	"testing"
	"time"

	"aboveline.example/rules"
	"aboveline.example/rules/outage"
	"aboveline.example/store"
)

// recorder is a detector that remembers what it was shown and how.
type recorder struct {
	seen  []rules.Report
	ahead int // of them, with their text read before
}

func (r *recorder) Sight(report rules.Report) rules.Sighting {
	r.seen = append(r.seen, report)
	return rules.Sighting{}
}

func (r *recorder) See(report rules.Report, _ outage.Reading) rules.Sighting {
	r.ahead++
	return r.Sight(report)
}

// A call that fails after the watch saw its report leaves nothing behind: the next call of the very same batch, which
// may be given the same mail number, is answered by a watch that was told anew.
func TestFailedCallLeavesWatchAsItWas(t *testing.T) {
	var made []*recorder
	w := newWatch(func() detector {
		made = append(made, &recorder{})
		return made[len(made)-1]
	})
	db := openStore(t)
	failure := errors.New("no")
	look := func(tx *store.Tx, result func() error) error {
		return w.during(tx, func() error {
			lookup{Tx: tx, watch: w}.Sight(rules.Report{Mail: 5, At: time.Now()})
			return result()
		})
	}
	fail := func() error { return failure }
	keep := func() error { return nil }
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		if err := look(tx, fail); !errors.Is(err, failure) {
			t.Errorf("during = %v, want the call's error", err)
		}
		if err := look(tx, keep); err != nil {
			t.Error(err)
		}
		func() {
			defer func() { _ = recover() }()
			_ = look(tx, func() error { panic("broken") })
		}()
		if err := w.during(tx, fail); !errors.Is(err, failure) { // never asked the watch
			t.Error(err)
		}
		if err := look(tx, keep); err != nil {
			t.Error(err)
		}
		return look(tx, keep)
	}); err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, r := range made {
		got = append(got, len(r.seen))
	}
	// One watch saw the call that failed; the second the one after it and the one that broke; the third the rest.
	if len(got) != 3 || got[0] != 1 || got[1] != 2 || got[2] != 2 {
		t.Errorf("reports seen by each watch = %v, want [1 2 2]", got)
	}
}

// What is read before the transaction serves where rules ask about the same words, and only there.
func TestMatterIsReadAhead(t *testing.T) {
	saw := &recorder{}
	g := &Gateway{watch: newWatch(func() detector { return saw })}
	db := openStore(t)
	d := &rules.Desk{}
	m := &rules.Mail{Kind: rules.KindHuman, From: rules.Mailbox{Name: "Åsa Öberg", Address: "asa@kommun.example"},
		Subject: "Re: Utskrift", Words: "Skrivaren i rum 12 skriver inte ut."}
	asked := d.Matter(m)
	asked.Mail, asked.Proven = 7, true
	other := asked
	other.Mail, other.Person = 8, "kari@kommune.example" // forwarded: staff wrote the mail, and the matter is another's
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		l := lookup{tx, g.watch, g.foresee(d, m)}
		l.Sight(asked)
		l.Sight(other)
		answer := *m
		answer.InReplyTo = []rules.MessageID{"<1@kommun.example>"}
		lookup{tx, g.watch, g.foresee(d, &answer)}.Sight(asked)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(saw.seen) != 3 || saw.ahead != 1 {
		t.Errorf("%d of %d reports were read ahead, want 1 of 3", saw.ahead, len(saw.seen))
	}
}

func openStore(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
