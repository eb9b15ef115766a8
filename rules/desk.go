package rules

import "time"

// Desk is the compiled configuration that decisions are made with. It is immutable once made by [NewDesk].
type Desk struct {
	Config
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

	Staff      []Staff
	Vendors    []Vendor
	Inform     []Informed
	Groups     []Group
	Categories []CategoryRule
	Rules      []TagRule
	Outage     OutageConfig

	Grace        time.Duration // how long a relayed reply waits
	HourlyLimit  int           // automatic mails an hour to one outside address
	GatewayLimit int           // automatic mails an hour in all
	Keys         Keys
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
