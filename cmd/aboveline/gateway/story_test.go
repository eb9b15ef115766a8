package gateway

import (
	"bufio"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/rules"
	"aboveline.example/store"
)

var loud = flag.Bool("loud", false, "show the gateways' own logs in the tests on virtual time")

// storyDesk is the desk that the stories of testdata/rules are told about, as an operator writes it.
const storyDesk = `
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
server = "imap://127.0.0.1:143"
insecure = true
username = "support@omdirekt.example"
password_env = "ABOVELINE_TOWN_PASSWORD"
authserv_id = "mx.omdirekt.example"
[mailout]
smarthost = "smtp://127.0.0.1:25"
[[organisation]]
name = "Nordhavn kommune"
domains = ["nordhavn.example"]
support = ["it@nordhavn.example", "chef@nordhavn.example"]
tell = "new"
language = "nb"
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
language = "sv"
[[inform]]
name = "Kommunikation"
address = "kommunikation@omdirekt.example"
about = ["outage", "vendor-update"]
language = "sv"
[[category]]
name = "Arbetsgivare"
when = 'sender.domain == "kommun.example" or text contains "arbetsgivare"'
[[category]]
name = "Privatperson"
when = 'true'
[[rule]]
name = "Fel på Mina sidor"
when = 'text contains "bankid" or text contains "mina sidor"'
tags = ["Mina sidor - Teknik"]
[outage]
enabled = true
window = "1h"
people = 4
report = "ask"
vendors = ["Sublime"]
pictures = "ask"
`

// storyBegins is a Tuesday in March: the bubble's clock is set to it.
var storyBegins = time.Date(2026, 3, 3, 9, 14, 0, 0, time.UTC)

// TestStories plays the stories of testdata/rules, which package rules plays over decisions alone, over the whole
// program: the same words through a door, the same expectations read back from the store, and each answer written to
// the mail that really left. Each is played through both doors.
//
// Where the program may legitimately differ, sameStory says how.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("../../../testdata/rules/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for d, door := range []string{"smtp", "imap"} {
		for i, file := range files {
			if otherDoor(d, i) {
				continue
			}
			t.Run(door+"/"+strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
				bubble(t, func(t *testing.T) { playStory(t, file, door, storyDesk) })
			})
		}
	}
}

// otherDoor says whether a story is left to its other door: each has one where time is short, as under the race
// detector, which makes everything several times as slow.
func otherDoor(door, story int) bool { return testing.Short() && (door+story)%2 == 1 }

// TestDesks plays the story of each example desk over the whole program, with the desk's own configuration. Package
// rules plays the same file over decisions alone.
func TestDesks(t *testing.T) {
	files, err := filepath.Glob("../../../testdata/desks/*/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for d, door := range []string{"smtp", "imap"} {
		for i, file := range files {
			if otherDoor(d, i) {
				continue
			}
			t.Run(door+"/"+filepath.Base(filepath.Dir(file)), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					playStory(t, file, door, townDesk(t, filepath.Join(filepath.Dir(file), "aboveline.toml")))
				})
			})
		}
	}
}

// townDoors are where a desk's mail comes and goes in the town.
const townDoors = `
[store]
path = %q
[mailin.smtp]
listen = "127.0.0.1:0"
relays = ["127.0.0.1/32"]
authserv_id = "mx.omdirekt.example"
[[mailin.imap]]
server = "imap://127.0.0.1:143"
insecure = true
username = "support@omdirekt.example"
password_env = "ABOVELINE_TOWN_PASSWORD"
authserv_id = "mx.omdirekt.example"
[mailout]
smarthost = "smtp://127.0.0.1:25"
`

// townDesk is an example desk's configuration with the doors of the town in place of its own.
func townDesk(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var b, kept strings.Builder // kept is of [mailout], what says how mail reads
	away := false
	for line := range strings.Lines(strings.ReplaceAll(string(raw), "%", "%%")) {
		if strings.HasPrefix(line, "[") {
			table := strings.Trim(strings.TrimSpace(line), "[]")
			top, _, _ := strings.Cut(table, ".")
			away = slices.Contains([]string{"store", "mailin", "mailout", "dns"}, top)
		}
		switch {
		case !away:
			b.WriteString(line)
		case strings.HasPrefix(line, "dialogue "):
			kept.WriteString(line)
		}
	}
	return b.String() + townDoors + kept.String()
}

