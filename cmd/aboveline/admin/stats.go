package admin

import (
	"context"

	"aboveline.example/store"
)

// Stats is the operation behind "aboveline stats".
const Stats Call[None, Figures] = "stats"

// Figures are counts, ages and last polls.
type Figures struct {
	Mails        map[string]int `json:"mails"`   // by disposition
	Tickets      map[string]int `json:"tickets"` // by status
	Queue        map[string]int `json:"queue"`   // by state
	Entries      int            `json:"entries"`
	Held         int            `json:"held"`
	Parked       int            `json:"parked"`
	Outages      int            `json:"outages"` // open ones
	OldestQueued When           `json:"oldest_queued"`
	OldestParked When           `json:"oldest_parked"`
	OldestHeld   When           `json:"oldest_held"`
	FileBytes    int64          `json:"file_bytes"`
	BlobFiles    int            `json:"blob_files"`
	BlobBytes    int64          `json:"blob_bytes"`
	Mailboxes    []Poll         `json:"mailboxes"`
}

// Figures shows a store's figures.
func (v View) Figures(s store.Stats, polls []Poll) Figures {
	out := Figures{
		Mails: counted(s.Mails), Tickets: counted(s.Tickets), Queue: counted(s.Queue), Entries: s.Entries, Held: s.Held,
		Parked: s.Parked, Outages: s.Outages, OldestQueued: v.when(s.OldestQueued), OldestParked: v.when(s.OldestParked),
		OldestHeld: v.when(s.OldestHeld), FileBytes: s.FileBytes, BlobFiles: s.BlobFiles, BlobBytes: s.BlobBytes,
		Mailboxes: make([]Poll, len(polls)),
	}
	for i, p := range polls {
		out.Mailboxes[i] = Poll{p.Mailbox, v.when(p.At.Time), p.Error}
	}
	return out
}

func counted[K ~string](m map[K]int) map[string]int {
	out := make(map[string]int, len(m))
	for k, n := range m {
		if n != 0 {
			out[string(k)] = n
		}
	}
	return out
}

func (d *Desk) stats(ctx context.Context, _ None, row func(Figures) error) error {
	s, err := d.DB.Stats(ctx)
	if err != nil {
		return err
	}
	var polls []Poll
	if d.Gateway.Polls != nil {
		polls = d.Gateway.Polls()
	}
	return row(d.View.Figures(s, polls))
}
