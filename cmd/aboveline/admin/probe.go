package admin

import (
	"context"
	"time"
)

// Probe sends a mail to the desk itself, out by the smarthost, and answers when it came back through a door.
const Probe Call[ProbeArgs, Probed] = "probe"

// ProbeArgs say what the probe is to find out.
type ProbeArgs struct {
	Plus     bool          `json:"plus"`     // send it to an address with a token
	Authserv string        `json:"authserv"` // forge this host's Authentication-Results; "" forges nothing
	Wait     time.Duration `json:"wait"`     // for how long
}

// Probed is a probe that came back.
type Probed struct {
	Door   string        `json:"door"`
	Took   time.Duration `json:"took"`
	Forged bool          `json:"forged"` // what it forged was still in it
}

// maxProbeWait bounds how long somebody may have the gateway wait.
const maxProbeWait = 10 * time.Minute

func (d *Desk) probe(ctx context.Context, a ProbeArgs, row func(Probed) error) error {
	if d.Gateway.Probe == nil {
		return errNotServing
	}
	ctx, cancel := context.WithTimeout(ctx, min(a.Wait, maxProbeWait))
	defer cancel()
	p, err := d.Gateway.Probe(ctx, a)
	if err != nil {
		return err
	}
	return row(p)
}
