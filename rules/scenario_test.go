package rules

import (
	"bufio"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the expectations; read the diff before you commit it")

// TestScenarios plays each story of testdata/rules. A step is a command and its lines, "----", and what came of it.
// Commands:
//
//	mail                     a mail: "from:", "proof:", "subject:", "to:", "answers: 1-2", "kind:", "id:" lines, then
//	                         a blank line and the person's words; "answers" replies to a mail of ours as a client does
//	wait 3h                  time passes; due times that come are acted on
//	refuse 1-2 550 5.1.1 …   a peer refuses a mail of ours for good
//	show 1                   the ticket and its entries
//	read 1-2                 what a mail of ours holds
//	queue 1                  the outbox of a ticket; what may go is sent as soon as time passes
//	grace 2m                 the desk's grace for relayed replies
//
// A "picture: name 800x600" line attaches a picture of that size in pixels. "button: 1-2 close" is what a client
// makes of that mail's button, or of its List-Unsubscribe ("button: 1-2 list-unsubscribe"); "drop: subject",
// "drop: body" or "drop: both" is what it makes of it with that lost, and then the words are the writer's own.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("../testdata/rules/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { playFile(t, file, scenarioDesk()) })
	}
}

type step struct{ comment, command, input, want string }

func playFile(t *testing.T, file string, desk Config) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(desk)
	var out strings.Builder
	for _, s := range readSteps(string(raw)) {
		got := w.play(s)
		if got != s.want && !*update {
			t.Errorf("%s: %s\n%sgot:\n%s\nwant:\n%s", file, s.command, s.input, got, s.want)
		}
		out.WriteString(s.comment + s.command + "\n" + s.input + "----\n" + got + "\n")
	}
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// readSteps reads steps that are set apart by a blank line after their expectation; expectations have none inside.
func readSteps(text string) []step {
	var steps []step
	var s step
	part := 0 // 0 before the command, 1 its lines, 2 the expectation
	sc := bufio.NewScanner(strings.NewReader(text))
	for sc.Scan() {
		line := sc.Text()
		switch {
		case part == 0 && (strings.HasPrefix(line, "#") || line == ""):
			s.comment += line + "\n"
		case part == 0:
			s.command, part = line, 1
		case part == 1 && line == "----":
			part = 2
		case part == 1:
			s.input += line + "\n"
		case line == "":
			steps = append(steps, s)
			s, part = step{}, 0
		default:
			s.want += line + "\n"
		}
	}
	if part == 2 {
		steps = append(steps, s)
	}
	return steps
}

func scenarioDesk() Config {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err)
	}
	return Config{
		Name: "OmDirekt", Address: "support@omdirekt.example", Aliases: []Address{"hjalp@omdirekt.example"}, Prefix: "OMD",
		Language: Swedish, Zone: zone, Subaddress: "+",
		Organisations: []Organisation{{Name: "Nordhavn kommune", Domains: []string{"nordhavn.example"}, Tell: TellNew,
			Support: []Address{"it@nordhavn.example", "chef@nordhavn.example"}, Language: Bokmal}},
		Staff: []Staff{
			{Mailbox: Mailbox{"Anna Ek", "anna@omdirekt.example"}, Language: Swedish},
			{Mailbox: Mailbox{"Bo Lind", "bo@omdirekt.example"}, Language: English},
		},
		Vendors: []Vendor{{Mailbox: Mailbox{"Sublime", "oms@sublime.example"}, FollowUp: time.Hour, Language: Swedish}},
		Categories: []CategoryRule{
			{"Arbetsgivare", `sender.domain == "kommun.example" or text contains "arbetsgivare"`},
			{"Privatperson", `true`},
		},
		Rules: []TagRule{{Name: "Fel på Mina sidor", When: `text contains "bankid" or text contains "mina sidor"`,
			Tags: []string{"Mina sidor - Teknik"}}},
		Inform:      []Informed{{Mailbox: Mailbox{"Kommunikation", "kommunikation@omdirekt.example"}, About: []string{"outage", "vendor-update"}, Language: Swedish}},
		Outage:      OutageConfig{Enabled: true, Window: time.Hour, People: 4, Report: "ask", Vendors: []string{"Sublime"}, Pictures: "ask"},
		HourlyLimit: DefaultHourlyLimit, GatewayLimit: DefaultGatewayLimit, CloseAfter: DefaultCloseAfter,
		Grace: 0,
	}
}

