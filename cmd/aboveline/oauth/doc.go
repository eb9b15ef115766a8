// Package oauth gets access tokens for the mailbox and the smarthost, and logs in with them: one room for both, since
// what they ask for, keep and forget is the same. mailin/imap and mailout each declare what they need of a [Source].
//
// A refresh token lives in a file ([TokenFile]). An issuer may give a new one with each use and honour only the newest,
// so it is traded under a lock that other processes of ours respect, and the new one is on disk before the access
// token that came with it is used.
package oauth
