package config

import (
	"net/netip"
	"time"

	"aboveline.example/rules"
)

// preset is what a config file is read over: every default of the product, in one place. The sample that
// "aboveline init" writes shows the same values, and a test compares them.
func preset() *Config {
	return &Config{
		Identity: Identity{
			Prefix: "T", Language: rules.English, Zone: time.UTC, Subaddress: "+",
			CloseAfter: Duration(rules.DefaultCloseAfter),
		},
		Store:  Store{Path: "aboveline-data"},
		Mailin: Mailin{MaxSize: 25 << 20},
		Mailout: Mailout{
			MaxSize:      rules.DefaultMaxSent,
			HourlyLimit:  rules.DefaultHourlyLimit,
			GatewayLimit: rules.DefaultGatewayLimit,
		},
		Outage: Outage{
			Enabled: true,
			Window:  Duration(30 * time.Minute),
			People:  4,
			Report:  "ask",
			// Two minutes: long enough for staff who sit at their mail to say /dismiss, short against an outage.
			Pause:    Duration(2 * time.Minute),
			Pictures: "ask",
		},
		Log:   Log{Level: "info", Format: "auto"},
		Alarm: Alarm{QueueAge: Duration(time.Hour), PollAge: Duration(15 * time.Minute), HeldAge: Duration(24 * time.Hour)},
	}
}

// The elements of lists have defaults of their own.

func (m *IMAP) preset()         { m.Mailbox, m.Handled = "INBOX", "Handled" }
func (v *Vendor) preset()       { v.FollowUp = Duration(time.Hour) }
func (o *Organisation) preset() { o.Tell = "none" }
func (i *Informed) preset()     { i.About = []string{"outage", "vendor-update"} }

// Default is the desk of "aboveline serve" without a config: on loopback, with no way out and nobody believed
// without proof.
func Default() *Config {
	c := preset()
	c.Identity.Name = "Support"
	c.Identity.Address = "support@localhost"
	c.Mailin.SMTP = &SMTP{Listen: "127.0.0.1:2525", Relays: []netip.Prefix{}}
	return c
}
