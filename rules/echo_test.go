package rules

import (
	"strings"
	"testing"
	"time"
)

// TestSameWordsAgain: a machine that hides what it is comes to rest, and a person who writes the same again is answered
// each time.
func TestSameWordsAgain(t *testing.T) {
	const robot, person = true, false
	numbered := func(n int) string { return strings.Repeat("1", n+1) }
	for _, c := range []struct {
		name  string
		mail  string // "#" is another number each time
		form  bool
		every time.Duration
		times int
		is    bool
	}{
		{"a caretaker's report each morning", "from: vakt@kommun.example\nsubject: Runda\n\nRunda # gjord, allt lugnt.", false, day, 14, person},
		{"and once more each afternoon", "from: vakt@kommun.example\nsubject: Runda\n\nRunda # gjord, allt lugnt.", false, 12 * time.Hour, 14, person},
		{"a form for each room", "from: vakt@kommun.example\nsubject: Blankett\n\nRum: #\nFel: lampan\nNamn: Eva", true, 5 * time.Minute, 10, person},
		{"a picture each time", "from: vakt@kommun.example\nsubject: Bild\npicture: bild.png 800x600\n\nSe bilden nedan.", false, 5 * time.Minute, 10, person},
		{"one word of thanks", "from: asa@kommun.example\nanswers: 1-1\n\nTack så!", false, time.Hour, 6, person},
		{"a robot at the bare address", "from: shop@kommun.example\nsubject: Order #\n\nYour order # is in good hands.", false, 80 * time.Minute, 12, robot},
		{"a robot that fills in forms", "from: shop@kommun.example\nsubject: Order #\n\nOrder: #\nStatus: received\nQueue: first", true, 30 * time.Minute, 30, robot},
		{"a slow robot that answers us", "from: asa@kommun.example\nanswers: 1-1\n\nI am away and will read mail # later.", false, 20 * time.Hour, 8, robot},
		{"a robot that answers us with forms", "from: asa@kommun.example\nanswers: 1-1\n\nCase: #\nStatus: received\nQueue: first", true, time.Hour, 8, robot},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, _ := doubtful(t, "Anna Ek <anna@omdirekt.example>", "answers: 1-2")
			quiet := 0
			for n := range c.times {
				w.now = w.now.Add(c.every)
				m, err := w.readMail(strings.ReplaceAll(c.mail, "#", numbered(n)))
				if err != nil {
					t.Fatal(err)
				}
				if c.form {
					m.Fields = map[string]string{"Rum": "x"}
				}
				all, err := w.take(m)
				if err != nil {
					t.Fatal(err)
				}
				w.send()
				for _, why := range all[0].Disposition.Reasons {
					if why.Code == ReasonMachine {
						quiet++
					}
				}
			}
			if robot := quiet > 0; robot != c.is {
				t.Errorf("%d of %d were taken as a machine's", quiet, c.times)
			}
		})
	}
}
