package metrics

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"aboveline.example/rules"
)

// commitBounds, in seconds: from a flash disk's sync to one that is failing.
var commitBounds = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

type histogram struct {
	bounds []float64
	counts []uint64 // one more than bounds
	sum    float64
}

func (h *histogram) observe(v float64) {
	i, _ := slices.BinarySearch(h.bounds, v)
	h.counts[i]++
	h.sum += v
}

type mailKey struct {
	door        string
	disposition rules.DispositionKind
}

// Counts are kept as things happen. All methods may be called by many goroutines, and on nil, which counts nothing.
type Counts struct {
	mu      sync.Mutex // guards the rest
	mails   map[mailKey]float64
	sends   map[string]float64
	holds   map[string]float64
	proofs  map[string]float64
	commits histogram
}

// NewCounts returns counts that are zero, with every outcome present: a figure that appears only when something
// first goes wrong cannot be watched for going wrong.
func NewCounts() *Counts {
	c := &Counts{mails: map[mailKey]float64{}, sends: map[string]float64{}, holds: map[string]float64{}, proofs: map[string]float64{},
		commits: histogram{bounds: commitBounds, counts: make([]uint64, len(commitBounds)+1)}}
	for _, o := range []Outcome{Sent, Deferred, Refused, Uncertain} {
		c.sends[string(o)] = 0
	}
	for _, r := range []rules.ProofResult{rules.ProofPass, rules.ProofNone, rules.ProofFail, rules.ProofTempError} {
		c.proofs[string(r)] = 0
	}
	return c
}

// Outcome is what became of one try to send.
type Outcome string

// Outcomes.
const (
	Sent      Outcome = "sent"
	Deferred  Outcome = "deferred"
	Refused   Outcome = "refused"
	Uncertain Outcome = "uncertain"
)

// Mail counts a mail that a door took in or turned away.
func (c *Counts) Mail(door string, kind rules.DispositionKind) {
	if c != nil {
		c.mu.Lock()
		c.mails[mailKey{door, kind}]++
		c.mu.Unlock()
	}
}

// Send counts one try.
func (c *Counts) Send(o Outcome) {
	if c != nil {
		c.mu.Lock()
		c.sends[string(o)]++
		c.mu.Unlock()
	}
}

// HeldBack counts an outgoing mail that waits for a person instead of going out.
func (c *Counts) HeldBack(why rules.ReasonCode) {
	if c != nil {
		c.mu.Lock()
		c.holds[string(why)]++
		c.mu.Unlock()
	}
}

// Proof counts how far the author of a mail was proved.
func (c *Counts) Proof(r rules.ProofResult) {
	if c != nil {
		c.mu.Lock()
		c.proofs[string(r)]++
		c.mu.Unlock()
	}
}

// Commit counts how long a decision took to be on disk, its wait for others' commits included.
func (c *Counts) Commit(took time.Duration) {
	if c != nil {
		c.mu.Lock()
		c.commits.observe(took.Seconds())
		c.mu.Unlock()
	}
}

// write adds the counters to a page.
func (c *Counts) write(p *page) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	keys := slices.SortedFunc(maps.Keys(c.mails), func(a, b mailKey) int {
		if a.door != b.door {
			return strings.Compare(a.door, b.door)
		}
		return strings.Compare(string(a.disposition), string(b.disposition))
	})
	var mails []sample
	for _, k := range keys {
		mails = append(mails, sample{[]string{"door", k.door, "disposition", string(k.disposition)}, c.mails[k]})
	}
	p.family("aboveline_mails_total", "counter", "Mails by the door they came through and what became of them, since start.", mails...)
	p.each("aboveline_proofs_total", "counter", "Mails by how far their author was proved, since start.", "result", c.proofs)
	p.each("aboveline_sends_total", "counter", "Tries to send a mail by their outcome, since start.", "outcome", c.sends)
	p.each("aboveline_held_back_total", "counter", "Outgoing mails held for a person instead of sent, since start.", "reason", c.holds)
	p.histogram("aboveline_commit_seconds", "Time until a decision is on disk, in seconds.", c.commits)
}
