package store

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"aboveline.example/rules"
)

// A backup taken under load is one moment: everything told before it began is in it, and nothing in half.
func TestBackupWhileWriting(t *testing.T) {
	db := opened(t, t.TempDir())
	var stop atomic.Bool
	var wg sync.WaitGroup
	var before atomic.Uint64
	for w := range 4 {
		wg.Go(func() {
			for i := 0; !stop.Load(); i++ {
				text := fmt.Sprintf("mail %d of writer %d", i, w)
				if i%5 == 0 {
					text += strings.Repeat("z", InlineMax)
				}
				id, err := takeIn(db, text)
				if err != nil {
					t.Error(err)
					return
				}
				for old := before.Load(); uint64(id) > old && !before.CompareAndSwap(old, uint64(id)); old = before.Load() {
				}
			}
		})
	}
	for before.Load() < 50 {
		if _, err := db.Stats(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	least := before.Load()
	var file bytes.Buffer
	err := db.Backup(t.Context(), &file)
	stop.Store(true)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "restored", "here")
	if err := Restore(dir, bytes.NewReader(file.Bytes())); err != nil {
		t.Fatal(err)
	}
	copied := opened(t, dir)
	if len(copied.Keys()) != 2 || !bytes.Equal(copied.Keys()[0].Secret, db.Keys()[0].Secret) {
		t.Error("the keys are others")
	}
	var last rules.MailID
	view(t, copied, func(tx *Tx) {
		last = rules.MailID(tx.counter("mail"))
		for _, q := range tx.Queue(QueueFilter{Limit: 1 << 20}) {
			if q.State != rules.QueueHeld || !strings.Contains(q.LastError, "restored") {
				t.Fatalf("row %s is %s, want held", q.ID, q.State)
			}
		}
		if at, err := time.Parse(time.RFC3339, string(tx.Value(RestoredKey))); err != nil || time.Since(at) > time.Hour {
			t.Errorf("restored at %v, %v", at, err)
		}
	})
	if uint64(last) < least {
		t.Errorf("the backup ends with mail %d, %d had been told before it began", last, least)
	}
	for id := rules.MailID(1); id <= last; id++ {
		a, b := reread(t, db, id), reread(t, copied, id)
		if a != b {
			t.Fatalf("mail %d reads %.60q and %.60q", id, a, b)
		}
	}
	update(t, copied, func(tx *Tx) error {
		n, err := tx.QueueReleaseAll(noon)
		if n != int(last) {
			t.Errorf("%d rows released, want %d", n, last)
		}
		return err
	})
	closed(t, copied)
	if left, _ := filepath.Glob(filepath.Join(db.Dir(), tempPrefix+"*")); left != nil {
		t.Errorf("the backup left %v", left)
	}
}

// reread is all that is kept of a mail.
func reread(t *testing.T, db *DB, id rules.MailID) (s string) {
	t.Helper()
	view(t, db, func(tx *Tx) {
		d, _ := tx.Disposition(id)
		b, err := tx.Blob(d.Raw)
		tk, _ := tx.Ticket(d.Ticket)
		s = fmt.Sprint(d, string(b), err, tk, tx.Entries(d.Ticket))
	})
	return s
}

func TestRestoreRefuses(t *testing.T) {
	db := opened(t, t.TempDir())
	if _, err := takeIn(db, strings.Repeat("a large mail ", InlineMax)); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := db.Backup(t.Context(), &file); err != nil {
		t.Fatal(err)
	}
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "note"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Restore(full, bytes.NewReader(file.Bytes())); !errors.Is(err, ErrExists) {
		t.Errorf("into a full directory: %v, want ErrExists", err)
	}
	if err := Restore(db.Dir(), bytes.NewReader(file.Bytes())); !errors.Is(err, ErrExists) {
		t.Errorf("over a store: %v, want ErrExists", err)
	}
	for name, b := range map[string][]byte{
		"nothing":        {},
		"something else": []byte("PK\x03\x04"),
		"half":           file.Bytes()[:file.Len()/2],
		"no end":         repack(t, file.Bytes(), func(h *tar.Header, b []byte) ([]byte, bool) { return b, h.Name != endName }),
		"no key":         repack(t, file.Bytes(), func(h *tar.Header, b []byte) ([]byte, bool) { return b, h.Name != keyFile }),
		"a way out": repack(t, file.Bytes(), func(h *tar.Header, b []byte) ([]byte, bool) {
			if h.Name == keyFile {
				h.Name = "blobs/../../key"
			}
			return b, true
		}),
		"a link": repack(t, file.Bytes(), func(h *tar.Header, b []byte) ([]byte, bool) {
			if h.Name == keyFile {
				h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, "/etc/passwd", 0
				b = nil
			}
			return b, true
		}),
		"a changed blob": repack(t, file.Bytes(), func(h *tar.Header, b []byte) ([]byte, bool) {
			if strings.HasPrefix(h.Name, blobDir) {
				b[100] ^= 1
			}
			return b, true
		}),
		"a lost blob": repack(t, file.Bytes(), func(h *tar.Header, b []byte) ([]byte, bool) {
			return b, !strings.HasPrefix(h.Name, blobDir)
		}),
		"a newer form": repack(t, file.Bytes(), func(h *tar.Header, b []byte) ([]byte, bool) {
			if h.Name == manifestName {
				b = bytes.Replace(b, []byte(`"form":1`), []byte(`"form":2`), 1)
			}
			return b, true
		}),
	} {
		dir := filepath.Join(t.TempDir(), "new")
		if err := Restore(dir, bytes.NewReader(b)); err == nil {
			t.Errorf("%s was restored", name)
		}
		if _, err := Open(dir, Options{ReadOnly: true}); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: left a store behind (%v)", name, err)
		}
		if names, _ := filepath.Glob(filepath.Join(dir, "*")); len(names) > 0 {
			t.Errorf("%s: left %v behind", name, names)
		}
	}
	if err := Restore(filepath.Join(t.TempDir(), "new"), bytes.NewReader(repack(t, file.Bytes(),
		func(_ *tar.Header, b []byte) ([]byte, bool) { return b, true }))); err != nil {
		t.Errorf("packed anew without a change: %v", err)
	}
}

// repack changes a backup file by file.
func repack(t *testing.T, backup []byte, change func(*tar.Header, []byte) ([]byte, bool)) []byte {
	t.Helper()
	z, err := zstd.NewReader(bytes.NewReader(backup))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	from, to := tar.NewReader(z), tar.NewWriter(w)
	for {
		h, err := from.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		b, keep := change(h, b)
		if !keep {
			continue
		}
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len(b))
		}
		if err := to.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(to.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
