package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Tx is a transaction: a consistent state to read and, inside Update, to change. It is valid only until the
// function that it was given to returns, and for one goroutine. Methods that return no error keep the first one
// they meet; Update and View return it after the function, and Err tells it earlier.
//
// It answers everything that rules.Lookup asks of a store. What that asks of others (the watch's view of a report) is
// for the caller to add.
type Tx struct {
	db       *DB
	bolt     *bolt.Tx
	writable bool
	undo     []change
	late     *later // nil where nothing is written
	err      error
	inside   bool // the library is at work on a write: a panic now is its, not fn's
	ended    bool
}

var errTxEnded = errors.New("transaction used after its function returned")

// change is one journalled write: what the key held before, nil for nothing.
type change struct {
	in  *table
	key []byte
	old []byte
}

// Err is the first error that this transaction met, nil if none.
func (tx *Tx) Err() error { return tx.err }

func (tx *Tx) end() { tx.ended = true }

// fail keeps the first error.
func (tx *Tx) fail(op string, err error) {
	if tx.err == nil && err != nil {
		tx.err = fmt.Errorf("store: %s: %w", op, err)
	}
}

func (tx *Tx) bucket(t *table) *bolt.Bucket {
	if tx.ended {
		tx.fail(t.name, errTxEnded)
		return nil
	}
	b := tx.bolt.Bucket([]byte(t.tree.name))
	if b == nil {
		tx.fail(t.name, errors.New("tree is missing"))
		return nil
	}
	b.FillPercent = t.tree.fill
	return b
}

// get returns what key holds, nil for nothing. The bytes are the file's: valid until the next write, not to be kept.
func (tx *Tx) get(t *table, key []byte) []byte {
	b := tx.bucket(t)
	if b == nil {
		return nil
	}
	k := t.key(key)
	if tx.late.holds(t, k) {
		tx.settle()
	}
	return b.Get(k)
}

func (tx *Tx) has(t *table, key []byte) bool { return tx.get(t, key) != nil }

// put sets key to value and journals what it held. An empty value is kept as one.
func (tx *Tx) put(t *table, key, value []byte) {
	b := tx.writing(t)
	if b == nil {
		return
	}
	if value == nil {
		value = []byte{} // a nil one would read back as absent until the commit
	}
	k := t.key(key)
	old := bytes.Clone(b.Get(k))
	tx.inside = true
	err := b.Put(k, value)
	tx.inside = false
	if err != nil {
		tx.fail("write "+t.name, err)
		return
	}
	tx.undo = append(tx.undo, change{t, k, old})
}

// del removes key; one that is not there is no error.
func (tx *Tx) del(t *table, key []byte) {
	b := tx.writing(t)
	if b == nil {
		return
	}
	k := t.key(key)
	old := b.Get(k)
	if old == nil {
		return
	}
	old = bytes.Clone(old)
	tx.inside = true
	err := b.Delete(k)
	tx.inside = false
	if err != nil {
		tx.fail("delete from "+t.name, err)
		return
	}
	tx.undo = append(tx.undo, change{t, k, old})
}

func (tx *Tx) writing(t *table) *bolt.Bucket {
	if !tx.writable {
		tx.fail("write "+t.name, ErrReadOnly)
		return nil
	}
	return tx.bucket(t)
}

// takeBack undoes this transaction's writes, newest first, and leaves those of the rest of the batch alone.
func (tx *Tx) takeBack() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	for i := len(tx.undo) - 1; i >= 0; i-- {
		c := tx.undo[i]
		b := tx.bolt.Bucket([]byte(c.in.tree.name))
		if c.old == nil {
			err = b.Delete(c.key)
		} else {
			err = b.Put(c.key, c.old)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// scan walks the keys that begin with prefix, in order, from the first that is not below from (nil for the first).
// The key is given as the table's own, without letter and kind. Nothing may be written to the tree while it walks.
func (tx *Tx) scan(t *table, prefix, from []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		b := tx.bucket(t)
		if b == nil {
			return
		}
		if tx.late.any(t) {
			tx.settle()
		}
		c, p := b.Cursor(), t.key(prefix)
		start := p
		if from != nil {
			start = t.key(from)
		}
		for k, v := c.Seek(start); k != nil && bytes.HasPrefix(k, p); k, v = c.Next() {
			if rest, ok := t.rest(k); ok && !yield(rest, v) {
				return
			}
		}
	}
}

// back walks the same keys in the opposite order.
func (tx *Tx) back(t *table, prefix []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		b := tx.bucket(t)
		if b == nil {
			return
		}
		if tx.late.any(t) {
			tx.settle()
		}
		c, p := b.Cursor(), t.key(prefix)
		step := c.Last
		if past := after(p); past != nil {
			if k, _ := c.Seek(past); k != nil {
				step = c.Prev
			}
		}
		for k, v := step(); k != nil && bytes.HasPrefix(k, p); k, v = c.Prev() {
			if rest, ok := t.rest(k); ok && !yield(rest, v) {
				return
			}
		}
	}
}

// after is the first key above all that begin with p, nil where there is none.
func after(p []byte) []byte {
	q := bytes.Clone(p)
	for i := len(q) - 1; i >= 0; i-- {
		if q[i] != 0xff {
			q[i]++
			return q[:i+1]
		}
	}
	return nil
}

// counter reads a named number, zero where it was never written.
func (tx *Tx) counter(name string) uint64 {
	v := tx.get(counters, []byte(name))
	if len(v) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(v)
}

func (tx *Tx) setCounter(name string, n uint64) { tx.put(counters, []byte(name), u64(n)) }

// next counts name up by one and returns the new number.
func (tx *Tx) next(name string) uint64 {
	n := tx.counter(name) + 1
	tx.setCounter(name, n)
	return n
}

// tally adds to a counter that only Stats reads.
func (tx *Tx) tally(name string, by int64) {
	tx.setCounter(name, uint64(int64(tx.counter(name))+by))
}

func u64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// epochSize is how many mails share one range of an index whose keys are hashes: new keys then fall into one small,
// cached part of the tree however large the rest grows (PERFORMANCE, section 1).
const epochShift = 16

func epochKey(n uint64, rest []byte) []byte {
	k := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(rest)+16), uint32(n>>epochShift))
	return append(k, rest...)
}

// epochs counts down from the range that n is in.
func epochs(n uint64) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for e := int64(n >> epochShift); e >= 0; e-- {
			if !yield(uint64(e) << epochShift) {
				return
			}
		}
	}
}

// timeKey orders times as bytes. Those that nanoseconds since 1970 cannot hold become the nearest that they can.
func timeKey(t time.Time) []byte {
	var n int64
	switch y := t.Year(); {
	case y < 1700:
		n = math.MinInt64
	case y > 2250:
		n = math.MaxInt64
	default:
		n = t.UnixNano()
	}
	return u64(uint64(n) ^ 1<<63)
}

func keyTime(k []byte) time.Time {
	n := int64(binary.BigEndian.Uint64(k) ^ 1<<63)
	if n == math.MinInt64 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

// name is a string as part of a key. NUL ends names, so one inside is an error.
func (tx *Tx) name(op, s string) ([]byte, bool) {
	if s == "" || len(s) > 1024 || strings.IndexByte(s, 0) >= 0 {
		tx.fail(op, fmt.Errorf("name %.60q cannot be a key", s))
		return nil, false
	}
	return []byte(s), true
}
