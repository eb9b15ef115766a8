package gateway

import (
	"bytes"
	"flag"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"aboveline.example/store"
)

var loopDays = flag.Int("loopdays", 5, "virtual days that TestLoopStorm lets each loop run")

// loopDesk is a desk with one staff member and one vendor: %[2]s is its domain's first word, %[3]s the vendor's address,
// %[4]s more tables.
const loopDesk = `
[desk]
name = "Desk %[2]s"
address = "support@%[2]s.example"
prefix = "T"
language = "en"
[store]
path = %%q
[mailin.smtp]
listen = "127.0.0.1:0"
relays = ["127.0.0.1/32"]
authserv_id = "mx.%[2]s.example"
[mailout]
smarthost = "smtp://127.0.0.1:25"
[[staff]]
name = "Anna Ek"
address = "anna@%[2]s.example"
[[vendor]]
name = "Vendor"
address = "%[3]s"
follow_up = "%[1]s"
%[4]s
`

func (w *town) loopDesk(domain, vendor, followUp, more string) *house {
	return w.build("support@"+domain+".example", fmt.Sprintf(loopDesk, followUp, domain, vendor, more), nil)
}

// robot is a machine that answers every mail to an address, and looks like a person as well as it can: no marker, ids
// of its own, and nothing quoted.
type robot struct {
	h       *house
	address string
	words   string
	after   time.Duration
	bare    bool   // it answers to the desk's bare address instead of Reply-To, and drops the references
	fields  string // markers, where it is an honest one

	mu   sync.Mutex
	sent int
}

// tooMany ends a loop that would never end by itself.
const tooMany = 500

func (r *robot) act(p parcel) {
	r.mu.Lock()
	r.sent++
	n := r.sent
	r.mu.Unlock()
	if n > tooMany {
		return
	}
	time.Sleep(r.after)
	got, err := read(p.raw)
	if err != nil {
		r.h.w.t.Error(err)
		return
	}
	l := letter{from: "Robot <" + r.address + ">", to: got.replyTo, subject: "Re: " + got.subject, proof: "pass",
		id: fmt.Sprintf("robot.%d.%s", n, r.address), body: strings.ReplaceAll(r.words, "#", fmt.Sprint(7000+n))}
	if r.bare {
		l.to, l.subject = r.h.address, "We have your mail"
	}
	if r.fields != "" {
		l.fields = []string{r.fields}
	}
	_ = r.h.sendBySMTP(l) // a refusal ends it, too
}

// loop is one way in which mail goes round.
type loop struct {
	name     string
	reminded string // the vendor that is reminded hourly, as it must be: 24 times a day and 72 in all
	begin    func(w *town) (h *house, peers []string)
}

