package alarm

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)

var limits = Limits{
	PollAge: 15 * time.Minute, QueueAge: time.Hour, HeldAge: 24 * time.Hour, Smarthost: SmarthostPatience,
	Disk: DiskPatience, Canary: CanaryPatience,
}

func ago(d time.Duration) time.Time { return noon.Add(-d) }

func TestObserve(t *testing.T) {
	for _, c := range []struct {
		name string
		l    Limits
		r    Reading
		m    Memory
		want string // keys
	}{
		{"nothing", limits, Reading{}, Memory{}, ""},
		{"read a moment ago", limits, Reading{Polls: []Poll{{"a", ago(time.Minute), ""}}}, Memory{}, ""},
		{"read at the limit", limits, Reading{Polls: []Poll{{"a", ago(15 * time.Minute), ""}, {"b", ago(time.Minute), ""}}}, Memory{}, "poll a"},
		{"never read, first seen now", limits, Reading{Polls: []Poll{{"a", time.Time{}, "x"}}}, Memory{}, ""},
		{"never read, first seen long ago", limits, Reading{Polls: []Poll{{"a", time.Time{}, "x"}}},
			Memory{Polls: map[string]time.Time{"a": ago(time.Hour)}}, "poll a"},
		{"read since the restart", limits, Reading{Polls: []Poll{{"a", ago(time.Minute), ""}}},
			Memory{Polls: map[string]time.Time{"a": ago(time.Hour)}}, ""},
		{"clock ran ahead before", limits, Reading{Polls: []Poll{{"a", ago(time.Hour), ""}}},
			Memory{Polls: map[string]time.Time{"a": ago(-9 * time.Hour)}}, ""},
		{"polls never alarm", Limits{}, Reading{Polls: []Poll{{"a", ago(time.Hour), ""}}}, Memory{}, ""},
		{"mail waits", limits, Reading{OldestWaiting: ago(time.Hour)}, Memory{}, "send"},
		{"mail waits a little", limits, Reading{OldestWaiting: ago(time.Hour - 1)}, Memory{}, ""},
		{"held", limits, Reading{OldestHeld: ago(25 * time.Hour), OldestParked: ago(23 * time.Hour)}, Memory{}, "held"},
		{"parked", limits, Reading{OldestHeld: ago(23 * time.Hour), OldestParked: ago(25 * time.Hour)}, Memory{}, "parked"},
		{"disk low just now", limits, Reading{Free: 1, Need: 2}, Memory{}, ""},
		{"disk low for a while", limits, Reading{Free: 1, Need: 2}, Memory{DiskSince: ago(time.Minute)}, "disk"},
		{"disk has room again", limits, Reading{Free: 2, Need: 2}, Memory{DiskSince: ago(time.Hour)}, ""},
		{"disk does not tell", limits, Reading{}, Memory{DiskSince: ago(time.Hour)}, "disk"},
		{"smarthost not asked since start", limits, Reading{}, Memory{SmarthostSince: ago(time.Hour)}, "smarthost"},
		{"smarthost answers", limits, Reading{Smarthost: Smarthost{LastAnswer: ago(time.Second)}}, Memory{SmarthostSince: ago(time.Hour)}, ""},
		{"smarthost fails", limits, Reading{Smarthost: Smarthost{FailingSince: ago(10 * time.Minute)}}, Memory{}, "smarthost"},
		{"smarthost fails again", limits, Reading{Smarthost: Smarthost{FailingSince: ago(time.Minute), LastAnswer: ago(2 * time.Minute)}},
			Memory{SmarthostSince: ago(time.Hour)}, ""},
		{"smarthost fails since before the restart", limits, Reading{Smarthost: Smarthost{FailingSince: ago(time.Minute)}},
			Memory{SmarthostSince: ago(time.Hour)}, "smarthost"},
		{"canary lost", limits, Reading{CanarySent: ago(20 * time.Minute)}, Memory{}, "canary"},
		{"canary under way", limits, Reading{CanarySent: ago(19 * time.Minute)}, Memory{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var keys []string
			for _, x := range c.l.Observe(c.r, &c.m, noon) {
				keys = append(keys, x.Key)
				if x.What == "" || x.Do == "" || x.Since.IsZero() || strings.ContainsAny(x.What, "\r\n") {
					t.Errorf("a trouble that says too little: %+v", x)
				}
			}
			if got := strings.Join(keys, ", "); got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// TestStep plays one trouble through its life: t is found at these minutes.
func TestStep(t *testing.T) {
	bad := []Trouble{{Key: "disk", Kind: KindDisk, What: "disk", Since: ago(time.Minute), Do: "x"}}
	for _, c := range []struct {
		name  string
		found []int // minutes at which it is there
		want  []string
	}{
		{"once at a look", []int{3}, nil},
		{"two looks", []int{3, 4}, []string{"4 disk", "10 over: disk"}},
		{"an hour", span(3, 63), []string{"4 disk", "69 over: disk"}},
		{"comes and goes", append(append(span(3, 10), span(13, 20)...), span(24, 30)...), []string{"4 disk", "36 over: disk"}},
		{"twice", append(span(3, 5), span(20, 22)...), []string{"4 disk", "11 over: disk", "21 disk", "28 over: disk"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var m Memory
			var told []string
			for minute := range 100 {
				var found []Trouble
				for _, at := range c.found {
					if at == minute {
						found = bad
					}
				}
				n := len(m.Words)
				m.Step(found, []string{"x"}, noon.Add(time.Duration(minute)*time.Minute))
				for _, w := range m.Words[n:] {
					told = append(told, strconv.Itoa(minute)+" "+w.Subject)
				}
			}
			if d := cmp.Diff(c.want, told); d != "" {
				t.Errorf("told (-want +got):\n%s", d)
			}
			if len(m.Lasting) != 0 {
				t.Errorf("remembers %+v", m.Lasting)
			}
		})
	}
}

func span(from, to int) (all []int) {
	for i := from; i <= to; i++ {
		all = append(all, i)
	}
	return all
}
