package admin

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Operations that only these tests offer.
const (
	echo  Call[string, string] = "test.echo"
	flood Call[int, []byte]    = "test.flood"
	block Call[None, None]     = "test.block"
	broke Call[None, None]     = "test.broke"
)

// testDesk serves a table of the operations above on a socket in dir, until the test ends.
func testDesk(t *testing.T, dir string) (gone chan struct{}) {
	t.Helper()
	gone = make(chan struct{}, 2)
	table := Table{}
	On(table, echo, func(_ context.Context, s string, row func(string) error) error {
		if s == "nothing" {
			return notFound("no %s", s)
		}
		return row(s)
	})
	On(table, flood, func(_ context.Context, n int, row func([]byte) error) error {
		for range n {
			if err := row(make([]byte, 64<<10)); err != nil {
				return err
			}
		}
		return nil
	})
	On(table, block, func(ctx context.Context, _ None, row func(None) error) error {
		<-ctx.Done()
		gone <- struct{}{}
		return ctx.Err()
	})
	On(table, broke, func(context.Context, None, func(None) error) error { panic("on purpose") })
	ln, err := Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := Serve(ctx, ln, table, nil); err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		serving.Wait()
		if _, err := os.Lstat(filepath.Join(dir, SocketName)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the socket is left behind: %v", err)
		}
	})
	return gone
}

// private is a directory as the store makes one.
func private(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "d")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustDial(t *testing.T, dir string) Asker {
	t.Helper()
	a, err := Dial(dir)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestSocketIsPrivate(t *testing.T) {
	dir := private(t)
	testDesk(t, dir)
	fi, err := os.Stat(filepath.Join(dir, SocketName))
	if err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("socket is %v (%v), want 0600", fi.Mode(), err)
	}
	if _, err := Listen(dir); !errors.Is(err, ErrServing) {
		t.Errorf("a second Listen = %v, want ErrServing", err)
	}
	open := private(t)
	if err := os.Chmod(open, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(open); err == nil || !strings.Contains(err.Error(), "chmod 700") {
		t.Errorf("Listen where others can enter = %v", err)
	}
}

func TestListenReplacesOnlyALeftoverSocket(t *testing.T) {
	dir := private(t)
	path := filepath.Join(dir, SocketName)
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()
	if _, err := Dial(dir); !errors.Is(err, ErrNotServing) {
		t.Errorf("Dial on a leftover = %v, want ErrNotServing", err)
	}
	ln, err := Listen(dir)
	if err != nil {
		t.Fatalf("Listen over a leftover: %v", err)
	}
	ln.Close()

	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(dir); err == nil {
		t.Error("Listen replaced a file")
	}
	if b, _ := os.ReadFile(path); string(b) != "precious" {
		t.Error("the file is gone")
	}
}

func TestSocketDeepInTheFileSystem(t *testing.T) {
	dir := filepath.Join(private(t), strings.Repeat("deep/", 30))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		if _, err := Listen(dir); err == nil || !strings.Contains(err.Error(), "store.path") {
			t.Fatalf("Listen = %v, want a word about store.path", err)
		}
		return
	}
	testDesk(t, dir)
	if got, err := echo.One(t.Context(), mustDial(t, dir), "hello"); err != nil || got != "hello" {
		t.Errorf("echo = %q, %v", got, err)
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	dir := private(t)
	testDesk(t, dir)
	desk := mustDial(t, dir)
	var asking sync.WaitGroup
	for i := range 3 * maxAsking {
		asking.Go(func() {
			want := fmt.Sprintf("%d å\n\x00", i)
			if got, err := echo.One(context.Background(), desk, want); err != nil || got != want {
				t.Errorf("echo(%q) = %q, %v", want, got, err)
			}
		})
	}
	asking.Wait()
}

func TestErrorsKeepTheirKind(t *testing.T) {
	dir := private(t)
	testDesk(t, dir)
	desk := mustDial(t, dir)
	for _, c := range []struct {
		name string
		ask  func() error
		code Code
	}{
		{"not found", func() error { _, err := echo.One(t.Context(), desk, "nothing"); return err }, CodeNotFound},
		{"a panic", func() error { _, err := broke.One(t.Context(), desk, None{}); return err }, CodeFailed},
		{"an unknown operation", func() error { _, err := Call[None, None]("x").One(t.Context(), desk, None{}); return err }, CodeUsage},
		{"wrong arguments", func() error { _, err := Call[int, string](echo).One(t.Context(), desk, 1); return err }, CodeUsage},
	} {
		err := c.ask()
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != c.code {
			t.Errorf("%s: %v, want code %s", c.name, err, c.code)
		}
	}
	if got, err := echo.One(t.Context(), desk, "still here"); err != nil || got != "still here" {
		t.Errorf("after a panic: %q, %v", got, err)
	}
}

func TestClientThatHangsUpStopsItsOperation(t *testing.T) {
	dir := private(t)
	gone := testDesk(t, dir)
	desk := mustDial(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan error, 1)
	go func() {
		_, err := block.One(ctx, desk, None{})
		asked <- err
	}()
	cancel()
	if err := <-asked; !errors.Is(err, context.Canceled) {
		t.Errorf("the client's error is %v", err)
	}
	conn, err := dial(dir)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, `{"v":1,"op":"test.block","args":{}}`+"\n")
	conn.Close()
	<-gone // of the second, at least: the first may have been cancelled before it asked
}

