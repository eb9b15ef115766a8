package proof

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"aboveline.example/mailin/proof/prooftest"
	"aboveline.example/rules"
)

// nameServer answers on loopback as it is told, over UDP and TCP, and counts what it is asked.
func nameServer(t *testing.T, answer func(w dns.ResponseWriter, q *dns.Msg)) (addr string, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	h := dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		asked.Add(1)
		answer(w, q)
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p, err := net.ListenPacket("udp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var done sync.WaitGroup
	t.Cleanup(done.Wait) // runs last, when both are told to end
	for _, s := range []*dns.Server{{Listener: l, Handler: h}, {PacketConn: p, Handler: h}} {
		ready := make(chan struct{})
		s.NotifyStartedFunc = func() { close(ready) }
		done.Go(func() { _ = s.ActivateAndServe() })
		<-ready
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	return l.Addr().String(), asked
}

// TestTroubleIsNoProof: whatever a name server does, nothing passes, and it is not asked for long (T20).
func TestTroubleIsNoProof(t *testing.T) {
	code := func(rcode int) func(dns.ResponseWriter, *dns.Msg) {
		return func(w dns.ResponseWriter, q *dns.Msg) {
			m := new(dns.Msg).SetRcode(q, rcode)
			m.RecursionAvailable = true
			_ = w.WriteMsg(m)
		}
	}
	txt := func(strings ...string) func(dns.ResponseWriter, *dns.Msg) {
		return func(w dns.ResponseWriter, q *dns.Msg) {
			m := new(dns.Msg).SetReply(q)
			if q.Question[0].Qtype == dns.TypeTXT {
				m.Answer = append(m.Answer, &dns.TXT{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET}, Txt: strings})
			}
			if w.LocalAddr().Network() == "udp" {
				m.Truncate(dns.MinMsgSize)
			}
			_ = w.WriteMsg(m)
		}
	}
	long := strings.Split(strings.TrimSuffix(strings.Repeat(strings.Repeat("x", 255)+" ", 250), " "), " ")
	for name, c := range map[string]struct {
		answer func(dns.ResponseWriter, *dns.Msg)
		want   rules.ProofResult
	}{
		"SERVFAIL":          {code(dns.RcodeServerFailure), rules.ProofTempError},
		"refused":           {code(dns.RcodeRefused), rules.ProofTempError},
		"no such name":      {code(dns.RcodeNameError), rules.ProofNone},
		"nothing":           {code(dns.RcodeSuccess), rules.ProofNone},
		"no answer":         {func(dns.ResponseWriter, *dns.Msg) {}, rules.ProofTempError},
		"junk":              {func(w dns.ResponseWriter, _ *dns.Msg) { _, _ = w.Write([]byte("junk")) }, rules.ProofTempError},
		"64 KB of TXT":      {txt(append([]string{"v=DMARC1; p=none; "}, long...)...), rules.ProofNone},
		"a policy for all":  {txt("v=DMARC1; p=none"), rules.ProofFail},
		"SPF in all places": {txt("v=spf1 include:a.corp.example include:b.corp.example include:c.corp.example"), rules.ProofNone},
		"a loop of CNAMEs": {func(w dns.ResponseWriter, q *dns.Msg) {
			m := new(dns.Msg).SetReply(q)
			n := q.Question[0].Name
			for _, pair := range [][2]string{{n, "loop.example."}, {"loop.example.", n}} {
				m.Answer = append(m.Answer, &dns.CNAME{Hdr: dns.RR_Header{Name: pair[0], Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: pair[1]})
			}
			_ = w.WriteMsg(m)
		}, rules.ProofNone},
	} {
		addr, asked := nameServer(t, c.answer)
		v := New(Options{Resolver: NewResolver(addr), Timeout: time.Second})
		w := newWorld()
		got := v.Prove(t.Context(), read(w.signed(written("")), ownHost))
		if got.Result != c.want {
			t.Errorf("%s: %s (%s), want %s", name, got.Result, got.Detail, c.want)
		}
		if n := asked.Load(); n > 20 {
			t.Errorf("%s: asked %d questions", name, n)
		}
	}
}

// TestStoppedResolver: nobody listens at all.
func TestStoppedResolver(t *testing.T) {
	v := New(Options{Resolver: NewResolver("127.0.0.1:1")})
	if got := v.Prove(t.Context(), read(written(""), ownHost)); got.Result != rules.ProofTempError {
		t.Errorf("Prove = %s (%s), want temperror", got.Result, got.Detail)
	}
}

// TestNamesAreWhole: names are asked as they are, however the system completes short ones.
func TestNamesAreWhole(t *testing.T) {
	var mu sync.Mutex
	var names []string
	addr, _ := nameServer(t, func(w dns.ResponseWriter, q *dns.Msg) {
		mu.Lock()
		names = append(names, q.Question[0].Name)
		mu.Unlock()
		_ = w.WriteMsg(new(dns.Msg).SetRcode(q, dns.RcodeNameError))
	})
	New(Options{Resolver: NewResolver(addr)}).Prove(t.Context(), read(written(""), imapDoor))
	mu.Lock()
	defer mu.Unlock()
	if got := strings.Join(names, " "); got != "_dmarc.corp.example. _dmarc.example." {
		t.Errorf("asked %q", got)
	}
}

// slow answers every question after a while.
type slow struct {
	*prooftest.Zone
	takes time.Duration
}

func (s slow) LookupTXT(ctx context.Context, name string) ([]string, error) {
	timer := time.NewTimer(s.takes)
	defer timer.Stop()
	select {
	case <-timer.C:
		return s.Zone.LookupTXT(ctx, name)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// TestSlowAnswers: a mail waits ten seconds in all, no goroutine stays behind, and when answers come again they count.
func TestSlowAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := &slow{w.Zone, 30 * time.Second}
		v := New(Options{Resolver: s})
		raw := w.signed(written(""))
		began := time.Now()
		if got := v.Prove(t.Context(), read(raw, ownHost)); got.Result != rules.ProofTempError {
			t.Errorf("30 s: %s (%s)", got.Result, got.Detail)
		}
		if took := time.Since(began); took > DefaultTimeout {
			t.Errorf("30 s: waited %s", took)
		}
		s.takes = 4 * time.Second // the policy in time, the key in time, and no more
		began = time.Now()
		if got := v.Prove(t.Context(), read(raw, ownHost)); got.Result != rules.ProofPass {
			t.Errorf("4 s: %s (%s)", got.Result, got.Detail)
		}
		if took := time.Since(began); took > DefaultTimeout {
			t.Errorf("4 s: waited %s", took)
		}
		s.takes = 0
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		v = New(Options{Resolver: slow{w.Zone, time.Second}})
		if got := v.Prove(ctx, read(raw, ownHost)); got.Result != rules.ProofTempError {
			t.Errorf("cancelled: %s (%s)", got.Result, got.Detail)
		}
	})
}

// TestABurstAsksOnce: a hundred mails at once from one domain cost the questions of one, and so does the next minute.
func TestABurstAsksOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		v := New(Options{Resolver: slow{w.Zone, time.Second}})
		raw := w.signed(written(""))
		burst := func() {
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() {
					if got := v.Prove(t.Context(), read(raw, imapDoor)); got.Result != rules.ProofPass {
						t.Errorf("%s (%s)", got.Result, got.Detail)
					}
				})
			}
			all.Wait()
		}
		burst()
		burst()
		if asked := w.Asked(); len(asked) != 2 {
			t.Errorf("two bursts asked %v", asked)
		}
		<-time.After(2 * keepFound)
		burst()
		if asked := w.Asked(); len(asked) != 4 {
			t.Errorf("later: %v", asked)
		}
	})
}