var loops = []loop{
	{"a person on holiday", "", func(w *town) (*house, []string) {
		h := w.loopDesk("a", "vendor@v.example", "1h", "")
		r := &robot{h: h, address: "asa@k.example", words: "I am on holiday.", fields: "Auto-Submitted: auto-replied"}
		w.when("asa@k.example", r.act)
		h.write("asa@k.example", "Question", "How do I log in?")
		return h, []string{"asa@k.example"}
	}},
	{"a vendor's system that answers everything on the thread", "vendor@v.example", func(w *town) (*house, []string) {
		h := w.loopDesk("a", "vendor@v.example", "1h", "")
		r := &robot{h: h, address: "vendor@v.example", words: "Thank you, your case 44# has been received.", after: time.Minute}
		w.when("vendor@v.example", r.act)
		h.write("asa@k.example", "Question", "How do I log in?")
		time.Sleep(time.Minute)
		h.answerNewest("anna@a.example", "/report Vendor")
		return h, []string{"vendor@v.example", "asa@k.example"}
	}},
	{"a vendor's system that answers everything to the bare address", "", func(w *town) (*house, []string) {
		h := w.loopDesk("a", "vendor@v.example", "30d", "")
		r := &robot{h: h, address: "vendor@v.example", words: "Thank you, your case 44# has been received.", after: time.Minute, bare: true}
		w.when("vendor@v.example", r.act)
		h.write("asa@k.example", "Question", "How do I log in?")
		time.Sleep(time.Minute)
		h.answerNewest("anna@a.example", "/report Vendor")
		return h, []string{"vendor@v.example", "asa@k.example"}
	}},
	{"a slow system at the bare address", "", func(w *town) (*house, []string) {
		h := w.loopDesk("a", "vendor@v.example", "30d", "")
		r := &robot{h: h, address: "shop@k.example", words: "Hello!\n\nYour order #-AB is in good hands since 09:#.", after: 80 * time.Minute, bare: true}
		w.when("shop@k.example", r.act)
		h.write("shop@k.example", "Order", "Here is an order.")
		return h, []string{"shop@k.example"}
	}},
	{"somebody whose robot answers for ever on the thread", "", func(w *town) (*house, []string) {
		h := w.loopDesk("a", "vendor@v.example", "30d", "")
		a := &robot{h: h, address: "asa@k.example", words: "I have got your mail and will read it.", after: time.Minute}
		b := &robot{h: h, address: "anna@a.example", words: "This mailbox is read on Mondays.", after: time.Minute}
		w.when("asa@k.example", a.act)
		w.when("anna@a.example", b.act)
		h.write("asa@k.example", "Question", "How do I log in?")
		return h, []string{"asa@k.example", "anna@a.example"}
	}},
	{"somebody whose robot answers that it is solved", "", func(w *town) (*house, []string) {
		h := w.loopDesk("a", "vendor@v.example", "30d", "")
		r := &robot{h: h, address: "asa@k.example", words: "I have got your mail and will read it.", after: time.Minute}
		w.when("asa@k.example", r.act)
		h.write("asa@k.example", "Question", "How do I log in?")
		time.Sleep(time.Hour)
		for range 3 {
			h.answerNewest("anna@a.example", "/solved Do this.")
			time.Sleep(time.Hour)
			h.answerNewest("anna@a.example", "/cancel Done.")
			time.Sleep(time.Hour)
		}
		return h, []string{"asa@k.example"}
	}},
	{"two desks, each the other's requester", "", func(w *town) (*house, []string) {
		a, b := w.loopDesk("a", "vendor@v.example", "30d", ""), w.loopDesk("b", "vendor@v.example", "30d", "")
		_ = b
		a.write("support@b.example", "Question", "How do I log in?")
		return a, []string{"support@a.example", "support@b.example"}
	}},
	{"two desks, with every marker lost on the way", "", func(w *town) (*house, []string) {
		a, b := w.loopDesk("a", "vendor@v.example", "30d", ""), w.loopDesk("b", "vendor@v.example", "30d", "")
		w.wash = washed()
		_ = b
		a.write("support@b.example", "Question", "How do I log in?")
		return a, []string{"support@a.example", "support@b.example"}
	}},
	{"two desks, each the other's vendor", "", func(w *town) (*house, []string) {
		report := "[[rule]]\nname = \"r\"\nwhen = 'true'\nreport = [\"Vendor\"]\n"
		a, b := w.loopDesk("a", "support@b.example", "30d", report), w.loopDesk("b", "support@a.example", "30d", report)
		_ = b
		a.write("asa@k.example", "Question", "How do I log in?")
		return a, []string{"support@a.example", "support@b.example", "asa@k.example"}
	}},
	{"two desks, each the other's vendor, with every marker lost on the way", "", func(w *town) (*house, []string) {
		report := "[[rule]]\nname = \"r\"\nwhen = 'true'\nreport = [\"Vendor\"]\n"
		a, b := w.loopDesk("a", "support@b.example", "30d", report), w.loopDesk("b", "support@a.example", "30d", report)
		w.wash = washed()
		_ = b
		a.write("asa@k.example", "Question", "How do I log in?")
		return a, []string{"support@a.example", "support@b.example", "asa@k.example"}
	}},
	{"a bounce of a bounce", "", func(w *town) (*house, []string) {
		h := w.loopDesk("a", "vendor@v.example", "30d", "")
		n := 0
		var mu sync.Mutex
		daemon := func(p parcel) {
			mu.Lock()
			n++
			l := letter{from: "Mail Delivery System <mailer-daemon@k.example>", to: p.from, subject: "Undelivered Mail Returned to Sender",
				id: fmt.Sprintf("dsn.%d@k.example", n), proof: "pass", body: "I could not deliver your mail."}
			over := n > tooMany
			mu.Unlock()
			if over {
				return
			}
			if l.to == "" { // a mail from <> must not be bounced; this one is anyway, to where it says it is from
				l.to = h.address
			}
			bounce(&l, p.to, idOf(p.raw))
			_ = h.post("", l.to, h.stamp(l.bytes(), "none"))
		}
		for _, to := range []string{"asa@k.example", "mailer-daemon@k.example", "anna@a.example"} {
			w.when(to, daemon)
		}
		h.write("asa@k.example", "Question", "How do I log in?")
		_ = h.sendBySMTP(letter{from: "Daemon <mailer-daemon@k.example>", to: h.address, subject: "Hello", id: "d1@k.example", body: "A person?", proof: "none"})
		return h, []string{"asa@k.example", "mailer-daemon@k.example", "anna@a.example"}
	}},
	{"a list that reflects", "", func(w *town) (*house, []string) {
		h := w.loopDesk("a", "vendor@v.example", "30d", "")
		for i, keep := range []bool{true, false} {
			list := fmt.Sprintf("list%d@l.example", i)
			n := 0
			var mu sync.Mutex
			w.when(list, func(p parcel) {
				mu.Lock()
				n++
				raw := p.raw
				if !keep {
					raw = bytes.Replace(raw, []byte("Message-ID: <"), []byte(fmt.Sprintf("Message-ID: <list%d.", n)), 1)
					raw = bytes.ReplaceAll(raw, []byte("\r\nAuto-Submitted:"), []byte("\r\nX-Was-Auto:"))
				} else {
					raw = append([]byte("List-Id: <l.l.example>\r\nPrecedence: list\r\n"), raw...)
				}
				over := n > tooMany
				mu.Unlock()
				if !over {
					time.Sleep(time.Minute)
					_ = h.post(list, h.address, h.stamp(raw, "none"))
				}
			})
			h.write(list, "Question", "How do I log in?")
		}
		return h, []string{"list0@l.example", "list1@l.example"}
	}},
}

