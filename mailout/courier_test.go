package mailout

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"aboveline.example/rules"
)

// queued are n rows with small mails; the third line of the body is where the peer's "body" faults strike.
func queued(n int) []rules.Queued {
	rows := make([]rules.Queued, n)
	for i := range rows {
		q := &rows[i]
		q.ID = rules.OutgoingID(fmt.Sprintf("7-%d", i+1))
		q.MessageID = rules.MessageID(fmt.Sprintf("t7.%d@omdirekt.example", i+1))
		q.To.Address = rules.Address(fmt.Sprintf("eva@kommun%d.example", i))
		q.EnvelopeFrom = "support+b7@omdirekt.example"
		q.Date = time.Now()
		q.Wire = []rules.Piece{{Text: []byte(fmt.Sprintf("From: a@omdirekt.example\r\nMessage-ID: <%s>\r\n\r\nHej\r\n.prick\r\n%s\r\n",
			q.MessageID, strings.Repeat("En rad text.\r\n", 1000)))}}
	}
	return rows
}

func courier(p *peer, o *outbox, set func(*CourierOptions)) *Courier {
	opts := CourierOptions{Smarthost: Smarthost{Host: "127.0.0.1", Port: 25, TLS: TLSNone}, Hostname: "desk.omdirekt.example",
		Dial: p.dial}
	if set != nil {
		set(&opts)
	}
	return NewCourier(opts, o, noBlobs{})
}

// serve lets a courier work in virtual time until all rows have ended, or for as long as given.
func serve(t *testing.T, c *Courier, o *outbox, most time.Duration) {
	t.Helper()
	accepting, stop := context.WithCancel(t.Context())
	working, abort := context.WithCancel(t.Context())
	defer abort()
	ended := make(chan error, 1)
	go func() { ended <- c.Run(accepting, working) }()
	select {
	case <-o.done:
	case <-time.After(most):
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v", err)
	}
}

// TestFaultMatrix is T17 in short: each phase of a delivery fails in each way, once, under three mails. Every mail
// arrives, to the byte, and none twice, but for the one whose answer was lost after the peer had taken it.
func TestFaultMatrix(t *testing.T) {
	for _, phase := range []string{"connect", "greeting", "ehlo", "mail", "rcpt", "data", "body", "dot", "dot-lost"} {
		for _, fault := range []string{"451 4.3.0 later", "550 5.7.1 no", "421 4.3.2 closing", "RST", "stall"} {
			answers := fault != "RST" && fault != "stall"
			if answers && (phase == "connect" || phase == "body" || phase == "dot-lost") {
				continue // nothing is said there
			}
			t.Run(phase+"/"+fault, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p := &peer{fault: func(at string, n int) string {
						if at == phase && n == 1 {
							return fault
						}
						return ""
					}}
					rows := queued(3)
					o := newOutbox(rows...)
					serve(t, courier(p, o, func(c *CourierOptions) { c.Connections = 1 }), o, 24*time.Hour)
					checkMatrix(t, p, o, rows, phase, fault)
				})
			})
		}
	}
}

func checkMatrix(t *testing.T, p *peer, o *outbox, rows []rules.Queued, phase, fault string) {
	t.Helper()
	got := map[string]int{}
	for _, m := range p.mails {
		got[m]++
	}
	refusals := 0
	for i, q := range rows {
		want := 1
		end := o.row(q.ID)
		if phase == "dot-lost" && i == 0 {
			want = 2 // taken, and the answer lost: the peer has it twice under one Message-ID
			if end.Tried[0].Reply.Phase != phaseDot || end.Tried[0].Reply.Code != 0 {
				t.Errorf("first try = %+v", end.Tried[0])
			}
		}
		if end.State == rules.QueueRefused {
			refusals++
			want = 0
		}
		if n := got[string(q.Wire[0].Text)]; n != want {
			t.Errorf("mail %s arrived %d times unchanged, want %d; tried %+v", q.ID, n, want, end.Tried)
		}
		delete(got, string(q.Wire[0].Text))
	}
	if len(got) > 0 {
		t.Errorf("%d mails arrived changed", len(got))
	}
	wantRefusals := 0
	if strings.HasPrefix(fault, "5") && (phase == "mail" || phase == "rcpt" || phase == "data" || phase == "dot") {
		wantRefusals = 1
	}
	if refusals != wantRefusals {
		t.Errorf("%d mails refused, want %d", refusals, wantRefusals)
	}
}

