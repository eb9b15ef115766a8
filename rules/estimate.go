package rules

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxEstimateText bounds how much of a vendor's mail is read for an estimate, in bytes, and longest is how far ahead
// one may lie.
const (
	maxEstimateText = 4000
	longest         = 14 * day
)

var (
	// sentences end at a line, a mark, or a full stop that is not inside a clock.
	sentences = regexp.MustCompile(`[\n!?]+|\.(?:\s|$)`)
	// endings are how people say that something will be over, in the desk's languages.
	endings = regexp.MustCompile(`(?:^|[^\pL])(?:klara?|klart|färdig\pL*|lös(?:t|ning|as)|åtgärda\pL*|rätta\pL*|avhjälp\pL*|igång|fungera\pL*|uppe|ferdig\pL*|løs(?:t|es|ning)|` +
		`rett(?:et|es|e)|utbedr\pL*|oppe|i drift|fungere\pL*|virke\pL*|done|fix\pL*|solv\pL*|resol\pL*|restor\pL*|ready|back|up and running|eta|estimat\pL*|` +
		`beräkna\pL*|räkna\pL*|uppskatta\pL*|prognos\pL*|forvent\pL*|regne\pL*|anslå\pL*|expect\pL*|complete\pL*|senast|innen|inom|within|besked|återkomme\pL*|tilbake|update)`)
	clocks = regexp.MustCompile(`\b(?:(kl|klokka|klockan|at|by|around|before)\s*)?([01]?[0-9]|2[0-4])(?:[:.]([0-5][0-9]))?(?:\s?(am|pm))?(?:[^0-9:.]|$|[.:](?:\D|$))`)
	spans  = regexp.MustCompile(`\b(?:om|inom|innan|innen|i løpet av|under|within|in|about|ca|cirka|circa|next|the next)\s+(?:ca\.?\s+|cirka\s+|about\s+|around\s+|omkring\s+|ytterligare\s+|another\s+)?` +
		`(\pL+|[0-9]{1,3}(?:[.,][0-9])?)(?:\s+(och en halv|og en halv|and a half|par|couple of|couple|halv|half|few))?\s?-?(minut\pL*|min|timm\pL*|tim|timer?|t|h|hours?|hour|dag\pL*|dygn|døgn|days?|halvtimme|halvtime)\b`)
	halfHour = regexp.MustCompile(`\b(?:om|inom|innen|i løpet av|within|in)\s+(?:ca\.?\s+|cirka\s+|about\s+)?(?:en |ett |a )?(?:halv\s?timme|halv\s?time|half an hour|half hour)\b`)
	isoDate  = regexp.MustCompile(`\b(20[0-9]{2}-[01][0-9]-[0-3][0-9])\b`)
)

// shortWords are those whose full stop ends no sentence.
var shortWords = strings.NewReplacer("kl.", "kl", "p.m.", "pm", "a.m.", "am", "ca.", "ca", "min.", "min", "tim.", "tim")

// estimate is what a vendor names as the end: "klart 14:00", "innen kl. 15", "by 3 pm", "i morgon", "om två timmar".
// Zero where it names none. It is offered to staff, never acted on: words are not parsed well enough for that.
func (d *Desk) estimate(text string, now time.Time) time.Time {
	if len(text) > maxEstimateText {
		text = text[:maxEstimateText]
	}
	for _, s := range sentences.Split(shortWords.Replace(strings.ToLower(text)), -1) {
		if !endings.MatchString(s) {
			continue
		}
		if at, ok := endIn(s, now.In(d.Zone)); ok && at.After(now) && at.Before(now.Add(longest)) {
			return at.UTC()
		}
	}
	return time.Time{}
}

// endIn reads the time that a sentence names.
func endIn(s string, now time.Time) (time.Time, bool) {
	if span, ok := spanIn(s); ok {
		return now.Add(span).Truncate(time.Minute), true
	}
	date, part, named := dayIn(s, now)
	if h, m, ok := clockIn(s); ok {
		at := time.Date(date.Year(), date.Month(), date.Day(), h, m, 0, 0, now.Location())
		if !named && now.Hour() >= evening && h < morning {
			return at.AddDate(0, 0, 1), true // said in the evening of the small hours
		}
		return at, true
	}
	if !named {
		return time.Time{}, false
	}
	return time.Date(date.Year(), date.Month(), date.Day(), part, 0, 0, 0, now.Location()), true
}

// spanIn reads "om två timmar", "i løpet av en halv time", "within 30 minutes".
func spanIn(s string) (time.Duration, bool) {
	if halfHour.MatchString(s) {
		return 30 * time.Minute, true
	}
	m := spans.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	n, ok := count(m[1])
	switch {
	case strings.HasSuffix(m[2], "half") && strings.Contains(m[2], "and"), strings.HasSuffix(m[2], "halv") && strings.Contains(m[2], " "):
		n += 0.5
	case m[2] == "par" || strings.HasPrefix(m[2], "couple"):
		n, ok = 2, true
	case m[2] == "halv" || m[2] == "half":
		n, ok = 0.5, true
	case m[2] == "few":
		n, ok = 3, true
	}
	if !ok {
		return 0, false
	}
	unit := time.Hour
	switch {
	case strings.HasPrefix(m[3], "min"):
		unit = time.Minute
	case strings.HasPrefix(m[3], "d"):
		unit = day
	case strings.HasPrefix(m[3], "halv"):
		unit = 30 * time.Minute
	}
	return time.Duration(n * float64(unit)), n > 0
}

