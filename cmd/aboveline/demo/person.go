package demo

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	netsmtp "net/smtp"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-message/mail"
)

// person writes and reads mail like people do: with a mail client, over SMTP and IMAP.
type person struct {
	name, address string
	office        *office
	clock         *clock
	read          uint32 // the last UID looked at
	written       int
}

// letter is a mail as its reader sees it.
type letter struct {
	from, subject, messageID, replyTo string
	text                              string
	files                             map[string][]byte
	auto                              bool
	date                              time.Time
}

// write sends a new mail.
func (p *person) write(to, subject, text string) error { return p.send(to, subject, text, nil) }

// answer replies to a letter as a mail client does: to its Reply-To, with its ids, and with it quoted below.
func (p *person) answer(l letter, text string) error {
	subject := l.subject
	if !strings.HasPrefix(subject, "SV: ") {
		subject = "SV: " + subject
	}
	var b strings.Builder
	b.WriteString(text + "\n\nDen " + l.date.Format("2 Jan. 2006 15:04") + " skrev " + l.from + ":\n")
	for line := range strings.Lines(strings.TrimRight(l.text, "\n")) {
		b.WriteString("> " + line)
	}
	return p.send(l.replyTo, subject, b.String()+"\n", &l)
}

func (p *person) send(to, subject, text string, answers *letter) error {
	return p.sendAs(to, subject, text, answers, "")
}

// acknowledge answers as a program does.
func (p *person) acknowledge(l letter, subject, text string) error {
	return p.sendAs(l.replyTo, subject, text, &l, "auto-replied")
}

func (p *person) sendAs(to, subject, text string, answers *letter, auto string) error {
	h := p.header(to, subject, answers, auto)
	h.SetContentType("text/plain", map[string]string{"charset": "utf-8"})
	var raw bytes.Buffer
	w, err := mail.CreateSingleInlineWriter(&raw, h)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return p.post(to, raw.Bytes())
}

// pictureName is what a phone calls a screenshot.
const pictureName = "Screenshot_20261130-083002.png"

// screenshot is a picture of the fault: as large as a small screen's, and never the same in two places.
func screenshot() []byte {
	m := image.NewGray(image.Rect(0, 0, 360, 640))
	for i := range m.Pix {
		m.Pix[i] = byte(i * i >> 7) // a pattern that fills some kilobytes, as a picture of words does
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err) // into memory
	}
	return b.Bytes()
}

// phoned is a screenshot as the phone saves it: with its owner's name in it.
func phoned(picture []byte, owner string) []byte {
	const end = 12 // bytes of the last chunk
	note := []byte("tEXtAuthor\x00" + owner)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(note)-4)) // without the chunk's type
	chunk = append(chunk, note...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(note))
	last := len(picture) - end
	return slices.Concat(picture[:last], chunk, picture[last:])
}

// writeWithPicture sends a new mail with a screenshot.
func (p *person) writeWithPicture(to, subject, text string) error {
	var raw bytes.Buffer
	w, err := mail.CreateWriter(&raw, p.header(to, subject, nil, ""))
	if err != nil {
		return err
	}
	var words mail.InlineHeader
	words.SetContentType("text/plain", map[string]string{"charset": "utf-8"})
	part, err := w.CreateSingleInline(words)
	if err != nil {
		return err
	}
	_, err = io.WriteString(part, strings.ReplaceAll(text, "\n", "\r\n"))
	if err := errors.Join(err, part.Close()); err != nil {
		return err
	}
	var file mail.AttachmentHeader
	file.SetContentType("image/png", nil)
	file.SetFilename(pictureName)
	picture, err := w.CreateAttachment(file)
	if err != nil {
		return err
	}
	_, err = picture.Write(phoned(screenshot(), p.name))
	if err := errors.Join(err, picture.Close(), w.Close()); err != nil {
		return err
	}
	return p.post(to, raw.Bytes())
}

