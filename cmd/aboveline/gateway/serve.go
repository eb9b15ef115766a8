package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/alarm"
	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/cmd/aboveline/systemd"
	"aboveline.example/mailin"
	"aboveline.example/mailin/imap"
	"aboveline.example/mailin/proof"
	"aboveline.example/mailin/smtp"
	"aboveline.example/mailout"
	"aboveline.example/store"
)

// drainFor is how long a stopping gateway lets what runs come to its end: longer than a mail of full size takes to
// arrive on a fair line, shorter than a service manager waits before it kills.
const drainFor = 25 * time.Second

// ServeOptions are what Serve may be given beside the configuration.
type ServeOptions struct {
	Log *slog.Logger
	// Ready is called once all doors are open, with their addresses by door: "smtp", "lmtp".
	Ready func(addrs map[string]net.Addr)
	// Reload reads the configuration anew; nil where there is none to read.
	Reload func() (*config.Config, error)
	// Listeners were opened for us by a service manager, by door; "admin" is where commands come in.
	Listeners map[string]net.Listener
	// Manager is the service manager that started us; nil is none.
	Manager *systemd.Manager
	// Version is what figures say that runs.
	Version string
	// Clock is what the gateway decides and sends by; the zero value is the system's.
	Clock Clock
	// Resolver answers what proving authors asks of DNS; nil is the configured one.
	Resolver proof.Resolver
	// Dial connects to mailboxes and to the smarthost; nil is the network.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// serving is one run of the gateway.
type serving struct {
	*Gateway
	cfg     *config.Config
	o       ServeOptions
	intake  *mailin.Intake
	doors   map[string]*smtp.Server
	pollers []*imap.Poller
	polls   polls
	courier *mailout.Courier
	alarms  *alarm.Watch
	started time.Time
	ready   atomic.Bool // the doors are open
	running sync.WaitGroup
	failed  chan error // a part that cannot go on; the first ends the gateway
}

// Serve runs the gateway until ctx ends, then drains: no new mail is begun, what runs comes to its end, and after
// drainFor it is aborted. A peer that does not answer is retried and told; only what makes serving impossible (an
// address in use, a store that is locked) is returned.
func Serve(ctx context.Context, cfg *config.Config, o ServeOptions) error {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	g, db, err := Open(cfg, o.Log)
	if err != nil {
		return err
	}
	g.clock = o.Clock
	if o.Resolver != nil {
		g.prover = proof.New(proof.Options{Resolver: o.Resolver, Log: o.Log})
	}
	return errors.Join(newServing(g, cfg, o).run(ctx, db), db.Close())
}

func newServing(g *Gateway, cfg *config.Config, o ServeOptions) *serving {
	return &serving{Gateway: g, cfg: cfg, o: o, intake: g.Intake(cfg), doors: map[string]*smtp.Server{}, failed: make(chan error, 8)}
}

func (s *serving) run(ctx context.Context, db *store.DB) error {
	if err := db.Requeue(ctx); err != nil {
		return fmt.Errorf("put back what was being sent: %w", err)
	}
	if err := s.keepDigest(ctx); err != nil {
		return err
	}
	var err error
	if s.courier, err = newCourier(s.cfg, s.Gateway, db, s.o.Dial); err != nil {
		return err
	}
	if err := s.makePollers(db); err != nil {
		return err
	}
	if err := s.canary.load(ctx); err != nil {
		return err
	}
	s.alarms, s.started = s.newAlarms(), s.clock.now()
	listeners, err := s.listen()
	if err != nil {
		return err
	}
	socket := s.o.Listeners["admin"]
	if socket == nil {
		if socket, err = admin.Listen(db.Dir()); err != nil {
			closeAll(listeners)
			return err
		}
	}
	figures, err := s.openMetrics()
	if err != nil {
		closeAll(listeners)
		socket.Close()
		return err
	}

	// Two ends, one after the other: accepting says begin nothing new, working says stop in the middle.
	accepting, stopAccepting := context.WithCancel(ctx)
	working, stopWorking := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWorking()
	defer stopAccepting()
	s.start(accepting, working, listeners, socket)
	s.observe(accepting, figures)
	s.announce(listeners)

	var failure error
	select {
	case <-ctx.Done():
		s.log.Info("stopping", "within", drainFor)
	case failure = <-s.failed:
		s.log.Error("cannot go on", "err", failure)
	}
	s.o.Manager.Stopping()
	stopAccepting()
	drained, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainFor)
	defer cancel()
	abort := context.AfterFunc(drained, stopWorking)
	defer abort()
	for _, d := range s.doors {
		s.running.Go(func() {
			if err := d.Drain(drained); err != nil {
				s.log.Warn("sessions cut short", "err", err)
			}
		})
	}
	s.running.Wait()
	s.log.Info("stopped")
	return failure
}

