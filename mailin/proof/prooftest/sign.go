package prooftest

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // what signers must not use, tests must show
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"hash"
	"strings"
	"time"
)

// Signature says how to sign a mail (RFC 6376). The zero values are those of a good signer.
type Signature struct {
	Domain, Selector string
	Key              crypto.Signer
	Headers          []string  // names in h=; From, To, Subject, Date, Message-ID and MIME-Version by default
	At               time.Time // t=, now by default
	NoTime           bool      // no t=
	Extra            string    // further tags: "x=1; l=10;"
	Length           int       // of the body that is covered, with l= in Extra; -1 is none
	SHA1             bool
}

// DefaultHeaders are what common signers cover.
var DefaultHeaders = []string{"From", "To", "Subject", "Date", "Message-ID", "MIME-Version"}

// NewKey makes an Ed25519 key.
func NewKey() crypto.Signer {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err) // the system has no randomness
	}
	return key
}

// Record is what a key is published as.
func Record(key crypto.Signer) string {
	switch pub := key.Public().(type) {
	case ed25519.PublicKey:
		return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(pub)
	case *rsa.PublicKey:
		return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(pub))
	}
	panic("no key that signs mail")
}

// Publish puts a key into the zone.
func (z *Zone) Publish(selector, domain string, key crypto.Signer) {
	z.TXT[selector+"._domainkey."+domain] = []string{Record(key)}
}

// Sign returns raw with a DKIM-Signature before it, relaxed in the header and simple in the body. raw has CRLF line
// ends and an empty line after its header.
func Sign(raw []byte, s Signature) []byte {
	head, body, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !ok {
		panic("a mail without a body cannot be signed")
	}
	names := s.Headers
	if names == nil {
		names = DefaultHeaders
	}
	algorithm, id, newHash := "rsa", crypto.SHA256, sha256.New
	if s.SHA1 {
		id, newHash = crypto.SHA1, sha1.New
	}
	opts := crypto.SignerOpts(id)
	if _, ok := s.Key.(ed25519.PrivateKey); ok {
		algorithm, opts = "ed25519", crypto.Hash(0)
	}
	if s.At.IsZero() {
		s.At = time.Now()
	}
	tags := fmt.Sprintf(" v=1; a=%s-%s; c=relaxed/simple; d=%s; s=%s;", algorithm, map[bool]string{true: "sha1", false: "sha256"}[s.SHA1], s.Domain, s.Selector)
	if !s.NoTime {
		tags += fmt.Sprintf(" t=%d;", s.At.Unix())
	}
	tags += " " + s.Extra + " h=" + strings.Join(names, ":") + "; bh=" + bodyHash(newHash(), body, s.Length) + "; b="
	sum := newHash()
	sum.Write(picked(head, names))
	sum.Write(bytes.TrimSuffix(relaxed("DKIM-Signature:"+tags), []byte("\r\n")))
	sig, err := s.Key.Sign(rand.Reader, sum.Sum(nil), opts)
	if err != nil {
		panic(err) // a key that cannot sign was made by the test itself
	}
	return append([]byte("DKIM-Signature:"+tags+base64.StdEncoding.EncodeToString(sig)+"\r\n"), raw...)
}

// bodyHash: RFC 6376, section 3.4.3: empty lines at the end count as one.
func bodyHash(h hash.Hash, body []byte, length int) string {
	for bytes.HasSuffix(body, []byte("\r\n")) {
		body = body[:len(body)-2]
	}
	body = append(append([]byte(nil), body...), "\r\n"...)
	switch {
	case length > 0:
		body = body[:min(length, len(body))]
	case length < 0:
		body = nil
	}
	h.Write(body)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// picked are the named fields from the bottom up, each occurrence once (RFC 6376, section 5.4.2).
func picked(head []byte, names []string) []byte {
	var fields []string
	for line := range strings.SplitSeq(string(head), "\r\n") {
		if n := len(fields); n > 0 && line != "" && (line[0] == ' ' || line[0] == '\t') {
			fields[n-1] += "\r\n" + line
			continue
		}
		fields = append(fields, line)
	}
	used := make([]bool, len(fields))
	var out []byte
	for _, name := range names {
		for i := len(fields) - 1; i >= 0; i-- {
			n, _, _ := strings.Cut(fields[i], ":")
			if !used[i] && strings.EqualFold(strings.TrimSpace(n), name) {
				used[i] = true
				out = append(out, relaxed(fields[i])...)
				break
			}
		}
	}
	return out
}

// relaxed: RFC 6376, section 3.4.2.
func relaxed(field string) []byte {
	name, value, _ := strings.Cut(field, ":")
	return []byte(strings.ToLower(strings.TrimSpace(name)) + ":" + strings.Join(strings.Fields(value), " ") + "\r\n")
}
