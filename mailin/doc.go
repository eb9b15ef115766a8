// Package mailin takes mail in: bytes become a [rules.Mail], and a Mail is handed to a [Sink] that keeps it.
//
// Each door has a folder of its own: smtp (SMTP and LMTP), pipe (one mail on standard input) and imap (mailboxes that
// are polled). What all of them share after the door is here: [Intake] reads a mail, has its author proved, and hands
// it over.
//
// # The contract
//
// [Intake.Take] returns nil ONLY AFTER the mail is durable, as itself or parked with its bytes. BEFORE that no door
// says 250, marks a UID done or exits with 0. Any other result means that the sender still owns the mail:
//
//	nil                          the mail is ours, on disk
//	a *TemporaryError            nothing is known to be kept; the same mail may come again, and will be known again
//	ErrTooLarge, ErrLineEnds, …  the mail can never be taken; the sender must be told
//	anything else                as a *TemporaryError
//
// What breaks a reader is not the sender's fault: such a mail is parked with its bytes and the error, and counts as
// taken. A repeated mail is no error either; the Sink knows it again by its key and records a duplicate.
//
// # Memory
//
// A mail of 25 MiB times 300 sessions would be 7.5 GiB. So a door asks for [Intake.Room] before it holds more than a
// little of a mail, and reading is bounded by count and by weight. Who finds no room for too long is asked to come
// again. Ordinary mail needs none, so that big ones never keep it out.
package mailin
