package mailin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"

	"aboveline.example/rules"
)

// Why a mail cannot be taken, now or ever. Doors turn these into replies and exit codes.
var (
	// ErrTooLarge is returned for a mail over the desk's max_size.
	ErrTooLarge = errors.New("mail is larger than the desk takes")
	// ErrLineEnds is returned by the doors that speak SMTP for a mail with a lone CR, a lone LF or a NUL in it.
	ErrLineEnds = errors.New("mail has a lone CR, a lone LF or a NUL")
	// ErrLongLine is returned by the doors that speak SMTP for a mail with a line over 128 KiB.
	ErrLongLine = errors.New("mail has a line that is too long")
	// ErrLoop is returned for a mail that has been through so many hands that it must be going in a circle.
	ErrLoop = errors.New("mail is going in a circle")
	// ErrEmpty is returned for a mail without a single byte.
	ErrEmpty = errors.New("mail is empty")
	// ErrFull means that the disk is too full to promise anything. It comes wrapped in a TemporaryError.
	ErrFull = errors.New("disk is nearly full")
	// ErrBusy means that there is no room in memory for more mail at once. It comes wrapped in a TemporaryError.
	ErrBusy = errors.New("too much mail at once")
)

// TemporaryError says that a mail was not kept now and may be sent again.
type TemporaryError struct{ Err error }

func (e *TemporaryError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *TemporaryError) Unwrap() error { return e.Err }

// Permanent says whether err means that the mail can never be taken. What we do not know is worth another try.
func Permanent(err error) bool {
	if _, ok := errors.AsType[*TemporaryError](err); ok {
		return false
	}
	for _, never := range []error{ErrTooLarge, ErrLineEnds, ErrLongLine, ErrLoop, ErrEmpty} {
		if errors.Is(err, never) {
			return true
		}
	}
	return false
}

// Sink keeps what came in. It may be called from many goroutines at once.
type Sink interface {
	// Accept keeps a mail and what was decided about it. nil means durable: only then 250 is said, a UID is marked
	// done, a pipe exits with 0. It owns m from then on.
	Accept(ctx context.Context, m *rules.Mail) error
	// Park keeps a mail that broke something, bytes and error. nil means durable.
	Park(ctx context.Context, p rules.Parked) error
	// Refused lists a mail that a door turned away. It does its best, and never keeps the door waiting.
	Refused(ctx context.Context, d rules.Disposition)
}

// Prover finds out how far the author of a mail is who they say (DESIGN, section 5b). It may ask DNS.
type Prover interface {
	Prove(ctx context.Context, m *rules.Mail) rules.Proof
}

// Taker takes one mail in. *Intake is one; doors ask for no more, so that they can be tested without a reader.
type Taker interface {
	Take(ctx context.Context, a rules.Arrival) error
	Room(ctx context.Context, n int64) (free func(), err error)
	Refused(ctx context.Context, d rules.Disposition)
}

// Defaults of Options.
const (
	DefaultMaxSize  = 25 << 20  // bytes of a mail
	DefaultParallel = 2         // mails read at once: reading is bound by the processor, and the desk's machine is small
	DefaultBudget   = 128 << 20 // bytes of mail in flight: with what the collector leaves lying this is 256 MiB

	// Trace is what a door may add on top of MaxSize: our own Received field.
	Trace = 2 << 10
	// readWeight is what a mail costs while it is read, in its own sizes: its bytes and its decoded parts.
	readWeight = 2
	// roomPatience is how long a mail that is arriving waits for a place: longer than the big mails before it take,
	// shorter than a client waits to send more (RFC 5321, section 4.5.3.2.5: 3 minutes a block).
	roomPatience = 2 * time.Minute
)

// Options say how an Intake works. The zero value is usable.
type Options struct {
	Log *slog.Logger
	// Read reads a mail, the package's Read where nil. A panic in it parks the mail.
	Read func(rules.Arrival) *rules.Mail
	// MaxSize is the largest mail in bytes, DefaultMaxSize where zero.
	MaxSize int64
	// Parallel is how many mails are read at once, DefaultParallel where zero.
	Parallel int
	// MemoryBudget bounds the bytes of mail in flight: half for mails that are arriving, half for those being read
	// and kept, DefaultBudget where zero. Each half holds at least one mail of MaxSize.
	MemoryBudget int64
}

// Intake is what all doors share after the door. It is safe for use by many goroutines.
type Intake struct {
	sink   Sink
	prover Prover
	read   func(rules.Arrival) *rules.Mail
	log    *slog.Logger
	max    int64

	// Three gates that are always passed in this order, so that nobody holds a later one while waiting for an earlier.
	arriving *semaphore.Weighted // bytes that doors hold
	working  *semaphore.Weighted // bytes of mails being read and kept
	reading  *semaphore.Weighted // mails being read
	arrive   int64               // size of arriving
	work     int64               // size of working
}

// NewIntake returns an Intake that keeps mail in sink. A nil prover proves nobody: every author is unproved.
func NewIntake(sink Sink, prover Prover, o Options) *Intake {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Read == nil {
		o.Read = Read
	}
	if o.MaxSize <= 0 {
		o.MaxSize = DefaultMaxSize
	}
	if o.Parallel <= 0 {
		o.Parallel = DefaultParallel
	}
	if o.MemoryBudget <= 0 {
		o.MemoryBudget = DefaultBudget
	}
	half := max(o.MemoryBudget/2, o.MaxSize+Trace)
	return &Intake{
		sink: sink, prover: prover, read: o.Read, log: o.Log, max: o.MaxSize,
		arriving: semaphore.NewWeighted(half), arrive: half,
		working: semaphore.NewWeighted(half), work: half,
		reading: semaphore.NewWeighted(int64(o.Parallel)),
	}
}

