package admin

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"time"
)

// version of the protocol. It counts up when an older side could misunderstand.
const version = 1

const (
	askWithin  = 30 * time.Second // a client is a program on this machine and asks at once; a large mail takes a second
	readWithin = time.Minute      // for a client to take what we wrote: a person may have paused a pager
	maxAsking  = 32               // connections at once; more wait
	maxRequest = 192 << 20        // the largest mail the config allows, in base64, and room
)

type request struct {
	Version int             `json:"v"`
	Op      string          `json:"op"`
	Args    json.RawMessage `json:"args,omitempty"`
}

type answer struct {
	Row   json.RawMessage `json:"row,omitempty"`
	End   bool            `json:"end,omitempty"`
	Error *Error          `json:"error,omitempty"`
}

// Serve answers on ln from the table until ctx ends, then lets running operations see that and waits for them. It
// closes ln. A nil log discards.
func Serve(ctx context.Context, ln net.Listener, t Table, log *slog.Logger) error {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	var asking sync.WaitGroup
	defer asking.Wait()
	places := make(chan struct{}, maxAsking)
	for {
		conn, err := ln.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			ln.Close()
			return fmt.Errorf("answer on admin socket: %w", err)
		}
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			conn.Close()
			continue
		}
		asking.Go(func() {
			defer func() { <-places }()
			defer conn.Close()
			converse(ctx, conn, t, log)
		})
	}
}

// converse reads one request and answers it.
func converse(ctx context.Context, conn net.Conn, t Table, log *slog.Logger) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// The deadline stands BEFORE the end of ctx may shorten it: the other way about, stopping would wait for it.
	conn.SetReadDeadline(time.Now().Add(askWithin))
	defer context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })()

	w := &rows{conn: conn, buf: bufio.NewWriterSize(conn, 64<<10)}
	var req request
	in := json.NewDecoder(io.LimitReader(conn, maxRequest))
	if err := in.Decode(&req); err != nil {
		if !errors.Is(err, io.EOF) { // who only looked whether we are here says nothing
			w.end(&Error{Code: CodeUsage, Text: "not a request of the admin protocol"})
		}
		return
	}
	if req.Version != version {
		w.end(&Error{Code: CodeUsage, Text: fmt.Sprintf("the running gateway speaks version %d of the admin protocol, the command %d; restart the gateway", version, req.Version)})
		return
	}
	conn.SetReadDeadline(time.Time{})
	gone := make(chan struct{})
	go func() { // until the client hangs up, or we do
		defer close(gone)
		io.Copy(io.Discard, conn)
		cancel()
	}()
	start := time.Now()
	err := guard(ctx, t, req, w.row, log)
	log.Debug("admin asked", "op", cut(req.Op), "took", time.Since(start), "err", err)
	if err != nil {
		w.end(asError(err))
	} else {
		w.end(nil)
	}
	conn.Close()
	<-gone
}

// guard runs an operation. A panic in one is our own bug, and must not take the gateway's mail down with it.
func guard(ctx context.Context, t Table, req request, row func(any) error, log *slog.Logger) (err error) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("admin operation broke", "op", req.Op, "err", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = &Error{Code: CodeFailed, Text: "the gateway met a bug of its own in " + req.Op + "; its log has the details"}
		}
	}()
	return t.run(ctx, req.Op, req.Args, row)
}

// cut shortens foreign text for the log.
func cut(s string) string { return fmt.Sprintf("%.60q", s) }

// rows writes an answer.
type rows struct {
	conn net.Conn
	buf  *bufio.Writer
}

func (w *rows) row(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write a row: %w", err)
	}
	return w.write(answer{Row: raw})
}

func (w *rows) end(e *Error) {
	w.write(answer{End: e == nil, Error: e})
	w.buf.Flush()
}

func (w *rows) write(a answer) error {
	line, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("write an answer: %w", err)
	}
	w.conn.SetWriteDeadline(time.Now().Add(readWithin))
	if _, err := w.buf.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write to the admin client: %w", err)
	}
	return nil
}
