// Package dkim signs outgoing mail. RFC 6376; Ed25519 keys by RFC 8463.
//
// A signature's time is the mail's own Date, and both kinds of key sign without randomness, so the same mail always
// gets the same signature: a retry sends the same bytes. That is why signing is our own code, while what arrives is
// verified with go-msgauth, which also checks ours in the tests.
//
// We sign relaxed/relaxed and never write l=, which would let anybody append to our mail. From, To and Subject are
// listed once more than they occur, so that none can be added.
package dkim
