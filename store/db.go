package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"aboveline.example/rules"
)

// Errors of opening and of every call.
var (
	// ErrLocked is returned by Open and Check while another process has the store open.
	ErrLocked = errors.New("in use by another process: stop it, or ask it through its admin socket")
	// ErrNewer is returned by Open for a store that a newer release wrote.
	ErrNewer = errors.New("written by a newer release: use that release, or restore a backup made before it")
	// ErrClosed is returned after Close.
	ErrClosed = errors.New("store is closed")
	// ErrReadOnly is returned by what writes, on a store opened read-only.
	ErrReadOnly = errors.New("store was opened read-only")
	// ErrFatal wraps a failed commit. Whether the batch is on disk is then unknown (THREATS F8), and the store
	// takes nothing more: the process has to end and start again.
	ErrFatal = errors.New("commit failed, its outcome is unknown")
	// ErrNotFound is returned for a name that the store does not hold.
	ErrNotFound = errors.New("not found")
)

// Options are how a store is opened.
type Options struct {
	// Log is told of what an operator should know; nil discards.
	Log *slog.Logger
	// OnFatal is called once, when a commit fails. The default logs and ends the process with exit code 1, since
	// only a new start finds out what the disk really holds. It must not call the store.
	OnFatal func(error)
	// ReadOnly opens an existing store of this release's schema for reading; several readers may.
	ReadOnly bool
}

const (
	fileName = "aboveline.db"
	// lockWait bridges a restart in which the old process is just letting go.
	lockWait = time.Second
	// mapSize is address space, not memory: below it the file grows without being mapped anew, which would wait
	// for every open reader.
	mapSize = 16 << 30
)

// DB is an open store. All methods may be called at once from several goroutines.
type DB struct {
	dir      string
	log      *slog.Logger
	onFatal  func(error)
	readOnly bool
	bolt     *bolt.DB

	calls   chan *call
	patient chan *call // those that have time
	closing chan struct{}
	drained chan struct{} // closed when the writer has ended
	once    sync.Once
	written sync.WaitGroup
	fatal   atomic.Pointer[error]
	commit  func(*bolt.Tx) error // replaced by tests that make it fail

	keyMu sync.RWMutex
	keys  rules.Keys

	flight   flight
	standing atomic.Pointer[standing] // nil but while somebody waits for rows
	erasing  atomic.Pointer[erasure]  // nil but while blobs are being removed
}

// Open opens the store in dir, and makes it where there is none: dir with mode 0700, everything in it with 0600.
// It brings an older schema up to date in one transaction and removes what an earlier crash left half written.
func Open(dir string, o Options) (*DB, error) {
	db, err := open(dir, o, migrations)
	if err != nil {
		return nil, fmt.Errorf("store: open %s: %w", dir, err)
	}
	return db, nil
}

func open(dir string, o Options, steps []migration) (*DB, error) {
	db := &DB{
		dir: dir, log: o.Log, onFatal: o.OnFatal, readOnly: o.ReadOnly,
		calls: make(chan *call, batchMax), patient: make(chan *call, batchMax), closing: make(chan struct{}), drained: make(chan struct{}),
		commit: (*bolt.Tx).Commit,
	}
	db.flight.rows = map[string]lease{}
	if db.log == nil {
		db.log = slog.New(slog.DiscardHandler)
	}
	if db.onFatal == nil {
		db.onFatal = func(err error) {
			db.log.Error("store cannot go on", "err", err)
			os.Exit(1)
		}
	}
	if err := db.openFile(steps); err != nil {
		return nil, err
	}
	if err := db.prepare(steps); err != nil {
		return nil, errors.Join(err, db.bolt.Close())
	}
	if !db.readOnly {
		db.written.Go(db.write)
	}
	return db, nil
}

// openFile opens the database file and takes its lock; nothing else in dir is touched before.
func (db *DB) openFile(steps []migration) error {
	path := filepath.Join(db.dir, fileName)
	_, err := os.Stat(path)
	switch {
	case err == nil:
	case !errors.Is(err, os.ErrNotExist) || db.readOnly:
		return err
	default:
		if err := create(db.dir, path, steps); err != nil {
			return err
		}
	}
	db.bolt, err = bolt.Open(path, 0o600, boltOptions(db.readOnly))
	if errors.Is(err, berrors.ErrTimeout) {
		return ErrLocked
	}
	return err
}

// prepare does what needs the lock: schema, leftovers, keys.
func (db *DB) prepare(steps []migration) error {
	if err := db.migrate(steps); err != nil {
		return err
	}
	if !db.readOnly {
		if err := db.sweepTemp(); err != nil {
			return err
		}
	}
	return db.loadKeys()
}

// create makes a new database under a passing name and links it into place when it is whole: a crash in the middle
// of making one would leave a file that cannot be opened, and two first starts at once must not replace each
// other's.
func create(dir, path string, steps []migration) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, tempPrefix+"*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := f.Close(); err != nil {
		return err
	}
	b, err := bolt.Open(f.Name(), 0o600, boltOptions(false))
	if err != nil {
		return err
	}
	if err := errors.Join(migrate(b, steps), b.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		// Somebody else's is there: theirs it is. Their start may even have swept ours away.
		if _, serr := os.Stat(path); serr != nil {
			return err
		}
	}
	return syncDir(dir)
}

func boltOptions(readOnly bool) *bolt.Options {
	o := &bolt.Options{
		Timeout: lockWait, FreelistType: bolt.FreelistMapType, ReadOnly: readOnly, PreLoadFreelist: true,
		NoStatistics: true,
	}
	if strconv.IntSize == 64 {
		size := int64(mapSize)
		o.InitialMmapSize = int(size)
	}
	return o
}

// Close lets queued updates finish and gives the file free. Updates that come later get ErrClosed.
func (db *DB) Close() error {
	err := ErrClosed
	db.once.Do(func() {
		close(db.closing)
		db.written.Wait()
		err = db.bolt.Close()
	})
	return err
}

// Dir is the directory that the store is in.
func (db *DB) Dir() string { return db.dir }

// View reads a consistent state: what had been committed when it began, whatever is written meanwhile. fn must be
// short and must not wait for anything, since an open View keeps the file from reusing pages. The first read error
// of the Tx is returned after fn, even where fn returned nil.
func (db *DB) View(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := db.bolt.View(func(b *bolt.Tx) error {
		tx := &Tx{db: db, bolt: b}
		defer tx.end()
		if err := fn(tx); err != nil {
			return err
		}
		return tx.err
	})
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}
