package mailin

import (
	"bytes"
	"strings"
	"time"
)

// MaxHops is the number of Received fields at which a mail is refused. RFC 5321, section 6.3: a count is a fair way to see a loop, and
// the limit is "normally at least 100"; we stop at 50, since a desk stands at the end of the way, where honest mail
// arrives with a dozen, and each round through a list or a forwarder adds several.
const MaxHops = 50

// Hops counts the Received fields in the header block of raw.
func Hops(raw []byte) int {
	n := 0
	for line := range headerLines(raw) {
		if name, _, ok := bytes.Cut(line, []byte{':'}); ok && strings.EqualFold(string(bytes.TrimRight(name, " \t")), "received") {
			n++
		}
	}
	return n
}

// Via is what our own Received field says of how a mail came.
type Via struct {
	Helo string // what the client called itself
	Peer string // its address, "" where it has none
	Host string // our own name
	With string // RFC 3848 and RFC 6531, section 4.3: ESMTP, ESMTPS, LMTP, UTF8SMTP …
	ID   string
	For  string // the only recipient; "" where there are several, who need not know of one another
}

// Received is the trace field that is put on top of a mail (RFC 5321, section 4.4), folded and ended by CR LF. Foreign
// text in it is reduced to what cannot be mistaken for anything else.
func Received(v Via, at time.Time) []byte {
	var b strings.Builder
	b.WriteString("Received: ")
	if v.Helo != "" || v.Peer != "" {
		b.WriteString("from " + word(v.Helo, "unknown"))
		if v.Peer != "" {
			b.WriteString(" (" + literal(v.Peer) + ")")
		}
		b.WriteString("\r\n\t")
	}
	b.WriteString("by " + word(v.Host, "localhost") + " (Aboveline)")
	if v.With != "" {
		b.WriteString(" with " + v.With)
	}
	b.WriteString(" id " + word(v.ID, "none"))
	if f := word(v.For, ""); f != "" && f == v.For {
		b.WriteString("\r\n\tfor <" + f + ">")
	}
	b.WriteString(";\r\n\t" + at.Format(time.RFC1123Z) + "\r\n")
	return []byte(b.String())
}

// literal is an address literal (RFC 5321, section 4.1.3).
func literal(peer string) string {
	if strings.Contains(peer, ":") {
		return "[IPv6:" + word(peer, "") + "]"
	}
	return "[" + word(peer, "unknown") + "]"
}

// word keeps the characters of s that stand in names and addresses, at most 255, or returns other.
func word(s, other string) string {
	kept := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r > 0x9f:
			return r
		case strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.@:[]", r):
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
	if len(kept) > 255 {
		kept = strings.ToValidUTF8(kept[:255], "")
	}
	if kept == "" {
		return other
	}
	return kept
}

// headerLines yields the lines of raw up to the empty one, without line ends and without folded ones.
func headerLines(raw []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(raw) > 0 {
			line, rest, _ := bytes.Cut(raw, []byte{'\n'})
			raw = rest
			line = bytes.TrimRight(line, "\r")
			if len(line) == 0 {
				return
			}
			if line[0] != ' ' && line[0] != '\t' && !yield(line) {
				return
			}
		}
	}
}

// firstField is the raw value of the first field of that name, unfolded no further, at most 200 bytes: enough to know a
// parked mail by.
func firstField(raw []byte, name string) string {
	for line := range headerLines(raw) {
		n, v, ok := bytes.Cut(line, []byte{':'})
		if ok && strings.EqualFold(string(bytes.TrimRight(n, " \t")), name) {
			return oneLine(string(bytes.TrimSpace(v)))
		}
	}
	return ""
}
