package rules

// ReasonCode is why the desk did something. The words are kept with entries, shown by /why and tested for; one
// that is in use is never renamed.
type ReasonCode string

// How a mail found its ticket (DESIGN, section 5a).
const (
	ReasonThreadByToken     ReasonCode = "thread-by-token"      // the signed address it was sent to
	ReasonThreadByReference ReasonCode = "thread-by-references" // In-Reply-To or References names a mail of ours
	ReasonThreadByMessage   ReasonCode = "thread-by-message"    // … names a mail somebody else wrote on the ticket
	ReasonThreadByFooter    ReasonCode = "thread-by-footer"     // the signed reference in the quoted footer
	ReasonThreadByNumber    ReasonCode = "thread-by-number"     // the number in the subject, and the writer is known
	ReasonThreadByVendor    ReasonCode = "thread-by-vendor"     // the vendor's own number for it, and the vendor's house is proved
	ReasonThreadByDelivery  ReasonCode = "thread-by-delivery"   // a notification about a mail of ours
	ReasonNewTicket         ReasonCode = "new-ticket"
	ReasonFollowsClosed     ReasonCode = "follows-closed"  // a reply to a closed ticket opens a linked one
	ReasonNumberRefused     ReasonCode = "number-refused"  // a number stood in the subject, the writer is not known there
	ReasonMerged            ReasonCode = "followed-merge"  // the ticket it named was merged into this one
	ReasonCarriersDisagree  ReasonCode = "carriers-differ" // two references name different tickets
)

// Who was believed, and why (DESIGN, section 5b).
const (
	ReasonProved       ReasonCode = "author-proved"
	ReasonUnproved     ReasonCode = "author-unproved"
	ReasonProvedLater  ReasonCode = "author-proved-later"     // DNS did not answer when the mail came
	ReasonLoose        ReasonCode = "author-proved-elsewhere" // the mail is theirs, that it answers this ticket is not shown
	ReasonAgain        ReasonCode = "author-proved-again"     // the same signed mail was taken as their word before
	ReasonProofFailed  ReasonCode = "author-failed-proof"
	ReasonAmbiguous    ReasonCode = "author-ambiguous"
	ReasonReleased     ReasonCode = "released-by"
	ReasonWantsToJoin  ReasonCode = "wants-to-join"
	ReasonUnknownReply ReasonCode = "unproved-with-token"
	ReasonAskedSender  ReasonCode = "asked-sender" // a confirm mail went to the registered address
)

// What a mail is and what came of it.
const (
	ReasonDuplicate     ReasonCode = "duplicate-of"
	ReasonOwnMail       ReasonCode = "own-mail"
	ReasonSuccessTold   ReasonCode = "success-told" // the sender's mail system asked for a report of success
	ReasonMachine       ReasonCode = "machine-mail"
	ReasonBounce        ReasonCode = "bounced"
	ReasonBounceUnknown ReasonCode = "bounce-of-unknown"
	ReasonDelayed       ReasonCode = "delivery-delayed"
	ReasonDelivered     ReasonCode = "delivered"
	ReasonRefused       ReasonCode = "delivery-refused"
	ReasonUnread        ReasonCode = "read-headers-only"
	ReasonEncrypted     ReasonCode = "encrypted" // its words cannot be read; the mail is attached as it came
	ReasonForwardedBy   ReasonCode = "forwarded-by"
	ReasonThanks        ReasonCode = "thanks-keeps-resolved"
)

// What was done, to whom, or why it was not.
const (
	ReasonConfirmed      ReasonCode = "confirmed"
	ReasonConfirmedPlain ReasonCode = "confirmed-without-words"
	ReasonNotConfirmed   ReasonCode = "not-confirmed"
	ReasonStaffTold      ReasonCode = "staff-told"
	ReasonRelayed        ReasonCode = "relayed-to"
	ReasonCategory       ReasonCode = "category"
	ReasonRule           ReasonCode = "rule"
	ReasonRuleFailed     ReasonCode = "rule-failed"
	ReasonStatus         ReasonCode = "status"
	ReasonCommand        ReasonCode = "command"
	ReasonCommandRefused ReasonCode = "command-refused"
	ReasonBudget         ReasonCode = "budget-spent"
	ReasonBadAddress     ReasonCode = "address-refused-before"
	ReasonJoined         ReasonCode = "joined"
	ReasonLeft           ReasonCode = "left"
	ReasonFollowsAgain   ReasonCode = "follows-again" // muted the ticket, and then wrote on it
	ReasonDroppedBy      ReasonCode = "dropped-by"
	ReasonClosedBySelf   ReasonCode = "closed-after-quiet"
	ReasonRedacted       ReasonCode = "redacted-by"      // its words and files were removed for good
	ReasonUnworded       ReasonCode = "cannot-be-worded" // an outgoing mail that no template could write
)

// Class is a budget class of automatic mail (DESIGN, section 9).
type Class string

// Budget classes. ClassFree is never held back: answers to commands, a person's relayed words, confirm mails,
// solved notices.
const (
	ClassFree     Class = ""
	ClassOutside  Class = "outside"
	ClassStaff    Class = "staff"
	ClassVendor   Class = "vendor"
	ClassInformed Class = "informed"
	ClassGateway  Class = "gateway"
)

