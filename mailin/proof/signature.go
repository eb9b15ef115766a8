package proof

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"aboveline.example/mailin/mime"
	"aboveline.example/rules"
)

// Limits of signatures.
const (
	maxSignatures = 5                  // verified a mail: a domain's own, its provider's, two keys of each
	maxLooked     = 50                 // read for whose they are
	maxAge        = 7 * 24 * time.Hour // between signing and arrival: retries end after five days (RFC 5321, section 4.5.4.1)
)

// evidence is what one kind of check found.
type evidence struct {
	passed string   // the domain that vouches, "" for none
	open   []string // what no signature that holds covers (rules.Proof.Open)
	temp   string   // why nothing could be found out for now
	weak   string   // what a valid word leaves open, so that it is no proof
	why    string   // why the last one did not count
}

// signatures verifies those of the From domain's organisation (RFC 6376), over the stored bytes. Others prove nothing
// about the author and cost no question.
func (e *evaluation) signatures(ctx context.Context, h head, p policy) evidence {
	var ev evidence
	ev.why = "no signature by its domain"
	tried, looked := 0, 0
	for _, f := range h.fields {
		if !strings.EqualFold(f.Name, "DKIM-Signature") {
			continue
		}
		if looked++; looked > maxLooked {
			break
		}
		s, ok := parseSignature(f)
		if !ok || !kin(s.domain, e.from) {
			continue
		}
		if s.refused != "" {
			ev.why = s.refused
			continue
		}
		if tried++; tried > maxSignatures || ctx.Err() != nil {
			break
		}
		e.signature(ctx, h, s, p, &ev)
		if ev.passed != "" && len(ev.open) == 1 {
			break // nothing but the envelope
		}
	}
	return ev
}

// signature judges one.
func (e *evaluation) signature(ctx context.Context, h head, s signature, p policy, ev *evidence) {
	ok, err := e.aligned(ctx, s.domain, p.adkim)
	if err != nil {
		ev.temp = brief(err)
		return
	}
	if !ok {
		ev.why = "signed by " + s.domain + ", which does not speak for it"
		return
	}
	testing, err := e.verify(ctx, h, s)
	switch {
	case err == nil:
	case dkim.IsTempFail(err):
		ev.temp = brief(err)
		return
	default:
		ev.why = brief(err)
		return
	}
	if weak := s.weak(h, e.received); weak != "" {
		ev.weak = weak
		return
	}
	if testing {
		// RFC 6376, section 3.6.1: with t=y in the key, signed mail is not to be treated differently from unsigned.
		ev.weak = "its key is being tested"
		return
	}
	open := s.open(h)
	if ev.passed != "" {
		open = slices.DeleteFunc(open, func(f string) bool { return !slices.Contains(ev.open, f) })
	}
	ev.passed, ev.open = s.domain, open
}

// verify asks the library about one signature. It is given the header with that signature alone: with several it
// verifies each on a goroutine of its own, where a panic would end the program. A signature that covers another one
// (RFC 6376, section 5.4 allows it, nobody does it) does not verify for us.
func (e *evaluation) verify(ctx context.Context, h head, s signature) (testing bool, err error) {
	var header bytes.Buffer
	for i := range h.fields {
		f := &h.fields[i]
		if !strings.EqualFold(f.Name, "DKIM-Signature") || &f.Raw[0] == &s.raw[0] {
			header.Write(f.Raw)
		}
	}
	header.WriteString("\r\n")
	list, err := dkim.VerifyWithOptions(io.MultiReader(&header, bytes.NewReader(h.body)), &dkim.VerifyOptions{
		MaxVerifications: 1,
		LookupTXT: func(name string) ([]string, error) {
			texts, err := e.dns.LookupTXT(ctx, name)
			if err != nil {
				return nil, err
			}
			for _, txt := range texts {
				flags := keyFlags(txt)
				testing = testing || slices.Contains(flags, "y")
				if slices.Contains(flags, "s") && s.identity != s.domain {
					return nil, &net.DNSError{Err: "key does not serve subdomains", Name: name, IsNotFound: true}
				}
			}
			return texts, nil
		},
	})
	switch {
	case err != nil:
		return testing, err
	case len(list) != 1:
		return testing, errors.New("signature was not looked at")
	case list[0].Err == nil && !strings.EqualFold(list[0].Domain, s.domain):
		return testing, errors.New("signature names two domains")
	}
	return testing, list[0].Err
}

