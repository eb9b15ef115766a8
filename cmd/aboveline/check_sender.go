package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"aboveline.example/cmd/aboveline/config"
)

// senderProbes look at what receivers of our mail will look at.
func senderProbes(c *config.Config) []probe {
	domain := c.Identity.Address.Domain()
	if c.Mailout.Smarthost.IsZero() || !strings.Contains(domain, ".") {
		return nil
	}
	return []probe{
		{"spf", func(ctx context.Context) (string, error) { return lookSPF(ctx, resolver(c), domain) }},
		{"dmarc", func(ctx context.Context) (string, error) { return lookDMARC(ctx, resolver(c), domain) }},
	}
}

// records returns the TXT records at name that begin with a version. A name that does not exist has none.
func records(ctx context.Context, r *net.Resolver, name, version string) (all []string, err error) {
	txts, err := r.LookupTXT(ctx, name)
	if d, ok := errors.AsType[*net.DNSError](err); ok {
		if d.IsNotFound {
			return nil, nil
		}
		err = errors.New(d.Err)
	}
	if err != nil {
		return nil, fmt.Errorf("no answer about %s: %w; is the resolver up?", name, err)
	}
	for _, txt := range txts {
		if rest, ok := cutFold(txt, version); ok && (rest == "" || rest[0] == ' ' || rest[0] == ';') {
			all = append(all, txt)
		}
	}
	return all, nil
}

// cutFold is strings.CutPrefix without regard to case.
func cutFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// lookSPF wants exactly one record that does not let everybody send (RFC 7208, sections 4.5 and 5.1). Whether it names
// the smarthost's way out is not for us to see.
func lookSPF(ctx context.Context, r *net.Resolver, domain string) (string, error) {
	found, err := records(ctx, r, domain, "v=spf1")
	switch {
	case err != nil:
		return "", err
	case len(found) == 0:
		return "", fmt.Errorf(`%s says nothing about who sends its mail; publish a TXT record there such as "v=spf1 mx -all", with what your provider names`, domain)
	case len(found) > 1:
		return "", fmt.Errorf("%s has %d SPF records, and receivers then believe none; make them one", domain, len(found))
	}
	for term := range strings.FieldsSeq(strings.ToLower(found[0])) {
		if term == "+all" || term == "all" {
			return "", fmt.Errorf(`%s lets everybody send its mail (%q); end the record with "-all" or "~all"`, domain, found[0])
		}
	}
	return domain + ": " + found[0], nil
}

// lookDMARC wants a policy at the domain or above it (RFC 9989 walks up the tree; eight steps are its bound).
func lookDMARC(ctx context.Context, r *net.Resolver, domain string) (string, error) {
	at := domain
	for range 8 {
		found, err := records(ctx, r, "_dmarc."+at, "v=DMARC1")
		switch {
		case err != nil:
			return "", err
		case len(found) > 1:
			return "", fmt.Errorf("_dmarc.%s has %d records, and receivers then believe none; make them one", at, len(found))
		case len(found) == 1:
			policy := strings.ToLower(tag(found[0], "p"))
			if policy == "" && at == domain {
				return "", fmt.Errorf(`_dmarc.%s has no policy (%q); write p=none, p=quarantine or p=reject`, at, found[0])
			}
			return "_dmarc." + at + ": p=" + policy, nil
		}
		_, up, ok := strings.Cut(at, ".")
		if !ok || !strings.Contains(up, ".") {
			break
		}
		at = up
	}
	return "", fmt.Errorf(`no policy for %s, and large providers refuse mail without one; publish the TXT record "v=DMARC1; p=none" at _dmarc.%s`, domain, domain)
}

// clockMargin is what a file's time may be ahead of the clock: file systems round.
const clockMargin = time.Minute

// lookClock finds a clock that is behind what it has already shown: the store's file was written later than now. A
// kernel that nobody sets the clock of is told, and no fault: a virtual machine's host may do it.
func lookClock(store string, now time.Time) (string, error) {
	for _, name := range []string{"aboveline.db", "."} {
		if fi, err := os.Stat(filepath.Join(store, name)); err == nil && fi.ModTime().Sub(now) > clockMargin {
			return "", fmt.Errorf("it shows %s, but the store was written at %s; set the clock", now.Format(time.RFC3339), fi.ModTime().Format(time.RFC3339))
		}
	}
	text := now.Format(time.RFC3339)
	if state, err := unix.Adjtimex(&unix.Timex{}); err == nil && state == unix.TIME_ERROR {
		text += "; the kernel knows of no time service that keeps it right"
	}
	return text, nil
}
