package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/config"
)

type serveCmd struct{}

func (*serveCmd) Help() string {
	return `Runs until it is interrupted, then lets what is under way come to its end. SIGHUP reads the config again: rules, people and wording change at once, doors and mailboxes at the next start; a bad config changes nothing.

Without a config it is a desk to look at: support@localhost, prefix T, SMTP on 127.0.0.1:2525, state in ./aboveline-data, and outgoing mail that stays in the queue. Then, in another terminal:

  aboveline ticket list
  aboveline queue list`
}

func (*serveCmd) Run(e *env) error {
	c, err := e.config()
	if err != nil {
		return err
	}
	log, err := logger(e, c, "")
	if err != nil {
		return err
	}
	if c.File == "" {
		log.Warn("no config found: this is a desk to look at; \"aboveline init\" writes a config to begin with")
		log.Info("write to it", "to", string(c.Identity.Address), "smtp", string(c.Mailin.SMTP.Listen))
	}
	if err := readable(c); err != nil {
		return err
	}
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	ctx, cancel := context.WithCancel(e.ctx)
	defer cancel()
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-hup:
			}
			desk, err := admin.Dial(string(c.Store.Path))
			if err == nil {
				_, err = admin.Reload.One(ctx, desk, admin.None{})
			}
			if err != nil {
				log.Error("config not reloaded, the old one stays", "err", err)
			}
		}
	}()
	collectLess()
	return serve(e, c, log)
}

// What the collector may leave lying while the gateway serves. Little of its memory lives longer than a mail, so that
// each collection costs the same and most of them can be saved; with mails of full size in flight (128 MiB, DESIGN
// section 9) it has to go about it more often again.
const (
	collectAt    = 200       // percent of what lives
	collectAbove = 256 << 20 // bytes
)

// collectLess sets the collector, unless the operator has.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(collectAbove)
	}
}

// readable says whether every secret that the config names can be read: nothing starts half-configured.
func readable(c *config.Config) error {
	var bad config.Problems
	for _, s := range secrets(c) {
		if _, err := s.Read(); err != nil {
			bad = append(bad, config.Problem{File: c.File, Key: "secret", Text: err.Error()})
		}
	}
	if bad != nil {
		return bad
	}
	return nil
}
