package smtp

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	gosmtp "github.com/emersion/go-smtp"

	"aboveline.example/mailin"
	"aboveline.example/rules"
)

// session is what a client says of one mail after another.
type session struct {
	s *Server
	g *gate
	c *gosmtp.Conn // knows what the client calls itself

	open bool // MAIL was accepted
	from string
	utf8 bool  // RFC 6531: the client asked for SMTPUTF8
	said int64 // RFC 1870: how large the client says the mail is, 0 where it does not
	to   []string
	tell rules.Notify // RFC 3461: what the client wants to be told of
}

func (s *Server) session(c *gosmtp.Conn) (gosmtp.Session, error) {
	g, ok := c.Conn().(*gate)
	if !ok {
		return nil, reply(421, 4, 3, 0, "Out of order; please come back later") // our own listener makes no others
	}
	return &session{s: s, g: g, c: c}, nil
}

// Mail begins a mail (RFC 5321, section 4.1.1.2).
func (t *session) Mail(from string, o *gosmtp.MailOptions) error {
	if t.open {
		return reply(503, 5, 5, 1, "One mail at a time: send RSET first")
	}
	if err := t.s.o.FreeSpace(); err != nil {
		t.s.log.Warn("mail put off", "door", t.s.door(), "err", err)
		return refusal(mailin.ErrFull, t.s.o.MaxSize)
	}
	if o.Size > t.s.o.MaxSize { // RFC 1870, section 6.1
		return t.refuse(from, nil, o.Size, refusal(mailin.ErrTooLarge, t.s.o.MaxSize))
	}
	if !t.g.relay && (o.Return != "" || o.EnvelopeID != "") {
		return errNoReports
	}
	if err := checkPath(from, o.UTF8, true); err != nil {
		return t.refuse(from, nil, 0, err)
	}
	t.open, t.from, t.utf8, t.said, t.tell.ID = true, from, o.UTF8, o.Size, o.EnvelopeID
	return nil
}

// Rcpt adds a recipient (RFC 5321, section 4.1.1.3). Whoever is not ours is refused here, so that the sender hears it.
func (t *session) Rcpt(to string, o *gosmtp.RcptOptions) error {
	if !t.g.relay && (o.Notify != nil || o.OriginalRecipient != "") {
		return errNoReports
	}
	if t.g.aliased {
		to = "postmaster"
	} else if err := checkPath(to, t.utf8, false); err != nil {
		return t.refuse(t.from, []string{to}, 0, err)
	}
	if !t.s.o.Addresses(to) {
		if !t.g.relay && !t.s.desk.missed(t.g.peer) {
			return reply(421, 4, 7, 0, "Too many recipients that we do not have; please come back later")
		}
		return t.refuse(t.from, []string{to}, 0, t.s.unknown())
	}
	t.to = append(t.to, to)
	if slices.Contains(o.Notify, gosmtp.DSNNotifySuccess) {
		t.tell.Success = append(t.tell.Success, notified(to, o))
	}
	return nil
}

// errNoReports answers who asks for reports that were not offered (RFC 3461, section 4).
var errNoReports = reply(555, 5, 5, 4, "Reports of delivery are not offered here (RFC 3461)")

// notified is a recipient that the client wants a report on.
func notified(to string, o *gosmtp.RcptOptions) rules.Notified {
	n := rules.Notified{To: to}
	if o.OriginalRecipientType == gosmtp.DSNAddressTypeRFC822 {
		n.Original = o.OriginalRecipient
	}
	return n
}

// Data takes the mail in. What it returns is the reply; nothing but a mail that is durable gets 250.
func (t *session) Data(r io.Reader) error {
	at, id := time.Now(), newID()
	raw, free, err := t.read(r, t.trace(id, at))
	defer free()
	if err == nil {
		err = t.g.mail.fault // what go-smtp passed to us is then a stump
	}
	if err == nil && mailin.Hops(raw) > mailin.MaxHops {
		err = mailin.ErrLoop
	}
	if err == nil {
		err = t.take(rules.Arrival{Envelope: t.envelope(), Received: at, Raw: raw})
	}
	log := t.s.log.With("door", t.s.door(), "from", quote(t.from), "id", id, "took", time.Since(at))
	if err == nil {
		log.Info("mail kept", "to", len(t.to), "size", len(raw))
		return reply(250, 2, 0, 0, "OK: kept as "+id)
	}
	log.Info("mail not kept", "to", len(t.to), "err", err)
	no := refusal(err, t.s.o.MaxSize)
	if no.Code >= 500 {
		return t.refuse(t.from, t.to, t.g.mail.size, no)
	}
	return no
}

// take waits for the mail to be kept. Neither the session's own limits nor a client that goes away stop it: a mail
// that has arrived is taken, and a repeated one known again.
func (t *session) take(a rules.Arrival) error {
	ctx, cancel := context.WithTimeout(t.s.base, maxTaking)
	defer cancel()
	return t.s.in.Take(ctx, a)
}

const (
	// freeRoom is what a mail may take without asking for room: 300 sessions of 64 KiB are 19 MiB, and whoever fills
	// all the room with big mails that never end keeps no ordinary mail out.
	freeRoom = 64 << 10
	// firstRoom is what it takes to begin with: most people's mail with its trace, and an eighth of the above to clear.
	firstRoom = 8 << 10
)

