// Package rules holds the nouns of the desk (Mail, Ticket, Entry, Outgoing, Held …) and every decision that
// somebody could dispute: which ticket a mail belongs to, who may say what, which tags it gets, who is told, when
// next, and why.
//
// It does no I/O: no network, no files, no clock and no randomness of its own. [Desk.Decide] is a function of what
// the store knows, the event and the time; the shell around it reads before, keeps what was decided in the same
// transaction, and sends last, from what was kept.
//
// # The one motion
//
//	mail arrives, or a time comes
//	  → in ONE store transaction: look up what matters → Decide → keep tickets, entries, outbox rows, due times
//	  → wake the mailer → claim a row (attempt counted BEFORE the network is touched) → send → record
//
// # Invariants
//
// Code and tests cite these by number.
//
//	I1  A mail has exactly one disposition, and it is listed.
//	I2  The same mail through two doors makes one change; the second is recorded as a duplicate.
//	I3  Who a mail is from is decided in trust.go and nowhere else.
//	I4  No automatic mail goes to a machine, to <>, or to an address whose budget is spent.
//	I5  The same state, event and time give the same decision, to the byte.
//	I6  A thread's words reach nobody outside that thread unless a person sent them there.
//	I7  Every change has an entry, and every entry its reasons.
//	I8  A mail goes to one recipient; nobody sees who else got it.
package rules
