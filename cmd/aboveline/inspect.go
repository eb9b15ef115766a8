package main

import "aboveline.example/cmd/aboveline/inspect"

type inspectCmd struct {
	Files []string `arg:"" name:"FILE" help:"Mails (.eml); - is standard input."`
}

func (*inspectCmd) Help() string {
	return `Reads no config and keeps nothing. Examples:

  aboveline inspect mail.eml
  aboveline inspect --json *.eml | jq -r .reply`
}

func (c *inspectCmd) Run(e *env) error {
	return inspect.Run(e.ctx, e.in, e.out, c.Files, e.global.JSON)
}
