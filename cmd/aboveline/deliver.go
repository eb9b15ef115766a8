package main

import (
	"errors"
	"fmt"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/mailin/pipe"
	"aboveline.example/rules"
)

type deliverCmd struct {
	From string   `placeholder:"ADDRESS" help:"The envelope sender, <> for none. Default: what Return-Path says."`
	To   []string `arg:"" optional:"" name:"RECIPIENT" help:"Envelope recipients. Default: what Delivered-To and X-Original-To say."`
}

func (*deliverCmd) Help() string {
	return `Exit codes are those mail systems understand: 0 stored, 75 try again, 65 can never be taken, 64 usage. Zero is said only once the mail is safe on disk.

Postfix, in master.cf:

  aboveline unix - n n - 10 pipe
    user=aboveline null_sender= argv=/usr/bin/aboveline deliver --from <${sender}> ${recipient}

and in main.cf: aboveline_destination_recipient_limit = 1

An alias runs as Postfix's default_privs, and must run as the user that serves. So let the alias name that user (support: aboveline), and let the user's ~/.forward hold the line, quotes included:

  "|/usr/bin/aboveline deliver"`
}

func (c *deliverCmd) Run(e *env) error {
	err := c.deliver(e)
	if err == nil {
		return nil
	}
	// Not even a broken config may make a mail system give a mail back: all but the mail's own faults can be mended.
	return &exitError{pipe.ExitCode(err), err}
}

func (c *deliverCmd) deliver(e *env) (err error) {
	cfg, err := e.config()
	if err != nil {
		return err
	}
	envelope, err := c.envelope()
	if err != nil {
		return err
	}
	desk, err := openOrMake(e, cfg)
	if err != nil {
		return err
	}
	envelope.AuthservID = cfg.Mailin.Pipe.AuthservID
	err = pipe.Deliver(e.ctx, e.in, envelope, int64(cfg.Mailin.MaxSize), admin.Pipe{To: desk})
	if cerr := desk.Close(); cerr != nil && err == nil {
		// The mail is stored; saying otherwise would only bring it again.
		fmt.Fprintf(e.errs, "aboveline: %s\n", clean(cerr.Error(), 500))
	}
	return err
}

func (c *deliverCmd) envelope() (rules.Envelope, error) {
	var env rules.Envelope
	switch from := c.From; {
	case from == "<>", from == "<MAILER-DAEMON>": // what pipe(8) makes of <> without null_sender
		env.Null = true
	case from != "":
		a, ok := rules.ParseAddress(trimAngles(from))
		if !ok {
			return env, errors.Join(pipe.ErrUsage, fmt.Errorf("--from takes an address or <>, not %.60q", from))
		}
		env.From = string(a)
	}
	for _, to := range c.To {
		env.To = append(env.To, trimAngles(to))
	}
	return env, nil
}

func trimAngles(s string) string {
	if len(s) > 1 && s[0] == '<' && s[len(s)-1] == '>' {
		return s[1 : len(s)-1]
	}
	return s
}
