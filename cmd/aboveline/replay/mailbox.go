package replay

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// place is where one mail stands, and when it came. A million of them are 48 MB: mails are played in the order of
// time, and mailboxes keep them in any.
type place struct {
	file   int32 // in index.files
	offset int64
	size   int64
	at     time.Time
}

// index is all mails of all mailboxes in the order they came.
type index struct {
	files  []string
	places []place
	found  func(n int) error // hears of each mail; an error of its ends the search
}

// maxHead is how much of a mail is read to find its time.
const maxHead = 256 << 10

// find lists the mails of mbox files, Maildirs, .eml files and directories of them. found hears how many there are so
// far; an error of its ends the search.
func find(paths []string, found func(n int) error) (*index, error) {
	x := &index{found: found}
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			if err := x.addFile(p); err != nil {
				return nil, err
			}
			continue
		}
		err = filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			// A Maildir's tmp holds what was never delivered.
			if err == nil && d.IsDir() && d.Name() == "tmp" && isMaildir(filepath.Dir(path)) {
				return fs.SkipDir
			}
			if err != nil || !d.Type().IsRegular() || strings.HasPrefix(d.Name(), ".") {
				return err
			}
			return x.addFile(path)
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(x.places, func(a, b place) int { return a.at.Compare(b.at) })
	return x, nil
}

func isMaildir(dir string) bool {
	for _, sub := range []string{"cur", "new"} {
		if info, err := os.Stat(filepath.Join(dir, sub)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

// addFile takes an mbox by its first line, and anything else as one mail.
func (x *index) addFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	x.files = append(x.files, path)
	file := int32(len(x.files) - 1)
	r := bufio.NewReaderSize(f, 1<<20)
	if start, err := r.Peek(5); err == nil && string(start) == "From " {
		return x.addMbox(r, file)
	}
	head, err := io.ReadAll(io.LimitReader(r, maxHead))
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() > 0 {
		return x.add(place{file, 0, info.Size(), arrival(head)})
	}
	return nil
}

func (x *index) add(p place) error {
	x.places = append(x.places, p)
	return x.found(len(x.places))
}

// addMbox finds the mails of an mbox: each begins with a "From " line at the start or after an empty line (RFC 4155).
func (x *index) addMbox(r *bufio.Reader, file int32) error {
	var head []byte
	var offset, start int64
	blank, body := true, false
	end := func(to int64) error {
		if start == 0 {
			return nil
		}
		return x.add(place{file, start, to - start, arrival(head)})
	}
	for {
		line, err := r.ReadSlice('\n')
		whole := err == nil || errors.Is(err, io.EOF)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return fmt.Errorf("read %s: %w", x.files[file], err)
		}
		if blank && bytes.HasPrefix(line, []byte("From ")) {
			if err := end(offset); err != nil {
				return err
			}
			head, body, start = head[:0], false, offset+int64(len(line))
		} else if !body && len(head) < maxHead {
			head = append(head, line...)
		}
		offset += int64(len(line))
		blank = whole && len(bytes.TrimRight(line, "\r\n")) == 0
		body = body || blank
		if errors.Is(err, io.EOF) {
			return end(offset)
		}
	}
}

// arrival is when a mail came: the date of its topmost Received, else its Date, else the beginning of time.
func arrival(head []byte) time.Time {
	m, err := mail.ReadMessage(io.MultiReader(bytes.NewReader(head), strings.NewReader("\r\n\r\n")))
	if err != nil {
		return time.Time{}
	}
	if trace := m.Header.Get("Received"); trace != "" {
		if i := strings.LastIndexByte(trace, ';'); i >= 0 {
			if at, err := mail.ParseDate(strings.TrimSpace(trace[i+1:])); err == nil {
				return at.UTC()
			}
		}
	}
	if at, err := m.Header.Date(); err == nil {
		return at.UTC()
	}
	return time.Time{}
}

// reader reads mails by their places; it keeps the file of the last one open.
type reader struct {
	x    *index
	file int32
	open *os.File
}

func newReader(x *index) *reader { return &reader{x: x, file: -1} }

func (r *reader) close() {
	if r.open != nil {
		r.open.Close()
	}
}

// read returns the bytes of a mail as they came, the quoting of "From " lines undone.
func (r *reader) read(p place) ([]byte, error) {
	if r.file != p.file {
		r.close()
		f, err := os.Open(r.x.files[p.file])
		if err != nil {
			return nil, err
		}
		r.open, r.file = f, p.file
	}
	raw := make([]byte, p.size)
	if _, err := r.open.ReadAt(raw, p.offset); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", r.x.files[p.file], err)
	}
	if p.offset > 0 {
		raw = unquoteFrom(bytes.TrimSuffix(raw, []byte("\n")))
	}
	return raw, nil
}

// unquoteFrom takes one ">" off lines such as ">From " and ">>From ", which writers of mbox files put there.
func unquoteFrom(raw []byte) []byte {
	if !bytes.Contains(raw, []byte("\n>")) {
		return raw
	}
	out := raw[:0:0]
	for line := range bytes.Lines(raw) {
		if line[0] == '>' && bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
			line = line[1:]
		}
		out = append(out, line...)
	}
	return out
}
