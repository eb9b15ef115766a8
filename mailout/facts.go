package mailout

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"aboveline.example/rules"
)

// factRows is the facts block between the number, which the layout draws first, and the reference, which it draws
// last.
func (r *reader) factRows() []row {
	f := &r.facts
	var rows []row
	add := func(key, v string) {
		if v = oneLine(v, maxFact); v != "" {
			rows = append(rows, row{r.phrase("fact", key), v})
		}
	}
	if f.Number == "" {
		return nil
	}
	add("status", r.status())
	add("subject", f.Subject)
	if f.Requester.Address != "" {
		add("requester", inText(f.Requester))
	}
	add("organisation", f.Organisation)
	add("category", f.Category)
	add("service", f.Service)
	add("tags", strings.Join(f.Tags, ", "))
	if f.Priority > 0 {
		add("priority", r.say.or("priority."+strconv.Itoa(f.Priority), strconv.Itoa(f.Priority)))
	}
	add("assignee", f.Assignee)
	add("vendor-ref", f.VendorRef)
	if r.o.Role == rules.RoleVendor {
		add("created", r.exact(f.Created))
	} else {
		add("created", r.when(f.Created))
	}
	add("recipients", f.Recipients)
	return rows
}

// inText is a mailbox in running text: "Eva Lind (eva@kommun.example)".
func inText(m rules.Mailbox) string {
	if n := oneLine(m.Name, maxName); n != "" && n != string(m.Address) {
		return n + " (" + string(m.Address) + ")"
	}
	return string(m.Address)
}

// faultRows tells a fault: what, where, how many, since when; for staff the evidence, too.
func (r *reader) faultRows() []row {
	f := &r.fault
	var rows []row
	add := func(key, v string) {
		if v = oneLine(v, 500); v != "" {
			rows = append(rows, row{r.say.or("fault."+key, key), v})
		}
	}
	add("title", f.Title)
	add("outage", f.Outage)
	add("service", f.Service)
	add("tags", strings.Join(f.Tags, ", "))
	if f.People > 0 {
		add("people", r.people(f))
	}
	add("first", r.exact(f.First))
	add("last", r.exact(f.Last))
	add("words", strings.Join(f.Words, ", "))
	if f.Observed > 0 && f.Window > 0 {
		usual := "fault.usual"
		if f.Within {
			usual = "fault.usual-within"
		}
		add("unusual", r.say.with(usual, "first", strconv.Itoa(f.Observed), "n", r.decimal(f.Expected),
			"minutes", strconv.Itoa(int(math.Ceil(f.Window.Minutes())))))
	}
	if f.Apart != "" {
		add("apart", r.say.with("fault.before", "n", f.Apart))
	}
	add("tickets", strings.Join(f.Tickets, ", "))
	pictures := slices.Clone(f.Pictures)
	if f.Outage != "" && r.o.Role == rules.RoleStaff { // they are picked by number
		for i, p := range pictures {
			pictures[i] = strconv.Itoa(i+1) + ". " + p
		}
	}
	add("pictures", strings.Join(pictures, ", "))
	return rows
}

func (r *reader) people(f *rules.FaultReport) string {
	s := r.say.number("people", f.People)
	if f.Organisations > 1 {
		s += " " + r.say.number("organisations", f.Organisations)
	}
	return s
}

// decimal is a figure with one decimal, as the language writes it; one that would be nothing at all is said in words.
func (r *reader) decimal(x float64) string {
	if x < 0.05 {
		return r.say.or("fault.hardly", "0")
	}
	s := strconv.FormatFloat(x, 'f', 1, 64)
	if r.lang != rules.English {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// line words one thing that happened. A code without words of its own is shown as it is: a reader who sees
// "thread-by-token OMD-7" can still ask, one who sees nothing cannot.
func (r *reader) line(l rules.Line) string {
	code, subject := oneLine(l.Code, maxName), oneLine(l.Subject, maxFact)
	more := make([]string, 0, len(l.More))
	for _, m := range l.More {
		if m = r.term(code, oneLine(m, maxFact)); m != "" {
			more = append(more, m)
		}
	}
	if code == string(rules.ReasonStatus) {
		subject = r.say.or("status."+subject, subject)
	}
	all := strings.Join(more, ", ")
	first, last, rest := "", "", ""
	if len(more) > 0 {
		first, last, rest = more[0], more[len(more)-1], strings.Join(more[1:], ", ")
	}
	if code == rules.LineReason {
		all = r.reasons(l.More)
	}
	if code == rules.LineDone && strings.Contains(subject, all) {
		all = "" // "/tag Mina sidor" says it all
	}
	for _, key := range []string{"line." + code, "reason." + code} {
		if _, ok := r.say.m[key]; ok {
			return tidy(r.say.with(key, "subject", subject, "more", all, "first", first, "last", last, "rest", rest,
				"desk", oneLine(r.desk.Name, maxName)))
		}
	}
	s := strings.TrimSpace(r.say.or("status."+code, code) + " " + subject)
	if all != "" {
		s += ": " + all
	}
	return s
}

// reasons are an entry's reasons in words, where they have any that need no more than their subject, and then as they are
// kept: by these a reader finds them again in the history.
func (r *reader) reasons(list []string) string {
	var said []string
	for _, why := range list {
		code, subject, _ := strings.Cut(oneLine(why, maxFact), " ")
		words := r.say.m["reason."+code]
		answer := code == string(rules.ReasonCommand) && !strings.ContainsAny(subject[:min(1, len(subject))], "/#")
		if words == "" || strings.Contains(strings.ReplaceAll(words, "{subject}", ""), "{") || answer {
			continue
		}
		if code == string(rules.ReasonStatus) {
			subject = r.say.or("status."+subject, subject)
		}
		words = tidy(r.say.with("reason."+code, "subject", subject))
		if !strings.HasSuffix(words, ".") {
			words += "."
		}
		said = append(said, words)
	}
	kept := oneLine(strings.Join(list, ", "), maxFact)
	if said == nil {
		return kept
	}
	return strings.Join(said, " ") + " (" + kept + ")"
}

// term words what a line carries as a term of ours: a status, what a command takes.
func (r *reader) term(code, s string) string {
	if code == rules.LineTicket || code == rules.LineNotNow || code == rules.LineDone {
		if w, ok := r.say.m["status."+s]; ok {
			return w
		}
	}
	return r.say.or("term."+s, s)
}

// tidy removes what an absent subject leaves behind: empty quotes, a space before a full stop, a hanging colon.
func tidy(s string) string {
	s = strings.NewReplacer(" ””", "", " «»", "", " “”", "", " ()", "").Replace(s)
	s = strings.NewReplacer("  ", " ", " .", ".", ": .", ".", ":.", ".", " ,", ",").Replace(s)
	s = strings.TrimSpace(s)
	if t, ok := strings.CutSuffix(s, ":"); ok {
		s = t + "."
	}
	return s
}

// mailtoLine is the first line that a mailto: link writes into the new mail, "" where it writes none.
// RFC 6068, section 2.
func mailtoLine(s string) string {
	_, query, _ := strings.Cut(s, "?")
	for field := range strings.SplitSeq(query, "&") {
		k, v, _ := strings.Cut(field, "=")
		if !strings.EqualFold(k, "body") {
			continue
		}
		v, err := url.PathUnescape(v)
		if err != nil {
			return ""
		}
		v = strings.TrimLeft(v, "\r\n ")
		v, _, _ = strings.Cut(v, "\n")
		return oneLine(v, 100)
	}
	return ""
}
