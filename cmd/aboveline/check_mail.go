package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/config"
)

// comesBackWithin is how long a mail to ourselves may take. Scanners take seconds; who waits at a terminal gives up
// after a minute.
const comesBackWithin = time.Minute

// mailProbes have the running gateway mail itself. Without one nobody would take the mail back in, and it would be a
// ticket later.
func mailProbes(outer context.Context, c *config.Config) []probe {
	if c.Mailout.Smarthost.IsZero() {
		return nil
	}
	desk, err := admin.Dial(string(c.Store.Path))
	if err != nil {
		return []probe{{"mail", func(context.Context) (string, error) {
			return "not tried, since no gateway runs here that would take it back in; start \"aboveline serve\", then check again", nil
		}}}
	}
	desk.Close()
	authserv := ""
	if ids := c.AuthservIDs(); len(ids) > 0 {
		authserv = ids[0]
	}
	probes := []probe{{"mail", func(context.Context) (string, error) { return lookMail(outer, c, authserv) }}}
	if c.Identity.Subaddress != "" {
		probes = append(probes, probe{"plus", func(context.Context) (string, error) { return lookPlus(outer, c) }})
	}
	return probes
}

// roundTrip sends one mail out and waits for it.
func roundTrip(ctx context.Context, c *config.Config, a admin.ProbeArgs) (admin.Probed, error) {
	desk, err := admin.Dial(string(c.Store.Path))
	if err != nil {
		return admin.Probed{}, err
	}
	defer desk.Close()
	a.Wait = comesBackWithin
	ctx, cancel := context.WithTimeout(ctx, comesBackWithin+probeWithin)
	defer cancel()
	return admin.Probe.One(ctx, desk, a)
}

// lookMail sends a mail to the desk's own address, with a forged word of the host that the doors believe.
func lookMail(ctx context.Context, c *config.Config, authserv string) (string, error) {
	p, err := roundTrip(ctx, c, admin.ProbeArgs{Authserv: authserv})
	if err != nil {
		return "", fmt.Errorf("a mail from us to %s: %w; \"aboveline queue list\" shows whether it left", c.Identity.Address, oneLineOf(err))
	}
	if p.Forged {
		return "", fmt.Errorf("a mail to ourselves came back (%s) with a forged Authentication-Results of %s still in it; have the server that writes these remove all others of its name from what comes in (RFC 8601, section 5; the README has Postfix's line for it), or, where that is not yours to mend, take authserv_id out", p.Door, authserv)
	}
	text := fmt.Sprintf("a mail to ourselves came back (%s) after %s", p.Door, p.Took.Round(time.Millisecond))
	if authserv != "" {
		text += ", and the forged word in it was taken out"
	}
	return text, nil
}

func lookPlus(ctx context.Context, c *config.Config) (string, error) {
	p, err := roundTrip(ctx, c, admin.ProbeArgs{Plus: true})
	if err != nil {
		return "", fmt.Errorf("a mail to %s%s…: %w; where the plain address works, have the provider deliver these, or write subaddress = \"\"",
			c.Identity.Address.Local(), c.Identity.Subaddress, oneLineOf(err))
	}
	return fmt.Sprintf("a mail to %s%s… came back (%s) after %s", c.Identity.Address.Local(), c.Identity.Subaddress, p.Door, p.Took.Round(time.Millisecond)), nil
}

// oneLineOf keeps of an error of the running gateway what it says.
func oneLineOf(err error) error {
	if a, ok := errors.AsType[*admin.Error](err); ok {
		return errors.New(a.Text)
	}
	return err
}
