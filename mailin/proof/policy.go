package proof

import (
	"context"
	"net/url"
	"strings"
)

// policy is a DMARC policy record (RFC 9989, section 4.7), as far as a receiver needs it that sends no reports.
type policy struct {
	domain      string // where it was found
	p, sp, np   string // none, quarantine, reject; sp and np may be ""
	adkim, aspf byte   // 'r' or 's'
	psd         byte   // 'y', 'n' or 'u'
	test        bool   // t=y: the owner is trying it out
	unusable    bool   // its policies cannot be read: DMARC does not apply
}

// parsePolicy reads a TXT record. Any other record, and another version's, is false. Unknown tags are ignored, and what
// cannot be read in a known one is its default (RFC 9989, section 4.7).
func parsePolicy(domain, txt string) (policy, bool) {
	version, rest, _ := strings.Cut(txt, ";")
	name, value, ok := strings.Cut(version, "=")
	if !ok || strings.Trim(name, " \t") != "v" || strings.Trim(value, " \t") != "DMARC1" {
		return policy{}, false
	}
	tags := map[string]string{}
	for pair := range strings.SplitSeq(rest, ";") {
		name, value, ok := strings.Cut(pair, "=")
		name = strings.ToLower(strings.Trim(name, " \t"))
		if _, twice := tags[name]; !ok || twice {
			continue
		}
		tags[name] = strings.Trim(value, " \t")
	}
	p := policy{domain: domain, adkim: oneOf(tags["adkim"], "rs"), aspf: oneOf(tags["aspf"], "rs"), psd: oneOf(tags["psd"], "uyn"),
		test: oneOf(tags["t"], "ny") == 'y'}
	good := true
	p.p, good = request(tags, "p", "none", good)
	p.sp, good = request(tags, "sp", "", good)
	p.np, good = request(tags, "np", "", good)
	if !good {
		// RFC 9989, section 4.10.1: with somebody to report to it counts as p=none, else it does not count.
		p.p, p.sp, p.np, p.unusable = "none", "", "", !reports(tags["rua"])
	}
	return p, true
}

// oneOf reads a tag of one letter; the first of the letters is the default.
func oneOf(value, letters string) byte {
	if len(value) == 1 {
		if c := value[0] | 0x20; strings.IndexByte(letters, c) >= 0 {
			return c
		}
	}
	return letters[0]
}

func request(tags map[string]string, name, missing string, good bool) (string, bool) {
	value, ok := tags[name]
	if !ok {
		return missing, good
	}
	switch value = strings.ToLower(value); value {
	case "none", "quarantine", "reject":
		return value, good
	}
	return "", false
}

// reports says whether a rua tag has a URI in it.
func reports(rua string) bool {
	for one := range strings.SplitSeq(rua, ",") {
		if u, err := url.Parse(strings.TrimSpace(one)); err == nil && u.Scheme != "" && (u.Opaque != "" || u.Host != "") {
			return true
		}
	}
	return false
}

// asked is the policy that the domain's owner asks for when a mail from a domain fails (RFC 9989, section 4.10.1).
func (p policy) asked(domain string, exists func() bool) string {
	switch {
	case domain == p.domain:
		return p.p
	case p.np != "" && !exists():
		return p.np
	case p.sp != "":
		return p.sp
	}
	return p.p
}

// exists says whether a domain has addresses or takes mail. Whether a name exists without either cannot be seen
// through a stub resolver; nobody writes mail from such a one.
func (e *evaluation) exists(ctx context.Context, domain string) bool {
	if mx, err := e.dns.LookupMX(ctx, domain); err == nil && len(mx) > 0 || err != nil && !notFound(err) {
		return true
	}
	ips, err := e.dns.LookupIPAddr(ctx, domain)
	return err == nil && len(ips) > 0 || err != nil && !notFound(err)
}