func (w *world) play(s step) string {
	f := strings.Fields(s.command)
	w.now = w.now.Add(time.Minute)
	w.send()
	switch f[0] {
	case "mail":
		m, err := w.readMail(s.input)
		if err != nil {
			return err.Error() + "\n"
		}
		all, err := w.take(m)
		if err != nil {
			return err.Error() + "\n"
		}
		return describe(w, all)
	case "wait":
		d, err := time.ParseDuration(f[1])
		if err != nil {
			return err.Error() + "\n"
		}
		return w.wait(d)
	case "refuse":
		code, _ := strconv.Atoi(f[2])
		row := w.queue[OutgoingID(f[1])]
		d, err := w.decide(SendRefused{row.Outgoing, Reply{Code: code, Enhanced: f[3], Text: strings.Join(f[4:], " "), Phase: "rcpt"}})
		if err != nil {
			return err.Error() + "\n"
		}
		return describe(w, []Decision{d})
	case "grace":
		d, err := time.ParseDuration(f[1])
		if err != nil {
			return err.Error() + "\n"
		}
		w.desk.Grace = d
		return "nothing\n"
	case "queue":
		return w.queued(f[1])
	case "show":
		n, _ := strconv.ParseUint(f[1], 10, 32)
		return w.show(TicketID(n))
	case "read":
		return w.read(OutgoingID(f[1]))
	}
	return "unknown command\n"
}

func (w *world) wait(d time.Duration) string {
	end := w.now.Add(d)
	var all []Decision
	for {
		var next *Due
		for _, due := range w.dues {
			if !due.At.After(end) && (next == nil || due.At.Before(next.At)) {
				next = &due
			}
		}
		if next == nil {
			break
		}
		w.now = next.At
		w.send()
		decided, err := w.decide(DueCame{*next})
		if err != nil {
			return err.Error() + "\n"
		}
		all = append(all, decided)
	}
	w.now = end
	return describe(w, all)
}

