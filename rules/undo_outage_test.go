package rules

import (
	"slices"
	"strings"
	"testing"
)

// What has not gone out when an end is taken back is not sent: who has not heard of the end need not hear that there was
// none. A report that the end had taken back out of the queue is sent anew.
func TestTheEndIsTakenBackBeforeItWentOut(t *testing.T) {
	for _, reported := range []bool{true, false} { // whether the report had gone out before the end
		w := newWorld(scenarioDesk())
		for _, from := range []string{"asa@kommun.example", "olle@skola.example", "kari@firma.example", "ali@bolag.example"} {
			w.tell("mail", "from: "+from, "subject: Fel", "", "BankID fungerar inte.")
		}
		keep := func(kind OutKind) {
			for id, row := range w.queue {
				if row.Kind == kind {
					row.State = QueueHeld
					w.queue[id] = row
				}
			}
		}
		w.tell("mail", anna, "answers: 1-4", "", "/report Sublime")
		if !reported {
			keep(OutReport)
		}
		w.tell("mail", anna, "answers: 1-4", "", "/solved")
		keep(OutSolved)
		got := w.tell("mail", anna, "answers: 1-4", "", "/undo")
		for _, row := range w.queue {
			if row.Kind == OutSolved {
				t.Errorf("reported %v: %s goes to %s", reported, row.ID, row.To.Address)
			}
			for _, l := range row.Lines {
				if strings.HasPrefix(l.Code, "gone") {
					t.Errorf("reported %v: %s %q %q", reported, l.Code, l.Subject, l.More)
				}
			}
		}
		if strings.Contains(got, "report to oms@sublime.example") == reported {
			t.Errorf("reported %v: the report is sent anew where it had gone, or is not where it had not:\n%s", reported, got)
		}
		if r := w.tickets[1].Reports; len(r) != 1 || r[0].ToldOver || !r[0].Ended.IsZero() || !r[0].Next.Equal(w.now.Add(w.desk.Vendors[0].FollowUp)) {
			t.Errorf("reported %v: %+v", reported, r)
		}
		if o := w.outages[1]; o.Status != OutageReported || w.tickets[1].Status != StatusWaitingVendor || w.tickets[2].Status != StatusNew {
			t.Errorf("reported %v: %s with %s and %s", reported, o.Status, w.tickets[1].Status, w.tickets[2].Status)
		}
		due := 0
		for _, d := range w.dues {
			if d.Kind == DueFollowUp {
				due++
			}
		}
		if due != 1 || slices.ContainsFunc([]TicketID{1, 2, 3, 4}, func(id TicketID) bool { _, closes := w.dues["close "+w.desk.Number(id)]; return closes }) {
			t.Errorf("reported %v: %v", reported, w.dues)
		}
	}
}

// A requester who accepted meanwhile is done with it, and one who wrote that it is not over keeps the floor.
func TestTheEndIsTakenBackAfterAnswers(t *testing.T) {
	w := newWorld(scenarioDesk())
	for _, from := range []string{"asa@kommun.example", "olle@skola.example", "kari@firma.example", "ali@bolag.example"} {
		w.tell("mail", "from: "+from, "subject: Fel", "", "BankID fungerar inte.")
	}
	w.tell("mail", anna, "answers: 1-4", "", "/solved")
	w.tell("mail", "from: olle@skola.example", "answers: 2-4", "", "/accept")
	w.tell("mail", "from: kari@firma.example", "answers: 3-4", "", "Det er fortsatt feil.")
	w.tell("mail", anna, "answers: 1-4", "", "/undo")
	for id, want := range map[TicketID]Status{1: StatusNew, 2: StatusClosed, 3: StatusOpen, 4: StatusNew} {
		if got := w.tickets[id].Status; got != want {
			t.Errorf("ticket %d is %s, want %s", id, got, want)
		}
	}
	if o := w.outages[1]; o.Status != OutageSuspected || len(o.Still) > 0 || !o.Solved.IsZero() {
		t.Errorf("%s, solved %s, %v say that it is not", o.Status, o.Solved, o.Still)
	}
}

