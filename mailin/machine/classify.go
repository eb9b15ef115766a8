package machine

import (
	"aboveline.example/rules"
)

// Part is one leaf or message part of a mail, decoded.
type Part struct {
	Type        string            // media type in lower case, without parameters
	Params      map[string]string // of the Content-Type, keys in lower case
	Description string            // Content-Description
	Disposition string            // "inline", "attachment" or ""
	Body        []byte            // transfer encoding removed; not changed, not kept
	Text        string            // the body as UTF-8 where the part is textual
}

// Facts is what a reader of mail knows of it, and all that its kind is decided by.
type Facts struct {
	Header       map[string][]string // canonical MIME header keys, decoded values
	NullPath     bool                // MAIL FROM was <>
	EnvelopeFrom string              // the reverse-path as given, "" for <> and where unknown
	From         rules.Mailbox
	Subject      string // decoded, one line
	Text         string // all text parts
	Parts        []Part // in the order of the mail, at any depth
}

// Verdict is what a mail is.
type Verdict struct {
	Kind       rules.Kind
	Reason     string // which header or phrase decided, "" for a person's mail without marks
	NoAck      bool   // no automatic mail may answer it
	Deliveries []rules.Delivery
	Of         []rules.MessageID // the mails it is about
}

// Classify says what kind a mail is, by the strongest evidence in it.
func Classify(f Facts) Verdict {
	return Verdict{Kind: rules.KindHuman}
}
