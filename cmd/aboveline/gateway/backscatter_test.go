package gateway

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var spam = flag.Int("spam", 500, "forged mails in TestBackscatter; 5000 is the long form")

// TestBackscatter pours forged mail at a desk: spam under other people's names, notifications of mails we never sent,
// recipients that do not exist, tokens that are not ours. What fails its proof is answered by nothing at all; a name
// without proof gets at most one confirmation a day, without a word of what was written (DESIGN, section 5b).
func TestBackscatter(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newTown(t)
		h := w.loopDesk("a", "vendor@v.example", "1h", "")
		rnd := rand.New(rand.NewPCG(1, 2))
		failed, unproved := map[string]bool{}, map[string]bool{}
		refused := 0
		for i := range *spam {
			victim := fmt.Sprintf("victim%d@w.example", rnd.IntN(*spam/5))
			l := letter{from: "Victim <" + victim + ">", to: h.address, subject: "Buy now", id: fmt.Sprintf("spam%d@x.example", i),
				body: fmt.Sprintf("CANARY-%d is cheap today.", i)}
			envelope := victim
			switch i % 5 {
			case 0:
				l.from = "Victim <f" + victim + ">"
				l.proof, failed["f"+victim] = "fail", true
			case 1:
				l.proof, unproved[victim] = "none", true
			case 2:
				l.from, envelope = "Mail Delivery System <mailer-daemon@d.example>", ""
				bounce(&l, victim, fmt.Sprintf("al.nosuch%d@a.example", i))
			case 3:
				l.to = fmt.Sprintf("nobody%d@a.example", i)
			case 4:
				l.to, l.proof = fmt.Sprintf("support+%042d@a.example", i), "fail"
				l.from = "Victim <f" + victim + ">"
				failed["f"+victim] = true
			}
			if err := h.post(envelope, l.to, h.stamp(l.bytes(), l.proof)); err != nil {
				refused++
			}
			time.Sleep(30 * time.Second)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		for _, p := range w.delivered() {
			switch {
			case failed[p.to]:
				t.Errorf("a mail whose proof failed was answered to %s", p.to)
			case p.to == "mailer-daemon@d.example" || strings.HasPrefix(p.to, "nobody"):
				t.Errorf("a notification or an unknown recipient was answered: %s", p.to)
			case unproved[p.to]:
				if p.from != "" || strings.Contains(string(p.raw), "CANARY") || strings.Contains(string(p.raw), "Buy now") {
					t.Errorf("a name without proof got more than a number from <%s>:\n%s", p.from, p.raw)
				}
				if w.count(p.to) > 1+*spam/2880 {
					t.Errorf("%s got %d confirmations in a day", p.to, w.count(p.to))
				}
			case p.to != "anna@a.example":
				t.Errorf("a mail went to %s", p.to)
			}
		}
		if refused < *spam/5 {
			t.Errorf("%d mails were refused in session, want every unknown recipient, %d", refused, *spam/5)
		}
		h.check(t)
		t.Logf("%d forgeries: %d refused at the door, %d mails out, %d to staff", *spam, refused, len(w.delivered()), w.count("anna@a.example"))
	})
}
