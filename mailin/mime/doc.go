// Package mime turns the bytes of one mail into a [Message]: its fields, its parts, its text and its attachments.
//
// [Read] never fails and never panics; the worst mail still gives a subject, a sender and its own bytes. It goes in
// this order, which is a contract:
//
//  1. [Scan] walks the raw mail once, BEFORE any library sees it, notes where each header and part lies and stops at
//     the caps below. What exceeds a cap is read from its header only and the raw mail becomes an attachment.
//  2. Each leaf is decoded by itself: go-message where its transfer encoding is sound, enmime where it is not. No
//     library ever sees a multipart, so no nesting and no number of parts can cost it more than linear work.
//  3. Characters become UTF-8: as declared where that is possible, repaired where a wrong declaration is certain,
//     Windows-1252 where nothing else fits.
//
// Who a mail is from is asked of [Author], which reads the raw From fields strictly and never decodes encoded words
// before it has found the address. [Mailboxes] is the lenient reading, for display.
//
// Attached messages are opened to a depth of three. A message/partial is never joined and a message/external-body
// never fetched (RFC 2046, sections 5.2.2 and 5.2.3: both name content that is not in this mail).
package mime
