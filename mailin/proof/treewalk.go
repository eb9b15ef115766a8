package proof

import (
	"context"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Names that a tree walk asks for: the domain itself and, of a long one, its last seven labels and shorter (RFC 9989,
// section 4.10).
const (
	walkQueries = 8
	walkLabels  = walkQueries - 1
)

// published returns the one policy record at a domain; false where it has none or several (RFC 9989, section 4.10,
// step 2: several count as none). Each domain is asked once a mail.
func (e *evaluation) published(ctx context.Context, domain string) (policy, bool, error) {
	if known, ok := e.policies[domain]; ok {
		return known.policy, known.found, nil
	}
	texts, err := e.dns.LookupTXT(ctx, "_dmarc."+domain)
	if err != nil && !notFound(err) {
		return policy{}, false, err
	}
	var r record
	n := 0
	for _, txt := range texts {
		if p, ok := parsePolicy(domain, txt); ok {
			r.policy = p
			n++
		}
	}
	r.found = n == 1
	if !r.found {
		r.policy = policy{}
	}
	e.policies[domain] = r
	return r.policy, r.found, nil
}

type record struct {
	policy policy
	found  bool
}

// walk collects the policy records at a domain and above it, longest name first (RFC 9989, section 4.10).
func (e *evaluation) walk(ctx context.Context, domain string) ([]policy, error) {
	var found []policy
	for at := domain; at != ""; at = above(at, at == domain) {
		p, ok, err := e.published(ctx, at)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, p)
			if p.psd == 'n' || p.psd == 'y' && at != domain {
				break
			}
		}
	}
	return found, nil
}

// above is the next name of a walk, "" at its end.
func above(domain string, first bool) string {
	_, rest, _ := strings.Cut(domain, ".")
	if first {
		for strings.Count(rest, ".") >= walkLabels {
			_, rest, _ = strings.Cut(rest, ".")
		}
	}
	return rest
}

// organisation is the organizational domain of a domain, of the records that a walk from it found (RFC 9989, section
// 4.10.2). A registry that publishes a record without psd=y would make one organisation of all its customers; so
// where the public suffix list knows better, it counts as marked.
func organisation(domain string, found []policy) string {
	org := domain
	for _, p := range found {
		switch {
		case p.psd == 'n':
			return p.domain
		case p.domain != domain && (p.psd == 'y' || isSuffix(p.domain)):
			return below(p.domain, domain)
		}
		org = p.domain
	}
	return org
}

// below is the name one label longer than suffix on the way to domain.
func below(suffix, domain string) string {
	rest := strings.TrimSuffix(domain, "."+suffix)
	return rest[strings.LastIndexByte(rest, '.')+1:] + "." + suffix
}

// isSuffix says whether people register names below a domain.
func isSuffix(domain string) bool {
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return suffix == domain
}

// kin says whether two domains may belong to one organisation at all; who is no kin is not worth a question.
func kin(a, b string) bool {
	if a == b {
		return true
	}
	x, err := publicsuffix.EffectiveTLDPlusOne(a)
	if err != nil {
		return false
	}
	y, err := publicsuffix.EffectiveTLDPlusOne(b)
	return err == nil && x == y
}

// aligned says whether an authenticated domain speaks for the From domain (RFC 9989, section 4.4): they are the same
// or, where the owner does not ask for that, of one organisation.
func (e *evaluation) aligned(ctx context.Context, authenticated string, mode byte) (bool, error) {
	if authenticated == e.from {
		return true, nil
	}
	if mode == 's' || !kin(authenticated, e.from) {
		return false, nil
	}
	theirs, err := e.organisationOf(ctx, authenticated)
	if err != nil {
		return false, err
	}
	ours, err := e.organisationOf(ctx, e.from)
	return theirs == ours, err
}

func (e *evaluation) organisationOf(ctx context.Context, domain string) (string, error) {
	found, err := e.walk(ctx, domain)
	if err != nil {
		return "", err
	}
	return organisation(domain, found), nil
}

// discover finds the policy that applies to the From domain: its own, else its organisation's, else that of the
// registry above (RFC 9989, section 4.10.1). false where there is none and DMARC does not apply.
func (e *evaluation) discover(ctx context.Context) (policy, bool, error) {
	if p, ok, err := e.published(ctx, e.from); ok || err != nil {
		return p, ok && !p.unusable, err
	}
	found, err := e.walk(ctx, e.from)
	if err != nil || len(found) == 0 {
		return policy{}, false, err
	}
	org := organisation(e.from, found)
	p := found[len(found)-1] // of the registry, where the organisation itself has none
	for _, f := range found {
		if f.domain == org {
			p = f
		}
	}
	return p, !p.unusable, nil
}
