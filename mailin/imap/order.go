package imap

import (
	"bytes"
	"regexp"
	"sync"
)

// messageID finds identifiers leniently; what they mean is decided elsewhere.
var messageID = regexp.MustCompile(`<[^<>\s]{1,250}>`)

// before returns, for each mail of a batch, the earlier mails of the batch that it names. Mails are taken several at
// once, so that they share a commit; but a reply taken before what it answers would open a ticket of its own.
func before(batch []mail) [][]int {
	waits := make([][]int, len(batch))
	where := make(map[string][]int)
	for i, m := range batch {
		own, named := identifiers(m.raw)
		for _, id := range named {
			waits[i] = append(waits[i], where[id]...)
		}
		for _, id := range own { // two of one name are taken in turn: the second may be a duplicate
			waits[i] = append(waits[i], where[id]...)
			where[id] = append(where[id][:0:0], i)
		}
	}
	return waits
}

// identifiers returns what a mail calls itself and what it refers to.
func identifiers(raw []byte) (own, named []string) {
	var field string
	for line := range bytes.SplitSeq(raw[:min(len(raw), headerBytes)], []byte{'\n'}) {
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			break
		}
		if line[0] != ' ' && line[0] != '\t' {
			name, _, _ := bytes.Cut(line, []byte{':'})
			field = string(bytes.ToLower(bytes.TrimSpace(name)))
		}
		switch field {
		case "message-id":
			own = append(own, ids(line)...)
		case "in-reply-to", "references":
			named = append(named, ids(line)...)
		}
	}
	return own, named
}

func ids(line []byte) (out []string) {
	for _, id := range messageID.FindAll(line, 50) {
		out = append(out, string(id))
	}
	return out
}

// inOrder calls f for each mail of a batch, workers at a time, each after those it waits for, and returns when all
// are done.
func inOrder(batch []mail, workers int, f func(i int) error) []error {
	errs := make([]error, len(batch))
	done := make([]chan struct{}, len(batch))
	for i := range done {
		done[i] = make(chan struct{})
	}
	waits := before(batch)
	slots := make(chan struct{}, workers)
	var group sync.WaitGroup
	for i := range batch {
		slots <- struct{}{} // in order, so whoever waits for a mail waits for one that runs or has run
		group.Go(func() {
			defer func() { close(done[i]); <-slots }()
			for _, j := range waits[i] {
				<-done[j]
				if errs[i] == nil {
					errs[i] = errs[j] // what it answers is not in yet
				}
			}
			if errs[i] == nil {
				errs[i] = f(i)
			}
		})
	}
	group.Wait()
	return errs
}
