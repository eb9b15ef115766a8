package smtp

import (
	"fmt"
	"net/netip"
	"sync"

	"golang.org/x/time/rate"
)

// How many recipients that we do not have an address may ask for: a person mistypes once, who tries names does not
// stop. And how many addresses we remember that of.
const (
	missesASecond = 0.2
	missesAtOnce  = 20
	maxRemembered = 4096
)

// peers counts connections and mistakes by address. The zero value is ready.
type peers struct {
	mu     sync.Mutex
	total  int
	open   map[netip.Prefix]int
	misses map[netip.Prefix]*rate.Limiter
	listed *rate.Limiter // refusals that are listed one by one
}

// enter counts a connection in, or says in the client's words why it may not come; most is how many of one address
// may. A client without an address is on our own machine and is counted among all only.
func (p *peers) enter(peer netip.Addr, most int) (why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.total >= maxConnections {
		return "has all its lines busy; please come back in a few minutes"
	}
	if net := network(peer); net.IsValid() {
		if p.open[net] >= most {
			return fmt.Sprintf("has %d connections with you already; please close some first", most)
		}
		if p.open == nil {
			p.open = map[netip.Prefix]int{}
		}
		p.open[net]++
	}
	p.total++
	return ""
}

// leave counts a connection out that enter let in.
func (p *peers) leave(peer netip.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total--
	net := network(peer)
	if !net.IsValid() {
		return
	}
	if p.open[net]--; p.open[net] <= 0 {
		delete(p.open, net)
	}
}

// missed records that a client named a recipient we do not have, and says whether it may go on.
func (p *peers) missed(peer netip.Addr) bool {
	net := network(peer)
	if !net.IsValid() {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.misses[net]
	if l == nil {
		p.forgetSome()
		l = rate.NewLimiter(missesASecond, missesAtOnce)
		p.misses[net] = l
	}
	return l.Allow()
}

// mayList says whether one more refusal is listed. Who tries a million names must not write a million lines.
func (p *peers) mayList() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listed == nil {
		p.listed = rate.NewLimiter(1, 100)
	}
	return p.listed.Allow()
}

// forgetSome makes room for one more: first who has made good, and all where nobody has.
func (p *peers) forgetSome() {
	if p.misses == nil {
		p.misses = map[netip.Prefix]*rate.Limiter{}
	}
	if len(p.misses) < maxRemembered {
		return
	}
	for net, l := range p.misses {
		if l.Tokens() >= missesAtOnce {
			delete(p.misses, net)
		}
	}
	if len(p.misses) >= maxRemembered {
		clear(p.misses)
	}
}

// network is what counts as one peer: an IPv4 address, or the /64 that a host is given in IPv6.
func network(peer netip.Addr) netip.Prefix {
	if !peer.IsValid() {
		return netip.Prefix{}
	}
	if peer.Is4() {
		return netip.PrefixFrom(peer, 32)
	}
	net, _ := peer.Prefix(64) // cannot fail: an IPv6 address has 64 bits
	return net
}