func playStory(t *testing.T, file, door, desk string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	steps := readStory(string(raw))
	w := newTown(t)
	n := &narrator{w: w, door: door, refuse: map[string]string{}}
	for _, s := range steps {
		if f := strings.Fields(s.command); f[0] == "refuse" {
			n.refuse[f[1]] = ""
		}
	}
	w.fault = n.fault
	n.h = w.build("support@omdirekt.example", desk, func() detector { return &simpleWatch{} })
	n.was = n.look()
	for _, s := range steps {
		got, want := n.play(s), s.want
		if !n.exact(s) {
			got, want = sameStory(got), sameStory(want)
		}
		if got != want {
			t.Errorf("%s: %s\n%sgot:\n%s\nwant:\n%s", file, s.command, s.input, got, want)
		}
	}
	time.Sleep(time.Hour)
	synctest.Wait()
	n.h.check(t)
}

type storyStep struct{ command, input, want string }

// readStory reads what rules' scenarios are written in: a command, its lines, "----", the expectation, a blank line.
func readStory(text string) []storyStep {
	var steps []storyStep
	var s storyStep
	part := 0
	sc := bufio.NewScanner(strings.NewReader(text))
	for sc.Scan() {
		line := sc.Text()
		switch {
		case part == 0 && (strings.HasPrefix(line, "#") || line == ""):
		case part == 0:
			s.command, part = line, 1
		case part == 1 && line == "----":
			part = 2
		case part == 1:
			s.input += line + "\n"
		case line == "":
			steps = append(steps, s)
			s, part = storyStep{}, 0
		default:
			s.want += line + "\n"
		}
	}
	if part == 2 {
		steps = append(steps, s)
	}
	return steps
}

// simpleWatch is the watch of the stories: four different people who wrote "BankID" within an hour. How the product
// counts is tested where it does.
type simpleWatch struct{ told []rules.Report }

func (w *simpleWatch) Sight(r rules.Report) rules.Sighting {
	if !strings.Contains(r.Words, "BankID") {
		return rules.Sighting{}
	}
	people := map[rules.Address]bool{r.Person: true}
	s := rules.Sighting{Words: []string{"bankid"}, Window: time.Hour, Expected: 0.4, Alarm: 1}
	raised := false
	for _, o := range w.told {
		if r.At.Sub(o.At) < time.Hour {
			raised = raised || len(people) >= 4
			people[o.Person] = true
			s.Members = append(s.Members, o.Mail)
		}
	}
	w.told = append(w.told, r)
	s.People, s.Observed = len(people), len(people)
	switch {
	case raised && len(people) >= 4:
		s.Members = nil
	case len(people) == 4:
		s.Raised = true
	default:
		return rules.Sighting{}
	}
	return s
}

// narrator plays a story's steps.
type narrator struct {
	w      *town
	h      *house
	door   string
	mails  int
	was    sight
	refuse map[string]string // rows that a peer will refuse, and with what; "" keeps them waiting until then
}

// exact says whether a step's answer is compared as it stands: what a reader is shown has an order.
func (n *narrator) exact(s storyStep) bool {
	f, _, _ := strings.Cut(s.command, " ")
	return f == "show" || f == "read" || f == "queue"
}

func (n *narrator) play(s storyStep) string {
	time.Sleep(time.Minute)
	synctest.Wait()
	f := strings.Fields(s.command)
	switch f[0] {
	case "mail":
		l, err := n.write(s.input)
		if err != nil {
			return err.Error() + "\n"
		}
		if n.door == "imap" {
			n.h.drop(n.h.stamp(l.withTrace(), l.proof))
			n.untilTaken()
		} else if err := n.h.sendBySMTP(l); err != nil {
			return err.Error() + "\n"
		}
	case "wait":
		d, err := time.ParseDuration(f[1])
		if err != nil {
			return err.Error() + "\n"
		}
		time.Sleep(d)
	case "refuse":
		n.w.mu.Lock()
		n.refuse[f[1]] = strings.Join(f[2:], " ")
		n.w.mu.Unlock()
		time.Sleep(10 * time.Minute) // until it is tried again
	case "grace":
		if err := n.grace(f[1]); err != nil {
			return err.Error() + "\n"
		}
	case "show", "read", "queue":
		return n.ask(f[0], f[1])
	default:
		return "unknown command\n"
	}
	synctest.Wait()
	return n.whatCame()
}

