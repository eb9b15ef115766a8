package main

import (
	"fmt"
	"strconv"
	"strings"

	"aboveline.example/cmd/aboveline/admin"
)

type outageCmd struct {
	List outageListCmd `cmd:"" help:"List outages, the latest first."`
	Show outageShowCmd `cmd:"" help:"Show one outage: its tickets, vendors and evidence."`
}

type outageListCmd struct {
	Limit int `placeholder:"N" help:"At most so many."`
}

func (c *outageListCmd) Run(e *env) error {
	t := newTable(e.out, "NUMBER", "STATUS", "PEOPLE", "FIRST", "LAST", "TICKETS", "TITLE")
	return list(e, admin.OutageList, admin.Limit{Limit: c.Limit}, t, "no outages", func(o admin.Outage) []string {
		return []string{
			o.Number, o.Status, strconv.Itoa(o.People), at(o.First), at(o.Last), strconv.Itoa(len(o.Tickets)),
			clean(o.Title, 60),
		}
	})
}

type outageShowCmd struct {
	Number string `arg:"" name:"N" help:"The outage's number, D-7 or 7."`
}

func (c *outageShowCmd) Run(e *env) error {
	return show(e, admin.OutageShow, c.Number, func(o admin.Outage) error {
		fmt.Fprintf(e.out, "%s  %s\n\n", e.paint(e.out, "1", o.Number), clean(o.Title, 200))
		dismissed, since := "", ""
		if d := o.Dismissed; d != nil {
			dismissed, since = fmt.Sprintf("%s by %s, of %d people", at(d.At), d.By, d.People), strings.Join(d.Since, ", ")
		}
		facts(e.out,
			"Status", o.Status, "People", strconv.Itoa(o.People), "First", at(o.First), "Last", at(o.Last),
			"Tags", strings.Join(o.Tags, ", "), "Tickets", strings.Join(o.Tickets, ", "),
			"Apart from", o.Apart, "Words", strings.Join(o.Evidence.Words, ", "),
			"Evidence", o.Evidence.String(), "Dismissed", dismissed, "Since then", since)
		for _, v := range o.Vendors {
			fmt.Fprintf(e.out, "\n%s\n", e.paint(e.out, "1", clean(v.Name, 60)))
			facts(e.out, "  Reported", at(v.Reported), "  Last heard", at(v.LastHeard), "  Next reminder", at(v.NextFollowUp),
				"  Its number", v.Reference)
		}
		return nil
	})
}
