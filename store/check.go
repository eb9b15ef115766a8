package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"aboveline.example/rules"
)

// checkMax is how many faults Check tells; the first ones say what kind of damage it is.
const checkMax = 20

// Check reads the whole store in dir and returns what is wrong with it: pages, records, indexes that disagree with
// what they index, blobs that are gone or changed. It needs the store for itself, or readers beside it.
func Check(dir string) error {
	db, err := Open(dir, Options{ReadOnly: true})
	if err != nil {
		return err
	}
	c := &checker{}
	err = db.View(context.Background(), func(tx *Tx) error {
		for err := range tx.bolt.Check() {
			c.fault("pages: %w", err)
		}
		if len(c.faults) == 0 {
			c.check(tx)
		}
		return nil
	})
	if err == nil {
		err = c.files(db)
	}
	if err := errors.Join(append(c.faults, err, db.Close())...); err != nil {
		return fmt.Errorf("store: check %s: %w", dir, err)
	}
	return nil
}

type checker struct {
	faults []error
	counts map[string]uint64
}

func (c *checker) fault(format string, args ...any) {
	if len(c.faults) < checkMax {
		c.faults = append(c.faults, fmt.Errorf(format, args...))
	}
}

// ok notes what the transaction could not read, and lets it go on.
func (c *checker) ok(tx *Tx) {
	if tx.err != nil {
		c.fault("%w", tx.err)
		tx.err = nil
	}
}

func (c *checker) check(tx *Tx) {
	c.counts = map[string]uint64{}
	for _, part := range []func(*Tx){
		c.blobs, c.ledger, c.tickets, c.entries, c.outbox, c.lists, c.pointers, c.counters,
	} {
		part(tx)
		c.ok(tx)
	}
}

func (c *checker) blobs(tx *Tx) {
	for k, v := range tx.scan(blobKeys, nil, nil) {
		n, _ := binary.Uvarint(v)
		id := rules.BlobID(hex.EncodeToString(k[4:]))
		b, err := tx.whole(blobs, u64(n), tx.get(blobs, u64(n)))
		if err != nil || blobID(b) != id {
			c.fault("blob %.12s, kept as %d: %w", id, n, errors.Join(ErrDamaged, err))
		}
	}
}

// files reads every blob file. One that nothing names is no fault: a crash came between it and its commit.
func (c *checker) files(db *DB) error {
	return db.eachFile(func(path string, _ fs.DirEntry) error {
		dir, name := filepath.Split(path)
		id := rules.BlobID(filepath.Base(dir) + name)
		if _, err := sum(id); err != nil {
			c.fault("%s is no blob of ours", path)
			return nil
		}
		if _, err := db.readFile(id); err != nil {
			c.fault("%w", err)
		}
		return nil
	})
}

func (c *checker) blob(tx *Tx, id rules.BlobID, of string) {
	if id == "" || tx.HasBlob(id) {
		return
	}
	c.fault("blob %.12s of %s: %w", id, of, ErrNotFound)
}

func (c *checker) ledger(tx *Tx) {
	for k, b := range tx.records(ledger, nil, nil, false) {
		d, _ := decode[rules.Disposition](tx, ledger, k, b)
		c.counts["mails "+string(d.Kind)]++
		c.blob(tx, d.Raw, fmt.Sprintf("mail %d", d.Mail))
		if !bytes.Equal(u64(uint64(d.Mail)), k) || uint64(d.Mail) > tx.counter("mail") {
			c.fault("mail %d stands under %x", d.Mail, k)
		}
	}
}

func (c *checker) tickets(tx *Tx) {
	for k, b := range tx.records(tickets, nil, nil, false) {
		t, _ := decode[rules.Ticket](tx, tickets, k, b)
		c.counts["tickets "+string(t.Status)]++
		c.counts["by status"]++
		if !tx.has(statuses, statusKey(t)) {
			c.fault("ticket %d is not found by its status or time", t.ID)
		}
		if a := t.Requester.Address; a != "" {
			c.counts["by requester"]++
			if !tx.has(requested, requestedKey(t.ID, a)) {
				c.fault("ticket %d is not found by its requester", t.ID)
			}
		}
		if uint64(t.ID) > tx.counter("ticket") {
			c.fault("ticket %d was never numbered", t.ID)
		}
	}
	c.rows(tx, statuses, "by status")
	c.rows(tx, requested, "by requester")
}

// rows compares the size of an index with what was counted: with every record found by it, more rows point nowhere.
func (c *checker) rows(tx *Tx, t *table, name string) {
	n := uint64(0)
	for range tx.scan(t, nil, nil) {
		n++
	}
	if n != c.counts[name] {
		c.fault("%s has %d rows for %d records", t.name, n, c.counts[name])
	}
}

