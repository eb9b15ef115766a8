package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/cmd/aboveline/gateway"
)

// Options say how the demo runs.
type Options struct {
	Out    io.Writer
	Colour bool
	Stay   bool         // keep everything open afterwards, until ctx ends
	Log    *slog.Logger // the gateway's own; nil is silence
}

const desk = "support@omdirekt.example"

// world is the morning's people, post office and desk.
type world struct {
	*teller
	office *office
	clock  *clock
	dir    string
	people map[string]*person

	suspicion, toSublime, toMirakel letter // what later parts answer
}

// Run plays the story, and returns an error where anything in it did not happen.
func Run(ctx context.Context, o Options) (err error) {
	dir, err := os.MkdirTemp("", "aboveline-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	post, err := openOffice()
	if err != nil {
		return err
	}
	defer post.close()
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return err
	}
	w := &world{teller: &teller{out: o.Out, colour: o.Colour}, office: post, clock: newClock(zone), dir: dir, people: map[string]*person{}}
	w.teller.now = func() time.Time { return w.clock.now().In(zone) }
	for _, p := range cast() {
		p.office, p.clock = post, w.clock
		first, _, _ := strings.Cut(p.name, " ")
		w.people[first] = p
		if err := post.addBox(p.address); err != nil {
			return err
		}
	}
	if err := post.addBox("hjalp@omdirekt.example"); err != nil {
		return err
	}
	stop, err := w.openDesk(ctx, o.Log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	if err := w.morning(ctx); err != nil {
		return err
	}
	if o.Stay {
		w.invite()
		<-ctx.Done()
	}
	return nil
}

// openDesk starts a gateway with an SMTP door and a mailbox to poll, and says how to stop it.
func (w *world) openDesk(ctx context.Context, log *slog.Logger) (stop func() error, err error) {
	secret := filepath.Join(w.dir, "imap-password")
	if err := os.WriteFile(secret, []byte(password+"\n"), 0o600); err != nil {
		return nil, err
	}
	cfg, err := config.Parse("demo", []byte(fmt.Sprintf(deskConfig, filepath.Join(w.dir, "data"), w.office.imapAddr, secret, w.office.smtpAddr)))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ready, done := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		done <- gateway.Serve(ctx, cfg, gateway.ServeOptions{Log: log, Clock: gateway.Clock{Now: w.clock.now, Set: w.clock.set}, Ready: func(a map[string]net.Addr) { ready <- a["smtp"] }})
	}()
	stop = func() error {
		cancel()
		return <-done
	}
	select {
	case addr := <-ready:
		w.office.relayTo(desk, addr.String())
		w.scene("A desk opens: %s (its clock is put forward where people wait)", desk)
		w.say("SMTP on %s, IMAP polled at %s, mail out through %s", addr, w.office.imapAddr, w.office.smtpAddr)
		return stop, nil
	case err := <-done:
		cancel()
		return nil, err
	}
}

const deskConfig = `
[desk]
name = "OmDirekt"
address = "support@omdirekt.example"
aliases = ["hjalp@omdirekt.example"]
prefix = "OMD"
language = "sv"
timezone = "Europe/Stockholm"

[store]
path = %q

[mailin.smtp]
listen = "127.0.0.1:0"
relays = ["127.0.0.1/32"]
authserv_id = "mx.omdirekt.example"

[[mailin.imap]]
server = "imap://%s"
insecure = true
username = "hjalp@omdirekt.example"
password_file = %q
authserv_id = "mx.omdirekt.example"

[mailout]
smarthost = "smtp://%s"

[[staff]]
name = "Anna Ek"
address = "anna@omdirekt.example"
language = "sv"

[[staff]]
name = "Bo Lind"
address = "bo@omdirekt.example"
language = "en"

[[vendor]]
name = "Sublime"
address = "oms@sublime.example"
follow_up = "1h"
escalation = "jour@sublime.example"

[[vendor]]
name = "Mirakel"
address = "fel@mirakel.example"
follow_up = "1h"
language = "nb"

[[inform]]
name = "Kommunikation"
address = "kommunikation@omdirekt.example"
about = ["outage", "vendor-update"]

[[category]]
name = "Arbetsgivare"
when = 'sender.domain == "kommun.example" or text contains "arbetsgivare"'

[[rule]]
name = "Fel på Mina sidor"
when = 'text contains "bankid" or text contains "mina sidor"'
tags = ["Mina sidor - Teknik"]
service = "Mina sidor"

[outage]
enabled = true
people = 4
report = "ask"
vendors = ["Sublime", "Mirakel"]
`

// tally reads the tickets back through the admin socket, as the operator does.
func (w *world) tally(ctx context.Context) error {
	ops, err := admin.Dial(filepath.Join(w.dir, "data"))
	if err != nil {
		return err
	}
	defer ops.Close()
	w.scene("The operator asks what there is (aboveline ticket list, aboveline outage list)")
	if err := admin.TicketList.Do(ctx, ops, admin.TicketFilter{}, func(t admin.TicketRow) error {
		w.say("%-6s %-18s %-14s %-20s %s", t.Number, t.Status, t.Category, strings.Join(t.Tags, ", "), t.Subject)
		return nil
	}); err != nil {
		return err
	}
	return admin.OutageList.Do(ctx, ops, admin.Limit{}, func(o admin.Outage) error {
		w.say("%-6s %-18s %d people  %s  (suspected by %s)", o.Number, o.Status, o.People, o.Title, o.Evidence)
		return nil
	})
}

// invite says how to look around.
func (w *world) invite() {
	host, port, _ := net.SplitHostPort(w.office.imapAddr)
	_, submission, _ := net.SplitHostPort(w.office.smtpAddr)
	w.scene("Everything stays open until you press Ctrl-C")
	w.plain("In a mail client: IMAP server %s, port %s, no encryption; SMTP server %s, port %s, no encryption and no login.", host, port, host, submission)
	w.plain("The user is the address, the password is %q:", password)
	for _, p := range cast() {
		w.plain("  %-16s %s", p.name, p.address)
	}
	box := "imap://anna%40omdirekt.example@" + w.office.imapAddr + "/INBOX"
	w.plain("With neomutt, as Anna:")
	w.plain("  neomutt -n -F /dev/null -e 'set ssl_starttls=no ssl_force_tls=no imap_pass=%s folder=%s from=anna@omdirekt.example smtp_url=smtp://%s' -f %s",
		password, box, w.office.smtpAddr, box)
	w.plain("Write to %s as one of them, and see what comes back.", desk)
}
