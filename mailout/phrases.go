package mailout

import (
	"fmt"
	"strconv"
	"strings"
)

// phrases are the short wordings of one language: labels, statuses, buttons, and the sentences for codes.
type phrases struct{ m map[string]string }

// or returns the phrase, or what to say without one.
func (p phrases) or(key, without string) string {
	if s, ok := p.m[key]; ok {
		return s
	}
	return without
}

// with fills a phrase's {names}. What is filled in is not looked at again, so a value that looks like a {name} stays
// as it is.
func (p phrases) with(key string, pairs ...string) string {
	s := p.m[key]
	at := strings.IndexByte(s, '{')
	if at < 0 {
		return s
	}
	var b strings.Builder
	for ; at >= 0; at = strings.IndexByte(s, '{') {
		b.WriteString(s[:at])
		end := strings.IndexByte(s[at:], '}')
		if end < 0 {
			break // phrases were checked when they were read
		}
		name := s[at+1 : at+end]
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				b.WriteString(pairs[i+1])
			}
		}
		s = s[at+end+1:]
	}
	b.WriteString(s)
	return b.String()
}

// number is a phrase with a count: key.one or key.many.
func (p phrases) number(key string, n int) string {
	if n == 1 {
		return p.with(key+".one", "n", "1")
	}
	return p.with(key+".many", "n", strconv.Itoa(n))
}

// readPhrases parses "key = words" lines; # begins a comment. Where known is given, a key or a {name} that is not
// used there is an error.
func readPhrases(name, src string, known map[string]string) (map[string]string, error) {
	m := map[string]string{}
	for i, l := range strings.Split(src, "\n") {
		l = strings.TrimSpace(l)
		if l == "" || l[0] == '#' {
			continue
		}
		k, v, ok := strings.Cut(l, "=")
		k, v = strings.TrimSpace(k), strings.TrimSpace(v)
		switch {
		case !ok:
			return nil, fmt.Errorf("%s:%d: %.60q is not a phrase; accepted: key = words", name, i+1, l)
		case m[k] != "":
			return nil, fmt.Errorf("%s:%d: %q stands twice", name, i+1, k)
		case known != nil && !strings.HasPrefix(k, "reason.") && !strings.HasPrefix(k, "line.") && known[k] == "":
			return nil, fmt.Errorf("%s:%d: unknown phrase %q%s", name, i+1, k, nearest(k, known))
		}
		if bad := strangeName(v); bad != "" {
			return nil, fmt.Errorf("%s:%d: unknown {%s}; accepted: {%s}", name, i+1, bad, strings.Join(names, "}, {"))
		}
		m[k] = v
	}
	return m, nil
}

// names are what a phrase may have filled in.
var names = []string{"name", "desk", "when", "n", "of", "minutes", "subject", "more", "first", "last", "rest", "line"}

func strangeName(v string) string {
	for rest := v; ; {
		_, after, ok := strings.Cut(rest, "{")
		if !ok {
			return ""
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			return oneLine(after, 20)
		}
		found := false
		for _, n := range names {
			found = found || n == name
		}
		if !found {
			return oneLine(name, 20)
		}
		rest = tail
	}
}

// nearest suggests the keys that share the mistaken one's family.
func nearest(k string, known map[string]string) string {
	family, _, _ := strings.Cut(k, ".")
	var near []string
	for _, have := range sortedKeys(known) {
		if strings.HasPrefix(have, family+".") {
			near = append(near, have)
		}
	}
	if near == nil {
		return "; accepted are the keys of the default words.txt"
	}
	return "; accepted: " + strings.Join(near, ", ")
}