// What else was done to an outage is taken back as well: its confirmation, an announcement as far as it waits, and which
// tickets are of it.
func TestSmallerThingsAreTakenBack(t *testing.T) {
	suspected := func() *world {
		w := newWorld(scenarioDesk())
		for _, from := range []string{"asa@kommun.example", "olle@skola.example", "kari@firma.example", "ali@bolag.example"} {
			w.tell("mail", "from: "+from, "subject: Fel", "", "BankID fungerar inte.")
		}
		return w
	}
	for _, c := range []struct {
		name, answers string
		words         []string
		waits         bool // what was decided has yet to go out
		moved         bool // while it was not taken back
	}{
		{"outage", "answers: 1-4", []string{"/outage"}, false, false},
		{"announce", "answers: 1-4", []string{"/announce", "Vi vet."}, false, false},
		{"announce, in time", "answers: 1-4", []string{"/announce", "Vi vet."}, true, false},
		{"split", "answers: 1-4", []string{"/split 2"}, false, true},
		{"split, its own mail", "answers: 2-2", []string{"/split"}, false, true},
		{"another outage", "answers: 2-2", []string{"/split", "/outage"}, false, true},
	} {
		w := suspected()
		w.tell("mail", append([]string{anna, c.answers, ""}, c.words...)...)
		if moved := w.tickets[2].Outage != 1; moved != c.moved {
			t.Fatalf("%s: moved %v", c.name, moved)
		}
		for id, row := range w.queue {
			if row.Kind == OutAnnouncement && c.waits {
				row.State = QueueHeld
				w.queue[id] = row
			}
		}
		w.tell("mail", anna, c.answers, "", "/undo")
		o := w.outages[1]
		if o.Status != OutageSuspected || len(o.Tickets) != 4 || len(o.Left) != 0 || o.People != 4 || w.tickets[2].Outage != 1 {
			t.Errorf("%s: %s of %d people with %v, without %v", c.name, o.Status, o.People, o.Tickets, o.Left)
		}
		announced, gone := 0, ""
		for _, row := range w.queue {
			if row.Kind == OutAnnouncement {
				announced++
			}
			for _, l := range row.Lines {
				if l.Code == LineGone {
					gone = l.Subject
				}
			}
		}
		if told := w.lastTo(t, "bo@omdirekt.example", TemplateNoticeChange); c.name == "announce, in time" &&
			(told.GoesTo != ReplyToStaff || !strings.HasPrefix(told.Subject, "[D-1] ") || told.Lines[0].Subject != "/undo") {
			t.Errorf("%s: a colleague reads %+v under %q, and answers %s", c.name, told.Lines, told.Subject, told.GoesTo)
		}
		if strings.HasPrefix(c.name, "announce") && (announced == 0) != c.waits || (gone != "") != (announced > 0) {
			t.Errorf("%s: %d announcements are out, gone %q", c.name, announced, gone)
		}
	}
}

// A ticket that was put elsewhere goes back to where it was, though nothing was left of that outage; a colleague who has
// put it somewhere else since is not overruled.
func TestTheLastTicketOfAnOutageGoesBack(t *testing.T) {
	begin := func() *world {
		w := newWorld(scenarioDesk())
		for i, from := range []string{"asa@kommun.example", "olle@skola.example", "kari@firma.example"} {
			w.tell("mail", "from: "+from, "subject: "+[]string{"Skrivare", "Lön", "Nät"}[i], "", []string{"Skrivaren är trasig.", "Lönen saknas.", "Nätet är nere."}[i])
			w.tell("mail", anna, "answers: "+string(rune('1'+i))+"-2", "", "/outage")
		}
		return w
	}
	w := begin()
	w.tell("mail", anna, "answers: 1-2", "", "/outage D-2")
	if o := w.outages[1]; o.Status != OutageDismissed {
		t.Fatalf("%s of %v", o.Status, o.Tickets)
	}
	w.tell("mail", anna, "answers: 1-2", "", "/undo")
	if o, p := w.outages[1], w.outages[2]; o.Status != OutageConfirmed || !slices.Equal(o.Tickets, []TicketID{1}) || o.People != 1 ||
		len(o.Left) != 0 || !o.Dismissed.At.IsZero() || w.tickets[1].Outage != 1 || !slices.Equal(p.Tickets, []TicketID{2}) {
		t.Errorf("%+v\n%+v", o, p)
	}

	w = begin()
	w.tell("mail", anna, "answers: 1-2", "", "/outage D-2")
	w.tell("mail", anna, "answers: 2-2", "", "/split 1")
	w.tell("mail", "from: Bo Lind <bo@omdirekt.example>", "answers: 1-3", "", "/outage D-3")
	w.tell("mail", anna, "answers: 2-2", "", "/undo")
	if w.tickets[1].Outage != 3 {
		t.Errorf("a colleague put it into D-3, and it is in D-%d", w.tickets[1].Outage)
	}
}

