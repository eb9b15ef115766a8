package mailout

import (
	"sync"
	"time"
)

// pool keeps sessions between mails, the newest on top: few mails use one connection, and the others rest.
type pool struct {
	mu   sync.Mutex
	idle []*session
}

// get returns a session that was used before, nil for none.
func (p *pool) get() *session {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	s := p.idle[n-1]
	p.idle = p.idle[:n-1]
	s.idle.Stop()
	return s
}

// put keeps a session for the next mail, for a while.
func (p *pool) put(s *session, most int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.used >= maxPerSession || len(p.idle) >= most {
		go s.leave()
		return
	}
	s.idle = time.AfterFunc(idleSession, func() {
		if p.remove(s) {
			s.leave()
		}
	})
	p.idle = append(p.idle, s)
}

func (p *pool) remove(s *session) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, have := range p.idle {
		if have == s {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			return true
		}
	}
	return false
}

// close ends all that rest.
func (p *pool) close() {
	p.mu.Lock()
	all := p.idle
	p.idle = nil
	p.mu.Unlock()
	var left sync.WaitGroup
	for _, s := range all {
		s.idle.Stop()
		left.Go(s.leave)
	}
	left.Wait()
}

// leaveWait is how long we wait for a peer to say goodbye; nothing depends on it.
const leaveWait = 2 * time.Second

// leave says QUIT and closes, whatever the peer does. RFC 5321, section 4.1.1.10.
func (s *session) leave() {
	cut := time.AfterFunc(leaveWait, func() { s.conn.Close() })
	defer cut.Stop()
	if s.Quit() != nil {
		s.conn.Close()
	}
}
