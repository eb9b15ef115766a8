package rules

import (
	"net/netip"
	"time"
	"unicode"
)

// MailID numbers each mail that came in, in the order of its commit. Zero is none.
type MailID uint64

// MessageID is a message identifier without its angle brackets (RFC 5322, section 3.6.4), compared byte for byte.
type MessageID string

// BlobID names stored bytes by their SHA-256, in lower-case hex.
type BlobID string

// Kind says what a mail is, by its headers and form (CONTRACT, section 3).
type Kind string

// The kinds of mail. A list's or a bulk mail may still be a person's.
const (
	KindHuman     Kind = "human"
	KindAutoReply Kind = "auto-reply"
	KindBounce    Kind = "bounce"
	KindDelay     Kind = "delay"
	KindDelivered Kind = "delivered"
	KindReceipt   Kind = "receipt"
	KindReport    Kind = "report"
	KindCalendar  Kind = "calendar"
	KindChallenge Kind = "challenge"
	KindList      Kind = "list"
	KindBulk      Kind = "bulk"
)

// Person says whether a person's words may be in a mail of this kind.
func (k Kind) Person() bool { return k == KindHuman || k == KindList || k == KindBulk }

// Language is an IETF language tag of those the desk speaks or recognises.
type Language string

// Languages. Templates exist for the first three; Nynorsk is answered in Bokmål and Danish in Bokmål too.
const (
	Swedish     Language = "sv"
	Bokmal      Language = "nb"
	English     Language = "en"
	Nynorsk     Language = "nn"
	Danish      Language = "da"
	OtherTongue Language = "other"
)

// Sure is the confidence in a language, of 0 to 1, from which somebody is answered in it.
const Sure = 0.5

// Envelope is what the transport said of a mail (RFC 5321, section 2.3.1), and whose word that is.
type Envelope struct {
	From       string   `json:"from"`              // the reverse-path as given, "" for <> and for doors that have none
	To         []string `json:"to"`                // forward-paths as given, tokens included
	Null       bool     `json:"null"`              // MAIL FROM was <>, said by a transport or by a Return-Path header
	Door       string   `json:"door"`              // "smtp", "lmtp", "pipe", "imap:" and the mailbox's name, "replay"
	Peer       string   `json:"peer"`              // address of the SMTP client, "" where unknown
	Helo       string   `json:"helo"`              // what the client called itself
	TLS        bool     `json:"tls"`               //
	Relay      bool     `json:"relay"`             // the peer is one of the configured relays, or the door is pinned
	AuthservID string   `json:"authserv_id"`       // whose Authentication-Results this door believes, "" for nobody's
	Profile    string   `json:"profile,omitempty"` // how its provider writes them (package proof); "" is as RFC 8601 says
	Notify     *Notify  `json:"notify,omitempty"`  // reports of success that the client asked for, nil for none
}

// PeerAddr is the client's address, or the invalid Addr where there is none.
func (e Envelope) PeerAddr() netip.Addr {
	a, err := netip.ParseAddr(e.Peer)
	if err != nil {
		return netip.Addr{}
	}
	return a
}

// Arrival is one mail as it came through a door: bytes and transport facts, not yet read.
type Arrival struct {
	Envelope Envelope
	Received time.Time
	Raw      []byte // CRLF line ends; owned by the callee once handed over
}

// Attachment is one part of a mail that is not its text. Its content is kept under SHA256 as a blob.
type Attachment struct {
	Name      string `json:"name"` // cleaned: no path, no control or format characters, at most 150 bytes
	Type      string `json:"type"` // media type in lower case, without parameters
	Size      int64  `json:"size"` // decoded bytes
	Inline    bool   `json:"inline"`
	Width     int    `json:"width,omitempty"` // of a picture, in pixels, where its header tells
	Height    int    `json:"height,omitempty"`
	SHA256    BlobID `json:"sha256"`
	ContentID string `json:"content_id,omitempty"` // without angle brackets
	Plain     bool   `json:"plain,omitempty"`      // of a picture that goes out: as it looks, without what its camera wrote into it
	Content   []byte `json:"-"`                    // present only while the mail is being taken in
}

// Delivery is what a delivery status notification says of one recipient (RFC 3464).
type Delivery struct {
	Recipient  string    `json:"recipient"`
	Action     string    `json:"action"`
	Status     string    `json:"status"`
	Permanent  *bool     `json:"permanent"` // nil where the notification does not tell
	Diagnostic string    `json:"diagnostic"`
	MessageID  MessageID `json:"message_id"` // of the mail it is about, "" where it does not tell
}

