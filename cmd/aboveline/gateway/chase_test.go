package gateway

import (
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestRemindersDoNotPileUp: while nothing can go out, a vendor's reminders neither gather in the queue nor go out after
// what made them needless. When mail flows again it has one at most, and the next an interval later.
func TestRemindersDoNotPileUp(t *testing.T) {
	for _, c := range []struct {
		name      string
		reported  bool // before the smarthost went away
		meanwhile func(h *house, report parcel)
		reminders int // in the hour and a half after it came back
		ends      int
	}{
		{"nothing happens", true, nil, 2, 0},
		{"the vendor answers", true, func(h *house, report parcel) {
			h.reply(report, "Sublime <oms@sublime.example>", "Vi tittar på det.")
		}, 1, 0},
		{"staff solve it", true, func(h *house, _ parcel) { h.answerNewest("anna@omdirekt.example", "/löst\nKlart.") }, 0, 1},
		{"staff let it rest", true, func(h *house, _ parcel) { h.answerNewest("anna@omdirekt.example", "/vila 2d") }, 0, 0},
		{"it is solved before the report went out", false, func(h *house, _ parcel) { h.answerNewest("bo@omdirekt.example", "/löst\nKlart.") }, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newTown(t)
				var down atomic.Bool // the smarthost's connections read it
				w.fault = func(string, parcel) string {
					if down.Load() {
						return "421 4.3.2 later"
					}
					return ""
				}
				h := w.build("support@omdirekt.example", storyDesk, nil)
				h.write("asa@kommun.example", "Inloggning", "BankID snurrar")
				down.Store(!c.reported)
				h.answerNewest("anna@omdirekt.example", "/report Sublime")
				time.Sleep(time.Minute)
				down.Store(true)
				time.Sleep(8*time.Hour + 30*time.Minute)
				report := parcel{}
				if c.reported {
					report = h.to("oms@sublime.example", "Felanmälan")[0]
				}
				if c.meanwhile != nil {
					c.meanwhile(h, report)
				}
				time.Sleep(15 * time.Minute)
				down.Store(false)
				time.Sleep(90 * time.Minute)
				synctest.Wait()
				var at []time.Time
				reminders, ends := 0, 0
				for _, p := range h.to("oms@sublime.example", "") {
					r, err := read(p.raw)
					switch {
					case err != nil:
						t.Fatal(err)
					case strings.Contains(r.text, "åminnelse"):
						reminders++
						at = append(at, p.at)
					case strings.Contains(r.text, "Felet är löst"):
						ends++
					}
				}
				if reminders != c.reminders || ends != c.ends {
					t.Errorf("%d reminders, want %d; %d all-clears, want %d", reminders, c.reminders, ends, c.ends)
				}
				for i := 1; i < len(at); i++ {
					if at[i].Sub(at[i-1]) < 59*time.Minute {
						t.Errorf("two reminders within %s", at[i].Sub(at[i-1]))
					}
				}
				h.check(t)
			})
		})
	}
}

// reply is what a person answers to a mail of ours.
func (h *house) reply(to parcel, from, words string) {
	h.w.t.Helper()
	l, err := answer(to.raw, from, "answer."+idOf(to.raw), words)
	if err == nil {
		err = h.sendBySMTP(l)
	}
	if err != nil {
		h.w.t.Fatal(err)
	}
}
