package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Asker runs operations by their names. Ask calls row for each row of the answer, in order, and returns row's error
// at once where it has one; the answer was whole only if Ask returns nil. It is safe for concurrent use.
type Asker interface {
	Ask(ctx context.Context, op string, args json.RawMessage, row func(json.RawMessage) error) error
	Close() error
}

// Call names an operation that takes A and answers with any number of R.
type Call[A, R any] string

// Do asks and hands over each row.
func (c Call[A, R]) Do(ctx context.Context, to Asker, args A, row func(R) error) error {
	raw, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("ask %s: %w", string(c), err)
	}
	return to.Ask(ctx, string(c), raw, func(raw json.RawMessage) error {
		var r R
		if err := json.Unmarshal(raw, &r); err != nil {
			return fmt.Errorf("read the answer to %s: %w", string(c), err)
		}
		return row(r)
	})
}

// One asks for exactly one row.
func (c Call[A, R]) One(ctx context.Context, to Asker, args A) (R, error) {
	var only R
	n := 0
	err := c.Do(ctx, to, args, func(r R) error {
		only, n = r, n+1
		return nil
	})
	if err == nil && n != 1 {
		err = fmt.Errorf("%s answered with %d rows, want one", string(c), n)
	}
	return only, err
}

// Table is the operations a desk offers.
type Table map[string]func(ctx context.Context, args json.RawMessage, row func(any) error) error

// On enters the function that answers a call.
func On[A, R any](t Table, c Call[A, R], answer func(ctx context.Context, args A, row func(R) error) error) {
	t[string(c)] = func(ctx context.Context, raw json.RawMessage, row func(any) error) error {
		var args A
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &args); err != nil {
				return &Error{Code: CodeUsage, Text: fmt.Sprintf("%s: arguments not understood: %v", string(c), err)}
			}
		}
		return answer(ctx, args, func(r R) error { return row(r) })
	}
}

// run answers one operation.
func (t Table) run(ctx context.Context, op string, args json.RawMessage, row func(any) error) error {
	answer, ok := t[op]
	if !ok {
		return &Error{Code: CodeUsage, Text: fmt.Sprintf("the running gateway does not know %.60q; is it another version? restart it", op)}
	}
	return answer(ctx, args, row)
}

// Direct asks a table in this process. What close gives back, Close does.
func Direct(t Table, close func() error) Asker { return &direct{t, close} }

type direct struct {
	table Table
	close func() error
}

func (d *direct) Ask(ctx context.Context, op string, args json.RawMessage, row func(json.RawMessage) error) error {
	return d.table.run(ctx, op, args, func(v any) error {
		raw, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("write a row of %s: %w", op, err)
		}
		return row(raw)
	})
}

func (d *direct) Close() error {
	if d.close == nil {
		return nil
	}
	return d.close()
}

// Code says what kind of error an operation met, across the socket.
type Code string

// Codes of errors.
const (
	CodeFailed    Code = "failed"    // the operation broke; its text says on what
	CodeUsage     Code = "usage"     // it was asked for wrongly
	CodeNotFound  Code = "not-found" // there is no such ticket, mail, row
	CodeRefused   Code = "refused"   // there is, but not in a state that allows this
	CodeTemporary Code = "temporary" // the same may succeed later
	CodePermanent Code = "permanent" // the same can never succeed
)

// Error is an operation's error as the asker gets it: one line that says what, and what to do.
type Error struct {
	Code Code   `json:"code"`
	Text string `json:"text"`
}

func (e *Error) Error() string { return e.Text }

// notFound is the error for a number or id that names nothing.
func notFound(format string, args ...any) error {
	return &Error{Code: CodeNotFound, Text: fmt.Sprintf(format, args...)}
}

// asError gives every error a code.
func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Code: CodeFailed, Text: err.Error()}
}
