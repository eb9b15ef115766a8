package gateway

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/mailin"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// TestFullDiskStopsEveryDoor: the pipe and the mailboxes, too, leave a mail where it is while there is no room for it.
func TestFullDiskStopsEveryDoor(t *testing.T) {
	cfg := config.Default()
	cfg.Store.Path = config.Path(t.TempDir() + "/data")
	g, db, err := Open(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	cfg.Mailin.MaxSize = 1 << 50 // no disk has room for three mails of this size
	letter := rules.Arrival{Raw: []byte("From: a@b.example\r\nSubject: x\r\n\r\nhello\r\n"), Received: time.Now()}
	poller := profiled{roomy{g.Intake(cfg), g.roomFor(cfg)}, ""}
	for door, take := range map[string]func() error{
		"pipe":                    func() error { return g.Take(cfg)(t.Context(), letter) },
		"imap":                    func() error { return poller.Take(t.Context(), letter) },
		"imap, before it fetches": poller.Ready,
	} {
		if err := take(); !errors.Is(err, mailin.ErrFull) || mailin.Permanent(err) {
			t.Errorf("%s: %v, want %v for now", door, err, mailin.ErrFull)
		}
	}
	err = db.View(t.Context(), func(tx *store.Tx) error {
		if list := tx.Dispositions(0, 10); len(list) != 0 {
			t.Errorf("kept all the same: %+v", list)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
