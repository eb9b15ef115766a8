package main

import "github.com/alecthomas/kong"

const about = `A ticket desk that lives entirely in e-mail.

People write to a support address, staff answer from the mail client they already have, vendors get fault reports as ordinary mail. Try it:

  aboveline demo       a desk's morning, on this machine, in half a minute
  aboveline init       write a commented aboveline.toml
  aboveline check      is everything right?
  aboveline serve      run the desk`

var groups = []kong.Group{
	{Key: "run", Title: "Run a desk:"},
	{Key: "look", Title: "Look inside:"},
	{Key: "mend", Title: "Decide and mend:"},
	{Key: "learn", Title: "Learn and try:"},
}

// global are the flags of every command.
type global struct {
	Config   string `short:"c" placeholder:"FILE" help:"The desk's config. Default: ./aboveline.toml, then /etc/aboveline/aboveline.toml."`
	JSON     bool   `name:"json" help:"One JSON object a line, for scripts."`
	LogLevel string `placeholder:"LEVEL" enum:"debug,info,warn,error," default:"" help:"debug, info, warn or error, in place of the config's."`
}

// grammar is the whole command line. Each command's flags and doings are in the file of its name.
type grammar struct {
	global

	Serve   serveCmd   `cmd:"" group:"run" help:"Run the gateway."`
	Reload  reloadCmd  `cmd:"" group:"run" help:"Make the running gateway read its config again."`
	Init    initCmd    `cmd:"" group:"run" help:"Write a commented config."`
	Check   checkCmd   `cmd:"" group:"run" help:"Check the config and what it points at."`
	Deliver deliverCmd `cmd:"" group:"run" help:"Take one mail from standard input."`
	Backup  backupCmd  `cmd:"" group:"run" help:"A consistent copy, also while serving."`
	Restore restoreCmd `cmd:"" group:"run" help:"Make a store from a backup."`

	Ticket ticketCmd `cmd:"" group:"look" help:"Tickets."`
	Outage outageCmd `cmd:"" group:"look" help:"Outages."`
	Mail   mailCmd   `cmd:"" group:"look" help:"Every mail that came, and what became of it."`
	Stats  statsCmd  `cmd:"" group:"look" help:"Counts, ages and last polls."`

	Queue  queueCmd  `cmd:"" group:"mend" help:"The outbox."`
	Held   heldCmd   `cmd:"" group:"mend" help:"Mails that wait for a decision."`
	Parked parkedCmd `cmd:"" group:"mend" help:"Mails that broke something."`

	Demo    demoCmd    `cmd:"" group:"learn" help:"A desk's morning on loopback, with real SMTP and IMAP."`
	Inspect inspectCmd `cmd:"" group:"learn" help:"What the gateway reads in a mail."`
	Replay  replayCmd  `cmd:"" group:"learn" help:"Play a mailbox through this config's rules; sends nothing."`
	Help    helpCmd    `cmd:"" group:"learn" help:"Short lessons: rules, templates, commands."`
	Version versionCmd `cmd:"" group:"learn" help:"Which version this is."`

	Completion completionCmd `cmd:"" group:"learn" help:"Completion for bash, zsh or fish."`
}