// readMail builds a mail as the doors would have read it. "answers" puts it together as a client does: to our
// Reply-To, with the ids, and with our footer in the quote; "only: address|ids|footer" keeps one of the carriers.
func (w *world) readMail(input string) (*Mail, error) {
	head, body, _ := strings.Cut(input, "\n\n")
	m := &Mail{
		Envelope: Envelope{Door: "smtp"}, Received: w.now, Date: w.now, Identity: IdentityClear, Kind: KindHuman,
		Language: Swedish, Confidence: 0.9, Proof: Proof{Result: ProofPass, By: "dmarc"},
		MessageID: MessageID(fmt.Sprintf("m%d@clients.example", w.mails+1)), SentTo: []string{"support@omdirekt.example"},
		Header: map[string][]string{},
	}
	body = strings.TrimSpace(body)
	m.Reply, m.Text = body, body
	only, button, drop := "all", "", ""
	var answers OutgoingID
	for line := range strings.Lines(head) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			return nil, fmt.Errorf("what is %q?", line)
		}
		switch key {
		case "from":
			m.From = mailbox(value)
		case "to":
			m.SentTo = strings.Fields(value)
		case "cc":
			m.Cc = append(m.Cc, mailbox(value))
		case "proof":
			m.Proof.Result = ProofResult(value)
		case "identity":
			m.Identity = Identity(value)
		case "subject":
			m.Subject = value
		case "kind":
			m.Kind, m.KindReason, m.NoAck = Kind(value), "header", value != "human"
		case "id":
			m.MessageID = MessageID(value)
		case "refs":
			m.References = append(m.References, MessageID(value))
		case "lang":
			m.Language = Language(value)
		case "encrypted":
			m.Encrypted, m.Reply, m.Text = true, "", ""
			m.Attachments = []Attachment{{Type: "application/pgp-encrypted"}, {Name: "encrypted.asc", Type: "application/octet-stream"}}
		case "lead":
			m.Lead = value
		case "picture":
			a := Attachment{Type: "image/png", Size: 40 << 10}
			if _, err := fmt.Sscanf(value, "%s %dx%d", &a.Name, &a.Width, &a.Height); err != nil {
				return nil, err
			}
			a.SHA256 = BlobID(a.Name)
			m.Attachments = append(m.Attachments, a)
		case "answers":
			answers = OutgoingID(value)
		case "only":
			only = value
		case "button":
			button = value
		case "drop":
			drop = value
		case "forwarded":
			m.Forwarded = &Forwarded{From: mailbox(value), Subject: BaseSubject(m.Subject, ""), Text: body}
			m.Reply = ""
		case "about":
			row := w.queue[OutgoingID(value)]
			yes := true
			m.SentTo = []string{string(row.EnvelopeFrom)}
			m.Deliveries = []Delivery{{Recipient: string(row.To.Address), Action: "failed", Status: "5.1.1", Permanent: &yes, Diagnostic: "550 5.1.1 unknown"}}
		default:
			return nil, fmt.Errorf("what is %q?", key)
		}
	}
	if button != "" {
		id, word, _ := strings.Cut(button, " ")
		if err := press(m, w.queue[OutgoingID(id)].Outgoing, word, drop); err != nil {
			return nil, err
		}
	}
	if answers != "" {
		row, ok := w.queue[answers]
		if !ok {
			return nil, fmt.Errorf("no mail %s to answer", answers)
		}
		if m.Subject == "" {
			m.Subject = "SV: " + row.Subject
		}
		if only == "all" || only == "address" {
			m.SentTo = []string{string(row.ReplyTo)}
		}
		if only == "all" || only == "ids" {
			m.InReplyTo = []MessageID{row.MessageID}
			m.References = append(append([]MessageID{}, row.References...), row.MessageID)
		}
		if only == "all" || only == "footer" {
			m.Text += "\n\n> " + row.Facts.Reference
		}
	}
	return m, nil
}

// press makes m the mail that a client opens for a button.
func press(m *Mail, o Outgoing, word, drop string) error {
	link := o.ListUnsubscribe
	if word != "list-unsubscribe" {
		i := slices.IndexFunc(o.Actions, func(a Action) bool { return a.Command == word })
		if i < 0 {
			return fmt.Errorf("no button %q in %s", word, o.ID)
		}
		link = o.Actions[i].Mailto
	}
	u, err := url.Parse(link)
	if err != nil {
		return err
	}
	to, err := url.PathUnescape(u.Opaque)
	if err != nil {
		return err
	}
	m.SentTo = []string{to}
	if drop == "" || drop == "body" {
		m.Subject = u.Query().Get("subject")
	}
	if drop == "" || drop == "subject" {
		body := strings.ReplaceAll(u.Query().Get("body"), "\r\n", "\n")
		m.Text, m.Reply = body, body
	}
	return nil
}

func mailbox(s string) Mailbox {
	name, addr, ok := strings.Cut(s, " <")
	if !ok {
		return Mailbox{Address: Address(s)}
	}
	return Mailbox{name, Address(strings.Trim(addr, "<>"))}
}

var tokenPattern = regexp.MustCompile(`[a-z2-7]{42}`)

func describe(w *world, all []Decision) string {
	var b strings.Builder
	for _, d := range all {
		if d.Disposition.Kind != "" {
			fmt.Fprintf(&b, "%s", d.Disposition.Kind)
			if d.Disposition.Ticket != 0 {
				fmt.Fprintf(&b, " %s", w.desk.Number(d.Disposition.Ticket))
			}
			fmt.Fprintf(&b, " because %s\n", reasons(d.Disposition.Reasons))
		}
		for _, tk := range d.Tickets {
			fmt.Fprintf(&b, "  %s %s %q %s\n", w.desk.Number(tk.ID), tk.Status, tk.Category, strings.Join(tk.Tags, ", "))
		}
		for _, o := range d.Send {
			hold := ""
			if o.Hold != "" {
				hold = " HELD " + string(o.Hold)
			}
			fmt.Fprintf(&b, "  %s %s to %s: %s%s\n", o.ID, o.Template, o.To.Address, o.Subject, hold)
		}
		for _, a := range d.Bad {
			fmt.Fprintf(&b, "  bad address %s\n", a.Address)
		}
	}
	if b.Len() == 0 {
		return "nothing\n"
	}
	return tokenPattern.ReplaceAllString(b.String(), "TOKEN")
}

