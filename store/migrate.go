package store

import (
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// migration takes the file from one schema to the next, inside one transaction with all others that are due.
type migration struct {
	what string
	do   func(*Tx) error
}

// migrations lists the steps from an empty file on; the schema is how many of them a file has been through. A
// released step never changes.
var migrations = []migration{
	{"make the trees", makeTrees},
}

const (
	metaBucket = "meta"
	schemaKey  = "schema"
)

func makeTrees(tx *Tx) error {
	for _, t := range []*tree{data, index} {
		if _, err := tx.bolt.CreateBucket([]byte(t.name)); err != nil {
			return err
		}
	}
	return nil
}

// migrate brings the open file up to date.
func (db *DB) migrate(steps []migration) error {
	var schema int
	if err := db.bolt.View(func(b *bolt.Tx) (err error) {
		schema, err = schemaOf(b)
		return err
	}); err != nil {
		return err
	}
	switch {
	case schema == len(steps):
		return nil
	case schema > len(steps):
		return fmt.Errorf("schema %d, this release knows %d: %w", schema, len(steps), ErrNewer)
	case db.readOnly:
		return fmt.Errorf("schema %d, this release needs %d: start the gateway once, which brings it up to date",
			schema, len(steps))
	}
	db.log.Info("store is brought up to date", "from", schema, "to", len(steps))
	return migrate(db.bolt, steps)
}

// migrate runs the steps that the file has not been through. Either all of them are kept or none.
func migrate(b *bolt.DB, steps []migration) error {
	return b.Update(func(btx *bolt.Tx) error {
		schema, err := schemaOf(btx)
		if err != nil {
			return err
		}
		for i := schema; i < len(steps); i++ {
			tx := &Tx{bolt: btx, writable: true}
			if err := tx.try(steps[i].do); err != nil {
				return fmt.Errorf("schema %d, %s: %w", i+1, steps[i].what, err)
			}
		}
		meta, err := btx.CreateBucketIfNotExists([]byte(metaBucket))
		if err != nil {
			return err
		}
		return meta.Put([]byte(schemaKey), binary.BigEndian.AppendUint32(nil, uint32(len(steps))))
	})
}

// schemaOf reads the file's schema, zero for an empty file.
func schemaOf(tx *bolt.Tx) (int, error) {
	meta := tx.Bucket([]byte(metaBucket))
	if meta == nil {
		if k, _ := tx.Cursor().First(); k != nil {
			return 0, fmt.Errorf("%s is not one of ours: it has a bucket %.20q and no schema", fileName, k)
		}
		return 0, nil
	}
	v := meta.Get([]byte(schemaKey))
	if len(v) != 4 {
		return 0, fmt.Errorf("%w: schema", errDamaged)
	}
	return int(binary.BigEndian.Uint32(v)), nil
}