// untilTaken waits until the poller has seen what lies in the mailbox: by IDLE at once, else when it looks next.
func (n *narrator) untilTaken() {
	for range 180 {
		synctest.Wait()
		taken := 0
		n.h.view(func(tx *store.Tx) { taken = len(tx.Dispositions(0, 1<<30)) })
		if taken >= n.mails {
			return
		}
		time.Sleep(time.Second)
	}
}

// fault makes the peer put off, and then refuse, what the story refuses.
func (n *narrator) fault(phase string, p parcel) string {
	if phase != "dot" {
		return ""
	}
	n.w.mu.Lock()
	refuse := maps.Clone(n.refuse)
	n.w.mu.Unlock()
	for id, reply := range refuse {
		held := false
		n.h.view(func(tx *store.Tx) {
			row, ok := tx.Sent(rules.OutgoingID(id))
			held = ok && string(row.MessageID) == idOf(p.raw)
		})
		switch {
		case held && reply == "":
			return "451 4.3.0 later"
		case held:
			return reply
		}
	}
	return ""
}

// grace changes the desk's configuration and has it read again.
func (n *narrator) grace(d string) error {
	r := n.h.life()
	toml := strings.Replace(n.h.toml, "[mailout]\n", "[mailout]\ngrace = \""+d+"\"\n", 1)
	cfg, err := config.Parse("test.toml", []byte(fmt.Sprintf(toml, r.db.Dir())))
	if err != nil {
		return err
	}
	r.s.o.Reload = func() (*config.Config, error) { return cfg, nil }
	_, err = r.s.reload()
	return err
}

// write builds the mail of a step.
func (n *narrator) write(input string) (letter, error) {
	n.mails++
	head, body, _ := strings.Cut(input, "\n\n")
	body = strings.TrimSpace(body)
	l := letter{to: "support@omdirekt.example", id: fmt.Sprintf("m%d@clients.example", n.mails), proof: "pass", body: body}
	only, answers, button, drop := "all", "", "", ""
	for line := range strings.Lines(head) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			return l, fmt.Errorf("what is %q?", line)
		}
		switch key {
		case "from":
			l.from = value
		case "to":
			l.to = strings.Fields(value)[0]
		case "cc":
			l.fields = append(l.fields, "Cc: "+value)
		case "proof":
			l.proof = value
		case "identity":
			l.from = strings.Replace(l.from, " <", " <annan@annan.example>, <", 1)
			l.from = l.from[strings.Index(l.from, ", ")+2:] + ", Annan <annan@annan.example>"
		case "subject":
			l.subject = value
		case "kind":
			if value != "bounce" && value != "human" {
				l.fields = append(l.fields, "Auto-Submitted: auto-replied")
			}
			if value == "bounce" && !strings.Contains(head, "about: ") {
				bounce(&l, "stranger@annan.example", "somebody.else@annan.example")
			}
		case "id":
			l.id = value
		case "refs":
			l.refs = append(l.refs, value)
		case "lang": // the program reads it from the words
		case "encrypted":
			encrypt(&l)
		case "lead":
			l.html = "<p>" + value + "</p>"
		case "picture":
			var name string
			var w, h int
			if _, err := fmt.Sscanf(value, "%s %dx%d", &name, &w, &h); err != nil {
				return l, err
			}
			l.pictures = append(l.pictures, drawing{name, picturePNG(name, w, h)})
		case "answers":
			answers = value
		case "only":
			only = value
		case "button":
			button = value
		case "drop":
			drop = value
		case "forwarded":
			name, addr, _ := strings.Cut(value, " <")
			l.body = "---------- Forwarded message ---------\nFrom: " + name + " <" + addr + "\nDate: Tue, 3 Mar 2026 at 10:00\nSubject: " +
				strings.TrimPrefix(l.subject, "VB: ") + "\nTo: Anna Ek <anna@omdirekt.example>\n\n" + body
		case "about":
			row, ok := n.row(value)
			if !ok {
				return l, fmt.Errorf("no mail %s", value)
			}
			l.to = string(row.EnvelopeFrom)
			bounce(&l, string(row.To.Address), string(row.MessageID))
		default:
			return l, fmt.Errorf("what is %q?", key)
		}
	}
	if button != "" {
		return l, n.press(&l, button, drop)
	}
	if answers != "" {
		return l, n.answerTo(&l, answers, only, body)
	}
	return l, nil
}

