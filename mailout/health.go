package mailout

import (
	"strings"
	"sync"
	"time"

	"aboveline.example/rules"
)

// Pauses of a failing destination. The smarthost: from one second, doubled to five minutes; a desk's only way out is
// worth asking often. A recipient domain: from one minute after three refusals in a row, to a quarter of an hour.
const (
	smarthostPause    = time.Second
	maxSmarthostPause = 5 * time.Minute
	domainPause       = time.Minute
	maxDomainPause    = 15 * time.Minute
	domainPatience    = 3
	maxDomains        = 10_000 // remembered; beyond that all are forgotten, and asked again
)

// health remembers which destinations fail, so that a dead one is asked seldom and nobody waits behind it.
type health struct {
	mu      sync.Mutex
	host    pause
	domains map[string]*pause
}

type pause struct {
	failures int
	until    time.Time
}

// open returns when the smarthost may be asked again, zero for now, and whether only one mail should try.
func (h *health) open(now time.Time) (wait time.Time, probe bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.host.until.After(now) {
		return h.host.until, true
	}
	return time.Time{}, h.host.failures > 0
}

// again returns when the smarthost that failed is asked again, zero where none did.
func (h *health) again() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.host.until
}

// down notes that the smarthost did not take us in, and returns when to ask again. Several sessions that fail
// together count once.
func (h *health) down(now time.Time) (until time.Time, failures int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.host.until.After(now) {
		h.host.failures++
		h.host.until = now.Add(min(maxSmarthostPause, smarthostPause<<min(h.host.failures-1, 10)))
	}
	return h.host.until, h.host.failures
}

// ask ends all pauses. What has failed keeps its count, so that one mail asks the smarthost, and the next failure pauses
// as long as if nobody had asked.
func (h *health) ask(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.host.until.After(now) {
		h.host.until = now
	}
	for _, p := range h.domains {
		p.until = time.Time{}
	}
}

// up notes that it did, and says whether that is news.
func (h *health) up() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	news := h.host.failures > 0
	h.host = pause{}
	return news
}

// paused returns until when mail to the domain waits, zero for not at all.
func (h *health) paused(domain string, now time.Time) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.domains[domain]; p != nil && p.until.After(now) {
		return p.until
	}
	return time.Time{}
}

// heard notes what became of a mail to the domain. A refusal of one mailbox says nothing of its neighbours.
func (h *health) heard(domain string, r rules.Reply, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case r.Code < 400 || r.Code >= 500 || strings.HasPrefix(r.Enhanced, "4.1.") || strings.HasPrefix(r.Enhanced, "4.2."):
		if r.Code > 0 {
			delete(h.domains, domain)
		}
		return
	case len(h.domains) >= maxDomains || h.domains == nil:
		h.domains = map[string]*pause{}
	}
	p := h.domains[domain]
	if p == nil {
		p = &pause{}
		h.domains[domain] = p
	}
	p.failures++
	if n := p.failures - domainPatience; n >= 0 {
		p.until = now.Add(min(maxDomainPause, domainPause<<min(n, 6)))
	}
}