// Forwarded is the mail that a person passed on inside their own.
type Forwarded struct {
	From        Mailbox      `json:"from"`
	Date        time.Time    `json:"date"`
	Floating    bool         `json:"floating"` // Date names no offset: it is what a clock showed, written as UTC
	Subject     string       `json:"subject"`
	Text        string       `json:"text"`
	Language    Language     `json:"language"`   // of Text
	Confidence  float64      `json:"confidence"` // of Language, 0 to 1
	MessageID   MessageID    `json:"message_id"`
	Attachments []Attachment `json:"attachments"`
}

// When is when it was written, zero where it does not tell. A clock without an offset is taken for one at the desk,
// for those who pass mail on to it mostly sit there.
func (f *Forwarded) When(zone *time.Location) time.Time {
	if !f.Floating || f.Date.IsZero() {
		return f.Date.UTC()
	}
	d := f.Date.UTC()
	return time.Date(d.Year(), d.Month(), d.Day(), d.Hour(), d.Minute(), d.Second(), 0, zone).UTC()
}

// ProofResult is how far the author of a mail was proved (DESIGN, section 5b).
type ProofResult string

// Proof results. An aligned DMARC pass is the only proof; temporary trouble is "unverified for now".
const (
	ProofNone      ProofResult = "none"
	ProofPass      ProofResult = "pass"
	ProofFail      ProofResult = "fail"
	ProofTempError ProofResult = "temperror"
)

// Proof is what was found out about a mail's author, and by whom.
type Proof struct {
	Result ProofResult `json:"result"`
	Domain string      `json:"domain"`           // the From domain the result is about
	By     string      `json:"by"`               // "dmarc", or the authserv-id that was believed
	Detail string      `json:"detail"`           // for the reader of /why
	Method string      `json:"method,omitempty"` // what a pass rests on: "dkim", "spf"; "" where whoever said it did not tell
	Open   []string    `json:"open,omitempty"`   // what a pass by signature leaves to whoever has the mail: fields in lower case, OpenEnvelope
}

// OpenEnvelope stands in Proof.Open for all that says where a mail was sent to but its To and Cc.
const OpenEnvelope = "envelope"

// Mail is one incoming message as read (DESIGN, section 2). It is a value: nothing in it changes once it is read.
type Mail struct {
	Envelope Envelope
	Received time.Time
	Raw      []byte // whole, CRLF; not copied
	Size     int64

	MessageID  MessageID
	Date       time.Time // zero where unreadable
	From       Mailbox   // for display; identity only where Identity is "clear"
	Identity   Identity
	To, Cc     []Mailbox
	ReplyTo    []Mailbox
	SentTo     []string // every address of ours it may have been sent to: envelope, To, Cc, Delivered-To and kin, as given
	Subject    string   // decoded, one line
	InReplyTo  []MessageID
	References []MessageID
	Header     map[string][]string // canonical names, decoded values, private headers of ours left out

	Kind       Kind
	KindReason string
	NoAck      bool // no automatic mail may answer it
	Language   Language
	Confidence float64 // of Language, 0 to 1

	Reply       string // what the person wrote, above the line and above what their client quoted, unsigned
	Inline      string // Reply with the quoted lines its answers stand between, "" where they are not so placed
	Words       string // Reply without any quoted line: what reports are compared by
	Lead        string // the leading lines of the HTML part's new text, "" where the mail has none: commands must agree
	Text        string // all text parts as plain text
	Quoted      string // the part of Text below Reply, where our own references are looked for
	Attachments []Attachment
	Fields      map[string]string // "name: value" lines of a form
	Deliveries  []Delivery
	Forwarded   *Forwarded
	Problems    []string // what was odd, in words for the operator
	Encrypted   bool     // its text cannot be read
	Unread      bool     // it exceeded a cap: read from its headers only, the raw mail attached

	Proof Proof
	Key   DedupeKey
}

// Identity says whether the author can be read in exactly one way.
type Identity string

// Identities.
const (
	IdentityClear     Identity = "clear"
	IdentityAmbiguous Identity = "ambiguous"
)

// DedupeKey is the hash by which the same mail is known again, by whichever door it comes (DESIGN, section 4.2):
// Message-ID, From, Date, Subject, and the decoded bodies and attachments with line ends folded.
type DedupeKey [32]byte

// isFormat reports characters that change how text looks without being seen: controls, bidi marks, zero widths.
func isFormat(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf) }