// header is what stands above a mail of this person's.
func (p *person) header(to, subject string, answers *letter, auto string) mail.Header {
	p.written++
	var h mail.Header
	if auto != "" {
		h.Set("Auto-Submitted", auto)
	}
	h.SetAddressList("From", []*mail.Address{{Name: p.name, Address: p.address}})
	h.SetAddressList("To", []*mail.Address{{Address: to}})
	h.SetSubject(subject)
	h.SetDate(p.clock.now())
	h.SetMessageID(fmt.Sprintf("%d.%s", p.written, p.address))
	if answers != nil {
		h.SetMsgIDList("In-Reply-To", []string{answers.messageID})
		h.SetMsgIDList("References", []string{answers.messageID})
	}
	return h
}

// post hands a mail to the post office.
func (p *person) post(to string, raw []byte) error {
	if err := netsmtp.SendMail(p.office.smtpAddr, nil, p.address, []string{to}, raw); err != nil {
		return fmt.Errorf("%s sends to %s: %w", p.name, to, err)
	}
	return nil
}

// Patience of a reader, and how often they look: a mail takes some milliseconds here.
const (
	readWithin = 10 * time.Second
	lookEvery  = 20 * time.Millisecond
)

// wait reads the person's mailbox over IMAP until the next letter that fits has come.
func (p *person) wait(ctx context.Context, fits func(letter) bool) (letter, error) {
	c, err := imapclient.DialInsecure(p.office.imapAddr, nil)
	if err != nil {
		return letter{}, err
	}
	defer c.Close()
	if err := c.Login(p.address, password).Wait(); err != nil {
		return letter{}, fmt.Errorf("%s opens the mailbox: %w", p.name, err)
	}
	end := time.Now().Add(readWithin)
	for {
		letters, err := p.look(c)
		if err != nil {
			return letter{}, err
		}
		for _, l := range letters {
			if fits(l.letter) {
				p.read = l.uid
				return l.letter, nil
			}
		}
		if time.Now().After(end) {
			return letter{}, fmt.Errorf("%s waited for a mail that did not come", p.name)
		}
		select {
		case <-time.After(lookEvery):
		case <-ctx.Done():
			return letter{}, ctx.Err()
		}
	}
}

type found struct {
	letter
	uid uint32
}

// look fetches what came since the last letter.
func (p *person) look(c *imapclient.Client) ([]found, error) {
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		return nil, err
	}
	set := imap.UIDSet{}
	set.AddRange(imap.UID(p.read+1), 0)
	section := &imap.FetchItemBodySection{Peek: true}
	messages, err := c.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil {
		return nil, err
	}
	var letters []found
	for _, m := range messages {
		if uint32(m.UID) <= p.read {
			continue // "n:*" names the last mail even where it is older (RFC 3501, section 6.4.8)
		}
		l, err := readLetter(m.FindBodySection(section))
		if err != nil {
			return nil, err
		}
		letters = append(letters, found{l, uint32(m.UID)})
	}
	return letters, nil
}

func readLetter(raw []byte) (letter, error) {
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		return letter{}, err
	}
	l := letter{files: map[string][]byte{}, auto: r.Header.Get("Auto-Submitted") != ""}
	l.subject, _ = r.Header.Subject()
	l.messageID, _ = r.Header.MessageID()
	l.date, _ = r.Header.Date()
	if from, err := r.Header.AddressList("From"); err == nil && len(from) > 0 {
		l.from = from[0].Name
	}
	if to, err := r.Header.AddressList("Reply-To"); err == nil && len(to) > 0 {
		l.replyTo = to[0].Address
	}
	for {
		part, err := r.NextPart()
		if err != nil {
			break
		}
		b, err := io.ReadAll(part.Body)
		if err != nil {
			return letter{}, err
		}
		switch h := part.Header.(type) {
		case *mail.AttachmentHeader:
			name, _ := h.Filename()
			l.files[name] = b
		case *mail.InlineHeader:
			if kind, _, _ := h.ContentType(); kind == "text/plain" && l.text == "" {
				l.text = strings.ReplaceAll(string(b), "\r\n", "\n")
			}
		}
	}
	return l, nil
}
