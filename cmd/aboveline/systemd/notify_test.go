package systemd

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// manager listens as one would, and puts itself into the environment.
func manager(t *testing.T, watchdog string) (heard func() string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", watchdog)
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	return func() string {
		t.Helper()
		b := make([]byte, 4096)
		c.SetReadDeadline(time.Now().Add(20 * time.Second))
		n, err := c.Read(b)
		if err != nil {
			t.Fatalf("nothing heard: %v", err)
		}
		return string(b[:n])
	}
}

func TestManagerIsTold(t *testing.T) {
	heard := manager(t, "")
	m := Find(nil)
	if os.Getenv("NOTIFY_SOCKET") != "" || os.Getenv("WATCHDOG_USEC") != "" {
		t.Error("children would inherit the socket")
	}
	m.Ready("serving\nsupport@omdirekt.example")
	if got := heard(); got != "READY=1\nSTATUS=serving support@omdirekt.example" {
		t.Errorf("ready: %q", got)
	}
	m.Reloading()
	got := heard()
	rest, ok := strings.CutPrefix(got, "RELOADING=1\nMONOTONIC_USEC=")
	if n, err := strconv.ParseInt(rest, 10, 64); !ok || err != nil || n <= 0 {
		t.Errorf("reloading: %q", got)
	}
	m.Stopping()
	if got := heard(); !strings.HasPrefix(got, "STOPPING=1\n") {
		t.Errorf("stopping: %q", got)
	}
}

// TestNoManager: without one nothing is said and nothing breaks.
func TestNoManager(t *testing.T) {
	for _, socket := range []string{"", "relative", "vsock:2:1"} {
		t.Setenv("NOTIFY_SOCKET", socket)
		m := Find(nil)
		if m != nil {
			t.Fatalf("%q: a manager", socket)
		}
		m.Ready("")
		m.Reloading()
		m.Stopping()
		m.Watch(t.Context(), func(context.Context) error { t.Error("asked"); return nil })
	}
}

// TestWatchdogStarvesAHungGateway: signs of life end when there is no life, and come back with it.
func TestWatchdogStarvesAHungGateway(t *testing.T) {
	heard := manager(t, "20000")
	m := Find(nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	const dead = 3
	looks := 0
	alive := func(context.Context) error {
		looks++
		if looks <= dead {
			return errors.New("the store does not answer")
		}
		return nil
	}
	done := make(chan struct{})
	go func() { m.Watch(ctx, alive); close(done) }()
	if got := heard(); got != "WATCHDOG=1" {
		t.Errorf("heard %q", got)
	}
	cancel()
	<-done
	if looks <= dead {
		t.Errorf("fed after %d looks, of which %d found nothing alive", looks, dead)
	}
}

// TestWatchdogOfAnother: the time is another process's, such as that of the shell which started us.
func TestWatchdogOfAnother(t *testing.T) {
	manager(t, "20000")
	t.Setenv("WATCHDOG_PID", "1")
	if m := Find(nil); m.every != 0 {
		t.Errorf("every %s", m.every)
	}
}