func TestClientThatStopsReading(t *testing.T) {
	dir := private(t)
	testDesk(t, dir)
	stop := errors.New("enough")
	rows := 0
	err := flood.Do(t.Context(), mustDial(t, dir), 10_000, func([]byte) error {
		if rows++; rows == 3 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || rows != 3 {
		t.Errorf("Do = %v after %d rows, want the row's error after 3", err, rows)
	}
}

func TestGarbageOnTheSocket(t *testing.T) {
	dir := private(t)
	testDesk(t, dir)
	for _, garbage := range []string{
		"GET / HTTP/1.0\r\n\r\n", "\x00\x01\x02\n", `{"v":1,`, `[]`, `{"v":2,"op":"test.echo"}`, `{"op":"test.echo"}`,
		`{"v":1,"op":"` + strings.Repeat("x", 1<<20) + `"}`, strings.Repeat("{", 1<<16), "null\n", `{"v":1,"op":"test.echo","args":{"a":1}}`,
	} {
		conn, err := dial(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(garbage)); err != nil {
			t.Fatal(err)
		}
		conn.(*net.UnixConn).CloseWrite()
		line, _ := bufio.NewReader(conn).ReadBytes('\n')
		conn.Close()
		var a answer
		if err := json.Unmarshal(line, &a); err != nil || a.Error == nil || a.Error.Code != CodeUsage && a.Error.Code != CodeFailed {
			t.Errorf("%.40q was answered with %.200q", garbage, line)
		}
	}
	if got, err := echo.One(t.Context(), mustDial(t, dir), "still here"); err != nil || got != "still here" {
		t.Errorf("after all that: %q, %v", got, err)
	}
}

func TestAnswerWithoutItsEndIsNone(t *testing.T) {
	dir := private(t)
	ln, err := Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	var serving sync.WaitGroup
	serving.Go(func() {
		for range 2 { // Dial's look, and the question
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			bufio.NewReader(conn).ReadBytes('\n')
			fmt.Fprintln(conn, `{"row":"half"}`)
			conn.Close()
		}
	})
	defer serving.Wait()
	if got, err := echo.One(t.Context(), mustDial(t, dir), "x"); err == nil {
		t.Errorf("a cut answer gave %q", got)
	}
}

func TestOpenWaitsForAStartingGateway(t *testing.T) {
	dir := private(t)
	locked := errors.New("locked")
	tries := 0
	a, err := Open(t.Context(), dir, func(context.Context) (Asker, error) {
		if tries++; tries == 2 {
			testDesk(t, dir)
		}
		return nil, locked
	}, func(err error) bool { return errors.Is(err, locked) })
	if err != nil {
		t.Fatal(err)
	}
	if got, err := echo.One(t.Context(), a, "hello"); err != nil || got != "hello" {
		t.Errorf("echo = %q, %v", got, err)
	}
	other := errors.New("damaged")
	if _, err := Open(t.Context(), private(t), func(context.Context) (Asker, error) { return nil, other }, func(error) bool { return false }); !errors.Is(err, other) {
		t.Errorf("Open = %v, want the store's own error", err)
	}
}

// TestStopDoesNotWaitForIdleClients: who connected and says nothing must not keep the gateway from stopping; the
// cleanup of testDesk would hang.
func TestStopDoesNotWaitForIdleClients(t *testing.T) {
	dir := private(t)
	var idle []net.Conn
	t.Cleanup(func() { // after the desk has stopped
		for _, conn := range idle {
			conn.Close()
		}
	})
	testDesk(t, dir)
	for range maxAsking + 5 {
		conn, err := dial(dir)
		if err != nil {
			t.Fatal(err)
		}
		idle = append(idle, conn)
	}
}
