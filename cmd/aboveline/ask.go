package main

import (
	"context"
	"errors"

	"aboveline.example/cmd/aboveline/admin"
)

// ask opens the desk, running or not, and runs do on it.
func (e *env) ask(do func(ctx context.Context, desk admin.Asker) error) (err error) {
	c, err := e.config()
	if err != nil {
		return err
	}
	desk, err := openDesk(e, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, desk.Close()) }()
	return do(e.ctx, desk)
}

// list asks for rows and prints each: as JSON, or by line into a table.
func list[A, R any](e *env, call admin.Call[A, R], args A, t *table, none string, line func(R) []string) error {
	return e.ask(func(ctx context.Context, desk admin.Asker) error {
		err := call.Do(ctx, desk, args, func(r R) error {
			if t.n++; e.global.JSON {
				return object(e.out, r)
			}
			t.row(line(r)...)
			return nil
		})
		if err != nil || e.global.JSON {
			return err
		}
		return t.end(none)
	})
}

// show asks for one thing and prints it: as JSON, or by page.
func show[R any](e *env, call admin.Call[admin.ID, R], id string, page func(R) error) error {
	return e.ask(func(ctx context.Context, desk admin.Asker) error {
		r, err := call.One(ctx, desk, admin.ID{ID: id})
		if err != nil {
			return err
		}
		if e.global.JSON {
			return object(e.out, r)
		}
		return page(r)
	})
}
