package config

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"aboveline.example/mailout"
	"aboveline.example/rules"
	"aboveline.example/rules/when"
)

// check finds what only the whole file can tell. It runs also where values were bad, so that everything is told at
// once; what could not be read is zero by then, and zero is never complained about twice.
func (b *binder) check(c *Config) {
	b.checkDesk(c)
	b.checkRoles(c)
	b.checkNames(c)
	b.checkOrganisations(c)
	b.checkDoors(c)
	b.checkMailout(c)
	b.checkMetrics(c.Metrics)
	b.checkAlarm(c)
	b.checkRules(c)
	b.checkWhen(c)
}

func (b *binder) checkDesk(c *Config) {
	if strings.ContainsAny(c.Identity.Name, `"<>@`) {
		b.bad("desk.name", `%q holds one of " < > @, which mail clients misread in a sender's name; write it without`, c.Identity.Name)
	}
	if c.Identity.Language == "" {
		b.bad("desk.language", "empty; write sv, nb or en")
	}
	if utf8.RuneCountInString(c.Identity.Name) > 60 {
		b.bad("desk.name", "longer than 60 characters; mail clients would cut it")
	}
	if strings.Contains(c.Identity.Address.Local(), "+") && c.Identity.Subaddress == "+" {
		b.bad("desk.address", `%q already has a plus; write subaddress = "", or an address without`, c.Identity.Address)
	}
	// RFC 5321, section 4.5.3.1.1: 64 octets are all a local part has, and our token needs some of them.
	if n := len(c.Identity.Address.Local()); n > 24 && c.Identity.Subaddress != "" {
		b.bad("desk.address", `its local part of %d characters leaves no room for a reply's token; write one of at most 24, or subaddress = ""`, n)
	}
}

// role is one use of an address.
type role struct {
	what string // "[[staff]]"
	path string
}

// checkRoles refuses an address with two roles: what a mail from it may do would depend on which was found first.
func (b *binder) checkRoles(c *Config) {
	seen := map[rules.Address]role{}
	claim := func(a rules.Address, what, path string) {
		if a == "" {
			return
		}
		if first, taken := seen[a]; taken {
			b.bad(path, "%s is already %s (line %d); an address has one role", a, first.what, b.places.of(first.path).line)
			return
		}
		seen[a] = role{what, path}
	}
	claim(c.Identity.Address, "the desk's own address", "desk.address")
	for i, a := range c.Identity.Aliases {
		claim(a, "a way in to the desk", element("desk.aliases", i))
	}
	if d := c.Identity.Address.Domain(); d != "" && c.Identity.Address.Local() != "postmaster" {
		seen[rules.Address("postmaster@"+d)] = role{"the desk's postmaster, always a way in", "desk.address"}
	}
	for i, s := range c.Staff {
		claim(s.Address, "staff", element("staff", i)+".address")
	}
	for i, v := range c.Vendors {
		claim(v.Address, "a vendor", element("vendor", i)+".address")
	}
	for i, f := range c.Inform {
		claim(f.Address, "informed", element("inform", i)+".address")
	}
	for i, g := range c.Groups {
		claim(g.Address, "a group", element("group", i)+".address")
	}
	for i, o := range c.Organisations {
		for j, a := range o.Support {
			// Two organisations may share a person, and none of them may be of the desk.
			if first, taken := seen[a]; taken {
				b.bad(element(element("organisation", i)+".support", j), "%s is already %s (line %d); an address has one role", a, first.what, b.places.of(first.path).line)
			}
		}
	}
	b.checkEscalations(c, seen)
}

// checkEscalations allows an escalation address to be a vendor's or staff's, never a way in: it would loop.
func (b *binder) checkEscalations(c *Config, seen map[rules.Address]role) {
	path := ""
	into := func(a rules.Address) bool {
		r, ok := seen[a]
		path = r.what
		return ok && strings.HasPrefix(r.path, "desk.")
	}
	for i, v := range c.Vendors {
		if v.Escalation != "" && into(v.Escalation) {
			b.bad(element("vendor", i)+".escalation", "%s is %s; mail to it would come back to us", v.Escalation, path)
		}
	}
	if c.Alarm.Address != "" && into(c.Alarm.Address) {
		b.bad("alarm.address", "%s is %s; write the operator's own", c.Alarm.Address, path)
	}
}

// checkNames refuses two vendors, groups or staff of one name, as /report and /assign take names.
func (b *binder) checkNames(c *Config) {
	unique := func(table string, n int, name func(int) string) {
		seen := map[string]int{}
		for i := range n {
			folded := when.Fold(name(i))
			if folded == "" {
				continue
			}
			path := element(table, i) + ".name"
			if first, taken := seen[folded]; taken {
				b.bad(path, "%q is already the name of another [[%s]] (line %d); names are told apart without case", name(i), table, b.places.of(element(table, first)+".name").line)
				continue
			}
			seen[folded] = i
		}
	}
	unique("staff", len(c.Staff), func(i int) string { return c.Staff[i].Name })
	unique("vendor", len(c.Vendors), func(i int) string { return c.Vendors[i].Name })
	unique("group", len(c.Groups), func(i int) string { return c.Groups[i].Name })
	unique("organisation", len(c.Organisations), func(i int) string { return c.Organisations[i].Name })
	unique("category", len(c.Categories), func(i int) string { return c.Categories[i].Name })
	unique("rule", len(c.Rules), func(i int) string { return c.Rules[i].Name })
}