// TestStaleConnection: whatever a kept connection does before it has answered costs the next mail nothing.
func TestStaleConnection(t *testing.T) {
	for _, fault := range []string{"RST", "421 4.4.2 idle too long"} {
		t.Run(fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &peer{fault: func(at string, n int) string {
					if at == "mail" && n == 2 {
						return fault
					}
					return ""
				}}
				rows := queued(2)
				o := newOutbox(rows...)
				serve(t, courier(p, o, func(c *CourierOptions) { c.Connections = 1 }), o, time.Hour)
				for _, q := range rows {
					if end := o.row(q.ID); end.Attempts != 1 || end.State != rules.QueueSent {
						t.Errorf("%s: %d attempts, %s: %+v", q.ID, end.Attempts, end.State, end.Tried)
					}
				}
				if p.dials != 2 || len(p.mails) != 2 {
					t.Errorf("%d connections, %d mails; want 2, 2", p.dials, len(p.mails))
				}
			})
		})
	}
}

// TestIdleConnectionCloses and is not used past its mails.
func TestReuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &peer{}
		rows := queued(maxPerSession + 1)
		late := queued(1)[0]
		late.ID, late.Next = "8-1", time.Now().Add(time.Hour)
		o := newOutbox(append(rows, late)...)
		serve(t, courier(p, o, func(c *CourierOptions) { c.Connections = 1 }), o, 2*time.Hour)
		if p.dials != 3 || len(p.mails) != maxPerSession+2 {
			t.Errorf("%d connections for %d mails, want 3 for %d", p.dials, len(p.mails), maxPerSession+2)
		}
	})
}

// TestSmarthostDown: a dead smarthost is asked seldom, costs no mail, and everything goes out when it is back.
func TestSmarthostDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		back := time.Now().Add(6 * 24 * time.Hour)
		p := &peer{fault: func(at string, _ int) string {
			if at == "connect" && time.Now().Before(back) {
				return "RST"
			}
			return ""
		}}
		rows := queued(100)
		o := newOutbox(rows...)
		c := courier(p, o, nil)
		time.AfterFunc(time.Hour, func() {
			if wait := time.Until(c.NextTry()); wait <= 0 || wait > maxSmarthostPause {
				t.Errorf("after an hour it says that it asks again in %v", wait)
			}
		})
		serve(t, c, o, 7*24*time.Hour)
		if next := c.NextTry(); !next.IsZero() {
			t.Errorf("it is back, and %v is called the next try", next)
		}
		for _, q := range rows {
			if end := o.row(q.ID); end.State != rules.QueueSent {
				t.Fatalf("%s is %s after %d attempts", q.ID, end.State, end.Attempts)
			}
		}
		// Six days at five minutes each, a few more at first: 1,728 and some.
		if p.dials < 1700 || p.dials > 1900 {
			t.Errorf("%d connections tried in six days", p.dials)
		}
	})
}

// TestAsk: a person who says "now" is not kept waiting for the end of a pause, neither the smarthost's nor a domain's; what
// fails again pauses as it would have.
func TestAsk(t *testing.T) {
	for _, where := range []string{"connect", "rcpt"} {
		synctest.Test(t, func(t *testing.T) {
			var mended bool
			p := &peer{fault: func(at string, _ int) string {
				switch {
				case at != where || mended:
					return ""
				case at == "connect":
					return "RST"
				}
				return "451 4.3.0 not now"
			}}
			rows := queued(20)
			for i := range rows {
				rows[i].To.Address = "eva@kommun.example"
			}
			o := newOutbox(rows...)
			c := courier(p, o, nil)
			accepting, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- c.Run(accepting, t.Context()) }()
			time.Sleep(2 * time.Hour)
			synctest.Wait()
			before := p.dials
			c.Ask()
			synctest.Wait()
			if where == "connect" && p.dials != before+1 {
				t.Errorf("%s: %d more connections, want the one that was asked for", where, p.dials-before)
			}
			mended = true
			o.mu.Lock()
			for _, q := range o.rows {
				q.Next = time.Now() // as the operator says it of each
			}
			o.mu.Unlock()
			c.Ask()
			time.Sleep(2 * time.Second)
			if synctest.Wait(); len(p.mails) != 20 {
				t.Errorf("%s: %d mails are out, two seconds after somebody asked", where, len(p.mails))
			}
			stop()
			<-ended
		})
	}
}

