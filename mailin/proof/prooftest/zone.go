// Package prooftest is a small world for tests of who wrote what: a DNS that answers from a table, and mail signed
// with keys made for one run. It is imported by tests only.
package prooftest

import (
	"context"
	"net"
	"strings"
	"sync"
)

// Zone answers from its tables. Names are in lower case without a final dot; what is in none does not exist. It is safe
// for use by many goroutines once filled.
type Zone struct {
	TXT map[string][]string
	MX  map[string][]string
	IP  map[string][]string
	PTR map[string][]string // by address
	Err map[string]error    // by name, before any table

	mu    sync.Mutex // guards asked
	asked []string
}

// NewZone returns an empty one.
func NewZone() *Zone {
	return &Zone{TXT: map[string][]string{}, MX: map[string][]string{}, IP: map[string][]string{}, PTR: map[string][]string{},
		Err: map[string]error{}}
}

// Asked lists the questions so far, as "txt name".
func (z *Zone) Asked() []string {
	z.mu.Lock()
	defer z.mu.Unlock()
	return append([]string(nil), z.asked...)
}

// Trouble is a failure of DNS that may pass, as a name server's SERVFAIL arrives.
func Trouble(name string) error {
	return &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
}

func (z *Zone) look(ctx context.Context, kind, name string, table map[string][]string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	z.mu.Lock()
	z.asked = append(z.asked, kind+" "+name)
	z.mu.Unlock()
	if err := z.Err[name]; err != nil {
		return nil, err
	}
	if list, ok := table[name]; ok {
		return list, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// LookupTXT answers from TXT.
func (z *Zone) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return z.look(ctx, "txt", name, z.TXT)
}

// LookupMX answers from MX.
func (z *Zone) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	hosts, err := z.look(ctx, "mx", name, z.MX)
	var list []*net.MX
	for _, h := range hosts {
		list = append(list, &net.MX{Host: h + ".", Pref: 10})
	}
	return list, err
}

// LookupIPAddr answers from IP.
func (z *Zone) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	ips, err := z.look(ctx, "ip", host, z.IP)
	var list []net.IPAddr
	for _, s := range ips {
		list = append(list, net.IPAddr{IP: net.ParseIP(s)})
	}
	return list, err
}

// LookupAddr answers from PTR.
func (z *Zone) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	return z.look(ctx, "ptr", addr, z.PTR)
}
