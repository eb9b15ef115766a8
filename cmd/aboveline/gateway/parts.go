package gateway

import (
	"context"
	"fmt"
	"net"
	"reflect"
	"slices"
	"strings"
	"sync"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/mailin"
	"aboveline.example/mailin/imap"
	"aboveline.example/mailout"
	"aboveline.example/mailout/dkim"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// dial connects to a peer.
type dial func(ctx context.Context, network, addr string) (net.Conn, error)

// newCourier makes the mailer of a configuration. A nil dial is the network.
func newCourier(cfg *config.Config, g *Gateway, db *store.DB, d dial) (*mailout.Courier, error) {
	o, err := Smarthost(cfg)
	if err != nil {
		return nil, err
	}
	o.Log, o.Dial, o.Now = g.log, d, g.clock.Now
	s, err := newSigners(cfg)
	if err != nil {
		return nil, err
	}
	if s != nil {
		o.Signer = s
	}
	return mailout.NewCourier(o, counting{outbox{db, g}, g.counts, g.host}, db), nil
}

// signers sign for each domain that has keys; one mail may carry several signatures (RFC 6376, section 4).
type signers []*dkim.Signer

func (s signers) Sign(mail []byte) ([]byte, error) {
	var fields []byte
	for _, one := range s {
		f, err := one.Sign(mail)
		if err != nil {
			return nil, err
		}
		fields = append(fields, f...)
	}
	return fields, nil
}

func newSigners(cfg *config.Config) (signers, error) {
	var all signers
	for _, k := range cfg.Mailout.DKIM {
		key, err := dkim.Load(string(k.KeyFile))
		if err != nil {
			return nil, fmt.Errorf("read DKIM key: %w", err)
		}
		domain := string(k.Domain)
		if domain == "" {
			domain = cfg.Identity.Address.Domain()
		}
		s, err := dkim.New(domain, dkim.Key{Selector: k.Selector, Private: key})
		if err != nil {
			return nil, fmt.Errorf("DKIM key %s: %w", k.KeyFile, err)
		}
		all = append(all, s)
	}
	return all, nil
}

// cursors is the store as pollers see it.
type cursors struct{ *store.DB }

func (c cursors) Poison(ctx context.Context, mailbox string, uidValidity, uid uint32) (int, error) {
	return c.Tried(ctx, mailbox, uidValidity, uid)
}

func (c cursors) Absolve(ctx context.Context, mailbox string, uidValidity, uid uint32) error {
	return c.Update(ctx, func(tx *store.Tx) error {
		tx.Untried(mailbox, uidValidity, uid)
		return nil
	})
}

// profiled takes mail whose provider the operator vouched for.
type profiled struct {
	imap.Taker
	profile string
}

func (p profiled) Take(ctx context.Context, a rules.Arrival) error {
	a.Envelope.Profile = p.profile
	return p.Taker.Take(ctx, a)
}

// roomy takes mail only while there is room on the disk: what is refused here stays in its mailbox, or in the mail
// system's queue. The doors that speak SMTP ask for themselves, before they let a client send.
type roomy struct {
	*mailin.Intake
	room func() error
}

func (r roomy) Ready() error {
	if err := r.room(); err != nil {
		return &mailin.TemporaryError{Err: err}
	}
	return nil
}

func (r roomy) Take(ctx context.Context, a rules.Arrival) error {
	if err := r.Ready(); err != nil {
		return err
	}
	return r.Intake.Take(ctx, a)
}

// makePollers makes one poller a mailbox.
func (s *serving) makePollers(db *store.DB) error {
	for i, m := range s.cfg.Mailin.IMAP {
		o, err := Mailbox(s.cfg, m)
		if err != nil {
			return err
		}
		o.Name, o.Log, o.OnState, o.Dial = pollerName(s.cfg.Mailin.IMAP, i), s.log, s.polls.keep, s.o.Dial
		p, err := imap.New(o, profiled{roomy{s.intake, s.roomFor(s.cfg)}, m.Profile}, s.Gateway, cursors{db})
		if err != nil {
			return fmt.Errorf("mailbox %s: %w", o.Name, err)
		}
		s.pollers = append(s.pollers, p)
	}
	return nil
}

// pollerName names a mailbox in logs: its login, and the mailbox where it is not the INBOX.
func pollerName(all []config.IMAP, i int) string {
	name := all[i].Username
	if !strings.EqualFold(all[i].Mailbox, "INBOX") {
		name += "/" + all[i].Mailbox
	}
	for j := range i {
		if pollerName(all, j) == name {
			return fmt.Sprintf("%s#%d", name, i+1)
		}
	}
	return name
}

// polls is the newest state of each poller.
type polls struct {
	mu     sync.Mutex // guards states
	states map[string]imap.State
}

func (p *polls) keep(s imap.State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.states == nil {
		p.states = map[string]imap.State{}
	}
	p.states[s.Name] = s
}

// list shows them in the order of their names.
func (p *polls) list(v admin.View) []admin.Poll {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]admin.Poll, 0, len(p.states))
	for _, s := range p.states {
		list = append(list, admin.Poll{Mailbox: s.Name, At: admin.When{Time: s.LastPoll}, Error: s.Error})
	}
	slices.SortFunc(list, func(a, b admin.Poll) int { return strings.Compare(a.Mailbox, b.Mailbox) })
	return list
}

