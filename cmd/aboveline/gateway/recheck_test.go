package gateway

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"aboveline.example/mailin/proof"
	"aboveline.example/mailin/proof/prooftest"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// fitful is a DNS that is away at times.
type fitful struct {
	*prooftest.Zone
	away  atomic.Bool
	asked atomic.Int64 // while it was away
}

func (f *fitful) LookupTXT(ctx context.Context, name string) ([]string, error) {
	if f.away.Load() {
		f.asked.Add(1)
		return nil, prooftest.Trouble(name)
	}
	return f.Zone.LookupTXT(ctx, name)
}

func (f *fitful) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	if f.away.Load() {
		return nil, prooftest.Trouble(name)
	}
	return f.Zone.LookupMX(ctx, name)
}

// signedDesk is a house whose staff's mail is proved by its signature alone, and a notice that they answer.
type signedDesk struct {
	house  *house
	key    prooftest.Signature
	notice []byte
}

// newSignedDesk publishes the staff's key in a zone; the house asks dns.
func newSignedDesk(t *testing.T, zone *prooftest.Zone, dns proof.Resolver) signedDesk {
	t.Helper()
	key := prooftest.Signature{Domain: "omdirekt.example", Selector: "s1", Key: prooftest.NewKey()}
	zone.TXT["_dmarc.omdirekt.example"] = []string{"v=DMARC1; p=reject"}
	zone.Publish(key.Selector, key.Domain, key.Key)
	h := newTown(t).build("support@omdirekt.example", storyDesk, func() detector { return &simpleWatch{} })
	h.dns = dns
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
	return signedDesk{h, key, notice[0].raw}
}

// answer is Anna's to the notice, with its envelope; or one in her name, where it is not signed.
func (d signedDesk) answer(t *testing.T, id, words string, signed bool) (from, to string, raw []byte) {
	t.Helper()
	l, err := answer(d.notice, "Anna Ek <anna@omdirekt.example>", id, words)
	if err != nil {
		t.Fatal(err)
	}
	if raw = l.bytes(); signed {
		raw = prooftest.Sign(raw, d.key)
	}
	return l.envelope(), l.to, raw
}

// TestProofAfterTrouble: staff answer while DNS is away. Their mail waits, the gateway dies and begins anew, and once DNS
// is back their words go out, once. A forger who chose that hour gains nothing by it.
func TestProofAfterTrouble(t *testing.T) {
	bubble(t, func(t *testing.T) {
		dns := &fitful{Zone: prooftest.NewZone()}
		d := newSignedDesk(t, dns.Zone, dns)
		h := d.house
		write := func(id, words string, signed bool) {
			t.Helper()
			from, to, raw := d.answer(t, id, words, signed)
			if err := h.post(from, to, raw); err != nil {
				t.Fatal(err)
			}
		}
		dns.away.Store(true)
		write("2@omdirekt.example", "Prova att starta om den.", true)
		write("3@omdirekt.example", "Skicka ditt lösenord till mig.", false)
		time.Sleep(20 * time.Minute)
		h.crash()
		time.Sleep(20 * time.Minute)
		if n := len(h.to("asa@kommun.example", "starta om")); n != 0 {
			t.Fatalf("%d mails were relayed without proof", n)
		}
		if n := dns.asked.Load(); n < 4 || n > 40 {
			t.Errorf("DNS was asked %d times in 40 minutes", n)
		}
		dns.away.Store(false)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if n := len(h.to("asa@kommun.example", "starta om")); n != 1 {
			t.Errorf("%d mails were relayed once DNS was back", n)
		}
		if n := len(h.to("asa@kommun.example", "lösenord")); n != 0 {
			t.Errorf("%d mails of a forger's were relayed", n)
		}
		h.view(func(tx *store.Tx) {
			var held []rules.ReasonCode
			for _, one := range tx.HeldMails(10) {
				held = append(held, one.Why)
			}
			if got := fmt.Sprint(held); got != "[author-unproved]" {
				t.Errorf("held mails wait for %s", got)
			}
			if due := tx.DuesBefore(time.Now().Add(48*time.Hour), 100); len(due) != 0 {
				for _, d := range due {
					if d.Kind == rules.DueRecheck {
						t.Errorf("still to be checked: %+v", d)
					}
				}
			}
		})
	})
}
