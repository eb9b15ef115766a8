// Package mailout words the mails that rules decided to send, and delivers them.
//
// # Composing
//
// [Composer.Compose] is a function of the row and of the templates: the same row gives the same bytes, boundaries
// included. It reads no clock and draws nothing. The store keeps what it returns in the transaction that decided the
// mail, and those bytes never change again; a retry sends them as they are.
//
// Each mail reads, from the top: THE LINE with its mark; for staff, where a plain reply goes; what happened, and the
// person's words; the facts, which begin with the number and end with the signed reference; what the reader can do.
// Text and HTML are written from one [Page], so they say the same. In text the line is
//
//	-- Please write your reply above this line -- MARK
//
// on one line, and in HTML the same words stand in an element with id="aboveline", class="aboveline-line" and
// data-aboveline="MARK". Nothing at all stands above it.
//
// A wording file (templates/sv/confirmation.txt) holds wording only: a title on the first line, paragraphs, a line of
// three hyphens and the closing paragraphs, run by text/template with a [Page]. Short wordings stand in words.txt.
// Foreign text reaches a wording only as one line without control characters, and the person's own words are placed
// by the layout, so neither can start a paragraph, a header or an element. The layout is code (layout.go), shared by
// all kinds and languages; an operator replaces wordings one by one, and none of them can move the line.
//
// We send no Precedence header: Auto-Submitted and X-Auto-Response-Suppress say it better, and other desks suspend
// mail that calls itself bulk, which would hide a fault report from the vendor it is for.
//
// # Delivering
//
// [Courier.Run] claims rows from the outbox, signs and sends them through the smarthost, and records what became of
// each. The attempt is counted BEFORE the network is touched. A failure before the final dot is a safe retry; a
// connection lost AFTER the dot and before the reply is uncertain, and is retried with the same bytes and Message-ID.
package mailout