// admin is what commands may ask of the running gateway.
func (s *serving) admin() admin.Gateway {
	g := s.Gateway.Admin(s.cfg)
	g.Ask = s.courier.Ask
	if !s.cfg.Mailout.Smarthost.IsZero() {
		g.Probe = s.canary.ask
	}
	g.Sending = s.sends
	g.Polls = func() []admin.Poll { return s.polls.list(admin.View{}) }
	if s.o.Reload != nil {
		g.Reload = func(context.Context) (admin.Reloaded, error) { return s.reload() }
	}
	return g
}

// sends is how the way out fares, for who looks at the queue.
func (s *serving) sends() admin.Sending {
	host := s.host.read()
	switch {
	case s.cfg.Mailout.Smarthost.IsZero():
		return noSmarthost
	case host.FailingSince.IsZero():
		return admin.Sending{}
	}
	return admin.Sending{Error: "the smarthost takes no mail: " + host.Error, Since: host.FailingSince, Next: s.courier.NextTry()}
}

// Why nothing is ever sent by itself.
var (
	noSmarthost = admin.Sending{Error: "no smarthost is configured"}
	noGateway   = admin.Sending{Error: "no gateway is running"}
)

// Admin is what commands may ask of a gateway that is not serving.
func (g *Gateway) Admin(cfg *config.Config) admin.Gateway {
	sends := func() admin.Sending {
		if cfg.Mailout.Smarthost.IsZero() {
			return noSmarthost
		}
		return noGateway
	}
	return admin.Gateway{Take: g.Take(cfg), Release: g.Release, Drop: g.Drop, DropRow: g.DropRow, Retry: g.Retry, Sending: sends}
}

// reload takes rules and wording from the configuration as it is now, or says why it keeps the old ones. Doors,
// mailboxes and the smarthost are those of the start; where they changed it says so.
func (s *serving) reload() (r admin.Reloaded, err error) {
	s.o.Manager.Reloading()
	defer s.o.Manager.Ready(s.serves())
	cfg, err := s.o.Reload()
	if err != nil {
		return r, err
	}
	desk, err := cfg.Desk()
	if err != nil {
		return r, err
	}
	if err := s.Reload(desk, cfg.Wording()); err != nil {
		return r, err
	}
	s.log.Info("configuration reloaded")
	if r.Later = later(s.cfg, cfg); len(r.Later) > 0 {
		s.log.Warn("not all of the configuration can change while it serves: these tables count at the next start", "tables", strings.Join(r.Later, " "))
	}
	return r, nil
}

// later names the tables that a gateway was started with and that differ now. What a reload takes is not looked at.
func later(started, now *config.Config) []string {
	login := func(m config.Mailout) config.Mailout {
		return config.Mailout{Smarthost: m.Smarthost, CAFile: m.CAFile, Username: m.Username, Password: m.Password, OAuth2: m.OAuth2, DKIM: m.DKIM}
	}
	tables := []string{}
	for _, t := range []struct {
		name       string
		start, now any
	}{
		{"store", started.Store, now.Store}, {"mailin", started.Mailin, now.Mailin},
		{"mailout", login(started.Mailout), login(now.Mailout)}, {"dns", started.DNS, now.DNS},
		{"log", started.Log, now.Log}, {"metrics", started.Metrics, now.Metrics}, {"alarm", started.Alarm, now.Alarm},
	} {
		if !reflect.DeepEqual(t.start, t.now) {
			tables = append(tables, t.name)
		}
	}
	return tables
}

// lowWater is how much room is left for what is already promised: three mails of full size, and what the store needs
// to write its pages.
const lowWater = 200 << 20

// roomFor asks the store's disk for its room.
func (g *Gateway) roomFor(cfg *config.Config) func() error {
	return func() error { return freeSpace(g.db.Dir(), int64(cfg.Mailin.MaxSize)) }
}

// freeSpace returns an error while the disk is too full to promise anything.
func freeSpace(dir string, maxSize int64) error {
	free, err := diskFree(dir)
	if err != nil {
		return nil // a file system that does not tell is not a reason to refuse mail
	}
	if free < max(lowWater, 3*maxSize) {
		return fmt.Errorf("%w: %d MiB free in %s", mailin.ErrFull, free>>20, dir)
	}
	return nil
}