func reasons(list []Reason) string {
	var s []string
	for _, r := range list {
		s = append(s, r.String())
	}
	return strings.Join(s, ", ")
}

func (w *world) show(id TicketID) string {
	tk := w.tickets[id]
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q %s assignee %q messages %d\n", w.desk.Number(id), tk.Subject, tk.Status, tk.Assignee, tk.Messages)
	for _, p := range tk.Participants {
		fmt.Fprintf(&b, "  %s %s thread %d verified %v muted %v invited %v\n", p.Role, p.Address, p.Thread, p.Verified, p.Muted, p.Invited)
	}
	for _, e := range w.entries[id] {
		fmt.Fprintf(&b, "  %d %s thread %d %s %s: %q (%s)\n", e.Seq, e.Kind, e.Thread, e.Who, e.Trust, e.Text, reasons(e.Reasons))
	}
	return tokenPattern.ReplaceAllString(b.String(), "TOKEN")
}

// queued lists the outbox of a ticket.
func (w *world) queued(ticket string) string {
	var b strings.Builder
	for _, id := range w.order {
		if n, _, _ := strings.Cut(string(id), "-"); n == ticket {
			row, waits := w.queue[id]
			if !waits {
				row.State = "taken back"
			}
			fmt.Fprintf(&b, "%s %s %s\n", id, row.State, row.Template)
		}
	}
	return b.String()
}

func (w *world) read(id OutgoingID) string {
	o := w.queue[id]
	var b strings.Builder
	fmt.Fprintf(&b, "from %q <%s> reply-to %s envelope <%s> auto %q\n", o.From.Name, o.From.Address, o.ReplyTo, o.EnvelopeFrom, o.Auto)
	fmt.Fprintf(&b, "in-reply-to %s references %d goes to %s %q\n", o.InReplyTo, len(o.References), o.GoesTo, o.GoesToName)
	if o.Role == RoleVendor {
		fmt.Fprintf(&b, "status %s their number %q\n", o.Facts.Status, o.Facts.VendorRef)
	}
	fmt.Fprintf(&b, "author %q <%s> words %q\n", o.Author.Name, o.Author.Address, o.Words)
	for _, s := range o.Dialogue {
		fmt.Fprintf(&b, "said %q you %v gone %v %q\n", s.Name, s.You, s.Gone, s.Words)
	}
	if r := o.Report; r != nil {
		fmt.Fprintf(&b, "report %q outage %q tags %q people %d organisations %d nth %d tickets %q words %q\n", r.Title, r.Outage, r.Tags, r.People, r.Organisations, r.Nth, r.Tickets, r.Words)
		if r.Again {
			fmt.Fprintln(&b, "again")
		}
		if r.DismissedBy != "" {
			fmt.Fprintf(&b, "dismissed by %q at %s with %d people\n", r.DismissedBy, r.DismissedAt.Format(time.RFC3339), r.DismissedAmong)
		}
		for _, q := range r.Quotes {
			fmt.Fprintf(&b, "quote %q\n", q)
		}
		for _, p := range r.Pictures {
			fmt.Fprintf(&b, "picture %q\n", p)
		}
	}
	for _, a := range o.Attachments {
		fmt.Fprintf(&b, "attached %s %s\n", a.Name, a.Type)
	}
	for _, l := range o.Lines {
		fmt.Fprintf(&b, "line %s %q %q\n", l.Code, l.Subject, l.More)
	}
	for _, a := range o.Actions {
		if strings.Contains(a.Command, " ") {
			fmt.Fprintf(&b, "offers /%s\n", a.Command)
		}
	}
	return tokenPattern.ReplaceAllString(b.String(), "TOKEN")
}
