package gateway

import (
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/rules"
)

// BenchmarkTake takes 4 KB mails of new people in from read to commit: ticket, confirmation and one notice each. Its
// parallel form shares commits, as sessions of a door do.
func BenchmarkTake(b *testing.B) {
	for _, parallel := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("senders=%d", parallel), func(b *testing.B) {
			cfg := config.Default()
			cfg.Store.Path = config.Path(b.TempDir() + "/data")
			cfg.Mailout.GatewayLimit = 1_000_000
			cfg.Staff = []config.Staff{{Name: "Anna Ek", Address: "anna@localhost.example"}}
			g, db, err := Open(cfg, slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			in := g.Intake(cfg)
			body := strings.Repeat("En rad i ett vanligt mejl om att logga in på Mina sidor.\r\n", 66)
			var n atomic.Int64
			b.SetParallelism(parallel)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := n.Add(1)
					raw := fmt.Sprintf("From: person%d@clients.example\r\nTo: support@localhost\r\nSubject: Fråga %d\r\nMessage-ID: <%d@clients.example>\r\n"+
						"Date: Tue, 03 Mar 2026 10:14:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s", i, i, i, body)
					if err := in.Take(b.Context(), rules.Arrival{Raw: []byte(raw), Received: time.Now(), Envelope: rules.Envelope{Door: "smtp"}}); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
		})
	}
}
