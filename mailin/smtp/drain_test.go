package smtp

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Idle clients and those between RCPT and DATA are told and closed at once; a mail under way is finished.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := &cellar{}
		s, l := openDoor(t, in, testOptions(t))
		idle := dialDoor(t, l, "192.0.2.1")
		idle.expect("220")
		inRcpt := dialDoor(t, l, "192.0.2.2")
		inRcpt.expect("220")
		inRcpt.say("EHLO x.example", "250")
		inRcpt.say("MAIL FROM:<x@y.example>", "250")
		inRcpt.say("RCPT TO:<support@desk.example>", "250")
		inData := dialDoor(t, l, "192.0.2.3")
		inData.begin()
		inData.send("Subject: x\r\n\r\nhalf")
		synctest.Wait()

		drained := make(chan error, 1)
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			drained <- s.Drain(ctx)
		}()
		idle.expect("421 4.3.2")
		idle.expectClosed()
		inRcpt.expect("421 4.3.2")
		inRcpt.expectClosed()
		if _, err := l.dial("192.0.2.4"); err == nil {
			t.Error("a draining door takes new connections")
		}
		time.Sleep(30 * time.Second)
		inData.send(" of it\r\n.\r\nMAIL FROM:<smuggled@y.example>\r\n")
		inData.expect("250 2.0.0 OK: kept")
		inData.expect("421 4.3.2")
		inData.expectClosed()
		if err := <-drained; err != nil {
			t.Errorf("drain: %v", err)
		}
		if n := len(in.mails()); n != 1 {
			t.Errorf("%d mails kept, want 1", n)
		}
	})
}

// A mail that is being kept when the door closes is kept, and its sender told.
func TestDrainWaitsForKeeping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := &cellar{wait: func(context.Context) { time.Sleep(20 * time.Second) }}
		s, l := openDoor(t, in, testOptions(t))
		cl := dialDoor(t, l, "192.0.2.1")
		cl.begin()
		cl.send(hello)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := s.Drain(ctx); err != nil {
			t.Errorf("drain: %v", err)
		}
		cl.expect("250 2.0.0")
		cl.expect("421 4.3.2")
		cl.expectClosed()
	})
}

// Patience has an end: then every connection is closed, and no half of a mail is kept.
func TestDrainCutsOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := &cellar{}
		s, l := openDoor(t, in, testOptions(t))
		cl := dialDoor(t, l, "192.0.2.1")
		cl.begin()
		cl.send("Subject: x\r\n\r\nhalf")
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		if err := s.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("drain: %v, want the context's error", err)
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("drain took %v", took)
		}
		cl.expectClosed()
		if n := len(in.mails()); n != 0 {
			t.Errorf("%d mails kept", n)
		}
		if err := s.Drain(t.Context()); err != nil {
			t.Errorf("drained twice: %v", err)
		}
		if err := s.Serve(newPipes()); err != nil {
			t.Errorf("serve after drain: %v", err)
		}
	})
}

// A mail whose keeping is cut off is not acknowledged.
func TestDrainCutsKeepingOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := &cellar{wait: func(ctx context.Context) { <-ctx.Done() }, err: func(int) error { return context.Canceled }}
		s, l := openDoor(t, in, testOptions(t))
		cl := dialDoor(t, l, "192.0.2.1")
		cl.begin()
		cl.send(hello)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := s.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("drain: %v", err)
		}
		if got, err := cl.reply(); err == nil && got[0] == '2' {
			t.Errorf("said %q", got)
		}
	})
}