// TestGiveUp: a mail that is put off for ever ends as refused after five days, with the peer's last words.
func TestGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &peer{fault: func(at string, _ int) string {
			if at == "rcpt" {
				return "450 4.2.0 greylisted"
			}
			return ""
		}}
		began := time.Now()
		o := newOutbox(queued(1)...)
		serve(t, courier(p, o, nil), o, 30*24*time.Hour)
		end := o.row("7-1")
		last := end.Tried[len(end.Tried)-1]
		if end.State != rules.QueueRefused || last.Reply.Code != 450 || last.At.Sub(began) < giveUp {
			t.Errorf("%s after %s and %d attempts: %+v", end.State, last.At.Sub(began), end.Attempts, last.Reply)
		}
		if end.Attempts < 100 || end.Attempts > 180 {
			t.Errorf("%d attempts in five days", end.Attempts)
		}
	})
}

// TestDomainPause: a domain that puts everything off is asked by few, and nobody else waits.
func TestDomainPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &peer{fault: func(at string, n int) string {
			if at == "rcpt" && n <= 3 {
				return "451 4.7.1 slow down"
			}
			return ""
		}}
		rows := queued(20)
		for i := range rows {
			rows[i].To.Address = "eva@kommun.example"
		}
		o := newOutbox(rows...)
		serve(t, courier(p, o, func(c *CourierOptions) { c.Connections = 1 }), o, 24*time.Hour)
		if n := p.reached["rcpt"]; n != 23 {
			t.Errorf("the domain was asked %d times, want 23: three refusals, then one each", n)
		}
		if len(p.mails) != 20 {
			t.Errorf("%d mails arrived", len(p.mails))
		}
	})
}

// TestNoSmarthost leaves everything in the queue.
func TestNoSmarthost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(queued(1)...)
		serve(t, courier(&peer{}, o, func(c *CourierOptions) { c.Smarthost = Smarthost{} }), o, time.Hour)
		if end := o.row("7-1"); end.State != rules.QueueWaiting || end.Attempts != 0 || o.claims != 0 {
			t.Errorf("%+v, %d claims", end, o.claims)
		}
	})
}

// TestStop: accepting ends the claims and lets what is in hand go out; working ends it in the middle.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &peer{fault: func(at string, _ int) string {
			if at == "data" {
				return "stall"
			}
			return ""
		}}
		o := newOutbox(queued(30)...)
		c := courier(p, o, nil)
		accepting, stop := context.WithCancel(t.Context())
		working, abort := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- c.Run(accepting, working) }()
		synctest.Wait()
		stop()
		synctest.Wait()
		select {
		case <-ended:
			t.Fatal("Run returned with mails in hand")
		default:
		}
		abort()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		for _, id := range o.order {
			if end := o.row(id); end.State != rules.QueueWaiting || end.Next.After(time.Now()) {
				t.Errorf("%s is %s until %s: %+v", id, end.State, end.Next, end.Tried)
			}
		}
	})
}

// TestOutboxFails: a record that is not kept at first is kept later, and the mail goes out once.
func TestOutboxFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &peer{}
		o := newOutbox(queued(10)...)
		n := 0
		o.fail = func(op string) error {
			if n++; n%3 == 0 {
				return errors.New("disk is full")
			}
			return nil
		}
		serve(t, courier(p, o, nil), o, time.Hour)
		if len(p.mails) != 10 {
			t.Errorf("%d mails arrived, want 10", len(p.mails))
		}
	})
}

