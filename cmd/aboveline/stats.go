package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"aboveline.example/cmd/aboveline/admin"
)

type statsCmd struct{}

func (c *statsCmd) Run(e *env) error {
	return e.ask(func(ctx context.Context, desk admin.Asker) error {
		f, err := admin.Stats.One(ctx, desk, admin.None{})
		if err != nil {
			return err
		}
		if e.global.JSON {
			return object(e.out, f)
		}
		facts(e.out,
			"Mails", counts(f.Mails), "Tickets", counts(f.Tickets), "Queue", counts(f.Queue),
			"Entries", strconv.Itoa(f.Entries), "Outages open", strconv.Itoa(f.Outages),
			"Held", strconv.Itoa(f.Held), "Parked", strconv.Itoa(f.Parked),
			"Oldest queued", at(f.OldestQueued), "Oldest held", at(f.OldestHeld), "Oldest parked", at(f.OldestParked),
			"Database", bytesText(f.FileBytes), "Attachments", fmt.Sprintf("%d files, %s", f.BlobFiles, bytesText(f.BlobBytes)))
		for _, p := range f.Mailboxes {
			facts(e.out, "Mailbox "+clean(p.Mailbox, 60), strings.TrimSpace("read "+at(p.At)+"  "+p.Error))
		}
		return nil
	})
}

// counts writes "3 open, 1 resolved", in a fixed order.
func counts(m map[string]int) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%d %s", m[k], k))
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}
