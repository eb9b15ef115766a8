package imap

import (
	"context"
	"fmt"
	"testing"

	"aboveline.example/cmd/aboveline/peertest"
	"aboveline.example/rules"
)

// null takes everything and keeps nothing.
type null struct{ *ledger }

func (null) Take(context.Context, rules.Arrival) error { return nil }

// BenchmarkDovecotDrain measures mails a second from a Dovecot's Maildir through the poller into a sink that keeps
// nothing; a mail is 4 KiB.
func BenchmarkDovecotDrain(b *testing.B) {
	d := peertest.StartDovecot(b)
	filler := make([]byte, 0, 4096)
	for len(filler) < 3800 {
		filler = append(filler, "En rad som fyller ut ett brev av vanlig storlek.\r\n"...)
	}
	for _, handled := range []string{"", "Handled"} {
		name := "mark"
		if handled != "" {
			name = "move"
		}
		b.Run(name, func(b *testing.B) {
			user := fmt.Sprintf("desk-%s-%d", name, b.N)
			for i := range b.N {
				d.Deliver(user, []byte(text(fmt.Sprint(i), string(filler))))
			}
			d.Doveadm("mailbox", "status", "-u", user, "messages", "INBOX") // the index is Dovecot's work, not ours
			b.ResetTimer()
			l := newLedger()
			r := pollInto(b, d, l, null{l}, func(o *Options) { o.Username, o.Handled, o.Log = user, handled, nil })
			r.until("drained", func(s State) bool { return s.Phase == PhaseWaiting && s.Taken == b.N })
			b.StopTimer()
			r.stop()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
		})
	}
}
