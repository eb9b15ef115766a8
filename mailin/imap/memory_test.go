package imap

import (
	"context"
	"io"
	"log"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	imap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// pipes is a listener whose connections are made by dial.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{} }

func (p pipes) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	p <- server
	return client, nil
}

// TestMemoryServer takes mail from the library's own server, which is nobody of ours: with IDLE, and with each of the
// extensions it may lack.
func TestMemoryServer(t *testing.T) {
	for name, caps := range map[string]imap.CapSet{
		"bare":    {imap.CapIMAP4rev1: {}},
		"uidplus": {imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}},
		"move":    {imap.CapIMAP4rev1: {}, imap.CapMove: {}, imap.CapUIDPlus: {}},
		"rev2":    {imap.CapIMAP4rev2: {}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				user := imapmemserver.NewUser("desk", "hemligt")
				for _, box := range []string{"INBOX", "Junk"} {
					if err := user.Create(box, nil); err != nil {
						t.Fatal(err)
					}
				}
				put := func(box, subject string, flags ...imap.Flag) {
					raw := text(subject)
					if _, err := user.Append(box, literalOf(raw), &imap.AppendOptions{Flags: flags}); err != nil {
						t.Error(err)
					}
				}
				put("INBOX", "one")
				put("INBOX", "thrown away", imap.FlagDeleted)
				put("Junk", "junk")
				memory := imapmemserver.New()
				memory.AddUser(user)
				server := imapserver.New(&imapserver.Options{
					NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
						return memory.NewSession(), nil, nil
					},
					Caps: caps, InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
				})
				line := make(pipes)
				served := make(chan struct{})
				go func() {
					_ = server.Serve(line)
					close(served)
				}()
				l := newLedger()
				p, err := New(Options{Server: "imap://mail.desk.example", Insecure: true, Username: "desk", Handled: "Handled",
					Password: func() (string, error) { return "hemligt", nil }, Dial: line.dial, Poll: time.Hour, Log: testLog(t)}, l, l, l)
				if err != nil {
					t.Fatal(err)
				}
				accepting, stop := context.WithCancel(t.Context())
				done := make(chan struct{})
				go func() {
					p.Run(accepting, t.Context())
					close(done)
				}()
				time.Sleep(time.Minute)
				put("INBOX", "two") // told by IDLE: the next poll is an hour away
				time.Sleep(time.Minute)
				l.want(t, "one", "two")
				stop()
				<-done
				close(line)
				<-served
				server.Close()
				status := func(box string) (all, deleted uint32) {
					s, err := user.Status(box, &imap.StatusOptions{NumMessages: true, NumDeleted: true})
					if err != nil {
						t.Fatal(err)
					}
					return *s.NumMessages, *s.NumDeleted
				}
				if n, _ := status("Handled"); n != 2 {
					t.Errorf("Handled has %d mails, want 2", n)
				}
				want := uint32(1) // what somebody else threw away
				if name == "bare" {
					want = 3 // ours are flagged, and nothing is expunged
				}
				if n, deleted := status("INBOX"); n != want || deleted != want {
					t.Errorf("INBOX has %d mails, %d of them flagged; want %d", n, deleted, want)
				}
			})
		})
	}
}

type literalReader struct {
	*strings.Reader
}

func literalOf(s string) literalReader { return literalReader{strings.NewReader(s)} }
func (l literalReader) Size() int64    { return l.Reader.Size() }
