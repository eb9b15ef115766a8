package store

import (
	"encoding/binary"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	bolt "go.etcd.io/bbolt"

	"aboveline.example/rules"
)

func TestSecondOpenerIsTold(t *testing.T) {
	dir := t.TempDir()
	db := opened(t, dir)
	for _, o := range []Options{{}, {ReadOnly: true}} {
		_, err := Open(dir, o)
		if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "admin socket") || !strings.Contains(err.Error(), dir) {
			t.Errorf("Open(%+v) beside another: %v, want ErrLocked with what to do", o, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := Open(dir, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(dir, Options{ReadOnly: true})
	if err != nil {
		t.Fatalf("second reader: %v", err)
	}
	if err := a.Update(t.Context(), func(*Tx) error { return nil }); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Update of a reader: %v, want ErrReadOnly", err)
	}
	if err := errors.Join(a.Close(), b.Close()); err != nil {
		t.Fatal(err)
	}
}

// Several first starts at once: one wins, the others are told, and nobody works on a file that is not the store's.
func TestFirstStartsAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "store")
	var wg sync.WaitGroup
	var mu sync.Mutex
	var won []*DB
	for range 8 {
		wg.Go(func() {
			db, err := Open(dir, Options{})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won = append(won, db)
			} else if !errors.Is(err, ErrLocked) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Fatalf("%d opened it, want 1", len(won))
	}
	update(t, won[0], func(tx *Tx) error { tx.SetValue("a", []byte("1")); return nil })
	closed(t, won[0])
	db := opened(t, dir)
	view(t, db, func(tx *Tx) {
		if string(tx.Value("a")) != "1" {
			t.Error("the winner wrote to a file that is gone")
		}
	})
}

func TestModesOfFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	db := opened(t, dir)
	if _, err := db.PutBlob(t.Context(), make([]byte, InlineMax+1)); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Run("newer", func(t *testing.T) {
		db := opened(t, t.TempDir())
		raw(t, db, func(tx *bolt.Tx) error {
			return tx.Bucket([]byte(metaBucket)).Put([]byte(schemaKey), binary.BigEndian.AppendUint32(nil, 99))
		})
		db.Close()
		if _, err := Open(db.Dir(), Options{}); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "schema 99") {
			t.Errorf("Open: %v, want ErrNewer naming the schema", err)
		}
	})
	t.Run("somebody else's file", func(t *testing.T) {
		dir := t.TempDir()
		b, err := bolt.Open(filepath.Join(dir, fileName), 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = b.Update(func(tx *bolt.Tx) error { _, err := tx.CreateBucket([]byte("photos")); return err })
		if err := errors.Join(err, b.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "photos") {
			t.Errorf("Open: %v, want a refusal that names the bucket", err)
		}
	})
	t.Run("absent, to be read", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "none")
		if _, err := Open(dir, Options{ReadOnly: true}); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("Open: %v, want not exist", err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Error("a reader made the directory")
		}
	})
}

func raw(t *testing.T, db *DB, fn func(*bolt.Tx) error) {
	t.Helper()
	if err := db.bolt.Update(fn); err != nil {
		t.Fatal(err)
	}
}