// checkOrganisations wants something by which an organisation is known, and each domain once: its tickets are shown to
// one organisation's support persons.
func (b *binder) checkOrganisations(c *Config) {
	seen := map[string]string{}
	for i, o := range c.Organisations {
		path := element("organisation", i)
		if len(o.Domains) == 0 && len(o.Support) == 0 {
			b.note(b.places.key(path), path, "%q has neither domains nor support; write the domains its people write from", cut(o.Name, 60))
		}
		for j, d := range o.Domains {
			at, domain := element(path+".domains", j), strings.ToLower(string(d))
			if rules.IsPublicProvider(domain) {
				b.bad(at, "anybody can have an address at %s; whoever does would be shown as of %q", domain, cut(o.Name, 60))
			}
			if first := seen[domain]; first != "" {
				b.bad(at, "%s is already a domain of %q", domain, cut(first, 60))
			}
			seen[domain] = o.Name
		}
	}
}

func (b *binder) checkDoors(c *Config) {
	if s := c.Mailin.SMTP; s != nil {
		if (s.TLSCert == "") != (s.TLSKey == "") {
			b.bad("mailin.smtp", "tls_cert and tls_key belong together; write both, or neither")
		}
		for path, name := range map[string]Path{"mailin.smtp.tls_cert": s.TLSCert, "mailin.smtp.tls_key": s.TLSKey} {
			b.readable(path, name)
		}
		for i, r := range s.Relays {
			if r.IsValid() && r.Bits() == 0 {
				b.bad(element("mailin.smtp.relays", i), "%s is everybody; write the addresses of the servers that check mail for you", r)
			}
		}
	}
	for i, m := range c.Mailin.IMAP {
		b.checkIMAP(element("mailin.imap", i), m)
	}
	b.tcp("dns.server", c.DNS.Server)
}

// tcp refuses a socket where only a port will do.
func (b *binder) tcp(path string, l Listen) {
	if network, _ := l.Network(); network == "unix" {
		b.bad(path, `%q is a socket; write "host:port"`, l)
	}
}

func (b *binder) checkIMAP(path string, m IMAP) {
	switch m.Server.Scheme {
	case "imaps", "imap+starttls", "":
	case "imap":
		if !m.Insecure {
			b.bad(path+".server", "imap:// sends the password in the clear; write imaps://, or insecure = true if you accept that")
		}
	default:
		b.bad(path+".server", "%s:// is no way to fetch mail; write imaps://", m.Server.Scheme)
	}
	if m.Mailbox == m.Handled && m.Mailbox != "" {
		b.bad(path+".handled", "the mailbox that is read; write another folder, or \"\" to only mark what was stored")
	}
	if m.OAuth2 == nil && m.Password.IsZero() && !b.told(path+".password") {
		b.note(b.places.key(path), path, "no way to log in; write password_file, password_env or oauth2")
	}
	b.authorities(path+".ca_file", m.CAFile)
	b.tokens(path, m.Password, m.OAuth2)
}

// authorities wants a file of certificates.
func (b *binder) authorities(path string, name Path) {
	if _, err := name.Roots(); err != nil {
		b.bad(path, "%v", err)
	}
}

// tokens wants one way to get access tokens, and no password beside them.
func (b *binder) tokens(path string, password Secret, oauth *OAuth2) {
	if oauth == nil {
		return
	}
	path += ".oauth2"
	if !password.IsZero() {
		b.bad(path, "set beside a password; keep one of the two")
	}
	if (oauth.Tenant == "") == (oauth.TokenURL == "") {
		b.bad(path, "write tenant (Microsoft 365) or token_url (any other), one of the two")
	}
	if u := oauth.TokenURL; u != "" && !strings.HasPrefix(u, "https://") && !strings.HasPrefix(u, "http://127.0.0.1:") {
		b.bad(path+".token_url", "%q is not accepted; write an address that begins with https://", cut(oauth.TokenURL, 60))
	}
	if oauth.ClientSecret.IsZero() && oauth.RefreshToken.IsZero() && !b.told(path+".client_secret") && !b.told(path+".refresh_token") {
		b.bad(path, "no secret; write client_secret_file, client_secret_env or refresh_token_file")
	}
}

// told says whether something about a key, or one that begins with it, has been noted already.
func (b *binder) told(key string) bool {
	return slices.ContainsFunc(b.problems, func(p Problem) bool { return strings.HasPrefix(p.Key, key) })
}

