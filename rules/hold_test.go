package rules

import "testing"

// asked is a desk at which a mail in Anna's name waits for her word, and yes is her answer to the question.
func asked(t *testing.T) (w *world, id MailID, yes func() Decision) {
	t.Helper()
	w, id = doubtful(t, "Anna Ek <anna@omdirekt.example>", "answers: 1-2")
	question := w.held[id].Confirm
	if w.queue[question].Kind != OutConfirm {
		t.Fatalf("nobody was asked about %+v", w.held[id])
	}
	return w, id, func() Decision {
		t.Helper()
		m, err := w.readMail("from: Anna Ek <anna@omdirekt.example>\nanswers: " + string(question) + "\n\nJa")
		if err != nil {
			t.Fatal(err)
		}
		w.mails++
		d, err := w.decide(MailArrived{ID: w.mails, Mail: m})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
}

// TestConfirmReleases: a yes lets the mail in.
func TestConfirmReleases(t *testing.T) {
	_, id, yes := asked(t)
	if d := yes(); len(d.Held) != 1 || d.Held[0].ID != id || d.Held[0].Release == nil || d.Held[0].Release.By != "anna@omdirekt.example" {
		t.Errorf("held: %+v", d.Held)
	}
}

// TestConfirmAfterAdmit: who was let in already, and is about to be taken up, was let in by whoever said so first.
func TestConfirmAfterAdmit(t *testing.T) {
	w, id, yes := asked(t)
	h := w.held[id]
	h.Release = &Release{By: "bo@omdirekt.example"}
	w.held[id] = h
	if d := yes(); len(d.Held) != 0 {
		t.Errorf("released again: %+v", d.Held[0].Release)
	}
}

// TestConfirmOfForged: a mail that turns out to be forged while its question is on the way is released by staff alone, as
// one that is known to be when it comes.
func TestConfirmOfForged(t *testing.T) {
	w, id, yes := asked(t)
	w.prove(t, id, Proof{Result: ProofFail, By: "dmarc"})
	if d := yes(); len(d.Held) != 0 {
		t.Errorf("released: %+v", d.Held[0].Release)
	}
	if h, ok := w.held[id]; !ok || h.Release != nil || h.Why != ReasonProofFailed {
		t.Errorf("held mail is %+v, %v", h, ok)
	}
}
