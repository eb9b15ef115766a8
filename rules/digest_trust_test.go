package rules

import "testing"

// TestListAnsweredFromSharedHost: lines that answer a list are commands like others, and SPF alone gives none.
func TestListAnsweredFromSharedHost(t *testing.T) {
	w, _ := doubtful(t, "Anna Ek <anna@omdirekt.example>", "answers: 1-2")
	ask := func(method string) Decision {
		m, err := w.readMail("from: Anna Ek <anna@omdirekt.example>\nanswers: " + listOf(t, w) + "\n\n1 close")
		if err != nil {
			t.Fatal(err)
		}
		m.Proof.Method = method
		all, err := w.take(m)
		if err != nil {
			t.Fatal(err)
		}
		return all[0]
	}
	if d := ask(methodSPF); d.Disposition.Kind == DisposedCommand {
		t.Errorf("SPF alone closed a ticket: %v", d.Disposition.Reasons)
	}
	if d := ask("dkim"); d.Disposition.Kind != DisposedCommand {
		t.Errorf("signed, the line was taken as %s: %v", d.Disposition.Kind, d.Disposition.Reasons)
	}
}

// listOf lets Anna ask for her list, and names the mail that has it.
func listOf(t *testing.T, w *world) string {
	t.Helper()
	m, err := w.readMail("from: Anna Ek <anna@omdirekt.example>\nto: support@omdirekt.example\n\n/list")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.take(m); err != nil {
		t.Fatal(err)
	}
	w.send()
	for i := len(w.order) - 1; i >= 0; i-- {
		for _, l := range w.queue[w.order[i]].Lines {
			if l.Code == LineTicket {
				return string(w.order[i])
			}
		}
	}
	t.Fatal("no list was sent")
	return ""
}
