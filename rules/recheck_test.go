package rules

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// doubtful is a desk at which a mail came while DNS did not answer: it is the last of the ledger.
func doubtful(t *testing.T, from, more string) (*world, MailID) {
	t.Helper()
	w := newWorld(scenarioDesk())
	for _, mail := range []string{
		"from: Åsa Öberg <asa@kommun.example>\nsubject: Skrivaren\n\nDen skriver inte ut.",
		"from: " + from + "\nproof: temperror\n" + more + "\n\nJag har provat igen.",
	} {
		w.now = w.now.Add(time.Minute)
		m, err := w.readMail(mail)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.take(m); err != nil {
			t.Fatal(err)
		}
	}
	return w, w.mails
}

// prove lets a later check find something, once the stored time for it has come.
func (w *world) prove(t *testing.T, id MailID, p Proof) Decision {
	t.Helper()
	due, ok := w.dues[recheckKey(id)]
	if !ok {
		t.Fatalf("mail %d is not to be checked again", id)
	}
	w.now = due.At
	if _, err := w.decide(DueCame{due}); err != nil {
		t.Fatal(err)
	}
	d, err := w.decide(ProofCame{due, p})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (w *world) last(id TicketID) Entry { return w.entries[id][len(w.entries[id])-1] }

// TestProofThatComesLater: a mail that came while DNS did not answer is placed as one without proof; what DNS says
// later is acted on once.
func TestProofThatComesLater(t *testing.T) {
	asa, anna := "Åsa Öberg <asa@kommun.example>", "Anna Ek <anna@omdirekt.example>"
	for _, c := range []struct {
		name, from, more string
		proof            Proof
		want             string // held mails' why and release, the last entry of the mail's ticket, and marks
	}{
		{"a reply is proved", asa, "answers: 1-1", Proof{Result: ProofPass, Method: "dkim", By: "dmarc"},
			"OMD-1 author-proved-later dmarc verified"},
		{"a reply is forged", asa, "answers: 1-1", Proof{Result: ProofFail, By: "dmarc"},
			"OMD-1 author-failed-proof dmarc failed"},
		{"a new matter is proved", "Eva Lind <eva@fond.example>", "subject: Nätet", Proof{Result: ProofPass, By: "dmarc"},
			"OMD-2 author-proved-later dmarc verified known"},
		{"a new matter is forged", "Eva Lind <eva@fond.example>", "subject: Nätet", Proof{Result: ProofFail, By: "dmarc"},
			"OMD-2 author-failed-proof dmarc failed suspicious"},
		{"staff are proved by a signature", anna, "answers: 1-2", Proof{Result: ProofPass, Method: "dkim", By: "dmarc"},
			"held author-unproved released by dmarc; OMD-1 author-proved-later dmarc verified"},
		{"staff are proved by their machine alone", anna, "answers: 1-2", Proof{Result: ProofPass, Method: "spf", By: "dmarc"},
			"held author-unproved"},
		{"staff are forged", anna, "answers: 1-2", Proof{Result: ProofFail, By: "dmarc"},
			"held author-failed-proof; OMD-1 author-failed-proof dmarc failed"},
		{"a stranger with a token is proved", "Eva Lind <eva@fond.example>", "answers: 1-1", Proof{Result: ProofPass, By: "dmarc"},
			"held wants-to-join; OMD-1 author-proved-later dmarc verified"},
		{"the domain publishes nothing", asa, "answers: 1-1", Proof{Result: ProofNone, By: "dmarc"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, id := doubtful(t, c.from, c.more)
			d := w.prove(t, id, c.proof)
			var got []string
			for _, h := range w.held {
				s := "held " + string(h.Why)
				if h.Release != nil {
					s += " released by " + h.Release.By
				}
				got = append(got, s)
			}
			line, _ := w.Disposition(id)
			if len(d.Entries) > 0 {
				e := w.last(line.Ticket)
				s := fmt.Sprintf("%s %s %s", w.desk.Number(line.Ticket), reasons(e.Reasons), e.Trust)
				if tk := w.tickets[line.Ticket]; line.Kind == DisposedNew && tk.Suspicious {
					s += " suspicious"
				} else if line.Kind == DisposedNew && tk.Participants[0].Verified {
					s += " known"
				}
				got = append(got, s)
			}
			if s := strings.Join(got, "; "); s != c.want {
				t.Errorf("came to %q, want %q", s, c.want)
			}
			if len(d.Send) > 0 {
				t.Errorf("%d mails went out on a later proof", len(d.Send))
			}
			if due, ok := w.dues[recheckKey(id)]; ok {
				t.Errorf("it is to be checked again at %s", due.At)
			}
		})
	}
}

// A resolver that stays away is asked ever more rarely, and after a day no more: the mail stays what it was.
func TestRechecksEnd(t *testing.T) {
	w, id := doubtful(t, "Anna Ek <anna@omdirekt.example>", "answers: 1-2")
	came, tries := w.now, 0
	for w.dues[recheckKey(id)].Mail != 0 {
		if tries++; tries > 50 {
			t.Fatal("checked for ever")
		}
		if d := w.prove(t, id, Proof{Result: ProofTempError}); len(d.Entries)+len(d.Held) > 0 {
			t.Fatalf("trouble changed something: %+v", d)
		}
	}
	if spent := w.now.Sub(came); spent < recheckFor || spent > recheckFor+recheckMost || tries > 15 {
		t.Errorf("%d tries in %s", tries, spent)
	}
	if h := w.held[id]; h.Why != ReasonUnproved || h.Release != nil {
		t.Errorf("held mail is %+v", h)
	}
}

// A try that nobody brought to its end is due again.
func TestRecheckSurvives(t *testing.T) {
	w, id := doubtful(t, "Åsa Öberg <asa@kommun.example>", "answers: 1-1")
	due := w.dues[recheckKey(id)]
	w.now = due.At
	if _, err := w.decide(DueCame{due}); err != nil {
		t.Fatal(err)
	}
	again := w.dues[recheckKey(id)]
	if !again.At.After(w.now) || again.Mail != id {
		t.Fatalf("after a crash it is due %+v", again)
	}
}

// What is proved, or can be read in two ways, is not asked about again.
func TestOnlyTroubleIsCheckedAgain(t *testing.T) {
	for _, more := range []string{"proof: pass", "proof: none", "proof: fail", "proof: temperror\nidentity: ambiguous"} {
		w := newWorld(scenarioDesk())
		m, err := w.readMail("from: eva@fond.example\nsubject: Nätet\n" + more + "\n\nDet är borta.")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.take(m); err != nil {
			t.Fatal(err)
		}
		if due, ok := w.dues[recheckKey(w.mails)]; ok {
			t.Errorf("%q is checked again at %s", more, due.At)
		}
	}
}
