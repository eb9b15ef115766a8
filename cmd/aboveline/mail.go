package main

import (
	"fmt"
	"strconv"
	"strings"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/logging"
	"aboveline.example/mailin"
	"aboveline.example/rules"
)

type mailCmd struct {
	List mailListCmd `cmd:"" help:"List every mail and what became of it, the oldest first."`
	Show mailShowCmd `cmd:"" help:"Show one mail as it came."`
}

type mailListCmd struct {
	Kind  string `enum:"new-ticket,entry,duplicate,delivery-word,command,held,parked,refused,own-probe," default:"" placeholder:"KIND" help:"Became this: new-ticket, entry, duplicate, delivery-word, command, held, parked, refused or own-probe."`
	After uint64 `placeholder:"N" help:"Only mails after this number."`
	Limit int    `placeholder:"N" help:"At most so many."`
}

func (*mailListCmd) Help() string {
	return `Examples:

  aboveline mail list --kind refused
  aboveline mail list --json --after 1200    what came since mail 1200`
}

func (c *mailListCmd) Run(e *env) error {
	f := admin.MailFilter{Kind: rules.DispositionKind(c.Kind), After: c.After, Limit: c.Limit}
	t := newTable(e.out, "MAIL", "AT", "BECAME", "TICKET", "DOOR", "FROM", "SUBJECT")
	return list(e, admin.MailList, f, t, "no such mails", func(m admin.MailRow) []string {
		return []string{
			strconv.FormatUint(m.Mail, 10), at(m.At), m.Kind, dash(m.Ticket), clean(m.Door, 20), dash(clean(m.From, 34)),
			clean(m.Subject, 60),
		}
	})
}

type mailShowCmd struct {
	ID  string `arg:"" name:"N" help:"The mail's number, from \"aboveline mail list\"."`
	Raw bool   `help:"Its bytes alone, as they came."`
}

func (c *mailShowCmd) Run(e *env) error {
	return show(e, admin.MailShow, c.ID, func(m admin.Mail) error {
		if c.Raw {
			return printRaw(e, m.Bytes)
		}
		if err := pageMailRow(e, m.MailRow); err != nil {
			return err
		}
		facts(e.out, "Envelope from", dash(m.Envelope.From), "Envelope to", strings.Join(m.Envelope.To, ", "),
			"Peer", m.Envelope.Peer, "Called itself", m.Envelope.Helo)
		return pageText(e, m.Bytes)
	})
}

func pageMailRow(e *env, m admin.MailRow) error {
	of := ""
	if m.Of != nil {
		of = strconv.FormatUint(*m.Of, 10)
	}
	return facts(e.out, "Mail", strconv.FormatUint(m.Mail, 10), "At", at(m.At), "Became", m.Kind, "Ticket", m.Ticket, "Repeats", of,
		"Door", m.Door, "From", m.From, "Subject", m.Subject, "Message-ID", m.MessageID, "Size", bytesText(m.Size),
		"Because", strings.Join(m.Reasons, "; "), "Peer was told", m.Reply)
}

// pageText prints what a person would read in a mail.
func pageText(e *env, raw []byte) error {
	if len(raw) == 0 {
		_, err := fmt.Fprintln(e.out, "\n(its bytes were not kept)")
		return err
	}
	text := mailin.Read(rules.Arrival{Raw: raw}).Text
	_, err := fmt.Fprintf(e.out, "\n%s\n%s\n", e.paint(e.out, "2", strings.Repeat("-", 72)), strings.TrimSpace(cleanText(text)))
	return err
}

// printRaw prints a mail's bytes as they are, but never to a terminal what it would obey.
func printRaw(e *env, raw []byte) error {
	if logging.Terminal(e.out) {
		raw = []byte(cleanText(string(raw)))
	}
	_, err := e.out.Write(raw)
	return err
}
