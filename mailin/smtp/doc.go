// Package smtp is the door for mail that comes by SMTP (RFC 5321) or LMTP (RFC 2033).
//
// github.com/emersion/go-smtp speaks the protocol; a [gate] stands between it and the socket. The gate hands go-smtp
// one command line at a time, and the next one only after the answer to the last was written. So it always knows what
// the bytes at hand are, a command or a mail, and one place decides what many programs read differently:
//
//	socket → TLS → gate → go-smtp → session → mailin.Intake
//
// # What the gate holds to
//
//   - A mail ends with CR LF . CR LF and with nothing else. A lone CR, a lone LF or a NUL anywhere in it refuses the
//     whole mail, AFTER all of it was read (RFC 5321, sections 2.3.8 and 4.1.1.4).
//   - The first error on a connection is the last: nothing that comes after a mail that broke off is ever a command.
//   - Each read has its own deadline, a session has a longest life, and a mail a slowest pace. Doing our own work never
//     counts against the client.
//   - A command line ends with CR LF, is at most 4 KiB long and has no control characters in it.
//   - TLS is done here, below go-smtp, so that all of this holds inside it too, and what a client sent before the
//     handshake is never read after it (RFC 3207, section 4.2).
//   - CHUNKING is not offered, nor are BINARYMIME and AUTH: nobody logs in at a desk's door.
//   - DSN is offered to relays. Of failure and delay there is nothing to report: a mail is refused in the session or
//     kept. A report of success is rules' to decide about. Strangers could have reports sent to whom they like, so they
//     are offered none, and a mail system of theirs tells its sender that it passed the mail on (RFC 3461, section
//     5.2.2).
//
// 250 after a mail is written ONLY AFTER [mailin.Taker] said that the mail is durable.
//
// # Stopping
//
// [Server.Drain] closes the listeners, tells idle clients 421 and lets those who are in the middle of a mail finish.
// When its context ends, every connection is closed.
package smtp