// A file of the first schema, made here, is brought through the later steps of a made-up release, in one go or not
// at all.
func TestMigrations(t *testing.T) {
	dir := t.TempDir()
	db := opened(t, dir)
	update(t, db, func(tx *Tx) error { tx.SetValue("greeting", []byte("hej")); return nil })
	db.Close()

	fails := true
	steps := append(slices.Clone(migrations),
		migration{"shout", func(tx *Tx) error {
			tx.SetValue("greeting", []byte(strings.ToUpper(string(tx.Value("greeting")))))
			return nil
		}},
		migration{"add a mark", func(tx *Tx) error {
			tx.SetValue("greeting", append(tx.Value("greeting"), '!'))
			if fails {
				return errors.New("disk is tired")
			}
			return nil
		}})
	if _, err := open(dir, Options{}, steps); err == nil || !strings.Contains(err.Error(), "schema 3, add a mark: disk is tired") {
		t.Fatalf("failing step: %v", err)
	}
	check := func(schema int, steps []migration, want string) {
		t.Helper()
		db, err := open(dir, Options{}, steps)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		view(t, db, func(tx *Tx) {
			if got, err := schemaOf(tx.bolt); got != schema || err != nil || string(tx.Value("greeting")) != want {
				t.Errorf("schema %d, %q, %v; want %d, %q", got, tx.Value("greeting"), err, schema, want)
			}
		})
	}
	check(1, migrations, "hej")
	if _, err := open(dir, Options{ReadOnly: true}, steps); err == nil || !strings.Contains(err.Error(), "start the gateway once") {
		t.Errorf("reader of an older schema: %v", err)
	}
	fails = false
	check(3, steps, "HEJ!")
	check(3, steps, "HEJ!")
	if _, err := open(dir, Options{}, migrations); !errors.Is(err, ErrNewer) {
		t.Errorf("the older release opens the newer file: %v", err)
	}
}

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, keyFile)
	db := opened(t, dir)
	first := db.Keys()
	if len(first) != 2 || first[0].ID == first[1].ID || len(first[0].Secret) != 32 ||
		slices.Equal(first[0].Secret, first[1].Secret) {
		t.Fatalf("%d keys at first start, want two that differ", len(first))
	}
	if err := db.RotateKey(); err != nil {
		t.Fatal(err)
	}
	second := db.Keys()
	if len(second) != 2 || second[1].ID != first[0].ID || !slices.Equal(second[1].Secret, first[0].Secret) ||
		second[0].ID == first[0].ID || second[0].ID == first[1].ID && slices.Equal(second[0].Secret, first[1].Secret) {
		t.Errorf("rotation does not put a new key before the one that signed")
	}
	reopen := func() error {
		t.Helper()
		db.Close()
		next, err := Open(dir, Options{})
		if err == nil {
			db = next
			t.Cleanup(func() { next.Close() })
		}
		return err
	}
	if err := reopen(); err != nil || !slices.EqualFunc(db.Keys(), second, sameKey) {
		t.Errorf("keys changed with a restart (%v)", err)
	}
	for range keyIDs + 1 {
		if err := db.RotateKey(); err != nil {
			t.Fatal(err)
		}
	}
	if err := reopen(); err != nil {
		t.Errorf("after many rotations: %v", err)
	}

	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := reopen(); err == nil || !strings.Contains(err.Error(), "chmod 600 "+path) {
		t.Errorf("readable by others: %v, want the command that mends it", err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{
		"half a line": "1\n", "short secret": "1 YWJj\n", "number 16": strings.Replace(string(good), "\n", "\n16 ", 1),
		"three": string(good) + "9 " + strings.Fields(string(good))[len(strings.Fields(string(good)))-1] + "\n",
	} {
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, 0o600)); err != nil {
			t.Fatal(err)
		}
		if err := reopen(); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want an error that names the file", what, err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := reopen(); err == nil || !strings.Contains(err.Error(), "put it back from a backup") {
		t.Errorf("lost key file: %v, want a refusal that says what to do", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("lost secrets were made anew in silence")
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := reopen(); err != nil || len(db.Keys()) != 2 {
		t.Errorf("empty key file: %v, want new keys", err)
	}
}

func sameKey(a, b rules.Key) bool {
	return a.ID == b.ID && slices.Equal(a.Secret, b.Secret)
}

func TestLeftoversAreSwept(t *testing.T) {
	dir := t.TempDir()
	db := opened(t, dir)
	if _, err := db.PutBlob(t.Context(), make([]byte, InlineMax+1)); err != nil {
		t.Fatal(err)
	}
	db.Close()
	left := []string{filepath.Join(dir, tempPrefix+"1"), filepath.Join(dir, blobDir, tempPrefix+"2")}
	for _, path := range left {
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, tempPrefix+"3"), 0o700); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	db, err := Open(dir, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	closed(t, db)
	for _, path := range left {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there", path)
		}
	}
	if n := strings.Count(log.String(), "leftover removed"); n != 3 {
		t.Errorf("%d leftovers told of, want 3:\n%s", n, log.String())
	}
}
