package rules

import "time"

// Event is something Decide has to decide about.
type Event interface{ event() }

// MailArrived is a mail that a door took in and that was read. ID is the number it is kept under.
type MailArrived struct {
	ID   MailID
	Mail *Mail
	// Released is set where a person let a held mail in: who, and as what.
	Released *Release
}

// Release is a person's word for a held mail: its writer is believed this time and joins the ticket.
type Release struct {
	By string `json:"by"` // an address, or "operator"
}

// SendRefused is a permanent refusal of a mail of ours, by a peer or, later, by a bounce.
type SendRefused struct {
	Row   Outgoing
	Reply Reply
}

// DueCame is a stored time that has come.
type DueCame struct {
	Due Due
}

// RowDropped is an operator's word that a mail of ours is not to go out.
type RowDropped struct {
	Row Outgoing
	By  string
}

// HeldDropped is an operator's word that a held mail is let go.
type HeldDropped struct {
	Held Held
	By   string
}

func (RowDropped) event()  {}
func (HeldDropped) event() {}
func (MailArrived) event() {}
func (SendRefused) event() {}
func (DueCame) event()     {}

// DispositionKind is what became of a mail (DESIGN, section 4.3).
type DispositionKind string

// Dispositions. Every mail has exactly one.
const (
	DisposedNew       DispositionKind = "new-ticket"
	DisposedEntry     DispositionKind = "entry"
	DisposedDuplicate DispositionKind = "duplicate"
	DisposedBounce    DispositionKind = "delivery-word"
	DisposedCommand   DispositionKind = "command"
	DisposedHeld      DispositionKind = "held"
	DisposedParked    DispositionKind = "parked"
	DisposedRefused   DispositionKind = "refused"
	DisposedProbe     DispositionKind = "own-probe"
	DisposedDropped   DispositionKind = "dropped" // it was held, and a person let it go
)

// Disposition is one line of the mail ledger: what came, and what became of it.
type Disposition struct {
	Mail      MailID          `json:"mail"`
	At        time.Time       `json:"at"`
	Kind      DispositionKind `json:"kind"`
	Ticket    TicketID        `json:"ticket"`
	Entry     int             `json:"entry"`
	Of        MailID          `json:"of,omitempty"` // the mail this one repeats
	Door      string          `json:"door"`
	From      Address         `json:"from"`
	Subject   string          `json:"subject"`
	MessageID MessageID       `json:"message_id"`
	Raw       BlobID          `json:"raw"`
	Envelope  Envelope        `json:"envelope"`
	Size      int64           `json:"size"`
	Reasons   []Reason        `json:"reasons"`
	Reply     string          `json:"reply,omitempty"` // refused: what the peer was told
}

// HeldID numbers a held mail; it is the MailID of that mail.
type HeldID = MailID

// Held is a mail that waits for a decision. Its bytes are the ledger's.
type Held struct {
	ID      HeldID     `json:"id"`
	At      time.Time  `json:"at"`
	Ticket  TicketID   `json:"ticket"`
	Thread  int        `json:"thread"`
	From    Mailbox    `json:"from"`
	Role    Role       `json:"role"` // what the writer claims or would be
	Subject string     `json:"subject"`
	Why     ReasonCode `json:"why"`
	Reasons []Reason   `json:"reasons"`
	Proof   Proof      `json:"proof"`
	Fields  []string   `json:"fields,omitempty"`  // what in its header or envelope brought it here, as in Proof.Open
	Again   bool       `json:"again,omitempty"`   // a mail that says the same was taken as its author's word before
	Confirm OutgoingID `json:"confirm,omitempty"` // the mail whose reply releases it
	Release *Release   `json:"release,omitempty"` // somebody let it in; it is taken up again after this commit
}

// Parked is a mail that broke something: its bytes are kept, the error is told, the next mail goes on.
type Parked struct {
	ID       MailID    `json:"id"`
	At       time.Time `json:"at"`
	Envelope Envelope  `json:"envelope"`
	Raw      BlobID    `json:"raw"`   // "" where the bytes never came (a UID that kills the connection)
	Error    string    `json:"error"` // one line
	Detail   string    `json:"detail"`
	Tries    int       `json:"tries"`
	UID      uint32    `json:"uid,omitempty"`
	From     string    `json:"from"`
	Subject  string    `json:"subject"`
	Bytes    []byte    `json:"-"` // while being parked
}

