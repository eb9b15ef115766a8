package demo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	netsmtp "net/smtp"
	"strings"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	gosmtp "github.com/emersion/go-smtp"
)

// password opens every mailbox of the demo; it guards nothing, since all of it is on loopback and gone afterwards.
const password = "demo"

// office is the post office of a small world: everybody's SMTP server and everybody's mailboxes. Mail for the desk
// it checks, stamps with its Authentication-Results and relays, as a desk's own MX does.
type office struct {
	smtp *gosmtp.Server
	imap *imapserver.Server

	smtpAddr, imapAddr string

	mu    sync.Mutex // guards what follows
	boxes map[string]*imapmemserver.User
	relay map[string]string // addresses that are handed on by SMTP, and where
	sent  int
}

const authservID = "mx.omdirekt.example"

// openOffice starts both servers on loopback ports of their own.
func openOffice() (*office, error) {
	o := &office{boxes: map[string]*imapmemserver.User{}, relay: map[string]string{}}
	smtpListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	imapListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, smtpListener.Close())
	}
	o.smtpAddr, o.imapAddr = smtpListener.Addr().String(), imapListener.Addr().String()

	o.smtp = gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) { return &submission{office: o}, nil }))
	o.smtp.Domain = authservID
	o.smtp.ErrorLog = log.New(io.Discard, "", 0)
	go o.smtp.Serve(smtpListener)

	o.imap = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &login{office: o}, nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIdle: {}, imap.CapMove: {}, imap.CapUIDPlus: {}},
		InsecureAuth: true,
		Logger:       log.New(io.Discard, "", 0),
	})
	go o.imap.Serve(imapListener)
	return o, nil
}

func (o *office) close() { _ = errors.Join(o.smtp.Close(), o.imap.Close()) }

// login is a session that has no user yet; after LOGIN it is that user's.
type login struct {
	*imapmemserver.UserSession
	office *office
}

func (l *login) Login(username, secret string) error {
	u := l.office.box(username)
	if u == nil {
		return imapserver.ErrAuthFailed
	}
	if err := u.Login(username, secret); err != nil {
		return err
	}
	l.UserSession = imapmemserver.NewUserSession(u)
	return nil
}

// Idle tells first what came before it began, as servers do and the library's session does not.
func (l *login) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	if err := l.Poll(w, true); err != nil {
		return err
	}
	return l.UserSession.Idle(w, stop)
}

func (l *login) Close() error {
	if l.UserSession == nil {
		return nil
	}
	return l.UserSession.Close()
}

// addBox gives an address a mailbox.
func (o *office) addBox(address string) error {
	u := imapmemserver.NewUser(address, password)
	if err := u.Create("INBOX", nil); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.boxes[address] = u
	return nil
}

func (o *office) box(address string) *imapmemserver.User {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.boxes[address]
}

// relayTo hands mail for an address, sub-addresses included, on to a server.
func (o *office) relayTo(address, server string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.relay[address] = server
}

func (o *office) route(address string) (server string, box *imapmemserver.User) {
	local, domain, _ := strings.Cut(address, "@")
	base, _, _ := strings.Cut(local, "+")
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.relay[base+"@"+domain], o.boxes[base+"@"+domain]
}

// submission is one SMTP session at the office.
type submission struct {
	office *office
	from   string
	to     []string
}

func (s *submission) Mail(from string, _ *gosmtp.MailOptions) error { s.from = from; return nil }

func (s *submission) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	to = strings.ToLower(to)
	if server, box := s.office.route(to); server == "" && box == nil {
		return &gosmtp.SMTPError{Code: 550, EnhancedCode: gosmtp.EnhancedCode{5, 1, 1}, Message: "nobody of that name lives here"}
	}
	s.to = append(s.to, to)
	return nil
}

func (s *submission) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	for _, to := range s.to {
		if err := s.office.deliver(s.from, to, raw); err != nil {
			return err
		}
	}
	return nil
}

func (s *submission) Reset()        { s.from, s.to = "", nil }
func (s *submission) Logout() error { return nil }

// deliver puts a mail into its mailbox or hands it on. What goes to the desk is stamped: in this world everybody's
// own server checked who they are, so that the envelope sender's domain is proved.
func (o *office) deliver(from, to string, raw []byte) error {
	server, box := o.route(to)
	o.mu.Lock()
	o.sent++
	o.mu.Unlock()
	stamped := raw
	if strings.HasSuffix(to, "@omdirekt.example") && from != "" {
		_, domain, _ := strings.Cut(from, "@")
		stamp := fmt.Sprintf("Authentication-Results: %s; dmarc=pass header.from=%s\r\n", authservID, domain)
		stamped = append([]byte(stamp), raw...)
	}
	if server != "" {
		return netsmtp.SendMail(server, nil, from, []string{to}, stamped)
	}
	_, err := box.Append("INBOX", literal{bytes.NewReader(stamped), int64(len(stamped))}, &imap.AppendOptions{})
	return err
}

type literal struct {
	*bytes.Reader
	size int64
}

func (l literal) Size() int64 { return l.size }