// MaxSize is the largest mail in bytes that is taken.
func (in *Intake) MaxSize() int64 { return in.max }

// Room waits until n bytes of an arriving mail may be held, and returns the function that gives them back. Where there
// is none for too long the error is a *TemporaryError of ErrBusy. A door asks once for the whole of a mail, and only
// when it has turned out to be a big one: who holds some room must not wait for more.
func (in *Intake) Room(ctx context.Context, n int64) (free func(), err error) {
	n = min(n, in.arrive)
	if !in.arriving.TryAcquire(n) {
		wait, cancel := context.WithTimeout(ctx, roomPatience)
		defer cancel()
		if in.arriving.Acquire(wait, n) != nil {
			return nil, &TemporaryError{fmt.Errorf("mailin: room for %d bytes: %w", n, ErrBusy)}
		}
	}
	return func() { in.arriving.Release(n) }, nil
}

// Refused lists a mail that a door turned away.
func (in *Intake) Refused(ctx context.Context, d rules.Disposition) {
	d.Kind = rules.DisposedRefused
	in.log.Info("mail refused", "door", d.Door, "from", cut(string(d.From)), "reason", cut(d.Reply))
	in.sink.Refused(ctx, d)
}

// Take reads a mail, has its author proved and hands it to the sink. nil means that it is durable (see the package's
// contract). It owns a.Raw.
func (in *Intake) Take(ctx context.Context, a rules.Arrival) error {
	if int64(len(a.Raw)) > in.max+Trace {
		return fmt.Errorf("mailin: take %d bytes: %w", len(a.Raw), ErrTooLarge)
	}
	weight := min(readWeight*int64(len(a.Raw))+64<<10, in.work)
	if err := in.working.Acquire(ctx, weight); err != nil {
		return &TemporaryError{fmt.Errorf("mailin: wait to read: %w", err)}
	}
	defer in.working.Release(weight)

	m, broken := in.understand(ctx, a)
	if broken != nil {
		return in.park(ctx, a, broken)
	}
	if m == nil {
		return &TemporaryError{fmt.Errorf("mailin: wait to read: %w", context.Cause(ctx))}
	}
	if err := in.keep(ctx, m); err != nil {
		in.log.Error("mail not kept", "door", a.Envelope.Door, "msgid", cut(string(m.MessageID)), "err", err)
		if Permanent(err) {
			return err
		}
		return &TemporaryError{fmt.Errorf("mailin: keep mail: %w", err)}
	}
	in.log.Info("mail taken", "door", a.Envelope.Door, "msgid", cut(string(m.MessageID)),
		"from", cut(string(m.From.Address)), "proof", m.Proof.Result)
	return nil
}

// breakage is what a mail did to the one who read it.
type breakage struct {
	what  string
	stack string
}

// understand reads a mail and proves its author. Both nil means that ctx ended first.
func (in *Intake) understand(ctx context.Context, a rules.Arrival) (m *rules.Mail, broken *breakage) {
	// A panic marks our own bug. One mail must not keep the others out, and must not be lost either.
	defer func() {
		if p := recover(); p != nil {
			m, broken = nil, &breakage{what: oneLine(fmt.Sprint(p)), stack: string(debug.Stack())}
		}
	}()
	if m = in.readOne(ctx, a); m == nil {
		return nil, nil
	}
	m.Proof = rules.Proof{Result: rules.ProofNone, Detail: "nobody was asked to prove the author"}
	if in.prover != nil {
		m.Proof = in.prover.Prove(ctx, m)
	}
	return m, nil
}

// readOne holds a reading slot only as long as it reads: proving waits for DNS and keeping for the disk.
func (in *Intake) readOne(ctx context.Context, a rules.Arrival) *rules.Mail {
	if in.reading.Acquire(ctx, 1) != nil {
		return nil
	}
	defer in.reading.Release(1)
	return in.read(a)
}

// keep hands m to the sink. A panic there leaves the outcome unknown, so the mail is asked for again: if it was kept
// after all, it will be known by its key.
func (in *Intake) keep(ctx context.Context, m *rules.Mail) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %s\n%s", oneLine(fmt.Sprint(p)), debug.Stack())
		}
	}()
	return in.sink.Accept(ctx, m)
}

// park keeps the bytes of a mail that broke something.
func (in *Intake) park(ctx context.Context, a rules.Arrival, b *breakage) error {
	in.log.Error("mail parked", "door", a.Envelope.Door, "from", cut(a.Envelope.From), "err", cut(b.what))
	err := in.sink.Park(ctx, rules.Parked{
		At: a.Received, Envelope: a.Envelope, Error: b.what, Detail: b.stack, Tries: 1,
		From: firstField(a.Raw, "from"), Subject: firstField(a.Raw, "subject"), Bytes: a.Raw,
	})
	if err != nil {
		return &TemporaryError{fmt.Errorf("mailin: park mail: %w", err)}
	}
	return nil
}

// cut quotes foreign text for the log.
func cut(s string) string { return fmt.Sprintf("%.60q", s) }

// oneLine keeps the first line of s, at most 200 bytes.
func oneLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.ToValidUTF8(line[:min(len(line), 200)], "?")
}
