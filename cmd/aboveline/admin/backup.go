package admin

import (
	"bufio"
	"context"
	"io"
)

// Backup is the operation behind "aboveline backup": a consistent copy of the store, in pieces.
const Backup Call[None, []byte] = "backup"

// backupPiece is how many bytes go into one row: enough that JSON's quoting costs little, few enough to hold.
const backupPiece = 256 << 10

func (d *Desk) backup(ctx context.Context, _ None, row func([]byte) error) error {
	w := bufio.NewWriterSize(pieces(row), backupPiece)
	if err := d.DB.Backup(ctx, w); err != nil {
		return err
	}
	return w.Flush()
}

// pieces writes each piece as a row.
type pieces func([]byte) error

func (p pieces) Write(b []byte) (int, error) {
	if err := p(b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Copy writes a backup to w and returns its size. Without a nil error the copy is not whole.
func Copy(ctx context.Context, from Asker, w io.Writer, progress func(written int64)) (int64, error) {
	var n int64
	err := Backup.Do(ctx, from, None{}, func(piece []byte) error {
		m, err := w.Write(piece)
		n += int64(m)
		progress(n)
		return err
	})
	return n, err
}
