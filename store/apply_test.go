package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"aboveline.example/rules"
)

func apply(t testing.TB, db *DB, ds ...rules.Decision) {
	t.Helper()
	update(t, db, func(tx *Tx) error {
		for _, d := range ds {
			if err := tx.Apply(d); err != nil {
				return err
			}
		}
		return nil
	})
}

// numbered gives out so many mail numbers.
func numbered(t testing.TB, db *DB, n int) {
	t.Helper()
	update(t, db, func(tx *Tx) error {
		for range n {
			tx.NewMail()
		}
		return nil
	})
}

func TestOneDispositionForEachMail(t *testing.T) {
	db := opened(t, t.TempDir())
	numbered(t, db, 3)
	key := rules.DedupeKey{1, 2, 3}
	first := rules.Decision{Disposition: rules.Disposition{Mail: 1, Kind: rules.DisposedNew, Ticket: 7, At: noon}, Key: key}
	apply(t, db, first, first) // the same again is no change
	err := db.Update(t.Context(), func(tx *Tx) error {
		return tx.Apply(rules.Decision{Disposition: rules.Disposition{Mail: 1, Kind: rules.DisposedHeld}})
	})
	if !errors.Is(err, ErrWritten) {
		t.Errorf("a second disposition: %v, want ErrWritten", err)
	}
	if err := db.Update(t.Context(), func(tx *Tx) error {
		return tx.Apply(rules.Decision{Disposition: rules.Disposition{Mail: 99, Kind: rules.DisposedNew}})
	}); err == nil {
		t.Error("a mail that was never numbered has a disposition")
	}
	// The second copy repeats the first, which stays the one that is found.
	apply(t, db, rules.Decision{Disposition: rules.Disposition{Mail: 2, Kind: rules.DisposedDuplicate, Of: 1}, Key: key})
	// A held mail is let in: it gets its disposition then.
	apply(t, db,
		rules.Decision{Disposition: rules.Disposition{Mail: 3, Kind: rules.DisposedHeld}, Key: rules.DedupeKey{3},
			Held: []rules.Held{{ID: 3, Ticket: 7, Subject: "let me in"}}},
		rules.Decision{Disposition: rules.Disposition{Mail: 3, Kind: rules.DisposedEntry, Ticket: 7}, Key: rules.DedupeKey{3},
			Released: []rules.HeldID{3}})
	update(t, db, func(tx *Tx) error {
		if id := tx.RecordRefused(rules.Disposition{Reply: "550 no"}); id != 4 {
			t.Errorf("refused mail is number %d, want 4", id)
		}
		return nil
	})
	view(t, db, func(tx *Tx) {
		if s, ok := tx.Seen(key); !ok || s != (rules.Seen{Mail: 1, Ticket: 7}) {
			t.Errorf("Seen = %+v, %v", s, ok)
		}
		if s, _ := tx.Seen(rules.DedupeKey{3}); s != (rules.Seen{Mail: 3, Ticket: 7}) {
			t.Errorf("Seen of the mail that was let in = %+v", s)
		}
		if _, ok := tx.Seen(rules.DedupeKey{9}); ok {
			t.Error("a mail that never came was seen")
		}
		var kinds []string
		for _, d := range tx.Dispositions(1, 2) {
			kinds = append(kinds, fmt.Sprint(d.Mail, d.Kind))
		}
		if got := strings.Join(kinds, " "); got != "2duplicate 3entry" {
			t.Errorf("Dispositions(1, 2) = %s", got)
		}
		if _, ok := tx.Held(3); ok || len(tx.HeldOn(7)) != 0 {
			t.Error("the mail is still held")
		}
	})
	s, err := db.Stats(t.Context())
	if err != nil || s.Mails[rules.DisposedHeld] != 0 || s.Mails[rules.DisposedEntry] != 1 || s.Mails[rules.DisposedRefused] != 1 || s.Held != 0 {
		t.Errorf("Stats: %+v, %v", s, err)
	}
	closed(t, db)
}

