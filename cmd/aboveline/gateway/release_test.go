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
		w := newTown(t)
		zone := prooftest.NewZone()
		key := prooftest.Signature{Domain: "omdirekt.example", Selector: "s1", Key: prooftest.NewKey()}
		zone.TXT["_dmarc.omdirekt.example"] = []string{"v=DMARC1; p=reject"}
		zone.Publish(key.Selector, key.Domain, key.Key)
		h := w.build("support@omdirekt.example", storyDesk, func() detector { return &simpleWatch{} })
		h.dns = zone
		h.crash() // the next life asks it
		if err := h.sendBySMTP(letter{from: "Åsa Öberg <asa@kommun.example>", to: h.address, subject: "Skrivaren", id: "1@kommun.example",
			body: "Den skriver inte ut.", proof: "pass"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		notice := h.to("anna@omdirekt.example", "Den skriver inte ut.")
		if len(notice) != 1 {
			t.Fatalf("%d notices", len(notice))
		}
		g := h.life().s.Gateway
		again := func(id, words string, sign bool) {
			t.Helper()
			l, err := answer(notice[0].raw, "Anna Ek <anna@omdirekt.example>", id, words)
			if err != nil {
				t.Fatal(err)
			}
			raw := l.bytes()
			if sign {
				raw = prooftest.Sign(raw, key)
			}
			parked := rules.Parked{At: time.Now(), Envelope: rules.Envelope{Door: "smtp", From: l.envelope(), To: []string{l.to}}, Error: "broke", Bytes: raw}
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
