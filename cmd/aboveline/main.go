// Command aboveline is a ticket desk that lives entirely in e-mail.
//
// This package is the command line alone: each command reads its flags, opens what it needs, runs it and says how it
// went. What a desk does is in the packages beside it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	stop()
	os.Exit(code)
}
