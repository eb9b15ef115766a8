package rules

import (
	"fmt"
	"strings"
	"testing"
)

// TestReportOfSuccess: who asked by a relay is told once, from nobody, within the budget of automatic mail; who is
// disproved, who is us and a stranger's client are not.
func TestReportOfSuccess(t *testing.T) {
	ask := &Notify{ID: "QQ314159", Success: []Notified{{To: "support@omdirekt.example", Original: "hjalp@omdirekt.example"}}}
	for _, c := range []struct {
		name   string
		change func(*Mail)
		want   bool
	}{
		{"asked", func(*Mail) {}, true},
		{"unproved", func(m *Mail) { m.Proof.Result = ProofNone }, true},
		{"a machine asked", func(m *Mail) { m.Kind = KindAutoReply }, true},
		{"disproved", func(m *Mail) { m.Proof.Result = ProofFail }, false},
		{"not by a relay", func(m *Mail) { m.Envelope.Relay = false }, false},
		{"from nobody", func(m *Mail) { m.Envelope.From, m.Envelope.Null = "", true }, false},
		{"from us", func(m *Mail) { m.Envelope.From = "support@omdirekt.example" }, false},
		{"not asked", func(m *Mail) { m.Envelope.Notify = nil }, false},
		{"beyond ASCII", func(m *Mail) { m.Envelope.From = "åsa@kommun.example" }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(scenarioDesk())
			m := wishing(w, 1, ask)
			c.change(m)
			all, err := w.take(m)
			if err != nil {
				t.Fatal(err)
			}
			var reports []Outgoing
			for _, o := range all[0].Send {
				if o.Template == TemplateDelivered {
					reports = append(reports, o)
				}
			}
			if (len(reports) == 1) != c.want || len(reports) > 1 {
				t.Fatalf("%d reports, want one: %v", len(reports), c.want)
			}
			if !c.want {
				return
			}
			if o := reports[0]; o.EnvelopeFrom != "" || o.To.Address != "eva@kommun.example" || o.Delivered.ID != ask.ID || o.Auto != AutoReplied || o.Hold != "" {
				t.Errorf("%+v", o)
			}
			if again, err := w.take(m); err != nil || len(again[0].Send) != 0 {
				t.Errorf("the same mail again: %d mails, %v", len(again[0].Send), err)
			}
		})
	}
}

// TestReportsOfSuccessAreBounded: what is over the hour's budget is held, and staff are told.
func TestReportsOfSuccessAreBounded(t *testing.T) {
	w := newWorld(scenarioDesk())
	out, held := 0, 0
	for n := range 10 {
		all, err := w.take(wishing(w, n, &Notify{Success: []Notified{{To: "support@omdirekt.example"}}}))
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range all[0].Send {
			switch {
			case o.Template != TemplateDelivered:
			case o.Hold == ReasonBudget:
				held++
			default:
				out++
			}
		}
	}
	if out > DefaultHourlyLimit || out+held != 10 || held == 0 {
		t.Errorf("%d went out and %d were held; the budget is %d", out, held, DefaultHourlyLimit)
	}
}

func wishing(w *world, n int, ask *Notify) *Mail {
	return &Mail{
		Envelope: Envelope{Door: "smtp", Relay: true, From: "eva@kommun.example", To: []string{"support@omdirekt.example"}, Notify: ask},
		Received: w.now, Date: w.now, Identity: IdentityClear, Kind: KindHuman, Proof: Proof{Result: ProofPass},
		From: Mailbox{Address: "eva@kommun.example"}, MessageID: MessageID(fmt.Sprintf("m%d@kommun.example", n)),
		Subject: "Fråga", Text: strings.Repeat("Hej ", n+1), Reply: "Hej",
	}
}
