// Package reply finds what a person wrote in a mail: above the line, above what their client quoted, between the
// quotations where they answered there, under our mail where they wrote there, and without their signature.
//
// # Contract
//
// A word too many is better than a word lost. Nothing is invented: every line of a [Result] stands in the part it was
// read from, and every line of that part is in Reply, Quoted or Signature. There are no errors; where nothing is
// recognised, all of the text is the reply. [Visible] keeps no state and may be called by many at once.
//
// # How a mail is read
//
//	lines.go        the part as lines; quote signs, foreign signs, blockquotes → depth
//	known.go        lines that stand in a text we sent
//	footer.go       lists' footers, armour of signed text
//	html.go         what elements tell: clients' containers, our line's data attribute, signatures
//	walk.go         once from top to bottom: our line, separators, header blocks, attributions
//	scan.go         quotations and signatures; the order of all this
//	theline.go      when our line is believed; what stands under our mail
//	compose.go      roles → Reply, Inline, Words, Quoted, Signature
//	visible.go      which of two parts is told, and why
//
// An attribution or header block ends own words for good, unless quotation marks follow it: then they tell what is
// quoted, and text between and after them is the person's.
//
// All loops are linear in the length of the mail; look-ahead is bounded by the constants beside it. At most
// maxLines lines are looked at, and maxLook bytes of each.
package reply