func (b *binder) checkMailout(c *Config) {
	out := c.Mailout
	switch out.Smarthost.Scheme {
	case "imap", "imaps", "imap+starttls":
		b.bad("mailout.smarthost", "%s:// is no way to send mail; write smtps://, smtp+starttls:// or smtp://", out.Smarthost.Scheme)
	case "smtp":
		if out.Username != "" && !out.Smarthost.Loopback() {
			b.bad("mailout.smarthost", "smtp:// sends the password in the clear; write smtps:// or smtp+starttls://")
		}
	}
	if out.Username == "" && !out.Password.IsZero() {
		b.bad("mailout", "a password without a username; write username")
	}
	if out.Username == "" && out.OAuth2 != nil {
		b.bad("mailout.oauth2", "tokens without a username; write username in [mailout]")
	}
	if out.Username != "" && out.Password.IsZero() && out.OAuth2 == nil && !b.told("mailout.password") {
		b.bad("mailout.username", "no way to log in; write password_file, password_env or oauth2")
	}
	b.authorities("mailout.ca_file", out.CAFile)
	b.tokens("mailout", out.Password, out.OAuth2)
	if s := c.Mailin.SMTP; s != nil && loops(s.Listen, out.Smarthost) {
		b.bad("mailout.smarthost", "%s is our own [mailin.smtp]; what we send would come straight back", out.Smarthost.Addr())
	}
	b.checkTemplates(c)
	for i, d := range out.DKIM {
		b.readable(element("mailout.dkim", i)+".key_file", d.KeyFile)
	}
}

// loops says whether the smarthost is the door we listen on.
func loops(l Listen, s Server) bool {
	_, addr := l.Network()
	host, port, err := net.SplitHostPort(addr)
	if err != nil || s.IsZero() || !s.Loopback() {
		return false
	}
	_, smart, _ := net.SplitHostPort(s.Addr())
	a, err := netip.ParseAddr(host)
	return port == smart && (host == "" || host == "localhost" || err == nil && (a.IsLoopback() || a.IsUnspecified()))
}

// checkTemplates has the operator's templates read and tried, as they will be at start.
func (b *binder) checkTemplates(c *Config) {
	dir := string(c.Mailout.Templates)
	if dir == "" {
		return
	}
	if fi, err := os.Stat(dir); err != nil || !fi.IsDir() {
		b.bad("mailout.templates", `%s is not a directory; write one that "aboveline init --templates" filled, or leave the key out`, dir)
		return
	}
	_, err := mailout.NewComposer(c.Wording())
	if err == nil {
		return
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		b.bad("mailout.templates", "%s", oneLine(line))
	}
}

// readable wants a file that is there.
func (b *binder) readable(path string, name Path) {
	if name == "" {
		return
	}
	f, err := os.Open(string(name))
	if err != nil {
		b.bad(path, "%v", err)
		return
	}
	f.Close()
}

// checkRules looks up every vendor, group and person that a rule or [outage] names.
func (b *binder) checkRules(c *Config) {
	vendors, groups, people := named(c)
	for i, r := range c.Rules {
		path := element("rule", i)
		for j, v := range r.Report {
			b.oneNamed(element(path+".report", j), v, "vendor", vendors)
		}
		b.oneNamed(path+".group", r.Group, "group", groups)
		b.oneNamed(path+".assign", r.Assign, "staff member or group", slices.Concat(people, groups))
	}
	for i, v := range c.Outage.Vendors {
		b.oneNamed(element("outage.vendors", i), v, "vendor", vendors)
	}
	if c.Outage.Enabled && c.Outage.Report == "auto" && len(c.Outage.Vendors) == 0 {
		b.bad("outage.report", `"auto" with no vendors to report to; write vendors = ["…"], or report = "ask"`)
	}
}

// named lists what rules may name: vendors, groups (of a table's own, or that staff are in), and people.
func named(c *Config) (vendors, groups, people []string) {
	for _, v := range c.Vendors {
		vendors = append(vendors, v.Name)
	}
	for _, g := range c.Groups {
		groups = append(groups, g.Name)
	}
	for _, s := range c.Staff {
		people = append(people, s.Name, string(s.Address))
		groups = append(groups, s.Groups...)
	}
	slices.Sort(groups)
	return vendors, slices.Compact(groups), people
}

func (b *binder) oneNamed(path, name, kind string, names []string) {
	if name == "" {
		return
	}
	for _, n := range names {
		if n != "" && when.Fold(n) == when.Fold(name) {
			return
		}
	}
	known := slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" })
	if len(known) == 0 {
		b.bad(path, "no %s is called %q, for there are none", kind, cut(name, 60))
		return
	}
	b.bad(path, "no %s is called %q%s; there are %s", kind, cut(name, 60), meant(name, known), oneOf(known))
}
