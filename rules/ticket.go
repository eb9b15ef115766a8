package rules

import (
	"strconv"
	"time"
)

// TicketID is a ticket's number; zero is none, and stands for "the desk itself" on mail that belongs to no ticket.
type TicketID uint64

// OutageID is an outage's number; zero is none.
type OutageID uint64

// Number is the ticket as people see it: OMD-1042.
func (d *Desk) Number(id TicketID) string { return d.Prefix + "-" + strconv.FormatUint(uint64(id), 10) }

// Status is where a ticket stands (CONTRACT, section 3).
type Status string

// Statuses. Which may follow which is one table in status.go.
const (
	StatusNew              Status = "new"
	StatusOpen             Status = "open"
	StatusWaitingRequester Status = "waiting-requester"
	StatusWaitingVendor    Status = "waiting-vendor"
	StatusWaitingApproval  Status = "waiting-approval"
	StatusWaitingRelease   Status = "waiting-release"
	StatusResolved         Status = "resolved"
	StatusClosed           Status = "closed"
)

// Role is what a participant is to a ticket.
type Role string

// Roles. An address has one.
const (
	RoleRequester Role = "requester"
	RoleFollower  Role = "follower"
	RoleStaff     Role = "staff"
	RoleVendor    Role = "vendor"
	RoleInformed  Role = "informed"
	RoleStranger  Role = ""
)

// Audience is who hears a thread.
type Audience string

// Audiences.
const (
	AudienceRequester Audience = "requester"
	AudienceStaff     Audience = "staff"
	AudienceVendor    Audience = "vendor"
)

// Participant is one person or system that takes part in a ticket.
type Participant struct {
	Mailbox
	Role     Role      `json:"role"`
	Thread   int       `json:"thread"`
	Language Language  `json:"language"`
	Since    time.Time `json:"since"`
	Left     time.Time `json:"left,omitzero"`
	Muted    bool      `json:"muted,omitempty"`
	Verified bool      `json:"verified"`          // has proved who they are at least once on this ticket
	Invited  bool      `json:"invited,omitempty"` // asked to join, not answered yet: hears nothing
}

// Thread is one conversation on a ticket with one audience. References is the chain by which the audience's mail
// clients thread it, oldest first; it keeps the first and the last ones (RFC 5322, section 3.6.4; we cap at 21).
type Thread struct {
	Audience   Audience    `json:"audience"`
	Party      Address     `json:"party"` // the requester or vendor, "" for staff
	References []MessageID `json:"references"`
	Subject    string      `json:"subject"` // base subject of that side's own mails
	Topic      string      `json:"topic,omitempty"`
	Index      string      `json:"index,omitempty"` // Thread-Index as last seen, echoed for Outlook
}

// Threads that every ticket has, by index.
const (
	ThreadRequester = 0
	ThreadStaff     = 1
)

// Link ties a ticket to another.
type Link struct {
	Ticket TicketID `json:"ticket"`
	Kind   string   `json:"kind"` // "follows", "followed-by", "merged-into", "related"
}

// VendorReport is a fault report to one vendor, and how the following up of it stands.
type VendorReport struct {
	Vendor    Address   `json:"vendor"`
	Thread    int       `json:"thread"`
	Reported  time.Time `json:"reported"`
	LastSent  time.Time `json:"last_sent"`           // our last mail to it
	LastHeard time.Time `json:"last_heard,omitzero"` // its last human word
	Next      time.Time `json:"next,omitzero"`       // the next follow-up; zero: none comes
	Nth       int       `json:"nth"`                 // follow-ups so far, since its last word
	Total     int       `json:"total"`               // follow-ups ever
	Reference string    `json:"reference"`           // its own number for the fault
	Tag       string    `json:"tag,omitempty"`       // that number as its desk writes it in a subject: "[Case#778899]"
	Ended     time.Time `json:"ended,omitzero"`      // when it was told that the fault is solved, or none
	// ToldOver says that it was told that the fault is over, and that this was taken back: its next reminder says so.
	ToldOver  bool `json:"told_over,omitempty"`
	Escalated bool `json:"escalated,omitempty"` // its escalation contact has been asked, and is told of the end
	// Asked are the mails that asked it last: the report, or a reminder and its copy to the escalation contact.
	Asked []OutgoingID `json:"asked,omitempty"`
}