func TestEntriesNeverChange(t *testing.T) {
	db := opened(t, t.TempDir())
	e := rules.Entry{Ticket: 1, Seq: 1, At: noon, Text: strings.Repeat("long ", 5000)}
	apply(t, db, rules.Decision{Entries: []rules.Entry{e, {Ticket: 2, Seq: 1}, {Ticket: 1, Seq: 2}, {Ticket: 256, Seq: 1}}},
		rules.Decision{Entries: []rules.Entry{e}})
	e.Text = "something else"
	if err := db.Update(t.Context(), func(tx *Tx) error { return tx.Apply(rules.Decision{Entries: []rules.Entry{e}}) }); !errors.Is(err, ErrWritten) {
		t.Errorf("rewriting an entry: %v, want ErrWritten", err)
	}
	view(t, db, func(tx *Tx) {
		es := tx.Entries(1)
		if len(es) != 2 || es[0].Seq != 1 || es[1].Seq != 2 || len(es[0].Text) != 25000 {
			t.Errorf("Entries(1): %d of them", len(es))
		}
		if _, ok := tx.Entry(1, 3); ok {
			t.Error("an entry that was never written")
		}
	})
	closed(t, db)
}

func TestTicketFilters(t *testing.T) {
	db := opened(t, t.TempDir())
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	a := ticket(1, rules.StatusNew, "anna@kommun.example", at(1))
	b := ticket(2, rules.StatusOpen, "bo@kommun.example", at(2))
	c := ticket(3, rules.StatusOpen, "anna@kommun.example", at(3))
	d := ticket(4, rules.StatusClosed, "", at(4))
	e := ticket(5, rules.StatusNew, "anna@kommun.example", at(5))
	b.Tags, b.Category, b.Service, b.Priority, b.Type = []string{"Mina sidor - Teknik"}, "Privat", "login", 1, "incident"
	c.Assignee, c.Organisation, c.Outage = "anna ek", "Kommunen", 1
	e.Subject = "BankID krånglar"
	apply(t, db, rules.Decision{Tickets: []rules.Ticket{a, b, c, d, e},
		Entries: []rules.Entry{{Ticket: 4, Seq: 1, Text: "Det är BANKID igen"}},
		Outages: []rules.Outage{{ID: 1, Status: "suspected", Tickets: []rules.TicketID{3}}}})
	a.Updated, a.Status = at(9), rules.StatusResolved
	e.Requester = mailbox("cecilia@kommun.example")
	apply(t, db, rules.Decision{Tickets: []rules.Ticket{a, e}})
	for name, f := range map[string]struct {
		TicketFilter
		want string
	}{
		"all":          {TicketFilter{}, "1 5 4 3 2"},
		"status":       {TicketFilter{Status: rules.StatusOpen}, "3 2"},
		"old status":   {TicketFilter{Status: rules.StatusNew}, "5"},
		"tag":          {TicketFilter{Tag: "mina sidor - teknik"}, "2"},
		"category":     {TicketFilter{Category: "PRIVAT"}, "2"},
		"service":      {TicketFilter{Service: "login"}, "2"},
		"priority":     {TicketFilter{Priority: 1}, "2"},
		"type":         {TicketFilter{Type: "incident"}, "2"},
		"requester":    {TicketFilter{Requester: "anna@kommun.example"}, "1 3"},
		"both":         {TicketFilter{Requester: "anna@kommun.example", Status: rules.StatusOpen}, "3"},
		"moved":        {TicketFilter{Requester: "cecilia@kommun.example"}, "5"},
		"assignee":     {TicketFilter{Assignee: "Anna Ek"}, "3"},
		"organisation": {TicketFilter{Organisation: "kommunen"}, "3"},
		"outage":       {TicketFilter{Outage: 1}, "3"},
		"since":        {TicketFilter{Since: at(4)}, "1 5 4"},
		"since open":   {TicketFilter{Since: at(3), Status: rules.StatusOpen}, "3"},
		"text":         {TicketFilter{Text: "bankid"}, "5 4"},
		"nothing":      {TicketFilter{Text: "skrivare"}, ""},
	} {
		view(t, db, func(tx *Tx) {
			var got []string
			for _, tk := range tx.Tickets(f.TicketFilter, 10) {
				got = append(got, fmt.Sprint(tk.ID))
			}
			if s := strings.Join(got, " "); s != f.want {
				t.Errorf("%s: %q, want %q", name, s, f.want)
			}
		})
	}
	view(t, db, func(tx *Tx) {
		if got := tx.Tickets(TicketFilter{}, 2); len(got) != 2 || got[1].ID != 5 {
			t.Errorf("two of them: %v", got)
		}
		if got := tx.OpenTickets(10); !slices.Equal(got, []rules.TicketID{2, 3, 5}) {
			t.Errorf("OpenTickets = %v", got)
		}
		if got := tx.OpenTickets(1); !slices.Equal(got, []rules.TicketID{2}) {
			t.Errorf("OpenTickets(1) = %v", got)
		}
		if got := tx.LatestTickets(10); !slices.Equal(got, []rules.TicketID{5, 3, 2}) {
			t.Errorf("LatestTickets = %v", got)
		}
		if got := tx.LatestTickets(1); !slices.Equal(got, []rules.TicketID{5}) {
			t.Errorf("LatestTickets(1) = %v", got)
		}
		if got := tx.TicketsOf("anna@kommun.example"); !slices.Equal(got, []rules.TicketID{3, 1}) {
			t.Errorf("TicketsOf = %v", got)
		}
		if n := tx.NextTicket(); n != 6 {
			t.Errorf("NextTicket = %d", n)
		}
	})
	closed(t, db)
}

