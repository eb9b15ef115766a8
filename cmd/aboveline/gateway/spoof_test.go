package gateway

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"log"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/foxcpp/go-mockdns"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/mailin"
	"aboveline.example/mailin/mime"
	"aboveline.example/mailin/proof/prooftest"
	"aboveline.example/rules"
	"aboveline.example/store"
)

const spoofDesk = `
[desk]
name = "OmDirekt"
address = "support@omdirekt.example"
prefix = "OMD"
language = "sv"
[store]
path = %q
[dns]
server = %q
[[staff]]
name = "Anna Ek"
address = "anna@omdirekt.example"
[[staff]]
name = "Bo Lund"
address = "bo@omdirekt.example"
[[vendor]]
name = "Mirakel"
address = "fel@mirakel.example"
follow_up = "1h"
`

// canaries stand in the words of a ticket, one for each audience, in letters that no encoding of mail changes.
var canaries = []string{"kanarierequester", "kanariestaff", "kanarienote", "kanarievendor", "kanariesubject"}

// attackWords are in every forged mail: where they come out as somebody else's, they were believed.
const attackWords = "angreppsord"

// spoofTown is a desk with one ticket that everybody takes part in, and a world of domains around it. All mail goes the
// real way: read, proved over a name server on loopback, decided and kept.
type spoofTown struct {
	t      *testing.T
	db     *store.DB
	desk   *Gateway
	intake *mailin.Intake
	keys   map[string]prooftest.Signature
	words  *strings.Replacer // names in cases that are known only now
	count  int
}

// hosts are the addresses that each domain sends from (SPF). evil.example is the attacker's own, and well kept.
var hosts = map[string]string{
	"omdirekt.example": "192.0.2.10", "kommun.example": "192.0.2.20", "mirakel.example": "192.0.2.30",
	"evil.example": "203.0.113.66", "gmail.test": "192.0.2.40", "outlook.test": "192.0.2.50", "icloud.test": "192.0.2.60",
	"xn--omdrekt-tog.example": "203.0.113.66", "lista.example": "192.0.2.70",
}

const evilHost = "203.0.113.66"

func newSpoofTown(t *testing.T) *spoofTown {
	t.Helper()
	zones := map[string]mockdns.Zone{}
	w := &spoofTown{t: t, keys: map[string]prooftest.Signature{}}
	for domain, ip := range hosts {
		key := prooftest.NewKey()
		w.keys[domain] = prooftest.Signature{Domain: domain, Selector: "s1", Key: key}
		zones["s1._domainkey."+domain+"."] = mockdns.Zone{TXT: []string{prooftest.Record(key)}}
		zones["_dmarc."+domain+"."] = mockdns.Zone{TXT: []string{"v=DMARC1; p=reject"}}
		zones[domain+"."] = mockdns.Zone{TXT: []string{"v=spf1 ip4:" + ip + " -all"}}
	}
	t.Setenv("GODEBUG", "rsa1024min=0") // to make the weak key
	for _, bits := range []int{768, 1024} {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("rsa%d", bits)
		w.keys[name] = prooftest.Signature{Domain: "omdirekt.example", Selector: name, Key: key}
		zones[name+"._domainkey.omdirekt.example."] = mockdns.Zone{TXT: []string{prooftest.Record(key)}}
	}
	zones["down._domainkey.omdirekt.example."] = mockdns.Zone{Err: prooftest.Trouble("down")}
	zones["test._domainkey.omdirekt.example."] = mockdns.Zone{TXT: []string{prooftest.Record(w.keys["omdirekt.example"].Key) + "; t=y"}}
	zones["utan.example."] = mockdns.Zone{TXT: []string{"v=spf1 ip4:192.0.2.80 -all"}} // no policy
	server, err := mockdns.NewServerWithLogger(zones, log.New(discard{}, "", 0), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })

	cfg, err := config.Parse("test.toml", []byte(fmt.Sprintf(spoofDesk, t.TempDir()+"/data", server.LocalAddr())))
	if err != nil {
		t.Fatal(err)
	}
	w.desk, w.db, err = Open(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.db.Close() })
	w.intake = w.desk.Intake(cfg)
	w.history()
	return w
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

