package logging

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestLine(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(&line{w: &b, level: slog.LevelInfo})
	at := time.Date(2026, 11, 21, 9, 14, 3, 0, time.UTC)
	for _, c := range []struct {
		do   func() slog.Record
		with *slog.Logger
		want string
	}{
		{func() slog.Record {
			r := slog.NewRecord(at, slog.LevelInfo, "ticket opened", 0)
			r.Add("ticket", "OMD-42", "from", "eva@kommun.example", "took", 1234567*time.Microsecond)
			return r
		}, log, "09:14:03 INFO   ticket opened              ticket=OMD-42 from=eva@kommun.example took=1.235s\n"},
		{func() slog.Record {
			r := slog.NewRecord(at, slog.LevelError, "mail\nforged 09:14:03", 0)
			r.Add("subject", "a=b \x1b[31m\n09:14:04 INFO", "empty", "", "err", errors.New("no"))
			return r
		}, log, `09:14:03 ERROR  "mail\nforged 09:14:03"    subject="a=b \x1b[31m\n09:14:04 INFO" empty="" err=no` + "\n"},
		{func() slog.Record {
			r := slog.NewRecord(at, slog.LevelWarn, "x", 0)
			r.Add(slog.Group("g", "a", 1, "b", 2))
			return r
		}, log.With("door", "smtp").WithGroup("peer").With("addr", "::1"),
			"09:14:03 WARN   x                          door=smtp peer.addr=::1 peer.g.a=1 peer.g.b=2\n"},
		{func() slog.Record { return slog.NewRecord(at, slog.LevelInfo, "plain", 0) }, log, "09:14:03 INFO   plain\n"},
	} {
		b.Reset()
		if err := c.with.Handler().Handle(t.Context(), c.do()); err != nil {
			t.Fatal(err)
		}
		if b.String() != c.want {
			t.Errorf("got  %q\nwant %q", b.String(), c.want)
		}
	}
}

func TestNew(t *testing.T) {
	var b bytes.Buffer
	log, err := New(&b, Options{Level: "warn"})
	if err != nil {
		t.Fatal(err)
	}
	log.Info("no")
	log.Warn("yes", "ticket", 1, "took", 1500*time.Millisecond)
	if got := b.String(); strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, `{"time":`) {
		t.Errorf("to a file, auto: %q, want one JSON line", got)
	} else if !strings.Contains(got, `"took":"1.5s"`) {
		t.Errorf("a duration became %s", got)
	}
	b.Reset()
	if log, err = New(&b, Options{Format: "text", Colour: true}); err != nil {
		t.Fatal(err)
	}
	log.Info("hello")
	if got := b.String(); !strings.HasSuffix(got, "INFO   hello\n") {
		t.Errorf("to a file, text: %q, want a plain line", got)
	}
	if _, err := New(&b, Options{Level: "loud"}); err == nil {
		t.Error("level loud: no error")
	}
}
