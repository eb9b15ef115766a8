// Package imap takes mail out of an IMAP mailbox: the door for desks whose provider keeps the mail.
//
// A [Poller] watches one mailbox. Each mail it finds is handed to a [Taker]; only when that says the mail is durable
// is the mail marked or moved on the server. The order is a contract:
//
//	SEARCH → FETCH (PEEK) → Take (durable) → BEFORE this line the server's copy is untouched
//	→ STORE or MOVE, once a batch → cursor
//
// Death at any point repeats work and loses nothing: what was taken and not yet marked is fetched again, and the taker
// knows it by its key. Mails are named by UID alone, never by sequence number, and a UID is only believed together
// with its UIDVALIDITY; when that changes, the whole mailbox is read again.
//
// # What is believed of a server
//
// Little. The library that speaks IMAP sees the server through a guard (guard.go) that reads each response first,
// bounded in bytes and depth, and passes on only the few kinds that were asked for, rewritten in one canonical form.
// Every command has a deadline after which the connection is closed. Server text reaches logs quoted and cut.
//
// # Mails that do harm
//
// When a connection dies in the middle of a batch, its mails are fetched one by one next time, each counted in the
// store BEFORE its fetch. The fourth try is not made: the mail stays on the server, is parked by its UID, told to the
// operator, and the poll goes on. The same happens to a mail that the server lists and will not give, five times over.
// A connection that ends with the server's BYE, or that brought a part of a big mail, is not held against the mail.
//
// # Standards
//
// RFC 3501 and RFC 9051 (what both have in common), RFC 2177 (IDLE, renewed every five minutes, and a slow poll
// whatever IDLE says), RFC 4315 (UID EXPUNGE of our own UIDs or no expunge at all), RFC 6851 (MOVE), RFC 4959, RFC
// 4616, RFC 7628 (login). RFC 7162 (CONDSTORE) is not used: a search above the last UID is as cheap and needs no
// trust. RFC 6154: no folder is polled that was not named.
package imap