// read reads a mail behind head, asking for room where it turns out to be a big one. free gives the room back and is
// never nil.
func (t *session) read(r io.Reader, head []byte) (raw []byte, free func(), err error) {
	var held []func()
	free = func() {
		for _, f := range held {
			f()
		}
	}
	most := len(head) + int(t.s.o.MaxSize) + 1 // one more, to see that the end has come
	raw = append(make([]byte, 0, min(firstRoom, most)), head...)
	for {
		n, err := r.Read(raw[len(raw):cap(raw)])
		raw = raw[:len(raw)+n]
		switch {
		case err == io.EOF:
			return raw, free, nil
		case err != nil:
			return nil, free, err
		case len(raw) == most:
			return nil, free, mailin.ErrTooLarge // the gate has seen it before, and passes on no more
		case len(raw) < cap(raw):
			continue
		case len(raw) < freeRoom:
			raw = append(make([]byte, 0, min(2*len(raw), freeRoom, most)), raw...)
			continue
		}
		size := t.expected(len(raw), most)
		more, err := t.s.in.Room(t.s.base, int64(size-len(raw)))
		if err != nil {
			return nil, free, err
		}
		held = append(held, more)
		raw = append(make([]byte, 0, size), raw...)
	}
}

// expected is what a mail of which so much has come may have in all: what the client has said (RFC 1870) and an eighth
// more, since some count line ends as one; for a client that said nothing, or less than it sends, the most there is.
func (t *session) expected(come, most int) int {
	if said := int(t.said + t.said/8); said > come {
		return min(said, most)
	}
	return most
}

// envelope is what was said of the mail, and whose word that is.
func (t *session) envelope() rules.Envelope {
	e := rules.Envelope{
		From: t.from, Null: t.from == "", To: t.to, Door: t.s.door(), Helo: t.c.Hostname(), TLS: t.g.secure,
	}
	if t.g.peer.IsValid() {
		e.Peer = t.g.peer.String()
	}
	// RFC 8601, section 5: a stranger's Authentication-Results say nothing.
	if t.g.relay && t.s.o.AuthservID != "" {
		e.AuthservID = t.s.o.AuthservID
	}
	e.Relay = t.g.relay
	if tell := t.tell; len(tell.Success) > 0 {
		e.Notify = &tell
	}
	return e
}

// trace is our own Received field for the mail.
func (t *session) trace(id string, at time.Time) []byte {
	e := t.envelope()
	via := mailin.Via{Helo: e.Helo, Peer: e.Peer, Host: t.s.o.Hostname, With: t.protocol(), ID: id}
	if len(t.to) == 1 {
		via.For = t.to[0]
	}
	return mailin.Received(via, at)
}

// protocol is how the mail came (RFC 3848; RFC 6531, section 4.3).
func (t *session) protocol() string {
	name := "SMTP"
	switch {
	case t.utf8 && t.s.o.LMTP:
		name = "UTF8LMTP"
	case t.utf8:
		name = "UTF8SMTP"
	case t.s.o.LMTP:
		name = "LMTP"
	case t.g.extended:
		name = "ESMTP"
	}
	if t.g.secure && name != "SMTP" {
		name += "S"
	}
	return name
}

// refuse lists a refusal that is for good, and returns it.
func (t *session) refuse(from string, to []string, size int64, no *gosmtp.SMTPError) error {
	if !t.s.desk.mayList() {
		return no
	}
	e := t.envelope()
	e.From, e.To, e.Null = from, to, from == ""
	sender, _ := rules.ParseAddress(from)
	t.s.in.Refused(t.s.base, rules.Disposition{
		At: time.Now(), Kind: rules.DisposedRefused, Door: e.Door, From: sender, Envelope: e, Size: size,
		Reply: fmt.Sprintf("%d %d.%d.%d %s", no.Code, no.EnhancedCode[0], no.EnhancedCode[1], no.EnhancedCode[2], no.Message),
	})
	return no
}

// Reset forgets the mail that was begun.
func (t *session) Reset() {
	t.open, t.from, t.utf8, t.said, t.to, t.tell = false, "", false, 0, nil, rules.Notify{}
}

// Logout ends the session.
func (t *session) Logout() error { return nil }

// checkPath says what is wrong with a path, if anything (RFC 5321, section 4.5.3.1; RFC 6531, section 3.4).
func checkPath(path string, utf8OK, null bool) *gosmtp.SMTPError {
	if path == "" && null {
		return nil
	}
	at := strings.LastIndexByte(path, '@')
	switch {
	case !rules.IsASCII(path) && !utf8OK:
		return reply(553, 5, 6, 7, "An address beyond ASCII needs SMTPUTF8 (RFC 6531)")
	case !utf8.ValidString(path):
		return reply(553, 5, 1, 3, "This address is not UTF-8")
	case at < 1 || at == len(path)-1:
		return reply(553, 5, 1, 3, "An address has a name, an @ and a domain")
	case at > 64 || len(path)-at-1 > 255 || len(path) > 254:
		return reply(553, 5, 1, 3, "This address is longer than RFC 5321 allows")
	}
	return nil
}

// newID names a mail in our reply, our trace field and our log, so that both sides can talk about it.
func newID() string {
	return strings.ToLower(rand.Text()[:10])
}
