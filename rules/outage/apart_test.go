package outage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"aboveline.example/rules"
)

// lost and smashed are two faults of one shop, that both speak of parcels: n letters with some of their words each.
func lost(n int) []string {
	return phrases(n, "my parcel", "lost tracking depot courier missing sender van")
}

func smashed(n int) []string {
	return phrases(n, "my parcel", "smashed glass packaging shards wrapped bubbles vase")
}

func phrases(n int, begin, words string) []string {
	list := strings.Fields(words)
	var out []string
	for i := range n {
		phrase := begin
		for k := range 5 {
			phrase += " " + list[(i*3+k*(1+i%2))%len(list)]
		}
		out = append(out, phrase)
	}
	return out
}

// notesOf are letters that came a minute apart, from the minute on, each of its own person and of one of the houses.
func notesOf(w *Watch, words []string, minute int, houses ...string) []*note {
	var notes []*note
	for i, s := range words {
		house := houses[i%len(houses)]
		r := rules.Report{Mail: rules.MailID(1000*minute + i), Person: rules.Address(fmt.Sprintf("p%d-%d@%s", minute, i, house)), Organisation: house,
			Proven: true, Language: rules.English, Words: s}
		w.now = at(9, minute+i).Unix()
		n, _, ok := w.note(r, Read(r))
		if !ok {
			panic(s)
		}
		notes = append(notes, n)
	}
	return notes
}

func TestApart(t *testing.T) {
	w := begin(t, 8, Options{}).w
	houses := []string{"house1.example", "house2.example", "house3.example"}
	two := append(notesOf(w, lost(12), 0, houses...), notesOf(w, smashed(8), 10, houses[1:]...)...)
	slices.SortStableFunc(two, func(a, b *note) int { return cmp.Compare(a.at, b.at) })
	second := w.tell(two).apart(4)
	if second == nil {
		t.Fatal("two faults are one")
	}
	for i, n := range two {
		if want := n.report >= 10_000; (second[i] != second[0]) != want {
			t.Errorf("letter %d is of the wrong fault", n.report)
		}
	}
	if got := w.tell(two).apart(9); got != nil {
		t.Errorf("a fault of eight letters where nine are asked for: %v", got)
	}
	for _, one := range [][]string{lost(20), smashed(20), faults} {
		if got := w.tell(notesOf(w, one, 0, houses...)).apart(3); got != nil {
			t.Errorf("one fault is two: %v of %q", got, one)
		}
	}
}

// What words leave open, houses and moments may decide.
func TestApartByHouseAndMoment(t *testing.T) {
	w := begin(t, 8, Options{}).w
	near := append(notesOf(w, lost(4), 0, "house1.example"), notesOf(w, smashed(4), 4, "house1.example")...)
	far := append(notesOf(w, lost(4), 0, "house1.example"), notesOf(w, smashed(4), 150, "house2.example")...)
	gain := func(notes []*note) float64 {
		t := w.tell(notes)
		return t.divide(func(i int) bool { return i >= 4 }).evidence - t.divide(func(int) bool { return false }).evidence
	}
	if a, b := gain(near), gain(far); b < a+3 {
		t.Errorf("told apart by %.1f in one house and hour, by %.1f in two", a, b)
	}
}

// A letter is put into a part and taken out again without a trace.
func TestPartsAreWhatWasPutIn(t *testing.T) {
	w := begin(t, 8, Options{}).w
	letters := w.tell(notesOf(w, append(lost(8), smashed(8)...), 0, "house1.example", "house2.example"))
	d := letters.divide(func(i int) bool { return i%3 == 0 })
	for i := range letters.letters {
		d.swap(i)
		d.swap(i)
	}
	if got := d.weigh(); got < d.evidence-1e-6 || got > d.evidence+1e-6 {
		t.Errorf("evidence %v, was %v", got, d.evidence)
	}
}

// A fault that begins while one that is told alike is not over yet is taken for it at first, and told apart when enough is
// known of it. What was one from the beginning stays one.
func TestFaultsThatLookLikeOne(t *testing.T) {
	const alike = "ordered yesterday delivery shop webshop: "
	second := map[bool][]string{false: lost(54)[30:], true: smashed(24)}
	for _, two := range []bool{false, true} {
		s := begin(t, 8, Options{})
		var first, other rules.AlarmID
		show := func(when time.Time, who int, house, words string) rules.Sighting {
			return s.show(when, fmt.Sprintf("f%d@%s", who, house), "Problem", alike+words)
		}
		for i, words := range lost(30) {
			if got := show(at(9, 2*i), i, "house1.example", words); got.Alarm != 0 {
				first = got.Alarm
			}
		}
		begun := s.next + 1
		for i, words := range second[two] {
			got := show(at(10, 10+2*i), 100+i, fmt.Sprintf("house%d.example", 2+i%2), words)
			switch {
			case got.Raised:
				other = got.Alarm
				if got.From != first || got.People < 4 {
					t.Errorf("told apart from %d, of %d people: want from %d", got.From, got.People, first)
				}
				for _, m := range got.Members {
					if m < begun {
						t.Errorf("letter %d of the first fault went over to the second", m)
					}
				}
			case other != 0 && got.Alarm != other, other == 0 && got.Alarm != first:
				t.Errorf("letter %d of the second joined %d; the alarms are %d and %d", i+1, got.Alarm, first, other)
			}
		}
		if (other != 0) != two {
			t.Errorf("two faults: %v; the second is alarm %d", two, other)
		}
	}
}
