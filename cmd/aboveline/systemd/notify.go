// Package systemd tells the service manager how the gateway fares, over the datagram socket of sd_notify(3). Where
// no manager listens, everything here does nothing, so that callers need not ask.
package systemd

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Manager is the service manager that started us; nil is none. It is safe for use by many goroutines.
type Manager struct {
	addr  *net.UnixAddr
	every time.Duration // how often it wants a sign of life, 0 for never
	log   *slog.Logger
}

// Find reads what a manager put into the environment and takes it out again, since it is not for our children.
func Find(log *slog.Logger) *Manager {
	socket, usec, pid := os.Getenv("NOTIFY_SOCKET"), os.Getenv("WATCHDOG_USEC"), os.Getenv("WATCHDOG_PID")
	for _, name := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} {
		_ = os.Unsetenv(name)
	}
	// A leading @ is a name in the abstract space, which package net writes in the same way.
	if !strings.HasPrefix(socket, "/") && !strings.HasPrefix(socket, "@") {
		return nil
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	m := &Manager{addr: &net.UnixAddr{Name: socket, Net: "unixgram"}, log: log}
	if n, err := strconv.ParseInt(usec, 10, 64); err == nil && n > 0 && (pid == "" || pid == strconv.Itoa(os.Getpid())) {
		m.every = time.Duration(n) * time.Microsecond
	}
	return m
}

// Ready says that start-up, or a reload, has come to its end. status is for people.
func (m *Manager) Ready(status string) { m.send("READY=1\nSTATUS=" + oneLine(status)) }

// Reloading says that the configuration is being read anew. Ready must follow, whatever came of it.
func (m *Manager) Reloading() {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return
	}
	m.send(fmt.Sprintf("RELOADING=1\nMONOTONIC_USEC=%d", now.Nano()/1000))
}

// Stopping says that no new work is begun.
func (m *Manager) Stopping() { m.send("STOPPING=1\nSTATUS=letting what is under way come to its end") }

// Watch gives signs of life until ctx ends, and only while alive says there are any: a gateway that hangs is
// started anew by the manager. alive must come back by itself.
func (m *Manager) Watch(ctx context.Context, alive func(context.Context) error) {
	if m == nil || m.every == 0 {
		return
	}
	// sd_watchdog_enabled(3) recommends half the time.
	tick := time.NewTicker(m.every / 2)
	defer tick.Stop()
	for {
		look, cancel := context.WithTimeout(ctx, m.every/2)
		err := alive(look)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			m.log.Error("no sign of life given", "err", err)
		default:
			m.send("WATCHDOG=1")
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (m *Manager) send(state string) {
	if m == nil {
		return
	}
	c, err := net.DialUnix("unixgram", nil, m.addr)
	if err == nil {
		_, err = c.Write([]byte(state))
		_ = c.Close()
	}
	if err != nil {
		m.log.Warn("service manager not told", "err", err)
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
