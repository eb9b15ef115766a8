package admin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"aboveline.example/mailin"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// told records what a desk asked of the gateway.
type told struct{ calls []string }

func (g *told) gateway() Gateway {
	say := func(format string, args ...any) error {
		g.calls = append(g.calls, fmt.Sprintf(format, args...))
		return nil
	}
	return Gateway{
		Take: func(_ context.Context, a rules.Arrival) error {
			switch string(a.Raw) {
			case "large":
				return fmt.Errorf("take: %w", mailin.ErrTooLarge)
			case "later":
				return errors.New("disk on fire")
			}
			return say("take %s", a.Raw)
		},
		Release: func(_ context.Context, id rules.HeldID, by string) error { return say("release %d %s", id, by) },
		Drop:    func(_ context.Context, id rules.HeldID) error { return say("drop %d", id) },
		Retry:   func(_ context.Context, id rules.MailID) error { return say("retry %d", id) },
		Ask:     func() { say("ask") },
	}
}

// filled is a desk over a store with one record of each kind.
func filled(t *testing.T) (*Desk, *told) {
	t.Helper()
	db, err := store.Open(private(t), store.Options{OnFatal: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	err = db.Update(t.Context(), func(tx *store.Tx) error {
		ticket, entries := fullTicket()
		ticket.ID, ticket.Links, ticket.Outage = 1, nil, 1
		for i := range entries {
			entries[i].Ticket, entries[i].Attachments = 1, nil
		}
		queued, held, parked, outage := fullQueued(), fullHeld(), fullParked(), fullOutage()
		queued.ID, queued.Ticket, held.Ticket, outage.ID, outage.Tickets = "1-1", 1, 1, 1, []rules.TicketID{1}
		line := fullLine()
		line.Mail, line.Kind, line.Of, line.Ticket = tx.NewMail(), rules.DisposedNew, 0, 1
		line.Raw = tx.PutBlob([]byte("Subject: x\r\n\r\nHej\r\n"))
		if err := tx.Apply(rules.Decision{
			Disposition: line, Tickets: []rules.Ticket{ticket}, Entries: entries, Outages: []rules.Outage{outage},
		}); err != nil {
			return err
		}
		held.ID, line.Mail, line.Kind = 2, tx.NewMail(), rules.DisposedHeld
		if err := tx.Apply(rules.Decision{Disposition: line, Held: []rules.Held{held}}); err != nil {
			return err
		}
		parked.ID, line.Mail, line.Kind = 3, tx.NewMail(), rules.DisposedParked
		parked.Bytes = []byte("broken")
		if err := tx.Apply(rules.Decision{Disposition: line}); err != nil {
			return err
		}
		if err := tx.Park(parked); err != nil {
			return err
		}
		return tx.Enqueue(queued.Outgoing, []rules.Piece{{Text: []byte("Subject: x\r\n\r\nHej\r\n")}})
	})
	if err != nil {
		t.Fatal(err)
	}
	g := &told{}
	return &Desk{View: testView(), DB: db, Gateway: g.gateway()}, g
}

// both runs a test in process and over a socket: the answers must not differ.
func both(t *testing.T, run func(t *testing.T, desk Asker, g *told)) {
	t.Run("direct", func(t *testing.T) {
		d, g := filled(t)
		run(t, Direct(d.Table(), nil), g)
	})
	t.Run("socket", func(t *testing.T) {
		d, g := filled(t)
		ln, err := Listen(d.DB.Dir())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		served := make(chan error)
		go func() { served <- Serve(ctx, ln, d.Table(), nil) }()
		defer func() {
			cancel()
			if err := <-served; err != nil {
				t.Errorf("Serve: %v", err)
			}
		}()
		run(t, mustDial(t, d.DB.Dir()), g)
	})
}

func rowsOf[A, R any](t *testing.T, call Call[A, R], desk Asker, args A) []R {
	t.Helper()
	var rows []R
	if err := call.Do(t.Context(), desk, args, func(r R) error {
		rows = append(rows, r)
		return nil
	}); err != nil {
		t.Errorf("%s: %v", string(call), err)
	}
	return rows
}

func TestLists(t *testing.T) {
	both(t, func(t *testing.T, desk Asker, _ *told) {
		for _, c := range []struct {
			filter TicketFilter
			want   int
		}{
			{TicketFilter{}, 1}, {TicketFilter{Status: rules.StatusWaitingVendor}, 1}, {TicketFilter{Status: rules.StatusNew}, 0},
			{TicketFilter{Tag: "mina sidor - teknik"}, 1}, {TicketFilter{Tag: "x"}, 0}, {TicketFilter{Category: "Arbetsgivare"}, 1},
			{TicketFilter{Service: "Mina sidor"}, 1}, {TicketFilter{Priority: 2}, 1}, {TicketFilter{Priority: 1}, 0},
			{TicketFilter{Type: "incident"}, 1}, {TicketFilter{Requester: "eva@kommun.example"}, 1},
			{TicketFilter{Requester: "bo@kommun.example"}, 0}, {TicketFilter{Assignee: "anna@omdirekt.example"}, 1},
			{TicketFilter{Organisation: "kommun.example"}, 1}, {TicketFilter{Outage: "D-1"}, 1}, {TicketFilter{Outage: "2"}, 0},
			{TicketFilter{Since: moment(8)}, 1}, {TicketFilter{Since: moment(10)}, 0}, {TicketFilter{Text: "BANKID"}, 1},
			{TicketFilter{Text: "logga in"}, 1}, {TicketFilter{Text: "absent"}, 0},
		} {
			if got := rowsOf(t, TicketList, desk, c.filter); len(got) != c.want {
				t.Errorf("ticket.list %+v = %d rows, want %d", c.filter, len(got), c.want)
			}
		}
		for what, n := range map[string]int{
			"outages": len(rowsOf(t, OutageList, desk, Limit{})), "held": len(rowsOf(t, HeldList, desk, Limit{})),
			"parked": len(rowsOf(t, ParkedList, desk, Limit{})), "queue": len(rowsOf(t, QueueList, desk, QueueFilter{})),
			"queue of the ticket": len(rowsOf(t, QueueList, desk, QueueFilter{Ticket: "OMD-1"})),
			"held mails":          len(rowsOf(t, MailList, desk, MailFilter{Kind: rules.DisposedHeld})),
			"mails after 2":       len(rowsOf(t, MailList, desk, MailFilter{After: 2})),
			"one mail":            len(rowsOf(t, MailList, desk, MailFilter{Limit: 1})),
		} {
			if n != 1 {
				t.Errorf("%s: %d rows, want 1", what, n)
			}
		}
		if got := rowsOf(t, MailList, desk, MailFilter{}); len(got) != 3 {
			t.Errorf("mail.list = %d rows, want 3", len(got))
		}
	})
}

func TestShows(t *testing.T) {
	both(t, func(t *testing.T, desk Asker, _ *told) {
		ticket, err := TicketShow.One(t.Context(), desk, ID{"omd-1"})
		if err != nil || ticket.Number != "OMD-1" || len(ticket.Entries) != 2 || ticket.Entries[0].Text != "BankID fungerar inte.\n\x1b[31m" {
			t.Errorf("ticket.show = %+v, %v", ticket, err)
		}
		if !ticket.Created.Equal(moment(0).Truncate(1e6)) {
			t.Errorf("created %v, want %v", ticket.Created, moment(0))
		}
		mail, err := MailShow.One(t.Context(), desk, ID{"1"})
		if err != nil || mail.Raw != "Subject: x\r\n\r\nHej\r\n" || mail.Envelope.Peer != "192.0.2.9" {
			t.Errorf("mail.show = %+v, %v", mail, err)
		}
		parked, err := ParkedShow.One(t.Context(), desk, ID{"3"})
		if err != nil || parked.Raw != "broken" || parked.Detail == "" {
			t.Errorf("parked.show = %+v, %v", parked, err)
		}
		held, err := HeldShow.One(t.Context(), desk, ID{"2"})
		if err != nil || held.Raw == "" || held.Why != string(rules.ReasonUnknownReply) {
			t.Errorf("held.show = %+v, %v", held, err)
		}
		queued, err := QueueShow.One(t.Context(), desk, ID{"1-1"})
		if err != nil || queued.Raw != "Subject: x\r\n\r\nHej\r\n" || queued.To != "eva@kommun.example" {
			t.Errorf("queue.show = %+v, %v", queued, err)
		}
		if o, err := OutageShow.One(t.Context(), desk, ID{"D-1"}); err != nil || o.Title != "Inloggning" {
			t.Errorf("outage.show = %+v, %v", o, err)
		}
		for what, err := range map[string]error{
			"ticket": second(TicketShow.One(t.Context(), desk, ID{"9"})), "outage": second(OutageShow.One(t.Context(), desk, ID{"9"})),
			"mail": second(MailShow.One(t.Context(), desk, ID{"9"})), "held": second(HeldShow.One(t.Context(), desk, ID{"1"})),
			"parked": second(ParkedShow.One(t.Context(), desk, ID{"1"})), "queue": second(QueueShow.One(t.Context(), desk, ID{"x"})),
			"release": second(HeldRelease.One(t.Context(), desk, ID{"1"})), "retry": second(ParkedRetry.One(t.Context(), desk, ID{"1"})),
			"drop": second(QueueDrop.One(t.Context(), desk, ID{"9-9"})),
		} {
			if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeNotFound {
				t.Errorf("%s of what is not there: %v, want not-found", what, err)
			}
		}
	})
}

func second[R any](_ R, err error) error { return err }

func TestChanges(t *testing.T) {
	both(t, func(t *testing.T, desk Asker, g *told) {
		for _, c := range []struct {
			call  Call[ID, QueueRow]
			state string
		}{{QueueHold, "held"}, {QueueRetry, "waiting"}, {QueueDrop, "dropped"}} {
			if q, err := c.call.One(t.Context(), desk, ID{"1-1"}); err != nil || q.State != c.state {
				t.Errorf("%s = %s, %v, want %s", string(c.call), q.State, err, c.state)
			}
		}
		if _, err := HeldRelease.One(t.Context(), desk, ID{"2"}); err != nil {
			t.Error(err)
		}
		if _, err := HeldDrop.One(t.Context(), desk, ID{"2"}); err != nil {
			t.Error(err)
		}
		if _, err := ParkedRetry.One(t.Context(), desk, ID{"3"}); err != nil {
			t.Error(err)
		}
		if n, err := QueueRelease.One(t.Context(), desk, None{}); err != nil || n != 0 {
			t.Errorf("queue.release = %d, %v", n, err)
		}
		pipe := Pipe{desk}
		if err := pipe.Take(t.Context(), rules.Arrival{Raw: []byte("hello")}); err != nil {
			t.Error(err)
		}
		if err := pipe.Take(t.Context(), rules.Arrival{Raw: []byte("large")}); !mailin.Permanent(err) {
			t.Errorf("a mail too large: %v, want permanent", err)
		}
		if err := pipe.Take(t.Context(), rules.Arrival{Raw: []byte("later")}); err == nil || mailin.Permanent(err) {
			t.Errorf("trouble of our own: %v, want temporary", err)
		}
		want := []string{"ask", "release 2 operator", "drop 2", "retry 3", "ask", "take hello"}
		if !slices.Equal(g.calls, want) {
			t.Errorf("the gateway was asked %q, want %q", g.calls, want)
		}
		if _, err := Reload.One(t.Context(), desk, None{}); err == nil {
			t.Error("reload without a config: no error")
		}
	})
}

func TestBackupIsWhole(t *testing.T) {
	both(t, func(t *testing.T, desk Asker, _ *told) {
		var b bytes.Buffer
		n, err := Copy(t.Context(), desk, &b, func(int64) {})
		if err != nil || n != int64(b.Len()) || n == 0 {
			t.Fatalf("Copy = %d, %v, wrote %d", n, err, b.Len())
		}
		dir := private(t) + "/restored"
		if err := store.Restore(dir, &b); err != nil {
			t.Fatal(err)
		}
		db, err := store.Open(dir, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		d := &Desk{View: testView(), DB: db}
		if got := rowsOf(t, TicketList, Direct(d.Table(), nil), TicketFilter{}); len(got) != 1 {
			t.Errorf("restored %d tickets, want 1", len(got))
		}
		if got := rowsOf(t, QueueList, Direct(d.Table(), nil), QueueFilter{State: rules.QueueHeld}); len(got) != 1 {
			t.Errorf("restored %d held rows, want 1", len(got))
		}
	})
}

func TestStats(t *testing.T) {
	both(t, func(t *testing.T, desk Asker, _ *told) {
		f, err := Stats.One(t.Context(), desk, None{})
		if err != nil || f.Held != 1 || f.Parked != 1 || f.Queue["waiting"] != 1 || f.Mails["held"] != 1 || f.OldestQueued.IsZero() {
			t.Errorf("stats = %+v, %v", f, err)
		}
	})
}

// TestBlockedRows: while nothing can be sent at all, a row says why, since when, and when that is tried again; what waits
// for a later time, or for a person, is kept by that.
func TestBlockedRows(t *testing.T) {
	d, _ := filled(t)
	now := time.Now()
	down := Sending{"the smarthost takes no mail: connection refused", now.Add(-time.Hour), now.Add(time.Minute)}
	row := func(state rules.QueueState, next time.Time) rules.Queued {
		q := fullQueued()
		q.State, q.Next = state, next
		return q
	}
	for _, c := range []struct {
		name    string
		way     func() Sending
		row     rules.Queued
		blocked bool
		next    time.Time
	}{
		{"well", func() Sending { return Sending{} }, row(rules.QueueWaiting, now.Add(-time.Hour)), false, now.Add(-time.Hour)},
		{"down", func() Sending { return down }, row(rules.QueueWaiting, now.Add(-time.Hour)), true, now.Add(time.Minute)},
		{"about to be asked", func() Sending { return Sending{"x", now, now.Add(-time.Second)} }, row(rules.QueueWaiting, now.Add(-time.Hour)), true, now},
		{"uncertain", func() Sending { return down }, row(rules.QueueUncertain, now), true, now.Add(time.Minute)},
		{"later of its own", func() Sending { return down }, row(rules.QueueWaiting, now.Add(time.Hour)), false, now.Add(time.Hour)},
		{"on its way", func() Sending { return down }, row(rules.QueueSending, now), false, now},
		{"held", func() Sending { return down }, row(rules.QueueHeld, now), false, time.Time{}},
		{"no smarthost", func() Sending { return Sending{Error: "no smarthost is configured"} }, row(rules.QueueWaiting, now.Add(time.Hour)), true, time.Time{}},
		{"not known", nil, row(rules.QueueWaiting, now), false, now},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.Gateway.Sending = c.way
			r := d.queueRow(c.row, now)
			if (r.Blocked != "") != c.blocked || !r.Next.Equal(c.next) {
				t.Errorf("blocked %q, next %v, want %v, %v", r.Blocked, r.Next, c.blocked, c.next)
			}
			if c.name == "down" && (r.Blocked != down.Error || !r.Since.Equal(down.Since)) {
				t.Errorf("%q since %v", r.Blocked, r.Since)
			}
		})
	}
	d.Gateway.Sending = func() Sending { return down }
	listed, shown := rowsOf(t, QueueList, Direct(d.Table(), nil), QueueFilter{}), rowsOf(t, QueueShow, Direct(d.Table(), nil), ID{"1-1"})
	if len(listed) != 1 || listed[0].Blocked == "" || len(shown) != 1 || shown[0].Blocked == "" {
		t.Errorf("list %+v, show %+v", listed, shown)
	}
}
