package outage

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"aboveline.example/rules"
)

// payday shows what comes each Thursday afternoon, with a word more to each question, and says whether it raised an alarm.
func (s *story) payday(day time.Time, week int, word string) (raised bool) {
	for i, q := range []string{"When is my salary paid", "salary has not come yet", "Where do I see the salary of this month", "my salary seems wrong",
		"question about the salary", "has the salary been paid today", "I did not get my salary"} {
		got := s.show(day.Add(14*time.Hour+time.Duration(4*i)*time.Minute), fmt.Sprintf("s%d@house%d.example", (i*7+week*3)%40, (i+week)%9), "", q+word)
		raised = raised || got.Raised
	}
	return raised
}

// afterPaydays is a watch with three weeks behind it that had a payday each, on the day given of the fourth.
func afterPaydays(t *testing.T, day int) *story {
	s := &story{t: t, w: New(Options{})}
	for week := range 3 {
		from := monday.AddDate(0, 0, 7*(week-3))
		s.ordinary(from, 4, 6)
		s.payday(from.AddDate(0, 0, 3), week, "")
		s.ordinary(from.AddDate(0, 0, 4), 3, 6)
	}
	s.ordinary(monday, day, 6)
	return s
}

// Salary questions come each Thursday afternoon; a burst of them then is no outage, even where all have a word that is
// new; the same burst on a Monday is.
func TestHabitOfTheWeek(t *testing.T) {
	for _, c := range []struct {
		name string
		day  int
		word string
		want bool
	}{{"on the habitual day", 3, "", false}, {"a new word on the habitual day", 3, " for december", false}, {"on another day", 1, "", true}} {
		t.Run(c.name, func(t *testing.T) {
			if got := afterPaydays(t, c.day).payday(monday.AddDate(0, 0, c.day), 9, c.word); got != c.want {
				t.Errorf("raised %v, want %v", got, c.want)
			}
		})
	}
}

// The history of a busy desk holds one letter of many, and may hold none of each week's burst. All are known all the same.
func TestHabitOfABusyDesk(t *testing.T) {
	for day, want := range map[int]bool{1: true, 3: false} {
		s := afterPaydays(t, day)
		salary := wordID(stem("salary", rules.English))
		s.w.past.notes = slices.DeleteFunc(s.w.past.notes, func(n *note) bool {
			return slices.ContainsFunc(n.vector.features, func(f feature) bool { return f.id == salary })
		})
		s.w.past.build()
		if got := s.payday(monday.AddDate(0, 0, day), 9, ""); got != want {
			t.Errorf("on day %d: raised %v, want %v", day, got, want)
		}
	}
}
