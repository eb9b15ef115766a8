package gateway

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"aboveline.example/rules"
	"aboveline.example/store"
)

// TestOutgoingFaults lets every phase of an outgoing session go wrong in every way, at the first mail and at a later
// one, through the whole program: every mail arrives in the end, exactly once unless the peer took one and fell silent,
// and then the copy is the same to the byte; a refusal for good ends as an entry and a mail to staff.
func TestOutgoingFaults(t *testing.T) {
	phases := []string{"greet", "ehlo", "mail", "rcpt", "data", "dot"}
	ways := map[string]string{"4xx": "451 4.3.0 later", "5xx": "550 5.7.1 not from you", "421": "421 4.3.2 shutting down", "reset": "reset", "stall": "stall",
		"swallow": "swallow", "crash": "crash"}
	for _, phase := range phases {
		for way, fault := range ways {
			if (way == "swallow" || way == "crash") && phase != "dot" {
				continue
			}
			for _, nth := range []int{1, 3} {
				t.Run(fmt.Sprintf("%s/%s/%d", phase, way, nth), func(t *testing.T) {
					bubble(t, func(t *testing.T) { oneFault(t, phase, way, fault, nth) })
				})
			}
		}
	}
}

func oneFault(t *testing.T, phase, way, fault string, nth int) {
	w := newTown(t)
	met := 0
	w.fault = func(at string, _ parcel) string {
		if at != phase {
			return ""
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if met++; met == nth {
			return fault
		}
		return ""
	}
	h := w.loopDesk("a", "vendor@v.example", "1h", "")
	for i := range 4 {
		h.write(fmt.Sprintf("p%d@k.example", i), "Question", fmt.Sprintf("How do I log in to number %d?", i))
		time.Sleep(2 * time.Minute) // longer than a connection is kept idle
	}
	time.Sleep(3 * time.Hour)
	synctest.Wait()
	h.check(t)
	states := map[rules.QueueState]int{}
	h.view(func(tx *store.Tx) {
		for _, q := range rows(tx) {
			states[q.State]++
		}
	})
	// A connection that is refused or cut says nothing of a mail; only its own commands do.
	about := phase == "mail" || phase == "rcpt" || phase == "data" || phase == "dot"
	wantRefused := 0
	if way == "5xx" && about {
		wantRefused = 1
	}
	w.mu.Lock()
	reached := met >= nth
	w.mu.Unlock()
	if !reached {
		t.Fatalf("%s never came for the %d. time", phase, nth)
	}
	if states[rules.QueueRefused] != wantRefused || states[rules.QueueSent] != total(states)-wantRefused {
		t.Errorf("after three hours the outbox holds %v", states)
	}
	h.view(func(tx *store.Tx) {
		for _, q := range tx.Queue(store.QueueFilter{State: rules.QueueRefused}) {
			if !slices.ContainsFunc(tx.Entries(q.Ticket), func(e rules.Entry) bool { return e.Kind == rules.EntryChange && e.Outgoing == q.ID }) {
				t.Errorf("%s was refused and no entry says so", q.ID)
			}
			told := slices.ContainsFunc(rows(tx), func(o rules.Queued) bool { return o.Template == rules.TemplateNoticeRefused && o.Ticket == q.Ticket })
			if alone := q.Role == rules.RoleStaff; told == alone { // whose own mail is refused cannot be told by mail
				t.Errorf("%s to %s was refused, staff were told: %v", q.ID, q.To.Address, told)
			}
		}
	})
	copies := 0
	for _, p := range w.delivered() {
		if p.run.house == h {
			copies++
		}
	}
	// The confirmation and the notice of one mail are under way together: a crash may forget that either was taken.
	more := map[string]int{"swallow": 1, "crash": 2}[way]
	if want := states[rules.QueueSent]; copies < want || copies > want+more {
		t.Errorf("%d mails were taken on by the peer, %d are recorded as sent", copies, want)
	}
}

func total(states map[rules.QueueState]int) int {
	n := 0
	for _, k := range states {
		n += k
	}
	return n
}

// TestPeerDownForADay: nothing is lost or sent twice while the smarthost is away, and everything goes out when it is back.
func TestPeerDownForADay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newTown(t)
		back := time.Now().Add(24 * time.Hour)
		w.fault = func(phase string, _ parcel) string {
			if phase == "greet" && time.Now().Before(back) {
				return "reset"
			}
			return ""
		}
		h := w.loopDesk("a", "vendor@v.example", "1h", "")
		for i := range 20 {
			h.write(fmt.Sprintf("p%d@k.example", i), "Question", fmt.Sprintf("How do I log in to number %d?", i))
			time.Sleep(time.Hour)
		}
		if n := len(w.delivered()); n != 0 {
			t.Errorf("%d mails went to a peer that is down", n)
		}
		time.Sleep(6 * time.Hour)
		synctest.Wait()
		h.check(t)
		if n := len(w.delivered()); n != 40 {
			t.Errorf("%d mails went out when it came back, want 40", n)
		}
	})
}