var counts = map[string]float64{"en": 1, "ett": 1, "ei": 1, "én": 1, "et": 1, "a": 1, "an": 1, "one": 1, "två": 2, "to": 2, "two": 2, "tre": 3,
	"three": 3, "fyra": 4, "fire": 4, "four": 4, "fem": 5, "five": 5, "sex": 6, "seks": 6, "six": 6, "sju": 7, "syv": 7, "seven": 7,
	"åtta": 8, "åtte": 8, "eight": 8, "tio": 10, "ti": 10, "ten": 10, "halvannan": 1.5, "halvannen": 1.5, "några": 3, "noen": 3, "some": 3,
	"femton": 15, "femten": 15, "fifteen": 15, "tjugo": 20, "tjue": 20, "twenty": 20, "trettio": 30, "tretti": 30, "thirty": 30}

func count(word string) (float64, bool) {
	if n, ok := counts[word]; ok {
		return n, true
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(word, ",", "."), 64)
	return n, err == nil
}

// clockIn reads "14:00", "kl. 15", "3 pm". A bare number is no clock.
func clockIn(s string) (h, m int, ok bool) {
	for _, c := range clocks.FindAllStringSubmatch(isoDate.ReplaceAllString(s, ""), -1) {
		if c[3] == "" && c[4] == "" && !strings.HasPrefix(c[1], "kl") {
			continue
		}
		h, _ = strconv.Atoi(c[2])
		m, _ = strconv.Atoi(c[3])
		switch {
		case strings.HasPrefix(c[4], "p") && h < 12:
			h += 12
		case strings.HasPrefix(c[4], "a") && h == 12:
			h = 0
		}
		return h, m, true
	}
	return 0, 0, false
}

// From evening on, a clock before morning is of the coming night; said earlier, it is of the night that was.
const (
	evening = 18
	morning = 7
)

// Hours of the day's parts by which something promised for them is over.
const (
	endOfMorning   = 12
	endOfAfternoon = 17
	endOfEvening   = 21
)

var dayParts = []struct {
	words *regexp.Regexp
	hour  int
	today bool // it names today where no other day is named
}{
	{regexp.MustCompile(`förmiddag|formiddag|bitti|morning|\blunch`), endOfMorning, true},
	{regexp.MustCompile(`eftermiddag|ettermiddag|afternoon|\bdagen\b|end of (?:the )?(?:business )?day|end of business|close of business|\b(?:eod|eob|cob)\b|arbetsdagens slut|arbeidsdagens slutt`), endOfAfternoon, true},
	{regexp.MustCompile(`kväll|kveld|evening|tonight`), endOfEvening, true},
	{regexp.MustCompile(`\bi ?dag\b|\btoday\b`), endOfAfternoon, true},
}

var (
	tomorrow    = regexp.MustCompile(`\bi ?morgon\b|\bi ?morgen\b|\btomorrow\b`)
	dayAfter    = regexp.MustCompile(`i ?övermorgon|i ?overmorgen|day after tomorrow`)
	weekdayName = regexp.MustCompile(`\b(sön|mån|tis|ons|tors|fre|lör|søn|man|tir|ons|tor|fre|lør|sun|mon|tues|wednes|thurs|fri|satur)(?:dag|day)\b`)
	weekdays    = map[string]time.Weekday{"sön": 0, "søn": 0, "sun": 0, "mån": 1, "man": 1, "mon": 1, "tis": 2, "tir": 2, "tues": 2, "ons": 3, "wednes": 3,
		"tors": 4, "tor": 4, "thurs": 4, "fre": 5, "fri": 5, "lör": 6, "lør": 6, "satur": 6}
)

// dayIn reads which day a sentence names, and the hour by which its part is over.
func dayIn(s string, now time.Time) (date time.Time, hour int, named bool) {
	date, hour = now, endOfAfternoon
	for _, p := range dayParts {
		if p.words.MatchString(s) {
			hour, named = p.hour, true
			break
		}
	}
	switch m := weekdayName.FindStringSubmatch(s); {
	case isoDate.MatchString(s):
		if d, err := time.ParseInLocation(time.DateOnly, isoDate.FindString(s), now.Location()); err == nil {
			return d, hour, true
		}
	case dayAfter.MatchString(s):
		return now.AddDate(0, 0, 2), hour, true
	case tomorrow.MatchString(s):
		return now.AddDate(0, 0, 1), hour, true
	case m != nil:
		ahead := (int(weekdays[m[1]]) - int(now.Weekday()) + 7) % 7
		if ahead == 0 {
			ahead = 7
		}
		return now.AddDate(0, 0, ahead), hour, true
	}
	return date, hour, named
}