// TestUnrecorded: as long as the outbox keeps no record, no more mails go past their dot than there are connections, which
// are four where nobody says otherwise. They are what a crash sends twice, however many people an announcement goes to; the
// README says so under "Operating".
func TestUnrecorded(t *testing.T) {
	for connections, most := range map[int]int{0: 4, 1: 1, 3: 3} {
		synctest.Test(t, func(t *testing.T) {
			const all = 90
			p := &peer{}
			o := newOutbox(queued(all)...)
			full := true
			o.fail = func(op string) error {
				if full && op == "sent" {
					return errors.New("disk is full")
				}
				return nil
			}
			c := courier(p, o, func(c *CourierOptions) { c.Connections = connections })
			accepting, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- c.Run(accepting, t.Context()) }()
			time.Sleep(10 * time.Second)
			if synctest.Wait(); len(p.mails) != most {
				t.Errorf("%d connections: %d mails arrived and none is recorded, want %d", connections, len(p.mails), most)
			}
			o.mu.Lock()
			full = false
			o.mu.Unlock()
			<-o.done
			if len(p.mails) != all {
				t.Errorf("%d connections: %d mails arrived, want %d", connections, len(p.mails), all)
			}
			stop()
			<-ended
		})
	}
}

// TestAwait: a row that is handed over as it is entered goes out without a claim.
func TestAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &peer{}
		o := newOutbox(queued(1)...)
		o.enters, o.left = make(chan rules.Queued), 2
		c := courier(p, o, nil)
		accepting, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- c.Run(accepting, t.Context()) }()
		synctest.Wait()
		o.fail = func(op string) error {
			if op == "claim" {
				return errors.New("the store is busy")
			}
			return nil
		}
		o.enters <- queued(2)[1]
		if synctest.Wait(); len(p.mails) != 2 {
			t.Errorf("%d mails arrived, want 2", len(p.mails))
		}
		stop()
		<-ended
	})
}

// TestWake: a row that comes while the courier sleeps goes out at once.
func TestWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &peer{}
		o := newOutbox(queued(1)...)
		c := courier(p, o, nil)
		accepting, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- c.Run(accepting, t.Context()) }()
		synctest.Wait()
		before := o.claims
		time.Sleep(time.Hour) // virtual: an idle courier asks nothing
		if o.claims != before {
			t.Errorf("%d claims while idle", o.claims-before)
		}
		late := queued(2)[1]
		late.State = rules.QueueWaiting
		o.mu.Lock()
		o.rows[late.ID] = &late
		o.order = append(o.order, late.ID)
		o.mu.Unlock()
		c.Wake()
		synctest.Wait()
		if len(p.mails) != 2 {
			t.Errorf("%d mails arrived, want 2", len(p.mails))
		}
		stop()
		<-ended
	})
}

// TestLeaseEnds: with a peer so slow that leases end while their rows still wait for their turn, nothing that is in
// hand is taken again.
func TestLeaseEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &peer{fault: func(at string, n int) string {
			if at == "dot-lost" && n <= 3 {
				return "stall"
			}
			return ""
		}}
		rows := queued(claimFactor)
		o := newOutbox(rows...)
		serve(t, courier(p, o, func(c *CourierOptions) { c.Connections = 1 }), o, 24*time.Hour)
		got := 0
		for _, m := range p.mails {
			if m == string(rows[claimFactor-1].Wire[0].Text) {
				got++
			}
		}
		if began := o.row(rows[claimFactor-1].ID).Tried[0].At.Sub(rows[0].Date); began < lease {
			t.Fatalf("the last row's turn came after %s, within its lease", began)
		}
		if got != 1 {
			t.Errorf("the last mail arrived %d times", got)
		}
	})
}

