package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"aboveline.example/cmd/aboveline/config"
)

type checkCmd struct {
	Offline bool   `help:"Only what is on this machine: no DNS, no logins."`
	Explain string `placeholder:"MAIL" help:"Say instead what this config would make of a mail (.eml), and why."`
}

func (*checkCmd) Help() string {
	return `One line a thing: ok, or what to do. Exit code 1 if anything is wrong. Nothing is changed. While a gateway serves, it mails itself twice, to see whether mail goes out and comes back, and whether plus addresses work; --offline does not. Examples:

  aboveline check --offline
  aboveline check --explain mail.eml     which rules fit, and what would be sent`
}

// probe is one thing that is checked. Its look returns what to say of it; an error says what is wrong and what to do.
type probe struct {
	what string
	look func(ctx context.Context) (string, error)
}

// finding is a probe's result, as --json prints it.
type finding struct {
	OK   bool   `json:"ok"`
	What string `json:"what"`
	Text string `json:"text"`
	Line int    `json:"line"` // in the config, 0 where no line is at fault
}

// probeWithin bounds each look: longer than a server that answers at all takes, short for a person who waits.
const probeWithin = 15 * time.Second

func (c *checkCmd) Run(e *env) error {
	cfg, err := e.config()
	if problems, ok := errors.AsType[config.Problems](err); ok {
		for _, p := range problems {
			if err := printFinding(e, finding{What: "config", Text: p.Error(), Line: p.Line}); err != nil {
				return err
			}
		}
		return &exitError{code: exitFailed}
	}
	if err != nil {
		return err
	}
	name := cfg.File
	if name == "" {
		name = "none found; this is the desk of \"aboveline serve\" without one"
	}
	if err := printFinding(e, finding{OK: true, What: "config", Text: name}); err != nil {
		return err
	}
	if c.Explain != "" {
		return explain(e, cfg, c.Explain)
	}
	probes := localProbes(cfg)
	if !c.Offline {
		probes = append(probes, remoteProbes(cfg)...)
		probes = append(probes, certificateProbes(cfg)...)
		probes = append(probes, senderProbes(cfg)...)
		probes = append(probes, mailProbes(e.ctx, cfg)...)
	}
	bad := false
	for _, f := range look(e.ctx, probes) {
		bad = bad || !f.OK
		if err := printFinding(e, f); err != nil {
			return err
		}
	}
	if bad {
		return &exitError{code: exitFailed}
	}
	return nil
}

// look runs all probes at once and returns what they found in their order.
func look(ctx context.Context, probes []probe) []finding {
	found := make([]finding, len(probes))
	var looking sync.WaitGroup
	for i, p := range probes {
		looking.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, probeWithin)
			defer cancel()
			text, err := p.look(ctx)
			if err != nil {
				text = err.Error()
			}
			found[i] = finding{OK: err == nil, What: p.what, Text: text}
		})
	}
	looking.Wait()
	return found
}

func printFinding(e *env, f finding) error {
	if e.global.JSON {
		return object(e.out, f)
	}
	mark := e.paint(e.out, "32", "ok ")
	if !f.OK {
		mark = e.paint(e.out, "31", "bad")
	}
	for i, line := range strings.Split(f.Text, "\n") {
		if i > 0 {
			mark = "   "
		}
		if _, err := fmt.Fprintf(e.out, "%s  %-10s  %s\n", mark, f.What, clean(line, 1000)); err != nil {
			return err
		}
	}
	return nil
}
