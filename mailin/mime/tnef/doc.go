// Package tnef reads what Outlook and Exchange send as winmail.dat: a mail's body and files in Microsoft's own
// wrapping ([MS-OXTNEF]), which no other client opens.
//
// Only what a reader of mail needs is taken: body, HTML, rich text, file names, contents. All loops are bounded by
// the input; what is broken ends the reading, and what was read until then is kept.
package tnef
