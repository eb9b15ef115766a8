package rules

import "testing"

// TestDeskMailRefused: a list that bounced stands on no ticket; the other staff hear of it, once a day, and a bounce of
// that word is where it ends.
func TestDeskMailRefused(t *testing.T) {
	w, _ := doubtful(t, "Anna Ek <anna@omdirekt.example>", "answers: 1-2")
	list := OutgoingID(listOf(t, w))
	bounced := func(id OutgoingID) []Outgoing {
		t.Helper()
		m, err := w.readMail("from: mailer-daemon@omdirekt.example\nkind: bounce\nabout: " + string(id))
		if err != nil {
			t.Fatal(err)
		}
		all, err := w.take(m)
		if err != nil {
			t.Fatal(err)
		}
		if d := all[0].Disposition; d.Kind != DisposedBounce || d.Reasons[0] != (Reason{ReasonThreadByDelivery, string(id)}) {
			t.Errorf("the bounce of %s became %s: %v", id, d.Kind, d.Reasons)
		}
		w.send()
		return all[0].Send
	}
	told := bounced(list)
	if len(told) == 0 {
		t.Fatal("nobody was told")
	}
	for _, o := range told {
		if o.To.Address == "anna@omdirekt.example" || o.Template != TemplateNoticeRefused || o.Lines[0].Subject != "anna@omdirekt.example" {
			t.Errorf("%s to %s: %v", o.Template, o.To.Address, o.Lines)
		}
	}
	if again := bounced(list); len(again) != 0 {
		t.Errorf("told %d again on the same day", len(again))
	}
	if end := bounced(told[0].ID); len(end) != 0 {
		t.Errorf("the word's own bounce caused %d mails", len(end))
	}
	w.now = w.now.Add(day)
	if end := bounced(told[0].ID); len(end) != 0 {
		t.Errorf("and on another day %d", len(end))
	}
}
