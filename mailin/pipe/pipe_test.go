package pipe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"aboveline.example/mailin"
	"aboveline.example/rules"
)

// taken records what came through the door.
type taken struct {
	all []rules.Arrival
	err error
}

func (t *taken) Take(_ context.Context, a rules.Arrival) error {
	t.all = append(t.all, a)
	return t.err
}

func TestDeliverReadsEnvelope(t *testing.T) {
	for _, c := range []struct {
		name, mail string
		given      rules.Envelope
		want       rules.Envelope
	}{
		{"nothing known", "Subject: x\n\nhi\n", rules.Envelope{}, rules.Envelope{Door: "pipe"}},
		{"return path", "Return-Path: <anna@a.example>\nDelivered-To: support+tok@d.example\nReceived: x\n\nhi\n", rules.Envelope{},
			rules.Envelope{Door: "pipe", From: "anna@a.example", To: []string{"support+tok@d.example"}}},
		{"null path", "Return-Path: <>\n\nhi\n", rules.Envelope{}, rules.Envelope{Door: "pipe", Null: true}},
		{"forged below Received", "Received: x\nReturn-Path: <>\nDelivered-To: chef@d.example\n\nhi\n", rules.Envelope{}, rules.Envelope{Door: "pipe"}},
		{"mbox line", "From anna@a.example Sat Nov 21 10:00:00 2026\nSubject: x\n\nhi\n", rules.Envelope{}, rules.Envelope{Door: "pipe", From: "anna@a.example"}},
		{"mbox line of a bounce", "From MAILER-DAEMON Sat Nov 21 10:00:00 2026\nSubject: x\n\nhi\n", rules.Envelope{}, rules.Envelope{Door: "pipe", Null: true}},
		{"the caller knows better", "Return-Path: <b@b.example>\nDelivered-To: c@c.example\n\nhi\n",
			rules.Envelope{From: "a@a.example", To: []string{"s@d.example"}, AuthservID: "mx.d.example"},
			rules.Envelope{Door: "pipe", From: "a@a.example", To: []string{"s@d.example"}, AuthservID: "mx.d.example", Relay: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var in taken
			if err := Deliver(t.Context(), strings.NewReader(c.mail), c.given, 1<<20, &in); err != nil {
				t.Fatal(err)
			}
			if got := in.all[0].Envelope; !reflect.DeepEqual(got, c.want) {
				t.Errorf("envelope = %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestDeliverKeepsTheMailWhole(t *testing.T) {
	var in taken
	mail := "From x@y.example Sat Nov 21 10:00:00 2026\nSubject: a\n\n>From here\n.\nFrom there\n"
	if err := Deliver(t.Context(), strings.NewReader(mail), rules.Envelope{}, 1<<20, &in); err != nil {
		t.Fatal(err)
	}
	if got, want := string(in.all[0].Raw), "Subject: a\r\n\r\n>From here\r\n.\r\nFrom there\r\n"; got != want {
		t.Errorf("raw = %q, want %q", got, want)
	}
	if in.all[0].Received.IsZero() {
		t.Error("no time of arrival")
	}
}

func TestDeliverHoldsTheSizeLimit(t *testing.T) {
	const most = 1000
	head := "Subject: x\r\n\r\n"
	for _, c := range []struct {
		size int
		want error
	}{{most - 1, nil}, {most, nil}, {most + 1, mailin.ErrTooLarge}, {10 * most, mailin.ErrTooLarge}} {
		var in taken
		mail := head + strings.Repeat("a", c.size-len(head)-2) + "\r\n"
		if err := Deliver(t.Context(), strings.NewReader(mail), rules.Envelope{}, most, &in); !errors.Is(err, c.want) {
			t.Errorf("%d bytes: %v, want %v", c.size, err, c.want)
		}
		if taken := len(in.all) == 1; taken != (c.want == nil) {
			t.Errorf("%d bytes: taken %v", c.size, taken)
		}
	}
	// 500 lines of one letter are 1000 bytes here, and 1500 by SMTP.
	var in taken
	if err := Deliver(t.Context(), strings.NewReader(strings.Repeat("a\n", most/2)), rules.Envelope{}, most, &in); !errors.Is(err, mailin.ErrTooLarge) {
		t.Errorf("mail that is too large only with CR LF: %v", err)
	}
}

func TestExitCodes(t *testing.T) {
	disk := errors.New("disk")
	for _, c := range []struct {
		name string
		in   io.Reader
		err  error
		want int
	}{
		{"stored", strings.NewReader("a: b\n\nc\n"), nil, 0},
		{"store is in trouble", strings.NewReader("a: b\n\nc\n"), &mailin.TemporaryError{Err: disk}, 75},
		{"an error nobody knows", strings.NewReader("a: b\n\nc\n"), disk, 75},
		{"too large for the gateway", strings.NewReader("a: b\n\nc\n"), fmt.Errorf("take: %w", mailin.ErrTooLarge), 65},
		{"temporary wins", strings.NewReader("a: b\n\nc\n"), &mailin.TemporaryError{Err: mailin.ErrTooLarge}, 75},
		{"empty", strings.NewReader(""), nil, 65},
		{"mbox line alone", strings.NewReader("From a@b.example today\n"), nil, 65},
		{"input breaks off", io.MultiReader(strings.NewReader("a: b\n"), iotest.ErrReader(io.ErrUnexpectedEOF)), nil, 75},
		{"loop", strings.NewReader(strings.Repeat("Received: x\n", 50) + "\n"), nil, 65},
		{"long way, no loop", strings.NewReader(strings.Repeat("Received: x\n", 49) + "\n"), nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ExitCode(Deliver(t.Context(), c.in, rules.Envelope{}, 1<<20, &taken{err: c.err})); got != c.want {
				t.Errorf("exit code %d, want %d", got, c.want)
			}
		})
	}
	if got := ExitCode(fmt.Errorf("deliver: %w: no such flag", ErrUsage)); got != 64 {
		t.Errorf("exit code of a usage error %d, want 64", got)
	}
}