// keyFlags are the t= of a key record (RFC 6376, section 3.6.1).
func keyFlags(record string) []string {
	tags, _ := tagList(record)
	var flags []string
	for f := range strings.SplitSeq(tags["t"], ":") {
		flags = append(flags, strings.ToLower(f))
	}
	return flags
}

// signature is a DKIM-Signature as read before anything is asked about it.
type signature struct {
	raw      []byte
	domain   string // d=
	identity string // the domain of i=
	signed   []string
	at       time.Time // t=, zero where absent
	refused  string    // why it can never count
}

// parseSignature reads what a signature says of itself; false where it cannot be read.
func parseSignature(f mime.Field) (signature, bool) {
	s := signature{raw: f.Raw}
	tags, ok := tagList(string(f.Body()))
	if !ok {
		return s, false
	}
	if s.domain, ok = rules.ParseDomain(tags["d"]); !ok {
		return s, false
	}
	if _, ok = rules.ParseDomain(tags["s"]); !ok {
		return s, false
	}
	s.identity = s.domain
	if i, ok := tags["i"]; ok {
		s.identity = strings.ToLower(i[strings.LastIndexByte(i, '@')+1:])
	}
	for name := range strings.SplitSeq(strings.ToLower(tags["h"]), ":") {
		s.signed = append(s.signed, name)
	}
	_, length := tags["l"]
	switch {
	case length:
		s.refused = "its signature covers a part of the body only (l=)"
	case strings.EqualFold(tags["a"], "rsa-sha1"):
		s.refused = "its signature uses SHA-1"
	case !slices.Contains(s.signed, "from"):
		s.refused = "its signature does not cover From"
	}
	if sec, err := strconv.ParseInt(tags["t"], 10, 64); err == nil {
		s.at = time.Unix(sec, 0)
	}
	return s, true
}

// tagList reads tag=value pairs (RFC 6376, section 3.2), without white space, which has no meaning in those we use. A
// tag that stands there twice makes the list unreadable.
func tagList(s string) (map[string]string, bool) {
	tags := map[string]string{}
	for pair := range strings.SplitSeq(s, ";") {
		name, value, ok := strings.Cut(pair, "=")
		name = strings.Join(strings.Fields(name), "")
		if !ok {
			if name != "" {
				return tags, false
			}
			continue
		}
		if _, twice := tags[name]; twice {
			return tags, false
		}
		tags[name] = strings.Join(strings.Fields(value), "")
	}
	return tags, true
}

// weak says why a valid signature proves nothing: it leaves to anybody who has the mail a subject or date of their own,
// or all the time in the world to send it again.
func (s signature) weak(h head, received time.Time) string {
	for _, name := range []string{"Subject", "Date"} {
		if h.count(name) > 0 && !slices.Contains(s.signed, strings.ToLower(name)) {
			return "its signature does not cover " + name
		}
	}
	at := s.at
	if at.IsZero() {
		at = h.date()
	}
	if at.IsZero() {
		return "its signature has no date"
	}
	if age := received.Sub(at); age > maxAge {
		return fmt.Sprintf("it was signed %d days before it came", int(age.Hours()/24))
	}
	return ""
}

// brief is an error for the reader of /why.
func brief(err error) string {
	if d, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Sprintf("DNS: %.100s: %.60s", d.Err, d.Name)
	}
	return fmt.Sprintf("%.160s", strings.TrimPrefix(err.Error(), "dkim: "))
}