// What was done with an outage is taken back by an answer to any mail about it: the suspicion, a vendor's word, the mail
// of another of its tickets. What was done to one ticket alone is taken back there.
func TestAnOutageIsTakenBackFromAnyOfItsMails(t *testing.T) {
	for _, c := range []struct {
		on, command string   // where the command was sent, and what it was
		undo        []string // whence it is taken back
		outage      bool     // the command is about the outage
	}{
		{"2-2", "/solved", []string{"2-2", "1-2", "1-4", "3-2"}, true},
		{"1-4", "/solved", []string{"2-2", "4-2"}, true},
		{"2-2", "/dismiss", []string{"1-4", "1-2", "4-2"}, true},
		{"3-2", "/announce Vi vet.", []string{"1-4", "2-2", "3-2"}, true},
		{"2-2", "/report Sublime", []string{"1-4", "1-2", "4-2"}, true},
		{"2-2", "/split", []string{"1-4", "3-2"}, true},
		{"2-2", "/outage", []string{"1-4", "4-2"}, true},
		{"2-2", "/tag Brådskande", []string{"1-4", "3-2"}, false},
		{"2-2", "/workaround Starta om.", []string{"1-4", "3-2"}, false},
	} {
		for _, from := range c.undo {
			w := newWorld(scenarioDesk())
			for _, from := range []string{"asa@kommun.example", "olle@skola.example", "kari@firma.example", "ali@bolag.example"} {
				w.tell("mail", "from: "+from, "subject: Fel", "", "BankID fungerar inte.")
			}
			w.tell("mail", anna, "answers: "+c.on, "", c.command)
			w.tell("mail", "from: Bo Lind <bo@omdirekt.example>", "answers: 1-5", "", "/undo")
			if l := w.lastTo(t, "bo@omdirekt.example", TemplateAnswer).Lines; l[0].Code != LineNothingDone {
				t.Fatalf("%s on %s: a colleague takes it back: %+v", c.command, c.on, l)
			}
			w.tell("mail", anna, "answers: "+from, "", "/undo")
			done := w.lastTo(t, "anna@omdirekt.example", TemplateAnswer).Lines[0]
			if (done.Code == LineDone) != c.outage {
				t.Errorf("%s on %s, taken back on %s: %+v", c.command, c.on, from, done)
			}
			if done.Code != LineDone || !c.outage {
				continue
			}
			word, _, _ := strings.Cut(c.command, " ")
			if what := "OMD-" + c.on[:1] + ": " + word; c.on[:1] != from[:1] && done.More[0] != what {
				t.Errorf("%s on %s, taken back on %s: %q, want %q first", c.command, c.on, from, done.More, what)
			}
			if o := w.outages[1]; o.Status != OutageSuspected && c.command != "/report Sublime" || !o.Status.Open() || len(o.Tickets) != 4 {
				t.Errorf("%s on %s, taken back on %s: %s with %v", c.command, c.on, from, o.Status, o.Tickets)
			}
			for id, tk := range w.tickets {
				if tk.Status != StatusNew && tk.Status != StatusOpen || tk.reported() {
					t.Errorf("%s on %s, taken back on %s: ticket %d is %s", c.command, c.on, from, id, tk.Status)
				}
			}
		}
	}
}

// Reminders that were put off come again as they would have, wherever that was said; two commands of one mail are one act.
func TestPuttingOffIsTakenBack(t *testing.T) {
	for _, words := range [][]string{{"/snooze 5h"}, {"/snooze 3h", "/snooze 5h"}} {
		w := newWorld(scenarioDesk())
		for _, from := range []string{"asa@kommun.example", "olle@skola.example", "kari@firma.example", "ali@bolag.example"} {
			w.tell("mail", "from: "+from, "subject: Fel", "", "BankID fungerar inte.")
		}
		w.tell("mail", anna, "answers: 1-4", "", "/report Sublime")
		next := w.tickets[1].Reports[0].Next
		w.tell("mail", append([]string{anna, "answers: 2-2", ""}, words...)...)
		if !w.tickets[1].Reports[0].Next.After(next) {
			t.Fatalf("%q put nothing off", words)
		}
		w.tell("mail", anna, "answers: 1-4", "", "/undo")
		if tk := w.tickets[1]; !tk.Reports[0].Next.Equal(next) || !tk.Snoozed.IsZero() || len(w.outages[1].Vendors) != 1 || !w.outages[1].Vendors[0].NextFollowUp.Equal(next) {
			t.Errorf("%q: the next reminder is at %s, was at %s", words, tk.Reports[0].Next, next)
		}
	}
}

// A mail about an outage offers what can be done with the outage, by whose buttons it is done, and nothing of the one
// ticket that it happens to be kept on.
func TestAMailAboutAnOutageOffersWhatItTakes(t *testing.T) {
	w := newWorld(scenarioDesk())
	for _, from := range []string{"asa@kommun.example", "olle@skola.example", "kari@firma.example", "ali@bolag.example"} {
		w.tell("mail", "from: "+from, "subject: Fel", "", "BankID fungerar inte.")
	}
	for _, c := range []struct {
		command string
		offers  []string
	}{
		{"/dismiss", []string{"outage"}},
		{"/undo", []string{"report", "outage", "dismiss"}},
		{"/announce Vi vet.", []string{"report", "announce", "solved"}},
		{"/solved", []string{"outage"}},
	} {
		w.tell("mail", anna, "answers: 1-4", "", c.command)
		var offers []string
		o := w.lastTo(t, "bo@omdirekt.example", TemplateNoticeChange)
		for _, a := range o.Actions {
			offers = append(offers, a.Command)
		}
		if !slices.Equal(offers, c.offers) {
			t.Errorf("%s: a colleague is offered %q, want %q", c.command, offers, c.offers)
		}
	}
	w.tell("mail", "from: Bo Lind <bo@omdirekt.example>", "button: "+string(w.lastTo(t, "bo@omdirekt.example", TemplateNoticeChange).ID)+" outage", "")
	if o := w.outages[1]; o.Status != OutageConfirmed {
		t.Errorf("it is %s after the button", o.Status)
	}
}
