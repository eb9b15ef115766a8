package main

import (
	"fmt"
	"io"
	"strings"
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
	p.draw(bar(done, all) + p.left(done, all))
}

// barCells is how wide a bar is: the line fits a terminal of 80 with millions of mails.
const barCells = 25

// bar shows how much of all is done, as a bar and in figures.
func bar(done, all int) string {
	full := barCells * done / all
	return fmt.Sprintf("[%s%s] %3d %%, %d of %d mails", strings.Repeat("#", full), strings.Repeat(".", barCells-full), 100*done/all, done, all)
}

// left says how long the rest takes at the pace so far. Below a second there is nothing to say.
func (p *progress) left(done, all int) string {
	rest := time.Duration(float64(time.Since(p.start)) / float64(done) * float64(all-done)).Round(time.Second)
	if rest == 0 {
		return ""
	}
	return ", " + rest.String() + " left"
}
