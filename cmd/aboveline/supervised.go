package main

import (
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/cmd/aboveline/gateway"
	"aboveline.example/cmd/aboveline/systemd"
	"aboveline.example/mailin/smtp"
)

// serve runs the gateway until the context ends. A service manager may have opened our doors, and wants to be told.
func serve(e *env, c *config.Config, log *slog.Logger) error {
	manager := systemd.Find(log)
	listeners, err := smtp.Activated()
	if err != nil {
		return err
	}
	if err := expected(c, listeners); err != nil {
		return err
	}
	return gateway.Serve(e.ctx, c, gateway.ServeOptions{
		Log: log, Reload: e.config, Manager: manager, Listeners: listeners, Version: readBuild().Version,
	})
}

// expected refuses a socket that nobody would listen on: mail would wait there for good.
func expected(c *config.Config, listeners map[string]net.Listener) error {
	doors := map[string]bool{"smtp": c.Mailin.SMTP != nil, "lmtp": c.Mailin.LMTP != nil, "metrics": c.Metrics.Listen != ""}
	for _, name := range slices.Sorted(maps.Keys(listeners)) {
		open, known := doors[name]
		switch {
		case !known:
			return fmt.Errorf("the service manager opened a socket %q; write FileDescriptorName=smtp, lmtp or metrics in its unit", name)
		case !open:
			return fmt.Errorf("the service manager opened a socket for %s, and %s has no such table; add it, or stop the socket unit", name, c.File)
		}
	}
	return nil
}
