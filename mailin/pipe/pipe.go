// Package pipe takes one mail from standard input, as a mail system's pipe transport gives it: what `aboveline
// deliver` does. The exit code tells the mail system what became of it (sysexits(3)), and 0 is said ONLY AFTER the mail
// is durable.
package pipe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"aboveline.example/mailin"
	"aboveline.example/mailin/mime"
	"aboveline.example/rules"
)

// Exit codes, as Postfix, Exim and procmail understand them.
const (
	ExitStored   = 0
	ExitUsage    = 64 // EX_USAGE: the mail system's configuration is wrong
	ExitNever    = 65 // EX_DATAERR: this mail can never be taken; tell its sender
	ExitTryLater = 75 // EX_TEMPFAIL: keep the mail and try again
)

// ErrUsage is for the caller to wrap a mistake on the command line in.
var ErrUsage = errors.New("usage")

// ExitCode is what `aboveline deliver` exits with. What we do not know is worth another try.
func ExitCode(err error) int {
	switch {
	case err == nil:
		return ExitStored
	case errors.Is(err, ErrUsage):
		return ExitUsage
	case mailin.Permanent(err):
		return ExitNever
	}
	return ExitTryLater
}

// Taker takes a mail in: a *mailin.Intake, or the running gateway's.
type Taker interface {
	Take(ctx context.Context, a rules.Arrival) error
}

// Deliver reads one mail of at most most bytes from r and has it taken in. What the caller does not know of the
// envelope is read from the fields that the mail system put on top. nil means that the mail is durable.
func Deliver(ctx context.Context, r io.Reader, e rules.Envelope, most int64, in Taker) error {
	raw, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return &mailin.TemporaryError{Err: fmt.Errorf("pipe: read mail: %w", err)}
	}
	sender, raw := separator(raw)
	if len(raw) == 0 {
		return fmt.Errorf("pipe: read mail: %w", mailin.ErrEmpty)
	}
	// The size that counts is the one that SMTP counts, with CR LF (RFC 1870, section 5).
	if raw = mime.CRLF(raw); int64(len(raw)) > most {
		return fmt.Errorf("pipe: read more than %d bytes: %w", most, mailin.ErrTooLarge)
	}
	if mailin.Hops(raw) >= mailin.MaxHops {
		return fmt.Errorf("pipe: read mail: %w", mailin.ErrLoop)
	}
	e.Door = "pipe"
	e.Relay = e.AuthservID != ""
	return in.Take(ctx, rules.Arrival{Envelope: envelope(e, sender, raw), Received: time.Now(), Raw: raw})
}

// separator takes off the line that mbox files put before each mail, and returns the sender in it.
func separator(raw []byte) (sender string, rest []byte) {
	line, rest, _ := bytes.Cut(raw, []byte{'\n'})
	words, ok := bytes.CutPrefix(line, []byte("From "))
	if !ok {
		return "", raw
	}
	if fields := strings.Fields(string(words)); len(fields) > 0 {
		sender = fields[0]
	}
	return sender, rest
}

// envelope fills in what e leaves open. Only fields above the first Received count: they were written by the mail
// system that delivers to us, those below by anybody.
func envelope(e rules.Envelope, sender string, raw []byte) rules.Envelope {
	path, given := "", false
	var to []string
	for len(raw) > 0 {
		line, rest, _ := bytes.Cut(raw, []byte("\r\n"))
		raw = rest
		name, value, ok := strings.Cut(string(line), ":")
		name, value = strings.ToLower(strings.TrimRight(name, " \t")), strings.TrimSpace(value)
		if !ok || name == "received" {
			break
		}
		switch name {
		case "return-path":
			path, given = strings.Trim(value, "<>"), true
		case "delivered-to", "x-original-to", "envelope-to":
			to = append(to, strings.Trim(value, "<>"))
		}
	}
	switch {
	case e.From != "" || e.Null:
	case given:
		e.From, e.Null = path, path == ""
	case strings.EqualFold(sender, "MAILER-DAEMON"):
		e.Null = true
	case strings.Contains(sender, "@"):
		e.From = sender
	}
	if len(e.To) == 0 {
		e.To = to
	}
	return e
}
