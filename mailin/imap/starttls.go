package imap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

// maxPreamble is how many lines a server may say before TLS.
const maxPreamble = 20

var errPreauth = errors.New("the server says PREAUTH: it logs in whoever connects, and we cannot tell as whom")

// startTLS brings a plain connection to where TLS begins (RFC 3501, section 6.2.1). The library could do it, but the
// guard would then see only what is encrypted. Nothing that was said in the clear is kept, capabilities least of all,
// and there is no going on without TLS. It reads byte by byte: what the server, or somebody on the way, sends behind
// its OK is left to the TLS handshake, which cannot read it and fails (THREATS calls this response injection).
func startTLS(conn net.Conn) error {
	greeting, err := plainLine(conn)
	if err != nil {
		return fmt.Errorf("greeting: %w", err)
	}
	switch kind, _ := word(bytes.TrimPrefix([]byte(greeting), []byte("* "))); kind {
	case "OK":
	case "PREAUTH":
		return errPreauth
	default:
		return fmt.Errorf("greeting: %w: %.100q", errServer, greeting)
	}
	if _, err := io.WriteString(conn, "S STARTTLS\r\n"); err != nil {
		return fmt.Errorf("starttls: %w", err)
	}
	for range maxPreamble {
		line, err := plainLine(conn)
		if err != nil {
			return fmt.Errorf("starttls: %w", err)
		}
		if rest, ok := strings.CutPrefix(line, "S "); ok {
			if kind, _ := word([]byte(rest)); kind != "OK" {
				return fmt.Errorf("starttls: the server refused: %.100q", rest)
			}
			return nil
		}
	}
	return fmt.Errorf("starttls: %w: too many lines", errServer)
}

// plainLine reads one line and not a byte more.
func plainLine(conn net.Conn) (string, error) {
	var line []byte
	var b [1]byte
	for len(line) < 2048 {
		if _, err := io.ReadFull(conn, b[:]); err != nil {
			return "", err
		}
		if b[0] == '\n' {
			return strings.TrimRight(string(line), "\r"), nil
		}
		line = append(line, b[0])
	}
	return "", fmt.Errorf("%w: an endless line", errServer)
}

// greeted is a connection after STARTTLS. A server does not greet a second time, and the library waits for it; this
// greeting names no capabilities, so the library asks for them anew.
type greeted struct {
	net.Conn
	greeting io.Reader
}

func greetAgain(conn net.Conn) net.Conn {
	return greeted{conn, io.MultiReader(strings.NewReader("* OK now with TLS\r\n"), conn)}
}

func (g greeted) Read(p []byte) (int, error) { return g.greeting.Read(p) }
