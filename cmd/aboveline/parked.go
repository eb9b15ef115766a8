package main

import (
	"fmt"
	"strconv"

	"aboveline.example/cmd/aboveline/admin"
)

type parkedCmd struct {
	List  parkedListCmd  `cmd:"" help:"List mails that broke something, the latest first."`
	Show  parkedShowCmd  `cmd:"" help:"Show one, with its error and its bytes."`
	Retry parkedRetryCmd `cmd:"" help:"Read it again, after an upgrade say; what breaks again stays parked."`
}

type parkedListCmd struct {
	Limit int `placeholder:"N" help:"At most so many."`
}

func (c *parkedListCmd) Run(e *env) error {
	t := newTable(e.out, "ID", "AT", "DOOR", "TRIES", "FROM", "SUBJECT", "ERROR")
	return list(e, admin.ParkedList, admin.Limit{Limit: c.Limit}, t, "nothing is parked", func(p admin.ParkedRow) []string {
		return []string{
			strconv.FormatUint(p.ID, 10), at(p.At), clean(p.Door, 20), strconv.Itoa(p.Tries), dash(clean(p.From, 34)),
			dash(clean(p.Subject, 40)), clean(p.Error, 80),
		}
	})
}

type parkedShowCmd struct {
	ID  string `arg:"" help:"The mail's number, from \"aboveline parked list\"."`
	Raw bool   `help:"Its bytes alone, as they came."`
}

func (c *parkedShowCmd) Run(e *env) error {
	return show(e, admin.ParkedShow, c.ID, func(p admin.Parked) error {
		if c.Raw {
			return printRaw(e, p.Bytes)
		}
		uid := ""
		if p.UID != 0 {
			uid = strconv.FormatUint(uint64(p.UID), 10)
		}
		facts(e.out, "Mail", strconv.FormatUint(p.ID, 10), "At", at(p.At), "Door", p.Door, "UID", uid, "From", p.From,
			"Subject", p.Subject, "Tries", strconv.Itoa(p.Tries), "Error", p.Error)
		if p.Detail != "" {
			fmt.Fprintf(e.out, "\n%s\n", indent(cleanText(p.Detail)))
		}
		// It broke a reader once, so it is shown unread.
		_, err := fmt.Fprintf(e.out, "\n%s\n", cleanText(p.Source.Raw))
		return err
	})
}

type parkedRetryCmd struct {
	ID string `arg:"" help:"The mail's number, from \"aboveline parked list\"."`
}

func (c *parkedRetryCmd) Run(e *env) error {
	return show(e, admin.ParkedRetry, c.ID, func(m admin.MailRow) error { return pageMailRow(e, m) })
}
