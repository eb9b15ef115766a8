package alarm

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind is what fails.
type Kind string

// Kinds of trouble.
const (
	KindPoll      Kind = "poll"      // a mailbox is not read
	KindSend      Kind = "send"      // a mail waits in the queue
	KindSmarthost Kind = "smarthost" // nothing can be sent at all
	KindDisk      Kind = "disk"      // mail is refused for want of room
	KindHeld      Kind = "held"      // a mail waits for a decision
	KindParked    Kind = "parked"    // a mail broke something, and nobody looked
	KindCanary    Kind = "canary"    // our own probe does not come back
)

// Kinds lists them all, in the order they are shown.
var Kinds = []Kind{KindPoll, KindSend, KindSmarthost, KindDisk, KindHeld, KindParked, KindCanary}

// Limits say how long is too long. A zero limit never alarms.
type Limits struct {
	PollAge   time.Duration
	QueueAge  time.Duration
	HeldAge   time.Duration // parked mails, too
	Smarthost time.Duration
	Disk      time.Duration
	Canary    time.Duration // how long a probe may take to come back
}

// Fixed patience. A smarthost that restarts is back within minutes, and mail waits for it anyway; a disk that fills
// refuses mail from the first moment, and a minute tells a burst from a state; a probe passes greylisting (RFC 6647,
// section 4.1: a minute to a day; a relay of one's own asks for minutes) and scanners.
const (
	SmarthostPatience = 10 * time.Minute
	DiskPatience      = time.Minute
	CanaryPatience    = 20 * time.Minute
)

// Reading is the gateway at one moment. Zero times are unknown, or say that there is nothing.
type Reading struct {
	Polls         []Poll
	OldestWaiting time.Time // the oldest mail that waits to be sent; zero also where there is no smarthost
	OldestHeld    time.Time
	OldestParked  time.Time
	Smarthost     Smarthost
	Free, Need    int64     // bytes of disk; Need 0 is unknown
	CanarySent    time.Time // the oldest probe that has not come back
}

// Poll is how a mailbox fares.
type Poll struct {
	Mailbox string
	Last    time.Time // last read to its end, zero if never since start
	Error   string
}

// Smarthost is how it has been answering since start; two zero times are "not asked yet".
type Smarthost struct {
	FailingSince time.Time // zero while it answers
	LastAnswer   time.Time
	Error        string
}

// Trouble is one thing that has been failing for longer than its limit.
type Trouble struct {
	Key   string // the same for as long as it lasts, also over restarts
	Kind  Kind
	What  string    // half a sentence for people
	Since time.Time // when it began
	Do    string    // what to do about it
}

// Observe says what has been failing for too long, in a fixed order. It notes in m what a restart must not forget.
func (l Limits) Observe(r Reading, m *Memory, now time.Time) []Trouble {
	var all []Trouble
	add := func(limit time.Duration, t Trouble) {
		if limit > 0 && !t.Since.IsZero() && now.Sub(t.Since) >= limit {
			all = append(all, t)
		}
	}
	for _, p := range m.polled(r.Polls, now) {
		add(l.PollAge, Trouble{Key: "poll " + p.Mailbox, Kind: KindPoll, Since: p.Last,
			What: fmt.Sprintf("mailbox %s is not being read%s", p.Mailbox, because(p.Error)),
			Do:   `"aboveline check" tries the login; mail waits on its server meanwhile`})
	}
	add(l.QueueAge, Trouble{Key: "send", Kind: KindSend, Since: r.OldestWaiting, What: "a mail waits to be sent",
		Do: `"aboveline queue list" shows it and what the other server said`})
	add(l.Smarthost, Trouble{Key: "smarthost", Kind: KindSmarthost, Since: m.smarthost(r.Smarthost),
		What: "the smarthost takes no mail" + because(r.Smarthost.Error),
		Do:   `"aboveline check" tries it; mail waits in the queue meanwhile`})
	add(l.Disk, Trouble{Key: "disk", Kind: KindDisk, Since: m.disk(r, now),
		What: fmt.Sprintf("%d MiB of disk are left, and mail is refused below %d MiB", r.Free>>20, r.Need>>20),
		Do:   "make room; servers that were refused try again by themselves"})
	add(l.HeldAge, Trouble{Key: "held", Kind: KindHeld, Since: r.OldestHeld, What: "a held mail waits for a decision",
		Do: `"aboveline held list" shows it`})
	add(l.HeldAge, Trouble{Key: "parked", Kind: KindParked, Since: r.OldestParked, What: "a mail that broke something is parked",
		Do: `"aboveline parked list" shows it`})
	add(l.Canary, Trouble{Key: "canary", Kind: KindCanary, Since: r.CanarySent,
		What: "a mail to ourselves has not come back",
		Do:   "mail is lost or late somewhere between the smarthost and our doors; look at the smarthost's log first"})
	return all
}

// because appends what a peer or the system said, shortened.
func because(err string) string {
	if err == "" {
		return ""
	}
	r := []rune(strings.Join(strings.Fields(err), " "))
	if len(r) > 200 {
		r = append(r[:200], '…')
	}
	return " (" + string(r) + ")"
}

// polled fills in, from before a restart, when mailboxes were last read, and remembers it for the next. One that was
// never read is counted from when it was first seen.
func (m *Memory) polled(polls []Poll, now time.Time) []Poll {
	out := slices.Clone(polls)
	seen := map[string]time.Time{}
	for i := range out {
		p := &out[i]
		if last := m.Polls[p.Mailbox]; p.Last.Before(last) {
			p.Last = last
		}
		if p.Last.IsZero() || p.Last.After(now) { // a clock that ran ahead must not silence us
			p.Last = now
		}
		seen[p.Mailbox] = p.Last
	}
	m.Polls = seen // a mailbox that left the configuration is forgotten
	return out
}

// smarthost is since when it fails. One that has not been asked since start is as it was.
func (m *Memory) smarthost(s Smarthost) time.Time {
	switch {
	case s.FailingSince.IsZero() && s.LastAnswer.IsZero():
	case s.FailingSince.IsZero():
		m.SmarthostSince = time.Time{}
	case m.SmarthostSince.IsZero() || m.SmarthostSince.Before(s.LastAnswer):
		m.SmarthostSince = s.FailingSince
	}
	return m.SmarthostSince
}

func (m *Memory) disk(r Reading, now time.Time) time.Time {
	switch {
	case r.Need == 0:
	case r.Free >= r.Need:
		m.DiskSince = time.Time{}
	case m.DiskSince.IsZero():
		m.DiskSince = now
	}
	return m.DiskSince
}
