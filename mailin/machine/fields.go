package machine

import (
	"strings"

	"aboveline.example/rules"
)

// field is one "Name: value" line, unfolded.
type field struct {
	name  string // in lower case
	value string
}

// readFields reads "Name: value" lines with their continuations up to the first line that is neither, or up to an
// empty line, and returns the rest. It is what delivery reports, feedback reports and returned headers are made of.
func readFields(text string) (fields []field, rest string) {
	for text != "" {
		line, after := cutLine(text)
		if strings.TrimSpace(line) == "" {
			return fields, after
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(fields) == 0 {
				return fields, text
			}
			fields[len(fields)-1].add(line)
			text = after
			continue
		}
		name, value, ok := fieldOf(line)
		if !ok {
			return fields, text
		}
		fields = append(fields, field{name: name, value: value})
		text = after
	}
	return fields, ""
}

// maxField is how much of one field is kept: diagnostics are cut at a tenth of it, addresses and identifiers are far
// shorter, and unfolding stays linear.
const maxField = 16 << 10

func (f *field) add(line string) {
	if len(f.value)+len(line) < maxField {
		f.value += " " + strings.TrimSpace(line)
	}
}

// fieldOf splits a header line (RFC 5322, section 2.2). Names are held to letters, digits, hyphens and underscores:
// the standard allows more, but nobody uses it and prose does.
func fieldOf(line string) (name, value string, ok bool) {
	colon := strings.IndexByte(line, ':')
	if colon < 2 || colon > 76 {
		return "", "", false
	}
	name = strings.TrimRight(line[:colon], " \t")
	for i := range len(name) {
		c := name[i]
		if !isAlnum(c) && c != '-' && c != '_' {
			return "", "", false
		}
	}
	return strings.ToLower(name), strings.TrimSpace(line[colon+1:]), name != ""
}

// value is the first field of that name, "" where there is none.
func valueOf(fields []field, name string) string {
	for _, f := range fields {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// cutLine returns the first line without its end, and what follows it.
func cutLine(text string) (line, rest string) {
	i := strings.IndexByte(text, '\n')
	if i < 0 {
		return strings.TrimSuffix(text, "\r"), ""
	}
	return strings.TrimSuffix(text[:i], "\r"), text[i+1:]
}

// messageIDs returns the identifiers in angle brackets (RFC 5322, section 3.6.4), or the bare word where a writer
// left the brackets out.
func messageIDs(value string) []rules.MessageID {
	var ids []rules.MessageID
	for rest := value; len(ids) < maxOf; {
		open := strings.IndexByte(rest, '<')
		if open < 0 {
			break
		}
		end := strings.IndexByte(rest[open:], '>')
		if end < 0 {
			break
		}
		if id := identifier(rest[open+1 : open+end]); id != "" {
			ids = append(ids, id)
		}
		rest = rest[open+end+1:]
	}
	if word := strings.TrimSpace(value); len(ids) == 0 && strings.Contains(word, "@") && !strings.ContainsAny(word, " <>\t") {
		if id := identifier(word); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// identifier is a Message-ID without brackets: white space, which folding leaves in long ones, is taken out; what holds
// controls or is longer than a line is none.
func identifier(s string) rules.MessageID {
	s = strings.Join(strings.Fields(s), "")
	if len(s) > 998 || printable(s) != s {
		return ""
	}
	return rules.MessageID(s)
}

// maxOf is how many mails a report is read to be about: the References of one are at most 21 (DESIGN, section 9).
const maxOf = 21

func isAlnum(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
