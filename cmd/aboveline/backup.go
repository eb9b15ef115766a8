package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/store"
)

type backupCmd struct {
	File string `arg:"" name:"FILE" help:"Where to write; - is standard output. An older backup of that name is replaced when the new one is whole."`
}

func (*backupCmd) Help() string {
	return `A consistent copy of everything: database, attachments and signing keys, made while the gateway serves. Whoever has it can read all mail: keep it as you keep the mail. Examples:

  aboveline backup /backup/desk.ab
  aboveline backup - | age -r KEY > desk.ab.age`
}

func (c *backupCmd) Run(e *env) error {
	return e.ask(func(ctx context.Context, desk admin.Asker) error {
		p := newProgress(e)
		if c.File == "-" {
			_, err := admin.Copy(ctx, desk, e.out, p.bytes)
			p.end()
			return err
		}
		n, err := writeWhole(c.File, func(w io.Writer) (int64, error) { return admin.Copy(ctx, desk, w, p.bytes) })
		p.end()
		if err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		if e.global.JSON {
			return object(e.out, map[string]any{"file": c.File, "bytes": n})
		}
		fmt.Fprintf(e.out, "wrote %s, %s\n", c.File, bytesText(n))
		return nil
	})
}

// writeWhole writes a file under a passing name and gives it its own when it is whole and on disk.
func writeWhole(path string, write func(io.Writer) (int64, error)) (n int64, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	n, err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return n, err
	}
	return n, os.Rename(f.Name(), path)
}

type restoreCmd struct {
	File string `arg:"" name:"FILE" help:"A backup."`
}

func (*restoreCmd) Help() string {
	return `Writes into the config's store.path, which must be empty or absent: nothing is overwritten. What the backup had still to send is held, for it may have gone out since; look at it with "aboveline queue list --state held", and send it with "aboveline queue release".`
}

func (c *restoreCmd) Run(e *env) error {
	cfg, err := e.config()
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer f.Close()
	err = restore(cfg, f)
	if errors.Is(err, store.ErrExists) {
		return fmt.Errorf("%s is not empty, and nothing is overwritten; move it away, or name another store.path", cfg.Store.Path)
	}
	if err != nil {
		return err
	}
	if e.global.JSON {
		return object(e.out, map[string]any{"store": cfg.Store.Path})
	}
	fmt.Fprintf(e.out, "restored into %s; what was still to be sent is held: see \"aboveline queue list --state held\"\n", cfg.Store.Path)
	return nil
}
