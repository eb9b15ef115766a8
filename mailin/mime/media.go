package mime

import (
	"bytes"
	"sort"
	"strconv"
	"strings"
)

// media is a Content-Type or Content-Disposition, read leniently.
type media struct {
	value  string            // "text/plain", "attachment"; lower case
	params map[string]string // lower-case names, decoded values
	count  int               // parameters as written
}

// parseMedia reads a value and its parameters (RFC 2045, section 5.1; RFC 2231). It takes what is written wrong as
// it was meant: doubled semicolons, values with spaces that nobody quoted, the first of two equal names.
func parseMedia(s string) media {
	m := media{params: map[string]string{}}
	head, rest := cutParam(s)
	m.value = strings.ToLower(strings.Trim(stripComment(head), " \t\"'"))
	pieces := map[string]map[int]piece{}
	for rest != "" {
		var p string
		p, rest = cutParam(rest)
		name, value, ok := strings.Cut(p, "=")
		name = strings.ToLower(strings.Trim(name, " \t\""))
		if !ok || name == "" {
			continue
		}
		if m.count++; m.count > MaxParams {
			continue
		}
		m.param(name, unquote(value), pieces)
	}
	for name, ps := range pieces {
		if v := joinPieces(ps); v != "" {
			m.params[name] = v
		}
	}
	return m
}

// param keeps one parameter, or one piece of one.
func (m *media) param(name, value string, pieces map[string]map[int]piece) {
	base, ext, split := strings.Cut(name, "*")
	if !split {
		if _, twice := m.params[name]; !twice {
			m.params[name] = value
		}
		return
	}
	p := piece{text: value, encoded: ext == "" || strings.HasSuffix(ext, "*")}
	n := 0
	if num := strings.TrimSuffix(ext, "*"); num != "" {
		var err error
		if n, err = strconv.Atoi(num); err != nil || n < 0 || n > MaxParams {
			return
		}
	}
	if pieces[base] == nil {
		pieces[base] = map[int]piece{}
	}
	if _, twice := pieces[base][n]; !twice {
		pieces[base][n] = p
	}
}

// piece is one part of a parameter that was cut up (RFC 2231, section 3).
type piece struct {
	text    string
	encoded bool // percent-encoded; the first such one begins with charset'language'
}

func joinPieces(ps map[int]piece) string {
	order := make([]int, 0, len(ps))
	for n := range ps {
		order = append(order, n)
	}
	sort.Ints(order)
	var charset string
	var out []byte
	for i, n := range order {
		p := ps[n]
		if !p.encoded {
			out = append(out, p.text...)
			continue
		}
		if i == 0 {
			if cs, rest, ok := strings.Cut(p.text, "'"); ok {
				if _, text, ok := strings.Cut(rest, "'"); ok {
					charset, p.text = cs, text
				}
			}
		}
		out = append(out, unpercent(p.text)...)
	}
	return decodeText(out, charset).text
}

// unpercent undoes %XX; a percent sign that is none stays.
func unpercent(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				out = append(out, byte(n))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return out
}

// cutParam cuts s at its first semicolon that is not in a quoted string.
func cutParam(s string) (first, rest string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			// A quotation mark that never closes is a character.
			if !quoted && strings.IndexByte(s[i+1:], '"') < 0 {
				continue
			}
			quoted = !quoted
		case c == ';' && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// unquote takes a parameter's value out of its quotation marks.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) == 0 || s[0] != '"' {
		return strings.TrimSpace(stripComment(s))
	}
	s = s[1:]
	if !strings.ContainsAny(s, `\"`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String()
		// Windows paths in file names are not escapes: only the two characters that need it are unescaped.
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			fallthrough
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// stripComment takes a trailing (comment) off a value that is a token.
func stripComment(s string) string {
	if i := strings.Index(s, " ("); i > 0 && strings.HasSuffix(strings.TrimSpace(s), ")") {
		return s[:i]
	}
	return s
}

// countParams counts the semicolons of a field's body: an upper bound of its parameters, without reading them.
func countParams(body []byte) int { return bytes.Count(body, []byte{';'}) }
