package rules

import (
	"strings"
	"testing"
)

// tell plays one step of a story, and returns what came of it.
func (w *world) tell(command string, lines ...string) string {
	return w.play(step{command: command, input: strings.Join(lines, "\n") + "\n"})
}

const anna = "from: Anna Ek <anna@omdirekt.example>"

// TestAPersonsWordsMoveTheReminder: follow_up counts from our last mail to the vendor, a person's as well (DESIGN,
// section 8).
func TestAPersonsWordsMoveTheReminder(t *testing.T) {
	w := newWorld(scenarioDesk())
	w.tell("mail", "from: Asa <asa@kommun.example>", "subject: Fel", "", "Det går inte.")
	w.tell("mail", anna, "answers: 1-2", "", "/report Sublime")
	w.tell("wait 50m")
	w.tell("mail", anna, "answers: 1-5", "", "Hur går det?")
	if got := w.tell("wait 40m"); got != "nothing\n" {
		t.Errorf("who was just written to is reminded:\n%s", got)
	}
	if got := w.tell("wait 20m"); !strings.Contains(got, "follow-up to oms@sublime.example") {
		t.Errorf("an hour after the person's words nothing came:\n%s", got)
	}
}

// TestAWorkaroundIsNotTheEnd: the vendor is not told that the fault is solved, and is asked on.
func TestAWorkaroundIsNotTheEnd(t *testing.T) {
	w := newWorld(scenarioDesk())
	w.tell("mail", "from: Asa <asa@kommun.example>", "subject: Fel", "", "Det går inte.")
	w.tell("mail", anna, "answers: 1-2", "", "/report Sublime")
	if got := w.tell("mail", anna, "answers: 1-2", "", "/workaround Prova med kod."); strings.Contains(got, "sublime") || !strings.Contains(got, "resolved") {
		t.Errorf("/workaround:\n%s", got)
	}
	if got := w.tell("wait 60m"); !strings.Contains(got, "follow-up to oms@sublime.example") {
		t.Errorf("the vendor is not asked any more:\n%s", got)
	}
}

// TestTheNextLetterAfterTheEnd: what staff dismissed is not suspected anew with the next letter, and what is solved is not
// with one.
func TestTheNextLetterAfterTheEnd(t *testing.T) {
	for _, word := range []string{"/dismiss", "/solved"} {
		w := newWorld(scenarioDesk())
		for _, who := range []string{"a@k.example", "b@l.example", "c@m.example", "d@n.example"} {
			w.tell("mail", "from: "+who, "subject: Fel", "", "BankID snurrar.")
		}
		if got := w.tell("mail", anna, "answers: 1-4", "", word); !strings.Contains(got, "command OMD-1") {
			t.Fatalf("%s:\n%s", word, got)
		}
		if got := w.tell("mail", "from: e@o.example", "subject: Fel", "", "BankID snurrar."); strings.Contains(got, "suspicion") {
			t.Errorf("after %s, one letter more:\n%s", word, got)
		}
	}
}

// TestDismissedAfterAReport: a vendor that was told of a fault that was none is told so, once, and is not asked any more.
func TestDismissedAfterAReport(t *testing.T) {
	w := newWorld(scenarioDesk())
	for _, who := range []string{"a@k.example", "b@l.example", "c@m.example", "d@n.example"} {
		w.tell("mail", "from: "+who, "subject: Fel", "", "BankID snurrar.")
	}
	w.tell("mail", anna, "answers: 1-4", "", "/report Sublime")
	got := w.tell("mail", anna, "answers: 1-4", "", "/dismiss")
	id := OutgoingID("")
	for line := range strings.Lines(got) {
		if name, rest, _ := strings.Cut(strings.TrimSpace(line), " "); strings.HasPrefix(rest, "solved to oms@sublime.example") {
			id = OutgoingID(name)
		}
	}
	if o := w.queue[id]; o.Report == nil || !o.Report.Withdrawn || o.Words != "" {
		t.Errorf("the vendor was told %+v by:\n%s", o.Report, got)
	}
	if again := w.tell("wait 3h"); again != "nothing\n" && again != "nothing" {
		t.Errorf("three hours later:\n%s", again)
	}
}

// Who says twice that a matter is solved has nothing more to tell anybody, and is told so; words are passed on.
func TestSolvedTwiceIsToldOnce(t *testing.T) {
	for _, c := range []struct {
		first, again string
		mails        int // to the requester, of the end
	}{
		{"/solved Klart.", "/solved", 1},
		{"/solved", "/solved", 1},
		{"/solved", "/solved Se bilagan.", 2},
		{"/workaround Starta om.", "/solved", 2},
		{"/workaround Starta om.", "/workaround", 1},
		{"/cancel Nej.", "/cancel", 1},
	} {
		w := newWorld(scenarioDesk())
		w.tell("mail", "from: Asa <asa@kommun.example>", "subject: Fel", "", "Det går inte.")
		w.tell("mail", anna, "answers: 1-2", "", c.first)
		w.tell("mail", anna, "answers: 1-2", "", c.again)
		mails := 0
		for _, row := range w.queue {
			if row.Kind == OutSolved && row.To.Address == "asa@kommun.example" {
				mails++
			}
		}
		said := w.lastTo(t, "anna@omdirekt.example", TemplateAnswer).Lines
		if mails != c.mails || (said[len(said)-1].Code == LineNotNow) != (mails == 1) {
			t.Errorf("%s, %s: %d mails, and %+v", c.first, c.again, mails, said)
		}
	}
}