func (c *checker) entries(tx *Tx) {
	for k, b := range tx.records(entries, nil, nil, false) {
		e, _ := decode[rules.Entry](tx, entries, k, b)
		c.counts["entries"]++
		if !bytes.Equal(k, entryKey(e.Ticket, e.Seq)) {
			c.fault("entry %d of ticket %d stands under %x", e.Seq, e.Ticket, k)
		}
		for _, a := range e.Attachments {
			c.blob(tx, a.SHA256, fmt.Sprintf("entry %d of ticket %d", e.Seq, e.Ticket))
		}
	}
}

func (c *checker) outbox(tx *Tx) {
	for k, b := range tx.records(outbox, nil, nil, false) {
		r, _ := decode[row](tx, outbox, k, b)
		id := outID(k)
		c.counts["queue "+string(r.State)]++
		if r.open() {
			c.counts["open"]++
			if !tx.has(unsent, append(timeKey(r.Queued), k...)) {
				c.fault("outgoing mail %s is not found among the open ones", id)
			}
		}
		if r.lined() {
			c.counts["lined"]++
			lane := append(append([]byte(r.Domain), 0), timeKey(r.Next)...)
			if !tx.has(lanes, append(lane, k...)) {
				c.fault("outgoing mail %s stands in no lane", id)
			}
		}
		if r.State == stateDropped {
			continue
		}
		_, wire, ok := tx.loadWire(k)
		if !ok {
			c.fault("outgoing mail %s has no bytes", id)
		}
		for _, p := range wire {
			c.blob(tx, p.Blob, "outgoing mail "+string(id))
		}
	}
	c.rows(tx, unsent, "open")
	c.rows(tx, lanes, "lined")
	c.turns(tx)
}

// turns compares each domain's turn with the head of its lane.
func (c *checker) turns(tx *Tx) {
	var domain []byte
	for k := range tx.scan(lanes, nil, nil) {
		if domain != nil && bytes.HasPrefix(k, domain) {
			continue
		}
		domain = bytes.Clone(k[:bytes.IndexByte(k, 0)+1])
		c.counts["turns"]++
		if !tx.has(turns, append(bytes.Clone(k[len(domain):len(domain)+8]), domain...)) {
			c.fault("domain %.60q does not get its turn", domain)
		}
	}
	c.rows(tx, turns, "turns")
}

// lists are the tables that are only read whole.
func (c *checker) lists(tx *Tx) {
	for k, b := range tx.records(dues, nil, nil, false) {
		d, _ := decode[rules.Due](tx, dues, k, b)
		c.counts["dues"]++
		if !tx.has(dueTimes, append(timeKey(d.At), k...)) {
			c.fault("due time %.60q never comes", k)
		}
	}
	c.rows(tx, dueTimes, "dues")
	for k, b := range tx.records(helds, nil, nil, false) {
		h, _ := decode[rules.Held](tx, helds, k, b)
		c.counts["held"]++
		if !tx.has(heldOn, append(u64(uint64(h.Ticket)), k...)) {
			c.fault("held mail %d is not found by its ticket", h.ID)
		}
	}
	c.rows(tx, heldOn, "held")
	for k, b := range tx.records(parkeds, nil, nil, false) {
		p, _ := decode[rules.Parked](tx, parkeds, k, b)
		c.counts["parked"]++
		c.blob(tx, p.Raw, fmt.Sprintf("parked mail %d", p.ID))
	}
}

// pointers are rows that name a record elsewhere.
func (c *checker) pointers(tx *Tx) {
	for k := range tx.scan(openOutages, nil, nil) {
		if !tx.has(outages, k) {
			c.fault("outage %d is open and absent", binary.BigEndian.Uint64(k))
		}
	}
	for k, v := range tx.scan(dedupe, nil, nil) {
		if n, _ := binary.Uvarint(v); !tx.has(ledger, u64(n)) {
			c.fault("dedupe key %x names mail %d, which is absent", k, n)
		}
	}
	for k, b := range tx.records(messages, nil, nil, false) {
		if _, ok := decode[ref](tx, messages, k, b); !ok {
			return
		}
	}
}

// counters compares what is counted as it changes with what is there.
func (c *checker) counters(tx *Tx) {
	for k := range tx.scan(counters, nil, nil) {
		name := string(k)
		switch name {
		case "mail", "ticket", "outage", "blob", "desk sent":
			continue // these number, and never go down
		}
		if n := tx.counter(name); n != c.counts[name] {
			c.fault("counter %q says %d, there are %d", name, n, c.counts[name])
		}
	}
}