// What an answer to a command says, line by line (Line.Code).
const (
	LineDone        = "done"           // Subject is the command as written, More what it changed
	LineUnknown     = "unknown"        // Subject the word as written, More the nearest right one
	LineNoWord      = "no-word"        // Subject the word as written, which no right one is near to
	LineBadArgument = "bad-argument"   // Subject the command, More what it takes
	LineNotHere     = "not-set-up"     // Subject the command: this desk has no approval, tiers, forms …
	LineNotNow      = "not-now"        // Subject the command, More the status that forbids it
	LineLeads       = "leads"          // Subject the command, More the outage whose vendors answer on that ticket
	LineHasReport   = "has-report"     // Subject the command, More the vendors that have had the fault reported
	LineNotYours    = "not-yours"      // Subject the command: somebody else's to give
	LineDisagree    = "parts-disagree" // the mail's text and HTML begin with different commands
	LineNothingDone = "nothing-done"   // stands first where a mail was refused whole
	LineReason      = "reason"         // Subject an entry's number, time and writer, More its reasons, for /why
	LineTicket      = "ticket"         // Subject a number, More subject, status, requester
	LineHelp        = "help"           // Subject a command, More its equals
	LineWentTo      = "went-to"        // Subject who got the mail's words
	LineWentNowhere = "went-nowhere"   // the words were kept as a note for staff
	LineUnheard     = "unheard"        // Subject, the requester, muted the ticket and did not get the mail's words
	LineMuted       = "muted"          // Subject, the requester, muted the ticket: a plain reply does not reach them
	LineGone        = "gone"           // on an undo: Subject already has the mail
	LineDismissed   = "dismissed"      // Subject, an outage, is none: somebody of staff says so
	LineAnnounced   = "announced"      // Subject an outage, More how many of the affected get somebody's words about it
	LineAnnouncedTo = "announced-to"   // More the informed, who get them, too
	LineNoPictures  = "no-pictures"    // Subject the command that asked for pictures to go with a report: there are none
	LineOpenAgain   = "open-again"     // on an undo: Subject, an outage, is open again with so many tickets, More
	LineGoneMany    = "gone-many"      // on an undo: those of the affected, More, who have the mail that it is over
	LineGoneInform  = "gone-informed"  // on an undo: of the informed, More
	LineGoneVendor  = "gone-vendor"    // on an undo: of the vendors, More, which are reminded again, first at Subject
	LineGoneNoFault = "gone-no-fault"  // on an undo: the same of vendors that were told that there was no fault
	LineTellThem    = "tell-them"      // on an undo: how those who have such a mail are told better
	LineWorkaround  = "workaround"     // on a solved mail: there is a way around it
	LineCancelled   = "cancelled"      // on a solved mail: ended with information, nothing was done
	LineTooLarge    = "too-large"      // a file that the mail would be too large with
	LineForGood     = "for-good"       // what was removed cannot be brought back
	LineEmpty       = "empty"          // the mail said nothing, and nothing was done
	LineNotListed   = "not-listed"     // Subject the line of an answer to a list, More the number that the list does not have
	LineWithdrawn   = "withdrawn"      // Subject to whom a mail waited that is not sent now
	LineUnverified  = "unverified"     // the writer was not proved, so only their words count
)

// Outages and vendors.
const (
	ReasonOutageSuspected ReasonCode = "outage-suspected"
	ReasonJoinedOutage    ReasonCode = "joined-outage"
	ReasonLeftOutage      ReasonCode = "left-outage"
	ReasonOutageSolved    ReasonCode = "outage-solved"
	ReasonToldSolved      ReasonCode = "told-solved" // a vendor or somebody affected
	ReasonWithdrawn       ReasonCode = "report-withdrawn"
	ReasonReported        ReasonCode = "reported-to"
	ReasonFollowedUp      ReasonCode = "followed-up"
	ReasonFollowUpEnds    ReasonCode = "follow-ups-end"      // 72 in all, or no such address: a human is asked
	ReasonNotAsked        ReasonCode = "reminder-taken-back" // it had not gone out when it was no longer wanted
	ReasonVendorReference ReasonCode = "vendor-reference"
	ReasonInformed        ReasonCode = "informed"
	ReasonVendorUpdate    ReasonCode = "vendor-update"  // a vendor's word, passed on to those who asked for them
	ReasonVendorMachine   ReasonCode = "vendor-machine" // a vendor's system wrote it: shown to staff, nobody's word
	ReasonEscalated       ReasonCode = "escalated-to"   // a vendor's escalation contact was asked
	ReasonSnoozed         ReasonCode = "snoozed-until"
	ReasonEstimate        ReasonCode = "vendor-estimate" // the vendor said when: offered to staff as a /snooze
	ReasonVendorFault     ReasonCode = "fault-by-vendor" // a vendor reported a fault to us
	ReasonOrganisation    ReasonCode = "organisation"    // told as a support person of the requester's organisation
	ReasonCheckBack       ReasonCode = "check-back"
)