// press makes l what a client opens for a button of a mail that was delivered: the link is the one in its HTML, or
// its List-Unsubscribe.
func (n *narrator) press(l *letter, button, drop string) error {
	id, word, _ := strings.Cut(button, " ")
	row, ok := n.row(id)
	p, came := n.w.find(row.MessageID)
	if !ok || !came {
		return fmt.Errorf("no mail %s with buttons was delivered", id)
	}
	link, err := buttonOf(p.raw, word)
	if err != nil {
		return err
	}
	u, err := url.Parse(link)
	if err != nil {
		return err
	}
	if l.to, err = url.PathUnescape(u.Opaque); err != nil {
		return err
	}
	if drop == "" || drop == "body" {
		l.subject = u.Query().Get("subject")
	}
	if drop == "" || drop == "subject" {
		l.body = strings.ReplaceAll(u.Query().Get("body"), "\r\n", "\n")
	}
	return nil
}

// answerTo makes l an answer to a mail of ours as it was delivered, with all carriers or one.
func (n *narrator) answerTo(l *letter, id, only, words string) error {
	row, ok := n.row(id)
	p, came := n.w.find(row.MessageID)
	if !ok || !came {
		return fmt.Errorf("no mail %s to answer was delivered", id)
	}
	a, err := answer(p.raw, l.from, l.id, words)
	if err != nil {
		return err
	}
	if l.subject == "" {
		l.subject = a.subject
	}
	if only == "all" || only == "address" {
		l.to = a.to
	}
	if only == "all" || only == "ids" {
		l.inReplyTo, l.refs = a.inReplyTo, a.refs
	}
	if only == "all" || only == "footer" {
		l.body = a.body
	}
	return nil
}

// buttonOf is the link that a mail has for a command.
func buttonOf(raw []byte, word string) (string, error) {
	r, err := read(raw)
	if err != nil {
		return "", err
	}
	if word == "list-unsubscribe" {
		return strings.Trim(r.header.Get("List-Unsubscribe"), "<>"), nil
	}
	m := regexp.MustCompile(`<(mailto:[^>]*body=%2F` + regexp.QuoteMeta(word) + `%[^>]*)>`).FindStringSubmatch(r.text)
	if m == nil {
		return "", fmt.Errorf("no button for %s in %q", word, r.subject)
	}
	return m[1], nil
}

// bounce makes l a delivery status notification (RFC 3464).
func bounce(l *letter, recipient, about string) {
	l.fields = append(l.fields, `Content-Type: multipart/report; report-type=delivery-status; boundary="r"`)
	l.body = "--r\nContent-Type: text/plain; charset=utf-8\n\n" + l.body + "\n\n--r\nContent-Type: message/delivery-status\n\n" +
		"Reporting-MTA: dns; mx.kommun.example\n\nFinal-Recipient: rfc822; " + recipient +
		"\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown\n\n--r\nContent-Type: text/rfc822-headers\n\n" +
		"Message-ID: <" + about + ">\nSubject: x\n\n--r--\n"
}

// encrypt makes l what a client that encrypts sends (RFC 3156, section 4).
func encrypt(l *letter) {
	l.fields = append(l.fields, `Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="e"`)
	l.body = "--e\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--e\nContent-Type: application/octet-stream; name=encrypted.asc\n\n" +
		"-----BEGIN PGP MESSAGE-----\n\nabc=\n-----END PGP MESSAGE-----\n--e--\n"
}

// withTrace is the letter as a mailbox has it: its envelope is in its fields.
func (l letter) withTrace() []byte {
	trace := "Return-Path: <" + l.envelope() + ">\r\nDelivered-To: " + l.to + "\r\n"
	return append([]byte(trace), l.bytes()...)
}

