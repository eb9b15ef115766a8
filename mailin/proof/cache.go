package proof

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// How long answers are kept. The real TTLs do not reach us; these are below what any domain publishes, and long
// enough that a burst of mail from one domain asks once.
const (
	keepFound    = time.Minute
	keepNotFound = 15 * time.Second
	askWithin    = 5 * time.Second // one question, whoever waits for it
	cacheEntries = 4096
	cacheBytes   = 4 << 20
)

// cache keeps answers for a short while and lets those who ask the same at the same time wait for one answer.
// Temporary trouble is told to those who wait and then forgotten. It is safe for use by many goroutines.
type cache struct {
	from Resolver

	mu    sync.Mutex // guards what follows
	found map[string]*answer
	bytes int
}

// answer is one question's. done is closed when list and err are there; they never change afterwards.
type answer struct {
	done chan struct{}
	list any
	err  error
	size int
	ends time.Time // zero while it is being asked

	waiting int                // guarded by the cache's mu
	give    context.CancelFunc // gives the question up
}

func newCache(from Resolver) *cache { return &cache{from: from, found: map[string]*answer{}} }

// cached asks once. The question runs on its own time and not on the first asker's: who comes second must not hear
// that the first one's mail was cancelled. It ends after askWithin, and as soon as nobody waits for it.
func cached[T any](ctx context.Context, c *cache, key string, size func([]T) int, question func(context.Context) ([]T, error)) ([]T, error) {
	c.mu.Lock()
	a := c.found[key]
	if a == nil || !a.ends.IsZero() && !time.Now().Before(a.ends) {
		c.drop(key)
		own, cancel := context.WithTimeout(context.WithoutCancel(ctx), askWithin)
		a = &answer{done: make(chan struct{}), give: cancel}
		c.found[key] = a
		go func() {
			defer cancel()
			list, err := guarded(own, question)
			n := 0
			if err == nil {
				if n = size(list); n > maxAnswer {
					list, err = nil, errAnswer
				}
			}
			c.keep(key, a, list, err, n)
		}()
	}
	a.waiting++
	c.mu.Unlock()
	defer c.leave(key, a)
	select {
	case <-a.done:
		list, _ := a.list.([]T)
		return list, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// leave gives a question up that nobody waits for any more.
func (c *cache) leave(key string, a *answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.waiting--; a.waiting > 0 {
		return
	}
	a.give()
	if a.ends.IsZero() && c.found[key] == a {
		delete(c.found, key)
	}
}

// guarded keeps a panic of a resolver where it is: this is a goroutine of our own.
func guarded[T any](ctx context.Context, question func(context.Context) ([]T, error)) (list []T, err error) {
	defer func() {
		if p := recover(); p != nil {
			list, err = nil, fmt.Errorf("resolver panicked: %.100q", fmt.Sprint(p))
		}
	}()
	return question(ctx)
}

func (c *cache) keep(key string, a *answer, list any, err error, size int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a.list, a.err, a.size = list, err, size+len(key)+100
	switch {
	case err == nil:
		a.ends = time.Now().Add(keepFound)
	case notFound(err) || errors.Is(err, errAnswer):
		a.ends = time.Now().Add(keepNotFound)
	}
	close(a.done)
	if c.found[key] != a {
		return // it was given up
	}
	if a.ends.IsZero() {
		delete(c.found, key)
		return
	}
	if c.bytes += a.size; c.bytes > cacheBytes || len(c.found) > cacheEntries {
		c.sweep()
	}
}

// drop forgets an answer that is too old.
func (c *cache) drop(key string) {
	if a := c.found[key]; a != nil {
		c.bytes -= a.size
		delete(c.found, key)
	}
}

// sweep makes room: all finished answers go, those still being asked stay.
func (c *cache) sweep() {
	for key, a := range c.found {
		if !a.ends.IsZero() {
			c.drop(key)
		}
	}
}

func (c *cache) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return cached(ctx, c, "txt "+name, func(list []string) (n int) {
		for _, s := range list {
			n += len(s)
		}
		return n
	}, func(ctx context.Context) ([]string, error) { return c.from.LookupTXT(ctx, name) })
}

func (c *cache) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	return cached(ctx, c, "mx "+name, func(list []*net.MX) (n int) {
		for _, mx := range list {
			n += len(mx.Host)
		}
		return n
	}, func(ctx context.Context) ([]*net.MX, error) { return c.from.LookupMX(ctx, name) })
}

func (c *cache) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	return cached(ctx, c, "ip "+host, func(list []net.IPAddr) int { return 24 * len(list) },
		func(ctx context.Context) ([]net.IPAddr, error) { return c.from.LookupIPAddr(ctx, host) })
}

func (c *cache) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	return cached(ctx, c, "ptr "+addr, func(list []string) (n int) {
		for _, s := range list {
			n += len(s)
		}
		return n
	}, func(ctx context.Context) ([]string, error) { return c.from.LookupAddr(ctx, addr) })
}
