// Package gateway joins the rooms: doors give it mail, rules decide, the store keeps, the mailer sends. It is the one
// motion of the design and nothing else:
//
//	mail arrives, or a time comes
//	  → in ONE store transaction: Decide → word what is to be sent → keep everything
//	  → AFTER the commit: wake whoever has work now
//
// Four goroutines look for work that was kept and not yet done: the mailer (outbox rows), the clock (due times), the
// doorman (held mails that somebody let in) and the eraser (what was removed for good and is still on the disk). What
// wakes them carries nothing; they read the store, so that a restart is an ordinary input. A fifth proves authors again
// for the clock, which must not wait for DNS: what it is handed is due once more should it get lost.
package gateway