// unmarked are the loops that only their words give away: staff hear of each that it is a machine's.
var unmarked = map[string]bool{
	"a vendor's system that answers everything on the thread":       true,
	"a vendor's system that answers everything to the bare address": true,
	"a slow system at the bare address":                             true,
	"somebody whose robot answers for ever on the thread":           true,
}

// washed is a relay that strips every marker and changes every id on the way from one desk to the other.
func washed() func([]byte) []byte {
	var mu sync.Mutex
	n := 0
	return func(raw []byte) []byte {
		mu.Lock()
		defer mu.Unlock()
		if n++; n > tooMany {
			return nil
		}
		head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		var out []byte
		keep := false
		for line := range bytes.Lines(append(head, "\r\n"...)) {
			if line[0] != ' ' && line[0] != '\t' {
				name, _, _ := strings.Cut(strings.ToLower(string(line)), ":")
				keep = strings.Contains(" from to reply-to subject date mime-version content-type content-transfer-encoding ", " "+name+" ")
			}
			if keep {
				out = append(out, line...)
			}
		}
		out = append(out, fmt.Sprintf("Message-ID: <washed.%d@relay.example>\r\n\r\n", n)...)
		return append(out, body...)
	}
}

// write posts a new mail of a person whose author is proved.
func (h *house) write(from, subject, words string) {
	h.mu.Lock()
	n := len(h.accepted)
	h.mu.Unlock()
	if err := h.sendBySMTP(letter{from: "Somebody <" + from + ">", to: h.address, subject: subject,
		id: fmt.Sprintf("w%d.%s", n, from), body: words, proof: "pass"}); err != nil {
		h.w.t.Errorf("a mail of %s: %v", from, err)
	}
	synctest.Wait()
}

