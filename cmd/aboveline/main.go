// Command aboveline is a ticket desk that lives entirely in e-mail.
package main

import (
	"context"
	"fmt"
	"os"

	"aboveline.example/cmd/aboveline/inspect"
)

func main() {
	args := os.Args[1:]
	if len(args) == 0 || args[0] != "inspect" {
		fmt.Fprintln(os.Stderr, "usage: aboveline inspect [--json] FILE...")
		os.Exit(2)
	}
	args = args[1:]
	asJSON := len(args) > 0 && args[0] == "--json"
	if asJSON {
		args = args[1:]
	}
	if err := inspect.Run(context.Background(), os.Stdin, os.Stdout, args, asJSON); err != nil {
		fmt.Fprintln(os.Stderr, "aboveline:", err)
		os.Exit(1)
	}
}
