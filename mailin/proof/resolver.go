package proof

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"
)

// Resolver asks DNS. *net.Resolver is one. Errors are *net.DNSError: IsNotFound says that there is no such record;
// anything else is trouble that may pass.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}

// dialWithin bounds reaching a name server; a local one answers in a millisecond.
const dialWithin = 5 * time.Second

// NewResolver asks the name server at an address ("127.0.0.1:5353"; port 53 where none is named), or the system's
// where it is "".
func NewResolver(server string) *net.Resolver {
	if server == "" {
		return &net.Resolver{PreferGo: true}
	}
	if _, _, err := net.SplitHostPort(server); err != nil {
		server = net.JoinHostPort(strings.Trim(server, "[]"), "53")
	}
	d := net.Dialer{Timeout: dialWithin}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return d.DialContext(ctx, network, server)
	}}
}

// Limits of what one mail may ask.
const (
	maxQueries  = 20       // DESIGN and RFC 7208, section 4.6.4, in sum: a pass needs three to eight
	maxTrouble  = 2        // failures after which the name server is left in peace
	maxAnswer   = 32 << 10 // bytes of one answer; a domain's TXT records reach some 4 KB
	maxRecords  = 100      // of one answer
	maxNameSize = 253      // RFC 1035, section 2.3.4, without the final dot
)

// errAnswer is an answer that no honest domain gives.
var errAnswer = errors.New("answer is too large")

// asker asks on behalf of one mail. It counts, and gives up: what is over the limits is temporary trouble, never an
// answer. It is used by one goroutine.
type asker struct {
	from    Resolver
	queries int
	trouble int
}

// ask spends n queries on one question. Names are asked as they are: with their final dot, a resolver adds no search
// domain of its own.
func ask[T any](a *asker, name string, n int, question func(name string) ([]T, error)) ([]T, error) {
	name = strings.TrimSuffix(name, ".")
	if name == "" || len(name) > maxNameSize || strings.Contains(name, "..") {
		return nil, &net.DNSError{Err: "no domain name", Name: name, IsNotFound: true}
	}
	if a.queries+n > maxQueries || a.trouble >= maxTrouble {
		return nil, &net.DNSError{Err: "this mail has asked enough", Name: name, IsTemporary: true}
	}
	a.queries += n
	list, err := question(name + ".")
	if err = plainError(name, err); err != nil {
		if !notFound(err) {
			a.trouble++
		}
		return nil, err
	}
	return list[:min(len(list), maxRecords)], nil
}

// plainError brings any error to the two kinds that count. The libraries ask for *net.DNSError and take what is
// neither for a final answer, which it is not.
func plainError(name string, err error) error {
	if err == nil {
		return nil
	}
	d := &net.DNSError{Err: err.Error(), Name: name, IsTemporary: true}
	if known, ok := errors.AsType[*net.DNSError](err); ok {
		copied := *known
		d = &copied
		d.IsTemporary = !d.IsNotFound
	}
	if errors.Is(err, errAnswer) {
		d = &net.DNSError{Err: errAnswer.Error(), Name: name, IsNotFound: true}
	}
	return d
}

// notFound says whether an answer is that there is none.
func notFound(err error) bool {
	d, ok := errors.AsType[*net.DNSError](err)
	return ok && d.IsNotFound
}

func (a *asker) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return ask(a, name, 1, func(name string) ([]string, error) { return a.from.LookupTXT(ctx, name) })
}

func (a *asker) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	return ask(a, name, 1, func(name string) ([]*net.MX, error) { return a.from.LookupMX(ctx, name) })
}

// LookupIPAddr asks twice: for A and for AAAA.
func (a *asker) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	return ask(a, host, 2, func(name string) ([]net.IPAddr, error) { return a.from.LookupIPAddr(ctx, name) })
}

func (a *asker) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	return ask(a, addr, 1, func(name string) ([]string, error) {
		return a.from.LookupAddr(ctx, strings.TrimSuffix(name, "."))
	})
}
