package rules

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// redact removes as a store does.
func (w *world) redact(r Redaction) {
	for _, e := range r.Entries {
		w.entries[e.Ticket] = slices.Clone(w.entries[e.Ticket])
		w.entries[e.Ticket][e.Seq-1] = e
	}
	for i, d := range w.ledger {
		if slices.Contains(r.Mails, d.Mail) {
			w.ledger[i].Raw = ""
			if r.Subject {
				w.ledger[i].Subject = ""
			}
		}
	}
	for _, id := range r.Sent {
		row := w.queue[id]
		if !settled(row) {
			delete(w.queue, id)
			continue
		}
		row.Words, row.Dialogue, row.Lines, row.Report, row.Attachments, row.Wire = "", nil, nil, nil, nil, nil
		if r.Subject {
			row.Subject, row.Facts.Subject, row.ThreadTopic = "", "", ""
		}
		w.queue[id] = row
	}
}

// canary is what must be nowhere afterwards; half is a part of it, as a wrapped quote has it.
const canary = "Mitt lösenord är kanariefågel-4711 och PIN 9128"

// shows lists where the world still shows a text.
func (w *world) shows(text string) (where []string) {
	look := func(name string, v any) {
		b, err := json.Marshal(v)
		if err == nil && strings.Contains(string(b), text) {
			where = append(where, name)
		}
	}
	for id, tk := range w.tickets {
		look("ticket "+w.desk.Number(id), tk)
		for _, e := range w.entries[id] {
			look("entry of "+w.desk.Number(id), e)
		}
	}
	for id, q := range w.queue {
		look("mail "+string(id), q)
	}
	for _, d := range w.ledger {
		look(fmt.Sprintf("ledger %d", d.Mail), d)
	}
	for id, h := range w.held {
		look(fmt.Sprintf("held %d", id), h)
	}
	return where
}

// TestRedactLeavesNothing follows words through every way in which they are copied, and removes them.
func TestRedactLeavesNothing(t *testing.T) {
	for _, dialogue := range []bool{false, true} {
		t.Run(fmt.Sprintf("dialogue %v", dialogue), func(t *testing.T) { redactsAll(t, dialogue) })
	}
}

func redactsAll(t *testing.T, dialogue bool) {
	c := scenarioDesk()
	c.Dialogue = dialogue
	w := newWorld(c)
	must := func(input string) []Decision {
		t.Helper()
		m, err := w.readMail(input)
		if err != nil {
			t.Fatal(err)
		}
		all, err := w.take(m)
		if err != nil {
			t.Fatal(err)
		}
		w.send()
		return all
	}
	must("from: Åsa Öberg <asa@kommun.example>\nsubject: Hjälp\n\n" + canary + "\nKan inte logga in.")
	must("from: Anna Ek <anna@omdirekt.example>\nanswers: 1-2\n\n/report Sublime\n/share kollega@kommun.example")
	must("from: Anna Ek <anna@omdirekt.example>\nanswers: 1-2\n\nDu skrev:\n> Mitt lösenord är kanariefågel-4711\n> och PIN 9128\nByt det.")
	must("from: Bo Lind <bo@omdirekt.example>\nanswers: 1-3\n\n/tg A\n" + canary)
	must("from: Bo Lind <bo@omdirekt.example>\nanswers: 1-3\n\n/löst " + canary)
	must("from: Åsa Öberg <asa@kommun.example>\nanswers: 1-1\n\n/close")
	must("from: Åsa Öberg <asa@kommun.example>\nanswers: 1-1\n\nIgen: " + canary + "\n\nDet är fortfarande fel.")
	if n := len(w.shows("kanariefågel")); n < 8 {
		t.Fatalf("the words are in %d places, and the test is about more: %q", n, w.shows("kanariefågel"))
	}
	d := must("from: Anna Ek <anna@omdirekt.example>\nanswers: 1-2\n\n/redact lösenord i klartext")
	if got := w.shows("kanariefågel"); got != nil {
		t.Errorf("the words are still in %q", got)
	}
	if got := w.shows("Byt det."); got == nil {
		t.Error("what Anna wrote herself is gone, too")
	}
	if got := w.shows("Det är fortfarande fel."); got == nil {
		t.Error("what Åsa wrote later is gone, too")
	}
	if got := w.shows("lösenord i klartext"); got == nil {
		t.Error("the reason is kept nowhere")
	}
	// Every mail as it came, from the one that was meant on, and the command's own: a reply quotes what it answers.
	for _, l := range w.ledger {
		if l.Raw != "" {
			t.Errorf("mail %d is still there as it came", l.Mail)
		}
	}
	if d[0].Disposition.Kind != DisposedCommand {
		t.Errorf("the command became %s", d[0].Disposition.Kind)
	}
	for _, again := range []string{"/redact", "/redact 1", "/undo"} {
		must("from: Anna Ek <anna@omdirekt.example>\nanswers: 1-2\n\n" + again)
		if last := w.queue[w.order[len(w.order)-1]]; last.Lines[0].Code != LineNothingDone {
			t.Errorf("%s was carried out after it: %v", again, last.Lines)
		}
	}
	if got := w.shows("kanariefågel"); got != nil {
		t.Errorf("the words came back: %q", got)
	}
}

