package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	bolt "go.etcd.io/bbolt"

	"aboveline.example/rules"
)

// ErrNotErased is returned by Erase while somebody still reads a state of the store in which what was removed is there.
// It is asked again.
var ErrNotErased = errors.New("an open reader still sees what was removed")

const (
	// eraseSlice is how many records one look reads, since an open View keeps pages from being used again.
	eraseSlice = 2000
	// scrubPages is how many free pages one commit overwrites: mails wait no longer than for a batch.
	scrubPages = 500
	// scrubTries is how many commits in a row may free no page that we wait for.
	scrubTries = 20
)

// Erase finishes what redactions began: blobs that nothing names any more are removed, and every page of the file that
// was free is overwritten, since a deleted record stays in the file until its page is used again. It works beside
// everything else, in small commits, and does nothing where nothing waits. What it could not do is still noted.
func (db *DB) Erase(ctx context.Context) error {
	if db.readOnly {
		return ErrReadOnly
	}
	if err := db.erase(ctx); err != nil {
		return fmt.Errorf("store: erase: %w", err)
	}
	return nil
}

func (db *DB) erase(ctx context.Context) error {
	var noted []byte
	var ids []rules.BlobID
	if err := db.View(ctx, func(tx *Tx) error {
		noted, ids = bytes.Clone(tx.Value(erasureKey)), tx.loose()
		return nil
	}); err != nil || noted == nil {
		return err
	}
	if err := db.removeLoose(ctx, ids); err != nil {
		return err
	}
	if err := db.scrub(ctx); err != nil {
		return err
	}
	return db.Update(ctx, func(tx *Tx) error {
		if bytes.Equal(tx.Value(erasureKey), noted) { // nothing was redacted meanwhile
			tx.SetValue(erasureKey, nil)
		}
		return nil
	})
}

// erasure is a removal of blobs under way. Whoever keeps one of them again meanwhile spares it.
type erasure struct {
	mu  sync.Mutex // guards ids
	ids map[rules.BlobID]bool
}

// spare keeps a blob from being removed. A nil erasure is none.
func (e *erasure) spare(id rules.BlobID) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.ids, id)
}

// doomed lists what nobody has spared.
func (e *erasure) doomed() (ids []rules.BlobID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for id := range e.ids {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// removeLoose removes those of the blobs that no record names.
func (db *DB) removeLoose(ctx context.Context, ids []rules.BlobID) error {
	e := &erasure{ids: map[rules.BlobID]bool{}}
	for _, id := range ids {
		if _, err := sum(id); err == nil {
			e.ids[id] = true
		}
	}
	if len(e.ids) == 0 {
		return nil
	}
	db.erasing.Store(e)
	defer db.erasing.Store(nil)
	// What ran before and spared nothing is committed when this returns, and is seen below.
	if err := db.Update(ctx, func(*Tx) error { return nil }); err != nil {
		return err
	}
	for _, t := range []*table{ledger, entries, wires, parkeds} {
		if err := db.spareNamed(ctx, t, e); err != nil {
			return err
		}
	}
	return db.Update(ctx, func(tx *Tx) error {
		for _, id := range e.doomed() {
			tx.removeBlob(id)
			// Nothing that is committed names the file, and who is about to name it looks for it in a transaction of this
			// goroutine: it is gone for them, and they put it again. So it may go BEFORE the commit, and not after.
			if err := os.Remove(db.blobPath(id)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
		return nil
	})
}

// spareNamed spares the blobs that a table's records name.
func (db *DB) spareNamed(ctx context.Context, t *table, e *erasure) error {
	var from []byte
	for more := true; more; {
		more = false
		if err := db.View(ctx, func(tx *Tx) error {
			n := 0
			for k, b := range tx.records(t, nil, from, false) {
				if n++; n > eraseSlice {
					from, more = bytes.Clone(k), true
					break
				}
				for _, id := range e.doomed() {
					if bytes.Contains(b, []byte(id)) {
						e.spare(id)
					}
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// removeBlob removes a blob from the database, in every range in which it was kept.
func (tx *Tx) removeBlob(id rules.BlobID) {
	h, err := sum(id)
	if err != nil {
		return
	}
	for e := range epochs(tx.counter("blob")) {
		key := epochKey(e, h)
		if v := tx.get(blobKeys, key); v != nil {
			n, _ := binary.Uvarint(v)
			tx.erase(blobs, u64(n))
			tx.del(blobKeys, key)
		}
	}
}

// scrubBucket holds what free pages are overwritten with; it is there only while that lasts.
var scrubBucket = []byte("scrub")

// scrub overwrites every page that is free when it begins. New pages are taken from the free ones first, so that filling
// a bucket uses them up; the library writes them whole, and zeroed where nothing stands.
func (db *DB) scrub(ctx context.Context) (err error) {
	dirty := map[int]bool{}
	if err := db.still(func(b *bolt.Tx) error { return freePages(b, dirty) }); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, db.alone(func(b *bolt.Tx) error {
			if b.Bucket(scrubBucket) == nil {
				return nil
			}
			return b.DeleteBucket(scrubBucket)
		}))
	}()
	for n, idle := 0, 0; len(dirty) > 0; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if idle == scrubTries {
			return ErrNotErased
		}
		if err := db.alone(func(b *bolt.Tx) error { return blank(b, n) }); err != nil {
			return err
		}
		before := len(dirty)
		if err := db.still(func(b *bolt.Tx) error { return stillFree(b, dirty) }); err != nil {
			return err
		}
		if idle++; len(dirty) < before {
			idle = 0
		}
	}
	return nil
}

// alone runs do in a transaction of the library's own, between two batches. A failed commit is as fatal as any.
func (db *DB) alone(do func(*bolt.Tx) error) error {
	if p := db.fatal.Load(); p != nil {
		return *p
	}
	b, err := db.bolt.Begin(true)
	if err != nil {
		return err
	}
	if err := do(b); err != nil {
		return errors.Join(err, b.Rollback())
	}
	if err := b.Commit(); err != nil {
		db.setFatal(err)
		return *db.fatal.Load()
	}
	return nil
}

// still runs do while nobody writes: the list of free pages is the writer's.
func (db *DB) still(do func(*bolt.Tx) error) error {
	b, err := db.bolt.Begin(true)
	if err != nil {
		return err
	}
	return errors.Join(do(b), b.Rollback())
}

// freePages notes the pages that nothing uses.
func freePages(b *bolt.Tx, free map[int]bool) error {
	for id := range int(b.Size()) / b.DB().Info().PageSize {
		page, err := b.Page(id)
		if err != nil {
			return err
		}
		if page != nil && page.Type == "free" {
			free[id] = true
		}
	}
	return nil
}

// stillFree takes those pages off the list that have been written since.
func stillFree(b *bolt.Tx, free map[int]bool) error {
	for id := range free {
		page, err := b.Page(id)
		if err != nil {
			return err
		}
		if page != nil && page.Type != "free" {
			delete(free, id)
		}
	}
	return nil
}

// blank writes scrubPages pages of nothing, two values to a page: the least that the library puts on one.
func blank(b *bolt.Tx, round int) error {
	bucket, err := b.CreateBucketIfNotExists(scrubBucket)
	if err != nil {
		return err
	}
	bucket.FillPercent = 1
	nothing := make([]byte, b.DB().Info().PageSize/2-64)
	for i := range 2 * scrubPages {
		if err := bucket.Put(u64(uint64(round*2*scrubPages+i)), nothing); err != nil {
			return err
		}
	}
	return nil
}
