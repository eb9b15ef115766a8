// Package demo plays a desk's morning on loopback: a real gateway, a small post office with SMTP and IMAP, and people
// who write and read with both. Nothing is told that was not read back from a mailbox.
package demo
