package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"aboveline.example/mailin"
)

// Limits of the door (DESIGN, section 9).
const (
	maxRecipients  = 100              // RFC 5321, section 4.5.3.1.8: no fewer may be refused
	maxSession     = 10 * time.Minute // a client with more to say comes again
	maxIdle        = 5 * time.Minute  // RFC 5321, section 4.5.3.2.7: at least that
	maxReplying    = time.Minute      // a client that does not read our replies
	maxHandshake   = 30 * time.Second // TLS
	maxTaking      = 5 * time.Minute  // clients wait 10 for the reply to the final dot (section 4.5.3.2.6)
	paceWindow     = time.Minute      // over how much waiting the pace of a mail is judged
	minPace        = 1 << 10          // bytes a second
	maxPerPeer     = 20               // connections of an address: what an MTA opens at most by default
	maxPerRelay    = 100              // of a relay of ours, who brings everybody's mail; a third of all
	maxConnections = 300              //
	maxLine        = 128 << 10        // bytes of a line in a mail, CR LF included; RFC 5321 says 1000, programs say more
	maxCommand     = 4 << 10          // bytes of a command line: 512 by RFC 5321, and room for every extension
	maxMistakes    = 20               // 5xx replies in a session of a client that is no relay of ours
	maxBadLines    = 3                // lines that are no commands at all
	drainWait      = 5 * time.Second  // for sessions to notice that their connection was closed
)

// Options say how a door works. Hostname and Addresses are required.
type Options struct {
	Log *slog.Logger
	// LMTP makes it an LMTP door (RFC 2033) in place of an SMTP one.
	LMTP bool
	// Hostname is what we call ourselves.
	Hostname string
	// Desk is the address that replies name to people who wrote to one we do not have; "" names none.
	Desk string
	// Addresses says whether a recipient is ours: a bare address as given, or "postmaster" alone.
	Addresses func(rcpt string) bool
	// MaxSize is the largest mail in bytes, without our trace field; mailin.DefaultMaxSize where zero.
	MaxSize int64
	// TLS is offered by STARTTLS where set. LoadCertificate makes one that follows its files.
	TLS *tls.Config
	// Relays are the peers that check mail for us. They are believed and not counted against.
	Relays []netip.Prefix
	// AuthservID is the name under which Relays sign Authentication-Results. An LMTP door counts every client of our own
	// machine among the Relays.
	AuthservID string
	// SMTPUTF8 offers RFC 6531.
	SMTPUTF8 bool
	// FreeSpace returns an error while the disk is too full to promise anything.
	FreeSpace func() error
}

// Server is an SMTP or LMTP door. Make one with New.
type Server struct {
	o    Options
	in   mailin.Taker
	log  *slog.Logger
	smtp *gosmtp.Server
	desk peers

	base context.Context // of all work; ended when a drain has lost its patience
	stop context.CancelCauseFunc

	mu       sync.Mutex // guards what follows
	gates    map[*gate]struct{}
	doors    []net.Listener
	draining bool
	open     sync.WaitGroup // one for each gate
}

