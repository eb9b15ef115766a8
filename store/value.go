package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
)

// Value returns a small named value (a refreshed token, the state of an alarm), nil where there is none. The bytes
// are the caller's.
func (tx *Tx) Value(key string) []byte {
	b, _ := tx.load(values, []byte(key))
	return b
}

// SetValue keeps a named value; nil removes it.
func (tx *Tx) SetValue(key string, b []byte) {
	name, ok := tx.name("value", key)
	switch {
	case !ok:
	case b == nil:
		tx.erase(values, name)
	default:
		tx.save(values, name, b)
	}
}

// Cursor returns how far a mailbox has been read: every mail up to lastUID under uidValidity is kept.
func (db *DB) Cursor(ctx context.Context, mailbox string) (uidValidity, lastUID uint32, ok bool, err error) {
	err = db.View(ctx, func(tx *Tx) error {
		v := tx.get(cursors, []byte(mailbox))
		if v == nil {
			return nil
		}
		if len(v) != 8 {
			return fmt.Errorf("store: cursor of %.60q: %w", mailbox, errDamaged)
		}
		uidValidity, lastUID, ok = binary.BigEndian.Uint32(v), binary.BigEndian.Uint32(v[4:]), true
		return nil
	})
	return uidValidity, lastUID, ok, err
}

// SetCursor notes how far a mailbox has been read.
func (db *DB) SetCursor(ctx context.Context, mailbox string, uidValidity, lastUID uint32) error {
	return db.Update(ctx, func(tx *Tx) error {
		tx.SetCursor(mailbox, uidValidity, lastUID)
		return nil
	})
}

// SetCursor is [DB.SetCursor] inside a transaction. The failed reads of mails that are behind it are forgotten.
func (tx *Tx) SetCursor(mailbox string, uidValidity, lastUID uint32) {
	name, ok := tx.name("cursor", mailbox)
	if !ok {
		return
	}
	v := binary.BigEndian.AppendUint32(nil, uidValidity)
	tx.put(cursors, name, binary.BigEndian.AppendUint32(v, lastUID))
	done := poisonKey(name, uidValidity, lastUID)
	var behind [][]byte
	for k := range tx.scan(poisons, append(name, 0), nil) {
		if bytes.Compare(k, done) <= 0 || !bytes.HasPrefix(k, done[:len(done)-4]) {
			behind = append(behind, bytes.Clone(k))
		}
	}
	for _, k := range behind {
		tx.del(poisons, k)
	}
}

func poisonKey(name []byte, uidValidity, uid uint32) []byte {
	k := append(bytes.Clone(name), 0)
	k = binary.BigEndian.AppendUint32(k, uidValidity)
	return binary.BigEndian.AppendUint32(k, uid)
}

// Tried counts one more attempt to read a mail and returns how many there were. It is called BEFORE the mail is
// read, so that one which ends the process is known after a few starts.
func (db *DB) Tried(ctx context.Context, mailbox string, uidValidity, uid uint32) (tries int, err error) {
	err = db.Update(ctx, func(tx *Tx) error {
		name, ok := tx.name("poison counter", mailbox)
		if !ok {
			return nil
		}
		k := poisonKey(name, uidValidity, uid)
		n, _ := binary.Uvarint(tx.get(poisons, k))
		tries = int(n) + 1
		tx.put(poisons, k, binary.AppendUvarint(nil, n+1))
		return nil
	})
	return tries, err
}

// Tries is how often a mail was tried without coming through.
func (db *DB) Tries(ctx context.Context, mailbox string, uidValidity, uid uint32) (tries int, err error) {
	err = db.View(ctx, func(tx *Tx) error {
		n, _ := binary.Uvarint(tx.get(poisons, poisonKey([]byte(mailbox), uidValidity, uid)))
		tries = int(n)
		return nil
	})
	return tries, err
}

// Untried forgets the attempts, after the mail came through or was parked.
func (tx *Tx) Untried(mailbox string, uidValidity, uid uint32) {
	if name, ok := tx.name("poison counter", mailbox); ok {
		tx.del(poisons, poisonKey(name, uidValidity, uid))
	}
}
