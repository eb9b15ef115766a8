package outage

import (
	"fmt"
	"strings"
	"testing"
	"time"
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
			got := s.show(at(9, 31).Add(time.Duration(10*i)*time.Minute), from, "Question", words)
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

// What is usual of a house is its part of what is usual of everybody, and no less than what it wrote itself.
func TestUsualOfAHouse(t *testing.T) {
	w := New(Options{})
	const little, large = 7, 8
	all := make([]sample, 0, 100)
	for i := range 1000 {
		n := &note{at: int64(i) * 200, house: large, vector: vector{features: []feature{{7, 1}}}}
		if i%20 == 0 {
			n.house = little
		}
		if i%20 < 2 { // of each house fifty wrote of it
			all = append(all, sample{0.6, int32(i)})
		}
		w.past.add(n)
	}
	w.now = 1000 * 200
	w.measure()
	w.days.upTo(w.now, &w.past)
	e := expectation{like: 0.5, volume: 20, window: 1800, weight: 100, samples: all, all: all}
	most := func(s scope) float64 {
		m := 0.0
		for _, u := range w.expectIn(s, 0, e) {
			m = max(m, u.mean)
		}
		return m
	}
	everybody := most(scope{parts: []float64{1}})
	if everybody < 1.9 || everybody > 2.2 {
		t.Fatalf("a tenth of twenty: %v", everybody)
	}
	for _, c := range []struct {
		house       uint64
		part        float64
		least, most float64
	}{{little, 0.05, 0.45, 0.55}, {large, 0.95, 0.94, 0.96}, {9, 0.05, 0.04, 0.1}} {
		if got := most(scope{house: c.house, parts: []float64{c.part}}) / everybody; got < c.least || got > c.most {
			t.Errorf("house %d, which writes %v of all: %v of what is usual, want %v to %v", c.house, c.part, got, c.least, c.most)
		}
	}
}