// New returns a door through which mail goes to in.
func New(in mailin.Taker, o Options) (*Server, error) {
	if o.Hostname == "" || o.Addresses == nil {
		return nil, errors.New("smtp: a door needs a hostname and to know its addresses")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.MaxSize <= 0 {
		o.MaxSize = mailin.DefaultMaxSize
	}
	if o.FreeSpace == nil {
		o.FreeSpace = func() error { return nil }
	}
	s := &Server{o: o, in: in, log: o.Log, gates: map[*gate]struct{}{}}
	s.base, s.stop = context.WithCancelCause(context.Background())
	s.smtp = gosmtp.NewServer(gosmtp.BackendFunc(s.session))
	s.smtp.Domain = o.Hostname
	s.smtp.LMTP = o.LMTP
	s.smtp.MaxRecipients = maxRecipients
	s.smtp.EnableSMTPUTF8 = o.SMTPUTF8
	s.smtp.EnableDSN = true // to relays; the gate and the session see to it
	s.smtp.ErrorLog = quiet{s.log}
	// These three are the gate's: it must go on reading where go-smtp would stop with the rest of a mail unread.
	s.smtp.ReadTimeout = 0
	s.smtp.MaxLineLength = 0
	s.smtp.MaxMessageBytes = 0
	return s, nil
}

// door names this kind of door in envelopes and logs.
func (s *Server) door() string {
	if s.o.LMTP {
		return "lmtp"
	}
	return "smtp"
}

// Serve takes connections from l until Drain is called, which makes it return nil. It may be called for several
// listeners at once. It owns l.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	if s.draining {
		s.mu.Unlock()
		return l.Close()
	}
	s.doors = append(s.doors, l)
	s.mu.Unlock()
	s.log.Info("door open", "door", s.door(), "at", l.Addr().String())
	err := s.smtp.Serve(&listener{Listener: l, s: s})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining || err == nil {
		return nil
	}
	return fmt.Errorf("smtp: serve %s: %w", l.Addr(), err)
}

// Drain stops the door: no new connections, 421 to those who wait, an end to the mail for those in the middle of one.
// It returns when all connections are closed. Where ctx ends before, the rest are cut off, whatever they are doing, and
// the error says so.
func (s *Server) Drain(ctx context.Context) error {
	s.mu.Lock()
	s.draining = true
	for _, l := range s.doors {
		_ = l.Close() // by us: go-smtp forgets one whose Serve has only just begun
	}
	for g := range s.gates {
		g.drain()
	}
	s.mu.Unlock()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		s.open.Wait() // not go-smtp's Shutdown: it would serve for ever who outlives its context
	}()
	select {
	case <-closed:
		s.stop(context.Canceled)
		return nil
	case <-ctx.Done():
	}
	cause := context.Cause(ctx)
	s.stop(cause)
	s.mu.Lock()
	cutOff := len(s.gates)
	for g := range s.gates {
		g.kill()
	}
	s.mu.Unlock()
	patience := time.NewTimer(drainWait)
	defer patience.Stop()
	select {
	case <-closed:
		return fmt.Errorf("smtp: drain: %d connections cut off: %w", cutOff, cause)
	case <-patience.C:
		return fmt.Errorf("smtp: drain: %d connections cut off, and mail is still being kept: %w", cutOff, cause)
	}
}

// track counts g in, or returns false where the door is closing.
func (s *Server) track(g *gate) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return false
	}
	s.gates[g] = struct{}{}
	s.open.Add(1)
	return true
}

// forget counts g out.
func (s *Server) forget(g *gate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.gates[g]; ok {
		delete(s.gates, g)
		s.desk.leave(g.peer)
		s.open.Done()
	}
}

// mostOf is how many connections a client at that address may have.
func (s *Server) mostOf(peer netip.Addr) int {
	if s.isRelay(peer) {
		return maxPerRelay
	}
	return maxPerPeer
}

// isRelay says whether a client at that address is believed. Where mail comes by LMTP, our own machine's mail system is
// (RFC 2033, section 1: LMTP is for a private port), which a unix socket's mode and a loopback address see to.
func (s *Server) isRelay(peer netip.Addr) bool {
	if s.o.LMTP && (!peer.IsValid() || peer.IsLoopback()) {
		return true
	}
	for _, p := range s.o.Relays {
		if p.Contains(peer) {
			return true
		}
	}
	return false
}

// quiet passes go-smtp's complaints on. They are about one connection, and a panic among them is our own bug.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, v ...any) { q.tell(fmt.Sprintf(format, v...)) }
func (q quiet) Println(v ...any)               { q.tell(fmt.Sprint(v...)) }

func (q quiet) tell(text string) {
	if strings.HasPrefix(text, "panic") {
		q.log.Error("session broke", "err", text)
		return
	}
	q.log.Debug("session", "err", fmt.Sprintf("%.200q", text))
}
