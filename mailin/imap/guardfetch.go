package imap

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// fetchReply is a FETCH response that is being read: literals split it into segments.
type fetchReply struct {
	num    uint32
	opened bool // the library has seen its beginning
	seen   []string
}

// body is a section we ask for, as it comes back.
var body = regexp.MustCompile(`^BODY\[(HEADER)?\](<[0-9]{1,10}>)?$`)

// internalDate is RFC 3501's date-time, with its quotes.
const internalDate = `"_2-Jan-2006 15:04:05 -0700"`

// fetchItems reads one segment of a FETCH response (RFC 3501, section 7.4.2) and queues the items we know.
func (g *guard) fetchItems(seg []byte) error {
	f := g.fetch
	g.size += len(seg)
	if f.seen == nil {
		f.seen = []string{}
		seg = bytes.TrimLeft(seg, " ")
		if len(seg) == 0 || seg[0] != '(' {
			return fmt.Errorf("%w: a fetch without a list", errServer)
		}
		seg = seg[1:]
	}
	for {
		seg = bytes.TrimLeft(seg, " ")
		if len(seg) == 0 {
			return fmt.Errorf("%w: a fetch that does not end", errServer)
		}
		if seg[0] == ')' {
			return g.fetchEnd(seg[1:])
		}
		name, rest, err := itemName(seg)
		if err != nil {
			return err
		}
		value, after, err := itemValue(rest)
		if err != nil {
			return err
		}
		if n, ok := literalAt(value); ok && value[0] == '{' && len(after) == 0 {
			return g.fetchLiteral(name, n)
		}
		if err := g.fetchItem(name, value); err != nil {
			return err
		}
		seg = after
	}
}

// fetchEnd closes the list for the library, if it knows of it.
func (g *guard) fetchEnd(after []byte) error {
	if len(bytes.TrimSpace(after)) > 0 {
		return fmt.Errorf("%w: a fetch with something after it", errServer)
	}
	if g.fetch.opened {
		g.emit(")")
	}
	g.fetch = nil
	return nil
}

// fetchItem queues an item without a literal if it is one of ours and well-formed.
func (g *guard) fetchItem(name string, value []byte) error {
	text := ""
	switch name {
	case "UID":
		n, err := strconv.ParseUint(string(value), 10, 32)
		if err != nil || n == 0 {
			return fmt.Errorf("%w: %.20q is no UID", errServer, value)
		}
		text = string(value)
	case "RFC822.SIZE":
		if _, err := strconv.ParseInt(string(value), 10, 63); err == nil && isDigits(value) {
			text = string(value)
		}
	case "FLAGS":
		text = "(" + flags(value) + ")"
	case "INTERNALDATE":
		if _, err := time.Parse(internalDate, string(value)); err == nil {
			text = string(value)
		}
	default:
		quoted := len(value) > 1 && value[0] == '"'
		if body.MatchString(name) && (quoted || string(value) == "NIL") {
			text = string(value)
		}
	}
	if text == "" {
		return nil
	}
	return g.fetchKeep(name, text)
}

// fetchLiteral passes the literal of a BODY[] through and drops any other.
func (g *guard) fetchLiteral(name string, n int64) error {
	if n > g.maxLiteral {
		return fmt.Errorf("%w: a literal of %d bytes", errServer, n)
	}
	if !body.MatchString(name) {
		return g.discard(n)
	}
	if err := g.fetchKeep(name, "{"+strconv.FormatInt(n, 10)+"}"); err != nil {
		return err
	}
	g.out = append(g.out, '\r', '\n')
	g.literal = n
	return nil
}

func (g *guard) fetchKeep(name, text string) error {
	f := g.fetch
	for _, s := range f.seen {
		if s == name {
			return fmt.Errorf("%w: %s twice in one fetch", errServer, name)
		}
	}
	f.seen = append(f.seen, name)
	if !f.opened {
		f.opened = true
		g.out = append(g.out, fmt.Sprintf("* %d FETCH (", f.num)...)
	} else {
		g.out = append(g.out, ' ')
	}
	g.out = append(append(append(g.out, name...), ' '), text...)
	return nil
}

// itemName splits off the name of a fetch item, in upper case, with its section and origin.
func itemName(seg []byte) (string, []byte, error) {
	end := bytes.IndexAny(seg, " [()")
	if end > 0 && seg[end] == '[' {
		section := bytes.IndexByte(seg, ']')
		if section < 0 {
			return "", nil, fmt.Errorf("%w: a section that does not end", errServer)
		}
		end = section + 1
		if end < len(seg) && seg[end] == '<' {
			if n := bytes.IndexByte(seg[end:], '>'); n > 0 {
				end += n + 1
			}
		}
	}
	if end <= 0 || end >= len(seg) {
		return "", nil, fmt.Errorf("%w: %.40q is no fetch item", errServer, seg)
	}
	return string(bytes.ToUpper(seg[:end])), bytes.TrimLeft(seg[end:], " "), nil
}

// itemValue splits off a value: a list, a quoted string, or a run without spaces (a number, NIL, a literal's
// announcement). It does not recurse.
func itemValue(s []byte) (value, rest []byte, err error) {
	if len(s) == 0 {
		return nil, nil, fmt.Errorf("%w: a fetch item without a value", errServer)
	}
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			n := quotedEnd(s[i:])
			if n == 0 {
				return nil, nil, fmt.Errorf("%w: a quoted string that does not end", errServer)
			}
			i += n - 1
			if depth == 0 {
				return s[:i+1], s[i+1:], nil
			}
		case c == '(':
			if depth++; depth > maxDepth {
				return nil, nil, fmt.Errorf("%w: more than %d parentheses deep", errServer, maxDepth)
			}
		case c == ')' && depth == 0:
			return s[:i], s[i:], nil
		case c == ')':
			if depth--; depth == 0 {
				return s[:i+1], s[i+1:], nil
			}
		case c == ' ' && depth == 0:
			return s[:i], s[i:], nil
		}
	}
	if depth > 0 {
		return nil, nil, fmt.Errorf("%w: a list that does not end", errServer)
	}
	return s, nil, nil
}

// quotedEnd returns the length of the quoted string that s begins with, 0 where it does not end.
func quotedEnd(s []byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}
