package mailin

import (
	"net/mail"
	"regexp"
	"strings"
	"time"

	"aboveline.example/mailin/language"
	"aboveline.example/mailin/machine"
	"aboveline.example/mailin/mime"
	"aboveline.example/mailin/reply"
	"aboveline.example/rules"
)

// Read reads an arrival that answers nothing we know of.
func Read(a rules.Arrival) *rules.Mail { return Reader{}.Read(a) }

// Reader reads arrivals with what is known of the mails they answer. The zero value knows nothing.
type Reader struct {
	// Marks are the marks beside the line in those of our mails that the ids name; nil knows none.
	Marks func([]rules.MessageID) []string
	// Known are the texts that we sent under these ids, so that they are known even where a client retyped or
	// re-wrapped them; nil knows none.
	Known func([]rules.MessageID) []string
	// Names are what the desk calls things by, which tells nothing of the language of a mail about them.
	Names language.Names
}

// Read reads an arrival into a Mail. It is a function of the arrival alone and total: whatever the bytes are, there
// is a Mail with them. Proof is left for a [Prover]. It owns a.Raw, and the Mail shares its memory.
func (r Reader) Read(a rules.Arrival) *rules.Mail {
	msg := mime.Read(a.Raw)
	m := &rules.Mail{Envelope: a.Envelope, Received: a.Received, Raw: a.Raw, Size: int64(len(a.Raw)),
		Attachments: msg.Attachments, Unread: msg.Unread, Encrypted: msg.Encrypted, Text: msg.Text}
	header(m, msg)
	m.SentTo = sentTo(m, msg)
	r.words(m, msg)
	classify(m, msg)
	m.Problems = append(m.Problems, msg.Problems...)
	m.Key = key(m, msg)
	return m
}

// header fills in what stands in the mail's own fields.
func header(m *rules.Mail, msg *mime.Message) {
	var odd string
	if m.From, m.Identity, odd = msg.Author(); odd != "" {
		m.Problems = append(m.Problems, odd)
	}
	m.Header = make(map[string][]string, len(msg.Header))
	for name, values := range msg.Header {
		if !strings.HasPrefix(name, ownHeader) {
			m.Header[name] = values
		}
	}
	m.MessageID = firstID(msg.Get("Message-Id"))
	m.Date = date(msg.Get("Date"))
	m.Subject = strings.Join(strings.Fields(msg.Get("Subject")), " ")
	m.To, m.Cc, m.ReplyTo = mailboxes(msg, "To"), mailboxes(msg, "Cc"), mailboxes(msg, "Reply-To")
	m.InReplyTo = ids(raw(msg, "In-Reply-To"))
	m.References = capped(ids(raw(msg, "References")))
	if m.Envelope.From == "" && strings.TrimSpace(msg.Get("Return-Path")) == "<>" {
		m.Envelope.Null = true
	}
}

// ownHeader begins the fields that only we may write: what comes in with them is not ours.
const ownHeader = "X-Aboveline-"

// raw is the bodies of all fields of a name, as they stand in the mail.
func raw(msg *mime.Message, name string) []string {
	var all []string
	for _, f := range msg.Fields {
		if strings.EqualFold(f.Name, name) {
			all = append(all, f.Unfolded())
		}
	}
	return all
}

func mailboxes(msg *mime.Message, name string) []rules.Mailbox {
	var list []rules.Mailbox
	for _, body := range raw(msg, name) {
		list = append(list, mime.Mailboxes(body)...)
	}
	return list[:min(len(list), mime.MaxAddresses)]
}

// messageID finds identifiers as they are written in real mail: in angle brackets, between anything.
var messageID = regexp.MustCompile(`<[^<>\s]+>`)

func ids(bodies []string) []rules.MessageID {
	var list []rules.MessageID
	seen := map[string]bool{}
	for _, b := range bodies {
		for _, id := range messageID.FindAllString(b, -1) {
			if id = id[1 : len(id)-1]; !seen[id] {
				seen[id] = true
				list = append(list, rules.MessageID(id))
			}
		}
	}
	return list
}

// capped keeps the first identifier, which names the thread, and the last twenty, which are nearest.
func capped(list []rules.MessageID) []rules.MessageID {
	if n := len(list); n > mime.MaxReferences {
		return append(list[:1:1], list[n-(mime.MaxReferences-1):]...)
	}
	return list
}

// firstID is the Message-ID, without brackets where the mail forgot them.
func firstID(s string) rules.MessageID {
	if id := messageID.FindString(s); id != "" {
		return rules.MessageID(id[1 : len(id)-1])
	}
	if f := strings.Fields(strings.Trim(s, "<> ")); len(f) == 1 && len(f[0]) <= 998 {
		return rules.MessageID(f[0])
	}
	return ""
}

