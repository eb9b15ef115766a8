package proof

import (
	"context"
	"net"
	"strings"

	"blitiri.com.ar/go/spf"

	"aboveline.example/rules"
)

// sender checks whether the client may send for the reverse-path (RFC 7208), where the reverse-path may speak for the
// From domain. Only a door that talked to the client itself can know.
func (e *evaluation) sender(ctx context.Context, env rules.Envelope, p policy) evidence {
	path, ok := rules.ParseAddress(env.From)
	if !ok || !kin(path.Domain(), e.from) {
		// Of <> RFC 7208, section 2.4 would take the client's name; a person's mail has a reverse-path.
		return evidence{why: "its envelope sender does not speak for it"}
	}
	ok, err := e.aligned(ctx, path.Domain(), p.aspf)
	if err != nil {
		return evidence{temp: brief(err)}
	}
	if !ok {
		return evidence{why: "its envelope sender " + path.Domain() + " does not speak for it"}
	}
	helo, ok := rules.ParseDomain(strings.TrimSuffix(env.Helo, "."))
	if !ok {
		helo = "unknown"
	}
	addr := env.PeerAddr().Unmap()
	result, err := spf.CheckHostWithSender(net.IP(addr.AsSlice()), helo, string(path), spf.WithContext(ctx), spf.WithResolver(e.dns))
	switch result {
	case spf.Pass:
		return evidence{passed: path.Domain()}
	case spf.TempError:
		why := "SPF could not be looked up"
		if err != nil {
			why = brief(err)
		}
		return evidence{temp: why}
	}
	return evidence{why: "spf=" + string(result)}
}