// Due is a time that matters, kept by the store: a restart, a clock change or a day of downtime is ordinary input.
type Due struct {
	Key    string    `json:"key"` // unique; setting it again moves it, a zero At clears it
	At     time.Time `json:"at"`
	Kind   DueKind   `json:"kind"`
	Ticket TicketID  `json:"ticket"`
	Outage OutageID  `json:"outage"`
	Party  Address   `json:"party"`
	Mail   MailID    `json:"mail,omitempty"` // whose author is to be checked again
}

// DueKind is what a due time is for.
type DueKind string

// Due kinds.
const (
	DueFollowUp  DueKind = "follow-up"
	DueClose     DueKind = "close"
	DueCheckBack DueKind = "check-back"
	DueRecheck   DueKind = "recheck" // proof after temporary DNS trouble
	DueDigest    DueKind = "digest"
	DueReport    DueKind = "report"
)

// Spend is a use of a budget: one automatic mail of a class to an address.
type Spend struct {
	Key BudgetKey `json:"key"`
	At  time.Time `json:"at"`
}

// BudgetKey names a counter: class and address, or class alone.
type BudgetKey string

// MessageRef says on which ticket and thread a Message-ID was seen, and who wrote it.
type MessageRef struct {
	ID     MessageID `json:"id"`
	Ticket TicketID  `json:"ticket"`
	Thread int       `json:"thread"`
	Author Address   `json:"author"`
}

// Seen is an earlier mail with the same key.
type Seen struct {
	Mail   MailID
	Ticket TicketID
}

// Decision is everything that one event changes. The store keeps it in the transaction in which it was decided.
// Slices are in a fixed order, so that a decision can be printed and compared.
type Decision struct {
	Disposition Disposition // of MailArrived; zero for other events
	Key         DedupeKey   // of MailArrived, kept unless it is zero
	Tickets     []Ticket    // new or changed, whole
	Entries     []Entry
	Messages    []MessageRef
	Send        []Outgoing
	Cancel      []OutgoingID // waiting rows that must not go out after all
	Held        []Held
	Released    []HeldID // no longer held: decided anew, or dropped
	Dues        []Due
	Spend       []Spend
	Outages     []Outage
	Reports     []Report // shown to the watch; kept, so that it can be told them again after a restart
	Forget      []Due    // dues that this event has answered
	Bad         []BadAddress
	Redact      Redaction // removed for good
}

// BadAddress is an address that a permanent refusal named; automatic mail to it stops.
type BadAddress struct {
	Address Address   `json:"address"`
	At      time.Time `json:"at"`
	Reply   Reply     `json:"reply"`
}

// OutageStatus is where an outage stands (CONTRACT, section 3).
type OutageStatus string

// Outage statuses.
const (
	OutageSuspected OutageStatus = "suspected"
	OutageConfirmed OutageStatus = "confirmed"
	OutageReported  OutageStatus = "reported"
	OutageSolved    OutageStatus = "solved"
	OutageDismissed OutageStatus = "dismissed"
)

// Open says whether the outage is not over yet.
func (s OutageStatus) Open() bool { return s != OutageSolved && s != OutageDismissed }

// Outage is several tickets that report the same fault at the same time (DESIGN, section 2). What is said to vendors
// and heard from them stands on its first ticket, the lead.
type Outage struct {
	ID       OutageID       `json:"id"`
	Alarm    AlarmID        `json:"alarm"` // the watch's own number; 0 for one that staff declared
	Status   OutageStatus   `json:"status"`
	Title    string         `json:"title"`
	Tags     []string       `json:"tags"`
	Service  string         `json:"service"`
	Tickets  []TicketID     `json:"tickets"` // in the order they joined; the first leads
	Left     []TicketID     `json:"left"`    // taken out by staff, or told apart from it
	People   int            `json:"people"`
	First    time.Time      `json:"first"`
	Last     time.Time      `json:"last"`
	Window   time.Duration  `json:"window"`
	Words    []string       `json:"words"`
	Expected float64        `json:"expected"`
	Observed int            `json:"observed"`
	Within   bool           `json:"within,omitempty"` // those observed are of one organisation, and the expected are of it, too
	Vendors  []OutageVendor `json:"vendors"`
	Unproven bool           `json:"unproven,omitempty"` // one of People stands for all who have not proved who they are
	Solved   time.Time      `json:"solved,omitzero"`    // when it was called solved, the last time
	Still    []Address      `json:"still,omitempty"`    // who has said since then that it is not; "" is all the unproven
	Apart    OutageID       `json:"apart,omitempty"`    // the one it was told apart from: some of its tickets had been in that
	// Dismissed is the last time that staff said that it is none; zero where they never did.
	Dismissed Dismissal `json:"dismissed,omitzero"`
}

