package gateway

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"aboveline.example/rules"
	"aboveline.example/store"
)

// reminders are the times at which the vendor was reminded.
func (h *house) reminders() (at []time.Time) {
	h.view(func(tx *store.Tx) {
		for _, q := range rows(tx) {
			if q.Kind == rules.OutFollowUp {
				at = append(at, q.Date)
			}
		}
	})
	return at
}

// TestRemindersFollowElapsedTime: an hour is an hour, also where the clocks on the wall are set, by an hour in Sweden
// and by half an hour on Lord Howe Island.
func TestRemindersFollowElapsedTime(t *testing.T) {
	for _, c := range []struct{ zone, from string }{
		{"Europe/Stockholm", "2026-03-28T20:00:00+01:00"}, {"Europe/Stockholm", "2026-10-24T20:00:00+02:00"},
		{"Australia/Lord_Howe", "2026-04-04T20:00:00+11:00"}, {"Australia/Lord_Howe", "2026-10-03T20:00:00+10:30"},
		{"Europe/Warsaw", "2026-03-28T20:00:00+01:00"}, {"America/New_York", "2026-03-07T20:00:00-05:00"}, {"America/New_York", "2026-10-31T20:00:00-04:00"},
	} {
		t.Run(c.zone+" "+c.from[:7], func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				from, err := time.Parse(time.RFC3339, c.from)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Until(from))
				w := newTown(t)
				h := w.build("support@a.example", strings.Replace(fmt.Sprintf(loopDesk, "1h", "a", "vendor@v.example", ""),
					"[store]", "timezone = \""+c.zone+"\"\n[store]", 1), nil)
				h.write("asa@k.example", "Question", "How do I log in?")
				h.answerNewest("anna@a.example", "/report Vendor")
				time.Sleep(24 * time.Hour)
				synctest.Wait()
				at := h.reminders()
				if n := len(at); n < 23 || n > 25 {
					t.Errorf("%d reminders in 24 hours", n)
				}
				if n := most(at, time.Hour-time.Minute); n > 1 {
					t.Errorf("%d reminders within an hour", n)
				}
				h.check(t)
			})
		})
	}
}

// TestOneReminderAfterAGap: after three days of sleep, and after a night in which the program was down, the vendor is
// reminded once, and then hourly again.
func TestOneReminderAfterAGap(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newTown(t)
		h := w.loopDesk("a", "vendor@v.example", "1h", "")
		h.write("asa@k.example", "Question", "How do I log in?")
		h.answerNewest("anna@a.example", "/report Vendor")
		time.Sleep(2*time.Hour + time.Minute)
		synctest.Wait()
		if n := len(h.reminders()); n != 2 {
			t.Fatalf("%d reminders in two hours", n)
		}
		h.restartAfter(72 * time.Hour)
		if n := len(h.reminders()); n != 3 {
			t.Errorf("%d reminders after a gap of three days, want one more than 2", n)
		}
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if n := len(h.reminders()); n != 6 {
			t.Errorf("%d reminders three hours later, want 6", n)
		}
		h.check(t)
	})
}

// restartAfter stops the gateway in good order, and begins it again over the same store after a while.
func (h *house) restartAfter(gap time.Duration) {
	h.fate <- struct{}{}
	defer func() { <-h.fate }()
	r := h.life()
	r.stop()
	if err := <-r.done; err != nil {
		h.w.t.Errorf("Serve: %v", err)
	}
	r.sever()
	r.done <- nil
	time.Sleep(gap)
	h.start(r.db.Dir())
	synctest.Wait()
}

// TestClockSetBack sets the wall clock an hour back and forth between looks: what is due is acted on when the clock
// says so, never twice.
func TestClockSetBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newTown(t)
		h := w.loopDesk("a", "vendor@v.example", "1h", "")
		h.write("asa@k.example", "Question", "How do I log in?")
		h.answerNewest("anna@a.example", "/report Vendor")
		elapsed := 0
		for i := range 12 {
			h.skew.Store(int64([]time.Duration{0, time.Hour, 0, -time.Hour}[i%4]))
			time.Sleep(time.Hour)
			elapsed++
		}
		h.skew.Store(0)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if n := len(h.reminders()); n < elapsed/2 || n > elapsed+1 {
			t.Errorf("%d reminders in %d hours with a clock that was set to and fro", n, elapsed)
		}
		time.Sleep(6 * time.Hour)
		synctest.Wait()
		before := len(h.reminders())
		time.Sleep(6 * time.Hour)
		synctest.Wait()
		if n := len(h.reminders()) - before; n != 6 {
			t.Errorf("%d reminders in six hours after the clock was right again, want 6", n)
		}
		h.check(t)
	})
}
