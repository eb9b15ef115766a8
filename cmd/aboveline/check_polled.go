package main

import (
	"context"
	"fmt"
	"strings"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/config"
)

// lookPolled asks the running gateway how it fares at a mailbox that is entered by tokens. We do not try ourselves:
// asking for a token may use up the one that the gateway keeps. Without a gateway, text stands as it is.
func lookPolled(ctx context.Context, c *config.Config, m config.IMAP, text string) (string, error) {
	desk, err := admin.Dial(string(c.Store.Path))
	if err != nil {
		return text, nil
	}
	defer desk.Close()
	f, err := admin.Stats.One(ctx, desk, admin.None{})
	if err != nil {
		return "", err
	}
	return polled(m, f.Mailboxes, text)
}

func polled(m config.IMAP, boxes []admin.Poll, text string) (string, error) {
	for _, p := range boxes {
		// The gateway names a mailbox after its login, and what is not the INBOX after that, too.
		rest, ok := strings.CutPrefix(p.Mailbox, m.Username)
		if !ok || rest != "" && rest[0] != '/' && rest[0] != '#' {
			continue
		}
		if p.Error != "" {
			return "", fmt.Errorf("%s at %s: the running gateway is not let in or cannot read: %s", p.Mailbox, m.Server, p.Error)
		}
		if !p.At.IsZero() {
			return fmt.Sprintf("%s at %s, read by the running gateway at %s", p.Mailbox, m.Server, at(p.At)), nil
		}
	}
	return text, nil
}
