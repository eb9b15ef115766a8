package gateway

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"aboveline.example/rules"
	"aboveline.example/store"
)

// checkHouse holds a house to the numbered invariants after whatever was done to it. Nothing may be under way.
func (h *house) check(t testing.TB) {
	t.Helper()
	crashes := len(h.lives) - 1
	h.view(func(tx *store.Tx) {
		ledger := tx.Dispositions(0, 1<<30)
		checkLedger(t, h, ledger, crashes)
		sent := map[string][]parcel{}
		for _, p := range h.w.delivered() {
			if p.run.house == h {
				sent[idOf(p.raw)] = append(sent[idOf(p.raw)], p)
			}
		}
		all := rows(tx)
		checkRows(t, h, all, sent)
		checkAutomatic(t, h, all, ledger)
		checkDisclosed(t, h, tx, all, sent)
		for id := rules.TicketID(1); ; id++ {
			tk, ok := tx.Ticket(id)
			if !ok {
				break
			}
			entries := tx.Entries(id)
			if len(entries) != tk.Entries {
				t.Errorf("%s/%d: %d entries stand, %d were counted", h.address, id, len(entries), tk.Entries)
			}
			for _, e := range entries {
				if len(e.Reasons) == 0 {
					t.Errorf("I7: entry %d of ticket %d has no reason", e.Seq, id)
				}
			}
		}
	})
	if r := h.life(); r.db.View(context.Background(), func(*store.Tx) error { return nil }) != nil {
		t.Error("the store cannot be read any more")
	}
}

// checkLedger: I1, every mail has exactly one disposition; I2, it made at most one change; nothing that a door
// acknowledged is missing.
func checkLedger(t testing.TB, h *house, ledger []rules.Disposition, crashes int) {
	t.Helper()
	changed, listed, seen, mails := map[string]int{}, map[string]int{}, map[rules.MailID]bool{}, 0
	for _, d := range ledger {
		if seen[d.Mail] || d.Kind == "" {
			t.Errorf("I1: mail %d stands twice in the ledger, or without a disposition: %+v", d.Mail, d)
		}
		seen[d.Mail] = true
		if d.Kind == rules.DisposedRefused {
			continue
		}
		mails++
		listed[string(d.MessageID)]++
		if d.Kind != rules.DisposedDuplicate {
			changed[string(d.MessageID)]++
		}
	}
	taken := 0
	for id, n := range h.accepted {
		taken += n
		if listed[id] < n {
			t.Errorf("%s was acknowledged %d times and stands in the ledger %d times", id, n, listed[id])
		}
		if id != "" && changed[id] != 1 {
			t.Errorf("I2: %s made %d changes", id, changed[id])
		}
	}
	if crashes == 0 && taken != mails {
		t.Errorf("conservation: %d mails were taken, %d stand in the ledger", taken, mails)
	}
}

// checkRows: I8, one recipient a mail; what is recorded as sent was taken on by the peer, once, and a second time
// only byte for byte and only where nobody alive heard the first 250.
func checkRows(t testing.TB, h *house, all []rules.Queued, sent map[string][]parcel) {
	t.Helper()
	ours := map[string]bool{}
	for _, q := range all {
		ours[string(q.MessageID)] = true
		copies := sent[string(q.MessageID)]
		if q.State == rules.QueueSent && len(copies) == 0 {
			t.Errorf("%s/%s is recorded as sent and never left", h.address, q.ID)
		}
		if q.Hold != "" && len(copies) > 0 && q.State == rules.QueueHeld {
			t.Errorf("%s/%s is held and left", h.address, q.ID)
		}
		for i, p := range copies {
			if p.rcpts != 1 || rules.Address(p.to) != q.To.Address || rules.Address(p.from) != q.EnvelopeFrom {
				t.Errorf("I8: %s/%s went from <%s> to %d recipients, <%s>", h.address, q.ID, p.from, p.rcpts, p.to)
			}
			if r, err := read(p.raw); err != nil || len(r.to) != 1 || r.to[0] != p.to {
				t.Errorf("I8: %s/%s shows %v (%v), and goes to %s", h.address, q.ID, r.to, err, p.to)
			}
			if !bytes.Equal(p.raw, copies[0].raw) {
				t.Errorf("%s/%s went out with different bytes under the same id", h.address, q.ID)
			}
			if i > 0 && copies[i-1].heard && !copies[i-1].run.dead.Load() {
				t.Errorf("%s/%s went out %d times, and its 250 was heard", h.address, q.ID, len(copies))
			}
		}
	}
	for id, copies := range sent {
		if !ours[id] {
			t.Errorf("a mail to %s left that is not in the outbox: %s", copies[0].to, id)
		}
	}
}

