// Package proof finds out how far the author of a mail is who they say: the word of a relay that the operator named
// by its authserv-id (RFC 8601), and nobody else's. Nothing is believed by default.
//
// The reader is strict and fails closed: what it cannot read in exactly one way says nothing, and "says nothing" is
// never a pass. It reads the raw header, since what decides is where a field stands, and who put it there.
package proof