// Ranges of 65,536: what was written in an older one is still found, and newest first stays newest first.
func TestIndexesAcrossRanges(t *testing.T) {
	db := opened(t, t.TempDir())
	const r = 1 << epochShift
	for i, n := range []uint64{1, r - 1, r, 3*r + 5} {
		update(t, db, func(tx *Tx) error {
			tx.setCounter("mail", n-1)
			mail := tx.NewMail()
			tk := ticket(int(n), rules.StatusNew, "anna@kommun.example", noon)
			return tx.Apply(rules.Decision{
				Disposition: rules.Disposition{Mail: mail, Kind: rules.DisposedNew, Ticket: tk.ID},
				Key:         rules.DedupeKey{byte(i + 1)}, Tickets: []rules.Ticket{tk},
				Messages: []rules.MessageRef{{ID: "same@kommun.example", Ticket: tk.ID}, {ID: "same@kommun.example", Ticket: tk.ID}},
			})
		})
	}
	view(t, db, func(tx *Tx) {
		for i := range 4 {
			if _, ok := tx.Seen(rules.DedupeKey{byte(i + 1)}); !ok {
				t.Errorf("key %d is not found", i)
			}
		}
		if got, want := tx.TicketsOf("anna@kommun.example"), []rules.TicketID{3*r + 5, r, r - 1, 1}; !slices.Equal(got, want) {
			t.Errorf("TicketsOf = %v, want %v", got, want)
		}
		var got []rules.TicketID
		for _, m := range tx.Messages("same@kommun.example") {
			got = append(got, m.Ticket)
		}
		if want := []rules.TicketID{1, r - 1, r, 3*r + 5}; !slices.Equal(got, want) {
			t.Errorf("Messages = %v, want %v", got, want)
		}
		if len(tx.Messages("other@kommun.example")) != 0 {
			t.Error("a message that never came")
		}
	})
	closed(t, db)
}

