package rules

import (
	"slices"
	"time"
)

// stillBroken notes that somebody says of a solved outage that it is not. One person's word opens their own ticket and
// no more; where several say so, it is the outage again.
func (t *turn) stillBroken(o *Outage, s speaker) {
	who := s.Address
	if s.trust != TrustVerified {
		who = "" // all the unproven together are one
	}
	if o.Status != OutageSolved || t.now.Sub(o.Solved) > stillWithin || slices.Contains(o.Still, who) {
		return
	}
	o.Still = append(slices.Clone(o.Still), who)
	if len(o.Still) >= max(2, t.desk.Outage.People/2) {
		t.raiseAgain(o)
	}
}

// stillWithin is how long what was solved can be the same outage again. Who writes a week later means another one.
const stillWithin = 2 * day

// raiseAgain reopens an outage that was called solved. Half of the people who make an outage are enough, for it was one.
func (t *turn) raiseAgain(o *Outage) {
	o.Status, o.Solved = OutageSuspected, time.Time{}
	t.tellSuspicion(o)
	o.Still = nil
	t.reportSoon(o)
}

// reopenOutage is a staff member's word that what was called solved is not.
func (t *turn) reopenOutage(o *Outage) {
	o.Status, o.Solved, o.Still = OutageConfirmed, time.Time{}, nil
}
