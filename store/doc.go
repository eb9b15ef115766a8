// Package store keeps what the desk knows, in one directory, and finds it again: mails and what became of them,
// tickets and their history, due times, budgets, and the outbox from decision to delivery.
//
// # The contract
//
// [DB.Update] runs a function in a transaction and returns nil once everything that it wrote is on disk. That is the
// moment, and the only one, after which a door may say 250, mark a UID or exit 0. The function may run more than
// once and changes nothing but the store. [DB.View] reads one consistent state. Neither may wait for anything.
//
// Nothing that this package exports tells which engine is below. Today it is a file of B+ trees; another may stand
// beside it, which is why closures may run again, why numbers come from [Tx.NewMail] and not from the engine, and
// why a failed commit is "unknown" and never "no".
//
// # The one motion
//
//	mail arrives, or a time comes
//	  → large bytes become files, synced BEFORE the transaction that names them   [DB.PutBlob]
//	  → ONE Update: number it, look up, decide, keep the decision and the outbox rows   [Tx.Apply], [Tx.Enqueue]
//	  → wake the mailer → claim a row: attempt counted, next try set, BEFORE the network is touched   [DB.Claim], or
//	    [DB.Await] in the very commit that enters it
//	  → send → record what the peer said   [DB.Sent], [DB.Deferred], [DB.Uncertain], [Tx.Refused]
//
// # Commits
//
// One goroutine writes. It begins a transaction, carries out what has queued meanwhile (1,000 functions at most),
// commits once and tells everybody; no mail waits for company. Where mails come one after the other, less than 30 ms
// apart, and one answer at a time is under way, the record that it went out waits as long for the next mail's commit: each
// mail then costs one. How many mails a crash sends twice stays the same. Each function's writes
// are journalled: an error or a panic takes back that function alone. Records are compressed beside that goroutine and
// written at the end of a batch, or when somebody in it asks for one. A panic comes back as a [PanicError], for it is
// a fault of ours that one mail met, and that mail can then be parked.
//
// When a commit fails, it may be on disk or not, and asking the file does not tell (THREATS F8). Options.OnFatal is
// called, by default the process ends, and everything later is refused. A new start reads what the disk holds; the
// sender of an unanswered mail sends it again, and the dedupe key knows it.
//
// # The directory
//
//	aboveline.db     the database, mode 0600; its lock makes this the only writer
//	key              two secrets, the first of which signs; text, mode 0600
//	blobs/ab/cdef…   bytes above 64 KiB under their SHA-256; plain, so that sha256sum can check them
//	tmp-…            half written; removed at the next Open
//
// The database has three buckets: meta (schema, and whether keys were made), data, and index. The last two are one
// tree each, in which the first byte of a key is the table: every tree that a commit touches costs it the pages from
// leaf to root. Numbers are big-endian; times are nanoseconds since 1970 with the sign bit turned, so that they sort;
// "range" is a number's upper bits (65,536 to a range). 0 is a NUL byte after text.
//
//	data     key                          value                       written by
//	l        mail                         disposition                 Apply, RecordRefused   the ledger
//	t .. 1   ticket                       ticket, whole               Apply
//	t .. 2   ticket, entry                entry                       Apply; changed by a redaction alone
//	t .. 3   ticket, count                outgoing mail and bytes     Enqueue; changed by a redaction alone, gone when dropped
//	b        blob number                  bytes up to 64 KiB          PutBlob
//	w        time in seconds, mail        what the watch was shown    Apply; told again at start
//
//	index    key                          value                       finds
//	c        name                         count                       the next numbers, Stats
//	v        name                         bytes                       Value
//	b        range, SHA-256               blob number                 blobs by name
//	k        range, dedupe key            mail, ticket                Seen
//	m        range, hash of Message-ID, n Message-ID, ticket, …       Messages
//	r        range, requester 0 ticket    -                           TicketsOf
//	s        status 0 updated, ticket     -                           Tickets, OpenTickets, LatestTickets
//	d        name                         due                         Due
//	D        time, name                   -                           DuesBefore, NextDue
//	h        mail                         held                        Held
//	H        ticket, mail                 -                           HeldOn
//	p        mail                         parked                      Parked
//	o        ticket, count                row: state, next, tries     Sent, Queue
//	q        decided, row                 -                           rows that are open, by age
//	Q        done, row                    -                           rows that are settled, by age
//	n        domain 0 next, row           -                           a domain's lane
//	N        first next, domain 0         -                           whose turn it is; NextSend
//	g        day, budget 0 step           uses in five minutes        Spent
//	x        address                      bad address                 Bad
//	f, F     outage                       outage; open ones           Outage, OpenOutages
//	i        mailbox                      uidvalidity, uid            Cursor
//	I        mailbox 0 uidvalidity, uid   attempts                    Tried
//
// In table t the kind (1, 2, 3) stands after the number, so that a ticket, its history and its mails lie together.
// Hashes and addresses are spread at random, so their indexes are cut into ranges of 65,536: new keys fall into one
// cached part however large the rest grows. Asking goes from the newest range to the oldest, so that a key which is
// nowhere costs one look for every 65,536 mails: 16 at a million.
//
// Records are JSON, from 200 bytes on compressed: as S2 with a dictionary of what records have in common below 1 KiB, as
// zstd from there on. (Earlier releases used zstd with that dictionary for all, which is read as before.) One byte before
// them says how. Those that are still longer than 640 bytes lie in pieces under the following keys (the key, NUL, three
// bytes of number). A release may add fields; it reads what is absent as zero.
//
// # What a crash leaves
//
//	while a blob file is written      a tmp- file, swept
//	after it, before the commit       a file that nothing names; the same mail, sent again, uses it
//	before or in a commit             the state before it: whoever waited got no answer and comes again
//	after a commit, before the answer the mail is kept; it comes again and is recorded as a duplicate
//	after a claim                     the row is sending; Requeue makes it uncertain and due: it may go out twice
//	after the peer's 250, before Sent the same
//	in RotateKey                      the old keys or the new ones
//	in Backup                         a tmp- file, swept
//	in Restore                        a directory without a database, and tmp- in it: remove it and restore again
//
// # The outbox
//
// A row is waiting, sending, held, sent, refused or uncertain. It waits in the lane of its domain, and lanes take
// turns: those with the fewest rows under way first, so that a dead vendor's thousand mails hold up nobody else's. A
// claim is a lease: Next is moved to its end at once. When it runs out the row is due again and the attempt is noted
// as uncertain; what the first sender says after that is noted, and only Sent still counts. Within one process leases
// go by the monotonic clock. A row that waits for more than eight days ahead was timed by a clock that has since been
// put right; a start, or a claim that sees the clock step back, makes it due.
//
// Dropping or cancelling a row leaves its name, so that the same decision made again does not bring it back. What is
// on its way when somebody holds or drops it is held or dropped if it comes back.
//
// # Assumptions
//
// A local POSIX file system whose fsync reaches the disk and whose rename and link are atomic; one writer; no network
// file system. Losing the disk after a 250 is what backups are for. The file never shrinks.
//
// # What is removed for good
//
// A [rules.Redaction] empties records in the transaction of the command. The file still has what they were, on pages
// that are free now, until something else is written there. So the transaction also notes that this is to be done, and
// [DB.Erase] does it beside everything else: it removes the blobs that no record names any more and fills every free
// page once. It removes nothing from backups, and nothing from what a file system or a disk keeps below the file.
//
// # Measured
//
// Two cores and a disk shared with other work, so only ratios count (bench_test.go; -grow and -kill for longer runs).
//
//   - A 4 KB ticket (mail, ledger, ticket, two entries with its text, references, budget, one answer with its bytes)
//     takes twice its raw size on disk, of which 0.25 would be saved by the dictionary for long records, too.
//   - The free list is written with each commit. Leaving it out saved less than the runs differed, and Open took a
//     hundred times as long (36 ms for 88 MB), in step with the file.
//   - At 100,000 tickets one costs 1.05 to 1.24 times what it does at 10,000 (128, 16, 1 writers; a busy machine).
//   - Whole values left a quarter of the data pages empty, pieces of 1,300 bytes as well, of 640 a twentieth.
package store
