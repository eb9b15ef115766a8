package inspect

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/idna"

	"aboveline.example/rules"
)

// Report is what inspect says of one file. Every field is always present.
type Report struct {
	File        string            `json:"file"`
	MessageID   string            `json:"message_id"`
	From        rules.Mailbox     `json:"from"`
	Identity    rules.Identity    `json:"identity"`
	To          []string          `json:"to"`
	Cc          []string          `json:"cc"`
	ReplyTo     string            `json:"reply_to"`
	Subject     string            `json:"subject"`
	Date        string            `json:"date"` // RFC 3339, "" where the mail has none that can be read
	Language    rules.Language    `json:"language"`
	Confidence  float64           `json:"language_confidence"`
	Kind        rules.Kind        `json:"kind"`
	KindReason  string            `json:"kind_reason"`
	NoAck       bool              `json:"no_ack"`
	Reply       string            `json:"reply"`
	Text        string            `json:"text"`
	Attachments []Attachment      `json:"attachments"`
	Unnamed     []Attachment      `json:"unnamed"` // parts kept like attachments that have no file name
	InReplyTo   []rules.MessageID `json:"in_reply_to"`
	References  []rules.MessageID `json:"references"`
	Fields      map[string]string `json:"fields"`
	Problems    []string          `json:"problems"`
	Bounce      []rules.Delivery  `json:"bounce"`
	Forwarded   *Forwarded        `json:"forwarded"`
}

// Attachment is one attached part.
type Attachment struct {
	Name      string       `json:"name"`
	Type      string       `json:"type"`
	Size      int64        `json:"size"`
	Inline    bool         `json:"inline"`
	SHA256    rules.BlobID `json:"sha256"`
	ContentID string       `json:"content_id"`
}

// Forwarded is the mail that was passed on inside this one.
type Forwarded struct {
	From      rules.Mailbox   `json:"from"`
	Date      string          `json:"date"`
	Subject   string          `json:"subject"`
	Text      string          `json:"text"`
	MessageID rules.MessageID `json:"message_id"`
}

// report puts a mail into the form of the contract: what is empty is present and empty.
func report(file string, m *rules.Mail) Report {
	r := Report{
		File: file, MessageID: string(m.MessageID), From: m.From, Identity: m.Identity,
		To: addresses(m.To), Cc: addresses(m.Cc), Subject: m.Subject, Date: stamp(m.Date),
		Language: m.Language, Confidence: m.Confidence, Kind: m.Kind, KindReason: m.KindReason, NoAck: m.NoAck,
		Reply: m.Reply, Text: m.Text,
		InReplyTo: orEmpty(m.InReplyTo), References: orEmpty(m.References), Fields: m.Fields,
		Problems: orEmpty(m.Problems), Bounce: orEmpty(m.Deliveries),
	}
	if to := addresses(m.ReplyTo); len(to) > 0 {
		r.ReplyTo = to[0]
	}
	if r.From.Address = rules.Address(shown(m.From.Address)); r.From.Address == "" && len(m.Header["From"]) > 0 {
		r.From.Address = rules.Address(localUser(m.Header["From"][0]))
	}
	r.Attachments, r.Unnamed = attachments(m.Attachments)
	if r.Fields == nil {
		r.Fields = map[string]string{}
	}
	if f := m.Forwarded; f != nil {
		r.Forwarded = &Forwarded{From: f.From, Date: stamp(f.Date), Subject: f.Subject, Text: f.Text, MessageID: f.MessageID}
	}
	return r
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func addresses(list []rules.Mailbox) []string {
	out := []string{}
	for _, b := range list {
		if b.Address != "" {
			out = append(out, shown(b.Address))
		}
	}
	return out
}

// shown is an address as its owner writes it. One whose local part is not ASCII can only be mailed in UTF-8
// (RFC 6532), and its domain is written so too; all others show the domain as it is asked for in the DNS.
func shown(a rules.Address) string {
	for _, r := range a.Local() {
		if r > 0x7f {
			if domain, err := idna.Display.ToUnicode(a.Domain()); err == nil {
				return a.Local() + "@" + domain
			}
		}
	}
	return string(a)
}

// localUser is the name in a From of a mail that never left its machine: "root", "Cron <root>". It is no address.
func localUser(from string) string {
	if i := strings.LastIndexByte(from, '<'); i >= 0 && strings.HasSuffix(from, ">") {
		from = from[i+1 : len(from)-1]
	}
	if from == "" || strings.ContainsFunc(from, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '.' }) {
		return ""
	}
	return from
}

// attachments tells the files from the parts that are kept but have no name to show.
func attachments(list []rules.Attachment) (named, unnamed []Attachment) {
	named, unnamed = []Attachment{}, []Attachment{}
	for _, a := range list {
		b := Attachment{Name: a.Name, Type: a.Type, Size: a.Size, Inline: a.Inline, SHA256: a.SHA256, ContentID: a.ContentID}
		if a.Name == "" {
			unnamed = append(unnamed, b)
		} else {
			named = append(named, b)
		}
	}
	return named, unnamed
}
