package rules

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// talk is a desk that shows the dialogue, in the middle of one.
func talk(t *testing.T) (w *world, post func(string)) {
	t.Helper()
	c := scenarioDesk()
	c.Dialogue = true
	c.Groups = []Group{{Mailbox: Mailbox{"Skrivargruppen", "skrivare@omdirekt.example"}}}
	w = newWorld(c)
	return w, func(input string) {
		t.Helper()
		w.now = w.now.Add(time.Minute)
		w.send()
		m, err := w.readMail(input)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.take(m); err != nil {
			t.Fatal(err)
		}
	}
}

// last is the newest mail of a template to somebody.
func (w *world) lastTo(t *testing.T, to Address, template Template) Outgoing {
	t.Helper()
	for i := len(w.order) - 1; i >= 0; i-- {
		if o := w.queue[w.order[i]].Outgoing; o.To.Address == to && o.Template == template {
			return o
		}
	}
	t.Fatalf("no %s went to %s", template, to)
	return Outgoing{}
}

// recalled is a mail's dialogue in short: "Åsa Öberg: words", "you: words", "Anna Ek: -" where they were removed.
func recalled(o Outgoing) string {
	var all []string
	for _, s := range o.Dialogue {
		who, words := s.Name, s.Words
		if s.You {
			who = "you"
		}
		if s.Gone {
			words = "-"
		}
		all = append(all, who+": "+words)
	}
	if o.DialogueCut {
		all = append(all, "…")
	}
	return strings.Join(all, " | ")
}

// TestDialogue: each mail on a ticket shows what was said before, newest first, to each reader what is theirs to read.
func TestDialogue(t *testing.T) {
	w, post := talk(t)
	asa, kollega := "from: Åsa Öberg <asa@kommun.example>\nanswers: 1-1\n\n", "from: kollega@kommun.example\nanswers: %s\n\n"
	anna := "from: Anna Ek <anna@omdirekt.example>\nanswers: 1-2\n\n"
	post("from: Åsa Öberg <asa@kommun.example>\nsubject: Skrivaren\n\nDen drar inte papper.")
	if o := w.lastTo(t, "anna@omdirekt.example", TemplateNoticeNew); o.Dialogue != nil {
		t.Errorf("the first mail shows %q", recalled(o))
	}
	post(anna + "Vilken skrivare?")
	post(anna + "/note\nHon menar säkert den grå.")
	post(anna + "/vendor Sublime\nVi har ett fel.")
	post("from: Sublime <oms@sublime.example>\nanswers: " + string(w.lastTo(t, "oms@sublime.example", TemplateReply).ID) + "\n\nVi tittar.")
	post(anna + "/share kollega@kommun.example")
	post(asa + "Den grå vid fönstret.")
	post(fmt.Sprintf(kollega, w.lastTo(t, "kollega@kommun.example", TemplateInvitation).ID) + "Jag är med.\n> Den grå vid fönstret.")
	post("from: Åsa Öberg <asa@kommun.example>\nkind: auto-reply\nanswers: 1-1\n\nJag är på semester.")
	post(anna + "Vi byter rullen.")

	for to, want := range map[Address]string{
		"asa@kommun.example":     "kollega: Jag är med.\n> Den grå vid fönstret. | you: Den grå vid fönstret. | Anna Ek: Vilken skrivare? | you: Den drar inte papper.",
		"kollega@kommun.example": "you: Jag är med.\n> Den grå vid fönstret.",
	} {
		if got := recalled(w.lastTo(t, to, TemplateReply)); got != want {
			t.Errorf("to %s: %q, want %q", to, got, want)
		}
	}
	want := "kollega: Jag är med.\n> Den grå vid fönstret. | Åsa Öberg: Den grå vid fönstret. | Anna Ek: Vilken skrivare? | Åsa Öberg: Den drar inte papper."
	if got := recalled(w.lastTo(t, "bo@omdirekt.example", TemplateNoticeWord)); got != want {
		t.Errorf("to staff: %q, want %q", got, want)
	}
	post(anna + "/vendor Sublime\nNågot nytt?")
	if o := w.lastTo(t, "oms@sublime.example", TemplateReply); o.Words != "Något nytt?" || o.Dialogue != nil {
		t.Errorf("the vendor is shown %q", recalled(o))
	}
	post(anna + "/assign Skrivargruppen")
	if got := recalled(w.lastTo(t, "skrivare@omdirekt.example", TemplateNoticeNew)); strings.Contains(got, "papper") || !strings.HasSuffix(got, "Vilken skrivare?") {
		t.Errorf("the group has the first words as news, and as dialogue %q", got)
	}

	// What was taken back is not said after all, what was removed has been said, and what solved it is part of it.
	w.desk.Grace = 5 * time.Minute
	post(anna + "Fel ärende, strunta i det här.")
	post(anna + "/undo")
	post(anna + "Eller jo.")
	if w.shows("Den grå vid fönstret.") == nil {
		t.Error("nobody was told of it")
	}
	post(anna + fmt.Sprintf("/redact %d", w.entryOf(1, "Den grå vid fönstret.")))
	if got := w.shows("Den grå vid fönstret."); got != nil {
		t.Errorf("what was removed is still in %q", got)
	}
	w.desk.Grace = 0
	post(anna + "Hej igen.")
	refused := w.queue[w.lastTo(t, "asa@kommun.example", TemplateReply).ID]
	refused.State = QueueRefused
	w.queue[refused.ID] = refused
	post(anna + "/solved Rullen är bytt.")
	post(asa + "Nej, den drar fortfarande inte.")
	post(anna + "Då kommer vi dit.")
	want = "you: Nej, den drar fortfarande inte. | Anna Ek: Rullen är bytt. | Anna Ek: Vi byter rullen. | kollega: Jag är med. | you: - | " +
		"Anna Ek: Vilken skrivare? | you: Den drar inte papper."
	if got := recalled(w.lastTo(t, "asa@kommun.example", TemplateReply)); got != want {
		t.Errorf("to the requester at last: %q, want %q", got, want)
	}
}