// TestRedactSubject removes a subject with the entry that opened the ticket, and alone; nothing shows it afterwards, and
// a client that keeps saying it does not bring it back.
func TestRedactSubject(t *testing.T) {
	for _, command := range []string{"/redact 1", "/maskera ämne", "/sladd emne"} {
		w := newWorld(scenarioDesk())
		must := func(input string) {
			t.Helper()
			m, err := w.readMail(input)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(m.Subject, "kanariefågel") {
				m.Header["Thread-Topic"] = []string{m.Subject}
			}
			if _, err := w.take(m); err != nil {
				t.Fatal(err)
			}
			w.send()
		}
		must("from: Åsa Öberg <asa@kommun.example>\nsubject: PIN kanariefågel-4711\n\nKan inte logga in på sidan.")
		must("from: Anna Ek <anna@omdirekt.example>\nanswers: 1-2\n\n/report Sublime\n/share kollega@kommun.example")
		must("from: Bo Lind <bo@omdirekt.example>\nanswers: 1-3\n\nÄmne: PIN kanariefågel-4711\nByt PIN.")
		must("from: Anna Ek <anna@omdirekt.example>\nsubject: Lista\n\n/list")
		must("from: Olle Sten <olle@annan.example>\nanswers: 1-1\n\nJag vill också vara med.")
		must("from: Åsa Öberg <asa@kommun.example>\nanswers: 1-1\n\n/close")
		must("from: Åsa Öberg <asa@kommun.example>\nanswers: 1-1\n\nDet är fortfarande fel.")
		if n := len(w.shows("kanariefågel")); n < 12 {
			t.Fatalf("the subject is in %d places, and the test is about more: %q", n, w.shows("kanariefågel"))
		}
		answered := w.queue["1-1"]
		must("from: Anna Ek <anna@omdirekt.example>\nanswers: 1-2\n\n" + command)
		if got := w.shows("kanariefågel"); got != nil {
			t.Errorf("%s: the subject is still in %q", command, got)
		}
		if got := w.shows("Kan inte logga in på sidan."); (got == nil) != (command == "/redact 1") {
			t.Errorf("%s: the words stand in %q", command, got)
		}
		if last := w.queue[w.order[len(w.order)-1]]; last.Subject != "[OMD-1]" {
			t.Errorf("%s: answered under %q", command, last.Subject)
		}
		// a client goes on with the subject it has
		must("from: Åsa Öberg <asa@kommun.example>\nsubject: SV: " + answered.Subject + "\nto: " + string(answered.ReplyTo) + "\n\nHallå där?")
		must("from: Anna Ek <anna@omdirekt.example>\nanswers: 2-2\n\nVi ser på det.")
		if got := w.shows("kanariefågel"); got != nil {
			t.Errorf("%s: a reply brought it back: %q", command, got)
		}
	}
}
