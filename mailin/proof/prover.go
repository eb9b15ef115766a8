package proof

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"strings"
	"time"

	"aboveline.example/rules"
)

// DefaultTimeout bounds what proving one mail waits for DNS in all.
const DefaultTimeout = 10 * time.Second

// Methods say on what an aligned DMARC pass rests (rules.Proof.Method).
const (
	MethodDKIM = "dkim"
	MethodSPF  = "spf"
)

// By is who proved it where we did ourselves.
const By = "dmarc"

// Options say how a Prover works. The zero value is usable.
type Options struct {
	Resolver Resolver      // NewResolver("") where nil
	Timeout  time.Duration // DefaultTimeout where zero
	Log      *slog.Logger
}

// Prover proves authors: by the word of the relay that a door's configuration names or, where it says nothing, by our
// own evaluation. It is safe for use by many goroutines and keeps a small cache of DNS answers.
type Prover struct {
	dns     *cache
	timeout time.Duration
	log     *slog.Logger
}

// New returns a Prover.
func New(o Options) *Prover {
	if o.Resolver == nil {
		o.Resolver = NewResolver("")
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Prover{dns: newCache(o.Resolver), timeout: o.Timeout, log: o.Log}
}

// Prove says how far the author of a mail is who they say. It waits for DNS no longer than the Prover's timeout, and
// whatever goes wrong is no proof: a bug in proving must not keep a mail out.
func (v *Prover) Prove(ctx context.Context, m *rules.Mail) (p rules.Proof) {
	defer func() {
		if r := recover(); r != nil {
			v.log.Error("author not proved", "msgid", fmt.Sprintf("%.60q", m.MessageID), "err", fmt.Sprintf("%.200q", fmt.Sprint(r)))
			p = rules.Proof{Result: rules.ProofNone, Domain: m.From.Address.Domain(), By: By, Detail: "the check broke off"}
		}
	}()
	word, said := relayWord(m)
	if said && word.Result != rules.ProofTempError {
		return word
	}
	ctx, cancel := context.WithTimeout(ctx, v.timeout)
	defer cancel()
	own := v.evaluate(ctx, m)
	if said && own.Result != rules.ProofPass {
		return word // temporary trouble of the relay's, and we know no better
	}
	return own
}

// evaluation is the checking of one mail.
type evaluation struct {
	dns      *asker
	from     string // the From domain
	received time.Time
	policies map[string]record
}

// evaluate is DMARC (RFC 9989, section 5.3) over the stored bytes.
func (v *Prover) evaluate(ctx context.Context, m *rules.Mail) rules.Proof {
	p := rules.Proof{Result: rules.ProofNone, Domain: m.From.Address.Domain(), By: By}
	h, problem := readable(m)
	if problem != "" {
		p.Detail = problem
		return p
	}
	e := &evaluation{dns: &asker{from: v.dns}, from: p.Domain, received: m.Received, policies: map[string]record{}}
	if e.received.IsZero() {
		e.received = time.Now()
	}
	asks, found, err := e.discover(ctx)
	switch {
	case err != nil:
		p.Result, p.Detail = rules.ProofTempError, brief(err)
		return p
	case !found:
		p.Detail = "the domain publishes no DMARC policy"
		return p
	}
	signed := e.signatures(ctx, h, asks)
	seesClient := m.Envelope.Door == "smtp" && !m.Envelope.Relay && m.Envelope.PeerAddr().IsValid()
	if signed.passed != "" {
		p = pass(p, MethodDKIM, signed.passed)
		signed.open = shut(signed.open, m.Raw)
		// Who sends a signed mail again does it from a machine of their own; one of the domain's sends it as it was written.
		if len(signed.open) == 1 || !seesClient || e.sender(ctx, m.Envelope, asks).passed == "" {
			p.Open = signed.open
			p.Detail += leaves(p.Open)
		}
		return p
	}
	if !seesClient {
		return withoutClient(p, signed)
	}
	sent := e.sender(ctx, m.Envelope, asks)
	switch {
	case sent.passed != "":
		return pass(p, MethodSPF, sent.passed)
	case signed.temp != "" || sent.temp != "":
		p.Result, p.Detail = rules.ProofTempError, cmp.Or(signed.temp, sent.temp)
	case signed.weak != "":
		p.Detail = signed.weak
	default:
		p.Result = rules.ProofFail
		p.Detail = e.failed(ctx, asks, signed, sent)
	}
	return p
}

// readable says why a mail cannot be proved whatever it is signed with, "" where it can.
func readable(m *rules.Mail) (head, string) {
	if m.Identity != rules.IdentityClear || m.From.Address == "" {
		return head{}, "its author can be read in more ways than one"
	}
	if m.Unread {
		return head{}, "it was read from its headers only"
	}
	h, ok := splitHead(m.Raw)
	if !ok {
		return h, "its header can be split in more ways than one"
	}
	if a, ok := h.author(); !ok || a != m.From.Address {
		return h, "its author can be read in more ways than one"
	}
	if name := h.doubled(); name != "" {
		return h, "it has more than one " + name
	}
	return h, ""
}

func pass(p rules.Proof, method, domain string) rules.Proof {
	p.Result, p.Method, p.Detail = rules.ProofPass, method, "vouched for by "+domain
	if method != "" {
		p.Detail = method + "=pass by " + domain
	}
	return p
}

// withoutClient is what signatures alone say. That there is no good one is no failure here: the client's address might
// have passed, and this door does not know it.
func withoutClient(p rules.Proof, signed evidence) rules.Proof {
	switch {
	case signed.temp != "":
		p.Result, p.Detail = rules.ProofTempError, signed.temp
	case signed.weak != "":
		p.Detail = signed.weak
	default:
		p.Detail = signed.why + "; this door does not see who sent it"
	}
	return p
}

// failed says why nothing passed, and what the owner of the domain wants done about it. What we do does not depend on
// that: a failure is one under p=none, too.
func (e *evaluation) failed(ctx context.Context, asks policy, signed, sent evidence) string {
	wants := asks.asked(e.from, func() bool { return e.exists(ctx, e.from) })
	if asks.test {
		wants += " t=y"
	}
	return fmt.Sprintf("dmarc=fail (p=%s at %s): %s; %s", wants, asks.domain, signed.why, sent.why)
}

// date is the Date field, zero where it cannot be read.
func (h head) date() time.Time {
	for _, f := range h.fields {
		if strings.EqualFold(f.Name, "Date") {
			if t, err := mail.ParseDate(f.Unfolded()); err == nil {
				return t
			}
		}
	}
	return time.Time{}
}

var _ Resolver = (*net.Resolver)(nil)
