package machine

import "strings"

// code is what a diagnostic says in numbers: the SMTP reply (RFC 5321, section 4.2) and the enhanced status
// (RFC 3463). Either may be missing.
type code struct {
	reply  string // "550"
	status string // "5.1.1"
}

// enhanced finds the enhanced status codes of a text, in order. A version or an address in the same form is told
// apart by its neighbours: a status stands alone.
func enhanced(text string) []string {
	var found []string
	for i := 0; i+4 < len(text); i++ {
		if text[i+1] != '.' || !isClass(text[i]) || !statusMayBegin(text, i) {
			continue
		}
		if n := statusLen(text[i:]); n > 0 {
			found = append(found, text[i:i+n])
			i += n
			if len(found) == 64 {
				break
			}
		}
	}
	return found
}

func isClass(c byte) bool { return c == '2' || c == '4' || c == '5' }

func statusMayBegin(text string, i int) bool {
	if i == 0 {
		return true
	}
	c := text[i-1]
	return !isAlnum(c) && c != '.' && c != '/' && c != '_' && !(c == '-' && i > 1 && !isDigit(text[i-2]))
}

// statusLen is the length of the status that text begins with, 0 where it is none.
func statusLen(text string) int {
	i := 1
	for range 2 {
		if i >= len(text) || text[i] != '.' {
			return 0
		}
		n := 0
		for i++; i < len(text) && isDigit(text[i]); i++ {
			n++
		}
		if n == 0 || n > 3 {
			return 0
		}
	}
	switch {
	case i == len(text):
		return i
	case isAlnum(text[i]), text[i] == '/', text[i] == '_':
		return 0
	case (text[i] == '.' || text[i] == '-') && i+1 < len(text) && isDigit(text[i+1]):
		return 0
	}
	return i
}

// replies finds the SMTP reply codes that refuse something: 4xx and 5xx at the start of a line, or after a word that
// announces one.
func replies(text string) []string {
	var found []string
	for i := 0; i+2 < len(text); i++ {
		if !isReply(text[i:]) || i > 0 && (isAlnum(text[i-1]) || strings.IndexByte(".-_/@$%", text[i-1]) >= 0) {
			continue
		}
		if announced(text, i) || i+3 < len(text) && strings.IndexByte(" -", text[i+3]) >= 0 && startsWithStatus(text[i+4:]) {
			if found = append(found, text[i:i+3]); len(found) == 64 {
				break
			}
		}
		i += 2
	}
	return found
}

// isReply holds the second digit to those SMTP has (RFC 5321, section 4.2.1), so that few other numbers pass.
func isReply(s string) bool {
	return (s[0] == '4' || s[0] == '5') && (s[1] == '2' || s[1] == '5' || s[1] == '3' && s[0] == '5' || s[1] == '0' && s[0] == '5' || s[1] == '7' && s[2] == '1') &&
		isDigit(s[2]) && (len(s) == 3 || !isAlnum(s[3]) && s[3] != '%' && (s[3] != '.' || len(s) == 4 || !isDigit(s[4])))
}

func startsWithStatus(s string) bool {
	return len(s) > 4 && isClass(s[0]) && statusLen(s[:min(len(s), 10)]) > 0
}

// announced says whether what stands before the number makes it a reply: a line's start, a colon, a quote, or one of
// the words MTAs use.
func announced(text string, i int) bool {
	before := strings.TrimRight(text[max(0, i-24):i], " \t\r(<[\"'#=>-")
	if before == "" || strings.HasSuffix(before, "\n") {
		return true
	}
	if strings.IndexByte(":;", before[len(before)-1]) >= 0 {
		return true
	}
	before = strings.ToLower(before)
	for _, word := range announcers {
		if strings.HasSuffix(before, word) {
			return true
		}
	}
	return false
}

var announcers = []string{"said", "error", "smtp", "code", "reply", "response", "returned", "status", "fehler", "erreur", "fel", "feil",
	"was", "reason", "with", "dsn", "kod", "kode"}

// readCode is the code of a diagnostic. Of several statuses the one that stands with a refusing reply and names a cause
// wins, then the first.
func readCode(text string) code {
	c := code{reply: firstOf(replies(text))}
	best := 0
	for _, s := range enhanced(text) {
		if w := weight(s, c.reply, text); w > best {
			best, c.status = w, s
		}
	}
	return c
}

// weight orders the statuses of one text.
func weight(status, reply, text string) int {
	if status[0] == '2' {
		return 0
	}
	w := 1
	if reply != "" && reply[0] == status[0] {
		w += 4
	}
	if !vague(status) {
		w += 4
	}
	if expired(status) {
		w--
	}
	if i := strings.Index(text, status); i > 3 && standsWithReply(text[:i]) {
		w += 2
	}
	return w
}

// standsWithReply says whether what comes before a status ends in a reply code: "550 ", "550-", "550-'", "550 #".
func standsWithReply(before string) bool {
	before = strings.TrimRight(before[max(0, len(before)-8):], " -'#(")
	return len(before) >= 3 && isReply(before[len(before)-3:])
}

// expired says that a status tells only that time ran out: X.4.7 (RFC 3463, section 3.5). What made it run out says
// more, where it is told.
func expired(status string) bool { return strings.HasSuffix(status, ".4.7") }

// vague says whether a status names no cause: X.0.0 (RFC 3463, section 3.1).
func vague(status string) bool { return len(status) < 5 || strings.HasSuffix(status, ".0.0") }

// permanent says whether a status is final for this address: class 5 (RFC 3463, section 3). Nil where there is none.
func permanent(status string) *bool {
	if status == "" || status[0] != '4' && status[0] != '5' {
		return nil
	}
	p := status[0] == '5'
	return &p
}

// prefer chooses between the Status field of a report and its diagnostic. The field is the reporting MTA's own word,
// the diagnostic what the refusing one said: of the same class, the latter is nearer to the cause. They differ in
// class where a queue gave up on a temporary refusal, and then the field holds; unless the last word was a permanent
// refusal in both its numbers.
func prefer(field string, diagnostic code) string {
	switch said := diagnostic.status; {
	case field == "" || said == "":
		return firstOf([]string{field, said})
	case field[0] == said[0] && !vague(said) && !expired(said):
		return said
	case field[0] == '4' && said[0] == '5' && diagnostic.reply != "" && diagnostic.reply[0] == '5':
		return said
	}
	return field
}
