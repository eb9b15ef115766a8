package mailout

import (
	"context"
	"encoding/base64"
	"fmt"

	"aboveline.example/rules"
)

// Blobs gives back stored bytes by their name.
type Blobs interface {
	Blob(ctx context.Context, id rules.BlobID) ([]byte, error)
}

// base64Line is how many bytes make a line of 76 characters. RFC 2045, section 6.8.
const base64Line = 57

// Bytes is a mail as it goes on the wire: its pieces joined, blobs in base64 with lines of 76 characters, each ended
// by CRLF. The same pieces and blobs give the same bytes.
func Bytes(ctx context.Context, wire []rules.Piece, blobs Blobs) ([]byte, error) {
	size := 0
	content := make([][]byte, len(wire))
	for i, p := range wire {
		size += len(p.Text)
		if p.Blob == "" {
			continue
		}
		b, err := blobs.Blob(ctx, p.Blob)
		if err != nil {
			return nil, fmt.Errorf("read attachment %.12s: %w", string(p.Blob), err)
		}
		if p.Plain {
			b = plainPicture(b)
		}
		content[i] = b
		size += base64.StdEncoding.EncodedLen(len(b)) + 2*(len(b)/base64Line+1)
	}
	out := make([]byte, 0, size)
	for i, p := range wire {
		out = append(out, p.Text...)
		for b := content[i]; len(b) > 0; {
			n := min(base64Line, len(b))
			out = base64.StdEncoding.AppendEncode(out, b[:n])
			out = append(out, '\r', '\n')
			b = b[n:]
		}
	}
	return out, nil
}
