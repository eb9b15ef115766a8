package gateway

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"aboveline.example/rules"
	"aboveline.example/store"
)

// write builds the mail of a step.
func (n *narrator) write(input string) (letter, error) {
	n.mails++
	head, body, _ := strings.Cut(input, "\n\n")
	body = strings.TrimSpace(body)
	l := letter{to: "support@omdirekt.example", id: fmt.Sprintf("m%d@clients.example", n.mails), proof: "pass", body: body}
	only, answers, button, drop := "all", "", "", ""
	for line := range strings.Lines(head) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			return l, fmt.Errorf("what is %q?", line)
		}
		switch key {
		case "from":
			l.from = value
		case "to":
			l.to = strings.Fields(value)[0]
		case "cc":
			l.fields = append(l.fields, "Cc: "+value)
		case "proof":
			l.proof = value
		case "identity":
			l.from = strings.Replace(l.from, " <", " <annan@annan.example>, <", 1)
			l.from = l.from[strings.Index(l.from, ", ")+2:] + ", Annan <annan@annan.example>"
		case "subject":
			l.subject = value
		case "kind":
			if value != "bounce" && value != "human" {
				l.fields = append(l.fields, "Auto-Submitted: auto-replied")
			}
			if value == "bounce" && !strings.Contains(head, "about: ") {
				bounce(&l, "stranger@annan.example", "somebody.else@annan.example")
			}
		case "id":
			l.id = value
		case "refs":
			l.refs = append(l.refs, value)
		case "lang": // the program reads it from the words
		case "encrypted":
			encrypt(&l)
		case "lead":
			l.html = "<p>" + value + "</p>"
		case "picture":
			var name string
			var w, h int
			if _, err := fmt.Sscanf(value, "%s %dx%d", &name, &w, &h); err != nil {
				return l, err
			}
			l.pictures = append(l.pictures, drawing{name, picturePNG(name, w, h)})
		case "answers":
			answers = value
		case "only":
			only = value
		case "button":
			button = value
		case "drop":
			drop = value
		case "forwarded":
			name, addr, _ := strings.Cut(value, " <")
			l.body = "---------- Forwarded message ---------\nFrom: " + name + " <" + addr + "\nDate: Tue, 3 Mar 2026 at 10:00\nSubject: " +
				strings.TrimPrefix(l.subject, "VB: ") + "\nTo: Anna Ek <anna@omdirekt.example>\n\n" + body
		case "about":
			row, ok := n.row(value)
			if !ok {
				return l, fmt.Errorf("no mail %s", value)
			}
			l.to = string(row.EnvelopeFrom)
			bounce(&l, string(row.To.Address), string(row.MessageID))
		default:
			return l, fmt.Errorf("what is %q?", key)
		}
	}
	if button != "" {
		return l, n.press(&l, button, drop)
	}
	if answers != "" {
		return l, n.answerTo(&l, answers, only, body)
	}
	return l, nil
}

// press makes l what a client opens for a button of a mail that was delivered: the link is the one in its HTML, or
// its List-Unsubscribe.
func (n *narrator) press(l *letter, button, drop string) error {
	id, word, _ := strings.Cut(button, " ")
	row, ok := n.row(id)
	p, came := n.w.find(row.MessageID)
	if !ok || !came {
		return fmt.Errorf("no mail %s with buttons was delivered", id)
	}
	link, err := buttonOf(p.raw, word)
	if err != nil {
		return err
	}
	u, err := url.Parse(link)
	if err != nil {
		return err
	}
	if l.to, err = url.PathUnescape(u.Opaque); err != nil {
		return err
	}
	if drop == "" || drop == "body" {
		l.subject = u.Query().Get("subject")
	}
	if drop == "" || drop == "subject" {
		l.body = strings.ReplaceAll(u.Query().Get("body"), "\r\n", "\n")
	}
	return nil
}

// answerTo makes l an answer to a mail of ours as it was delivered, with all carriers or one.
func (n *narrator) answerTo(l *letter, id, only, words string) error {
	row, ok := n.row(id)
	p, came := n.w.find(row.MessageID)
	if !ok || !came {
		return fmt.Errorf("no mail %s to answer was delivered", id)
	}
	a, err := answer(p.raw, l.from, l.id, words)
	if err != nil {
		return err
	}
	if l.subject == "" {
		l.subject = a.subject
	}
	if only == "all" || only == "address" {
		l.to = a.to
	}
	if only == "all" || only == "ids" {
		l.inReplyTo, l.refs = a.inReplyTo, a.refs
	}
	if only == "all" || only == "footer" {
		l.body = a.body
	}
	return nil
}

// buttonOf is the link that a mail has for a command.
func buttonOf(raw []byte, word string) (string, error) {
	r, err := read(raw)
	if err != nil {
		return "", err
	}
	if word == "list-unsubscribe" {
		return strings.Trim(r.header.Get("List-Unsubscribe"), "<>"), nil
	}
	m := regexp.MustCompile(`<(mailto:[^>]*body=%2F` + regexp.QuoteMeta(word) + `%[^>]*)>`).FindStringSubmatch(r.text)
	if m == nil {
		return "", fmt.Errorf("no button for %s in %q", word, r.subject)
	}
	return m[1], nil
}

// bounce makes l a delivery status notification (RFC 3464).
func bounce(l *letter, recipient, about string) {
	l.fields = append(l.fields, `Content-Type: multipart/report; report-type=delivery-status; boundary="r"`)
	l.body = "--r\nContent-Type: text/plain; charset=utf-8\n\n" + l.body + "\n\n--r\nContent-Type: message/delivery-status\n\n" +
		"Reporting-MTA: dns; mx.kommun.example\n\nFinal-Recipient: rfc822; " + recipient +
		"\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown\n\n--r\nContent-Type: text/rfc822-headers\n\n" +
		"Message-ID: <" + about + ">\nSubject: x\n\n--r--\n"
}

// encrypt makes l what a client that encrypts sends (RFC 3156, section 4).
func encrypt(l *letter) {
	l.fields = append(l.fields, `Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="e"`)
	l.body = "--e\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--e\nContent-Type: application/octet-stream; name=encrypted.asc\n\n" +
		"-----BEGIN PGP MESSAGE-----\n\nabc=\n-----END PGP MESSAGE-----\n--e--\n"
}

// withTrace is the letter as a mailbox has it: its envelope is in its fields.
func (l letter) withTrace() []byte {
	trace := "Return-Path: <" + l.envelope() + ">\r\nDelivered-To: " + l.to + "\r\n"
	return append([]byte(trace), l.bytes()...)
}

func (n *narrator) row(id string) (row rules.Queued, ok bool) {
	n.h.view(func(tx *store.Tx) { row, ok = tx.Sent(rules.OutgoingID(id)) })
	return row, ok
}