// checkAutomatic: I4, no machine is answered, and no automatic mail goes out over its budget, at any hour or day.
func checkAutomatic(t testing.TB, h *house, all []rules.Queued, ledger []rules.Disposition) {
	t.Helper()
	machine := map[rules.MessageID]bool{}
	for _, d := range ledger {
		for _, r := range d.Reasons {
			if r.Code == rules.ReasonMachine {
				machine[d.MessageID] = true
			}
		}
	}
	limit := h.life().s.Desk().HourlyLimit
	spent := map[rules.Address][]time.Time{}
	for _, q := range all {
		if q.Auto == rules.AutoReplied && machine[q.InReplyTo] {
			t.Errorf("I4: %s answers a machine's mail %s", q.ID, q.InReplyTo)
		}
		if h.owns(string(q.To.Address)) {
			t.Errorf("I4: %s goes to ourselves", q.ID)
		}
		if q.Budget == rules.ClassOutside && q.Hold == "" {
			spent[q.To.Address] = append(spent[q.To.Address], q.Date)
		}
	}
	for to, at := range spent {
		if n := most(at, time.Hour); n > limit {
			t.Errorf("I4: %d automatic mails to %s within an hour", n, to)
		}
		if n := most(at, 24*time.Hour); n > 20 {
			t.Errorf("I4: %d automatic mails to %s within a day", n, to)
		}
	}
}

// names says whether an address stands in a text, not as the end of a longer one: one token in 262,144 ends in "anna".
func names(text, address string) bool {
	for at := 0; ; at++ {
		i := strings.Index(text[at:], address)
		if i < 0 {
			return false
		}
		if at += i; at == 0 || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789+.-_", rune(text[at-1])) {
			return true
		}
	}
}

// checkDisclosed: nobody outside sees a staff member's address, and no vendor a requester's (promise 7), in what left.
func checkDisclosed(t testing.TB, h *house, tx *store.Tx, all []rules.Queued, sent map[string][]parcel) {
	t.Helper()
	var people []rules.Address
	for _, tk := range tx.Tickets(store.TicketFilter{}, 1<<30) {
		people = append(people, tk.Requester.Address)
	}
	for _, q := range all {
		for _, p := range sent[string(q.MessageID)] {
			r, err := read(p.raw)
			if err != nil {
				continue // checkRows says so
			}
			shown := strings.ToLower(string(p.raw) + r.text)
			hides := func(a rules.Address) {
				if a != q.To.Address && names(shown, strings.ToLower(string(a))) {
					t.Errorf("%s to %s %s shows %s", q.ID, q.Role, q.To.Address, a)
				}
			}
			if q.Role != rules.RoleStaff {
				for _, s := range h.life().s.Desk().Staff {
					hides(s.Address)
				}
			}
			if q.Role == rules.RoleVendor {
				for _, a := range people {
					hides(a)
				}
			}
		}
	}
}

// most is how many of these moments lie within one window.
func most(at []time.Time, window time.Duration) int {
	best := 0
	for _, from := range at {
		n := 0
		for _, x := range at {
			if d := x.Sub(from); d >= 0 && d < window {
				n++
			}
		}
		best = max(best, n)
	}
	return best
}

// automatic counts the automatic mails that reached an address, by hour and day at their worst.
func (w *town) automatic(to string) (hour, day, total int) {
	var at []time.Time
	for _, p := range w.delivered() {
		if p.to == to && strings.Contains(string(p.raw), "\r\nAuto-Submitted: auto-") {
			at = append(at, p.at)
		}
	}
	return most(at, time.Hour), most(at, 24*time.Hour), len(at)
}
