package proof

import (
	"net/netip"
	"strings"

	"aboveline.example/rules"
)

// Profiles say how a provider writes down what it checked, where that is not as RFC 8601 says (rules.Envelope.Profile).
// None is used unless the operator names it for a door, and each widens what that door believes:
//
//   - ProfileMicrosoft365 reads Authentication-Results without an authserv-id, as Exchange Online writes them, and takes
//     hops between its own hosts for internal: those whose client has an address that only these hosts have. The risk:
//     whoever can speak to Exchange Online from such an address, and the day Microsoft gives these addresses to others.
//   - ProfileMicrosoft365Tenant believes, in addition, X-MS-Exchange-Organization-AuthAs: Internal on a mail that has
//     been at no other host than Exchange Online's: mail within one tenant is neither signed nor checked. The risk is
//     that of the tenant: whoever may send as somebody there is that person here.
//   - ProfileGmail reads ARC-Authentication-Results of mx.google.com above the border. Google writes its
//     Authentication-Results below its own border hop, where whoever sent the mail may have written too; the same
//     results stand in the ARC set above, where only Google writes. The risk: none beyond believing Google.
const (
	ProfileMicrosoft365       = "microsoft365"
	ProfileMicrosoft365Tenant = "microsoft365-tenant"
	ProfileGmail              = "gmail"
)

// Profiles are the names that a door's profile may have.
var Profiles = []string{ProfileMicrosoft365, ProfileMicrosoft365Tenant, ProfileGmail}

// house is whose word a door believes, and how that is written.
type house struct {
	id       string
	field    string
	internal func(received string) bool
	unnamed  bool // its fields have no authserv-id
	arc      bool // its fields begin with an instance
	tenant   bool // it says so of mail that never left it
}

// houseOf is whom a door believes; false for nobody.
func houseOf(e rules.Envelope) (house, bool) {
	h := house{id: strings.ToLower(e.AuthservID), field: "Authentication-Results", internal: internalHop}
	switch e.Profile {
	case "":
		return h, e.Relay && h.id != ""
	case ProfileMicrosoft365, ProfileMicrosoft365Tenant:
		h.id, h.unnamed, h.internal = e.Profile, true, exchangeHop
		h.tenant = e.Profile == ProfileMicrosoft365Tenant
	case ProfileGmail:
		h.id, h.field, h.arc = "mx.google.com", "ARC-Authentication-Results", true
	default:
		return h, false
	}
	// A provider's mailboxes are fetched from; by SMTP anybody may call themselves one.
	return h, strings.HasPrefix(e.Door, "imap:")
}

// results are the bodies of the fields that may be the house's.
func (h house) results(m *rules.Mail) []string {
	traced := m.Envelope.Door == "smtp" || m.Envelope.Door == "lmtp"
	return trustedResults(m.Raw, traced, h.field, h.internal)
}

func (h house) parse(body string) (results, error) {
	if h.arc {
		body = withoutInstance(body)
	}
	if !h.unnamed {
		return parseResults(body)
	}
	r, err := parseUnnamed(body)
	if err != nil {
		if named, e := parseResults(body); e == nil {
			return named, nil // somebody else's
		}
		return r, err
	}
	r.authservID = h.id
	return r, nil
}

// mayBe says whether a field that cannot be read begins as the house's would.
func (h house) mayBe(body string) bool {
	return h.unnamed || strings.Contains(strings.ToLower(body[:min(len(body), 512)]), h.id)
}

// withoutInstance takes "i=1;" off (RFC 8617, section 4.1.1).
func withoutInstance(body string) string {
	i, rest, ok := strings.Cut(body, ";")
	n, isInstance := strings.CutPrefix(strings.Join(strings.Fields(i), ""), "i=")
	if !ok || !isInstance || n == "" || strings.Trim(n, "0123456789") != "" {
		return body
	}
	return rest
}

// exchangeHosts are the addresses of Exchange Online's hosts among themselves, as they stand in its Received fields.
var exchangeHosts = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fe80::/10"),
	netip.MustParsePrefix("2603:1086::/32"), netip.MustParsePrefix("2603:1096::/32"), netip.MustParsePrefix("2603:10a6::/32"),
	netip.MustParsePrefix("2603:10b6::/32"), netip.MustParsePrefix("2603:10c6::/32"), netip.MustParsePrefix("2603:10d6::/32"),
}

// exchangeHop says whether a Received field is a hop between hosts of Exchange Online:
// "from A.prod.outlook.com (2603:10a6:…) by B.prod.outlook.com (…) with …". The name is what the client called itself;
// the address is what the server saw.
func exchangeHop(body string) bool {
	w := strings.Fields(body)
	if len(w) < 5 || w[0] != "from" || w[3] != "by" || !exchangeName(w[1]) || !exchangeName(w[4]) {
		return false
	}
	inside, ok := strings.CutPrefix(w[2], "(")
	inside, closed := strings.CutSuffix(inside, ")")
	if !ok || !closed {
		return false
	}
	a, err := netip.ParseAddr(strings.Trim(inside, "[]"))
	if err != nil {
		return false
	}
	for _, p := range exchangeHosts {
		if p.Contains(a.WithZone("")) {
			return true
		}
	}
	return false
}

func exchangeName(s string) bool {
	return strings.HasSuffix(strings.ToLower(s), ".prod.outlook.com") || strings.HasSuffix(strings.ToLower(s), ".prod.protection.outlook.com")
}

// insideTenant says whether a mail has been nowhere but in Exchange Online, and was sent by somebody logged in there.
func insideTenant(m *rules.Mail) bool {
	h, problem := readable(m)
	if problem != "" || h.count("X-MS-Exchange-Organization-AuthAs") != 1 || h.count("Received") == 0 {
		return false
	}
	internal := false
	for _, f := range h.fields {
		switch {
		case strings.EqualFold(f.Name, "Received"):
			if !exchangeHop(f.Unfolded()) {
				return false
			}
		case strings.EqualFold(f.Name, "X-MS-Exchange-Organization-AuthAs"):
			internal = f.Unfolded() == "Internal"
		}
	}
	return internal
}
