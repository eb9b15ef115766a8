package config

import (
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"
)

// minCanary keeps probes rarer than the slowest scanner on the way: one that is still under way when the next leaves
// says nothing.
const minCanary = Duration(5 * time.Minute)

// minPollAge is above what lies between two looks at a mailbox that is well (mailin/imap: up to two minutes, and one
// for the alarm's own look).
const minPollAge = Duration(5 * time.Minute)

func (b *binder) checkMetrics(m Metrics) {
	b.tcp("metrics.listen", m.Listen)
	if network, addr := m.Listen.Network(); addr != "" && network == "tcp" && !m.Public && !loopback(addr) {
		b.bad("metrics.listen", `%q can be reached from other machines, and anybody there could read it; write 127.0.0.1, or public = true`, m.Listen)
	}
}

// loopback says whether only this machine reaches an address "host:port".
func loopback(addr string) bool {
	host := strings.Trim(addr[:max(0, strings.LastIndexByte(addr, ':'))], "[]")
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

func (b *binder) checkAlarm(c *Config) {
	a := c.Alarm
	if len(a.Command) > 0 && !filepath.IsAbs(a.Command[0]) {
		b.bad(element("alarm.command", 0), "%q: write the program's whole path, such as /usr/bin/logger", cut(a.Command[0], 60))
	}
	if a.Webhook != "" {
		u, err := url.Parse(a.Webhook)
		switch {
		case err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname()+":0")):
			b.bad("alarm.webhook", "write an address that begins with https://")
		case u.User != nil:
			b.bad("alarm.webhook", "a name or password in the address; write webhook_secret_file or webhook_secret_env")
		}
	}
	if a.Webhook == "" && !a.WebhookSecret.IsZero() {
		b.bad("alarm", "a secret without a webhook; write webhook")
	}
	if a.PollAge > 0 && a.PollAge < minPollAge {
		b.bad("alarm.poll_age", "%s is shorter than a mailbox that is well may go unread; write 5m or more, or 0s", a.PollAge)
	}
	if a.Canary > 0 && a.Canary < minCanary {
		b.bad("alarm.canary", "%s is shorter than a mail may take; write 5m or more, or 0s", a.Canary)
	}
	if a.Canary > 0 && c.Mailout.Smarthost.IsZero() {
		b.bad("alarm.canary", "there is no smarthost that could take a mail out; write mailout.smarthost, or 0s")
	}
}
