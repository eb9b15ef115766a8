package rules

import (
	"strings"
	"time"
)

// days are the names in hours, from Sunday as in package time.
var days = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// within moves a time that falls outside hours such as "mon-fri 08:00-17:00" to their next beginning; "" is always.
// Hours are checked when the configuration is read; what cannot be read here is taken as always.
func within(at time.Time, hours string, zone *time.Location) time.Time {
	dayPart, clock, ok := strings.Cut(hours, " ")
	if !ok {
		return at
	}
	from, to, ok := strings.Cut(clock, "-")
	begin, okBegin := clockMinutes(from)
	end, okEnd := clockMinutes(to)
	if !ok || !okBegin || !okEnd {
		return at
	}
	local := at.In(zone)
	for range 8 { // within a week there is a day
		minute := local.Hour()*60 + local.Minute()
		if onDay(local.Weekday(), dayPart) {
			switch {
			case minute < begin:
				return time.Date(local.Year(), local.Month(), local.Day(), begin/60, begin%60, 0, 0, zone).UTC()
			case minute < end:
				return local.UTC()
			}
		}
		local = time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, zone)
	}
	return at
}

func onDay(d time.Weekday, part string) bool {
	first, last, ranged := strings.Cut(part, "-")
	if !ranged {
		last = first
	}
	from, to := dayIndex(first), dayIndex(last)
	if from < 0 || to < 0 {
		return true
	}
	if from <= to {
		return int(d) >= from && int(d) <= to
	}
	return int(d) >= from || int(d) <= to
}

func dayIndex(name string) int {
	for i, d := range days {
		if d == name {
			return i
		}
	}
	return -1
}

func clockMinutes(s string) (int, bool) {
	t, err := time.Parse("15:04", strings.Replace(s, "24:00", "23:59", 1))
	return t.Hour()*60 + t.Minute(), err == nil
}
