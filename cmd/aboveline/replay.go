package main

import "aboveline.example/cmd/aboveline/replay"

type replayCmd struct {
	Mailboxes []string `arg:"" name:"MAILBOX" help:"mbox files, Maildirs, .eml files, or directories of them."`
}

func (*replayCmd) Help() string {
	return `Plays mailboxes through this config's rules and says what would have happened to each mail: which ticket, which tags, who would have been written to. The clock is that of the mails, the store a scratch one, and nothing is sent. At the end stand the counts, and the rules that never matched.

  aboveline replay -c desk.toml archive.mbox
  aboveline replay --json ~/Maildir | jq 'select(.event == "held")'`
}

func (r *replayCmd) Run(e *env) error {
	c, err := e.config()
	if err != nil {
		return err
	}
	return replay.Run(e.ctx, replay.Options{Config: c, Paths: r.Mailboxes, JSON: e.global.JSON, Out: e.out, Progress: newProgress(e).mails})
}
