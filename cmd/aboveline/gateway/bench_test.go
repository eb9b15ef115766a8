package gateway

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// benchWords are what the mails of the benchmarks are made of: enough that no two sentences are the same, as the watch
// for outages leaves out what everybody writes.
var benchWords = strings.Fields(`printer invoice network login account payment refund error page button server disk cable phone order
password please help since morning broken cannot open attached screenshot regards thanks customer number version update install
reset urgent today meeting office window delivery missing wrong address contract`)

// benchMail is a mail of 4 KB by somebody new.
func benchMail(n int64) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "From: person%d@clients.example\r\nTo: support@localhost\r\nSubject: Question %d\r\nMessage-ID: <%d@clients.example>\r\n"+
		"Date: Tue, 03 Mar 2026 10:14:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n", n, n, n)
	words := rand.New(rand.NewPCG(uint64(n), 1))
	for b.Len() < 4<<10 {
		b.WriteString(benchWords[words.IntN(len(benchWords))])
		if words.IntN(12) == 0 {
			b.WriteString(".\r\n")
		} else {
			b.WriteByte(' ')
		}
	}
	return []byte(b.String() + "\r\n")
}

func benchConfig(b *testing.B) *config.Config {
	cfg := config.Default()
	cfg.Store.Path = config.Path(b.TempDir() + "/data")
	cfg.Mailout.GatewayLimit = 1_000_000
	return cfg
}

// measure runs do from so many goroutines until b.N mails are done, and reports what a mail cost: processor time of
// the whole test, the mails' making left out, and bytes in the store.
func measure(b *testing.B, db *store.DB, parallel int, do func(worker int, mails <-chan []byte) error) {
	b.Helper()
	all := make(chan []byte, b.N)
	for i := range b.N {
		all <- benchMail(int64(i))
	}
	close(all)
	var crew sync.WaitGroup
	before := processor(b)
	b.ResetTimer()
	for i := range parallel {
		crew.Go(func() {
			if err := do(i, all); err != nil {
				b.Error(err)
			}
		})
	}
	crew.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
	b.ReportMetric(float64((processor(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/mail")
	s, err := db.Stats(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(s.FileBytes)/float64(b.N), "B/mail")
}

// processor is the time that this process has spent on processors.
func processor(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// BenchmarkTake takes 4 KB mails of new people in from read to commit: ticket, confirmation and one notice each. Its
// parallel form shares commits, as sessions of a door do.
func BenchmarkTake(b *testing.B) {
	for _, parallel := range []int{1, 10, 50} {
		b.Run(fmt.Sprintf("senders=%d", parallel), func(b *testing.B) {
			cfg := benchConfig(b)
			cfg.Staff = []config.Staff{{Name: "Anna Ek", Address: "anna@localhost.example"}}
			g, db, err := Open(cfg, slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			in := g.Intake(cfg)
			measure(b, db, parallel, func(_ int, mails <-chan []byte) error {
				for raw := range mails {
					if err := in.Take(b.Context(), rules.Arrival{Raw: raw, Received: time.Now(), Envelope: rules.Envelope{Door: "smtp"}}); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
}

// BenchmarkServe is the whole gateway on loopback: so many clients keep their connection and send mails of new people,
// and a smarthost takes the confirmations, the last of which ends the clock. The clients and the smarthost run in the
// same process and are part of the cost.
func BenchmarkServe(b *testing.B) {
	for _, sessions := range []int{1, 10, 50} {
		b.Run(fmt.Sprintf("sessions=%d", sessions), func(b *testing.B) {
			out := &drain{most: int64(b.N), all: make(chan struct{})}
			smarthost := gosmtp.NewServer(out)
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			go smarthost.Serve(l)
			defer smarthost.Close()
			addr, db := serveBench(b, uint16(l.Addr().(*net.TCPAddr).Port))
			measure(b, db, sessions, func(worker int, mails <-chan []byte) error {
				err := sendAll(addr, mails)
				if worker == 0 && err == nil {
					<-out.all
				}
				return err
			})
		})
	}
}

// serveBench serves a desk that sends to a port of ours, until the benchmark ends.
func serveBench(b *testing.B, port uint16) (addr string, db *store.DB) {
	b.Helper()
	cfg := benchConfig(b)
	cfg.Mailin.SMTP.Listen = "127.0.0.1:0"
	cfg.Mailin.SMTP.Relays = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	cfg.Mailout.Smarthost = config.Server{Scheme: "smtp", Host: "127.0.0.1", Port: port}
	g, db, err := Open(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	ready := make(chan string, 1)
	ctx, stop := context.WithCancel(context.Background())
	var served sync.WaitGroup
	served.Go(func() {
		s := newServing(g, cfg, ServeOptions{Log: slog.New(slog.DiscardHandler),
			Ready: func(addrs map[string]net.Addr) { ready <- addrs["smtp"].String() }})
		if err := s.run(ctx, db); err != nil {
			b.Error(err)
		}
	})
	b.Cleanup(func() {
		stop()
		served.Wait()
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return <-ready, db
}

func sendAll(addr string, mails <-chan []byte) error {
	c, err := gosmtp.Dial(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	for raw := range mails {
		if err := c.SendMail("person@clients.example", []string{"support@localhost"}, strings.NewReader(string(raw))); err != nil {
			return err
		}
	}
	return c.Quit()
}

// drain is a smarthost that counts.
type drain struct {
	n    atomic.Int64
	most int64
	all  chan struct{} // closed after most mails
}

func (d *drain) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return drained{d}, nil }

// drained is one session of a drain.
type drained struct{ d *drain }

func (drained) Mail(string, *gosmtp.MailOptions) error { return nil }
func (drained) Rcpt(string, *gosmtp.RcptOptions) error { return nil }
func (drained) Reset()                                 {}
func (drained) Logout() error                          { return nil }

func (s drained) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	if s.d.n.Add(1) == s.d.most {
		close(s.d.all)
	}
	return nil
}
