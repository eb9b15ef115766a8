package config

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

// Secret is where a password or token is kept. It holds no secret itself, and prints as nothing one could use; the
// zero value is none. A config names it by the keys NAME_file or NAME_env, never inline.
type Secret struct {
	File Path
	Env  string
}

// maxSecret is far above any password or token (Microsoft's access tokens reach some 4 KiB) and keeps a mistyped
// path from filling memory.
const maxSecret = 64 << 10

// IsZero says that no secret is configured.
func (s Secret) IsZero() bool { return s == Secret{} }

// Where says in words where the secret is kept.
func (s Secret) Where() string {
	switch {
	case s.File != "":
		return "file " + string(s.File)
	case s.Env != "":
		return "environment variable " + s.Env
	}
	return "nowhere"
}

// Read returns the secret as it is now, without its line end. It is read anew for each login, so that a rotated one
// counts without a restart. A file that every user of the machine can read or change is refused.
func (s Secret) Read() (string, error) {
	if s.Env != "" {
		v := os.Getenv(s.Env)
		if v == "" {
			return "", fmt.Errorf("%s is empty; set it where aboveline is started", s.Where())
		}
		return v, nil
	}
	if s.File == "" {
		return "", errors.New("no secret configured")
	}
	if err := Guarded(string(s.File)); err != nil {
		return "", err
	}
	b, err := os.ReadFile(string(s.File))
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	v := strings.TrimRight(string(b), "\r\n")
	if v == "" || strings.ContainsAny(v, "\r\n\x00") {
		return "", fmt.Errorf("%s must hold the secret on its one line", s.Where())
	}
	return v, nil
}

// Guarded says whether a file is fit to hold a secret, or else what to do.
func Guarded(name string) error {
	fi, err := os.Stat(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("read secret: %w; write it there, and run: chmod 600 %s", err, name)
	case err != nil:
		return fmt.Errorf("read secret: %w", err)
	}
	switch mode := fi.Mode(); {
	case !mode.IsRegular():
		return fmt.Errorf("%s is not a file", name)
	case fi.Size() > maxSecret:
		return fmt.Errorf("%s is larger than any secret", name)
	case mode.Perm()&0o022 != 0:
		return fmt.Errorf("%s can be changed by others; run: chmod 600 %s", name, name)
	case mode.Perm()&0o004 != 0 && !handedOver(name):
		return fmt.Errorf("%s can be read by every user; run: chmod 600 %s", name, name)
	}
	return nil
}

// handedOver says whether whoever started us put the file where only we look: containers mount secrets
// world-readable on a file system of their own, and systemd gives a directory that only the unit may enter.
func handedOver(name string) bool {
	abs, err := filepath.Abs(name)
	if err != nil {
		return false
	}
	for _, dir := range []string{"/run/secrets", os.Getenv("CREDENTIALS_DIRECTORY")} {
		if dir != "" && strings.HasPrefix(abs, filepath.Clean(dir)+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

// String tells where, never what.
func (s Secret) String() string { return s.Where() }

// LogValue keeps logs to the same.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.Where()) }
