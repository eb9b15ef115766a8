package smtp

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// SocketMode is who may open a unix socket: its owner and group, as the user that the mail system delivers as.
const SocketMode fs.FileMode = 0o660

// Listen opens a door's address: "127.0.0.1:2525", or "unix:/run/aboveline/lmtp.sock" with that mode. A socket that
// was left behind by a process that is no more is removed; one that somebody answers at is not.
func Listen(at string, mode fs.FileMode) (net.Listener, error) {
	path, unix := strings.CutPrefix(at, "unix:")
	if !unix {
		l, err := net.Listen("tcp", at)
		if err != nil {
			return nil, fmt.Errorf("smtp: open door: %w", err)
		}
		return l, nil
	}
	if err := removeStale(path); err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("smtp: open door: %w", err)
	}
	if err := os.Chmod(path, mode); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("smtp: open door: %w", err)
	}
	return l, nil
}

// removeStale removes a socket that nobody listens at.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("smtp: open door: %w", err)
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("smtp: open door: %s is there and is no socket", path)
	}
	c, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		_ = c.Close()
		return fmt.Errorf("smtp: open door: another program is listening at %s", path)
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("smtp: open door: %w", err)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("smtp: open door: %w", err)
	}
	return nil
}

// firstActivated is the descriptor of the first socket that a service manager hands over (sd_listen_fds(3)).
const firstActivated = 3

// Activated returns the listeners that a service manager opened for this process, by the names it gave them; without
// names, by their addresses. It is called once, at start, and takes the variables out of the environment, since they
// are not for our children.
func Activated() (map[string]net.Listener, error) {
	pid, fds, names := os.Getenv("LISTEN_PID"), os.Getenv("LISTEN_FDS"), strings.Split(os.Getenv("LISTEN_FDNAMES"), ":")
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
		_ = os.Unsetenv(name)
	}
	n, err := strconv.Atoi(fds)
	if pid != strconv.Itoa(os.Getpid()) || err != nil {
		return nil, nil
	}
	open := map[string]net.Listener{}
	for i := range n {
		syscall.CloseOnExec(firstActivated + i)
		f := os.NewFile(uintptr(firstActivated+i), "activated")
		l, err := net.FileListener(f)
		_ = f.Close() // the listener has a copy
		if err != nil {
			return nil, fmt.Errorf("smtp: take over socket %d: %w", i, err)
		}
		if u, ok := l.(*net.UnixListener); ok {
			u.SetUnlinkOnClose(false) // it is the service manager's
		}
		name := l.Addr().String()
		if i < len(names) && names[i] != "" {
			name = names[i]
		}
		open[name] = l
	}
	return open, nil
}
