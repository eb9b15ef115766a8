package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Dial returns an Asker over the admin socket in the store's directory. The error is [ErrNotServing] where nobody
// listens.
func Dial(dir string) (Asker, error) {
	conn, err := dial(dir)
	if err != nil {
		return nil, fmt.Errorf("ask the gateway: %w", err)
	}
	conn.Close()
	return client{dir}, nil
}

// client dials anew for each operation.
type client struct{ dir string }

func (c client) Close() error { return nil }

func (c client) Ask(ctx context.Context, op string, args json.RawMessage, row func(json.RawMessage) error) error {
	conn, err := dial(c.dir)
	if err != nil {
		return fmt.Errorf("ask the gateway: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()
	if err := json.NewEncoder(conn).Encode(request{version, op, args}); err != nil {
		return cause(ctx, fmt.Errorf("ask the gateway: %w", err))
	}
	in := json.NewDecoder(conn)
	for {
		var a answer
		err := in.Decode(&a)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return cause(ctx, errors.New("the gateway hung up before its answer was whole; try again"))
		case err != nil:
			return cause(ctx, fmt.Errorf("read the gateway's answer: %w", err))
		case a.Error != nil:
			return a.Error
		case a.End:
			return nil
		case a.Row == nil:
			return errors.New("the gateway answered something else than a row; is it another version? restart it")
		}
		if err := row(a.Row); err != nil {
			return err
		}
	}
}

// cause prefers the caller's own reason to stop.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// A gateway that is starting has locked the store and does not listen yet, one that is stopping the other way about.
const (
	openTries = 20
	openPause = 100 * time.Millisecond
)

// Open returns the running gateway or, where there is none, what open makes of the store. Locked says whether an
// error of open means that another process has the store; then we ask again for a while.
func Open(ctx context.Context, dir string, open func(context.Context) (Asker, error), locked func(error) bool) (Asker, error) {
	for try := 1; ; try++ {
		a, err := Dial(dir)
		if err == nil || !errors.Is(err, ErrNotServing) {
			return a, err
		}
		a, err = open(ctx)
		if err == nil || !locked(err) {
			return a, err
		}
		if try == openTries {
			return nil, fmt.Errorf("%w; another program has it open and does not answer on %s; stop that program", err, SocketName)
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(openPause):
		}
	}
}