func TestBudgets(t *testing.T) {
	db := opened(t, t.TempDir())
	spend := func(key rules.BudgetKey, at time.Time) {
		t.Helper()
		apply(t, db, rules.Decision{Spend: []rules.Spend{{Key: key, At: at}}})
	}
	expect := func(key rules.BudgetKey, since time.Time, want int) {
		t.Helper()
		view(t, db, func(tx *Tx) {
			if n := tx.Spent(key, since); n != want {
				t.Errorf("Spent(%s, %s) = %d, want %d", key, since.Format(time.DateTime), n, want)
			}
		})
	}
	midnight := noon.Add(12 * time.Hour)
	for _, at := range []time.Time{noon, noon.Add(time.Minute), noon.Add(time.Hour), midnight.Add(-time.Second), midnight} {
		spend("outside anna@kommun.example", at)
	}
	spend("outside anna@kommun.exampl", noon)
	expect("outside anna@kommun.example", noon, 5)
	expect("outside anna@kommun.example", noon.Add(4*time.Minute), 5) // the step counts whole
	expect("outside anna@kommun.example", noon.Add(5*time.Minute), 3)
	expect("outside anna@kommun.example", midnight.Add(-5*time.Minute), 2)
	expect("outside anna@kommun.example", midnight, 1)
	expect("outside anna@kommun.exampl", noon, 1)
	expect("outside", noon, 0)
	expect("outside anna@kommun.example", time.Time{}, 5)

	// What is older than every budget goes as new uses come; what a clock run wild left goes, too.
	spend("outside bo@kommun.example", noon.AddDate(10, 0, 0))
	expect("outside bo@kommun.example", noon, 1)
	spend("gateway", noon.Add(spendKept+48*time.Hour))
	expect("outside anna@kommun.example", time.Time{}, 0)
	expect("outside bo@kommun.example", noon, 0)
	expect("gateway", noon, 1)
	closed(t, db)
}

func TestDues(t *testing.T) {
	db := opened(t, t.TempDir())
	due := func(key string, minutes int) rules.Due {
		return rules.Due{Key: key, At: noon.Add(time.Duration(minutes) * time.Minute), Kind: rules.DueClose}
	}
	apply(t, db, rules.Decision{Dues: []rules.Due{due("a", 1), due("b", 2), due("c", 3), due("d", 4)}},
		rules.Decision{Dues: []rules.Due{due("a", 5), {Key: "d"}}},                                       // one is moved, one cleared
		rules.Decision{Forget: []rules.Due{due("a", 1), due("b", 2), due("none", 1)}},                    // a was moved after it came
		rules.Decision{Forget: []rules.Due{due("c", 3)}, Dues: []rules.Due{due("c", 60), due("e", -10)}}) // answered and set anew
	view(t, db, func(tx *Tx) {
		var keys []string
		for _, d := range tx.DuesBefore(noon.Add(time.Hour), 10) {
			keys = append(keys, d.Key)
		}
		if got := strings.Join(keys, " "); got != "e a c" {
			t.Errorf("due: %s, want e a c", got)
		}
		if n := len(tx.DuesBefore(noon.Add(time.Hour), 2)); n != 2 {
			t.Errorf("%d dues, want 2", n)
		}
		if n := len(tx.DuesBefore(noon.Add(5*time.Minute), 10)); n != 2 {
			t.Errorf("%d dues until 12:05, want 2", n)
		}
		if next := tx.NextDue(); !next.Equal(noon.Add(-10 * time.Minute)) {
			t.Errorf("NextDue = %v", next)
		}
	})
	closed(t, db)
}

