package main

import (
	"log/slog"

	"aboveline.example/cmd/aboveline/demo"
	"aboveline.example/cmd/aboveline/logging"
)

type demoCmd struct {
	Stay bool `help:"Keep it running, and say how to open the mailboxes in a mail client."`
}

func (*demoCmd) Help() string {
	return `A desk's morning on loopback, in some seconds, with a directory of its own and no config: people report a fault by SMTP and IMAP, an outage is seen, vendors are told and chased, staff decide and answer from their own mail client. Every line is something that happened, read back from the mailboxes.

  aboveline demo
  aboveline demo --stay              then open the mailboxes with a mail client
  aboveline demo --log-level debug   with the gateway's own log on standard error`
}

func (d *demoCmd) Run(e *env) error {
	log := slog.New(slog.DiscardHandler)
	if e.global.LogLevel != "" {
		var err error
		if log, err = logging.New(e.errs, logging.Options{Level: e.global.LogLevel, Colour: e.colour(e.errs)}); err != nil {
			return err
		}
	}
	return demo.Run(e.ctx, demo.Options{Out: e.out, Colour: e.colour(e.out), Stay: d.Stay, Log: log})
}
