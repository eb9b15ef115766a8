package outage

import "aboveline.example/rules"

// answers remembers what was said of the last reports, since a transaction of the store may run twice.
type answers struct {
	by    map[rules.MailID]rules.Sighting
	order []rules.MailID // a ring
	next  int
}

// maxAnswers is far more than one transaction can hold.
const maxAnswers = 16384

func newAnswers() answers { return answers{by: map[rules.MailID]rules.Sighting{}} }

func (a *answers) find(m rules.MailID) (rules.Sighting, bool) {
	s, ok := a.by[m]
	return s, ok
}

func (a *answers) keep(m rules.MailID, s rules.Sighting) {
	a.by[m] = s
	if len(a.order) < maxAnswers {
		a.order = append(a.order, m)
		return
	}
	delete(a.by, a.order[a.next])
	a.order[a.next] = m
	a.next = (a.next + 1) % maxAnswers
}
