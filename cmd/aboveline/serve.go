package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"aboveline.example/cmd/aboveline/admin"
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
	return serve(e, c, log)
}
