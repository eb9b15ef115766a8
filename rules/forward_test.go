package rules

import (
	"testing"
	"time"
)

// A mail that staff pass on opens a ticket for whoever wrote it: dated when they wrote it by the desk's clock, with
// its files, and confirmed in their language.
func TestForwardedByStaff(t *testing.T) {
	w := newWorld(scenarioDesk())
	m, err := w.readMail("from: Anna Ek <anna@omdirekt.example>\nsubject: VB: Prosjektoren\npicture: bild.png 800x600\n\nDenne gjelder vel oss.")
	if err != nil {
		t.Fatal(err)
	}
	m.Forwarded = &Forwarded{From: Mailbox{"Kari Moen", "kari@firma.example"}, Subject: "Prosjektoren", Text: "Prosjektoren er død.",
		Date: time.Date(2026, 3, 2, 16, 40, 0, 0, time.UTC), Floating: true, Language: Bokmal, Confidence: 0.9}
	all, err := w.take(m)
	if err != nil {
		t.Fatal(err)
	}
	d := all[0]
	if e := d.Entries[0]; !e.At.Equal(time.Date(2026, 3, 2, 15, 40, 0, 0, time.UTC)) || e.Who != "kari@firma.example" || len(e.Attachments) != 1 {
		t.Errorf("entry of %s at %s with %d files", e.Who, e.At, len(e.Attachments))
	}
	if o := d.Send[0]; o.Template != TemplateConfirmation || o.To.Address != "kari@firma.example" || o.Language != Bokmal {
		t.Errorf("%s to %s in %s", o.Template, o.To.Address, o.Language)
	}
}
