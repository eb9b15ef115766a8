package oauth

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// TokenFile is Grants in a file of one line. A new token replaces the file as a whole: after a crash there is the old
// one or the new one.
type TokenFile string

// Trade holds a lock on the file's directory meanwhile: the mailbox, the smarthost and "aboveline check" may share a
// token, and one that was used twice is void with some issuers, and all that came of it with it.
func (f TokenFile) Trade(_ context.Context, ask func(grant string) (renewed string, err error)) error {
	dir, err := os.Open(filepath.Dir(string(f)))
	if err != nil {
		return refusal{fmt.Errorf("read the refresh token: %w", err)}
	}
	defer dir.Close() // and the lock with it
	if err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock %s: %w", dir.Name(), err)
	}
	grant, err := f.read()
	if err != nil {
		return refusal{fmt.Errorf("read the refresh token: %w", err)}
	}
	renewed, err := ask(grant)
	if err != nil || renewed == "" {
		return err
	}
	return f.write(renewed)
}

func (f TokenFile) read() (string, error) {
	b, err := os.ReadFile(string(f))
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(b))
	if token == "" {
		return "", fmt.Errorf("%s is empty", string(f))
	}
	return token, nil
}

// write makes a new file beside the old one, readable by its owner alone, and puts it in its place.
func (f TokenFile) write(token string) (err error) {
	dir := filepath.Dir(string(f))
	tmp, err := os.CreateTemp(dir, ".token-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(tmp.Name())
		}
	}()
	_, err = tmp.WriteString(token + "\n")
	err = errors.Join(err, f.give(tmp), tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), string(f)); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// give hands the new file to the old one's owner, where root runs "aboveline check" for the user that serves.
func (f TokenFile) give(tmp *os.File) error {
	info, err := os.Stat(string(f))
	if err != nil || os.Getuid() != 0 {
		return nil // the user that serves: a file it makes is its own
	}
	if old, ok := info.Sys().(*syscall.Stat_t); ok {
		return tmp.Chown(int(old.Uid), int(old.Gid))
	}
	return nil
}
