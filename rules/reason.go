package rules

// ReasonCode is why the desk did something. The words are kept with entries, shown by /why and tested for; one
// that is in use is never renamed.
type ReasonCode string

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
