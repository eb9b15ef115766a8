package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"aboveline.example/rules"
)

// InlineMax is the largest blob that is kept in the database file, in bytes; above it a page tree is the wrong place.
const InlineMax = 64 << 10

// ErrDamaged is returned for stored bytes that are no longer those that were stored.
var ErrDamaged = errors.New("stored bytes are damaged: restore them from a backup")

const blobDir = "blobs"

// blobEpochs is how far back PutBlob looks for the same bytes. Storing them once more is harmless, so there is no
// need to ask every range.
const blobEpochs = 2

func blobID(b []byte) rules.BlobID {
	sum := sha256.Sum256(b)
	return rules.BlobID(hex.EncodeToString(sum[:]))
}

// sum is the hash that id stands for.
func sum(id rules.BlobID) ([]byte, error) {
	h, err := hex.DecodeString(string(id))
	if err != nil || len(h) != sha256.Size || hex.EncodeToString(h) != string(id) {
		return nil, fmt.Errorf("blob %.70q: no such name is made here: %w", id, ErrNotFound)
	}
	return h, nil
}

func (db *DB) blobPath(id rules.BlobID) string {
	return filepath.Join(db.dir, blobDir, string(id[:2]), string(id[2:]))
}

// PutBlob keeps b as a file under its hash. When it returns nil, content and names are on disk, so that a
// transaction that is committed AFTER may name it. The same bytes again are the same file.
func (db *DB) PutBlob(ctx context.Context, b []byte) (rules.BlobID, error) {
	if db.readOnly {
		return "", ErrReadOnly
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	id := blobID(b)
	db.erasing.Load().spare(id)
	if err := db.putFile(id, b); err != nil {
		return "", fmt.Errorf("store: put blob %.12s: %w", id, err)
	}
	return id, nil
}

func (db *DB) putFile(id rules.BlobID, b []byte) error {
	path := db.blobPath(id)
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	// The bytes are written first beside the directories of hashes, so that one look finds what a crash left.
	whole, err := sameSize(path, len(b))
	if err != nil {
		return err
	}
	if !whole {
		if err := db.moveIn(path, b); err != nil {
			return err
		}
	}
	// Synced even where the file was there: whoever made it may not have come this far.
	return errors.Join(syncDir(dir), syncDir(filepath.Dir(dir)), syncDir(db.dir))
}

// moveIn writes b under a passing name, syncs it and gives it its own.
func (db *DB) moveIn(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Join(db.dir, blobDir), tempPrefix+"*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// sameSize says whether path is a whole file. Only whole files ever get such a name; a disk that lost its tail is
// mended by writing it again.
func sameSize(path string, size int) (bool, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return info.Size() == int64(size), nil
}

// PutBlob keeps b inside the transaction. What is larger than InlineMax must have been kept by [DB.PutBlob] before
// the transaction began; here it is only checked to be there.
func (tx *Tx) PutBlob(b []byte) rules.BlobID { return tx.PutPacked(Pack(b)) }

// Packed is a blob made ready to be kept: named, and compressed where it goes into the database file.
type Packed struct {
	hash [sha256.Size]byte
	size int
	z    []byte // nil above InlineMax
}

// Pack makes b ready for [Tx.PutPacked]. That is half the work of keeping a small mail, and done BEFORE the transaction
// it holds up nobody else's.
func Pack(b []byte) Packed {
	p := Packed{hash: sha256.Sum256(b), size: len(b)}
	if len(b) <= InlineMax {
		p.z = pack(b)
	}
	return p
}

// PutPacked is [Tx.PutBlob] of bytes that were made ready before. The same p may be put again.
func (tx *Tx) PutPacked(p Packed) rules.BlobID {
	id := rules.BlobID(hex.EncodeToString(p.hash[:]))
	tx.db.erasing.Load().spare(id)
	if p.z == nil {
		if whole, err := sameSize(tx.db.blobPath(id), p.size); err != nil || !whole {
			tx.fail(fmt.Sprintf("put blob %.12s", id), errors.Join(err,
				fmt.Errorf("%d bytes have to be put as a file before the transaction: %w", p.size, ErrNotFound)))
		}
		return id
	}
	if _, ok := tx.inline(p.hash[:], blobEpochs); ok {
		return id
	}
	n := tx.next("blob")
	tx.savePacked(blobs, u64(n), p.z)
	tx.put(blobKeys, epochKey(n, p.hash[:]), binary.AppendUvarint(nil, n))
	return id
}

// inline finds the number under which the bytes with hash h are kept, looking back over the last ranges.
func (tx *Tx) inline(h []byte, ranges int) (uint64, bool) {
	for e := range epochs(tx.counter("blob")) {
		if v := tx.get(blobKeys, epochKey(e, h)); v != nil {
			n, _ := binary.Uvarint(v)
			return n, true
		}
		if ranges--; ranges == 0 {
			break
		}
	}
	return 0, false
}

// HasBlob says whether the bytes are kept, without reading them.
func (tx *Tx) HasBlob(id rules.BlobID) bool {
	h, err := sum(id)
	if err != nil {
		return false
	}
	if _, ok := tx.inline(h, -1); ok {
		return true
	}
	_, err = os.Stat(tx.db.blobPath(id))
	return err == nil
}

// Blob returns stored bytes, which are the caller's. They are compared with their hash each time: what comes back
// is what was stored, or ErrDamaged, or ErrNotFound.
func (tx *Tx) Blob(id rules.BlobID) ([]byte, error) {
	b, err := tx.inlineBlob(id)
	if err != nil || b != nil {
		return b, err
	}
	return tx.db.readFile(id)
}

// Blob is [Tx.Blob] outside a transaction; large files are read without holding one open.
func (db *DB) Blob(ctx context.Context, id rules.BlobID) ([]byte, error) {
	var b []byte
	err := db.View(ctx, func(tx *Tx) (err error) {
		b, err = tx.inlineBlob(id)
		return err
	})
	if err != nil || b != nil {
		return b, err
	}
	return db.readFile(id)
}

// inlineBlob returns nil, nil where the bytes are not in the database.
func (tx *Tx) inlineBlob(id rules.BlobID) ([]byte, error) {
	h, err := sum(id)
	if err != nil {
		return nil, err
	}
	n, ok := tx.inline(h, -1)
	if !ok {
		return nil, nil
	}
	v := tx.get(blobs, u64(n))
	b, err := tx.whole(blobs, u64(n), v)
	if err != nil || blobID(b) != id {
		return nil, fmt.Errorf("store: blob %.12s: %w", id, errors.Join(ErrDamaged, err))
	}
	return b, nil
}

func (db *DB) readFile(id rules.BlobID) ([]byte, error) {
	b, err := os.ReadFile(db.blobPath(id))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("store: blob %.12s: %w", id, ErrNotFound)
	case err != nil:
		return nil, fmt.Errorf("store: blob %.12s: %w", id, err)
	case blobID(b) != id:
		return nil, fmt.Errorf("store: blob %.12s: %w", id, ErrDamaged)
	}
	return b, nil
}

// eachFile visits the blob files, those that are only being written left out.
func (db *DB) eachFile(do func(path string, e fs.DirEntry) error) error {
	err := filepath.WalkDir(filepath.Join(db.dir, blobDir), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(e.Name(), tempPrefix) {
			return err
		}
		return do(path, e)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil // no blob was ever put
	}
	return err
}
