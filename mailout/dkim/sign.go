package dkim

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strconv"
	"strings"

	"aboveline.example/rules"
)

// Key is one key to sign with and the selector it is published under.
type Key struct {
	Selector string
	Private  crypto.Signer
}

// Signer signs mail for one domain, with each of its keys. It is safe for use by many goroutines.
type Signer struct {
	domain string
	keys   []Key
}

// New returns a signer. Where there are two keys, one is usually RSA for those who know no other.
func New(domain string, keys ...Key) (*Signer, error) {
	ascii, ok := rules.ParseDomain(domain)
	if !ok {
		return nil, fmt.Errorf("dkim: %.60q is not a domain", domain)
	}
	if len(keys) == 0 {
		return nil, errors.New("dkim: no key")
	}
	for _, k := range keys {
		if _, ok := rules.ParseDomain(k.Selector); !ok {
			return nil, fmt.Errorf("dkim: %.60q is not a selector", k.Selector)
		}
		if _, err := Record(k.Private); err != nil {
			return nil, err
		}
	}
	return &Signer{ascii, keys}, nil
}

// signed are the fields we sign where they occur; the first three once more than they occur. Fields that relays and
// lists rightly change or add are not among them. RFC 6376, section 5.4.1.
var signed = []string{"From", "To", "Subject", "Cc", "Date", "Message-ID", "In-Reply-To", "References", "Reply-To",
	"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted", "Content-Language", "MIME-Version",
	"Content-Type", "Content-Transfer-Encoding"}

const oversigned = 3

// Sign returns the fields to put before the mail, one for each key. The mail has CRLF line ends.
func (s *Signer) Sign(mail []byte) ([]byte, error) {
	head, body, ok := bytes.Cut(mail, []byte("\r\n\r\n"))
	if !ok {
		return nil, errors.New("dkim: the mail has no body")
	}
	fields := split(head)
	at, err := date(fields)
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	relaxBody(sum, body)
	bodyHash := base64.StdEncoding.EncodeToString(sum.Sum(nil))
	names, canonical := pick(fields)
	var out []byte
	for _, k := range s.keys {
		f, err := s.field(k, at, names, canonical, bodyHash)
		if err != nil {
			return nil, err
		}
		out = append(out, f...)
	}
	return out, nil
}

// field is one DKIM-Signature, folded. RFC 6376, section 3.7: the signature covers the picked fields and then its
// own field with b= empty and without a line end.
func (s *Signer) field(k Key, at int64, names []string, canonical []byte, bodyHash string) ([]byte, error) {
	algorithm := "rsa-sha256"
	var opts crypto.SignerOpts = crypto.SHA256
	if _, ok := k.Private.Public().(ed25519.PublicKey); ok {
		algorithm, opts = "ed25519-sha256", crypto.Hash(0)
	}
	var b strings.Builder
	b.WriteString("DKIM-Signature: v=1; a=" + algorithm + "; c=relaxed/relaxed; d=" + s.domain + ";\r\n s=" + k.Selector +
		"; t=" + strconv.FormatInt(at, 10) + ";\r\n h=")
	col := 3
	for i, n := range names {
		if i > 0 {
			b.WriteByte(':')
			col++
		}
		if col+len(n) > 74 {
			b.WriteString("\r\n ")
			col = 1
		}
		b.WriteString(n)
		col += len(n)
	}
	b.WriteString(";\r\n bh=" + bodyHash + ";\r\n b=")
	unsigned := b.String()

	sum := sha256.New()
	sum.Write(canonical)
	own := relaxHeader([]byte(unsigned))
	sum.Write(bytes.TrimSuffix(own, []byte("\r\n")))
	sig, err := k.Private.Sign(nil, sum.Sum(nil), opts)
	if err != nil {
		return nil, fmt.Errorf("dkim: sign with %s: %w", k.Selector, err)
	}
	for rest := base64.StdEncoding.EncodeToString(sig); rest != ""; {
		n := min(72, len(rest))
		b.WriteString(rest[:n])
		if rest = rest[n:]; rest != "" {
			b.WriteString("\r\n ")
		}
	}
	b.WriteString("\r\n")
	return []byte(b.String()), nil
}

// split cuts a header into its fields, folded lines kept together. The CRLF of the last is missing.
func split(head []byte) [][]byte {
	var fields [][]byte
	for l := range bytes.SplitSeq(head, []byte("\r\n")) {
		if len(l) > 0 && (l[0] == ' ' || l[0] == '\t') && len(fields) > 0 {
			last := len(fields) - 1
			fields[last] = append(append(fields[last][:len(fields[last]):len(fields[last])], "\r\n"...), l...)
			continue
		}
		fields = append(fields, l)
	}
	return fields
}

func name(field []byte) string {
	n, _, _ := bytes.Cut(field, []byte(":"))
	return string(bytes.TrimRight(n, " \t"))
}

func date(fields [][]byte) (int64, error) {
	for _, f := range fields {
		if strings.EqualFold(name(f), "Date") {
			_, v, _ := bytes.Cut(f, []byte(":"))
			t, err := mail.ParseDate(strings.TrimSpace(string(v)))
			if err != nil {
				return 0, fmt.Errorf("dkim: read date: %w", err)
			}
			return t.Unix(), nil
		}
	}
	return 0, errors.New("dkim: the mail has no date")
}

// pick returns the names for h= and the fields they stand for, canonical and in that order. RFC 6376, section 5.4.2:
// of fields that occur more than once the last is signed first.
func pick(fields [][]byte) (names []string, canonical []byte) {
	for i, n := range signed {
		for j := len(fields) - 1; j >= 0; j-- {
			if strings.EqualFold(name(fields[j]), n) {
				names = append(names, n)
				canonical = append(canonical, relaxHeader(fields[j])...)
			}
		}
		if i < oversigned {
			names = append(names, n)
		}
	}
	return names, canonical
}

// relaxHeader: RFC 6376, section 3.4.2.
func relaxHeader(field []byte) []byte {
	n, v, _ := bytes.Cut(field, []byte(":"))
	out := bytes.ToLower(bytes.TrimRight(n, " \t"))
	out = append(out, ':')
	space, first := false, true
	for _, c := range v {
		switch c {
		case ' ', '\t', '\r', '\n':
			space = !first
			continue
		}
		if space {
			out = append(out, ' ')
		}
		out = append(out, c)
		space, first = false, false
	}
	return append(out, '\r', '\n')
}

// relaxBody: RFC 6376, section 3.4.4. Runs of white space count as one, none counts at a line's end, nor do empty
// lines at the body's.
func relaxBody(w io.Writer, body []byte) {
	empty := 0
	var line []byte
	for l := range bytes.SplitSeq(body, []byte("\r\n")) {
		line = line[:0]
		space := false
		for _, c := range l {
			if c == ' ' || c == '\t' {
				space = true
				continue
			}
			if space {
				line = append(line, ' ')
				space = false
			}
			line = append(line, c)
		}
		if len(line) == 0 {
			empty++
			continue
		}
		for ; empty > 0; empty-- {
			_, _ = w.Write([]byte("\r\n")) // a hash never fails
		}
		line = append(line, '\r', '\n')
		_, _ = w.Write(line)
	}
}