func (n *narrator) row(id string) (row rules.Queued, ok bool) {
	n.h.view(func(tx *store.Tx) { row, ok = tx.Sent(rules.OutgoingID(id)) })
	return row, ok
}

// sight is what a story can see of a store.
type sight struct {
	ledger  map[rules.MailID]string
	tickets map[rules.TicketID]string
	rows    map[rules.OutgoingID]bool
	bad     map[rules.Address]bool
}

func (n *narrator) look() sight {
	v := sight{map[rules.MailID]string{}, map[rules.TicketID]string{}, map[rules.OutgoingID]bool{}, map[rules.Address]bool{}}
	n.h.view(func(tx *store.Tx) {
		for _, d := range tx.Dispositions(0, 1<<30) {
			b, _ := json.Marshal(d)
			v.ledger[d.Mail] = string(b)
		}
		for id := rules.TicketID(1); ; id++ {
			tk, ok := tx.Ticket(id)
			if !ok {
				break
			}
			b, _ := json.Marshal(tk)
			v.tickets[id] = string(b)
		}
		for _, q := range rows(tx) {
			v.rows[q.ID] = true
		}
		for _, b := range tx.BadAddresses(100) {
			v.bad[b.Address] = true
		}
	})
	return v
}

// whatCame tells what changed since the last look, in the words of the stories.
func (n *narrator) whatCame() string {
	is := n.look()
	var b strings.Builder
	n.h.view(func(tx *store.Tx) {
		desk := n.h.life().s.Desk()
		for id, was := range is.ledger {
			if n.was.ledger[id] == was {
				continue
			}
			d, _ := tx.Disposition(id)
			b.WriteString(string(d.Kind))
			if d.Ticket != 0 {
				b.WriteString(" " + desk.Number(d.Ticket))
			}
			b.WriteString(" because " + reasonList(d.Reasons) + "\n")
		}
		for id, was := range is.tickets {
			if n.was.tickets[id] != was {
				tk, _ := tx.Ticket(id)
				fmt.Fprintf(&b, "  %s %s %q %s\n", desk.Number(id), tk.Status, tk.Category, strings.Join(tk.Tags, ", "))
			}
		}
		for id := range is.rows {
			if !n.was.rows[id] {
				o, _ := tx.Sent(id)
				hold := ""
				if o.Hold != "" {
					hold = " HELD " + string(o.Hold)
				}
				fmt.Fprintf(&b, "  %s %s to %s: %s%s\n", o.ID, o.Template, o.To.Address, o.Subject, hold)
			}
		}
		for a := range is.bad {
			if !n.was.bad[a] {
				fmt.Fprintf(&b, "  bad address %s\n", a)
			}
		}
	})
	n.was = is
	if b.Len() == 0 {
		return "nothing\n"
	}
	return b.String()
}

func reasonList(list []rules.Reason) string {
	var s []string
	for _, r := range list {
		s = append(s, r.String())
	}
	return strings.Join(s, ", ")
}

var (
	machineReason = regexp.MustCompile(`(machine-mail [a-z-]+): [^,)\n]*`)
	bounceReason  = regexp.MustCompile(`(bounce-of-unknown) [^,\n]*`)
	ticketLine    = regexp.MustCompile(`^  ([A-Z]+-\d+) `)
	tokens        = regexp.MustCompile(`[a-z2-7]{42}`)
)

