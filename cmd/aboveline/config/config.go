package config

import (
	"net/netip"
	"time"

	"aboveline.example/rules"
)

// Config is one desk's aboveline.toml. Its tables mirror the folders of the code.
type Config struct {
	File string `toml:"-"` // where it was read from, "" for the built-in desk

	Identity      Identity       `toml:"desk" need:"yes"`
	Store         Store          `toml:"store"`
	Mailin        Mailin         `toml:"mailin"`
	Mailout       Mailout        `toml:"mailout"`
	DNS           DNS            `toml:"dns"`
	Staff         []Staff        `toml:"staff"`
	Vendors       []Vendor       `toml:"vendor"`
	Inform        []Informed     `toml:"inform"`
	Groups        []Group        `toml:"group"`
	Organisations []Organisation `toml:"organisation"`
	Categories    []Category     `toml:"category"`
	Rules         []Rule         `toml:"rule"`
	Outage        Outage         `toml:"outage"`
	Log           Log            `toml:"log"`
	Metrics       Metrics        `toml:"metrics"`
	Alarm         Alarm          `toml:"alarm"`
}

// Identity is the [desk] table: who we are.
type Identity struct {
	Name       string          `toml:"name" need:"yes"`
	Address    rules.Address   `toml:"address" need:"yes"`
	Aliases    []rules.Address `toml:"aliases"`
	Prefix     Prefix          `toml:"prefix"`
	Language   rules.Language  `toml:"language"`
	Zone       *time.Location  `toml:"timezone"`
	Subaddress string          `toml:"subaddress" one:"+,"`
	Hostname   Hostname        `toml:"hostname"`                // "" is the address's domain
	CloseAfter Duration        `toml:"close_after" max:"3650d"` // from resolved to closed; 0 never
	Digest     Clock           `toml:"digest"`                  // "" never
}

// Store is the [store] table.
type Store struct {
	Path Path `toml:"path"` // a directory
}

// Mailin is the [mailin] table and its doors. A door that is nil is shut; the pipe needs no table.
type Mailin struct {
	MaxSize Size   `toml:"max_size" min:"65536" max:"104857600"`
	SMTP    *SMTP  `toml:"smtp"`
	LMTP    *LMTP  `toml:"lmtp"`
	Pipe    Pipe   `toml:"pipe"`
	IMAP    []IMAP `toml:"imap"`
}

// SMTP is the [mailin.smtp] table.
type SMTP struct {
	Listen     Listen         `toml:"listen" need:"yes"`
	TLSCert    Path           `toml:"tls_cert"` // PEM, the chain; both or neither
	TLSKey     Path           `toml:"tls_key"`
	Relays     []netip.Prefix `toml:"relays"` // peers that check mail for us
	AuthservID string         `toml:"authserv_id"`
}

// LMTP is the [mailin.lmtp] table.
type LMTP struct {
	Listen     Listen `toml:"listen" need:"yes"`
	AuthservID string `toml:"authserv_id"`
}

// Pipe is the [mailin.pipe] table: what "aboveline deliver" believes.
type Pipe struct {
	AuthservID string `toml:"authserv_id"`
}

// IMAP is one [[mailin.imap]] table.
type IMAP struct {
	Server     Server  `toml:"server" need:"yes"` // imaps://, imap+starttls:// or, with Insecure, imap://
	Insecure   bool    `toml:"insecure"`
	CAFile     Path    `toml:"ca_file"` // PEM certificates to trust in place of the system's
	Username   string  `toml:"username" need:"yes"`
	Password   Secret  `toml:"password"`
	OAuth2     *OAuth2 `toml:"oauth2"`
	Mailbox    string  `toml:"mailbox"`
	Handled    string  `toml:"handled"` // where a stored mail is moved; "" only marks it
	AuthservID string  `toml:"authserv_id"`
	Profile    string  `toml:"profile" one:"gmail,microsoft365,microsoft365-tenant,"` // see mailin/proof
}

// OAuth2 says where access tokens come from (RFC 6749). With a refresh token it is that grant, else the client's own.
type OAuth2 struct {
	Tenant       string   `toml:"tenant"`    // Microsoft Entra's; or TokenURL
	TokenURL     string   `toml:"token_url"` // https
	ClientID     string   `toml:"client_id" need:"yes"`
	ClientSecret Secret   `toml:"client_secret"`
	RefreshToken Secret   `toml:"refresh_token" only:"file"` // a file, since providers renew it
	Scopes       []string `toml:"scopes"`
}

// Mailout is the [mailout] table.
type Mailout struct {
	Smarthost    Server   `toml:"smarthost"` // zero: everything stays in the queue, readable there
	CAFile       Path     `toml:"ca_file"`   // PEM certificates to trust in place of the system's
	Username     string   `toml:"username"`
	Password     Secret   `toml:"password"`
	OAuth2       *OAuth2  `toml:"oauth2"`
	MaxSize      Size     `toml:"max_size" min:"65536" max:"157286400"`
	Grace        Duration `toml:"grace" max:"24h"`
	Dialogue     bool     `toml:"dialogue"`
	HourlyLimit  int      `toml:"hourly_limit" min:"1" max:"1000"`
	GatewayLimit int      `toml:"gateway_limit" min:"1" max:"1000000"`
	Templates    Path     `toml:"templates"` // "" is the built-in wording alone
	DKIM         []DKIM   `toml:"dkim"`
}