// history makes the ticket that is to be taken over: a requester, two of staff, a vendor, a note; and the attacker's
// own ticket, since anybody may have one.
func (w *spoofTown) history() {
	w.words = strings.NewReplacer()
	genuine := func(from, to, header, body string) {
		w.t.Helper()
		w.take(w.genuine(from, to, header, body))
	}
	genuine("asa@kommun.example", "support@omdirekt.example", "Message-ID: <asa-first@kommun.example>\nSubject: Inloggning kanariesubject\n", "Kommer inte in. kanarierequester")
	genuine("anna@omdirekt.example", w.token("anna@omdirekt.example", 1), "Subject: Re: x\n", "Prova igen. kanariestaff")
	genuine("anna@omdirekt.example", w.token("anna@omdirekt.example", 1), "Subject: Re: x\n", "/note\n\nHemligt. kanarienote")
	genuine("anna@omdirekt.example", w.token("anna@omdirekt.example", 1), "Subject: Re: x\n", "/report Mirakel")
	genuine("fel@mirakel.example", w.token("fel@mirakel.example", 1), "Subject: Re: fel\n", "Vi tittar. kanarievendor")
	genuine("mallory@evil.example", "support@omdirekt.example", "Message-ID: <mallory-first@evil.example>\nSubject: Hej\n", "Mitt eget.")
	var ours, toAsa rules.MessageID
	w.view(func(tx *store.Tx) {
		if tk, ok := tx.Ticket(1); !ok || len(tk.Participants) < 2 || tk.Status == rules.StatusClosed {
			w.t.Fatalf("ticket 1 is %+v", tk)
		}
		for _, q := range tx.Queue(store.QueueFilter{Ticket: 1, To: "anna@omdirekt.example"}) {
			ours = q.MessageID
		}
		for _, q := range tx.Queue(store.QueueFilter{Ticket: 1, To: "asa@kommun.example"}) {
			toAsa = q.MessageID
		}
	})
	anna := w.token("anna@omdirekt.example", 1)
	w.words = strings.NewReplacer(
		"{ANNA}", anna, "{ASA}", w.token("asa@kommun.example", 1),
		"{FEL}", w.token("fel@mirakel.example", 1), "{MALLORY}", w.token("mallory@evil.example", 2),
		"{OURS}", "<"+string(ours)+">", "{TOASA}", "<"+string(toAsa)+">", "{FOOTER}", w.footer(),
		"{ANNAUP}", strings.ToUpper(anna[:strings.IndexByte(anna, '@')])+anna[strings.IndexByte(anna, '@'):],
		"{ANNABIT}", flip(anna), "{ANNACUT}", strings.Replace(anna, "@", "a@", 1),
	)
}

// flip changes one letter of a token.
func flip(address string) string {
	b := []byte(address)
	i := bytes.IndexByte(b, '@') - 3
	b[i] = map[bool]byte{true: 'b', false: 'a'}[b[i] == 'a']
	return string(b)
}

func (w *spoofTown) view(do func(*store.Tx)) {
	w.t.Helper()
	if err := w.db.View(context.Background(), func(tx *store.Tx) error { do(tx); return nil }); err != nil {
		w.t.Fatal(err)
	}
}

// token is where a reply of somebody goes, as our newest mail to them says.
func (w *spoofTown) token(to rules.Address, ticket rules.TicketID) string {
	w.t.Helper()
	found := ""
	w.view(func(tx *store.Tx) {
		for _, q := range tx.Queue(store.QueueFilter{Ticket: ticket, To: to}) {
			if strings.Contains(string(q.ReplyTo), "+") && found == "" {
				found = string(q.ReplyTo)
			}
		}
	})
	if found == "" {
		w.t.Fatalf("no mail to %s on ticket %d has a token", to, ticket)
	}
	return found
}

// footer is the signed reference at the end of our mail to a staff member.
func (w *spoofTown) footer() string {
	w.t.Helper()
	found := ""
	w.view(func(tx *store.Tx) {
		for _, q := range tx.Queue(store.QueueFilter{Ticket: 1, To: "anna@omdirekt.example"}) {
			text := wireText(q)
			if i := strings.Index(text, "{#"); i >= 0 {
				if j := strings.Index(text[i:], "#}"); j > 0 {
					found = text[i : i+j+2]
				}
			}
		}
	})
	if found == "" {
		w.t.Fatal("no footer found")
	}
	return found
}

// wireText is all text of an outgoing mail's bytes.
func wireText(q rules.Queued) string {
	var b bytes.Buffer
	for _, p := range q.Wire {
		b.Write(p.Text)
	}
	m := mime.Read(mime.CRLF(b.Bytes()))
	return b.String() + "\n" + m.Text + "\n" + m.HTML
}

// shot is one mail as it comes to a door.
type shot struct {
	env rules.Envelope
	raw string
}

