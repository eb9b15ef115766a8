package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestProgressIsABar: one line that fits a terminal, drawn over itself, and gone at the end; nothing for what is over
// within a second.
func TestProgressIsABar(t *testing.T) {
	var drawn bytes.Buffer
	p := &progress{w: &drawn, start: time.Now()}
	p.mails(1, 4)
	if drawn.Len() != 0 {
		t.Errorf("drawn at once: %q", drawn.String())
	}
	for _, c := range []struct {
		done, all int
		want      string
	}{
		{0, 9_000_000, "9000000 mails found … "},
		{1, 9_000_000, "[.........................]   0 %, 1 of 9000000 mails, "},
		{4_500_000, 9_000_000, "[############.............]  50 %, 4500000 of 9000000 mails, 10s left … "},
		{8_999_999, 9_000_000, "[########################.]  99 %, 8999999 of 9000000 mails … "},
	} {
		drawn.Reset()
		p.start, p.last = time.Now().Add(-10*time.Second), time.Time{}
		p.mails(c.done, c.all)
		got, over := strings.CutPrefix(drawn.String(), "\r\x1b[K")
		if !over || !strings.HasPrefix(got, c.want) || c.done > 1 && len([]rune(got)) > 80 {
			t.Errorf("%d of %d: %q, want %q in 80 columns", c.done, c.all, drawn.String(), c.want)
		}
	}
	drawn.Reset()
	p.mails(9, 9)
	if drawn.String() != "\r\x1b[K" {
		t.Errorf("at the end %q", drawn.String())
	}
}
