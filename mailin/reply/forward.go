package reply

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"aboveline.example/rules"
)

// forwardPrefixes begin the subject of a mail that is passed on, in the languages of our readers. "VS" is no proof: see
// eitherSubject.
var forwardPrefixes = []string{"fw:", "fwd:", "vb:", "wg:", "vl:", "tr:", "rv:", "enc:", "i:", "doorst:", "pd:", "videresendt:", "vidarebefordrat:", "vidaresendt:"}

func forwardSubject(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	for _, p := range forwardPrefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// eitherSubject says whether a subject begins with "VS", which is a forward in Norwegian and Danish and an answer in
// Finnish: the labels of the header block tell which.
func eitherSubject(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) > 2 && strings.EqualFold(s[:3], "vs:")
}

// fra says whether what follows own words begins with a header block in Norwegian or Danish.
func (s *scan) fra() bool {
	if s.cut.at < 0 {
		return false
	}
	for i := s.cut.at; i < min(len(s.ls), s.cut.at+8); i++ {
		label, _, ok := strings.Cut(strings.ToLower(strings.TrimLeft(s.ls[i].look(), "*_> ")), ":")
		if label = strings.TrimRight(label, "* "); ok && (label == "fra" || label == "frå") {
			return true
		}
	}
	return false
}

// prefixed is a subject that begins, after lists' and tickets' tags, with a word and a colon, as those of answers and
// forwards do in every language; or has a ticket's tag or "(was: …)" in it.
var prefixed = regexp.MustCompile(`(?i)^\s*(?:\[[^\]]*\]\s*)*[\pL*^]{1,12}\s?(?:\[\d+\]|\(\d+\))?\s?[:：]|\[[A-Z][A-Z0-9]{0,9}-\d+\]|\(was|\(oli|\(var`)

// answerSubject says whether a subject may be that of an answer or a forward. A mail with a subject of its own has no
// header block of a client's in it; what looks like one, its writer pasted there.
func answerSubject(s string) bool {
	return strings.TrimSpace(s) == "" || prefixed.MatchString(s)
}

// forward reads the mail that is passed on: its header block, as far as it has one, and its text without one level
// of quotation.
func (s *scan) forward() *rules.Forwarded {
	f := &rules.Forwarded{}
	from := s.cut.body
	b := s.cut.head
	if b == nil {
		if n := next(s.ls, s.cut.at, 6); n >= 0 {
			if separationAt(s.ls[n].look()) != noSeparation {
				n = max(next(s.ls, n+1, 4), n)
			}
			if found, ok := headerAt(s.ls, n); ok {
				b, from = &found, found.to
			}
		}
	}
	level := 0
	if b != nil {
		f.From = lenientMailbox(b.sender)
		f.Subject = b.topic
		f.Date, f.Floating = lenientDate(b.sent)
		level = s.ls[b.from].depth
	}
	var out strings.Builder
	for i := from; i < len(s.ls); i++ {
		out.WriteString(unquote(s.ls[i].raw, level))
		out.WriteByte('\n')
	}
	out.WriteString(s.rest)
	f.Text = strings.TrimSpace(out.String())
	return f
}

// unquote takes levels of quotation off a line.
func unquote(raw string, levels int) string {
	for range levels {
		t := strings.TrimLeft(raw, " ")
		if !strings.HasPrefix(t, ">") {
			break
		}
		raw = strings.TrimPrefix(t[1:], " ")
	}
	return raw
}

// lenientMailbox reads the sender of a header block as clients write it: "Anna Ek <a@x>", "Anna Ek [mailto:a@x]",
// "a@x", "Anna Ek". It is for display and to open a ticket by; it proves nothing.
func lenientMailbox(s string) rules.Mailbox {
	m := rules.Mailbox{}
	at := strings.IndexByte(s, '@')
	if at < 0 {
		m.Name = cleanName(s)
		return m
	}
	from := strings.LastIndexAny(s[:at], " <[(:\"'\t,;") + 1
	to := at + 1 + len(s[at+1:])
	if i := strings.IndexAny(s[at+1:], " >])<\"'\t,;"); i >= 0 {
		to = at + 1 + i
	}
	if a, ok := rules.ParseAddress(s[from:to]); ok {
		m.Address = a
	}
	name := s[:from]
	if i := strings.LastIndexAny(name, "<[("); i >= 0 {
		name = name[:i]
	}
	m.Name = cleanName(name)
	return m
}

func cleanName(s string) string {
	return strings.Trim(strings.TrimFunc(s, isSpace), "\"'*_ <>[]()")
}

// monthStems are months by how their names begin, in the languages of the desk and its neighbours. Longer stems win.
var monthStems = []struct {
	stem string
	m    time.Month
}{
	{"jan", 1}, {"tammi", 1}, {"jän", 1}, {"feb", 2}, {"helmi", 2}, {"fév", 2}, {"mars", 3}, {"marts", 3}, {"march", 3}, {"mar", 3}, {"mär", 3}, {"mrt", 3}, {"maalis", 3},
	{"apr", 4}, {"avr", 4}, {"huhti", 4}, {"may", 5}, {"maj", 5}, {"mai", 5}, {"mei", 5}, {"touko", 5}, {"jun", 6}, {"juin", 6}, {"kesä", 6}, {"jul", 7}, {"juil", 7}, {"heinä", 7},
	{"aug", 8}, {"aoû", 8}, {"elo", 8}, {"sep", 9}, {"syys", 9}, {"okt", 10}, {"oct", 10}, {"loka", 10}, {"nov", 11}, {"marras", 11}, {"dec", 12}, {"des", 12}, {"dez", 12}, {"déc", 12}, {"joulu", 12},
}

