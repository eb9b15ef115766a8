package imap

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync/atomic"
)

// Limits on what a server may send in one response, outside literals. A FETCH of what we ask for takes 200 bytes; a
// long capability list 2 KiB; a SEARCH of searchWindow UIDs 550 KiB.
const (
	maxResponse = 64 << 10
	maxSearch   = 1 << 20
	maxDepth    = 32 // of parentheses in an item that nobody asked for
	maxText     = 500
	maxLists    = 100 // of capabilities, before a command is completed
)

// errServer marks a response that breaks the protocol or our limits.
var errServer = errors.New("the server's answer cannot be used")

// guard is the connection as the IMAP library sees it. It reads each response before the library does, bounded in
// bytes and depth, and passes on only what we asked for, in one canonical form: conditions, capabilities, EXISTS,
// SEARCH, and of a FETCH the items UID, FLAGS, INTERNALDATE, RFC822.SIZE and BODY[]. Everything else is dropped, so
// that neither an unknown extension nor a hostile server meets the library's recursive parser.
//
// What it and the library take for a literal is the same by construction: the only literals that pass are those of
// BODY[] in a FETCH, announced by the guard itself.
//
// Read is called by one goroutine; the atomics may be read by any.
type guard struct {
	net.Conn
	br         *bufio.Reader
	maxLiteral int64
	alert      func(text string) // may be nil

	out     []byte // canonical bytes the library has not read yet
	literal int64  // bytes of a literal to pass through after out
	line    []byte // the segment being read, reused
	size    int    // bytes of the response so far, outside literals
	fetch   *fetchReply
	lists   int  // of capabilities, since a command was completed
	drop    bool // the rest of the response belongs to one that is dropped
	err     error

	bye       atomic.Pointer[string] // the server's last BYE
	validity  atomic.Uint32          // the last UIDVALIDITY it told
	notSticky atomic.Bool            // it said UIDNOTSTICKY (RFC 4315, section 2)
}

func newGuard(conn net.Conn, maxLiteral int64) *guard {
	return &guard{Conn: conn, br: bufio.NewReaderSize(conn, 32<<10), maxLiteral: maxLiteral}
}

// Read returns canonical bytes. Its first error is its last.
func (g *guard) Read(p []byte) (int, error) {
	for len(g.out) == 0 && g.literal == 0 {
		if g.err != nil {
			return 0, g.err
		}
		g.out = g.out[:0]
		g.err = g.segment()
	}
	if len(g.out) > 0 {
		n := copy(p, g.out)
		g.out = g.out[n:]
		return n, nil
	}
	n, err := g.br.Read(p[:min(int64(len(p)), g.literal)])
	g.literal -= int64(n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF // the library would take a cut literal for a whole one
	}
	g.err = err
	return n, err
}

// segment reads one line, which is a response or what follows a literal in it, and queues what may pass.
func (g *guard) segment() error {
	line, err := g.readLine()
	if err != nil {
		return err
	}
	if g.drop {
		return g.dropRest(line)
	}
	if g.fetch != nil {
		return g.fetchItems(line)
	}
	g.size = len(line)
	return g.response(line)
}

// readLine returns the next line without its end; it is valid until the next call.
func (g *guard) readLine() ([]byte, error) {
	g.line = g.line[:0]
	for {
		part, err := g.br.ReadSlice('\n')
		g.line = append(g.line, part...)
		limit := maxResponse - g.used()
		if bytes.HasPrefix(g.line, []byte("* SEARCH ")) {
			limit = maxSearch
		}
		if len(g.line) > limit {
			return nil, fmt.Errorf("%w: a line of more than %d bytes", errServer, limit)
		}
		if err == nil {
			return bytes.TrimRight(g.line, "\r\n"), nil
		}
		if err != bufio.ErrBufferFull {
			return nil, err
		}
	}
}

// used is how much of the response's allowance earlier segments took.
func (g *guard) used() int {
	if g.fetch == nil && !g.drop {
		return 0
	}
	return g.size
}

// response dispatches a response by its kind (RFC 3501, section 7).
func (g *guard) response(line []byte) error {
	first, rest, _ := bytes.Cut(line, []byte{' '})
	switch {
	case len(line) == 0:
		return nil
	case len(first) == 0:
		return fmt.Errorf("%w: %.40q is no response", errServer, line)
	case first[0] == '+':
		g.emit("+ " + printable(string(bytes.TrimPrefix(line, []byte("+"))), maxResponse))
		return nil
	case string(first) == "*":
		return g.untagged(line, bytes.TrimLeft(rest, " "))
	case !isTag(first):
		return fmt.Errorf("%w: %.40q is no response", errServer, line)
	}
	kind, text := word(rest)
	switch kind {
	case "OK", "NO", "BAD":
		g.lists = 0
		g.emit(string(first) + " " + kind + " " + g.respText(text))
		return nil
	}
	return fmt.Errorf("%w: %.40q is no completion", errServer, line)
}

func (g *guard) untagged(line, rest []byte) error {
	kind, args := word(rest)
	switch kind {
	case "OK", "NO", "BAD", "PREAUTH":
		g.emit("* " + kind + " " + g.respText(args))
	case "BYE":
		text := printable(string(args), maxText)
		g.bye.Store(&text)
		g.emit("* BYE " + g.respText(args))
	case "CAPABILITY":
		if g.lists++; g.lists > maxLists {
			return fmt.Errorf("%w: capabilities without end", errServer)
		}
		g.emit("* CAPABILITY" + atoms(args))
	case "SEARCH":
		g.emit("* SEARCH" + numbers(args))
	case "ESEARCH":
		if !esearch.Match(args) {
			return g.dropRest(line)
		}
		g.emit("* ESEARCH " + string(args))
	default:
		return g.numbered(kind, line, args)
	}
	return nil
}

// numbered handles "* n EXISTS", "* n FETCH" and drops the rest. EXPUNGE is dropped too: it speaks of sequence
// numbers, and we have none.
func (g *guard) numbered(num string, line, args []byte) error {
	kind, items := word(args)
	if n, err := strconv.ParseUint(num, 10, 32); err == nil {
		switch kind {
		case "EXISTS":
			g.emit("* " + num + " EXISTS")
			return nil
		case "EXPUNGE", "RECENT":
			return nil
		case "FETCH":
			g.fetch = &fetchReply{num: uint32(n)}
			return g.fetchItems(items)
		}
	}
	return g.dropRest(line)
}

// dropRest drops a line and, where it ends with one, the literal after it.
func (g *guard) dropRest(line []byte) error {
	g.size = g.used() + len(line)
	n, ok := literalAt(line)
	g.drop = ok
	if !ok {
		return nil
	}
	return g.discard(n)
}

// discard reads over a literal that is not passed on.
func (g *guard) discard(n int64) error {
	if n > g.maxLiteral {
		return fmt.Errorf("%w: a literal of %d bytes", errServer, n)
	}
	_, err := io.CopyN(io.Discard, g.br, n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

func (g *guard) emit(line string) { g.out = append(append(g.out, line...), '\r', '\n') }
