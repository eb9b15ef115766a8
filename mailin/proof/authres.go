package proof

import (
	"errors"
	"strings"
)

// results is one Authentication-Results field (RFC 8601, section 2.2).
type results struct {
	authservID string
	methods    []method
}

// method is one resinfo: what was checked, how it ended, and what it was about.
type method struct {
	name, result string
	props        map[string]string // "header.from" and the like, in lower case
}

// errDoubt means that a field can be read in more ways than one, or in none.
var errDoubt = errors.New("authentication-results cannot be read in exactly one way")

// Limits of one field: a real one is below 2 KB and has some ten results.
const (
	maxField   = 16 << 10
	maxMethods = 64
	maxNesting = 8 // of comments
)

// lexeme is a token of the grammar. Comments and white space are not kept, but whether they stood before is: an
// address in a value is written without any inside.
type lexeme struct {
	kind   byte // 'w' word, 'q' quoted string, otherwise the character itself
	text   string
	spaced bool
}

// parseResults reads the body of a field. Any oddity is errDoubt: the writer is a machine that we were told to
// believe, and machines write this field properly.
func parseResults(body string) (results, error) {
	lex, err := lexemes(body)
	if err != nil {
		return results{}, err
	}
	p := &parser{lex: lex}
	r := results{authservID: strings.ToLower(p.value())}
	if p.peek().kind == 'w' { // authres-version
		if v := p.next(); v.text != "1" {
			return results{}, errDoubt
		}
	}
	if p.bad || r.authservID == "" || !p.resinfos(&r) {
		return results{}, errDoubt
	}
	return r, nil
}

// parseUnnamed reads the body of a field that begins with its first result, as some providers write it within their
// own house.
func parseUnnamed(body string) (results, error) {
	lex, err := lexemes(body)
	if err != nil {
		return results{}, err
	}
	p := &parser{lex: append([]lexeme{{kind: ';'}}, lex...)}
	var r results
	if !p.resinfos(&r) || len(r.methods) == 0 {
		return results{}, errDoubt
	}
	return r, nil
}

// resinfos reads all results, each after its semicolon, to the end of the field.
func (p *parser) resinfos(r *results) bool {
	for p.peek().kind == ';' {
		p.next()
		if p.done() { // a semicolon at the end, which Microsoft and others write
			break
		}
		m, ok := p.resinfo()
		if !ok || len(r.methods) == maxMethods {
			return false
		}
		if m.name != "" {
			r.methods = append(r.methods, m)
		}
	}
	return !p.bad && p.done()
}

type parser struct {
	lex []lexeme
	bad bool
}

func (p *parser) done() bool { return len(p.lex) == 0 }

func (p *parser) peek() lexeme {
	if p.done() {
		return lexeme{}
	}
	return p.lex[0]
}

func (p *parser) next() lexeme {
	l := p.peek()
	if p.done() {
		p.bad = true
		return l
	}
	p.lex = p.lex[1:]
	return l
}

// value is a token, a quoted string, or an address with either as its local part; its pieces stand without space.
func (p *parser) value() string {
	l := p.next()
	if l.kind != 'w' && l.kind != 'q' {
		p.bad = true
		return ""
	}
	text := l.text
	if l.kind == 'q' {
		if n := p.peek(); n.kind == 'w' && !n.spaced {
			if n.text[0] != '@' {
				p.bad = true
			}
			text += p.next().text
		}
	}
	return text
}

// resinfo is "method=result" with an optional reason and properties; "none" alone says that nothing was checked.
func (p *parser) resinfo() (method, bool) {
	name := p.next()
	if name.kind != 'w' {
		return method{}, false
	}
	if strings.EqualFold(name.text, "none") && (p.done() || p.peek().kind == ';') {
		return method{}, true
	}
	if p.next().kind != '=' {
		return method{}, false
	}
	result := p.next()
	if result.kind != 'w' {
		return method{}, false
	}
	base, version, versioned := strings.Cut(strings.ToLower(name.text), "/")
	if versioned && version != "1" {
		return method{}, false
	}
	m := method{name: base, result: strings.ToLower(result.text), props: map[string]string{}}
	for !p.done() && p.peek().kind != ';' {
		key := p.next()
		if key.kind != 'w' || p.next().kind != '=' {
			return method{}, false
		}
		k := strings.ToLower(key.text)
		// "action" is Microsoft's and says what DMARC did; everything else that is no property is an oddity.
		if !strings.Contains(k, ".") && k != "reason" && k != "action" {
			return method{}, false
		}
		v := p.value()
		if _, twice := m.props[k]; twice || p.bad {
			return method{}, false
		}
		m.props[k] = v
	}
	return m, true
}

// lexemes splits a field. Comments nest; an unfinished comment or string is errDoubt.
func lexemes(s string) ([]lexeme, error) {
	if len(s) > maxField {
		return nil, errDoubt
	}
	var out []lexeme
	spaced := false
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			spaced = true
			i++
		case c == '(':
			n := commentLen(s[i:])
			if n == 0 {
				return nil, errDoubt
			}
			spaced = true
			i += n
		case c == '"':
			text, n := quoted(s[i:])
			if n == 0 {
				return nil, errDoubt
			}
			out = append(out, lexeme{'q', text, spaced})
			spaced = false
			i += n
		case c == ';' || c == '=':
			out = append(out, lexeme{c, "", spaced})
			spaced = false
			i++
		case wordByte(c):
			n := 1
			for i+n < len(s) && wordByte(s[i+n]) {
				n++
			}
			out = append(out, lexeme{'w', s[i : i+n], spaced})
			spaced = false
			i += n
		default:
			return nil, errDoubt
		}
	}
	return out, nil
}

// wordByte is what tokens, domains, addresses and properties are made of (RFC 2045, section 5.1 without "=", and with
// "@", "/", ":" and "[" "]" which addresses in values have).
func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`{|}~@/:[],", c) >= 0 || c >= 0x80
}

// commentLen is the length of the comment that s begins with, 0 where it does not end.
func commentLen(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			if depth++; depth > maxNesting {
				return 0
			}
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// quoted reads the quoted string that s begins with; n is 0 where it does not end.
func quoted(s string) (text string, n int) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
			if i < len(s) {
				b.WriteByte(s[i])
			}
		case '"':
			return b.String(), i + 1
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0
}
