package outage

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"aboveline.example/rules"
)

// Five people of one small house who write what somebody writes every hour are its own fault; five of anywhere are an hour
// like others.
func TestFaultInOneHouse(t *testing.T) {
	for _, one := range []bool{true, false} {
		s := begin(t, 12, Options{})
		for i := range 5 {
			words := strings.ReplaceAll(everyday[1], "{}", places[i])
			from := fmt.Sprintf("f%d@house%d.example", i, i)
			if one {
				from = fmt.Sprintf("f%d@little.example", i)
			}
			got := s.show(at(9, 31).Add(time.Duration(6*i)*time.Minute), from, "Question", words)
			if got.Raised != (one && i == 4) {
				t.Errorf("%s, report %d: %+v", from, i+1, got)
			}
			if got.Raised && (got.Observed != 5 || got.Expected > 0.1 || !got.Within) {
				t.Errorf("%d people where %v are usual, in one house: %v", got.Observed, got.Expected, got.Within)
			}
		}
	}
}

// A house has habits of its own, which are nothing in the habits of all.
func TestHabitOfOneHouse(t *testing.T) {
	rota := func(s *story, day time.Time, week int) (raised bool) {
		for i, words := range []string{"Who is on duty in the %s this weekend", "the duty rota of the %s please", "Am I on duty on Saturday in the %s",
			"weekend duty, who has it at the %s", "Please send the rota of the weekend, %s", "Which of us is on duty on Sunday near the %s"} {
			got := s.show(day.Add(14*time.Hour+time.Duration(5*i)*time.Minute), fmt.Sprintf("d%d@little.example", i*5+week), "",
				fmt.Sprintf(words, places[(3*i+week)%len(places)]))
			raised = raised || got.Raised
		}
		return raised
	}
	for day, want := range map[int]bool{1: true, 3: false} {
		s := &story{t: t, w: New(Options{})}
		for week := range 3 {
			from := monday.AddDate(0, 0, 7*(week-3))
			s.ordinary(from, 4, 6)
			rota(s, from.AddDate(0, 0, 3), week)
			s.ordinary(from.AddDate(0, 0, 4), 3, 6)
		}
		s.ordinary(monday, day, 6)
		if got := rota(s, monday.AddDate(0, 0, day), 3); got != want {
			t.Errorf("on day %d: raised %v, want %v", day, got, want)
		}
	}
}

// What one house writes of every day and nobody else does is its ordinary mail.
func TestMatterOfOneHouse(t *testing.T) {
	s := &story{t: t, w: New(Options{})}
	ask := func(when time.Time, k int) rules.Sighting {
		words := []string{"Who is on duty in the %s", "the duty rota of the %s please", "Am I on duty at the %s", "duty, who has it in the %s", "send me the duty rota of the %s"}
		return s.show(when, fmt.Sprintf("d%d@little.example", k*7%40), "", fmt.Sprintf(words[k%len(words)], places[k*3%len(places)]))
	}
	for d := range 21 {
		day := monday.AddDate(0, 0, d-21)
		s.ordinary(day, 1, 8)
		for k := 0; k < 10 && !isWeekend(day); k++ {
			if got := ask(day.Add(time.Duration(17*60+k*40)*time.Minute), d*10+k); got.Raised {
				t.Fatalf("every day, and raised: %+v", got)
			}
		}
	}
	s.ordinary(monday, 1, 8)
	for k := range 5 {
		if got := ask(monday.Add(time.Duration(17*60+10*k)*time.Minute), k*11); got.Raised {
			t.Errorf("five in the hour of one: %+v", got)
		}
	}
}

// At the hour when everybody asks the same, many of one house who do are more than its part of it.
func TestHouseAtTheUsualHour(t *testing.T) {
	s := afterPaydays(t, 3)
	day := monday.AddDate(0, 0, 3)
	if s.payday(day, 9, "") {
		t.Fatal("raised on payday")
	}
	raised := false
	for i, words := range []string{"salary not paid", "My salary is missing", "no salary on my account", "the salary has not come", "where is my salary", "salary of this month is not here",
		"I miss my salary", "still no salary for me", "we have no salary"} {
		got := s.show(day.Add(14*time.Hour+28*time.Minute+time.Duration(i)*time.Minute), fmt.Sprintf("q%d@little.example", i), "", words)
		raised = raised || got.Raised
	}
	if !raised {
		t.Error("nine of a house that hardly writes: not raised")
	}
}
