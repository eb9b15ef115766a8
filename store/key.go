package store

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	bolt "go.etcd.io/bbolt"

	"aboveline.example/rules"
)

const (
	keyFile   = "key"
	keySize   = 32 // as long as the hash that signs with it
	keyIDs    = 16
	liveKeys  = 2
	keyHeader = `# Secrets that sign reply addresses, Message-IDs and buttons: number and secret. The first signs, all are
# believed. Whoever reads them can write as anybody: keep the mode at 0600, and keep the file with the backups.
`
	keyedKey = "keyed" // in the meta bucket: this store has had keys
)

// Keys are the secrets that tokens are signed with; the first signs.
func (db *DB) Keys() rules.Keys {
	db.keyMu.RLock()
	defer db.keyMu.RUnlock()
	return slices.Clone(db.keys)
}

// RotateKey puts a fresh secret first and lets the last one die. What was signed with it is no longer believed, so
// two rotations should be further apart than people's replies.
func (db *DB) RotateKey() error {
	if db.readOnly {
		return ErrReadOnly
	}
	db.keyMu.Lock()
	defer db.keyMu.Unlock()
	keys := append(rules.Keys{newKey((db.keys[0].ID + 1) % keyIDs)}, db.keys[:liveKeys-1]...)
	if err := writeKeys(db.dir, keys); err != nil {
		return fmt.Errorf("store: rotate key: %w", err)
	}
	db.keys = keys
	return nil
}

// loadKeys reads the key file, and makes it on first start. One that is gone later is not made anew in silence:
// every reply address in the world would stop working.
func (db *DB) loadKeys() error {
	path := filepath.Join(db.dir, keyFile)
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		had, err := db.keyed()
		if err != nil {
			return err
		}
		if had || db.readOnly {
			return fmt.Errorf("%s is missing: put it back from a backup; an empty file in its place starts over "+
				"with new secrets, and replies to earlier mails are then placed by their subject only", path)
		}
		return db.firstKeys()
	case err != nil:
		return err
	case len(bytes.TrimSpace(b)) == 0 && !db.readOnly:
		return db.firstKeys()
	}
	if err := private(path); err != nil {
		return err
	}
	db.keys, err = parseKeys(b)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (db *DB) firstKeys() error {
	keys := rules.Keys{newKey(1), newKey(0)}
	if err := writeKeys(db.dir, keys); err != nil {
		return err
	}
	db.keys = keys
	return db.bolt.Update(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte(metaBucket)).Put([]byte(keyedKey), []byte{1})
	})
}

func (db *DB) keyed() (had bool, err error) {
	err = db.bolt.View(func(tx *bolt.Tx) error {
		had = tx.Bucket([]byte(metaBucket)).Get([]byte(keyedKey)) != nil
		return nil
	})
	return had, err
}

// private refuses a file that others may read, and says what to do.
func private(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s has mode %04o, so that others can read the secrets: run `chmod 600 %s`", path, mode, path)
	}
	return nil
}

func newKey(id byte) rules.Key {
	k := rules.Key{ID: id, Secret: make([]byte, keySize)}
	rand.Read(k.Secret) // never fails: crypto/rand ends the program instead
	return k
}

func writeKeys(dir string, keys rules.Keys) error {
	var b strings.Builder
	b.WriteString(keyHeader)
	for _, k := range keys {
		fmt.Fprintf(&b, "%d %s\n", k.ID, base64.StdEncoding.EncodeToString(k.Secret))
	}
	return writeFile(filepath.Join(dir, keyFile), []byte(b.String()))
}

func parseKeys(b []byte) (rules.Keys, error) {
	var keys rules.Keys
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if len(f) != 2 {
			return nil, fmt.Errorf("line %d: want a number and a secret", n)
		}
		id, err := strconv.ParseUint(f[0], 10, 8)
		if err != nil || id >= keyIDs {
			return nil, fmt.Errorf("line %d: the number goes from 0 to %d", n, keyIDs-1)
		}
		secret, err := base64.StdEncoding.DecodeString(f[1])
		if err != nil || len(secret) != keySize {
			return nil, fmt.Errorf("line %d: the secret is %d bytes in base64", n, keySize)
		}
		if slices.ContainsFunc(keys, func(k rules.Key) bool { return k.ID == byte(id) }) {
			return nil, fmt.Errorf("line %d: number %d stands twice", n, id)
		}
		keys = append(keys, rules.Key{ID: byte(id), Secret: secret})
	}
	if len(keys) == 0 || len(keys) > liveKeys {
		return nil, fmt.Errorf("%d secrets, want 1 or %d", len(keys), liveKeys)
	}
	return keys, nil
}
