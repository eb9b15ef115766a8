package main

import (
	"errors"
	"fmt"
	"strings"

	"aboveline.example/cmd/aboveline/admin"
)

type reloadCmd struct{}

func (*reloadCmd) Help() string {
	return `Rules, people and wording change at once; doors, mailboxes and the smarthost at the next start, and it says where they differ. A bad config changes nothing, and what is wrong with it is told here. SIGHUP does the same, and tells the log.`
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
	r, err := admin.Reload.One(e.ctx, desk, admin.None{})
	if err != nil {
		return err
	}
	if e.global.JSON {
		return object(e.out, r)
	}
	if len(r.Later) > 0 {
		_, err = fmt.Fprintf(e.out, "reloaded; what changed in [%s] counts at the next start\n", strings.Join(r.Later, "], ["))
		return err
	}
	_, err = fmt.Fprintln(e.out, "reloaded")
	return err
}
