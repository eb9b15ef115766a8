package store

import (
	"bytes"
	"context"
	"io/fs"
	"strings"
	"time"

	"aboveline.example/rules"
)

// Stats are figures for an operator.
type Stats struct {
	Mails   map[rules.DispositionKind]int `json:"mails"`
	Tickets map[rules.Status]int          `json:"tickets"`
	Queue   map[rules.QueueState]int      `json:"queue"`
	Entries int                           `json:"entries"`
	Held    int                           `json:"held"`
	Parked  int                           `json:"parked"`
	Outages int                           `json:"outages"` // open ones

	OldestQueued time.Time `json:"oldest_queued,omitzero"` // when the oldest unsettled row was decided
	OldestParked time.Time `json:"oldest_parked,omitzero"`
	OldestHeld   time.Time `json:"oldest_held,omitzero"`

	FileBytes int64 `json:"file_bytes"` // the database file
	BlobFiles int   `json:"blob_files"`
	BlobBytes int64 `json:"blob_bytes"`
}

// Stats counts. It reads counters that are kept as things change, and walks only the blob files.
func (db *DB) Stats(ctx context.Context) (Stats, error) {
	s := Stats{
		Mails: map[rules.DispositionKind]int{}, Tickets: map[rules.Status]int{}, Queue: map[rules.QueueState]int{},
	}
	err := db.View(ctx, func(tx *Tx) error {
		tx.stats(&s)
		return nil
	})
	if err == nil {
		err = db.blobStats(ctx, &s)
	}
	return s, err
}

func (tx *Tx) stats(s *Stats) {
	s.FileBytes = tx.bolt.Size()
	for k := range tx.scan(counters, nil, nil) {
		name := string(bytes.Clone(k))
		n := int(int64(tx.counter(name)))
		switch group, which, _ := strings.Cut(name, " "); group {
		case "mails":
			s.Mails[rules.DispositionKind(which)] = n
		case "tickets":
			s.Tickets[rules.Status(which)] = n
		case "queue":
			if state := rules.QueueState(which); state != stateDropped {
				s.Queue[state] = n
			}
		case "entries":
			s.Entries = n
		case "held":
			s.Held = n
		case "parked":
			s.Parked = n
		}
	}
	s.Outages = len(tx.OpenOutages())
	for k := range tx.scan(unsent, nil, nil) {
		s.OldestQueued = keyTime(k)
		break
	}
	for _, p := range list[rules.Parked](tx, parkeds, nil, nil, false, 1) {
		s.OldestParked = p.At
	}
	for _, h := range list[rules.Held](tx, helds, nil, nil, false, 1) {
		s.OldestHeld = h.At
	}
}

func (db *DB) blobStats(ctx context.Context, s *Stats) error {
	return db.eachFile(func(_ string, e fs.DirEntry) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		s.BlobFiles++
		s.BlobBytes += info.Size()
		return nil
	})
}

// Ages are the times of the oldest of what waits for somebody; zero where nothing does.
type Ages struct {
	Waiting time.Time // when the oldest mail was decided that is to be sent by itself; held ones wait for people
	Held    time.Time
	Parked  time.Time
}

// Ages reads what an alarm looks at every minute: unlike [DB.Stats] it walks no files.
func (db *DB) Ages(ctx context.Context) (a Ages, err error) {
	err = db.View(ctx, func(tx *Tx) error {
		for k := range tx.scan(unsent, nil, nil) {
			if r, ok := tx.row(bytes.Clone(k[8:])); ok && r.lined() {
				a.Waiting = keyTime(k)
				break
			}
		}
		for _, p := range list[rules.Parked](tx, parkeds, nil, nil, false, 1) {
			a.Parked = p.At
		}
		for _, h := range list[rules.Held](tx, helds, nil, nil, false, 1) {
			a.Held = h.At
		}
		return tx.Err()
	})
	return a, err
}