// date reads a Date field; what cannot be read is the zero time.
func date(s string) time.Time {
	if len(s) > 200 {
		return time.Time{}
	}
	if t, err := mail.ParseDate(s); err == nil {
		return t
	}
	s, _, _ = strings.Cut(s, "(")
	s = strings.Join(strings.Fields(strings.NewReplacer(",", " ", "GMT+", "+", "GMT-", "-", ".", ":").Replace(s)), " ")
	for _, layout := range oddDates {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// oddDates are forms seen in mail that RFC 5322, section 3.3 does not have.
var oddDates = []string{
	"Mon 2 Jan 2006 15:04:05 -0700", "Mon 2 Jan 2006 15:04:05 MST", "Mon 2 Jan 06 15:04:05 -0700",
	"Mon 2 January 2006 15:04:05 -0700", "Monday 2 January 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 -0700",
	"2 Jan 2006 15:04:05", "Mon 2 Jan 2006 15:04:05", "Mon Jan 2 15:04:05 2006", "Mon Jan 2 15:04:05 MST 2006",
	"Mon Jan 2 15:04:05 2006 -0700", "Mon 2 Jan 2006 15:04 -0700", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05",
	time.RFC3339,
}

// words finds what the person wrote.
func (r Reader) words(m *rules.Mail, msg *mime.Message) {
	if msg.Unread {
		m.Language = rules.OtherTongue
		return
	}
	in := reply.Input{Text: msg.Plain, HTML: msg.HTML, Subject: m.Subject}
	answered := append(m.InReplyTo[:len(m.InReplyTo):len(m.InReplyTo)], m.References...)
	if r.Marks != nil {
		in.Marks = r.Marks(answered)
	}
	if r.Known != nil {
		in.Known = r.Known(answered)
	}
	v := reply.Visible(in)
	m.Reply, m.Inline, m.Words, m.Lead, m.Quoted, m.Forwarded = v.Reply, v.Inline, v.Words, v.Lead, v.Quoted, v.Forwarded
	m.Language, m.Confidence = r.Names.Guess(v.Words)
	if m.Confidence < rules.Sure && len(answered) == 0 && m.Forwarded == nil {
		// A new matter's subject is its writer's own words, and they may have said it all there.
		if l, sure := r.Names.Guess(m.Subject + "\n" + v.Words); sure > m.Confidence {
			m.Language, m.Confidence = l, sure
		}
	}
	m.Fields = fields(m.Reply)
	if m.Forwarded == nil {
		if m.Forwarded = attached(msg); m.Forwarded != nil {
			m.Attachments = append(m.Attachments, m.Forwarded.Attachments...) // whose words are shown, whose files are, too
		}
	}
	if f := m.Forwarded; f != nil {
		f.Language, f.Confidence = r.Names.Guess(f.Text)
	}
}

// attached is the mail that was passed on as an attachment.
func attached(msg *mime.Message) *rules.Forwarded {
	if len(msg.Nested) != 1 {
		return nil
	}
	n := msg.Nested[0]
	from, _, _ := n.Author()
	return &rules.Forwarded{From: from, Date: date(n.Get("Date")), Subject: n.Get("Subject"), Text: n.Text,
		MessageID: firstID(n.Get("Message-Id")), Attachments: n.Attachments}
}

// classify asks what kind of mail it is.
func classify(m *rules.Mail, msg *mime.Message) {
	v := machine.Classify(machine.Facts{Header: m.Header, NullPath: m.Envelope.Null, EnvelopeFrom: m.Envelope.From,
		From: m.From, Subject: m.Subject, Text: m.Text, Parts: facts(nil, msg, false)})
	m.Kind, m.KindReason, m.NoAck, m.Deliveries = v.Kind, v.Reason, v.NoAck, v.Deliveries
	if v.Kind.Person() || m.Forwarded == nil {
		return
	}
	m.Forwarded = nil // what a machine sends back is not passed on by anybody
}

func facts(list []machine.Part, msg *mime.Message, nested bool) []machine.Part {
	for i, p := range msg.Parts {
		list = append(list, machine.Part{Type: p.Type, Params: p.Params, Description: p.Description,
			Disposition: p.Disposition, Name: p.Name, Nested: nested, Body: p.Body, Text: p.Text})
		if n := msg.Opened(i); n != nil {
			list = facts(list, n, true)
		}
	}
	return list
}
