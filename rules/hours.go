package rules

import (
	"strings"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/se"
)

// HolidayCountries are whose public holidays a vendor can keep.
var HolidayCountries = []string{"se", "no"}

// countryCalendar knows the public holidays of a country.
func countryCalendar(country string) *cal.BusinessCalendar {
	c := cal.NewBusinessCalendar()
	switch country {
	case "se":
		c.AddHoliday(se.Holidays...)
	case "no":
		c.AddHoliday(no.Holidays...)
	}
	return c
}

// countryOf is the country whose zone the desk keeps, where it is one of them.
func countryOf(zone *time.Location) string {
	switch zone.String() {
	case "Europe/Stockholm":
		return "se"
	case "Europe/Oslo":
		return "no"
	}
	return ""
}

// days are the names in hours, from Sunday as in package time.
var days = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// within moves a time that falls outside hours such as "mon-fri 08:00-17:00", or on a public holiday, to their next
// beginning; "" is always, and holidays nil is none. Hours are checked when the configuration is read; what cannot be
// read here is taken as always.
func within(at time.Time, hours string, holidays *cal.BusinessCalendar, zone *time.Location) time.Time {
	if hours == "" && holidays != nil {
		hours = "sun-sat 00:00-24:00"
	}
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
	for range 31 { // within a week there is a day, and no month is all holidays
		minute := local.Hour()*60 + local.Minute()
		if onDay(local.Weekday(), dayPart) && !isHoliday(local, holidays) {
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

// isHoliday asks for the day alone: the calendar's own days begin at midnight in its own zone.
func isHoliday(local time.Time, holidays *cal.BusinessCalendar) bool {
	if holidays == nil {
		return false
	}
	is, observed, _ := holidays.IsHoliday(local)
	return is || observed
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
	if s == "24:00" { // the end of a day
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil
}
