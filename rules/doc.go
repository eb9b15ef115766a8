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
// # The life of a ticket
//
//	new ──▶ open ◀──▶ waiting-requester, -vendor, -release, -approval
//	 │        │               │
//	 └────────┴───────▶ resolved ──▶ closed        resolved ──▶ open: a real reply, /reopen
//
// /undo, within ten minutes, puts back what was before a staff member's last mail, and is the one way to "new" again or out
// of "closed".
//
// What may follow what is one table, in status.go, and this is it; a test compares the two. Nothing becomes new again, and
// a closed ticket never reopens: a reply to it opens a new one, linked both ways.
//
//	                    open      requester vendor    approval  release   resolved  closed
//	new                 yes       yes       yes       yes       yes       yes       yes
//	open                .         yes       yes       yes       yes       yes       yes
//	waiting-requester   yes       .         yes       yes       yes       yes       yes
//	waiting-vendor      yes       yes       .         yes       yes       yes       yes
//	waiting-approval    yes       yes       yes       .         yes       yes       yes
//	waiting-release     yes       yes       yes       .         .         yes       yes
//	resolved            yes       .         .         .         .         .         yes
//	closed              .         .         .         .         .         .         .
//
//	status             is reached by                             is left by
//	new                a mail that belongs to no ticket          the first answer or command
//	open               a word from whom was waited for           an answer, a report, /solved …
//	waiting-requester  staff's words to the requester            the requester's next word
//	waiting-vendor     a report, staff's words to a vendor       the vendor's next word, a merge
//	waiting-release    /release                                  /solved, /report, /close …
//	waiting-approval   nothing yet
//	resolved           /solved, /workaround, an outage's end     a real reply, /reopen; /accept, /close, close_after
//	closed             /close, /accept, /cancel, /merge          never
//
// # The life of an outage
//
//	suspected ──▶ confirmed ──▶ reported ──▶ solved
//	     └────────────┴────────────┴───────▶ dismissed
//
//	suspected   the watch, half as many who say of a solved one that it is not, twice as many who write of a dismissed one
//	confirmed   /outage, of a suspicion or one that was ended; /announce; /undo of a report
//	reported    /report, or report = "auto" where nobody has dismissed it
//	solved      /solved
//	dismissed   /dismiss; its last ticket went elsewhere
//
// /undo of /solved, /dismiss and /outage makes it what it was, and its tickets with it, whichever of its mails it answers.
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
