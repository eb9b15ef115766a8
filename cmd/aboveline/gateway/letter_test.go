package gateway

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"mime"
	"strings"
	"time"

	"github.com/emersion/go-message/mail"

	"aboveline.example/rules"
)

// letter is a mail as somebody's client writes it.
type letter struct {
	from      string // "Åsa Öberg <asa@kommun.example>"
	to        string // where it is sent
	shown     string // To, where it is not the same
	subject   string
	id        string
	inReplyTo string
	refs      []string
	fields    []string // further header fields, whole
	body      string   // text/plain
	html      string   // with body in multipart/alternative
	pictures  []drawing
	proof     string // pass, fail, none
	date      time.Time
}

// bytes is the letter on the wire.
func (l letter) bytes() []byte {
	var b strings.Builder
	field := func(name, value string) {
		if value != "" {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	name, addr := "", l.from
	if n, a, ok := strings.Cut(l.from, " <"); ok && !strings.Contains(l.from, ",") {
		name, addr = mime.QEncoding.Encode("utf-8", n)+" ", "<"+a
	}
	field("From", name+addr)
	to := l.shown
	if to == "" {
		to = l.to
	}
	field("To", to)
	field("Subject", mime.QEncoding.Encode("utf-8", l.subject))
	if l.date.IsZero() {
		l.date = time.Now()
	}
	field("Date", l.date.UTC().Format(time.RFC1123Z))
	field("Message-ID", "<"+l.id+">")
	if l.inReplyTo != "" {
		field("In-Reply-To", "<"+l.inReplyTo+">")
	}
	if len(l.refs) > 0 {
		field("References", "<"+strings.Join(l.refs, ">\r\n <")+">")
	}
	for _, f := range l.fields {
		b.WriteString(f + "\r\n")
	}
	field("MIME-Version", "1.0")
	body := strings.ReplaceAll(l.body, "\n", "\r\n") + "\r\n"
	switch {
	case strings.Contains(strings.Join(l.fields, "\n"), "Content-Type:"):
		b.WriteString("\r\n" + body)
	case len(l.pictures) > 0:
		b.WriteString("Content-Type: multipart/mixed; boundary=p\r\n\r\n--p\r\nContent-Type: text/plain; charset=utf-8\r\n" +
			"Content-Transfer-Encoding: 8bit\r\n\r\n" + body)
		for _, d := range l.pictures {
			b.WriteString("--p\r\nContent-Type: image/png; name=\"" + d.name + "\"\r\nContent-Disposition: attachment; filename=\"" + d.name +
				"\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64Lines(d.png) + "\r\n")
		}
		b.WriteString("--p--\r\n")
	case l.html != "":
		b.WriteString("Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n" +
			"Content-Transfer-Encoding: 8bit\r\n\r\n" + body + "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + l.html + "\r\n--b--\r\n")
	default:
		b.WriteString("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + body)
	}
	return []byte(b.String())
}

// envelope is the address that the letter's own server gives.
func (l letter) envelope() string {
	if _, a, ok := strings.Cut(l.from, "<"); ok {
		return strings.TrimSuffix(strings.SplitN(a, ">", 2)[0], ">")
	}
	return l.from
}

// sendBySMTP posts a letter at the house's door, proved as it says.
func (h *house) sendBySMTP(l letter) error {
	return h.post(l.envelope(), l.to, h.stamp(l.bytes(), l.proof))
}

// reading is what a mail client shows of a mail, and answers by.
type reading struct {
	id, replyTo, from, subject, auto, text string
	to                                     []string
	refs                                   []string
	header                                 mail.Header
}

func read(raw []byte) (reading, error) {
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		return reading{}, err
	}
	got := reading{header: r.Header, auto: r.Header.Get("Auto-Submitted")}
	got.id, _ = r.Header.MessageID()
	got.subject, _ = r.Header.Subject()
	got.refs, _ = r.Header.MsgIDList("References")
	if a, err := r.Header.AddressList("From"); err == nil && len(a) == 1 {
		got.from, got.replyTo = a[0].Address, a[0].Address
	}
	if a, err := r.Header.AddressList("Reply-To"); err == nil && len(a) == 1 {
		got.replyTo = a[0].Address
	}
	for _, f := range []string{"To", "Cc", "Bcc"} {
		list, _ := r.Header.AddressList(f)
		for _, a := range list {
			got.to = append(got.to, a.Address)
		}
	}
	for {
		part, err := r.NextPart()
		if err != nil {
			if err == io.EOF {
				return got, nil
			}
			return got, err
		}
		if h, ok := part.Header.(*mail.InlineHeader); ok {
			if ct, _, _ := h.ContentType(); ct == "text/plain" && got.text == "" {
				text, _ := io.ReadAll(part.Body)
				got.text = string(text)
			}
		}
	}
}

// answer replies to a mail as a client does: to its Reply-To, with its ids, and with all of it quoted below.
func answer(to []byte, from, id, words string) (letter, error) {
	r, err := read(to)
	if err != nil {
		return letter{}, fmt.Errorf("what is answered cannot be read: %w", err)
	}
	return letter{
		from: from, to: r.replyTo, subject: "SV: " + r.subject, id: id, inReplyTo: r.id, refs: append(r.refs, r.id), proof: "pass",
		body: words + "\n\n" + "Den 3 mars 2026 kl. 10:14 skrev " + r.from + ":\n" + quote(r.text),
	}, nil
}

func quote(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(strings.TrimRight(text, "\r\n"), "\r\n", "\n")) {
		b.WriteString("> " + line)
	}
	return b.String()
}

// find is the newest mail under an id of ours.
func (w *town) find(id rules.MessageID) (parcel, bool) {
	for _, p := range w.delivered() {
		if idOf(p.raw) == string(id) {
			return p, true
		}
	}
	return parcel{}, false
}

// drawing is a picture that a letter has with it.
type drawing struct {
	name string
	png  []byte
}

// picturePNG draws a picture that does not compress, so that its bytes grow with its size, and each name's is another.
func picturePNG(name string, w, h int) []byte {
	m := image.NewGray(image.Rect(0, 0, w, h))
	var seed [32]byte
	copy(seed[:], name)
	_, _ = rand.NewChaCha8(seed).Read(m.Pix)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func base64Lines(b []byte) string {
	var out strings.Builder
	for s := base64.StdEncoding.EncodeToString(b); s != ""; {
		n := min(76, len(s))
		out.WriteString(s[:n] + "\r\n")
		s = s[n:]
	}
	return out.String()
}
