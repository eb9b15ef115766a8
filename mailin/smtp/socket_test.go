package smtp

import (
	"context"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// serveOn serves a door on a real socket until the test ends.
func serveOn(t testing.TB, l net.Listener, in *cellar, o Options) {
	t.Helper()
	s, err := New(in, o)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Drain(ctx); err != nil {
			t.Errorf("drain: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
}

func TestLMTPOnAUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lmtp.sock")
	l, err := Listen("unix:"+path, SocketMode)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != SocketMode {
		t.Errorf("socket %v, %v", info.Mode(), err)
	}
	in := &cellar{}
	o := testOptions(t)
	o.LMTP, o.AuthservID = true, "mx.relay.example"
	serveOn(t, l, in, o)

	if _, err := Listen("unix:"+path, SocketMode); err == nil || !strings.Contains(err.Error(), "another program") {
		t.Errorf("a second door on the same socket: %v", err)
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	cl := newClient(t, conn)
	cl.expect("220 mx.desk.example LMTP")
	cl.say("LHLO mta.example", "250")
	cl.mail()
	cl.send(hello)
	cl.expect("250 2.0.0 <support@desk.example> OK: kept")
	if e := in.mails()[0].Envelope; !e.Relay || e.AuthservID != "mx.relay.example" || e.Peer != "" {
		t.Errorf("envelope %+v", e)
	}
}

// A socket that a killed process left is taken over; a file that is no socket is not touched.
func TestStaleSocket(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "lmtp.sock")
	old, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	old.SetUnlinkOnClose(false)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := Listen("unix:"+path, 0o600)
	if err != nil {
		t.Fatalf("stale socket: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	file := filepath.Join(dir, "precious")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen("unix:"+file, SocketMode); err == nil {
		t.Error("a file was taken for a socket")
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Type() != fs.FileMode(0) {
		t.Errorf("the file is gone: %v", err)
	}
}

// TestActivatedChild is the process that a service manager starts; it only says something where it is one.
func TestActivatedChild(t *testing.T) {
	if os.Getenv("ABOVELINE_TEST_ACTIVATED") == "" {
		t.Skip("only as the child of TestActivated")
	}
	open, err := Activated()
	if err != nil {
		t.Fatal(err)
	}
	l := open["mail"]
	if len(open) != 1 || l == nil || os.Getenv("LISTEN_FDS") != "" {
		t.Fatalf("activated %v", open)
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "220 from the child\r\n"); err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
}

// A socket that the service manager has opened is taken over (sd_listen_fds(3)).
func TestActivated(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// The shell becomes the child, so that its own number is the child's.
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", `LISTEN_PID=$$ exec "$0" -test.run '^TestActivatedChild$'`, os.Args[0])
	cmd.Env = append(os.Environ(), "LISTEN_FDS=1", "LISTEN_FDNAMES=mail", "ABOVELINE_TEST_ACTIVATED=1")
	cmd.ExtraFiles = []*os.File{f}
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	newClient(t, conn).expect("220 from the child")
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func TestNotActivated(t *testing.T) {
	t.Setenv("LISTEN_PID", "1")
	t.Setenv("LISTEN_FDS", "1")
	if open, err := Activated(); len(open) != 0 || err != nil {
		t.Errorf("took over %v, %v: sockets of another process", open, err)
	}
}

// Over a real socket the last words reach a client that was still sending, and no reset comes before them.
func TestLastWordsReachTheClient(t *testing.T) {
	l, err := Listen("127.0.0.1:0", 0)
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, l, &cellar{}, testOptions(t))
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "BDAT 100000\r\n"+strings.Repeat("MAIL FROM:<smuggled@x.example>\r\n", 3000)); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(conn)
	if lines := strings.Split(string(said), "\r\n"); err != nil || len(lines) != 3 || !strings.HasPrefix(lines[1], "502 5.5.1 BDAT") {
		t.Errorf("said %q, %v", said, err)
	}
}
