package rules

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var histories = flag.Int("histories", 100, "random histories in TestNothingIsDisclosed; 10000 is the long form")

// TestNothingIsDisclosed plays random histories of a desk (notes, vendors, followers, invitations, merges, forwarded
// mail, reports, announcements) in which every mail and every person has a word of their own, and looks for those
// words in all that every outgoing mail carries: none is ever shown to somebody it was not meant for. A failure names
// its seed.
func TestNothingIsDisclosed(t *testing.T) {
	for seed := range uint64(*histories) {
		l := newLeak(seed)
		for range 40 {
			if err := l.act(); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		for _, found := range l.found {
			t.Errorf("seed %d: %s", seed, found)
		}
		if t.Failed() {
			t.Logf("the history:\n%s", strings.Join(l.told, "\n"))
			return
		}
		if len(l.order) < 3 {
			t.Fatalf("seed %d: only %d mails went out: nothing was played", seed, len(l.order))
		}
	}
}

// secret is a word that stands in one mail, and who may be shown it, asked when another mail goes out.
type secret struct {
	word string
	may  func(Outgoing) bool
}

// leak is a world that remembers who was meant to read what.
type leak struct {
	*world
	rnd     *rand.Rand
	secrets []secret
	checked int
	n       int
	told    []string
	found   []string
}

var leakPeople = []string{"Asaqq <asa-qq@kommun.example>", "Olleww <olle-ww@skola.example>", "Karizz <kari-zz@firma.example>", "Alixx <ali-xx@bolag.example>"}

func newLeak(seed uint64) *leak {
	c := scenarioDesk()
	c.Dialogue = seed%2 == 1
	c.Vendors = append(c.Vendors, Vendor{Mailbox: Mailbox{"Mirakel", "fel@mirakel.example"}, FollowUp: time.Hour, Language: Swedish})
	c.HourlyLimit = 1000
	number := secret{"811218-9876", func(o Outgoing) bool { return o.Role != RoleVendor }}
	l := &leak{secrets: []secret{number}, world: newWorld(c), rnd: rand.New(rand.NewPCG(seed, 22))}
	staff := func(o Outgoing) bool { return o.Role == RoleStaff }
	for _, s := range c.Staff {
		l.secrets = append(l.secrets, secret{string(s.Address), staff})
	}
	for _, p := range leakPeople {
		who := mailbox(p)
		// Who somebody is: themselves, staff, and who takes part in a ticket of theirs on the requester's side.
		may := func(o Outgoing) bool {
			return staff(o) || o.To.Address == who.Address || l.together(who.Address, o.To.Address)
		}
		l.secrets = append(l.secrets, secret{string(who.Address), may}, secret{who.Name, may})
	}
	return l
}

// side says whether somebody takes part in a ticket on a thread.
func (l *leak) side(id TicketID, thread int, a Address) bool {
	for _, p := range l.tickets[id].Participants {
		if p.Address == a && p.Thread == thread && !p.Invited {
			return true
		}
	}
	return false
}

func (l *leak) together(a, b Address) bool {
	for id, tk := range l.tickets {
		for i, th := range tk.Threads {
			if th.Audience == AudienceRequester && l.side(id, i, a) && l.side(id, i, b) {
				return true
			}
		}
	}
	return false
}

// theirs says whether a mail is on the thread of a ticket's requester, there or where the ticket was merged into, and
// goes to somebody who takes part in it.
func (l *leak) theirs(id TicketID, o Outgoing) bool {
	threads := l.tickets[o.Ticket].Threads
	return l.on(id, o) && o.Thread < len(threads) && threads[o.Thread].Audience == AudienceRequester &&
		threads[o.Thread].Party == l.tickets[id].Requester.Address && l.side(o.Ticket, o.Thread, o.To.Address)
}

// inReach says whether a ticket's first words may be in a report to a vendor or to the informed: they were reported,
// on it or on its outage.
func (l *leak) inReach(id TicketID, o Outgoing) bool {
	if o.Role != RoleVendor && o.Role != RoleInformed {
		return false
	}
	tk := l.tickets[id]
	if l.on(id, o) {
		return true
	}
	return tk.Outage != 0 && l.tickets[o.Ticket].Outage == tk.Outage
}

func (l *leak) word() string {
	l.n++
	return fmt.Sprintf("hemlis%dord", l.n)
}

func (l *leak) post(input string) ([]Decision, error) {
	l.now = l.now.Add(time.Duration(1+l.rnd.IntN(20)) * time.Minute)
	l.send()
	m, err := l.readMail(input)
	if err != nil {
		return nil, err
	}
	all, err := l.take(m)
	l.told = append(l.told, strings.ReplaceAll(strings.TrimSpace(input), "\n", " | ")+"\n  => "+strings.ReplaceAll(describe(l.world, all), "\n", "\n     "))
	return all, err
}

// act lets one thing happen, and looks at every mail that came of it.
func (l *leak) act() error {
	var err error
	switch l.rnd.IntN(10) {
	case 0, 1:
		err = l.newMail()
	case 2, 3:
		err = l.outsider()
	case 4, 5, 6, 7, 8:
		err = l.staffMail()
	case 9:
		l.wait(time.Duration(l.rnd.IntN(150)) * time.Minute)
	}
	for ; l.checked < len(l.order); l.checked++ {
		l.look(l.queue[l.order[l.checked]].Outgoing)
	}
	return err
}

// look searches one outgoing mail for every secret there is.
func (l *leak) look(o Outgoing) {
	text := o
	text.To = Mailbox{} // everybody knows who they are themselves
	b, _ := json.Marshal(text)
	all := strings.ToLower(string(b))
	for _, s := range l.secrets {
		if strings.Contains(all, strings.ToLower(s.word)) && !s.may(o) {
			l.found = append(l.found, fmt.Sprintf("%s (%s, thread %d) to %s %s shows %q", o.ID, o.Template, o.Thread, o.Role, o.To.Address, s.word))
		}
	}
}

func (l *leak) newMail() error {
	who := leakPeople[l.rnd.IntN(len(leakPeople))]
	word, title := l.word(), l.word()
	var id TicketID
	may := func(o Outgoing) bool {
		return o.Role == RoleStaff || l.side(id, ThreadRequester, o.To.Address) && l.on(id, o) || l.theirs(id, o) || l.inReach(id, o)
	}
	l.secrets = append(l.secrets, secret{word, may}, secret{title, may})
	id = l.NextTicket()
	if l.rnd.IntN(5) == 0 { // staff pass on what they got
		_, err := l.post("from: Anna Ek <anna@omdirekt.example>\nsubject: " + title + "\nforwarded: " + who + "\n\n" + word)
		return err
	}
	name, _, _ := strings.Cut(who, " <") // people write who they are into everything
	_, err := l.post("from: " + who + "\nsubject: " + title + " " + name + " 811218-9876\n\nBankID " + word + " 811218-9876 /" + name)
	return err
}

// some is a mail that reached somebody who fits.
func (l *leak) some(fits func(Outgoing) bool) (Outgoing, bool) {
	var list []Outgoing
	for _, id := range l.order {
		if q, ok := l.queue[id]; ok && q.State == QueueSent && fits(q.Outgoing) && q.Ticket != 0 {
			list = append(list, q.Outgoing)
		}
	}
	if len(list) == 0 {
		return Outgoing{}, false
	}
	return list[l.rnd.IntN(len(list))], true
}

// landed is the ticket that a mail's words came to.
func landed(all []Decision) TicketID { return all[0].Disposition.Ticket }

// outsider answers as a requester, follower, invited person or vendor.
func (l *leak) outsider() error {
	o, ok := l.some(func(o Outgoing) bool { return o.Role != RoleStaff && o.Role != RoleInformed })
	if !ok {
		return nil
	}
	word := l.word()
	var id TicketID
	thread, vendor := o.Thread, o.Role == RoleVendor
	l.secrets = append(l.secrets, secret{word, func(to Outgoing) bool {
		switch {
		case to.Role == RoleStaff:
			return true
		case vendor:
			return to.To.Address == o.To.Address || to.Role == RoleInformed
		}
		if i := l.tickets[id].participant(o.To.Address); i >= 0 && l.side(id, l.tickets[id].Participants[i].Thread, to.To.Address) && l.on(id, to) {
			return true // on the writer's own thread, where a merge put it
		}
		return l.side(id, thread, to.To.Address) && l.on(id, to) || l.tickets[id].Messages <= 1 && l.inReach(id, to)
	}})
	id = o.Ticket
	if l.tickets[id].Status == StatusClosed {
		id = l.NextTicket()
	}
	all, err := l.post("from: " + o.To.Name + " <" + string(o.To.Address) + ">\nanswers: " + string(o.ID) + "\n\nNytt " + word + ".")
	if err == nil && landed(all) != 0 {
		id = landed(all)
	}
	return err
}

// staffMail answers a notice, with words, with a command, or both.
func (l *leak) staffMail() error {
	o, ok := l.some(func(o Outgoing) bool { return o.Role == RoleStaff })
	if !ok {
		return nil
	}
	word := l.word()
	other := l.rnd.IntN(len(l.tickets)) + 1
	commands := []string{"", "", "/note\n", "/vendor Sublime\n", "/vendor Mirakel\n", "/requester\n", "/report Sublime\n\n", "/report\n\n", "/outage\n\n",
		"/announce\n", "/solved ", "/share olle-ww@skola.example\n\n", "/share kari-zz@firma.example\n\n", fmt.Sprintf("/merge %d\n\n", other),
		fmt.Sprintf("/link %d\n\n", other), "/assign bo\n\n", "/reopen\n\n", "/split\n\n", "/why\n\n", "/full\n\n"}
	command := commands[l.rnd.IntN(len(commands))]
	thread, id, audience := o.Thread, o.Ticket, AudienceStaff
	if th := l.tickets[id].Threads; thread < len(th) {
		audience = th[thread].Audience
	}
	l.secrets = append(l.secrets, secret{word, func(to Outgoing) bool {
		onTicket := l.on(id, to)
		switch {
		case to.Role == RoleStaff:
			return true
		case command == "/note\n":
			return false
		case strings.HasPrefix(command, "/vendor"):
			return onTicket && to.Role == RoleVendor && strings.Contains(command, l.vendorName(to.To.Address))
		case command == "/requester\n":
			return onTicket && to.Thread == ThreadRequester
		case command == "/announce\n", command == "/solved ":
			return true // to everybody affected
		case audience == AudienceVendor:
			return onTicket && to.Role == RoleVendor && l.tickets[id].Threads[thread].Party == to.To.Address
		case audience == AudienceRequester:
			// After a merge the thread goes on in the other ticket, with everybody who was let in there.
			return onTicket && l.side(id, thread, to.To.Address) || l.theirs(id, to)
		}
		return false
	}})
	_, err := l.post("from: " + o.To.Name + " <" + string(o.To.Address) + ">\nanswers: " + string(o.ID) + "\n\n" + command + "Ord " + word + " 811218-9876.")
	return err
}

func (l *leak) vendorName(a Address) string {
	v, _ := l.desk.vendor(a)
	return v.Name
}

// on says whether a mail is about a ticket, or about the one that it became part of.
func (l *leak) on(id TicketID, o Outgoing) bool { return o.Ticket == id || l.merged(id, o.Ticket) }

// merged says whether a ticket's words may go on in another, since it became part of it.
func (l *leak) merged(from, into TicketID) bool {
	for range 8 {
		next := TicketID(0)
		for _, k := range l.tickets[from].Links {
			if k.Kind == LinkMergedInto {
				next = k.Ticket
			}
		}
		if next == 0 {
			return false
		}
		if next == into {
			return true
		}
		from = next
	}
	return false
}
