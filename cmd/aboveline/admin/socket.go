package admin

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// SocketName is the socket's name in the store's directory.
const SocketName = "admin.sock"

// maxSocketPath is what a unix address holds on every system we know, without its closing NUL (sys/un.h: 104 on the
// BSDs, 108 on Linux).
const maxSocketPath = 103

// Errors of opening.
var (
	ErrNotServing = errors.New("nobody listens on the admin socket")         // Dial: the gateway is not running
	ErrServing    = errors.New("a gateway is already running on this store") // Listen: and one is
)

// short gives a way to the socket that fits a unix address, and a function to call when it is no longer used. A
// store may be deep in a file system; Linux lets us go through an open directory.
func short(dir string) (path string, done func(), err error) {
	path = filepath.Join(dir, SocketName)
	if len(path) <= maxSocketPath {
		return path, func() {}, nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	path = fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), SocketName)
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		d.Close()
		return "", nil, fmt.Errorf("the path of %s is longer than the %d bytes a socket may have; set store.path to a shorter one", filepath.Join(dir, SocketName), maxSocketPath)
	}
	return path, func() { d.Close() }, nil
}

// Listen opens the admin socket in the store's directory, which must be locked by the caller's open store: a socket
// that nobody answers on is then a leftover, and is replaced. Closing the listener removes the socket.
func Listen(dir string) (net.Listener, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open admin socket: %w", err)
	}
	if fi, err := os.Stat(dir); err != nil || fi.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("open admin socket: others can enter %s; run: chmod 700 %s", dir, dir)
	}
	if err := clear(dir); err != nil {
		return nil, fmt.Errorf("open admin socket: %w", err)
	}
	path, done, err := short(dir)
	if err != nil {
		return nil, fmt.Errorf("open admin socket: %w", err)
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		done()
		return nil, fmt.Errorf("open admin socket: %w", err)
	}
	ln.SetUnlinkOnClose(false) // the address may be a passing one; we remove the real name
	if err := os.Chmod(path, 0o600); err != nil {
		ln.Close()
		done()
		return nil, fmt.Errorf("open admin socket: %w", err)
	}
	done()
	return &listener{ln, filepath.Join(dir, SocketName)}, nil
}

// clear removes a leftover socket, and nothing else.
func clear(dir string) error {
	path := filepath.Join(dir, SocketName)
	fi, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case fi.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s is there and is no socket; move it away", path)
	}
	if conn, err := dial(dir); err == nil {
		conn.Close()
		return ErrServing
	}
	return os.Remove(path)
}

// listener removes its socket when it is closed.
type listener struct {
	net.Listener
	path string
}

func (l *listener) Close() error {
	err := os.Remove(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(l.Listener.Close(), err)
}

// dial connects to the socket in dir, or returns ErrNotServing.
func dial(dir string) (net.Conn, error) {
	path, done, err := short(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotServing
	}
	if err != nil {
		return nil, err
	}
	defer done()
	conn, err := net.Dial("unix", path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, ErrNotServing
	}
	return conn, err
}