// sameStory brings two tellings of a step together. What the program may tell otherwise: who proved the author (its
// relay's name stands for "dmarc"), by which header a machine was known, and the order of lines; where a step made
// two decisions, the state in between is seen by nobody.
func sameStory(s string) string {
	s = strings.ReplaceAll(s, "mx.omdirekt.example", "dmarc")
	s = machineReason.ReplaceAllString(s, "$1: header")
	s = bounceReason.ReplaceAllString(s, "$1 header")
	last := map[string]string{}
	var lines []string
	for line := range strings.Lines(s) {
		if m := ticketLine.FindStringSubmatch(line); m != nil {
			last[m[1]] = line
			continue
		}
		lines = append(lines, line)
	}
	for _, line := range last {
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// ask reads from the store what a story asks to see.
func (n *narrator) ask(what, id string) string {
	var b strings.Builder
	n.h.view(func(tx *store.Tx) {
		number, _ := strconv.ParseUint(id, 10, 32)
		switch what {
		case "show":
			showTicket(&b, n.h.life().s.Desk(), tx, rules.TicketID(number))
		case "read":
			row, _ := tx.Sent(rules.OutgoingID(id))
			showMail(&b, row.Outgoing)
		case "queue":
			tk, _ := tx.Ticket(rules.TicketID(number))
			for i := 1; i <= tk.Sent; i++ {
				row, ok := tx.Sent(rules.OutgoingID(fmt.Sprintf("%d-%d", number, i)))
				if !ok {
					row = rules.Queued{State: "taken back"}
				}
				fmt.Fprintf(&b, "%d-%d %s %s\n", number, i, cmp.Or(row.State, "taken back"), row.Template)
			}
		}
	})
	s := strings.ReplaceAll(b.String(), "mx.omdirekt.example", "dmarc")
	return tokens.ReplaceAllString(machineReason.ReplaceAllString(s, "$1: header"), "TOKEN")
}

func showTicket(b *strings.Builder, desk *rules.Desk, tx *store.Tx, id rules.TicketID) {
	tk, _ := tx.Ticket(id)
	fmt.Fprintf(b, "%s %q %s assignee %q messages %d\n", desk.Number(id), tk.Subject, tk.Status, tk.Assignee, tk.Messages)
	for _, p := range tk.Participants {
		fmt.Fprintf(b, "  %s %s thread %d verified %v muted %v invited %v\n", p.Role, p.Address, p.Thread, p.Verified, p.Muted, p.Invited)
	}
	for _, e := range tx.Entries(id) {
		fmt.Fprintf(b, "  %d %s thread %d %s %s: %q (%s)\n", e.Seq, e.Kind, e.Thread, e.Who, e.Trust, e.Text, reasonList(e.Reasons))
	}
}

func showMail(b *strings.Builder, o rules.Outgoing) {
	fmt.Fprintf(b, "from %q <%s> reply-to %s envelope <%s> auto %q\n", o.From.Name, o.From.Address, o.ReplyTo, o.EnvelopeFrom, o.Auto)
	fmt.Fprintf(b, "in-reply-to %s references %d goes to %s %q\n", o.InReplyTo, len(o.References), o.GoesTo, o.GoesToName)
	if o.Role == rules.RoleVendor {
		fmt.Fprintf(b, "status %s their number %q\n", o.Facts.Status, o.Facts.VendorRef)
	}
	fmt.Fprintf(b, "author %q <%s> words %q\n", o.Author.Name, o.Author.Address, o.Words)
	for _, s := range o.Dialogue {
		fmt.Fprintf(b, "said %q you %v gone %v %q\n", s.Name, s.You, s.Gone, s.Words)
	}
	if r := o.Report; r != nil {
		fmt.Fprintf(b, "report %q outage %q tags %q people %d organisations %d nth %d tickets %q words %q\n", r.Title, r.Outage, r.Tags, r.People, r.Organisations, r.Nth, r.Tickets, r.Words)
		if r.Again {
			fmt.Fprintln(b, "again")
		}
		if r.DismissedBy != "" {
			fmt.Fprintf(b, "dismissed by %q at %s with %d people\n", r.DismissedBy, r.DismissedAt.Format(time.RFC3339), r.DismissedAmong)
		}
		for _, q := range r.Quotes {
			fmt.Fprintf(b, "quote %q\n", q)
		}
		for _, p := range r.Pictures {
			fmt.Fprintf(b, "picture %q\n", p)
		}
	}
	for _, a := range o.Attachments {
		fmt.Fprintf(b, "attached %s %s\n", a.Name, a.Type)
	}
	for _, l := range o.Lines {
		fmt.Fprintf(b, "line %s %q %q\n", l.Code, l.Subject, l.More)
	}
	for _, a := range o.Actions {
		if strings.Contains(a.Command, " ") {
			fmt.Fprintf(b, "offers /%s\n", a.Command)
		}
	}
}