func TestOutagesHeldParkedBad(t *testing.T) {
	db := opened(t, t.TempDir())
	numbered(t, db, 3)
	apply(t, db, rules.Decision{
		Outages: []rules.Outage{{ID: 1, Status: "suspected"}, {ID: 2, Status: "reported"}, {ID: 3, Status: "dismissed"}},
		Held:    []rules.Held{{ID: 1, Ticket: 5, At: noon}, {ID: 2, Ticket: 5}, {ID: 3, Ticket: 6}},
		Bad:     []rules.BadAddress{{Address: "gone@kommun.example", Reply: rules.Reply{Code: 550}}},
	}, rules.Decision{
		Outages: []rules.Outage{{ID: 1, Status: "solved"}},
		Held:    []rules.Held{{ID: 2, Ticket: 6}}, // moved to the other ticket
	})
	update(t, db, func(tx *Tx) error {
		return tx.Park(rules.Parked{ID: 2, At: noon, Bytes: []byte("what broke it"), Error: "panic"})
	})
	view(t, db, func(tx *Tx) {
		if o := tx.OpenOutages(); len(o) != 1 || o[0].ID != 2 || tx.NextOutage() != 4 || len(tx.Outages(10)) != 3 {
			t.Errorf("open: %v, next %d", o, tx.NextOutage())
		}
		if len(tx.HeldOn(5)) != 1 || len(tx.HeldOn(6)) != 2 || tx.HeldMails(1)[0].ID != 3 {
			t.Errorf("held on 5: %v, on 6: %v", tx.HeldOn(5), tx.HeldOn(6))
		}
		if b, ok := tx.Bad("gone@kommun.example"); !ok || b.Reply.Code != 550 || len(tx.BadAddresses(9)) != 1 {
			t.Errorf("Bad = %v, %v", b, ok)
		}
		if _, ok := tx.Bad("anna@kommun.example"); ok {
			t.Error("an address nobody refused")
		}
		p, ok := tx.Parked(2)
		b, err := tx.Blob(p.Raw)
		if !ok || err != nil || string(b) != "what broke it" || len(tx.ParkedMails(9)) != 1 {
			t.Errorf("Parked = %v, %v, %q, %v", p, ok, b, err)
		}
	})
	s, err := db.Stats(t.Context())
	if err != nil || s.Held != 3 || s.Parked != 1 || s.Outages != 1 || !s.OldestParked.Equal(noon) || !s.OldestHeld.Equal(noon) {
		t.Errorf("Stats: %+v, %v", s, err)
	}
	update(t, db, func(tx *Tx) error { tx.Unpark(2); tx.ForgetBad("gone@kommun.example"); return nil })
	view(t, db, func(tx *Tx) {
		if _, ok := tx.Parked(2); ok {
			t.Error("still parked")
		}
		if _, ok := tx.Bad("gone@kommun.example"); ok {
			t.Error("still bad")
		}
	})
	closed(t, db)
}

func TestCursorsAndPoison(t *testing.T) {
	db := opened(t, t.TempDir())
	if _, _, ok, err := db.Cursor(t.Context(), "INBOX"); ok || err != nil {
		t.Errorf("a mailbox never read: %v, %v", ok, err)
	}
	tries := func(box string, epoch, uid uint32) int {
		t.Helper()
		n, err := db.Tried(t.Context(), box, epoch, uid)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := db.Tries(t.Context(), box, epoch, uid); err != nil || m != n {
			t.Errorf("Tries = %d, %v; Tried said %d", m, err, n)
		}
		return n
	}
	for want := 1; want <= 3; want++ {
		if n := tries("INBOX", 7, 10); n != want {
			t.Errorf("try %d counts as %d", want, n)
		}
	}
	tries("INBOX", 7, 11)
	tries("INBOX.Handled", 7, 10)
	if err := db.SetCursor(t.Context(), "INBOX", 7, 10); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		box        string
		epoch, uid uint32
		want       int
	}{{"INBOX", 7, 10, 0}, {"INBOX", 7, 11, 1}, {"INBOX.Handled", 7, 10, 1}, {"INBOX", 8, 11, 0}} {
		if n, err := db.Tries(t.Context(), c.box, c.epoch, c.uid); err != nil || n != c.want {
			t.Errorf("Tries(%s, %d, %d) = %d, %v; want %d", c.box, c.epoch, c.uid, n, err, c.want)
		}
	}
	if v, uid, ok, err := db.Cursor(t.Context(), "INBOX"); v != 7 || uid != 10 || !ok || err != nil {
		t.Errorf("Cursor = %d, %d, %v, %v", v, uid, ok, err)
	}
	// The mailbox was made anew: old counters mean other mails now.
	if err := db.SetCursor(t.Context(), "INBOX", 8, 0); err != nil {
		t.Fatal(err)
	}
	if n, _ := db.Tries(t.Context(), "INBOX", 7, 11); n != 0 {
		t.Errorf("a counter of the old mailbox is left: %d", n)
	}
	closed(t, db)
}
