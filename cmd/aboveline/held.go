package main

import (
	"strconv"
	"strings"

	"aboveline.example/cmd/aboveline/admin"
)

type heldCmd struct {
	List    heldListCmd    `cmd:"" help:"List mails that wait for a decision, the latest first."`
	Show    heldShowCmd    `cmd:"" help:"Show one, with why it waits."`
	Release heldReleaseCmd `cmd:"" help:"Believe its writer this once: the mail goes on."`
	Drop    heldDropCmd    `cmd:"" help:"Let it go; its bytes stay in \"aboveline mail show\"."`
}

type heldListCmd struct {
	Limit int `placeholder:"N" help:"At most so many."`
}

func (c *heldListCmd) Run(e *env) error {
	t := newTable(e.out, "ID", "AT", "TICKET", "FROM", "AS", "PROOF", "WHY", "SUBJECT")
	return list(e, admin.HeldList, admin.Limit{Limit: c.Limit}, t, "nothing is held", func(h admin.HeldRow) []string {
		return []string{
			strconv.FormatUint(h.ID, 10), at(h.At), dash(h.Ticket), clean(h.From, 34), dash(h.Role), dash(h.Proof), h.Why,
			clean(h.Subject, 50),
		}
	})
}

type heldShowCmd struct {
	ID  string `arg:"" help:"The mail's number, from \"aboveline held list\"."`
	Raw bool   `help:"Its bytes alone, as they came."`
}

func (c *heldShowCmd) Run(e *env) error {
	return show(e, admin.HeldShow, c.ID, func(h admin.Held) error {
		if c.Raw {
			return printRaw(e, h.Bytes)
		}
		facts(e.out, "Mail", strconv.FormatUint(h.ID, 10), "At", at(h.At), "Ticket", h.Ticket,
			"From", strings.TrimSpace(h.FromName+" <"+h.From+">"), "As", h.Role, "Proof", h.Proof, "Why", h.Why,
			"Because", strings.Join(h.Reasons, "; "), "Asked by", h.Confirm, "Subject", h.Subject)
		return pageText(e, h.Bytes)
	})
}

type heldReleaseCmd struct {
	ID string `arg:"" help:"The mail's number, from \"aboveline held list\"."`
}

func (*heldReleaseCmd) Help() string {
	return "The mail is decided anew as its writer's proved word, commands included, and the ticket's history says that the operator let it in. Look at it with \"aboveline held show\" first."
}

func (c *heldReleaseCmd) Run(e *env) error {
	return show(e, admin.HeldRelease, c.ID, func(m admin.MailRow) error { return pageMailRow(e, m) })
}

type heldDropCmd struct {
	ID string `arg:"" help:"The mail's number, from \"aboveline held list\"."`
}

func (c *heldDropCmd) Run(e *env) error {
	return show(e, admin.HeldDrop, c.ID, func(m admin.MailRow) error { return pageMailRow(e, m) })
}
