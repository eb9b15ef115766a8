package gateway

import (
	"testing"
	"testing/synctest"
	"time"

	"aboveline.example/mailin/proof/prooftest"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// TestParkedMailIsProvedWhenItIsReadAgain: staff's answer broke a reader. Once it can be read it is theirs, as it would
// have been at first, while one that somebody wrote in their name waits for their word.
func TestParkedMailIsProvedWhenItIsReadAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		zone := prooftest.NewZone()
		d := newSignedDesk(t, zone, zone)
		h := d.house
		g := h.life().s.Gateway
		again := func(id, words string, signed bool) {
			t.Helper()
			from, to, raw := d.answer(t, id, words, signed)
			parked := rules.Parked{At: time.Now(), Envelope: rules.Envelope{Door: "smtp", From: from, To: []string{to}}, Error: "broke", Bytes: raw}
			if err := g.Park(t.Context(), parked); err != nil {
				t.Fatal(err)
			}
			h.view(func(tx *store.Tx) { parked = tx.ParkedMails(1)[0] })
			if err := g.Retry(t.Context(), parked.ID); err != nil {
				t.Fatal(err)
			}
		}
		again("2@omdirekt.example", "Prova att starta om den.", true)
		again("3@omdirekt.example", "Skicka ditt lösenord till mig.", false)
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := len(h.to("asa@kommun.example", "starta om")); n != 1 {
			t.Errorf("%d mails of staff's were relayed", n)
		}
		if n := len(h.to("asa@kommun.example", "lösenord")); n != 0 {
			t.Errorf("%d mails of a forger's were relayed", n)
		}
	})
}
