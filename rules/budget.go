package rules

import "time"

// Limits of automatic mail (DESIGN, section 9). The hourly one to an outside address is the operator's.
const (
	outsideDaily   = 20  // an outside address, a day: a person who gets more has stopped reading
	staffHourly    = 200 // a staff member, an hour: more is a storm, and a digest says it better
	informedHourly = 20
	vendorDaily    = 72 // beside the follow-up rule: three a waking hour, then a human is asked
)

// Defaults of the limits an operator may change.
const (
	DefaultHourlyLimit  = 5
	DefaultGatewayLimit = 2000
	DefaultCloseAfter   = 30 * 24 * time.Hour
)

const day = 24 * time.Hour

// budgetKey is the counter of one class and address.
func budgetKey(c Class, a Address) BudgetKey { return BudgetKey(string(c) + " " + string(a)) }

// gatewayKey counts all automatic mail.
const gatewayKey = BudgetKey(ClassGateway)

// spent says which limit an automatic mail to that address would break, "" for none.
func (t *turn) spent(c Class, a Address) Class {
	if c == ClassFree {
		return ""
	}
	key := budgetKey(c, a)
	over := false
	switch c {
	case ClassOutside:
		over = t.uses(key, time.Hour) >= t.desk.HourlyLimit || t.uses(key, day) >= outsideDaily
	case ClassStaff:
		over = t.uses(key, time.Hour) >= staffHourly
	case ClassInformed:
		over = t.uses(key, time.Hour) >= informedHourly
	case ClassVendor:
		over = t.uses(key, day) >= vendorDaily
	}
	switch {
	case over:
		return c
	case t.uses(gatewayKey, time.Hour) >= t.desk.GatewayLimit:
		return ClassGateway
	}
	return ""
}

// uses counts what was kept and what this very decision spends.
func (t *turn) uses(key BudgetKey, window time.Duration) int {
	n := t.look.Spent(key, t.now.Add(-window))
	for _, s := range t.out.Spend {
		if s.Key == key {
			n++
		}
	}
	return n
}

// spend records one automatic mail against its class and the whole gateway.
func (t *turn) spend(c Class, a Address) {
	if c == ClassFree {
		return
	}
	t.out.Spend = append(t.out.Spend, Spend{budgetKey(c, a), t.now}, Spend{gatewayKey, t.now})
}

// once reports whether something keyed may happen now, at most once a window, and records that it did.
func (t *turn) once(key BudgetKey, window time.Duration) bool {
	if t.uses(key, window) > 0 {
		return false
	}
	t.out.Spend = append(t.out.Spend, Spend{key, t.now})
	return true
}
