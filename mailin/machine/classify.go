package machine

import (
	"mime"
	"strings"

	"aboveline.example/rules"
)

// Part is one leaf or message part of a mail, decoded.
type Part struct {
	Type        string            // media type in lower case, without parameters
	Params      map[string]string // of the Content-Type, keys in lower case
	Description string            // Content-Description
	Disposition string            // "inline", "attachment" or ""
	Name        string            // of the file, cleaned; "" where it has none
	Nested      bool              // inside a mail that this one returns or passes on
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

// Classify says what kind a mail is, by the strongest evidence in it: its structure, then its headers, then, where a
// machine sent it, its words. Words alone make no machine of a person, with one exception, told at [wordsOfReply].
func Classify(f Facts) Verdict {
	c := reading{Facts: f, letter: takeApart(f), evidence: readMarks(f.Header), sender: senderOf(f), null: nullPath(f)}
	c.subject = fold(clip(f.Subject, 998))
	c.head = head(c.words)
	for _, question := range []func(*reading) (Verdict, bool){
		(*reading).report, (*reading).delivery, (*reading).cloud, (*reading).calendar, (*reading).challenge,
		(*reading).prose, (*reading).marked, (*reading).wordsOfReply, (*reading).unmanned,
	} {
		if v, ok := question(&c); ok {
			v.NoAck = true
			return v
		}
	}
	return Verdict{Kind: rules.KindHuman, Reason: c.quiet, NoAck: c.quiet != ""}
}

// maxPhrases is how much of a mail's own words is compared with phrases.
const maxPhrases = 16 << 10

// reading is a mail while it is being judged.
type reading struct {
	Facts
	letter
	evidence
	sender  machineSender
	null    bool
	subject string // folded
	head    string // the first unquoted words, folded
	whole   string // see folded
}

// folded is the first words, folded, quoted ones included.
func (c *reading) folded() string {
	if c.whole == "" {
		c.whole = fold(clip(c.words, maxPhrases))
	}
	return c.whole
}

// contentType is the mail's own type and parameters; a broken one gives what can be read.
func (c *reading) contentType() (string, map[string]string) {
	value := firstOf(c.Header["Content-Type"])
	mediaType, params, err := mime.ParseMediaType(clip(value, 2000))
	if err == nil || mediaType != "" {
		return mediaType, params
	}
	word, rest, _ := strings.Cut(value, ";")
	params = map[string]string{}
	for _, p := range strings.Split(clip(rest, 2000), ";") {
		if name, v, ok := strings.Cut(p, "="); ok {
			params[strings.ToLower(strings.TrimSpace(name))] = strings.Trim(strings.TrimSpace(v), `"`)
		}
	}
	return strings.ToLower(strings.TrimSpace(word)), params
}

// machineSent says whether the mail was sent by a program, whatever it says.
func (c *reading) machineSent() bool {
	return c.null || c.sender == aDaemon || c.sender == aPostmaster || c.kind == rules.KindAutoReply || c.kind == rules.KindBounce
}

// marked is the answer of the headers.
func (c *reading) marked() (Verdict, bool) {
	switch c.kind {
	case "":
		return Verdict{}, false
	case aDesk:
		if word := c.acknowledges(); word != "" {
			return Verdict{Kind: rules.KindAutoReply, Reason: c.reason + "; " + quote(word)}, true
		}
		return Verdict{Kind: rules.KindBulk, Reason: c.reason}, true
	case rules.KindBulk:
		if word := c.repliesByItself(); word != "" {
			return Verdict{Kind: rules.KindAutoReply, Reason: c.reason + "; " + word}, true
		}
	case rules.KindBounce:
		return c.bounce(c.reason), true
	}
	return Verdict{Kind: c.kind, Reason: c.reason}, true
}

// unmanned is the weakest evidence: nobody stands behind the sender, though somebody's words may be in the mail.
func (c *reading) unmanned() (Verdict, bool) {
	switch {
	case c.null:
		return Verdict{Kind: rules.KindAutoReply, Reason: "Return-Path: <>"}, true
	case c.sender == aDaemon:
		return Verdict{Kind: rules.KindAutoReply, Reason: "From: " + clip(string(c.From.Address), 60)}, true
	case c.sender == anUnmanned && !c.human:
		return Verdict{Kind: rules.KindBulk, Reason: "From: " + clip(string(c.From.Address), 60)}, true
	}
	return Verdict{}, false
}

func quote(phrase string) string { return `"` + phrase + `"` }

// quoted is quote of a phrase that may be none.
func quoted(phrase string) string {
	if phrase == "" {
		return ""
	}
	return quote(phrase)
}
