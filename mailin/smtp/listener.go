package smtp

import (
	"net"
	"net/netip"
	"time"
)

// listener lets connections through to go-smtp, each behind a gate, and turns the rest away.
type listener struct {
	net.Listener
	s *Server
}

// Accept waits for the next connection that may come in.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		peer := peerOf(c)
		if why := l.s.desk.enter(peer, l.s.mostOf(peer)); why != "" {
			l.s.log.Info("connection refused", "door", l.s.door(), "from", peer.String(), "reason", why)
			go turnAway(c, "421 4.7.0 "+l.s.o.Hostname+" "+why)
			continue
		}
		g := newGate(l.s, c, peer)
		if !l.s.track(g) {
			l.s.desk.leave(peer)
			go turnAway(c, "421 4.3.2 "+l.s.o.Hostname+" is closing; please come back in a few minutes")
			continue
		}
		return g, nil
	}
}

// turnAway says why and closes c. It does not wait for a client that does not listen.
func turnAway(c net.Conn, reply string) {
	_ = c.SetDeadline(time.Now().Add(5 * time.Second)) // one line fits every socket's buffer; this is for pipes
	_, _ = c.Write([]byte(reply + "\r\n"))
	_ = c.Close()
}

// peerOf is the client's address, or the invalid Addr where it has none, as on a unix socket.
func peerOf(c net.Conn) netip.Addr {
	ap, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}
