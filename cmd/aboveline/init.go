package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/mailout"
)

type initCmd struct {
	Dir       string `arg:"" optional:"" default:"." help:"Where to write; made where it does not exist."`
	Templates bool   `help:"Write the wording of every mail too, into DIR/templates, to change one by one."`
}

func (*initCmd) Help() string {
	return `Nothing that exists is overwritten. Examples:

  aboveline init                 ./aboveline.toml
  aboveline init /etc/aboveline  the place that is looked in by default
  aboveline init --templates     and the wording of our mail, in templates/`
}

func (c *initCmd) Run(e *env) error {
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return fmt.Errorf("write config: %w", err)
	}
	path := filepath.Join(c.Dir, "aboveline.toml")
	err := writeNew(path, config.Sample)
	switch {
	case errors.Is(err, fs.ErrExist) && !c.Templates:
		return fmt.Errorf("%s is there already and is left as it is; move it away, or name another directory", path)
	case errors.Is(err, fs.ErrExist):
	case err != nil:
		return fmt.Errorf("write config: %w", err)
	default:
		if e.global.JSON {
			if err := object(e.out, map[string]any{"wrote": path}); err != nil {
				return err
			}
			break
		}
		fmt.Fprintf(e.out, "wrote %s\nnext: put your address into it, then run: aboveline check -c %s\n", path, path)
	}
	if !c.Templates {
		return nil
	}
	dir := filepath.Join(c.Dir, "templates")
	wrote, err := mailout.WriteWordings(dir)
	if err != nil {
		return err
	}
	if e.global.JSON {
		for _, name := range wrote {
			if err := object(e.out, map[string]any{"wrote": name}); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Fprintf(e.out, "wrote %d templates into %s; they count once [mailout] says templates = \"templates\"\n", len(wrote), dir)
	return nil
}

// writeNew writes a file that must not exist yet, whole or not at all.
func writeNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(path)
	}
	return err
}
