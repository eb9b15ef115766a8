package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// tempPrefix marks files that are being written; those of a crash are removed by the next Open.
const tempPrefix = "tmp-"

// writeFile puts b at path so that after a crash there is all of it or what was there before. When it returns nil,
// content and name are on disk.
func writeFile(path string, b []byte) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, tempPrefix+"*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	// From here the name is the file's: a failed sync leaves it, and the caller repeats.
	if serr := syncDir(dir); serr != nil {
		return serr
	}
	return nil
}

// syncDir makes names in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// sweepTemp removes what a crash left half written. Only the holder of the lock may.
func (db *DB) sweepTemp() error {
	names, err := filepath.Glob(filepath.Join(db.dir, tempPrefix+"*"))
	if err != nil {
		return err
	}
	more, err := filepath.Glob(filepath.Join(db.dir, blobDir, tempPrefix+"*"))
	if err != nil {
		return err
	}
	for _, name := range append(names, more...) {
		// A second first start may be making its file at this moment; it finds ours and needs its own no more.
		if err := os.RemoveAll(name); err != nil {
			return err
		}
		db.log.Info("leftover removed", "file", strings.TrimPrefix(name, db.dir))
	}
	return nil
}
