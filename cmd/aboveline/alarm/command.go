package alarm

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

const (
	commandFor = 30 * time.Second
	maxOutput  = 1 << 10 // of a program that failed, for the log
)

// Command runs a program for each word. It gets the text on standard input, and in its environment
// ABOVELINE_ALARM ("began" or "over") and ABOVELINE_ALARM_KIND. Exit code 0 says that it is told.
type Command struct {
	Args []string // the program's path, and its arguments; no shell reads them
}

// Name is "command".
func (Command) Name() string { return "command" }

// Tell runs the program for half a minute at most; then it and all it started are ended.
func (c Command) Tell(ctx context.Context, w Word) error {
	ctx, cancel := context.WithTimeout(ctx, commandFor)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	cmd.Stdin = strings.NewReader(w.Subject + "\n\n" + w.Text)
	// Nothing of our own environment but the path: there may be secrets in it.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "ABOVELINE_ALARM=" + began(w), "ABOVELINE_ALARM_KIND=" + string(w.Kind)}
	out := &short{}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("run %s: %w: %.200q", c.Args[0], err, out.Bytes())
	}
	return nil
}

func began(w Word) string {
	if w.Over {
		return "over"
	}
	return "began"
}

// short keeps the beginning of what is written to it.
type short struct{ bytes.Buffer }

func (s *short) Write(b []byte) (int, error) {
	if room := maxOutput - s.Len(); room > 0 {
		s.Buffer.Write(b[:min(room, len(b))])
	}
	return len(b), nil
}