// TestEnvelope: what reaches the wire, and what never does.
func TestEnvelope(t *testing.T) {
	dsn := []string{"DSN", "SIZE 100000", "SMTPUTF8"}
	for _, c := range []struct {
		name     string
		offer    []string
		to, from rules.Address
		want     []string // commands, in part
		code     int      // of a refusal of our own
	}{
		{"plain", nil, "eva@kommun.example", "support+b7@omdirekt.example",
			[]string{"EHLO desk.omdirekt.example", "MAIL FROM:<support+b7@omdirekt.example>", "RCPT TO:<eva@kommun.example>"}, 0},
		{"dsn", dsn, "eva@kommun.example", "support+b7@omdirekt.example",
			[]string{"SIZE=", "RET=HDRS ENVID=7-1", "NOTIFY=FAILURE,DELAY ORCPT=RFC822;eva@kommun.example"}, 0},
		{"null sender", dsn, "eva@kommun.example", "", []string{"MAIL FROM:<>", "NOTIFY=NEVER"}, 0},
		{"utf8", dsn, "pelé@kommun.example", "", []string{"SMTPUTF8", "RCPT TO:<pelé@kommun.example>"}, 0},
		{"utf8 not offered", nil, "pelé@kommun.example", "", nil, 553},
		{"too large", []string{"SIZE 1000"}, "eva@kommun.example", "", nil, 552},
		{"parameter in address", nil, "eva@kommun.example> NOTIFY=NEVER", "", nil, 553},
		{"two addresses", nil, "eva@kommun.example>,<b@c.example", "", nil, 553},
		{"line in address", nil, "eva@kommun.example\r\nDATA", "", nil, 553},
		{"empty", nil, "", "", nil, 553},
		{"sender", nil, "eva@kommun.example", "x> SIZE=1 <y@z.example", nil, 553},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &peer{offer: c.offer}
				rows := queued(1)
				rows[0].To.Address, rows[0].EnvelopeFrom = c.to, c.from
				o := newOutbox(rows...)
				serve(t, courier(p, o, nil), o, time.Hour)
				all := strings.Join(p.commands, "\n")
				for _, w := range c.want {
					if !strings.Contains(all, w) {
						t.Errorf("no %q in\n%s", w, all)
					}
				}
				end := o.row("7-1")
				if c.code == 0 && end.State != rules.QueueSent || c.code > 0 && (end.State != rules.QueueRefused || end.Tried[0].Reply.Code != c.code) {
					t.Errorf("%s: %+v", end.State, end.Tried)
				}
				if c.code == 553 && strings.Contains(all, "RCPT") {
					t.Errorf("the peer was asked:\n%s", all)
				}
			})
		})
	}
}

// TestRandomFaults: four connections, sixty mails, a fault in every fifth phase, drawn by seed. Whatever happens, each
// mail ends; those that ended as sent arrived unchanged, once and once more for each uncertain try at most.
func TestRandomFaults(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				draw := rand.New(rand.NewPCG(seed, 1))
				drawn := map[string]string{}
				p := &peer{fault: func(at string, n int) string {
					key := fmt.Sprintf("%s %d", at, n)
					if _, ok := drawn[key]; !ok {
						drawn[key] = ""
						if draw.IntN(5) == 0 {
							drawn[key] = []string{"451 4.3.0 later", "421 4.3.2 closing", "RST", "stall"}[draw.IntN(4)]
						}
						if s := drawn[key]; s != "" && s != "RST" && s != "stall" && (at == "connect" || at == "body" || at == "dot-lost") {
							drawn[key] = "RST"
						}
					}
					return drawn[key]
				}}
				rows := queued(60)
				o := newOutbox(rows...)
				serve(t, courier(p, o, nil), o, 20*24*time.Hour)
				got := map[string]int{}
				for _, m := range p.mails {
					got[m]++
				}
				for _, q := range rows {
					end := o.row(q.ID)
					unsure := o.unsure[q.ID]
					n := got[string(q.Wire[0].Text)]
					if end.State != rules.QueueSent || n < 1 || n > 1+unsure {
						t.Errorf("%s is %s, arrived %d times with %d uncertain tries", q.ID, end.State, n, unsure)
					}
				}
			})
		})
	}
}
