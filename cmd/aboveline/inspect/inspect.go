package inspect

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"aboveline.example/mailin"
	"aboveline.example/mailin/mime"
	"aboveline.example/rules"
)

// maxFile is the largest file that is read. A mailbox is not a mail.
const maxFile = 64 << 20

// Run reads each of files, "-" being stdin, and writes what it found to stdout: JSON, one object a line, or pages
// for people. It returns an error only where stdout cannot be written or ctx ended.
func Run(ctx context.Context, stdin io.Reader, stdout io.Writer, files []string, asJSON bool) error {
	out := bufio.NewWriterSize(stdout, 64<<10)
	if len(files) == 0 {
		files = []string{"-"}
	}
	colour := !asJSON && colourful(stdout)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for i, page := range inOrder(ctx, stdin, files) {
		r := <-page
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("inspect: %w", context.Cause(ctx))
		}
		if asJSON {
			line, err := json.Marshal(r)
			if err != nil {
				return fmt.Errorf("inspect: %s: %w", files[i], err)
			}
			out.Write(line)
			out.WriteByte('\n')
		} else {
			if i > 0 {
				out.WriteString("\n")
			}
			r.print(out, colour)
		}
		if out.Buffered() > 32<<10 {
			if err := out.Flush(); err != nil {
				return fmt.Errorf("inspect: write: %w", err)
			}
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("inspect: write: %w", err)
	}
	return nil
}

// inOrder reads files on all processors and gives the results in the order of the files. Few are under way at once:
// a file waits until those before it have been taken, so that memory is bounded by the processors and not by files.
func inOrder(ctx context.Context, stdin io.Reader, files []string) []chan Report {
	pages := make([]chan Report, len(files))
	for i := range pages {
		pages[i] = make(chan Report)
	}
	next := make(chan int)
	go func() {
		defer close(next)
		for i := range files {
			select {
			case next <- i:
			case <-ctx.Done():
				for ; i < len(files); i++ {
					close(pages[i])
				}
				return
			}
		}
	}()
	for range min(len(files), runtime.GOMAXPROCS(0)) {
		go func() {
			for i := range next {
				select {
				case pages[i] <- one(stdin, files[i]):
				case <-ctx.Done():
					close(pages[i])
				}
			}
		}()
	}
	return pages
}

// one reads one file.
func one(stdin io.Reader, file string) Report {
	raw, err := load(stdin, file)
	if err != nil {
		r := report(file, &rules.Mail{Kind: rules.KindHuman, Identity: rules.IdentityAmbiguous})
		r.Problems = []string{err.Error()}
		return r
	}
	a := rules.Arrival{Raw: mime.CRLF(raw), Received: time.Time{}, Envelope: rules.Envelope{Door: "replay"}}
	return report(file, mailin.Read(a))
}

func load(stdin io.Reader, file string) ([]byte, error) {
	r := stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	raw, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxFile {
		return nil, fmt.Errorf("%s is larger than %d MiB: no mail is", file, maxFile>>20)
	}
	if len(raw) == 0 {
		return nil, fmt.Errorf("%s is empty", file)
	}
	return raw, nil
}
