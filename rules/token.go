package rules

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"regexp"
	"strings"
)

// Purpose says what a token was given out for. A token of one purpose never serves another.
type Purpose byte

// Purposes. From PurposeCommand on, the token is a button: the purpose is the command, so that it works in clients
// that drop the subject or the body of a mailto: link.
const (
	PurposeReply   Purpose = 1 // in Reply-To: places a reply
	PurposeMessage Purpose = 2 // the left side of our Message-IDs
	PurposeBounce  Purpose = 3 // in the envelope sender: names the outbox row
	PurposeConfirm Purpose = 4 // single use: releases a held mail
	PurposeFooter  Purpose = 5 // the signed reference in the quoted footer
	PurposeRoot    Purpose = 6 // pseudo parent that all notices of a ticket to one person share
	PurposeProbe   Purpose = 7 // a mail to ourselves that asks whether an address delivers
	PurposeCommand Purpose = 16
)

// Token is what a signed reference says. It places a mail and names the recipient it was given to; who speaks is
// decided by trust.go.
type Token struct {
	Ticket    TicketID // below 2^32
	Thread    int      // below 256
	Purpose   Purpose
	Seq       int     // count of mails on the ticket when it was given out, below 2^24
	Recipient Address // on signing; verified tokens carry only its tag
	tag       uint32
}

// Names reports whether a is the address the token was given to.
func (t Token) Names(keys Keys, a Address) bool {
	for _, k := range keys {
		if recipientTag(k, a) == t.tag {
			return true
		}
	}
	return false
}

// Sizes in bytes: version and key id 1, ticket 4, thread 1, purpose 1, sequence 3, recipient tag 4, MAC 12 (96 bits).
const (
	tokenBody = 14
	tokenMAC  = 12
	// TokenLen is the length of a written token: 26 bytes in base32, 42 characters, so that "support+" and a token
	// stay below the 64 of a local part (RFC 5321, section 4.5.3.1.1).
	TokenLen = 42

	tokenVersion = 1
)

var tokenEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// Sign writes t under the first key: lower-case letters and digits only, which every mail system leaves alone.
func (keys Keys) Sign(t Token) string {
	k := keys[0]
	b := make([]byte, 0, tokenBody+tokenMAC)
	b = append(b, tokenVersion<<4|k.ID&15)
	b = binary.BigEndian.AppendUint32(b, uint32(t.Ticket))
	b = append(b, byte(t.Thread), byte(t.Purpose), byte(t.Seq>>16), byte(t.Seq>>8), byte(t.Seq))
	b = binary.BigEndian.AppendUint32(b, recipientTag(k, t.Recipient))
	b = append(b, tokenSum(k, b)...)
	return strings.ToLower(tokenEncoding.EncodeToString(b))
}

// Verify reads a token that one of the live keys signed; case does not matter, since relays fold it.
func (keys Keys) Verify(s string) (Token, bool) {
	if len(s) != TokenLen {
		return Token{}, false
	}
	b, err := tokenEncoding.DecodeString(strings.ToUpper(s))
	if err != nil || len(b) != tokenBody+tokenMAC || b[0]>>4 != tokenVersion {
		return Token{}, false
	}
	for _, k := range keys {
		if k.ID&15 != b[0]&15 || !hmac.Equal(tokenSum(k, b[:tokenBody]), b[tokenBody:]) {
			continue
		}
		return Token{
			Ticket:  TicketID(binary.BigEndian.Uint32(b[1:])),
			Thread:  int(b[5]),
			Purpose: Purpose(b[6]),
			Seq:     int(b[7])<<16 | int(b[8])<<8 | int(b[9]),
			tag:     binary.BigEndian.Uint32(b[10:]),
		}, true
	}
	return Token{}, false
}

func tokenSum(k Key, body []byte) []byte {
	h := hmac.New(sha256.New, k.Secret)
	h.Write([]byte("token\x00"))
	h.Write(body)
	return h.Sum(nil)[:tokenMAC]
}