// start sets every part going.
func (s *serving) start(accepting, working context.Context, listeners map[string]net.Listener, socket net.Listener) {
	desk := &admin.Desk{View: admin.View{Prefix: s.Desk().Prefix, Zone: s.Desk().Zone}, DB: s.db, Gateway: s.admin(), Log: s.log}
	s.part("admin socket", func() error { return admin.Serve(accepting, socket, desk.Table(), s.log) })
	for door, l := range listeners {
		s.part(door, func() error { return s.doors[door].Serve(l) })
	}
	for _, p := range s.pollers {
		s.running.Go(func() { p.Run(accepting, working) })
	}
	s.part("courier", func() error { return s.courier.Run(accepting, working) })
	s.running.Go(func() { s.runWaker(accepting) })
	s.running.Go(func() { s.runClock(accepting) })
	s.running.Go(func() { s.runDoorman(accepting) })
	s.running.Go(func() { s.runRechecks(accepting) })
	s.running.Go(func() { s.runEraser(accepting) })
}

// part runs something whose end is the gateway's.
func (s *serving) part(name string, run func() error) {
	s.running.Go(func() {
		if err := run(); err != nil {
			select {
			case s.failed <- fmt.Errorf("%s: %w", name, err):
			default:
			}
		}
	})
}

// runWaker hands wake-ups of the outbox to the courier.
func (s *serving) runWaker(ctx context.Context) {
	for {
		select {
		case <-s.sending:
			s.courier.Wake()
		case <-ctx.Done():
			return
		}
	}
}

// listen opens the configured doors, all or none.
func (s *serving) listen() (map[string]net.Listener, error) {
	open := map[string]net.Listener{}
	add := func(door, at string, options smtp.Options) error {
		server, err := smtp.New(s.intake, options)
		if err != nil {
			return err
		}
		l := s.o.Listeners[door]
		if l == nil {
			if l, err = smtp.Listen(at, smtp.SocketMode); err != nil {
				return err
			}
		}
		open[door], s.doors[door] = l, server
		return nil
	}
	err := func() error {
		if c := s.cfg.Mailin.SMTP; c != nil {
			o := s.doorOptions()
			o.Relays, o.AuthservID, o.SMTPUTF8 = c.Relays, c.AuthservID, true
			if c.TLSCert != "" {
				t, err := smtp.LoadCertificate(string(c.TLSCert), string(c.TLSKey), s.log)
				if err != nil {
					return err
				}
				o.TLS = t
			}
			if err := add("smtp", string(c.Listen), o); err != nil {
				return err
			}
		}
		if c := s.cfg.Mailin.LMTP; c != nil {
			o := s.doorOptions()
			o.LMTP, o.AuthservID, o.SMTPUTF8 = true, c.AuthservID, true
			return add("lmtp", string(c.Listen), o)
		}
		return nil
	}()
	if err != nil {
		closeAll(open)
		return nil, err
	}
	return open, nil
}

func (s *serving) doorOptions() smtp.Options {
	return smtp.Options{
		Log: s.log, Hostname: s.cfg.Hostname(), Desk: string(s.cfg.Identity.Address),
		Addresses: func(rcpt string) bool { return s.Desk().Accepts(rcpt) },
		MaxSize:   int64(s.cfg.Mailin.MaxSize),
		FreeSpace: s.roomFor(s.cfg),
	}
}

func closeAll(listeners map[string]net.Listener) {
	for _, l := range listeners {
		l.Close()
	}
}

// announce says what is open, and what a desk without proof or smarthost means.
func (s *serving) announce(listeners map[string]net.Listener) {
	addrs := map[string]net.Addr{}
	for door, l := range listeners {
		addrs[door] = l.Addr()
	}
	s.log.Info("serving", "desk", string(s.cfg.Identity.Address), "store", s.db.Dir())
	if len(listeners) == 0 && len(s.pollers) == 0 {
		s.log.Warn("no door is open: mail comes in by \"aboveline deliver\" alone; give the config a [mailin.smtp], [mailin.lmtp] or [[mailin.imap]] table")
	}
	if len(s.cfg.Staff) == 0 {
		s.log.Warn("nobody is staff: tickets are kept and confirmed, and nobody is told of them; give the config a [[staff]] table")
	}
	if s.cfg.Mailout.Smarthost.IsZero() {
		s.log.Warn("no smarthost is configured: outgoing mail stays in the queue; read it with \"aboveline queue list\"")
	}
	if !s.proves() {
		s.log.Warn("no door names an authserv_id: nobody is believed without proof that we find ourselves, and staff whose mail has none are asked to confirm what they send")
	}
	s.ready.Store(true)
	s.o.Manager.Ready(s.serves())
	if s.o.Ready != nil {
		s.o.Ready(addrs)
	}
}

// serves is what a service manager shows beside our name.
func (s *serving) serves() string { return "serving " + string(s.cfg.Identity.Address) }

// proves says whether any door can prove an author.
func (s *serving) proves() bool {
	in := s.cfg.Mailin
	proves := in.SMTP != nil && in.SMTP.AuthservID != "" && len(in.SMTP.Relays) > 0 ||
		in.LMTP != nil && in.LMTP.AuthservID != "" || in.Pipe.AuthservID != ""
	for _, m := range in.IMAP {
		proves = proves || m.AuthservID != "" || m.Profile != ""
	}
	return proves
}