// compose completes a mail: what the header does not say is filled in, so that only the trick is odd.
func (w *spoofTown) compose(header, body string) string {
	w.count++
	header = strings.TrimSuffix(header, "\n") + "\n"
	for _, f := range []string{
		"To: {ANNA}", "Subject: Re: Inloggning", "Date: " + time.Now().UTC().Format(time.RFC1123Z),
		fmt.Sprintf("Message-ID: <n%d@client.example>", w.count), "MIME-Version: 1.0",
	} {
		if name, _, _ := strings.Cut(f, ":"); !strings.Contains(strings.ToLower("\n"+header), strings.ToLower("\n"+name+":")) {
			header += f + "\n"
		}
	}
	return w.words.Replace(strings.ReplaceAll(header+"\n"+body+"\n", "\n", "\r\n"))
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// genuine is what somebody really sent: from their domain's host, signed.
func (w *spoofTown) genuine(from, to, header, body string) shot {
	raw := w.compose("From: "+from+"\nTo: "+to+"\n"+header, body)
	sig := w.keys[domainOf(from)]
	return shot{direct(hosts[sig.Domain], from, to), string(prooftest.Sign([]byte(raw), sig))}
}

// direct is the envelope of a client that is no relay of ours.
func direct(peer, from, to string) rules.Envelope {
	return rules.Envelope{Door: "smtp", Peer: peer, Helo: "mail." + domainOf(from), From: from, To: []string{to}, Null: from == ""}
}

// take lets a mail in as a door does, with our own trace on top, and returns its number.
func (w *spoofTown) take(s shot) rules.MailID {
	w.t.Helper()
	if s.env.Door == "smtp" {
		s.raw = string(mailin.Received(mailin.Via{Helo: s.env.Helo, Peer: s.env.Peer, Host: "omdirekt.example", With: "ESMTP", ID: "1"}, time.Now())) + s.raw
	}
	for i, to := range s.env.To {
		s.env.To[i] = w.words.Replace(to)
	}
	if err := w.intake.Take(w.t.Context(), rules.Arrival{Envelope: s.env, Received: time.Now(), Raw: []byte(s.raw)}); err != nil {
		w.t.Fatalf("take: %v", err)
	}
	var last rules.MailID
	w.view(func(tx *store.Tx) {
		for _, d := range tx.Dispositions(0, 10_000) {
			last = max(last, d.Mail)
		}
	})
	return last
}

// seen is what a mail came to.
type seen struct {
	disposed rules.Disposition
	entries  []rules.Entry // those it caused
	sent     []rules.Queued
	rows     map[rules.OutgoingID]bool
	tickets  string // all that existed before, as JSON
}

// look notes what is there; after a mail, look(before, id) tells what it changed.
func (w *spoofTown) look(before *seen, id rules.MailID) seen {
	now := seen{rows: map[rules.OutgoingID]bool{}}
	if before != nil {
		maps.Copy(now.rows, before.rows)
	}
	w.view(func(tx *store.Tx) {
		now.disposed, _ = tx.Disposition(id)
		for _, q := range tx.Queue(store.QueueFilter{Limit: 50}) { // the newest: one mail causes a handful
			now.rows[q.ID] = true
			if before != nil && !before.rows[q.ID] {
				now.sent = append(now.sent, q)
			}
		}
		for t := rules.TicketID(1); t < tx.NextTicket(); t++ {
			for _, e := range tx.Entries(t) {
				if id != 0 && e.Mail == id {
					now.entries = append(now.entries, e)
				}
			}
		}
		tk, _ := tx.Ticket(1)
		state, _ := json.Marshal([]any{tk.Status, tk.Participants, tk.Assignee, tk.Tags, tk.Priority, tk.Subject})
		now.tickets = string(state)
	})
	return now
}

// insiders may read the ticket; what goes to anybody else must not have a word of it.
var insiders = map[rules.Address]bool{"anna@omdirekt.example": true, "bo@omdirekt.example": true, "asa@kommun.example": true, "fel@mirakel.example": true}

// outcome is what an attack reached.
type outcome struct {
	staff, verified bool
	leaked          int // bytes
	why             string
}

// judge says what a forged mail reached. own is the attacker's own, proved address: as itself it may open tickets.
func judge(before, after seen) outcome {
	var o outcome
	note := func(bad *bool, format string, args ...any) {
		*bad = true
		o.why += fmt.Sprintf(format, args...) + "; "
	}
	if after.disposed.Kind == rules.DisposedCommand {
		note(&o.staff, "a command was carried out")
	}
	if before.tickets != after.tickets {
		note(&o.staff, "the ticket changed: %s", after.tickets)
	}
	for _, e := range after.entries {
		victim := insiders[rules.Address(e.Who)]
		switch {
		case e.Trust != rules.TrustVerified || e.Who == rules.Self:
		case victim:
			note(&o.verified, "entry %d-%d is %s's verified %s", e.Ticket, e.Seq, e.Who, e.Kind)
		case e.Ticket == 1:
			note(&o.verified, "entry 1-%d is a stranger's verified %s", e.Seq, e.Kind)
		}
		if e.Ticket <= 2 && strings.Contains(e.Who, "@omdirekt.example") && e.Trust == rules.TrustVerified {
			note(&o.staff, "entry %d-%d is staff's", e.Ticket, e.Seq)
		}
	}
	for _, q := range after.sent {
		all, _ := json.Marshal(q.Outgoing)
		text := string(all) + wireText(q)
		if !insiders[q.To.Address] {
			for _, c := range canaries {
				if n := strings.Count(text, c); n > 0 {
					o.leaked += n * len(c)
					o.why += fmt.Sprintf("%s to %s has %s; ", q.Kind, q.To.Address, c)
				}
			}
		}
		if q.Kind == rules.OutReply && strings.Contains(text, attackWords) {
			note(&o.staff, "%s was sent the words as a reply", q.To.Address)
		}
	}
	return o
}
