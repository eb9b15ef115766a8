package demo

import (
	"sync"
	"time"
)

// clock runs like the system's, and can be put forward: an hour of waiting for a vendor takes no hour to show.
type clock struct {
	mu    sync.Mutex // guards ahead
	ahead time.Duration
	set   chan struct{}
}

// opening is when the demo's morning begins.
const opening = 8*time.Hour + 30*time.Minute

// newClock begins at half past eight of the coming workday, in the desk's zone.
func newClock(zone *time.Location) *clock {
	now := time.Now()
	local := now.In(zone)
	at := time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, zone).Add(opening)
	for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
		at = at.AddDate(0, 0, 1)
	}
	return &clock{ahead: at.Sub(now), set: make(chan struct{}, 1)}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

// forward puts the clock forward and tells the gateway.
func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	c.ahead += d
	c.mu.Unlock()
	select {
	case c.set <- struct{}{}:
	default:
	}
}
