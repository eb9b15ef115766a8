package outage

import (
	"fmt"
	"testing"
	"time"

	"aboveline.example/rules"
)

// monday is nine o'clock on a Monday.
var monday = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

func TestFourPeopleWithANovelFault(t *testing.T) {
	w := New(Options{})
	n := rules.MailID(0)
	show := func(at time.Time, person, subject, words string) rules.Sighting {
		n++
		return w.Sight(rules.Report{Mail: n, At: at, Person: rules.Address(person), Proven: true, Language: rules.English, Subject: subject, Words: words})
	}
	for day := -10; day < 0; day++ {
		for i, words := range everyday {
			show(monday.AddDate(0, 0, day).Add(time.Duration(i*20)*time.Minute), fmt.Sprintf("p%d@house%d.example", i, (i+day+20)%7), "Question", words)
		}
	}
	faults := []string{"The invoicing system refuses my login since this morning", "login to invoicing fails",
		"I cannot login to the invoicing system", "invoicing login refused, what is wrong"}
	var s rules.Sighting
	for i, f := range faults {
		s = show(monday.Add(time.Duration(5*i)*time.Minute), fmt.Sprintf("f%d@other%d.example", i, i), "Problem", f)
	}
	if !s.Raised || len(s.Members) != 3 || s.People != 4 {
		t.Errorf("the fourth report gave %+v", s)
	}
}

var everyday = []string{
	"Where do I find the form for holidays", "The printer on floor three is out of paper again", "Please give our new colleague a telephone",
	"How do I change my address in the staff register", "May we have another chair for the meeting room", "My screen flickers at times",
	"Can you move the mailbox of a colleague who left", "I would like to have a larger disk quota", "The calendar shows the wrong time zone",
	"Which cable do I need for the projector", "The coffee machine needs cleaning", "Please reset the code of the alarm in building four",
}