// recipientTag is keyed, so that a token tells an outsider nothing about whom it was given to.
func recipientTag(k Key, a Address) uint32 {
	h := hmac.New(sha256.New, k.Secret)
	h.Write([]byte("recipient\x00"))
	h.Write([]byte(a))
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// mark is the per-mail mark beside the line: it proves that a line in a quoted mail is ours.
func (keys Keys) mark(id OutgoingID) string {
	h := hmac.New(sha256.New, keys[0].Secret)
	h.Write([]byte("mark\x00" + string(id)))
	return strings.ToLower(tokenEncoding.EncodeToString(h.Sum(nil)[:5]))
}

// Marks are the marks beside the line in those of our mails that the ids name, so that the line is known in a reply
// and cannot be forged by text alone.
func (d *Desk) Marks(ids []MessageID) []string {
	var marks []string
	for _, id := range d.SentAs(ids) {
		marks = append(marks, d.Keys.mark(id))
	}
	return marks
}

// SentAs are the outbox rows that ids of ours name, in the order of the ids.
func (d *Desk) SentAs(ids []MessageID) []OutgoingID {
	var rows []OutgoingID
	for _, id := range ids {
		if t, ok := d.OurMessage(id); ok && t.Purpose == PurposeMessage {
			rows = append(rows, outgoingID(t.Ticket, t.Seq))
		}
	}
	return rows
}

// Forms in which tokens travel. The prefix of a Message-ID's local part has a dot, which keeps it out of the shape
// that spam filters take for a random id.
const (
	messageIDPrefix = "al."
	footerOpen      = "{#"
	footerClose     = "#}"
)

// maxMessageIDDomain keeps "<al." + token + "@" + domain + ">" within 75 characters.
const maxMessageIDDomain = 75 - len("<"+messageIDPrefix+"@>") - TokenLen

// messageDomain is the right side of our Message-IDs: the desk's host name, without its leftmost labels where it is
// too long. It stays a domain of ours.
func (d *Desk) messageDomain() string {
	host := d.Hostname
	for len(host) > maxMessageIDDomain {
		_, rest, ok := strings.Cut(host, ".")
		if !ok || !strings.Contains(rest, ".") {
			break
		}
		host = rest
	}
	return host
}

// messageID makes the Message-ID that belongs to a token.
func (d *Desk) messageID(t Token) MessageID {
	return MessageID(messageIDPrefix + d.Keys.Sign(t) + "@" + d.messageDomain())
}

// OurMessage reads a Message-ID of ours; any other, and one whose signature is not ours, is false. The right side
// is not looked at: some relays rewrite it, and the signature says enough.
func (d *Desk) OurMessage(id MessageID) (Token, bool) {
	left, _, ok := strings.Cut(string(id), "@")
	if !ok || len(left) != len(messageIDPrefix)+TokenLen || !strings.EqualFold(left[:len(messageIDPrefix)], messageIDPrefix) {
		return Token{}, false
	}
	t, ok := d.Keys.Verify(left[len(messageIDPrefix):])
	return t, ok && (t.Purpose == PurposeMessage || t.Purpose == PurposeRoot)
}

// tokenAddress is the desk's address with a token in it, or the plain one where plus addresses do not work.
func (d *Desk) tokenAddress(t Token) Address {
	if d.Subaddress == "" {
		return d.Address
	}
	return Address(d.Address.Local() + d.Subaddress + d.Keys.Sign(t) + "@" + d.Address.Domain())
}

// addressToken reads the token of an address of ours (RFC 5233 calls it the detail).
func (d *Desk) addressToken(s string) (Token, bool) {
	if d.Subaddress == "" {
		return Token{}, false
	}
	a, ok := ParseAddress(s)
	if !ok {
		return Token{}, false
	}
	base, detail, ok := d.splitDetail(a)
	if !ok || !d.ours(base) {
		return Token{}, false
	}
	return d.Keys.Verify(detail)
}

// splitDetail takes the last sub-address off, since a desk's own address may have one.
func (d *Desk) splitDetail(a Address) (base Address, detail string, ok bool) {
	if d.Subaddress == "" {
		return a, "", false
	}
	local := a.Local()
	i := strings.LastIndex(local, d.Subaddress)
	if i < 1 {
		return a, "", false
	}
	return Address(local[:i] + "@" + a.Domain()), local[i+len(d.Subaddress):], true
}

// NewProbe makes the references of a mail to ourselves: its Message-ID, and the address it is sent to.
func (d *Desk) NewProbe(seq int) (MessageID, Address) {
	t := Token{Purpose: PurposeProbe, Seq: seq, Recipient: d.Address}
	return d.messageID(t), d.tokenAddress(t)
}

// Probe returns the number of a mail that we sent to ourselves. Where a relay wrote another Message-ID, the address it
// came to tells.
func (d *Desk) Probe(m *Mail) (seq int, ok bool) {
	left, _, _ := strings.Cut(string(m.MessageID), "@")
	if s, ok := strings.CutPrefix(left, messageIDPrefix); ok {
		if t, ok := d.Keys.Verify(s); ok && t.Purpose == PurposeProbe {
			return t.Seq, true
		}
	}
	for _, a := range m.SentTo {
		if t, ok := d.addressToken(a); ok && t.Purpose == PurposeProbe && m.From.Address == d.Address {
			return t.Seq, true
		}
	}
	return 0, false
}

// footer writes the signed reference that stands last in a mail.
func (d *Desk) footer(t Token) string { return footerOpen + d.Keys.Sign(t) + footerClose }

// footerTokens finds signed references in text, in order; at most eight are looked at, and clients may have wrapped
// or quoted the line.
func (d *Desk) footerTokens(text string) []Token {
	var found []Token
	for tries := 0; tries < 8; tries++ {
		_, rest, ok := strings.Cut(text, footerOpen)
		if !ok {
			break
		}
		// 8: room for a line end and quote marks inside.
		window := rest[:min(len(rest), TokenLen+len(footerClose)+8)]
		if inner, _, ok := strings.Cut(window, footerClose); ok {
			if t, ok := d.Keys.Verify(strings.Trim(strings.Join(strings.Fields(inner), ""), ">")); ok && t.Purpose == PurposeFooter {
				found = append(found, t)
			}
		}
		text = rest
	}
	return found
}

// escapedFooter is a reference as it stands in a mailto: link that a client showed as text.
var escapedFooter = regexp.MustCompile(`(?i)%7B%23[a-z2-7]{1,60}%23%7D`)

// StripReferences takes our tokens out of text that goes to somebody else: a reference places a mail as the one it
// was given to.
func (d *Desk) StripReferences(text string) string {
	if strings.Contains(text, "%23") {
		text = escapedFooter.ReplaceAllString(text, "")
	}
	if !strings.Contains(text, footerOpen) && !strings.Contains(text, d.Subaddress) {
		return text
	}
	var b strings.Builder
	for {
		i := strings.Index(text, footerOpen)
		if i < 0 {
			break
		}
		j := strings.Index(text[i:min(len(text), i+TokenLen+16)], footerClose)
		if j < 0 {
			b.WriteString(text[:i+len(footerOpen)])
			text = text[i+len(footerOpen):]
			continue
		}
		b.WriteString(text[:i])
		text = text[i+j+len(footerClose):]
	}
	b.WriteString(text)
	return d.stripAddressTokens(b.String())
}

func (d *Desk) stripAddressTokens(text string) string {
	if d.Subaddress == "" {
		return text
	}
	open := d.Address.Local() + d.Subaddress
	lower := strings.ToLower(text)
	if len(lower) != len(text) || !strings.Contains(lower, open) {
		return text
	}
	var b strings.Builder
	at := 0
	for {
		i := strings.Index(lower[at:], open)
		if i < 0 {
			break
		}
		i += at
		end := i + len(open) + TokenLen
		if end <= len(text) {
			if _, ok := d.Keys.Verify(text[i+len(open) : end]); ok {
				b.WriteString(text[at : i+len(open)-len(d.Subaddress)])
				at = end
				continue
			}
		}
		b.WriteString(text[at : i+len(open)])
		at = i + len(open)
	}
	b.WriteString(text[at:])
	return b.String()
}

// Accepts says whether a recipient is one of ours (RFC 5321, section 4.5.1 for postmaster): the desk's address, its
// aliases, either with a sub-address, and postmaster with or without a domain.
func (d *Desk) Accepts(rcpt string) bool {
	if strings.EqualFold(rcpt, "postmaster") {
		return true
	}
	a, ok := ParseAddress(rcpt)
	if !ok {
		return false
	}
	if d.ours(a) {
		return true
	}
	base, _, ok := d.splitDetail(a)
	return ok && d.ours(base)
}

// ours says whether a is an intake address, without sub-address.
func (d *Desk) ours(a Address) bool {
	if a == d.Address || a.Local() == "postmaster" && a.Domain() == d.Address.Domain() {
		return true
	}
	for _, alias := range d.Aliases {
		if a == alias || a.Local() == "postmaster" && a.Domain() == alias.Domain() {
			return true
		}
	}
	return false
}
