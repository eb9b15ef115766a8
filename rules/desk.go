package rules

import (
	"fmt"
	"time"

	"github.com/rickar/cal/v2"

	"aboveline.example/rules/when"
)

// Desk is the compiled configuration that decisions are made with. It is immutable once made by [NewDesk].
type Desk struct {
	Config
	roles      map[Address]Role
	categories []*when.Condition // beside Config.Categories
	rules      []*when.Condition // beside Config.Rules
	calendar   *cal.BusinessCalendar
	holidays   map[string]*cal.BusinessCalendar // by country
}

// RuleError says which [[category]] or [[rule]] does not compile, and why.
type RuleError struct {
	Table string // "category" or "rule"
	Index int    // from 0, in the order of the configuration
	Name  string
	Err   error
}

func (e *RuleError) Error() string {
	return fmt.Sprintf("%s %q: %v", e.Table, e.Name, e.Err)
}

func (e *RuleError) Unwrap() error { return e.Err }

// NewDesk compiles a configuration whose addresses and names are already checked. All rules that do not compile are
// reported, each as a *RuleError.
func NewDesk(c Config) (*Desk, []error) {
	if c.Hostname == "" {
		c.Hostname = c.Address.Domain()
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	d := &Desk{Config: c, roles: map[Address]Role{}, calendar: countryCalendar(countryOf(c.Zone)),
		holidays: map[string]*cal.BusinessCalendar{}}
	for _, country := range HolidayCountries {
		d.holidays[country] = countryCalendar(country)
	}
	for _, v := range c.Inform {
		d.roles[v.Address] = RoleInformed
	}
	for _, v := range c.Vendors {
		d.roles[v.Address] = RoleVendor
	}
	for _, s := range c.Staff {
		d.roles[s.Address] = RoleStaff
	}
	var errs []error
	compile := func(table string, i int, name, source string) *when.Condition {
		cond, err := when.Compile(source)
		if err != nil {
			errs = append(errs, &RuleError{table, i, name, err})
		}
		return cond
	}
	for i, r := range c.Categories {
		d.categories = append(d.categories, compile("category", i, r.Name, r.When))
	}
	for i, r := range c.Rules {
		d.rules = append(d.rules, compile("rule", i, r.Name, r.When))
	}
	if errs != nil {
		return nil, errs
	}
	return d, nil
}

// Role is what the configuration says of an address; RoleStranger where it says nothing.
func (d *Desk) Role(a Address) Role { return d.roles[a] }

// staffMember finds a staff member by address.
func (d *Desk) staffMember(a Address) (Staff, bool) {
	for _, s := range d.Staff {
		if s.Address == a {
			return s, true
		}
	}
	return Staff{}, false
}

// vendor finds a vendor by address.
func (d *Desk) vendor(a Address) (Vendor, bool) {
	for _, v := range d.Vendors {
		if v.Address == a {
			return v, true
		}
	}
	return Vendor{}, false
}

// language is the one of the three we write in that suits a reader of l.
func (d *Desk) language(l Language) Language {
	switch l {
	case Swedish, Bokmal, English:
		return l
	case Nynorsk, Danish:
		return Bokmal
	}
	return d.Language
}

// Config is what an operator decided about a desk, read and checked (CONTRACT, section 2).
type Config struct {
	Name       string
	Address    Address
	Aliases    []Address
	Prefix     string
	Language   Language
	Zone       *time.Location
	Subaddress string // "+", or "" where the provider has no plus addresses
	Hostname   string // our own name in Message-IDs and HELO; the address's domain by default

	Staff         []Staff
	Vendors       []Vendor
	Inform        []Informed
	Groups        []Group
	Organisations []Organisation
	Categories    []CategoryRule
	Rules         []TagRule
	Outage        OutageConfig

	MaxSent      int64         // bytes of a mail of ours on the wire, with its files; 0 is no limit
	Grace        time.Duration // how long a relayed reply waits
	Dialogue     bool          // each mail about a ticket shows what was said on it before
	HourlyLimit  int           // automatic mails an hour to one outside address
	GatewayLimit int           // automatic mails an hour in all
	CloseAfter   time.Duration // from resolved to closed; 0 never
	Digest       string        // when staff get the morning's list, "08:00" in the desk's zone; "" never
	Keys         Keys
}

// Names are what the desk calls things by, in whatever language people write about them: itself, its tags, services,
// categories, vendors and groups, those it informs and the organisations it serves. Some stand there twice.
func (c Config) Names() []string {
	names := []string{c.Name}
	for _, v := range c.Vendors {
		names = append(names, v.Name)
	}
	for _, v := range c.Inform {
		names = append(names, v.Name)
	}
	for _, g := range c.Groups {
		names = append(names, g.Name)
	}
	for _, o := range c.Organisations {
		names = append(names, o.Name)
	}
	for _, r := range c.Categories {
		names = append(names, r.Name)
	}
	for _, r := range c.Rules {
		names = append(append(names, r.Category, r.Service), r.Tags...)
	}
	return names
}

// Staff is somebody who works at the desk.
type Staff struct {
	Mailbox
	Language Language
	Groups   []string
}

// Vendor is somebody faults are reported to.
type Vendor struct {
	Mailbox
	Language   Language
	FollowUp   time.Duration
	Hours      string // "mon-fri 08:00-17:00", "" for always
	Holidays   string // of which country it keeps: "se", "no", "" for none
	Escalation Address
}

// Informed is somebody told of outages and status updates.
type Informed struct {
	Mailbox
	Language Language
	About    []string // "outage", "vendor-update", "vendor-fault"
}

// Group is case handlers for one kind of ticket.
type Group struct {
	Mailbox
	Language  Language
	CheckBack time.Duration
}

// CategoryRule names a category and when a mail is of it. The first that fits decides.
type CategoryRule struct {
	Name string
	When string
}

// TagRule is a [[rule]]: all that fit apply, in order.
type TagRule struct {
	Name     string
	When     string
	Tags     []string
	Category string
	Type     string
	Priority int
	Service  string
	Assign   string
	Group    string
	Report   []string
	Quiet    bool
}

// OutageConfig is the [outage] table.
type OutageConfig struct {
	Enabled  bool
	Window   time.Duration
	People   int
	Report   string // "ask" or "auto"
	Pause    time.Duration
	Vendors  []string
	Pictures string // "ask", "auto" or "never"
}

// Keys are the secrets that tokens are signed with: two live ones, the first signs. They are made by the store on
// first start and never printed.
type Keys []Key

// Key is one signing secret.
type Key struct {
	ID     byte // 0 to 15
	Secret []byte
}

// String keeps secrets out of logs.
func (Key) String() string { return "key(hidden)" }

// GoString keeps secrets out of %#v.
func (Key) GoString() string { return "key(hidden)" }
