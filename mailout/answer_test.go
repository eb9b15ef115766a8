package mailout

import (
	"testing"
	"time"

	"aboveline.example/rules"
)

func TestPermanent(t *testing.T) {
	for _, c := range []struct {
		r    rules.Reply
		want bool
	}{
		{rules.Reply{Code: 550, Enhanced: "5.1.1", Phase: "rcpt"}, true},
		{rules.Reply{Code: 554, Phase: "dot"}, true},
		{rules.Reply{Code: 552, Enhanced: "5.2.2", Phase: "rcpt"}, true},
		{rules.Reply{Code: 521, Phase: "rcpt"}, true},
		{rules.Reply{Code: 450, Enhanced: "4.2.0", Phase: "rcpt"}, false},
		{rules.Reply{Code: 421, Phase: "mail"}, false},
		{rules.Reply{Code: 550, Enhanced: "4.7.1", Phase: "rcpt"}, false},
		{rules.Reply{Code: 450, Enhanced: "5.7.1", Phase: "rcpt"}, false},
		{rules.Reply{Code: 554, Phase: "connect"}, false},
		{rules.Reply{Code: 535, Enhanced: "5.7.8", Phase: "connect"}, false},
		{rules.Reply{Code: 530, Enhanced: "5.7.0", Phase: "mail"}, false},
		{rules.Reply{Phase: "rcpt", Text: "no answer in time"}, false},
		{rules.Reply{Phase: "bounce", Enhanced: "5.1.1"}, true},
		{rules.Reply{Phase: "bounce", Enhanced: "4.4.1"}, false},
		{rules.Reply{Phase: "bounce"}, false},
		{rules.Reply{Code: 250, Phase: "mail"}, false},
		{rules.Reply{Code: 354, Phase: "dot"}, false},
		{rules.Reply{Code: 999, Phase: "dot"}, false},
	} {
		if got := Permanent(c.r); got != c.want {
			t.Errorf("Permanent(%+v) = %v", c.r, got)
		}
	}
}

// TestBackoff: about a minute, doubled to an hour, spread by a fifth, and the same each time it is asked.
func TestBackoff(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for tries, want := range map[int]time.Duration{0: time.Minute, 1: time.Minute, 2: 2 * time.Minute, 6: 32 * time.Minute,
		7: time.Hour, 8: time.Hour, 1000: time.Hour} {
		spread := map[time.Time]bool{}
		for _, id := range []rules.OutgoingID{"1-1", "1-2", "2-1", "3-1"} {
			at := Backoff(id, tries, now)
			if d := at.Sub(now); d < want*4/5 || d > want*6/5 {
				t.Errorf("Backoff(%s, %d) = %s, want about %s", id, tries, d, want)
			}
			if at != Backoff(id, tries, now) {
				t.Errorf("Backoff(%s, %d) differs", id, tries)
			}
			spread[at] = true
		}
		if len(spread) < 3 {
			t.Errorf("after %d tries rows come back together", tries)
		}
	}
}
