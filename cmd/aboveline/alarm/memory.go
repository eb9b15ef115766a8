package alarm

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Waits around a word. Two looks must agree before something began, since after a suspend or a clock change
// everything seems old for a moment; and five quiet minutes end it, so that what comes and goes is one alarm.
const (
	settle = time.Minute
	calm   = 5 * time.Minute
)

// Memory is what is kept between looks and over restarts.
type Memory struct {
	Polls          map[string]time.Time `json:"polls,omitempty"` // when each mailbox was last read
	SmarthostSince time.Time            `json:"smarthost_since,omitzero"`
	DiskSince      time.Time            `json:"disk_since,omitzero"`
	Lasting        map[string]Lasting   `json:"lasting,omitempty"` // by the trouble's key
	Words          []Word               `json:"words,omitempty"`   // not yet told everywhere
	Count          int                  `json:"count"`             // words so far, for their names
}

// Lasting is a trouble that is going on, or was until a moment ago.
type Lasting struct {
	Trouble
	Seen time.Time `json:"seen"`          // the first look that found it
	Told time.Time `json:"told,omitzero"` // zero: not told, as it may pass
	Gone time.Time `json:"gone,omitzero"` // the first look that no longer found it
}

// Word is one thing to tell the operator.
type Word struct {
	ID      string    `json:"id"` // unique in this store; the same at every try
	Kind    Kind      `json:"kind"`
	Over    bool      `json:"over"`
	Since   time.Time `json:"since"`
	At      time.Time `json:"at"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Owed    []string  `json:"owed"` // the ways that have not taken it yet
	Tries   int       `json:"tries,omitempty"`
	Next    time.Time `json:"next,omitzero"`
}

// Step takes what a look found, and adds what is to be told now to m.Words, owed to all ways. The same trouble is
// told once, until it is over.
func (m *Memory) Step(found []Trouble, ways []string, now time.Time) {
	if m.Lasting == nil {
		m.Lasting = map[string]Lasting{}
	}
	here := map[string]bool{}
	for _, t := range found {
		here[t.Key] = true
		l, ok := m.Lasting[t.Key]
		if !ok {
			l = Lasting{Trouble: t, Seen: now}
		}
		// What a peer says may change while it lasts; when it began does not.
		l.What, l.Gone = t.What, time.Time{}
		if l.Told.IsZero() && now.Sub(l.Seen) >= settle {
			l.Told = now
			m.say(l.Trouble, false, ways, now)
		}
		m.Lasting[t.Key] = l
	}
	for _, key := range slices.Sorted(maps.Keys(m.Lasting)) {
		l := m.Lasting[key]
		switch {
		case here[key]:
		case l.Told.IsZero():
			delete(m.Lasting, key)
		case l.Gone.IsZero():
			l.Gone = now
			m.Lasting[key] = l
		case now.Sub(l.Gone) >= calm:
			delete(m.Lasting, key)
			m.say(l.Trouble, true, ways, l.Gone)
		}
	}
}

// say adds a word. A clock that ran back may leave times in the future; they are told as they are.
func (m *Memory) say(t Trouble, over bool, ways []string, at time.Time) {
	m.Count++
	w := Word{ID: fmt.Sprintf("alarm-%d-%d", m.Count, at.Unix()), Kind: t.Kind, Over: over, Since: t.Since, At: at, Owed: slices.Clone(ways)}
	since := t.Since.UTC().Format("2006-01-02 15:04 MST")
	if over {
		w.Subject = "over: " + t.What
		w.Text = fmt.Sprintf("Over: %s.\nIt lasted from %s to %s.\n", t.What, since, at.UTC().Format("2006-01-02 15:04 MST"))
	} else {
		w.Subject = t.What
		w.Text = fmt.Sprintf("%s, since %s.\nWhat to do: %s.\nYou will be told once more, when it is over.\n", capital(t.What), since, t.Do)
	}
	m.Words = append(m.Words, w)
}

func capital(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

// without is the memory but for the times of polls, apart from m.
func (m Memory) without() Memory {
	m.Polls = nil
	m.Lasting = maps.Clone(m.Lasting)
	m.Words = slices.Clone(m.Words)
	if len(m.Lasting) == 0 {
		m.Lasting = nil
	}
	return m
}
