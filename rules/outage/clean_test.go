package outage

import (
	"reflect"
	"strings"
	"testing"

	"aboveline.example/rules"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, subject, words, wantSubject, want string }{
		{"greeting, closing, signature", "Login", "Hej support,\n\nJag kan inte logga in. Vad gör jag?\n\nMed vänlig hälsning\nKarin Ek\n070-123 45 67", "login", "jag kan inte logga in.|vad gör jag?"},
		{"norwegian", "Feil", "Hei\n\nJeg får ikke logget inn!\n\nVennlig hilsen\nOla", "feil", "jeg får ikke logget inn!"},
		{"a letter that begins with thanks", "Hi", "Thanks for the quick help.\nNow the phone is dead", "hi", "thanks for the quick help.|now the phone is dead"},
		{"telephone's line", "x", "it is down\nSent from my phone", "x", "it is down"},
		{"signature mark", "x", "it is down\n-- \nKarin", "x", "it is down"},
		{"lone dash", "x", "it is down\n/\nKarin", "x", "it is down"},
		{"form", "Form", "Namn: Karin Ek\nE-post: karin@house.example\nBeskrivning: Allt är nere", "form", "allt är nere"},
		{"address with a port keeps its colon", "x", "see http://a.example:80/x", "x", "see http://a.example:80/x"},
		{"visiting card", "x", "it is down\nKarin Ek | Ekonom | Nordvik | 070-123 45 67", "x", "it is down"},
		{"an answer's subject is not the writer's", "Sv: Driftinformation", "nu är det nere här också", "", "nu är det nere här också"},
		{"quotes", "x", "> old words\nnew words", "x", "new words"},
		{"version numbers end no sentence", "x", "version 3.5 fails. why", "x", "version 3.5 fails.|why"},
		{"a quoted letter's head", "x", "it is down\n\nFrån: Support <support@desk.example>\nSkickat: den 3 mars 2026 10:12\nTill: Karin\n\nold words", "x", "it is down"},
		{"a letter passed on without a word", "x", "From: Per Ek\nSent: Monday\n\nit is down", "x", "per ek|monday|it is down"},
		{"nothing", "", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, ok := clean(rules.Report{Subject: c.subject, Words: c.words})
			if got := strings.Join(l.sentences, "|"); !ok || got != c.want || l.subject != c.wantSubject {
				t.Errorf("clean = %q, %q, %v; want %q, %q", l.subject, got, ok, c.wantSubject, c.want)
			}
		})
	}
}

func TestThanksAndMachines(t *testing.T) {
	for _, c := range []struct {
		subject, words string
		counts         bool
	}{
		{"Re: Login", "Tack, det fungerar nu!", false},
		{"Re: Login", "Thanks, it works now.\n\nRegards\nPer", false},
		{"Re: Login", "Takk, nå er det i orden.", false},
		{"Re: Login", "Tack, men det fungerar inte.", true},
		{"Re: Login", "Thanks, but it still doesn't work", true},
		{"Login", "Thanks! When will it work?", true},
		{"Login", "Thank you for the fine work of last week; today the whole office is without a network and nobody here can print", true},
		{"Automatiskt svar: Login", "Jag är ledig", false},
		{"Out of office: Login", "I am away", false},
		{"Automatic door stuck", "The automatic door is stuck", true},
	} {
		if _, ok := clean(rules.Report{Subject: c.subject, Words: c.words}); ok != c.counts {
			t.Errorf("clean(%q, %q) counts %v, want %v", c.subject, c.words, ok, c.counts)
		}
	}
}

// stripped is what is left of some sentences.
func stripped(b *boilerplate, person, house uint64, ss ...string) []string {
	named, all := map[uint64]string{}, []sentence{}
	for _, s := range ss {
		named[hash(s)] = s
		all = append(all, sentence{key: hash(s)})
	}
	var left []string
	for _, s := range b.strip(person, house, all) {
		left = append(left, named[s.key])
	}
	return left
}

func TestBoilerplate(t *testing.T) {
	b := newBoilerplate()
	strip := func(person, house uint64, ss ...string) []string { return stripped(b, person, house, ss...) }
	for p := range uint64(6) {
		got := strip(p+1, 9, "read our notice.", "i lost my key.")
		if len(got) != 2 {
			t.Errorf("on its first day person %d keeps %q", p+1, got)
		}
	}
	b.turn(1, 1)
	if got := strip(50, 60, "read our notice.", "the door is shut."); !reflect.DeepEqual(got, []string{"the door is shut."}) {
		t.Errorf("what six others sent yesterday: kept %q", got)
	}
	for day := 2; day < 4; day++ {
		strip(70, 71, "sent by seventy.")
		b.turn(day, 1)
	}
	if got := strip(70, 71, "sent by seventy."); len(got) != 0 {
		t.Errorf("a sender's own line: kept %q", got)
	}
	if got := strip(72, 73, "sent by seventy."); len(got) != 1 {
		t.Errorf("another's line: kept %q", got)
	}
	for p := range uint64(3) {
		strip(80+p, 90, "our house.")
	}
	b.turn(4, 1)
	if got := strip(84, 90, "our house."); len(got) != 0 {
		t.Errorf("a house's line: kept %q", got)
	}
	if got := strip(85, 91, "our house."); len(got) != 1 {
		t.Errorf("the line in another house: kept %q", got)
	}
}

// On a busy desk four people ask the same by chance, and that is a matter.
func TestBoilerplateNeedsAShare(t *testing.T) {
	b := newBoilerplate()
	for p := range uint64(1000) {
		s := "each says their own."
		if p < 5 {
			s = "i cannot log in."
		}
		stripped(b, p+1, 0, s+string(rune('a'+p%26))+string(rune('a'+p/26%26)))
		if p < 5 {
			stripped(b, p+5000, 0, "i cannot log in.")
		}
	}
	b.turn(1, 1)
	if got := stripped(b, 9999, 0, "i cannot log in."); len(got) != 1 {
		t.Error("five of a thousand made a sentence common")
	}
}

func TestBoilerplateIsBounded(t *testing.T) {
	b := newBoilerplate()
	for day := 1; day < 4; day++ {
		for i := range 2 * maxLines {
			b.touch(mix(uint64(i)+uint64(day)<<40), 1)
		}
		b.turn(day, 1)
		if len(b.lines) > maxLines {
			t.Fatalf("day %d: %d lines", day, len(b.lines))
		}
	}
}

// TestWhatIsAlwaysAddedIsCut: not everybody ends a sentence before they add what they always do.
func TestWhatIsAlwaysAddedIsCut(t *testing.T) {
	b := newBoilerplate()
	strip := func(person uint64, text string) string {
		r := Read(rules.Report{Words: text, Language: rules.English})
		var words []string
		for _, s := range b.strip(person, 0, r.sentences) {
			for _, x := range s.tokens {
				words = append(words, x.text)
			}
		}
		return strings.Join(words, " ")
	}
	for p := range uint64(otherPeople) {
		strip(p+1, "Get back to me soon.")
	}
	if got := strip(10, "my phone is dead Get back to me soon"); got != "my phone is dead get back to me soon" {
		t.Errorf("on the day it is first heard: %q", got)
	}
	b.turn(1, 1)
	for text, want := range map[string]string{
		"my phone is dead Get back to me soon": "my phone is dead",
		"get back to me soon my phone is dead": "my phone is dead",
		"get back to me soon":                  "",
		"will they get back to me later":       "will they get back to me later",
	} {
		if got := strip(11, text); got != want {
			t.Errorf("%q keeps %q, want %q", text, got, want)
		}
	}
}