func (w *world) entryOf(id TicketID, text string) int {
	for _, e := range w.entries[id] {
		if e.Text == text {
			return e.Seq
		}
	}
	return 0
}

// TestDialogueUnproved: who never proved to be the requester is not sent what somebody wrote in that name.
func TestDialogueUnproved(t *testing.T) {
	w, post := talk(t)
	post("from: Åsa Öberg <asa@kommun.example>\nproof: none\nsubject: Köp nu\n\nKöp billigt.")
	post("from: Anna Ek <anna@omdirekt.example>\nanswers: 1-2\n\nVad gäller det?")
	post("from: Anna Ek <anna@omdirekt.example>\nanswers: 1-2\n\nHallå?")
	if got := recalled(w.lastTo(t, "asa@kommun.example", TemplateReply)); got != "Anna Ek: Vad gäller det?" {
		t.Errorf("unproved: %q", got)
	}
	post("from: Åsa Öberg <asa@kommun.example>\nanswers: 1-1\n\nJo, det var jag.")
	post("from: Anna Ek <anna@omdirekt.example>\nanswers: 1-2\n\nTack.")
	if got := recalled(w.lastTo(t, "asa@kommun.example", TemplateReply)); !strings.HasSuffix(got, "you: Köp billigt.") {
		t.Errorf("proved since: %q", got)
	}
}

// TestDialogueShort: however short it is, what is removed is in no dialogue that is still to go out; and no way in to
// another ticket is in any.
func TestDialogueShort(t *testing.T) {
	w, post := talk(t)
	post("from: Olle Sten <olle@skola.example>\nsubject: Annat\n\nHej")
	way := string(w.lastTo(t, "olle@skola.example", TemplateConfirmation).ReplyTo)
	post("from: Åsa Öberg <asa@kommun.example>\nsubject: Skrivaren\n\nSvara till " + way)
	post("from: Åsa Öberg <asa@kommun.example>\nanswers: 2-1\n\n4711")
	w.desk.Grace = time.Hour
	post("from: Anna Ek <anna@omdirekt.example>\nanswers: 2-2\n\nTack.")
	o := w.lastTo(t, "asa@kommun.example", TemplateReply)
	if got := recalled(o); got != "you: 4711 | you: Svara till support@omdirekt.example" {
		t.Errorf("it shows %q", got)
	}
	post("from: Anna Ek <anna@omdirekt.example>\nanswers: 2-2\n\n" + fmt.Sprintf("/redact %d", w.entryOf(2, "4711")))
	if row, ok := w.queue[o.ID]; ok {
		t.Errorf("it goes out with %q", recalled(row.Outgoing))
	}
}

// TestDialogueBounds: a long dialogue ends where there is no room for more, and says so; one long mail in it is cut.
func TestDialogueBounds(t *testing.T) {
	w, post := talk(t)
	post("from: Åsa Öberg <asa@kommun.example>\nsubject: Skrivaren\n\nDen drar inte papper.")
	for i := range 6 {
		post(fmt.Sprintf("from: Åsa Öberg <asa@kommun.example>\nanswers: 1-1\n\nMejl %d. %s", i, strings.Repeat("räksmörgås ", 250)))
		w.spends = nil // who repeats themselves is another matter
	}
	post("from: Åsa Öberg <asa@kommun.example>\nanswers: 1-1\n\nSlut. " + strings.Repeat("å", maxSaid))
	post("from: Anna Ek <anna@omdirekt.example>\nanswers: 1-2\n\nOj.")
	o := w.lastTo(t, "asa@kommun.example", TemplateReply)
	if n := dialogueSize(&o); !o.DialogueCut || n > maxDialogue || n < maxDialogue/2 {
		t.Errorf("%d bytes, cut %v", n, o.DialogueCut)
	}
	if s := o.Dialogue[0]; !s.Cut || len(s.Words) > maxSaid || o.Dialogue[1].Cut {
		t.Errorf("the newest has %d bytes, cut %v", len(s.Words), s.Cut)
	}
	for range 60 {
		post("from: Åsa Öberg <asa@kommun.example>\nanswers: 1-1\n\nEn\nrad\ntill\nav\nsamma.")
		w.spends = nil
	}
	post("from: Anna Ek <anna@omdirekt.example>\nanswers: 1-2\n\nOj.")
	lines := 0
	o = w.lastTo(t, "asa@kommun.example", TemplateReply)
	for _, s := range o.Dialogue {
		lines += 2 + strings.Count(s.Words, "\n")
	}
	if !o.DialogueCut || lines > maxDialogueLines || len(o.Dialogue) < 20 {
		t.Errorf("%d mails, %d lines, cut %v", len(o.Dialogue), lines, o.DialogueCut)
	}
	for range maxDialogueReach / 2 {
		post("from: Anna Ek <anna@omdirekt.example>\nanswers: 1-2\n\n/tag papper")
	}
	post("from: Anna Ek <anna@omdirekt.example>\nanswers: 1-2\n\nOj.")
	if got := recalled(w.lastTo(t, "asa@kommun.example", TemplateReply)); got != "…" {
		t.Errorf("behind a long history it shows %q", got)
	}
}
