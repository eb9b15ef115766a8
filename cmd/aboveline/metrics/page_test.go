package metrics

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aboveline.example/cmd/aboveline/alarm"
	"aboveline.example/rules"
	"aboveline.example/store"
)

var update = flag.Bool("update", false, "rewrite the golden page")

var noon = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)

func reading() Reading {
	return Reading{
		At: noon, Started: noon.Add(-time.Hour), Version: "v1.2.3",
		Stats: store.Stats{
			Mails:   map[rules.DispositionKind]int{rules.DisposedNew: 12, rules.DisposedParked: 1},
			Tickets: map[rules.Status]int{rules.StatusOpen: 3}, Queue: map[rules.QueueState]int{rules.QueueWaiting: 2},
			Held: 1, Parked: 1, Outages: 1, FileBytes: 1 << 20, BlobBytes: 5,
		},
		State: alarm.Reading{
			Polls:         []alarm.Poll{{Mailbox: `support@omdirekt.example/"Sök\` + "\n", Last: noon.Add(-90 * time.Second)}, {Mailbox: "never"}},
			OldestWaiting: noon.Add(-2 * time.Second), OldestHeld: noon.Add(time.Hour),
			Smarthost: alarm.Smarthost{FailingSince: noon}, Free: 1 << 30, Need: 200 << 20,
		},
		Troubles: []alarm.Trouble{{Kind: alarm.KindPoll, What: "mailbox x is not being read", Since: noon}},
		Canary:   4200 * time.Millisecond,
	}
}

func counts() *Counts {
	c := NewCounts()
	c.Mail("smtp", rules.DisposedNew)
	c.Mail("smtp", rules.DisposedNew)
	c.Mail("imap:INBOX", rules.DisposedHeld)
	c.Mail("imap:INBOX", rules.DisposedDuplicate)
	c.Send(Sent)
	c.HeldBack("budget")
	c.Proof(rules.ProofPass)
	c.Commit(4 * time.Millisecond)
	c.Commit(5 * time.Millisecond) // a bound holds its own value
	c.Commit(time.Minute)
	return c
}

var goVersion = regexp.MustCompile(`go="[^"]*"|(?m)^go_goroutines .*$`)

func TestPage(t *testing.T) {
	got := goVersion.ReplaceAllString(string(Page(reading(), counts())), "X")
	const golden = "../../../testdata/metrics/page.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("page (-want +got):\n%s", d)
	}
}

// The grammar of the text exposition format 0.0.4, a line each.
var (
	comment = regexp.MustCompile(`^# (HELP [a-z_]+ \S.*\.|TYPE ([a-z_]+) (counter|gauge|histogram))$`)
	value   = regexp.MustCompile(`^([a-z_]+)(\{[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\[\\"n])*")*\})? ([0-9.e+-]+|\+Inf)$`)
)

// TestPageIsWellFormed: each family has help and type before its samples, counters are named so, and no series twice.
func TestPageIsWellFormed(t *testing.T) {
	text := string(Page(reading(), counts()))
	if !strings.HasSuffix(text, "\n") {
		t.Error("no line end at the end")
	}
	family, kind, seen := "", "", map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			m := comment.FindStringSubmatch(line)
			if m == nil {
				t.Errorf("comment %q", line)
				continue
			}
			if m[2] != "" {
				family, kind = m[2], m[3]
				if (kind == "counter") != strings.HasSuffix(family, "_total") || seen["# "+family] {
					t.Errorf("family %s of type %s", family, kind)
				}
				seen["# "+family] = true
			}
			continue
		}
		m := value.FindStringSubmatch(line)
		if m == nil || seen[m[1]+m[2]] {
			t.Errorf("sample %q", line)
			continue
		}
		seen[m[1]+m[2]] = true
		base := m[1]
		if kind == "histogram" {
			base = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(base, "_bucket"), "_sum"), "_count")
		}
		if base != family {
			t.Errorf("%q stands under %s", line, family)
		}
	}
	if len(seen) < 60 {
		t.Errorf("only %d lines", len(seen))
	}
}

// TestNilCounts: a gateway without figures counts nothing and does not break.
func TestNilCounts(t *testing.T) {
	var c *Counts
	c.Mail("", "")
	c.Send(Sent)
	c.HeldBack("")
	c.Proof("")
	c.Commit(0)
	if len(Page(reading(), nil)) == 0 {
		t.Error("no page")
	}
}
