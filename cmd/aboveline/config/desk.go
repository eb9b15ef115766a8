package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr/file"

	"aboveline.example/mailout"
	"aboveline.example/rules"
	"aboveline.example/rules/when"
)

// Desk is the part of the config that decisions are made with. Its keys come from the store, which makes them.
func (c *Config) Desk() (rules.Config, error) {
	r := c.rules()
	if _, errs := rules.NewDesk(r); errs != nil {
		return rules.Config{}, fmt.Errorf("compile the rules of %s: %w", c.File, errors.Join(errs...))
	}
	return r, nil
}

func (c *Config) rules() rules.Config {
	r := rules.Config{
		Name:         c.Identity.Name,
		Address:      c.Identity.Address,
		Aliases:      c.intake(),
		Prefix:       string(c.Identity.Prefix),
		Language:     c.Identity.Language,
		Zone:         c.Identity.Zone,
		Subaddress:   c.Identity.Subaddress,
		Hostname:     c.Hostname(),
		Outage:       c.Outage.rules(),
		MaxSent:      int64(c.Mailout.MaxSize),
		Grace:        time.Duration(c.Mailout.Grace),
		Dialogue:     c.Mailout.Dialogue,
		HourlyLimit:  c.Mailout.HourlyLimit,
		GatewayLimit: c.Mailout.GatewayLimit,
		CloseAfter:   time.Duration(c.Identity.CloseAfter),
		Digest:       string(c.Identity.Digest),
	}
	for _, s := range c.Staff {
		r.Staff = append(r.Staff, rules.Staff{Mailbox: mailbox(s.Name, s.Address), Language: s.Language, Groups: s.Groups})
	}
	for _, v := range c.Vendors {
		r.Vendors = append(r.Vendors, rules.Vendor{
			Mailbox: mailbox(v.Name, v.Address), Language: v.Language, FollowUp: time.Duration(v.FollowUp),
			Hours: string(v.Hours), Holidays: v.Holidays, Escalation: v.Escalation,
		})
	}
	for _, f := range c.Inform {
		r.Inform = append(r.Inform, rules.Informed{Mailbox: mailbox(f.Name, f.Address), Language: f.Language, About: f.About})
	}
	for _, g := range c.Groups {
		r.Groups = append(r.Groups, rules.Group{Mailbox: mailbox(g.Name, g.Address), Language: g.Language, CheckBack: time.Duration(g.CheckBack)})
	}
	for _, o := range c.Organisations {
		r.Organisations = append(r.Organisations, o.rules())
	}
	for _, k := range c.Categories {
		r.Categories = append(r.Categories, rules.CategoryRule{Name: k.Name, When: k.When})
	}
	for _, t := range c.Rules {
		r.Rules = append(r.Rules, rules.TagRule{
			Name: t.Name, When: t.When, Tags: t.Tags, Category: t.Category, Type: t.Type, Priority: t.Priority,
			Service: t.Service, Assign: t.Assign, Group: t.Group, Report: t.Report, Quiet: t.Quiet,
		})
	}
	return r
}

// Wording is the part of the config that composing needs.
func (c *Config) Wording() mailout.ComposerOptions {
	return mailout.ComposerOptions{
		Name: c.Identity.Name, Address: c.Identity.Address, Zone: c.Identity.Zone, Hostname: c.Hostname(),
		Dir: string(c.Mailout.Templates),
	}
}

// intake is every further way in: the aliases, and postmaster, which is always one (RFC 5321, section 4.5.1).
func (c *Config) intake() []rules.Address {
	list := append([]rules.Address{}, c.Identity.Aliases...)
	post := rules.Address("postmaster@" + c.Identity.Address.Domain())
	for _, a := range append(list, c.Identity.Address) {
		if a == post {
			return list
		}
	}
	return append(list, post)
}

// AuthservIDs are the names that any door believes in Authentication-Results (RFC 8601, section 2.5), each once.
func (c *Config) AuthservIDs() (ids []string) {
	add := func(id string) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if c.Mailin.SMTP != nil {
		add(c.Mailin.SMTP.AuthservID)
	}
	if c.Mailin.LMTP != nil {
		add(c.Mailin.LMTP.AuthservID)
	}
	add(c.Mailin.Pipe.AuthservID)
	for _, m := range c.Mailin.IMAP {
		add(m.AuthservID)
	}
	return ids
}

// Hostname is our own name in Message-IDs and HELO.
func (c *Config) Hostname() string {
	if c.Identity.Hostname != "" {
		return string(c.Identity.Hostname)
	}
	return c.Identity.Address.Domain()
}

func (o Organisation) rules() rules.Organisation {
	r := rules.Organisation{Name: o.Name, Support: o.Support, Language: o.Language, Tell: o.Tell}
	for _, d := range o.Domains {
		r.Domains = append(r.Domains, strings.ToLower(string(d)))
	}
	return r
}

func (o Outage) rules() rules.OutageConfig {
	return rules.OutageConfig{
		Enabled: o.Enabled, Window: time.Duration(o.Window), People: o.People, Report: o.Report,
		Pause: time.Duration(o.Pause), Vendors: o.Vendors, Pictures: o.Pictures,
	}
}

// mailbox gives a nameless one the name people see in its address.
func mailbox(name string, a rules.Address) rules.Mailbox {
	if name == "" {
		name = a.Local()
	}
	return rules.Mailbox{Name: name, Address: a}
}

// checkWhen compiles every condition, and tells where in the file each mistake in one stands.
func (b *binder) checkWhen(c *Config) {
	_, errs := rules.NewDesk(c.rules())
	for _, err := range errs {
		e, ok := errors.AsType[*rules.RuleError](err)
		if !ok {
			b.bad("", "%v", err)
			continue
		}
		path, source := element(e.Table, e.Index)+".when", ""
		switch e.Table {
		case "category":
			source = c.Categories[e.Index].When
		case "rule":
			source = c.Rules[e.Index].When
		}
		if source == "" {
			continue // missing, or no string at all, and told as that
		}
		at, text := b.places.of(path), e.Err.Error()
		if f, ok := errors.AsType[*file.Error](e.Err); ok {
			at, text = b.places.inside(path, source, bytesOf(source, f.From)), f.Message
		}
		b.note(at, path, "%q: %s", cut(e.Name, 60), plain(text))
	}
}

// bytesOf is the length in bytes of the first n characters of s.
func bytesOf(s string, n int) int {
	off := 0
	for range n {
		_, size := utf8.DecodeRuneInString(s[off:])
		off += size
	}
	return off
}

// plain says in the config's words what the compiler says in Go's.
func plain(text string) string {
	text = oneLine(text)
	if kind, field, ok := strings.Cut(strings.TrimPrefix(text, "type when."), " has no field "); ok && strings.HasPrefix(text, "type when.") {
		kind = strings.ToLower(kind)
		return fmt.Sprintf("%s has no %q; it has %s", kind, field, names(kind))
	}
	if name, ok := strings.CutPrefix(text, "unknown name "); ok {
		return fmt.Sprintf("unknown name %q; there are %s", name, names(""))
	}
	return text
}

// names lists what a condition can name in a table of it: "" for the outermost, "sender", "ticket".
func names(of string) string {
	t := reflect.TypeFor[when.Env]()
	for f := range t.Fields() {
		if of != "" && f.Tag.Get("expr") == of {
			t = f.Type
			break
		}
	}
	var list []string
	for f := range t.Fields() {
		list = append(list, f.Tag.Get("expr"))
	}
	return strings.Join(list, ", ")
}

func oneLine(s string) string { return cut(strings.Join(strings.Fields(s), " "), 600) }
