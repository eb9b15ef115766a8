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

func newClock() *clock { return &clock{set: make(chan struct{}, 1)} }

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