// Dismissal is a staff member's word that something is no outage, and who has written of it since all the same.
type Dismissal struct {
	By       Mailbox    `json:"by"` // "" where nobody said so: its last ticket went elsewhere
	At       time.Time  `json:"at"`
	People   int        `json:"people"`             // the outage's, then
	Since    []TicketID `json:"since,omitempty"`    // when they are many, only those of somebody new
	New      int        `json:"new,omitempty"`      // different people of Since who had not written before, less those who went elsewhere
	Unproven bool       `json:"unproven,omitempty"` // one of New stands for all who have not proved who they are
}

// OutageVendor is one vendor's side of an outage.
type OutageVendor struct {
	Name         string    `json:"name"`
	Reported     time.Time `json:"reported,omitzero"`
	LastHeard    time.Time `json:"last_heard,omitzero"`
	NextFollowUp time.Time `json:"next_follow_up,omitzero"`
	Reference    string    `json:"reference"`
}

// AlarmID names what the watch noticed by the mail that raised it, so that it is the same after a restart; 0 is nothing.
type AlarmID uint64

// Report is a new matter as the watch for outages sees it: who wrote, and the new words alone.
type Report struct {
	Mail         MailID
	At           time.Time
	Person       Address
	Name         string // the writer's, to be left out of the comparison
	Proven       bool   // has proved who they are; all the unproven together count as one person
	Organisation string // "" for private persons
	Language     Language
	Subject      string
	Words        string
}

// Sighting is what the watch makes of a report. The zero value is: nothing.
type Sighting struct {
	Alarm    AlarmID
	Raised   bool     // this report raised the alarm; otherwise it joined one
	Members  []MailID // earlier reports that belong to it and have not been named for it yet, oldest first
	From     AlarmID  // the alarm that some of Members were counted to until this one was told apart from it; 0 for none
	Words    []string // used by most of the writers, rarest first
	People   int      // distinct people so far
	Window   time.Duration
	Expected float64 // people normally, in such a window
	Observed int     // people in the window that raised it
	Within   bool    // those observed are of one organisation, and the expected are of it, too
}

// Lookup is what Decide may ask of the store. All of it is read inside the transaction that keeps the decision; an
// error of the store itself ends that transaction and is no concern of rules.
type Lookup interface {
	NextTicket() TicketID // the number the next new ticket gets
	NextOutage() OutageID
	DeskSent() int // mails ever decided that belong to no ticket
	Ticket(TicketID) (Ticket, bool)
	Entry(TicketID, int) (Entry, bool)
	Entries(TicketID) []Entry // oldest first
	Seen(DedupeKey) (Seen, bool)
	Messages(MessageID) []MessageRef // oldest first; several where people reuse an id
	Sent(OutgoingID) (Queued, bool)
	Spent(BudgetKey, time.Time) int // uses since then, counted in steps of five minutes
	Held(HeldID) (Held, bool)
	HeldOn(TicketID) []Held           // waiting on a ticket, oldest first, at most 100
	OpenTickets(max int) []TicketID   // neither resolved nor closed, longest untouched first
	LatestTickets(max int) []TicketID // the same ones, touched last first
	TicketsOf(Address) []TicketID     // as requester, newest first, at most 100
	Outage(OutageID) (Outage, bool)
	OpenOutages() []Outage
	Outages(limit int) []Outage // newest first, ended ones too
	Sight(Report) Sighting      // the watch's view of a report; the same report again gets the same answer
	Disposition(MailID) (Disposition, bool)
	Bad(Address) (BadAddress, bool)
}