func monthOf(w string) time.Month {
	w = strings.ToLower(w)
	best, length := time.Month(0), 0
	for _, s := range monthStems {
		if len(s.stem) > length && strings.HasPrefix(w, s.stem) {
			best, length = s.m, len(s.stem)
		}
	}
	return best
}

// lenientDate reads a date as header blocks write it. Zero where it cannot; written as UTC where the block names no
// offset, as most do not: then it floats. It is for people to recognise the mail by, and no decision rests on its hour.
func lenientDate(s string) (at time.Time, floating bool) {
	s = s[:min(len(s), 120)]
	var d dateParts
	for f := range strings.FieldsFuncSeq(s, func(r rune) bool { return isSpace(r) || r == ',' || r == '(' || r == ')' }) {
		d.take(f)
	}
	at = d.time()
	return at, !at.IsZero() && !d.zoned
}

// zoneNames are the zones that clients name in our parts of the world, with their hours east of UTC.
var zoneNames = map[string]string{"utc": "0", "gmt": "0", "z": "0", "wet": "0", "west": "1", "bst": "1", "cet": "1", "met": "1",
	"cest": "2", "eet": "2", "eest": "3"}

type dateParts struct {
	year, day, hour, minute, second int
	month                           time.Month
	clock, pm, am                   bool
	zoned                           bool
	offset                          int // seconds east of UTC, where zoned
}

func (d *dateParts) take(f string) {
	low := strings.ToLower(strings.TrimRight(f, "."))
	switch {
	case low == "pm" || low == "em" || low == "p.m":
		d.pm = true
	case low == "am" || low == "fm" || low == "a.m":
		d.am = true
	case len(low) == 5 && (low[0] == '+' || low[0] == '-'):
		if n, err := strconv.Atoi(low[1:]); err == nil {
			d.zoned, d.offset = true, (n/100*60+n%100)*60
			if low[0] == '-' {
				d.offset = -d.offset
			}
		}
	case zoneNames[low] != "":
		if h, err := strconv.Atoi(zoneNames[low]); err == nil {
			d.zoned, d.offset = true, h*3600
		}
	case strings.HasPrefix(low, "utc") || strings.HasPrefix(low, "gmt"):
		if h, err := strconv.Atoi(strings.ReplaceAll(low[3:], "−", "-")); err == nil && h >= -12 && h <= 14 { // "GMT+1"
			d.zoned, d.offset = true, h*3600
		}
	case low != "" && low[0] >= '0' && low[0] <= '9':
		d.number(low)
	default:
		if m := monthOf(low); m != 0 && d.month == 0 {
			d.month = m
		}
	}
}

// number reads "2026-03-01", "1.3.2026", "12:30:05", "12.30", "3" or "2026".
func (d *dateParts) number(s string) {
	sep := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if sep < 0 {
		n, err := strconv.Atoi(s)
		switch {
		case err != nil:
		case n >= 1970 && n < 2100:
			d.year = n
		case n >= 1 && n <= 31 && d.day == 0:
			d.day = n
		}
		return
	}
	var ns []int
	for p := range strings.SplitSeq(s, s[sep:sep+1]) {
		n, err := strconv.Atoi(strings.TrimRight(p, "apm"))
		if err != nil {
			break
		}
		ns = append(ns, n)
	}
	switch {
	case len(ns) == 3 && s[sep] != ':' && d.year == 0:
		d.numeric(ns, s[sep])
	case len(ns) >= 2 && (s[sep] == ':' || s[sep] == '.') && !d.clock:
		d.hour, d.minute, d.clock = ns[0], ns[1], true
		if len(ns) > 2 {
			d.second = ns[2]
		}
		d.pm = d.pm || strings.HasSuffix(s, "pm")
	case len(ns) == 1 && d.day == 0 && ns[0] >= 1 && ns[0] <= 31:
		d.day = ns[0]
	}
}

func (d *dateParts) numeric(ns []int, sep byte) {
	switch {
	case ns[0] > 31:
		d.year, d.month, d.day = ns[0], time.Month(ns[1]), ns[2]
	case sep == '/' && ns[1] > 12:
		d.month, d.day, d.year = time.Month(ns[0]), ns[1], ns[2]
	default:
		d.day, d.month, d.year = ns[0], time.Month(ns[1]), ns[2]
	}
	if d.year < 100 {
		d.year += 2000
	}
}

func (d *dateParts) time() time.Time {
	if d.year < 1970 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31 {
		return time.Time{}
	}
	if d.pm && d.hour < 12 {
		d.hour += 12
	} else if d.am && d.hour == 12 {
		d.hour = 0
	}
	zone := time.UTC
	if d.offset != 0 {
		zone = time.FixedZone("", d.offset)
	}
	return time.Date(d.year, d.month, d.day, d.hour, d.minute, d.second, 0, zone)
}
