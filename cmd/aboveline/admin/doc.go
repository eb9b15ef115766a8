// Package admin lets commands ask a desk things, whether the gateway is running or not.
//
// The store's file belongs to one process. While "aboveline serve" runs, commands go through its admin socket,
// admin.sock in the store's directory; when nothing listens there they open the store themselves. Either way they
// hold an [Asker] and run the same operations on it, so that a command never knows which it has, and both give the
// same answer: the operations are one [Table], asked over the socket or in process.
//
// # The protocol
//
// One connection, one operation, JSON lines, UTF-8:
//
//	→ {"v":1,"op":"ticket.list","args":{"status":"open"}}
//	← {"row":{…}}            any number
//	← {"end":true}           or {"error":{"code":"not-found","text":"no ticket OMD-9; …"}}
//
// An answer without its end is no answer: the client reports it as an error. A client that hangs up stops its
// operation. What has been committed by then stays.
//
// # Who may
//
// The directory is 0700 and the socket 0600: whoever can connect could read the file as well. So the protocol has no
// login; the operator is who the system says.
package admin
