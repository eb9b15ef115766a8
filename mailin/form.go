package mailin

import "strings"

// A form's mail is "Name: value" lines and little else. These bounds tell it from a letter in which somebody wrote
// a colon: fewer lines are a letter, longer names are prose.
const (
	minFields = 3
	maxFields = 60
	maxLabel  = 40   // bytes of a name
	maxValue  = 4000 // bytes of a value, the lines that follow it included
)

// fields reads the reply of a mail that is clearly a web form's: nearly every line names a field, no name comes
// twice, and the names are not those of a quoted header. The last field may go on for many lines, since the last
// thing a form asks for is what happened. It is nil for all other mail.
func fields(text string) map[string]string {
	var names, values []string
	seen := map[string]bool{}
	loose := 0 // lines before the last field that name none
	pending := 0
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		line = strings.TrimSpace(line)
		name, value, ok := label(line)
		switch {
		case ok && headerWord(name):
			return nil
		case ok && seen[strings.ToLower(name)]:
			return nil
		case ok:
			if len(names) == maxFields {
				return nil
			}
			loose += pending
			pending = 0
			seen[strings.ToLower(name)] = true
			names, values = append(names, name), append(values, value)
		case line == "" || len(names) == 0 && pending == 0:
			if line != "" {
				loose++
			}
		default:
			pending++
			if n := len(values); n > 0 && len(values[n-1])+len(line) < maxValue {
				values[n-1] = strings.TrimSpace(values[n-1] + "\n" + line)
			}
		}
	}
	if len(names) < minFields || loose*3 > len(names) {
		return nil
	}
	form := make(map[string]string, len(names))
	for i, name := range names {
		form[name] = values[i]
	}
	return form
}

// label reads "Name: value". A name is a few words that begin with a letter and end no sentence.
func label(line string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(line, ":")
	name = strings.Trim(name, " \t*")
	value = strings.Trim(value, " \t*")
	if !ok || name == "" || len(name) > maxLabel || strings.HasPrefix(value, "//") || len(strings.Fields(name)) > 5 {
		return "", "", false
	}
	if strings.ContainsAny(name, ".,;!?<>\"@()[]{}0123456789") || strings.HasPrefix(name, "-") || strings.HasPrefix(name, ">") {
		return "", "", false
	}
	return name, value, true
}

// headerWord says whether a name is a header's, as mail clients write it above what they quote.
func headerWord(name string) bool {
	switch strings.ToLower(name) {
	case "from", "from name", "to", "sent", "subject", "cc", "från", "till", "skickat", "skickad", "ämne", "kopia",
		"fra", "til", "sendt", "emne", "kopi", "reply-to", "von", "an", "gesendet", "betreff":
		return true
	}
	return false
}
