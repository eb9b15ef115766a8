package mailout

import (
	"fmt"
	"strings"
	"time"

	"aboveline.example/rules"
)

// ComposerOptions say whose mail is written and how.
type ComposerOptions struct {
	Name     string         // the desk's
	Address  rules.Address  // the desk's
	Zone     *time.Location // times are written in it; nil is UTC
	Hostname string         // our mark in the loop header, and the right side of content ids
	Dir      string         // the operator's own templates, "" for none
}

// Composer turns decided mails into bytes. It is immutable, and safe for use by many goroutines.
type Composer struct {
	o       ComposerOptions
	wording wording
}

// NewComposer reads the templates, the operator's own included, and tries each with sample mails in every language.
// The error names file and line of each fault and what is accepted.
func NewComposer(o ComposerOptions) (*Composer, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	w, err := readWording(o.Dir)
	if err != nil {
		return nil, err
	}
	c := &Composer{o: o, wording: w}
	if err := c.try(); err != nil {
		return nil, err
	}
	return c, nil
}

// Compose writes the mail: a function of the row and the templates. Blobs stand as pieces of their own, in the order
// of the row's attachments.
//
// An error means a row that can never be a mail: an address that is none, no Message-ID.
func (c *Composer) Compose(o rules.Outgoing) ([]rules.Piece, error) {
	if err := sendable(&o); err != nil {
		return nil, fmt.Errorf("compose %s: %w", o.ID, err)
	}
	body, err := c.word(&o)
	if err != nil {
		return nil, fmt.Errorf("compose %s: %w", o.ID, err)
	}
	w := writing{b: make([]byte, 0, 3*len(body.html)/2+2*len(body.text)+2048)}
	h := c.headers(&o)
	if o.Delivered != nil {
		w.report(&o, h, body, c.o.Hostname)
	} else {
		w.body(&o, h, body, c.o.Hostname)
	}
	return w.done(), nil
}

// sendable checks what the headers rest on. ParseAddress gives back what it was given, or the row did not come from
// where addresses are made.
func sendable(o *rules.Outgoing) error {
	for _, a := range []rules.Address{o.To.Address, o.From.Address} {
		if got, ok := rules.ParseAddress(string(a)); !ok || got != a {
			return fmt.Errorf("%.60q is not an address", string(a))
		}
	}
	if o.ReplyTo != "" {
		if got, ok := rules.ParseAddress(string(o.ReplyTo)); !ok || got != o.ReplyTo {
			return fmt.Errorf("reply-to %.60q is not an address", string(o.ReplyTo))
		}
	}
	if len(ids(o.MessageID).atoms) == 0 {
		return fmt.Errorf("%.60q is not a message-id", string(o.MessageID))
	}
	if o.Date.IsZero() {
		return fmt.Errorf("it has no date")
	}
	return nil
}

// headers writes what stands above the body's own fields (DESIGN, section 6).
func (c *Composer) headers(o *rules.Outgoing) *header {
	h := &header{b: make([]byte, 0, 2048)}
	to, topic := o.To, o.ThreadTopic
	if o.Template == rules.TemplateConfirmationPlain {
		to.Name, topic = "", "" // their words are not repeated to the unproved, and a name is words, too
	}
	h.set("From", mailbox(o.From))
	h.set("To", mailbox(to))
	h.set("Subject", text(o.Subject, maxSubject))
	h.set("Date", date(o.Date.In(c.o.Zone)))
	h.set("Message-ID", ids(o.MessageID))
	h.set("In-Reply-To", ids(o.InReplyTo))
	h.set("References", ids(capped(o.References)...))
	if o.ReplyTo != "" {
		h.set("Reply-To", mailbox(rules.Mailbox{Name: c.o.Name, Address: o.ReplyTo}))
	}
	if o.Auto != rules.AutoNone {
		h.set("Auto-Submitted", token(string(o.Auto)))
		// Never All: it would silence refusals, too (DESIGN, section 6).
		h.set("X-Auto-Response-Suppress", token("DR, RN, NRN, OOF, AutoReply"))
		h.set("X-Aboveline-Loop", token(c.o.Hostname))
	}
	h.set("List-Unsubscribe", uri(o.ListUnsubscribe))
	h.set("Thread-Topic", text(topic, maxSubject))
	h.set("Thread-Index", token(strings.ReplaceAll(o.ThreadIndex, " ", "")))
	h.set("Content-Language", token(string(spoken(o.Language))))
	h.set("MIME-Version", token("1.0"))
	return h
}

// maxReferences is how long a chain of references may be, in characters: relays refuse header blocks of more than 4 KB
// (PEERS 4a).
const maxReferences = 1500

// capped keeps the first reference, which clients thread by, and as many of the newest as there is room for.
func capped(all []rules.MessageID) []rules.MessageID {
	size := 0
	for i := len(all) - 1; i >= 0; i-- {
		if size += len(all[i]) + 3; size > maxReferences && i > 0 {
			return append(all[:1:1], all[min(i+1, len(all)-1):]...)
		}
	}
	return all
}

// spoken is the language a mail is worded in: Nynorsk and Danish readers get Bokmål, others English.
func spoken(l rules.Language) rules.Language {
	switch l {
	case rules.Swedish, rules.Bokmal, rules.English:
		return l
	case rules.Nynorsk, rules.Danish, "no":
		return rules.Bokmal
	}
	return rules.English
}
