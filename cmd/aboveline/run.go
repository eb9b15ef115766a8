package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/mailin/pipe"
)

// Exit codes (CONTRACT, section 1).
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 64 // EX_USAGE of sysexits(3)
)

// usageError is a mistake on the command line.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// exitError ends a command with a code, and with a line that says why unless everything has been said.
type exitError struct {
	code int
	err  error // may be nil
}

func (e *exitError) Error() string { return fmt.Sprint(e.err) }
func (e *exitError) Unwrap() error { return e.err }

// env is what a command may use of the world.
type env struct {
	ctx    context.Context
	in     io.Reader
	out    io.Writer
	errs   io.Writer
	getenv func(string) string
	global *global
}

// run is the whole program: it parses args, runs the command and returns the exit code. getenv is asked for NO_COLOR
// and TERM only; secrets are read from the process's own environment.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer, getenv func(string) string) int {
	cli := grammar{}
	e := &env{ctx: ctx, in: in, out: out, errs: errs, getenv: getenv, global: &cli.global}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	cmd, code, err := parse(&cli, args, out, errs)
	if err != nil {
		fmt.Fprintf(errs, "aboveline: %s\n", clean(err.Error(), 500))
		return exitUsage
	}
	if cmd == nil {
		return code
	}
	return report(e, cmd.Run(e))
}

// helped is how kong tells us that help was printed and nothing is to be run.
type helped int

// parse reads the command line. It returns no command where help was asked for and given.
func parse(cli *grammar, args []string, out, errs io.Writer) (cmd *kong.Context, code int, err error) {
	defer func() {
		if h, ok := recover().(helped); ok {
			cmd, code, err = nil, int(h), nil
		}
	}()
	k, err := kong.New(cli,
		kong.Name("aboveline"),
		kong.Description(about),
		kong.Writers(out, errs),
		kong.Exit(func(code int) { panic(helped(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
		kong.ExplicitGroups(groups),
	)
	if err != nil {
		return nil, 0, err
	}
	cmd, err = k.Parse(args)
	if err != nil {
		// A flag that may be left out has "" among its values, which is nothing to write.
		said := strings.Replace(err.Error(), `,"" but got`, " but got", 1)
		return nil, 0, fmt.Errorf("%s; run: %s --help", said, strings.Join(append([]string{"aboveline"}, path(err)...), " "))
	}
	return cmd, 0, nil
}

// path is the command that a parse error got as far as.
func path(err error) []string {
	p, ok := errors.AsType[*kong.ParseError](err)
	if !ok || p.Context == nil {
		return nil
	}
	var names []string
	for _, step := range p.Context.Path {
		if step.Command != nil {
			names = append(names, step.Command.Name)
		}
	}
	return names
}

// report prints what an error has to say and returns the exit code: one line on standard error that says what, and
// what to do; a config's mistakes are a line each.
func report(e *env, err error) int {
	if err == nil {
		return exitOK
	}
	code := exitFailed
	if x, ok := errors.AsType[*exitError](err); ok {
		if code, err = x.code, x.err; err == nil {
			return code
		}
	}
	if problems, ok := errors.AsType[config.Problems](err); ok {
		for _, p := range problems {
			fmt.Fprintln(e.errs, clean(p.Error(), 1000))
		}
		return code
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		code = exitUsage
	}
	if a, ok := errors.AsType[*admin.Error](err); ok && a.Code == admin.CodeUsage || errors.Is(err, pipe.ErrUsage) {
		code = exitUsage
	}
	text := err.Error()
	if a, ok := errors.AsType[*admin.Error](err); ok {
		text = a.Text // a running gateway may tell us of a config's mistakes, a line each
	} else {
		text = strings.ReplaceAll(text, "\n", "; ") + advice(err)
	}
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		fmt.Fprintf(e.errs, "aboveline: %s\n", clean(line, 1000))
	}
	return code
}

// advice is what to do about what the system denied us.
func advice(err error) string {
	door, _ := errors.AsType[*net.OpError](err)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return "; stop the program that listens there, or choose another port"
	case errors.Is(err, fs.ErrPermission) && door != nil && strings.HasPrefix(door.Net, "tcp"):
		return "; give the program CAP_NET_BIND_SERVICE, or choose a port above 1023"
	case errors.Is(err, fs.ErrPermission):
		return "; run as the user that serves, or change the owner"
	case errors.Is(err, syscall.EROFS):
		return "; mount it for writing, or name another store.path"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "; make room"
	}
	return ""
}

// config reads the config that -c names, or the first that is found, or else the built-in desk.
func (e *env) config() (*config.Config, error) {
	path := e.global.Config
	if path == "" {
		if path = config.Find(); path == "" {
			return config.Default(), nil
		}
	}
	c, err := config.Load(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("no config at %s; \"aboveline init %s\" writes one", path, filepath.Dir(path))
	}
	return c, err
}