// Ticket is one matter (DESIGN, section 2). It is a value; Decide returns changed copies.
type Ticket struct {
	ID           TicketID          `json:"id"`
	Subject      string            `json:"subject"` // base subject, prefixes folded
	Status       Status            `json:"status"`
	Type         string            `json:"type"`
	Priority     int               `json:"priority"` // 1 is most urgent, 0 unset
	Category     string            `json:"category"`
	Service      string            `json:"service"`
	Tags         []string          `json:"tags"`
	Requester    Mailbox           `json:"requester"`
	Organisation string            `json:"organisation"`
	Assignee     string            `json:"assignee"`
	Group        string            `json:"group"`
	Participants []Participant     `json:"participants"`
	Threads      []Thread          `json:"threads"`
	Outage       OutageID          `json:"outage"`
	Reports      []VendorReport    `json:"reports,omitempty"`
	Snoozed      time.Time         `json:"snoozed,omitzero"` // no follow-ups or reminders until then
	Links        []Link            `json:"links"`
	Fields       map[string]string `json:"fields"`
	Cause        string            `json:"cause"`
	Resolution   string            `json:"resolution"`
	Workaround   bool              `json:"workaround,omitempty"` // resolved, but only for now
	Language     Language          `json:"language"`
	Created      time.Time         `json:"created"`
	Updated      time.Time         `json:"updated"`
	Due          time.Time         `json:"due,omitzero"`
	Closed       time.Time         `json:"closed,omitzero"`
	Messages     int               `json:"messages"` // mails of people, in and out
	Entries      int               `json:"entries"`  // entries so far; the next one's number is one more
	Sent         int               `json:"sent"`     // mails ever decided; part of each one's identity
	Undo         *Undo             `json:"undo,omitempty"`
	Ended        *Ended            `json:"ended,omitempty"`
	Quiet        bool              `json:"quiet"` // opened by a machine: nobody is confirmed
	Suspicious   bool              `json:"suspicious"`
}

// FirstEntry is the Seq of the mail that opened a ticket.
const FirstEntry = 1

// EntryKind is what an entry records.
type EntryKind string

// Entry kinds.
const (
	EntryMailIn  EntryKind = "mail-in"
	EntryMailOut EntryKind = "mail-out"
	EntryNote    EntryKind = "note"
	EntryChange  EntryKind = "change"
)

// Trust is how far an entry's author was believed.
type Trust string

// Trusts.
const (
	TrustVerified   Trust = "verified"
	TrustUnverified Trust = "unverified"
	TrustFailed     Trust = "failed"
)

// Self is who entries name when the desk itself acted.
const Self = "aboveline"

// Entry is one line of a ticket's history. It is written once, and never changed but by a [Redaction].
type Entry struct {
	Ticket      TicketID     `json:"ticket"`
	Seq         int          `json:"seq"`
	At          time.Time    `json:"at"`
	Kind        EntryKind    `json:"kind"`
	Thread      int          `json:"thread"`
	Who         string       `json:"who"` // an address, or Self
	Name        string       `json:"name,omitempty"`
	Trust       Trust        `json:"trust"`
	Text        string       `json:"text"`
	Reasons     []Reason     `json:"reasons"`
	Attachments []Attachment `json:"attachments"`
	MessageID   MessageID    `json:"message_id,omitempty"`
	Mail        MailID       `json:"mail,omitempty"`     // the mail it came from
	Outgoing    OutgoingID   `json:"outgoing,omitempty"` // the mail it went out as
}

// Reason is one step of why the desk did what it did: a constant of reason.go and its subject.
type Reason struct {
	Code    ReasonCode `json:"code"`
	Subject string     `json:"subject,omitempty"`
}

// String is the reason on one line: "thread-by-token OMD-1042".
func (r Reason) String() string {
	if r.Subject == "" {
		return string(r.Code)
	}
	return string(r.Code) + " " + r.Subject
}
