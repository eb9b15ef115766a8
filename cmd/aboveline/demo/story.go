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
	dir    string
	people map[string]*person
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
	w := &world{teller: &teller{out: o.Out, colour: o.Colour, start: time.Now()}, office: post, dir: dir, people: map[string]*person{}}
	for _, p := range []*person{
		{name: "Åsa Öberg", address: "asa@kommun.example"},
		{name: "Erik Holm", address: "erik@skola.example"},
		{name: "Anna Ek", address: "anna@omdirekt.example"},
		{name: "Bo Lind", address: "bo@omdirekt.example"},
	} {
		p.office = post
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
		done <- gateway.Serve(ctx, cfg, gateway.ServeOptions{Log: log, Ready: func(a map[string]net.Addr) { ready <- a["smtp"] }})
	}()
	stop = func() error {
		cancel()
		return <-done
	}
	select {
	case addr := <-ready:
		w.office.relayTo(desk, addr.String())
		w.scene("A desk opens: %s", desk)
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

[[category]]
name = "Arbetsgivare"
when = 'sender.domain == "kommun.example"'

[[rule]]
name = "Fel på Mina sidor"
when = 'text contains "bankid" or text contains "mina sidor"'
tags = ["Mina sidor - Teknik"]
`

// has fits letters whose subject and text hold these.
func has(subject, text string) func(letter) bool {
	return func(l letter) bool { return strings.Contains(l.subject, subject) && strings.Contains(l.text, text) }
}

// morning is the story.
func (w *world) morning(ctx context.Context) error {
	asa, erik, anna, bo := w.people["Åsa"], w.people["Erik"], w.people["Anna"], w.people["Bo"]

	w.scene("Åsa cannot log in, and writes to the desk (by SMTP)")
	if err := asa.write(desk, "Kan inte logga in", "Hej!\n\nBankID snurrar bara när jag försöker komma in på Mina sidor. Vad gör jag?\n\nMvh\nÅsa\n"); err != nil {
		return err
	}
	confirmation, err := asa.wait(ctx, has("[OMD-1]", "BankID"))
	if err != nil {
		return err
	}
	w.say("Åsa reads the confirmation, which came to her own mailbox:")
	w.show(confirmation)

	w.scene("Erik writes to the other address, whose mailbox the desk polls (by IMAP)")
	if err := erik.write("hjalp@omdirekt.example", "Printer in room 12", "Hi,\n\nthe printer in room 12 says it is out of paper, but it is not. Can you help me with this?\n\nErik\n"); err != nil {
		return err
	}
	second, err := erik.wait(ctx, has("[OMD-2]", ""))
	if err != nil {
		return err
	}
	w.say("Erik is answered in the language he wrote in:")
	w.show(second)

	w.scene("Åsa replies above the line")
	if err := asa.answer(confirmation, "Nu på morgonen går det inte på mobilen heller."); err != nil {
		return err
	}
	word, err := anna.wait(ctx, has("[OMD-1]", "mobilen heller"))
	if err != nil {
		return err
	}
	w.say("Anna has it in her mail client, on the same ticket, without the quoted rest:")
	w.show(word)

	w.scene("Anna answers from her own mail client, with a command on top")
	if err := anna.answer(word, "/tagga Inloggning\n\nHej Åsa! Starta om telefonen en gång, så går det. Vi har rättat felet hos oss."); err != nil {
		return err
	}
	answer, err := asa.wait(ctx, has("[OMD-1]", "Starta om telefonen"))
	if err != nil {
		return err
	}
	if strings.Contains(answer.text, "anna@") {
		return errors.New("a staff member's own address reached a requester")
	}
	w.say("Åsa reads Anna's words, from the desk's address:")
	w.show(answer)
	seen, err := bo.wait(ctx, has("[OMD-1]", "Starta om telefonen"))
	if err != nil {
		return err
	}
	w.say("Bo has seen it too: %q", seen.subject)

	w.scene("It works, and Anna says so to everybody with one word")
	if err := anna.answer(word, "/löst\n\nBankID fungerar igen för alla. Tack för att du hörde av dig!"); err != nil {
		return err
	}
	solved, err := asa.wait(ctx, has("[OMD-1]", "fungerar igen"))
	if err != nil {
		return err
	}
	w.show(solved)
	return w.tally(ctx)
}

// tally reads the tickets back through the admin socket, as the operator does.
func (w *world) tally(ctx context.Context) error {
	ops, err := admin.Dial(filepath.Join(w.dir, "data"))
	if err != nil {
		return err
	}
	defer ops.Close()
	w.scene("The operator asks what there is (aboveline ticket list)")
	return admin.TicketList.Do(ctx, ops, admin.TicketFilter{}, func(t admin.TicketRow) error {
		w.say("%-6s %-18s %-14s %-22s %s", t.Number, t.Status, t.Category, strings.Join(t.Tags, ", "), t.Subject)
		return nil
	})
}

// invite says how to look around.
func (w *world) invite() {
	host, port, _ := net.SplitHostPort(w.office.imapAddr)
	w.scene("Everything stays open until you press Ctrl-C")
	w.say("IMAP %s port %s, no TLS; SMTP %s; the password is %q; users:", host, port, w.office.smtpAddr, password)
	for _, p := range w.people {
		w.say("%s", p.address)
	}
	w.say("write to %s as one of them, and see what comes back", desk)
}
