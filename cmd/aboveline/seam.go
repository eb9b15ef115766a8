package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/mail"
	"os"
	"path/filepath"
	"time"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/cmd/aboveline/gateway"
	"aboveline.example/cmd/aboveline/logging"
	"aboveline.example/mailin/mime"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// Everything the command line asks of the gateway is in this file.

// openDesk returns the running gateway or, where none runs, the desk opened in this process. It makes no store.
func openDesk(e *env, c *config.Config) (admin.Asker, error) {
	if _, err := os.Stat(string(c.Store.Path)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no desk at %s; name its config with -c, or start it with \"aboveline serve\"", c.Store.Path)
	}
	return openOrMake(e, c)
}

// openOrMake is openDesk, and makes the store where there is none: mail may come before the gateway ever ran.
func openOrMake(e *env, c *config.Config) (admin.Asker, error) {
	log, err := logger(e, c, "warn")
	if err != nil {
		return nil, err
	}
	open := func(context.Context) (admin.Asker, error) {
		g, db, err := gateway.Open(c, log)
		if err != nil {
			return nil, err
		}
		desk := admin.Desk{
			View: admin.View{Prefix: string(c.Identity.Prefix), Zone: c.Identity.Zone}, DB: db, Gateway: g.Admin(c), Log: log,
		}
		return admin.Direct(desk.Table(), db.Close), nil
	}
	return admin.Open(e.ctx, string(c.Store.Path), open, func(err error) bool { return errors.Is(err, store.ErrLocked) })
}

// rehearse decides about one mail in a scratch store that is removed afterwards. Nothing is sent.
func rehearse(ctx context.Context, c *config.Config, raw []byte) (decided []gateway.Decided, err error) {
	scratch, err := os.MkdirTemp("", "aboveline-explain-") // mode 0700
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	alone := *c
	alone.Store.Path = config.Path(filepath.Join(scratch, "store"))
	g, db, err := gateway.Open(&alone, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	a := rules.Arrival{Envelope: rules.Envelope{Door: "replay", Relay: true}, Received: dateOf(raw), Raw: mime.CRLF(raw)}
	return g.Rehearse(ctx, []gateway.Rehearsed{gateway.Rehearse(ctx, a, c.AuthservIDs())})
}

// dateOf is when a mail says it was written, now where it does not: rules may ask for hour and weekday.
func dateOf(raw []byte) time.Time {
	if m, err := mail.ReadMessage(bytes.NewReader(raw)); err == nil {
		if at, err := m.Header.Date(); err == nil {
			return at
		}
	}
	return time.Now()
}

// restore makes a store from a backup.
func restore(c *config.Config, from *os.File) error {
	return store.Restore(string(c.Store.Path), from)
}

// logger is the log of a command, on standard error. Level is the config's unless a flag or, for commands that are
// over in a moment, a quieter one is named.
func logger(e *env, c *config.Config, level string) (*slog.Logger, error) {
	if level == "" {
		level = c.Log.Level
	}
	if e.global.LogLevel != "" {
		level = e.global.LogLevel
	}
	return logging.New(e.errs, logging.Options{Level: level, Format: c.Log.Format, Colour: e.colour(e.errs)})
}
