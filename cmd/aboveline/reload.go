package main

import (
	"context"
	"errors"
	"fmt"

	"aboveline.example/cmd/aboveline/admin"
)

type reloadCmd struct{}

func (*reloadCmd) Help() string {
	return `Rules, people and wording change at once; doors, mailboxes and the smarthost at the next start. A bad config changes nothing, and what is wrong with it is told here. SIGHUP does the same, and tells the log.`
}

func (*reloadCmd) Run(e *env) error {
	c, err := e.config()
	if err != nil {
		return err
	}
	desk, err := admin.Dial(string(c.Store.Path))
	if errors.Is(err, admin.ErrNotServing) {
		return fmt.Errorf("no gateway is running on %s; start one with \"aboveline serve\"", c.Store.Path)
	}
	if err != nil {
		return err
	}
	return reload(e.ctx, desk)
}

func reload(ctx context.Context, desk admin.Asker) error {
	_, err := admin.Reload.One(ctx, desk, admin.None{})
	return err
}
