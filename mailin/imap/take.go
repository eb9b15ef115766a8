package imap

import (
	"context"

	"aboveline.example/rules"
)

// Taker makes a mail durable.
type Taker interface {
	// Take returns nil once the mail is durable, and only then. It is called by several goroutines at once, never for
	// two mails of which one answers the other. An error that is mailin.Permanent parks the mail with its bytes; any
	// other means "not now", and the mail is fetched again later.
	Take(ctx context.Context, mail rules.Arrival) error
	// Ready returns why no mail can be taken now, nil where it can. It is asked BEFORE mails are fetched, so that those
	// which cannot be kept do not travel again and again.
	Ready() error
	// Room waits until n bytes of a big mail may be held, and returns what gives them back.
	Room(ctx context.Context, n int64) (free func(), err error)
}

// Parker keeps the record of a mail that could not be taken.
type Parker interface {
	// Park records a mail by its UID. Bytes is empty where they never came.
	Park(ctx context.Context, parked rules.Parked) error
}

// Cursors remembers how far each mailbox was read. The mailbox string is the poller's key for it and means nothing
// else. All methods are durable when they return.
type Cursors interface {
	// Cursor returns up to which UID everything was taken; ok is false for a mailbox never seen.
	Cursor(ctx context.Context, mailbox string) (uidValidity, lastUID uint32, ok bool, err error)
	// SetCursor records that every mail up to lastUID was taken, skipped or parked. Counts of Poison for other
	// epochs and for UIDs up to lastUID may be forgotten.
	SetCursor(ctx context.Context, mailbox string, uidValidity, lastUID uint32) error
	// Poison counts one more try at a mail that may kill the connection, BEFORE it is fetched, and returns the count
	// so far, this one included.
	Poison(ctx context.Context, mailbox string, uidValidity, uid uint32) (int, error)
	// Absolve forgets what Poison counted: the mail came, or the death was not its fault.
	Absolve(ctx context.Context, mailbox string, uidValidity, uid uint32) error
}
