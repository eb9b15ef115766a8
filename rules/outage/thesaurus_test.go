package outage

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"aboveline.example/rules"
)

func TestThesaurus(t *testing.T) {
	shared := func(a string, la rules.Language, b string, lb rules.Language) bool {
		of := func(w string, l rules.Language) []uint32 { return meant()[wordID(stem(w, l))] }
		return slices.ContainsFunc(of(a, la), func(id uint32) bool { return slices.Contains(of(b, lb), id) })
	}
	for _, c := range []struct {
		a    string
		la   rules.Language
		b    string
		lb   rules.Language
		want bool
	}{
		{"lösenordet", rules.Swedish, "passord", rules.Bokmal, true},
		{"password", rules.English, "lösenord", rules.Swedish, true},
		{"fakturan", rules.Swedish, "invoices", rules.English, true},
		{"delayed", rules.English, "forsinket", rules.Bokmal, true},
		{"refund", rules.English, "reimbursed", rules.OtherTongue, true},
		{"lösenordet", rules.Swedish, "faktura", rules.Bokmal, false},
		{"chair", rules.English, "printer", rules.English, false},
	} {
		if got := shared(c.a, c.la, c.b, c.lb); got != c.want {
			t.Errorf("%s and %s share a meaning: %v, want %v", c.a, c.b, got, c.want)
		}
	}
	for line := range strings.Lines(strings.TrimSpace(thesaurus)) {
		words := strings.Fields(line)
		if len(words) < 2 {
			t.Errorf("%q says nothing of what is the same", line)
		}
		for i, w := range words {
			if got := tokens(fold(w)); len(got) != 1 || got[0] != w {
				t.Errorf("%q is no word as letters are read: %q", w, got)
			}
			if slices.Contains(words[:i], w) {
				t.Errorf("%q stands twice on a line", w)
			}
		}
	}
}

// Four people have one fault and hardly a word in common, since they write three languages.
func TestFaultInThreeLanguages(t *testing.T) {
	s := begin(t, 5, Options{})
	letters := []struct {
		language rules.Language
		words    string
	}{
		{rules.Swedish, "Återbetalningen är försenad"}, {rules.English, "My refund is overdue"}, {rules.Bokmal, "Forsinket refusjon"},
		{rules.English, "reimbursement delayed"}, {rules.Swedish, "återbetalning försenas"}, {rules.English, "late refund"},
	}
	raised := 0
	for i, l := range letters {
		from := fmt.Sprintf("f%d@house%d.example", i, i)
		got := s.report(rules.Report{At: at(9, 4*i), Person: rules.Address(from), Proven: true, Organisation: fmt.Sprintf("house%d.example", i),
			Language: l.language, Words: l.words})
		if got.Raised {
			raised = i + 1
		}
	}
	if raised < 4 {
		t.Errorf("raised by report %d, want 4 to 6", raised)
	}
}