// TestTroubleIsNotKept: the next mail asks again after trouble; that there is nothing is kept for a short while.
func TestTroubleIsNotKept(t *testing.T) {
	w := newWorld()
	v := New(Options{Resolver: w})
	m := read(w.signed(written("")), imapDoor)
	w.Err["_dmarc.corp.example"] = prooftest.Trouble("x")
	if got := v.Prove(t.Context(), m); got.Result != rules.ProofTempError {
		t.Errorf("trouble: %s", got.Result)
	}
	delete(w.Err, "_dmarc.corp.example")
	if got := v.Prove(t.Context(), m); got.Result != rules.ProofPass {
		t.Errorf("after trouble: %s (%s)", got.Result, got.Detail)
	}
}

// TestCacheIsBounded: names that nobody asks for again do not fill the memory.
func TestCacheIsBounded(t *testing.T) {
	z := prooftest.NewZone()
	z.TXT["big.example"] = []string{strings.Repeat("x", 20<<10)}
	c := newCache(z)
	for i := range 2 * cacheEntries {
		_, _ = c.LookupTXT(t.Context(), fmt.Sprintf("n%d.example", i))
	}
	c.mu.Lock()
	if n := len(c.found); n > cacheEntries {
		t.Errorf("%d answers are kept", n)
	}
	c.mu.Unlock()
	for i := range 400 {
		name := fmt.Sprintf("big%d.example", i)
		z.TXT[name] = z.TXT["big.example"]
		_, _ = c.LookupTXT(t.Context(), name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bytes > cacheBytes {
		t.Errorf("%d bytes are kept", c.bytes)
	}
}

// TestManySignatures: what a mail is signed with five hundred times costs no more than five.
func TestManySignatures(t *testing.T) {
	w := newWorld()
	raw := written("")
	var many strings.Builder
	for i := range 500 {
		fmt.Fprintf(&many, "DKIM-Signature: v=1; a=ed25519-sha256; d=corp.example; s=x%d; h=from; bh=AAAA; b=AAAA\r\n", i)
	}
	got := w.prove(many.String()+w.signed(raw), stranger)
	if got.Result != rules.ProofFail {
		t.Errorf("%s (%s), want fail", got.Result, got.Detail)
	}
	if n := len(w.Asked()); n > 1+maxSignatures+1 {
		t.Errorf("asked %d: %v", n, w.Asked())
	}
	foreign := strings.ReplaceAll(many.String()[:maxLooked/2*90], "corp.example", "list.example")
	foreign = foreign[:strings.LastIndex(foreign, "\r\n")+2]
	if got := w.prove(foreign+w.signed(raw), stranger); got.Result != rules.ProofPass {
		t.Errorf("behind those of others: %s (%s)", got.Result, got.Detail)
	}
}

// TestManyQuestions: SPF records that include one another to no end.
func TestManyQuestions(t *testing.T) {
	w := newWorld()
	var many strings.Builder
	for i := range 30 {
		fmt.Fprintf(&many, " a:h%d.corp.example mx:h%d.corp.example", i, i)
		w.IP[fmt.Sprintf("h%d.corp.example", i)] = []string{"192.0.2.200"}
		w.MX[fmt.Sprintf("h%d.corp.example", i)] = []string{fmt.Sprintf("h%d.corp.example", i)}
	}
	w.TXT["corp.example"] = []string{"v=spf1" + many.String() + " +all"}
	if got := w.prove(written(""), ownHost); got.Result == rules.ProofPass {
		t.Errorf("%s (%s)", got.Result, got.Detail)
	}
	n := 0
	for _, q := range w.Asked() {
		n++
		if strings.HasPrefix(q, "ip ") {
			n++ // A and AAAA
		}
	}
	if n > maxQueries {
		t.Errorf("asked %d", n)
	}
}