// DKIM is one [[mailout.dkim]] table: one signature on each mail (RFC 6376).
type DKIM struct {
	Domain   Hostname `toml:"domain"` // "" is the address's domain
	Selector string   `toml:"selector" need:"yes"`
	KeyFile  Path     `toml:"key_file" need:"yes"` // PEM: RSA or Ed25519
}

// DNS is the [dns] table.
type DNS struct {
	Server Listen `toml:"server"` // "" is the system's resolver
}

// Staff is one [[staff]] table.
type Staff struct {
	Name     string         `toml:"name"`
	Address  rules.Address  `toml:"address" need:"yes"`
	Language rules.Language `toml:"language"` // "" is the desk's
	Groups   []string       `toml:"groups"`
}

// Vendor is one [[vendor]] table.
type Vendor struct {
	Name       string         `toml:"name" need:"yes"`
	Address    rules.Address  `toml:"address" need:"yes"`
	FollowUp   Duration       `toml:"follow_up" min:"1s" max:"30d"`
	Language   rules.Language `toml:"language"`
	Hours      Hours          `toml:"hours"`
	Holidays   string         `toml:"holidays" one:"se,no,"`
	Escalation rules.Address  `toml:"escalation"`
}

// Informed is one [[inform]] table.
type Informed struct {
	Name     string         `toml:"name"`
	Address  rules.Address  `toml:"address" need:"yes"`
	About    []string       `toml:"about" one:"outage,vendor-update,vendor-fault"`
	Language rules.Language `toml:"language"`
}

// Group is one [[group]] table.
type Group struct {
	Name      string         `toml:"name" need:"yes"`
	Address   rules.Address  `toml:"address" need:"yes"`
	CheckBack Duration       `toml:"check_back" max:"365d"`
	Language  rules.Language `toml:"language"`
}

// Organisation is one [[organisation]] table: a customer whose own support persons see its tickets.
type Organisation struct {
	Name     string          `toml:"name" need:"yes"`
	Domains  []Hostname      `toml:"domains"` // and those below them
	Support  []rules.Address `toml:"support"`
	Tell     string          `toml:"tell" one:"none,new,all"` // what its support persons are told of
	Language rules.Language  `toml:"language"`
}

// Category is one [[category]] table.
type Category struct {
	Name string `toml:"name" need:"yes"`
	When string `toml:"when" need:"yes"`
}

// Rule is one [[rule]] table.
type Rule struct {
	Name     string   `toml:"name" need:"yes"`
	When     string   `toml:"when" need:"yes"`
	Tags     []string `toml:"tags"`
	Category string   `toml:"category"`
	Type     string   `toml:"type" one:"incident,security,request,task,question,problem,improvement"`
	Priority int      `toml:"priority" min:"1" max:"4"`
	Service  string   `toml:"service"`
	Assign   string   `toml:"assign"`
	Group    string   `toml:"group"`
	Report   []string `toml:"report"`
	Quiet    bool     `toml:"quiet"`
}

// Outage is the [outage] table.
type Outage struct {
	Enabled  bool     `toml:"enabled"`
	Window   Duration `toml:"window" min:"1m" max:"24h"`
	People   int      `toml:"people" min:"2" max:"1000"`
	Report   string   `toml:"report" one:"ask,auto"`
	Pause    Duration `toml:"pause" max:"24h"`
	Vendors  []string `toml:"vendors"`
	Pictures string   `toml:"pictures" one:"ask,auto,never"`
}

// Log is the [log] table.
type Log struct {
	Level  string `toml:"level" one:"debug,info,warn,error"`
	Format string `toml:"format" one:"auto,text,json"`
}

// Metrics is the [metrics] table.
type Metrics struct {
	Listen Listen `toml:"listen"` // "" opens no port
	Public bool   `toml:"public"` // Listen may be more than loopback
}

// Alarm is the [alarm] table: when the operator is told, and where. Zero durations never alarm.
type Alarm struct {
	Address       rules.Address `toml:"address"`
	Command       []string      `toml:"command"` // a program and its arguments; no shell reads them
	Webhook       string        `toml:"webhook"` // https
	WebhookSecret Secret        `toml:"webhook_secret"`
	QueueAge      Duration      `toml:"queue_age" max:"365d"`
	PollAge       Duration      `toml:"poll_age" max:"365d"`
	HeldAge       Duration      `toml:"held_age" max:"365d"` // held and parked mails
	Canary        Duration      `toml:"canary" max:"7d"`     // between probes; 0 sends none
}
