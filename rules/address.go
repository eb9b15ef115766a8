package rules

import (
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Address is a mailbox address in the form we compare and store: local part and domain in lower case, NFC, the
// domain as A-labels. The zero value is the null path <>. An Address can be printed, stored and put on the wire;
// it can never hold a control character, a space or an angle bracket.
type Address string

// Mailbox is an address with the name its owner shows (RFC 5322, section 3.4). The name is foreign text.
type Mailbox struct {
	Name    string  `json:"name"`
	Address Address `json:"address"`
}

// Longest local part, domain and path (RFC 5321, sections 4.5.3.1.1 to 4.5.3.1.3).
const (
	maxLocal   = 64
	maxDomain  = 255
	maxAddress = 254
)

// ParseAddress reads a bare addr-spec and returns it normalised. It accepts dot-atom local parts, UTF-8 ones
// included (RFC 6531), and DNS domains; quoted local parts, comments, routes and address literals are refused,
// since no two programs agree on what they mean and identity must have exactly one reading.
func ParseAddress(s string) (Address, bool) {
	s = norm.NFC.String(strings.TrimSpace(s))
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > maxLocal || len(s) > maxAddress {
		return "", false
	}
	local, domain := s[:at], s[at+1:]
	if !dotAtom(local) {
		return "", false
	}
	ascii, ok := ParseDomain(domain)
	if !ok {
		return "", false
	}
	return Address(strings.ToLower(local) + "@" + ascii), true
}

// ParseDomain returns the domain in lower case as A-labels (RFC 5890), or false where it is not one.
func ParseDomain(domain string) (string, bool) {
	if domain == "" || len(domain) > maxDomain || strings.HasSuffix(domain, ".") {
		return "", false
	}
	ascii := strings.ToLower(domain)
	if !IsASCII(domain) {
		var err error
		if ascii, err = idna.Lookup.ToASCII(domain); err != nil {
			return "", false
		}
	}
	for label := range strings.SplitSeq(ascii, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return "", false
		}
		for i := range len(label) {
			c := label[i]
			if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
				return "", false
			}
		}
	}
	return ascii, true
}

// Domain is the part after the @, as A-labels; empty for the null path.
func (a Address) Domain() string {
	return string(a[strings.LastIndexByte(string(a), '@')+1:])
}

// Local is the part before the @.
func (a Address) Local() string {
	return string(a[:max(0, strings.LastIndexByte(string(a), '@'))])
}

// dotAtom says whether s is a dot-atom (RFC 5322, section 3.2.3), UTF-8 letters allowed (RFC 6532, section 3.2).
func dotAtom(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		case strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r):
		case r < 0x80, r == '\uFFFD', isFormat(r):
			return false
		}
	}
	return true
}

// IsASCII reports whether every byte of s is below 0x80, so that it needs neither SMTPUTF8 (RFC 6531) nor an encoded
// word (RFC 2047).
func IsASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
