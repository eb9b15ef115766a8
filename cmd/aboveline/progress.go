package main

import (
	"fmt"
	"io"
	"time"
)

// progress draws one line on standard error, where that is a terminal, for what takes more than a second.
type progress struct {
	w     io.Writer // nil draws nothing
	start time.Time
	last  time.Time // zero where nothing was drawn
}

const (
	progressAfter = time.Second            // most commands are over by then
	progressEvery = 200 * time.Millisecond // quicker than this nobody reads
)

func newProgress(e *env) *progress {
	p := &progress{start: time.Now()}
	if e.terminal(e.errs) {
		p.w = e.errs
	}
	return p
}

func (p *progress) draw(text string) {
	now := time.Now()
	if p.w == nil || now.Sub(p.start) < progressAfter || now.Sub(p.last) < progressEvery {
		return
	}
	p.last = now
	fmt.Fprintf(p.w, "\r\x1b[K%s … ", text)
}

// end takes the line away again.
func (p *progress) end() {
	if !p.last.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.last = time.Time{}
	}
}

func (p *progress) bytes(n int64) { p.draw(bytesText(n)) }

func (p *progress) mails(done, all int) {
	if done == all && done > 0 {
		p.end()
		return
	}
	if done == 0 {
		p.draw(fmt.Sprintf("%d mails found", all))
		return
	}
	p.draw(fmt.Sprintf("%d of %d mails", done, all))
}
