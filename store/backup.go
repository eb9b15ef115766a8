package store

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/klauspost/compress/zstd"
)

// A backup is a tar archive in one zstd frame: first a manifest, then the database as it stood at one moment, the key
// file, every blob file that this database may name, and last an empty file "end", without which it was cut off.
const (
	manifestName = "aboveline-backup.json"
	endName      = "end"
	backupForm   = 1
	// backupWindow bounds what reading a backup may allocate.
	backupWindow = 8 << 20
)

// ErrExists is returned by Restore for a directory that holds something.
var ErrExists = errors.New("is not empty: restore into a new directory, and move it into place yourself")

// RestoredKey is the named value that tells when a store was restored (RFC 3339), so that the doors look through
// what came after the backup was made.
const RestoredKey = "restored"

type manifest struct {
	Form    int       `json:"form"`
	Made    time.Time `json:"made"`
	Schema  int       `json:"schema"`
	Dir     string    `json:"dir"`
	Comment string    `json:"comment"`
}

var blobName = regexp.MustCompile(`^` + blobDir + `/[0-9a-f]{2}/[0-9a-f]{62}$`)

// Backup writes a consistent copy of the store to w while others read and write. It needs room for a second database
// file in the store's directory as long as it runs: a slow w must not keep the live one from reusing its pages.
func (db *DB) Backup(ctx context.Context, w io.Writer) error {
	if err := db.backup(ctx, w); err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	return nil
}

func (db *DB) backup(ctx context.Context, w io.Writer) error {
	snapshot, err := db.snapshot(ctx)
	if err != nil {
		return err
	}
	defer func() {
		snapshot.Close()
		os.Remove(snapshot.Name())
	}()
	z, err := zstd.NewWriter(w, zstd.WithWindowSize(backupWindow), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	head, err := json.Marshal(manifest{backupForm, time.Now().UTC(), len(migrations), filepath.Base(db.dir),
		"aboveline restore FILE"})
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return addBytes(t, manifestName, head) },
		func() error { return addFile(ctx, t, fileName, snapshot) },
		func() error { return addPath(ctx, t, keyFile, filepath.Join(db.dir, keyFile)) },
		// After the snapshot: every blob it names was there before it was made, and none is ever changed.
		func() error { return db.addBlobs(ctx, t) },
		func() error { return addBytes(t, endName, nil) },
		t.Close, z.Close,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// snapshot copies the database as it stands to a passing file.
func (db *DB) snapshot(ctx context.Context) (*os.File, error) {
	dir := db.dir
	if db.readOnly {
		dir = "" // the store's may not be ours to write to
	}
	f, err := os.CreateTemp(dir, tempPrefix+"*")
	if err != nil {
		return nil, err
	}
	err = db.View(ctx, func(tx *Tx) error {
		_, err := tx.bolt.WriteTo(ctxWriter{ctx, f})
		return err
	})
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return f, nil
}

// ctxWriter ends a long copy when ctx does.
type ctxWriter struct {
	ctx context.Context
	w   io.Writer
}

func (c ctxWriter) Write(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(b)
}

func (db *DB) addBlobs(ctx context.Context, t *tar.Writer) error {
	return db.eachFile(func(path string, _ fs.DirEntry) error {
		rel, err := filepath.Rel(db.dir, path)
		if err != nil {
			return err
		}
		return addPath(ctx, t, filepath.ToSlash(rel), path)
	})
}

func addPath(ctx context.Context, t *tar.Writer, name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return addFile(ctx, t, name, f)
}

func addFile(ctx context.Context, t *tar.Writer, name string, f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := &tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime(), Typeflag: tar.TypeReg}
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.Copy(ctxWriter{ctx, t}, f)
	return err
}

func addBytes(t *tar.Writer, name string, b []byte) error {
	h := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(b)), Typeflag: tar.TypeReg, ModTime: time.Now()}
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err := t.Write(b)
	return err
}

// Restore makes a store in dir from a backup. dir must be absent or empty, and has no store
// before everything has been read and checked. What the backup's outbox had still to send is held, since it may have gone out after the
// backup was made: an operator releases it ([Tx.QueueReleaseAll]).
func Restore(dir string, r io.Reader) error {
	if err := restore(dir, r); err != nil {
		return fmt.Errorf("store: restore %s: %w", dir, err)
	}
	return nil
}

func restore(dir string, r io.Reader) error {
	names, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(names) > 0 {
		return ErrExists
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	// Inside dir, which may be the root of a volume.
	temp, err := os.MkdirTemp(dir, tempPrefix+"*") // mode 0700
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	if err := unpackBackup(temp, r); err != nil {
		return err
	}
	if err := holdRestored(temp); err != nil {
		return err
	}
	if err := Check(temp); err != nil {
		return err
	}
	return moveRestored(temp, dir)
}

// moveRestored gives the files their names. The database comes LAST: where it stands, all is there.
func moveRestored(temp, dir string) error {
	for _, name := range []string{blobDir, keyFile, fileName} {
		err := os.Rename(filepath.Join(temp, name), filepath.Join(dir, name))
		if err != nil && !(name == blobDir && errors.Is(err, fs.ErrNotExist)) {
			return err
		}
		if err := syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// holdRestored opens the new store once, which also brings an older schema up to date.
func holdRestored(dir string) error {
	db, err := Open(dir, Options{OnFatal: func(error) {}})
	if err != nil {
		return err
	}
	now := time.Now()
	err = db.Update(context.Background(), func(tx *Tx) error {
		tx.SetValue(RestoredKey, []byte(now.UTC().Format(time.RFC3339)))
		return tx.holdAll("held: restored from a backup")
	})
	return errors.Join(err, db.Close())
}

// unpackBackup writes the files of a backup into dir, synced.
func unpackBackup(dir string, r io.Reader) error {
	z, err := zstd.NewReader(r, zstd.WithDecoderMaxWindow(backupWindow), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return err
	}
	defer z.Close()
	t := tar.NewReader(z)
	seen := map[string]bool{}
	for {
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("not a whole backup: %w", err)
		}
		if err := unpackFile(dir, h, t, len(seen) == 0); err != nil {
			return err
		}
		if seen[h.Name] {
			return fmt.Errorf("backup names %.80q twice", h.Name)
		}
		seen[h.Name] = true
	}
	for _, name := range []string{manifestName, fileName, keyFile, endName} {
		if !seen[name] {
			return fmt.Errorf("backup was cut off: %s is missing", name)
		}
	}
	if err := syncDir(filepath.Join(dir, blobDir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return syncDir(dir)
}

// unpackFile takes one file of a backup. Only names that Backup gives are taken, so none can leave dir.
func unpackFile(dir string, h *tar.Header, r io.Reader, first bool) error {
	switch {
	case first != (h.Name == manifestName):
		return errors.New("not a backup of ours")
	case h.Name == manifestName:
		return checkManifest(io.LimitReader(r, 1<<16))
	case h.Name == endName:
		return nil
	case h.Name != fileName && h.Name != keyFile && !blobName.MatchString(h.Name) || h.Typeflag != tar.TypeReg:
		return fmt.Errorf("backup holds %.80q, which none of ours does", h.Name)
	}
	path := filepath.Join(dir, filepath.FromSlash(h.Name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err = io.Copy(f, r); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close(), syncDir(filepath.Dir(path)))
}

func checkManifest(r io.Reader) error {
	var m manifest
	if err := json.NewDecoder(r).Decode(&m); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	if m.Form != backupForm || m.Schema > len(migrations) {
		return fmt.Errorf("backup form %d, schema %d: %w", m.Form, m.Schema, ErrNewer)
	}
	return nil
}
