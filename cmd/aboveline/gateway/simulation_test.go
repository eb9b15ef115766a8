package gateway

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var (
	seeds     = flag.Int("seeds", 20, "how many days TestSimulation plays; 10000 is the nightly form")
	firstSeed = flag.Uint64("seed", 1, "the first of TestSimulation's seeds")
)

// TestSimulation plays days at a desk with faults on every I/O edge: sessions that break on their way in and out,
// peers that put off, refuse, fall silent or take a mail and say nothing, a gateway that dies at any moment and also
// between a peer's 250 and its record, mails that come twice and by another door. Afterwards the numbered invariants
// hold. A failure names its seed; -seeds 1 -seed N plays that day again.
func TestSimulation(t *testing.T) {
	for i := range *seeds {
		seed := *firstSeed + uint64(i)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			bubble(t, func(t *testing.T) { playDay(t, seed) })
		})
	}
}

// day is one simulated day.
type day struct {
	w      *town
	h      *house
	rnd    *rand.Rand
	calm   bool // nothing fails any more
	wrote  int
	old    []letter
	polled bool // there is a mailbox, too
}

func playDay(t *testing.T, seed uint64) {
	d := &day{w: newTown(t), rnd: rand.New(rand.NewPCG(seed, 26))}
	d.w.fault = d.outgoing
	d.w.cut = d.incoming
	desk := storyDesk
	d.polled = seed%2 == 0
	if !d.polled {
		head, rest, _ := strings.Cut(desk, "[[mailin.imap]]")
		desk = head + rest[strings.Index(rest, "[mailout]"):]
	}
	d.h = d.w.build("support@omdirekt.example", desk, func() detector { return &simpleWatch{} })
	for began := time.Now(); time.Since(began) < 16*time.Hour; {
		time.Sleep(time.Duration(1+d.draw(40)) * time.Minute)
		d.act()
	}
	d.w.mu.Lock()
	d.calm = true
	d.w.mu.Unlock()
	time.Sleep(5 * time.Hour)
	synctest.Wait()
	d.h.check(t)
	if t.Failed() {
		t.Logf("replay with -run TestSimulation -seeds 1 -seed %d", seed)
	}
	if len(d.w.delivered()) < 10 {
		t.Errorf("seed %d: only %d mails went out: nothing was played", seed, len(d.w.delivered()))
	}
}

func (d *day) draw(n int) int {
	d.w.mu.Lock()
	defer d.w.mu.Unlock()
	return d.rnd.IntN(n)
}

// outgoing breaks one session in twenty at some phase.
func (d *day) outgoing(phase string, _ parcel) string {
	d.w.mu.Lock()
	defer d.w.mu.Unlock()
	if d.calm || d.rnd.IntN(25) != 0 {
		return ""
	}
	ways := []string{"451 4.3.0 later", "421 4.3.2 shutting down", "reset", "stall"}
	if phase == "dot" {
		ways = append(ways, "swallow", "crash", "550 5.7.1 not from you")
	}
	return ways[d.rnd.IntN(len(ways))]
}

// incoming breaks one session in ten after some bytes.
func (d *day) incoming() int {
	d.w.mu.Lock()
	defer d.w.mu.Unlock()
	if d.calm || d.rnd.IntN(10) != 0 {
		return 0
	}
	return 1 + d.rnd.IntN(900)
}

var townspeople = []string{"Åsa Öberg <asa@kommun.example>", "Olle Sten <olle@skola.example>", "Kari Moen <kari@firma.example>",
	"Ali Hassan <ali@bolag.example>", "Eva Lind <eva@annan.example>"}

var sayings = []string{"BankID snurrar bara.", "Kommer inte in på Mina sidor.", "Hur ändrar jag min adress?", "BankID fungerar inte.",
	"Var hittar jag mitt intyg?", "Skrivaren är trasig."}

var staffSays = []string{"Prova att starta om.", "/note\nHon har ringt.", "/tag Inloggning", "/assign mig\n\nVi tittar på det.", "/report Sublime",
	"/solved Nu fungerar det.", "/share ny@kommun.example", "/snooze 2h", "/undo", "/wrongword", "/announce\nVi arbetar på det.", "/close", "/why"}

// act lets one thing happen.
func (d *day) act() {
	switch d.draw(12) {
	case 0, 1, 2:
		d.post(letter{from: townspeople[d.draw(len(townspeople))], to: d.h.address, subject: "Fråga", body: fmt.Sprintf("%s %d", sayings[d.draw(len(sayings))], d.wrote)})
	case 3, 4:
		d.reply(townspeople[d.draw(len(townspeople))], fmt.Sprintf("Så här är det: %d.", d.wrote), "")
	case 5, 6, 7:
		d.reply("Anna Ek <anna@omdirekt.example>", staffSays[d.draw(len(staffSays))], "")
	case 8:
		d.reply("Sublime <oms@sublime.example>", fmt.Sprintf("Vi har hittat fel %d.", d.wrote), "")
	case 9:
		d.reply("Sublime <oms@sublime.example>", "Ert ärende är mottaget.", "Auto-Submitted: auto-replied")
	case 10:
		if len(d.old) > 0 { // the same mail again, by any door
			d.carry(d.old[d.draw(len(d.old))])
		}
	case 11:
		if d.draw(2) == 0 {
			d.h.crash()
		} else {
			d.h.restartAfter(time.Duration(d.draw(90)) * time.Minute)
		}
	}
}

// reply answers some mail that reached somebody.
func (d *day) reply(who, words, field string) {
	var got []parcel
	for _, p := range d.w.delivered() {
		if p.to == (letter{from: who}).envelope() {
			got = append(got, p)
		}
	}
	if len(got) == 0 {
		return
	}
	l, err := answer(got[d.draw(len(got))].raw, who, "", words)
	if err != nil {
		d.w.t.Error(err)
		return
	}
	if field != "" {
		l.fields = append(l.fields, field)
	}
	d.post(l)
}

func (d *day) post(l letter) {
	d.wrote++
	l.id, l.date = fmt.Sprintf("d%d@clients.example", d.wrote), time.Now()
	l.proof = []string{"pass", "pass", "pass", "pass", "none", "fail"}[d.draw(6)]
	d.old = append(d.old, l)
	d.carry(l)
}

// carry takes a mail to one of the doors. Its sender's server tries until it is taken.
func (d *day) carry(l letter) {
	if d.polled && d.draw(3) == 0 {
		d.h.drop(d.h.stamp(l.withTrace(), l.proof))
		return
	}
	d.w.busy.Go(func() { _ = d.h.sendBySMTP(l) })
}

// cutting is a connection that breaks after so many bytes written.
type cutting struct {
	net.Conn
	left int
}

func (c *cutting) Write(b []byte) (int, error) {
	if c.left -= len(b); c.left < 0 {
		c.Close()
		return 0, net.ErrClosed
	}
	return c.Conn.Write(b)
}
