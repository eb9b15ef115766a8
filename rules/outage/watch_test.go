package outage

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"aboveline.example/rules"
)

// monday is midnight before a working Monday, three weeks into a desk's life.
var monday = time.Date(2026, 5, 25, 0, 0, 0, 0, time.UTC)

// at is a time on the Monday of the stories.
func at(hour, minute int) time.Time {
	return monday.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// story is a watch with three weeks of ordinary mail behind it, and what it was shown.
type story struct {
	t     *testing.T
	w     *Watch
	next  rules.MailID
	shown []rules.Report
	said  []rules.Sighting
}

// newest is what an alarm is called that the report shown last raised.
func (s *story) newest() rules.AlarmID { return rules.AlarmID(s.shown[len(s.shown)-1].Mail) }

// everyday is what people write about on any day; {} is filled in.
var everyday = []string{
	"Where do I find the form for {} holidays", "The printer on floor {} is out of paper again", "Please give our colleague in {} a telephone",
	"How do I change my address in the register of {}", "May we have another chair for the meeting room {}", "My screen in {} flickers at times",
	"Can you move the mailbox of a colleague who left {}", "I would like to have a larger disk quota for {}", "The calendar of {} shows the wrong time zone",
	"Which cable do I need for the projector in {}", "The coffee machine in {} needs cleaning", "Please reset the code of the alarm in {}",
	"Jag behöver ett nytt passerkort till {}", "Skrivaren vid {} drar papperet snett", "Kan ni flytta telefonen från {}", "Hvor finner jeg skjemaet for {}",
}

var places = strings.Fields("north south east west harbour library town garden station bridge school office square market tower")

// begin shows a watch three weeks: perHour reports in each hour from seven to five on working days.
func begin(t *testing.T, perHour int, o Options) *story {
	s := &story{t: t, w: New(o)}
	s.ordinary(monday.AddDate(0, 0, -21), 21, perHour)
	return s
}

func (s *story) ordinary(from time.Time, days, perHour int) {
	s.t.Helper()
	n := 0
	for d := range days {
		day := from.AddDate(0, 0, d)
		if isWeekend(day) {
			continue
		}
		for hour := 7; hour < 17; hour++ {
			for k := range perHour {
				n++
				pick := mix(uint64(n) * 77)
				words := strings.ReplaceAll(everyday[n*7%len(everyday)], "{}", places[pick>>20%uint64(len(places))])
				got := s.show(day.Add(time.Duration(hour)*time.Hour+time.Duration(k*60/perHour)*time.Minute),
					fmt.Sprintf("p%d@house%d.example", pick>>30%200, pick>>40%9), "Question", words)
				if got.Alarm != 0 {
					s.t.Fatalf("ordinary mail raised %+v by %q", got, words)
				}
			}
		}
	}
}

// show shows a proven report; its organisation is the address's domain.
func (s *story) show(when time.Time, from, subject, words string) rules.Sighting {
	_, house, _ := strings.Cut(from, "@")
	return s.report(rules.Report{At: when, Person: rules.Address(from), Proven: true, Organisation: house, Subject: subject, Words: words})
}

func (s *story) report(r rules.Report) rules.Sighting {
	s.next++
	r.Mail = s.next
	if r.Language == "" {
		r.Language = rules.English
	}
	got := s.w.Sight(r)
	s.shown, s.said = append(s.shown, r), append(s.said, got)
	return got
}

var faults = []string{
	"The invoicing system refuses my login since this morning", "login to invoicing fails", "I cannot login to the invoicing system",
	"invoicing login refused, what is wrong", "No way to login to invoicing, it refuses me", "Hello,\n\nmy login does not work in invoicing.\n\nRegards\nPer",
	"invoicing will not let me login today",
}

func TestFourPeopleWithANovelFault(t *testing.T) {
	s := begin(t, 5, Options{})
	for i := range 3 {
		if got := s.show(at(9, 5*i), fmt.Sprintf("f%d@house%d.example", i, i), "Problem", faults[i]); got.Alarm != 0 {
			t.Fatalf("report %d raised %+v", i+1, got)
		}
	}
	first := s.next - 2
	got := s.show(at(9, 15), "f3@house3.example", "Problem", faults[3])
	if !got.Raised || got.Alarm != s.newest() || got.People != 4 || got.Observed != 4 || got.Expected >= 1 || got.Window <= 0 || got.Within {
		t.Errorf("the fourth report gave %+v", got)
	}
	if want := []rules.MailID{first, first + 1, first + 2}; !reflect.DeepEqual(got.Members, want) {
		t.Errorf("members %v, want %v, oldest first", got.Members, want)
	}
	if words := strings.Join(got.Words, " "); !strings.Contains(words, "invoicing") || !strings.Contains(words, "login") {
		t.Errorf("explained by %q", got.Words)
	}
}

// Of what people write about on any day, four within minutes are as unusual as more of them are within half an hour.
func TestFourWithinMinutes(t *testing.T) {
	s := begin(t, 12, Options{})
	for i := range 4 {
		words := strings.ReplaceAll(everyday[1], "{}", places[i])
		when := at(9, 30).Add(time.Duration(40*i) * time.Second)
		if got := s.show(when, fmt.Sprintf("f%d@house%d.example", i, i), "Question", words); got.Raised != (i == 3) {
			t.Errorf("report %d: %+v", i+1, got)
		}
	}
}

// A desk that was opened this morning has no history to compare with.
func TestFirstMorning(t *testing.T) {
	t.Run("the same words", func(t *testing.T) {
		s := &story{t: t, w: New(Options{})}
		raised := 0
		for i := range 6 {
			if s.show(at(9, 4*i), fmt.Sprintf("f%d@house%d.example", i, i), "Cannot log in", "I cannot log in to the portal since this morning.").Raised {
				raised = i + 1
			}
		}
		if raised != 4 {
			t.Errorf("raised by report %d, want 4", raised)
		}
	})
	t.Run("their own words", func(t *testing.T) {
		s := &story{t: t, w: New(Options{})}
		raised := 0
		for i := range 6 {
			if s.show(at(9, 4*i), fmt.Sprintf("f%d@house%d.example", i, i), "Problem", faults[i]).Raised {
				raised = i + 1
			}
		}
		if raised < 4 {
			t.Errorf("raised by report %d, want 4 to 6", raised)
		}
	})
	t.Run("six matters", func(t *testing.T) {
		s := &story{t: t, w: New(Options{})}
		for i := range 12 {
			if got := s.show(at(9, 4*i), fmt.Sprintf("f%d@house%d.example", i, i), "Question", strings.ReplaceAll(everyday[i], "{}", places[i])); got.Alarm != 0 {
				t.Errorf("%q got %+v", everyday[i], got)
			}
		}
	})
}

func TestLateJoiner(t *testing.T) {
	s := begin(t, 5, Options{})
	var raised rules.AlarmID
	for i := range 4 {
		raised = s.show(at(9, 5*i), fmt.Sprintf("f%d@house%d.example", i, i), "Problem", faults[i]).Alarm
	}
	if raised == 0 {
		t.Fatal("no alarm")
	}
	if got := s.show(at(10, 20), "late@house8.example", "Help", faults[6]); got.Alarm != raised || got.Raised || got.Members != nil || got.People != 5 {
		t.Errorf("the late joiner got %+v", got)
	}
	if got := s.show(at(10, 22), "other@house8.example", "Help", "The printer on floor tower is out of paper again"); got.Alarm != 0 {
		t.Errorf("another matter got %+v", got)
	}
	if got := s.show(at(15, 0), "later@house7.example", "Help", faults[0]); got.Alarm != 0 {
		t.Errorf("one person hours after it was over got %+v", got)
	}
}

// exchange is a watch of a desk that is asked of exchange rates each hour, and an alarm that a fault of them raised on the
// Monday's morning: twelve people in twelve minutes. ask shows one more question.
func exchange(t *testing.T) (alarm rules.AlarmID, ask func(time.Time) rules.Sighting) {
	s := &story{t: t, w: New(Options{})}
	questions := []string{"Which currency exchange rate has {}", "the exchange rate of the currency in {}", "what is the currency exchange rate for {}",
		"currency exchange rate of {}, which one", "Is the exchange rate known, currency of {}"}
	asked := 0
	question := func() string {
		asked++
		place := places[asked%len(places)] + places[asked/len(places)%len(places)] // a sentence that many write is no news
		return strings.ReplaceAll(questions[asked%len(questions)], "{}", place)
	}
	ask = func(when time.Time) rules.Sighting {
		words := question()
		return s.show(when, fmt.Sprintf("q%d@house%d.example", asked%150, asked%9), "Question", words)
	}
	for d := range 21 {
		day := monday.AddDate(0, 0, d-21)
		s.ordinary(day, 1, 8)
		for hour := 7; hour < 17 && !isWeekend(day); hour++ {
			if got := ask(day.Add(time.Duration(hour)*time.Hour + time.Minute)); got.Alarm != 0 && d > 3 {
				t.Fatalf("ordinary mail raised %+v", got)
			}
		}
	}
	for i := range 12 {
		got := s.show(at(9, i), fmt.Sprintf("f%d@house%d.example", i, i), "Problem", question())
		alarm = max(alarm, got.Alarm)
	}
	if alarm == 0 {
		t.Fatal("no alarm")
	}
	return alarm, ask
}

// A fault is over, and its alarm still open. What is written every hour about its topic is not of it.
func TestSpentAlarmTakesInNoOrdinaryMail(t *testing.T) {
	alarm, ask := exchange(t)
	joined := 0
	for k := range 6 {
		if got := ask(at(10, 35).Add(time.Duration(k) * time.Hour)); got.Alarm == alarm {
			joined++
		}
	}
	if joined > 1 {
		t.Errorf("%d of 6 ordinary questions joined, hours after the fault", joined)
	}
}

// After a pause an alarm takes in its topic's ordinary mail no more, though it is not spent.
func TestAfterAPause(t *testing.T) {
	for minute, want := range map[int]bool{14: true, 36: false} {
		alarm, ask := exchange(t)
		if got := ask(at(9, minute)); (got.Alarm == alarm) != want {
			t.Errorf("an ordinary question %d minutes after the last of the fault got %+v, joined: want %v", minute-11, got, want)
		}
	}
}

// An early report in words that nobody else had used yet belongs to the alarm as soon as others have used them.
func TestEarlierLetterJoinsLater(t *testing.T) {
	s := begin(t, 5, Options{})
	s.show(at(8, 55), "early@house7.example", "Help", "lönesidan visar ett rött kryss")
	early := s.next
	var raised rules.AlarmID
	for i := range 4 {
		raised = s.show(at(9, 5*i), fmt.Sprintf("f%d@house%d.example", i, i), "Problem", faults[i]).Alarm
	}
	if raised == 0 || slices.Contains(s.said[len(s.said)-1].Members, early) {
		t.Fatalf("at first: %+v", s.said[len(s.said)-1])
	}
	// The alarm learns the early letter's words.
	for range 5 {
		s.w.alarms[0].centre.add(rawOf("lönesidan visar ett rött kryss", rules.English).weigh(s.w.freq))
	}
	got := s.show(at(9, 20), "g1@house1.example", "Problem", faults[4])
	if got.Alarm != raised || got.Raised || !slices.Contains(got.Members, early) {
		t.Errorf("when the alarm knows its words: %+v", got)
	}
	if again := s.show(at(9, 22), "g2@house2.example", "Problem", faults[5]); slices.Contains(again.Members, early) {
		t.Errorf("named twice: %+v", again)
	}
}

// One letter of the kind long before the first of a fault is not the fault's.
func TestLongBeforeIsNotOfIt(t *testing.T) {
	for minutes, want := range map[int]bool{10: true, 40: false} {
		s := begin(t, 5, Options{Window: 10 * time.Minute})
		s.show(at(9, 0), "before@house7.example", "Question", faults[1])
		before := s.next
		named := false
		for i := range 5 {
			got := s.show(at(9, minutes+2*i), fmt.Sprintf("f%d@house%d.example", i, i), "Problem", faults[i%4])
			named = named || slices.Contains(got.Members, before)
		}
		if s.said[len(s.said)-1].Alarm == 0 {
			t.Fatal("no alarm")
		}
		if named != want {
			t.Errorf("%d minutes before: named %v, want %v", minutes, named, want)
		}
	}
}

// Two people are enough where a desk says so, and their letters are all there is to look from.
func TestFloorOfTwo(t *testing.T) {
	s := begin(t, 5, Options{People: 2})
	raised := false
	for i := range 4 {
		raised = s.show(at(9, 5*i), fmt.Sprintf("f%d@house%d.example", i, i), "Problem", faults[1]+" "+faults[i]).Raised || raised
	}
	if !raised {
		t.Error("four people with one fault raised nothing")
	}
}

func TestReopensWithinTenHours(t *testing.T) {
	s := begin(t, 5, Options{})
	for i := range 4 {
		s.show(at(9, 5*i), fmt.Sprintf("f%d@house%d.example", i, i), "Problem", faults[i])
	}
	first, got := s.newest(), rules.Sighting{}
	for i := range 4 {
		got = s.show(at(14, 5*i), fmt.Sprintf("g%d@house%d.example", i, i), "Problem", faults[i+3])
	}
	if got.Alarm != first || !got.Raised {
		t.Errorf("the same fault in the afternoon got %+v, want alarm %d raised again", got, first)
	}
	for i := range 4 {
		got = s.show(at(33, 5*i), fmt.Sprintf("h%d@house%d.example", i, i), "Problem", faults[i])
	}
	if got.Alarm != s.newest() || !got.Raised {
		t.Errorf("the same fault a day later got %+v, want an alarm of its own", got)
	}
}

func TestWhoCountsOnce(t *testing.T) {
	for _, c := range []struct {
		name string
		who  func(i int) rules.Report
	}{
		{"one person seven times", func(int) rules.Report {
			return rules.Report{Person: "a@house1.example", Proven: true, Organisation: "house1.example"}
		}},
		{"one person under seven details", func(i int) rules.Report {
			return rules.Report{Person: rules.Address(fmt.Sprintf("a+%d@house1.example", i)), Proven: true, Organisation: "house1.example"}
		}},
		{"forged", func(i int) rules.Report {
			return rules.Report{Person: rules.Address(fmt.Sprintf("a%d@house%d.example", i, i)), Organisation: fmt.Sprintf("house%d.example", i)}
		}},
		{"two people and forged ones", func(i int) rules.Report {
			return rules.Report{Person: rules.Address(fmt.Sprintf("a%d@house%d.example", i, i)), Proven: i < 2, Organisation: fmt.Sprintf("house%d.example", i)}
		}},
		{"four people of one house", func(i int) rules.Report {
			return rules.Report{Person: rules.Address(fmt.Sprintf("a%d@house1.example", i%4)), Proven: true, Organisation: "house1.example"}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := begin(t, 5, Options{})
			for i, words := range faults {
				r := c.who(i)
				r.At, r.Subject, r.Words = at(9, 4*i), "Problem", words
				if got := s.report(r); got.Alarm != 0 {
					t.Errorf("report %d got %+v", i+1, got)
				}
			}
		})
	}
}

func TestUnprovenIsOneOfFour(t *testing.T) {
	s := begin(t, 5, Options{})
	var got rules.Sighting
	for i := range 4 {
		got = s.report(rules.Report{At: at(9, 4*i), Person: rules.Address(fmt.Sprintf("a%d@house%d.example", i, i)), Proven: i != 1,
			Organisation: fmt.Sprintf("house%d.example", i), Subject: "Problem", Words: faults[i]})
	}
	if !got.Raised || got.People != 4 {
		t.Errorf("three proven people and one who is not: %+v", got)
	}
}

func TestPrivatePersons(t *testing.T) {
	s := begin(t, 5, Options{})
	var got rules.Sighting
	for i := range 4 {
		got = s.report(rules.Report{At: at(9, 4*i), Person: rules.Address(fmt.Sprintf("a%d@post.example", i)), Proven: true, Subject: "Problem", Words: faults[i]})
	}
	if !got.Raised {
		t.Errorf("four unrelated private persons: %+v", got)
	}
}

func TestFloorIsConfigured(t *testing.T) {
	s := begin(t, 5, Options{People: 6})
	for i := range 6 {
		got := s.show(at(9, 4*i), fmt.Sprintf("f%d@house%d.example", i, i), "Problem", faults[i])
		if got.Raised != (i == 5) {
			t.Errorf("with a floor of six, report %d gave %+v", i+1, got)
		}
	}
}

func TestNoOutage(t *testing.T) {
	greeting := "Hej support,\n\n%s\n\nMed vänlig hälsning\nKarin Ek\nNordvik Redovisning\n070-123 45 67"
	for _, c := range []struct {
		name  string
		mails []string
	}{
		{"greeting and closing in common", []string{
			"Skärmen i hörnet blinkar", "Var står kopiatorn numera", "Min stol knarrar", "Vi saknar nycklar till förrådet", "Lampan slocknade nyss", "Hissen luktar konstigt"}},
		{"thanks when it is over", []string{"Tack, det fungerar nu!", "Thanks, it works now.", "Takk, nå er det i orden.", "Tack, nu funkar det igen", "Thank you, all good", "Tack, allt är löst"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := begin(t, 5, Options{})
			for i, m := range c.mails {
				got := s.show(at(9, 3*i), fmt.Sprintf("f%d@house%d.example", i, i), "Re: Login", fmt.Sprintf(greeting, m))
				if got.Alarm != 0 {
					t.Errorf("%q got %+v", m, got)
				}
			}
		})
	}
}

func TestAutomaticAnswersAreNoReports(t *testing.T) {
	s := begin(t, 5, Options{})
	for i := range 8 {
		got := s.show(at(9, i), fmt.Sprintf("f%d@house%d.example", i, i), "Automatiskt svar: Driftinformation", "Jag är på semester till den sjunde")
		if got.Alarm != 0 {
			t.Errorf("answer %d got %+v", i+1, got)
		}
	}
}

func TestTwoFaultsAtOnceStayTwo(t *testing.T) {
	s := begin(t, 8, Options{})
	water := []string{"No water in the taps of our building", "The taps give no water", "water is gone, taps are dry", "our building has no water at all", "no water from any taps"}
	seen := map[rules.AlarmID]int{}
	for i := range 5 {
		for k, words := range []string{faults[i], water[i]} {
			got := s.show(at(9, 4*i+2*k), fmt.Sprintf("f%d-%d@house%d.example", i, k, i), "Problem", words)
			if got.Alarm != 0 {
				seen[got.Alarm]++
				for _, m := range got.Members {
					if other := strings.Contains(s.shown[m-1].Words, "water"); other != (k == 1) {
						t.Errorf("alarm %d for %q took in %q", got.Alarm, words, s.shown[m-1].Words)
					}
				}
			}
		}
	}
	if len(seen) != 2 {
		t.Errorf("two faults at once are %d alarms: %v", len(seen), seen)
	}
}

func TestSimilarButDifferent(t *testing.T) {
	s := begin(t, 8, Options{})
	for i, m := range []string{"Where is the login page", "Which printer is in the library", "My phone cannot send pictures", "I lost the invoice of March",
		"The system asks me to change my name", "What is wrong with my chair", "How do I send a fax"} {
		if got := s.show(at(9, 3*i), fmt.Sprintf("f%d@house%d.example", i, i), "Problem", m); got.Alarm != 0 {
			t.Errorf("%q got %+v", m, got)
		}
	}
}

func TestSameReportTwice(t *testing.T) {
	s := begin(t, 5, Options{})
	for i := range 5 {
		want := s.show(at(9, 4*i), fmt.Sprintf("f%d@house%d.example", i, i), "Problem", faults[i])
		for range 3 {
			if got := s.w.Sight(s.shown[len(s.shown)-1]); !reflect.DeepEqual(got, want) {
				t.Fatalf("again: %+v, first %+v", got, want)
			}
		}
	}
	if got := s.said[len(s.said)-1]; got.Alarm != s.newest()-1 || got.People != 5 {
		t.Errorf("after repetitions: %+v", got)
	}
}

// TestRebuildGivesTheSameAnswers shows a second watch the same reports: all answers are equal, to the float.
func TestRebuildGivesTheSameAnswers(t *testing.T) {
	s := begin(t, 12, Options{})
	for i, f := range faults {
		s.show(at(9, 4*i), fmt.Sprintf("f%d@house%d.example", i, i), "Problem", f)
	}
	again := New(Options{})
	for i, r := range s.shown {
		if got := again.Sight(r); !reflect.DeepEqual(got, s.said[i]) {
			t.Fatalf("report %d: %+v, before %+v", i, got, s.said[i])
		}
	}
}

func TestOddReports(t *testing.T) {
	w := New(Options{})
	for i, r := range []rules.Report{
		{}, {Mail: 1}, {Mail: 2, Words: "\x00\xff\xfe"}, {Mail: 3, At: monday, Words: strings.Repeat("word ", 100_000)},
		{Mail: 4, At: monday.AddDate(-3, 0, 0), Words: "time runs backwards here"}, {Mail: 5, At: monday.AddDate(50, 0, 0), Words: "and far ahead of us"},
		{Mail: 6, At: monday, Person: "@", Name: "@", Organisation: " ", Subject: strings.Repeat("Re: ", 1000), Words: "> quoted only"},
	} {
		if got := w.Sight(r); got.Alarm != 0 {
			t.Errorf("report %d got %+v", i, got)
		}
	}
}
