package machine

import (
	"strings"
	"unicode/utf8"
)

// addressAt is an address found in running text: its place in bytes, and its words in lower case.
type addressAt struct {
	start, end int
	address    string
}

// findAddresses returns the addresses in a line of prose. Each byte is looked at a fixed number of times: the local
// part ends at the nearest byte that cannot be in one, and "@" is such a byte.
func findAddresses(line string) []addressAt {
	var found []addressAt
	for from := 0; from < len(line); {
		i := strings.IndexByte(line[from:], '@')
		if i < 0 {
			break
		}
		at := from + i
		start, end := localStart(line, at), domainEnd(line, at+1)
		from = max(end, at+1)
		if a, ok := addressIn(line, start, end); ok {
			found = append(found, a)
		}
	}
	return found
}

// localStart walks back over a dot-atom, or over a quoted local part (RFC 5321, section 4.1.2).
func localStart(line string, at int) int {
	if at > 1 && line[at-1] == '"' {
		if open := strings.LastIndexByte(line[max(0, at-70):at-1], '"'); open >= 0 {
			return max(0, at-70) + open
		}
	}
	i := at
	for i > 0 && localByte(line[i-1]) {
		i--
	}
	for i < at && (line[i] == '.' || line[i] == '\'' || line[i] == '*' || line[i] == '=' && i+1 < at && line[i+1] != '?') {
		i++
	}
	return i
}

func localByte(c byte) bool {
	return isAlnum(c) || c >= utf8.RuneSelf || strings.IndexByte("!#$%&'*+-/=?^_`{|}~.", c) >= 0
}

func domainEnd(line string, from int) int {
	if from < len(line) && line[from] == '[' {
		if end := strings.IndexByte(line[from:min(len(line), from+64)], ']'); end > 0 {
			return from + end + 1
		}
	}
	i := from
	for i < len(line) && (isAlnum(line[i]) || line[i] == '-' || line[i] == '.' || line[i] == '_' || line[i] >= utf8.RuneSelf) {
		i++
	}
	for i > from && (line[i-1] == '.' || line[i-1] == '-' || line[i-1] == '_') {
		i--
	}
	return i
}

func addressIn(line string, start, end int) (addressAt, bool) {
	words := line[start:end]
	at := strings.LastIndexByte(words, '@')
	if at < 1 || at == len(words)-1 || len(words) > 320 || strings.Contains(words, "://") || printable(words) != words {
		return addressAt{}, false
	}
	if domain := words[at+1:]; domain[0] != '[' && !strings.Contains(domain, ".") {
		return addressAt{}, false
	}
	return addressAt{start: start, end: end, address: strings.ToLower(words)}, true
}

// bareAddress is the address of a field such as Final-Recipient: without its type (RFC 3464, section 2.3.2), angle
// brackets, comment or display name. X.400 and Notes names, which are none, are returned as they stand.
func bareAddress(value string) string {
	if kind, rest, ok := strings.Cut(value, ";"); ok && len(kind) < 16 && !strings.Contains(kind, "@") {
		value = rest
	}
	value = strings.TrimSpace(value)
	if open := strings.LastIndexByte(value, '<'); open >= 0 {
		value = strings.TrimSuffix(strings.TrimSpace(value[open+1:]), ">")
	}
	if found := findAddresses(value); len(found) > 0 {
		return found[0].address
	}
	if len(value) > 320 {
		return ""
	}
	return strings.ToLower(printable(value))
}