// answerNewest answers the newest mail that reached an address.
func (h *house) answerNewest(who, words string) {
	synctest.Wait()
	all := h.w.delivered()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].to != who || all[i].run.house != h {
			continue
		}
		l, err := answer(all[i].raw, "Anna Ek <"+who+">", fmt.Sprintf("a%d.%s", len(all), who), words)
		if err == nil {
			err = h.sendBySMTP(l)
		}
		if err != nil {
			h.w.t.Error(err)
		}
		synctest.Wait()
		return
	}
	h.w.t.Errorf("no mail reached %s", who)
}

// TestLoopStorm lets every loop we can think of run for days: at most 5 automatic mails to a peer an hour and 20 a day;
// the loop comes to rest after at most 10 mails of ours to each peer, staff's included; and after it all a person's mail
// gets through, also one with Precedence: bulk. Staff are told once of each machine that hides what it is. -loopdays 30 is the long form.
func TestLoopStorm(t *testing.T) {
	for _, l := range loops {
		t.Run(l.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newTown(t)
				h, peers := l.begin(w)
				time.Sleep(24 * time.Hour)
				synctest.Wait()
				atDay := len(w.delivered())
				time.Sleep(time.Duration(*loopDays-1) * 24 * time.Hour)
				synctest.Wait()
				time.Sleep(3 * 24 * time.Hour) // as long as reminders go on
				synctest.Wait()
				atRest := len(w.delivered())
				time.Sleep(time.Duration(*loopDays-4) * 24 * time.Hour)
				synctest.Wait()
				for _, to := range peers {
					hour, day, _ := w.automatic(to)
					all, perDay, whole := w.count(to), 20, 10
					if l.reminded == to {
						perDay, whole = 24, 1+72
					}
					t.Logf("%s: %d mails, at most %d automatic an hour and %d a day", to, all, hour, day)
					if hour > 5 || day > perDay || all > whole {
						t.Errorf("%s got %d mails, at worst %d automatic ones in an hour and %d in a day", to, all, hour, day)
					}
				}
				t.Logf("%d mails in the first day, %d in all", atDay, atRest)
				told := map[string]int{}
				for _, p := range w.delivered() {
					got, err := read(p.raw)
					if strings.HasPrefix(p.to, "anna@") && err == nil && strings.Contains(got.text, "was sent by a machine") {
						told[p.to]++
					}
				}
				for who, n := range told {
					if n > 1 {
						t.Errorf("%s was told %d times of one machine", who, n)
					}
				}
				if unmarked[l.name] && len(told) == 0 {
					t.Error("nobody was told of the machine")
				}
				if n := len(w.delivered()) - atRest; n > 0 && *loopDays < 30 {
					t.Errorf("%d mails went out after the loop should have come to rest", n)
				}
				h.write("kari@p.example", "Help", "I cannot log in.")
				_ = h.sendBySMTP(letter{from: "Ola <ola@p.example>", to: h.address, subject: "Help", id: "bulk@p.example",
					fields: []string{"Precedence: bulk"}, body: "Neither can I.", proof: "pass"})
				time.Sleep(time.Minute)
				synctest.Wait()
				h.view(func(tx *store.Tx) {
					if n := len(tx.TicketsOf("ola@p.example")); n != 1 {
						t.Errorf("a person's mail with Precedence: bulk became %d tickets", n)
					}
				})
				if w.count("kari@p.example") == 0 {
					t.Error("a person's mail was not confirmed after the storm")
				}
				for _, house := range w.houses {
					house.check(t)
				}
			})
		})
	}
}

// count is how many mails reached an address.
func (w *town) count(to string) int {
	n := 0
	for _, p := range w.delivered() {
		base, _, _ := strings.Cut(p.to, "+")
		if p.to == to || base+"@"+p.to[strings.LastIndexByte(p.to, '@')+1:] == to {
			n++
		}
	}
	return n
}
