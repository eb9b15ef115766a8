package outage

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"aboveline.example/rules"
)

func TestTokens(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"error 0x8007 in vpn-2", []string{"error", "0x8007", "in", "vpn", "2"}},
		{"mail a@b.example or https://x.example/y", []string{"mail", "or"}},
		{"call 0701234567 now", []string{"call", "now"}},
		{"inloggningen är nere!", []string{"inloggningen", "är", "nere"}},
	} {
		if got := tokens(c.text); !reflect.DeepEqual(got, c.want) {
			t.Errorf("tokens(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestStemsMeet(t *testing.T) {
	for _, c := range []struct {
		lang rules.Language
		a, b string
	}{
		{rules.English, "invoices", "invoice"}, {rules.Swedish, "skrivaren", "skrivarna"}, {rules.Bokmal, "fakturaen", "fakturaens"},
		{rules.OtherTongue, "printers", "printer"}, {"", "connections", "connection"},
	} {
		if a, b := stem(c.a, c.lang), stem(c.b, c.lang); a != b {
			t.Errorf("%s: %q stems to %q, %q to %q", c.lang, c.a, a, c.b, b)
		}
	}
}

func vectorOf(t *testing.T, f *frequency, text string) vector {
	t.Helper()
	r := Read(rules.Report{Words: text, Language: rules.Swedish})
	if !r.said {
		t.Fatalf("%q is no report", text)
	}
	return gather(r.sentences, r.subject).weigh(f)
}

// rawOf is what a text counts.
func rawOf(text string, lang rules.Language) raw {
	r := Read(rules.Report{Words: text, Language: lang})
	return gather(r.sentences, r.subject)
}

func TestVectorsHaveLengthOneAndOrder(t *testing.T) {
	f := newFrequency()
	for _, text := range []string{"inloggningen till fakturaportalen är nere", "a b", "ja", "nere nere nere nere"} {
		v := vectorOf(t, f, text)
		sum := 0.0
		for _, x := range v.features {
			sum += float64(x.w) * float64(x.w)
		}
		if math.Abs(sum-1) > 1e-4 {
			t.Errorf("%q has length² %v", text, sum)
		}
		if !slices.IsSortedFunc(v.features, func(a, b feature) int { return int(a.id) - int(b.id) }) {
			t.Errorf("%q: features are not in order", text)
		}
	}
}

// Nordic compounds share no word, but four letters at a time.
func TestCompoundsAreAlike(t *testing.T) {
	f := newFrequency()
	l := newLens()
	a := vectorOf(t, f, "fakturaportalen nere")
	l.set(a.features)
	compound, other := l.like(vectorOf(t, f, "portalen för fakturor krånglar").features), l.like(vectorOf(t, f, "skrivaren drar papper snett").features)
	if compound < 2*other || compound < 0.1 {
		t.Errorf("compound %v, other %v", compound, other)
	}
	l.unset(a.features)
	if got := l.like(a.features); got != 0 {
		t.Errorf("a lens taken down still sees %v", got)
	}
}

func TestRarity(t *testing.T) {
	f := newFrequency()
	for d := range 10 {
		for p := range uint64(100) {
			words := "printer paper"
			if p == 0 {
				words = "projector cable"
			}
			f.count(p, rawOf(words, rules.English))
			f.count(p, rawOf(words, rules.English)) // the second letter of a day does not count
		}
		f.turn(1)
		_ = d
	}
	common, rare, never, plain := f.rarity(wordID("printer")), f.rarity(wordID("projector")), f.rarity(wordID("unheard")), f.rarity(wordID("och"))
	if !(common < rare && rare < never) || plain > commonWord {
		t.Errorf("rarities: common %v, rare %v, never %v, function word %v", common, rare, never, plain)
	}
	if f.n > 1000 || f.n < 700 {
		t.Errorf("%v letters after ten fading days of a hundred", f.n)
	}
}

func TestNamesAreLeftOut(t *testing.T) {
	r := Read(rules.Report{Words: "karin ek cannot log in", Language: rules.English, Name: "Karin Ek", Person: "karin.ek7@house.example"})
	for _, w := range r.sentences[0].tokens {
		if w.text == "karin" {
			t.Error("the writer's own name is a word of the matter")
		}
	}
}

// TestLatentBringsSynonymsTogether: two words that stand in like letters, and never in one, lie near each other.
func TestLatentBringsSynonymsTogether(t *testing.T) {
	f := newFrequency()
	word := func(kind string, m, i uint64) string {
		h, w := hash(kind, fmt.Sprint(m), fmt.Sprint(i)), ""
		for range 6 {
			w += string(rune('a' + h%26))
			h /= 26
		}
		return w
	}
	var notes []*note
	for i := range uint64(1200) {
		m, text := i%40, ""
		for k := range uint64(4) {
			text += word("", m, mix(i*4+k)%9) + " "
		}
		notes = append(notes, &note{vector: rawOf(text+word("syn", m, i/40%2), rules.OtherTongue).weigh(f)})
	}
	m := taught(notes)
	at := func(s string) []float32 {
		return m.place(rawOf(s, rules.OtherTongue).weigh(f).features)
	}
	same, other := float32(0), float32(0)
	for i := range uint64(40) {
		same += dot(at(word("syn", i, 0)), at(word("syn", i, 1))) / 40
		other += dot(at(word("syn", i, 0)), at(word("syn", (i+1)%40, 1))) / 40
	}
	if same < other+0.3 {
		t.Errorf("synonyms are alike %v, strangers %v", same, other)
	}
	if !reflect.DeepEqual(taught(notes), m) {
		t.Error("learning the same letters twice gives different directions")
	}
	if at("1234") != nil {
		t.Error("an unknown word has a place")
	}
}

// taught is what a whole lesson teaches.
func taught(notes []*note) *latent {
	x := newLesson(notes)
	for !x.on(pace) {
	}
	return x.matters
}
