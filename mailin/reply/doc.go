// Package reply finds what a person wrote in a mail: above the line, above what their client quoted, between the
// quotes where they answered there, and without their signature.
//
// A word too many is better than a word lost. Nothing is invented: every line of the result stands in the mail, and
// what is not in Reply is in Quoted or Signature.
//
// The mail is cut into lines ([lines]), each line gets a role (own words, quoted, attribution, header block, footer),
// and the roles decide. HTML goes the same way, with what its elements tell as further evidence. All loops are
// linear in the length of the mail; look-ahead is bounded by constants.
package reply
