package rules

import (
	"slices"
	"testing"
)

// TestNamedVendors: names with spaces and accents, one that begins another, and what people write between two of them.
func TestNamedVendors(t *testing.T) {
	c := scenarioDesk()
	c.Vendors = []Vendor{{Mailbox: Mailbox{"Östra", "a@a.example"}}, {Mailbox: Mailbox{"Östra Ån Drift", "b@b.example"}}, {Mailbox: Mailbox{"Östra Ån", "c@c.example"}}}
	c.Outage.Vendors = []string{"Östra"}
	w := newWorld(c)
	for arg, want := range map[string][]string{
		"":                                {"Östra"},
		"Östra Ån Drift":                  {"Östra Ån Drift"},
		"östra ån":                        {"Östra Ån"},
		"Östra Östra Ån":                  {"Östra", "Östra Ån"},
		"Östra Ån, Östra Ån Drift; östra": {"Östra Ån", "Östra Ån Drift", "Östra"},
		"Östra Ån och Östra":              {"Östra Ån", "Östra"},
		"Östra og Östra Ån and Östra Ån Drift": {"Östra", "Östra Ån", "Östra Ån Drift"},
		"Östra Å":      nil,
		"Östra och":    nil,
		"Västra Östra": nil,
	} {
		list, ok := (&turn{desk: w.desk}).namedVendors(arg)
		var got []string
		for _, v := range list {
			got = append(got, v.Name)
		}
		if ok != (want != nil) || !slices.Equal(got, want) {
			t.Errorf("%q names %q, %v; want %q", arg, got, ok, want)
		}
	}
	cmds, _, _ := leadingCommands("/anma\u0308l O\u0308stra A\u030an")
	if len(cmds) != 1 || cmds[0].Word != "report" || cmds[0].Arg != "Östra Ån" {
		t.Errorf("letters of two characters make %v", cmds)
	}
}

// TestAVendorIsNotAffected: who reports a fault of its own to us is none of those whom it affects.
func TestAVendorIsNotAffected(t *testing.T) {
	c := scenarioDesk()
	c.Inform[0].About = append(c.Inform[0].About, "vendor-fault")
	w := newWorld(c)
	w.tell("mail", "from: Sublime <oms@sublime.example>", "subject: Avbrott", "", "Vi har ett avbrott.")
	told := 0
	for _, row := range w.queue {
		if row.Role == RoleInformed {
			told++
			if row.Report.People != 0 {
				t.Errorf("%d people are affected", row.Report.People)
			}
		}
	}
	if told != 1 {
		t.Errorf("%d of the informed were told", told)
	}
}

// Who asks for pictures that are not there is told so, and colleagues and the answer say whom an announcement reaches.
func TestWhatWentOutIsSaid(t *testing.T) {
	w := newWorld(scenarioDesk())
	for _, from := range []string{"asa@kommun.example", "olle@skola.example", "kari@firma.example", "ali@bolag.example"} {
		w.tell("mail", "from: "+from, "subject: Fel", "", "BankID fungerar inte.")
	}
	w.tell("mail", anna, "answers: 1-4", "", "/report Sublime pictures")
	lines := w.lastTo(t, "anna@omdirekt.example", TemplateAnswer).Lines
	if len(lines) != 2 || lines[1].Code != LineNoPictures || lines[1].Subject != "/report Sublime pictures" {
		t.Errorf("the answer says %+v, and nothing of the pictures that are not there", lines)
	}
	w.tell("mail", anna, "answers: 2-2", "", "/announce", "Vi vet.")
	for to, template := range map[Address]Template{"anna@omdirekt.example": TemplateAnswer, "bo@omdirekt.example": TemplateNoticeChange} {
		o := w.lastTo(t, to, template)
		i := slices.IndexFunc(o.Lines, func(l Line) bool { return l.Code == LineAnnounced })
		if i < 0 || o.Lines[i].Subject != "D-1" || !slices.Equal(o.Lines[i].More, []string{"4"}) ||
			o.Lines[i+1].Code != LineAnnouncedTo || !slices.Equal(o.Lines[i+1].More, []string{"Kommunikation"}) {
			t.Errorf("%s reads %+v", to, o.Lines)
		}
		if template == TemplateNoticeChange && (o.Words != "Vi vet." || o.GoesTo != ReplyToStaff) {
			t.Errorf("a colleague reads %q, and answers %s", o.Words, o.GoesTo)
		}
	}
}
