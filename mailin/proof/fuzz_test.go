package proof

import (
	"bytes"
	"strings"
	"testing"

	"aboveline.example/mailin/proof/prooftest"
	"aboveline.example/rules"
)

// FuzzProve: whatever a mail's header is, proving ends, and no domain passes but the one whose key signed or whose host
// sent. The zone has one key, which signs nothing here, and one host, which never sends.
func FuzzProve(f *testing.F) {
	w := newWorld()
	f.Add([]byte(w.signed(written(""))), "anna@corp.example", false)
	f.Add([]byte("Authentication-Results: mx.desk.example; dmarc=pass header.from=corp.example\r\n"+crlf(border)+written("")), "x@y.example", true)
	f.Add([]byte("DKIM-Signature: v=1; a=ed25519-sha256; d=corp.example; s=s1; h=from:subject:date; bh=AAAA; b=AAAA\r\n"+written("")), "", false)
	f.Add([]byte("From: a@b.example\r\nFrom: c@d.example\r\n\r\n"), "<>", false)
	good := w.signed(written(""))
	v := New(Options{Resolver: w})
	f.Fuzz(func(t *testing.T, raw []byte, path string, imap bool) {
		e := rules.Envelope{Door: "smtp", Peer: "203.0.113.66", From: path, Helo: path}
		if imap {
			e = imapDoor
		}
		m := read(string(raw), e)
		got := v.Prove(t.Context(), m)
		if got.Result != rules.ProofPass {
			return
		}
		// Only what was signed passes: the fuzzer has one signed mail, and may put unsigned fields on top of it.
		if got.Domain != "corp.example" || !bytes.HasSuffix(raw, []byte(good[strings.Index(good, "From:"):])) {
			t.Errorf("passed: %q (%s)", raw, got.Detail)
		}
	})
}

// FuzzProveNoKey: a domain without key and host never passes, whatever its policy record says.
func FuzzProveNoKey(f *testing.F) {
	f.Add("v=DMARC1; p=none", "v=DKIM1; p=AAAA", "v=spf1 -all")
	f.Add("v=DMARC1; p=none; adkim=s; psd=y; np=reject; t=y; rua=mailto:a@b.example", "k=rsa; t=y:s; p=", "v=spf1 redirect=corp.example")
	f.Add("v=DMARC1;;;=;p", "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "v=spf1 include:corp.example ptr:%{h} exists:%{i}.x")
	f.Fuzz(func(t *testing.T, policy, key, sender string) {
		if strings.Contains(sender, "all") || strings.ContainsAny(sender, ":/") && !strings.Contains(sender, "%") {
			return // a record that lets everybody send lets us, too
		}
		z := prooftest.NewZone()
		z.TXT["_dmarc.corp.example"] = []string{policy}
		z.TXT["s1._domainkey.corp.example"] = []string{key}
		z.TXT["corp.example"] = []string{sender}
		raw := "DKIM-Signature: v=1; a=ed25519-sha256; d=corp.example; s=s1; h=from:subject:date;\r\n bh=AAAA; b=AAAA\r\n" + written("")
		if got := New(Options{Resolver: z}).Prove(t.Context(), read(raw, stranger)); got.Result == rules.ProofPass {
			t.Errorf("passed with %q, %q, %q (%s)", policy, key, sender, got.Detail)
		}
	})
}

func FuzzOrganisation(f *testing.F) {
	f.Add("a.b.corp.example", "corp.example", "v=DMARC1; psd=y")
	f.Fuzz(func(t *testing.T, from, at, record string) {
		from, ok := rules.ParseDomain(from)
		if !ok {
			return
		}
		p, ok := parsePolicy(at, record)
		if !ok || from != at && !strings.HasSuffix(from, "."+at) {
			return
		}
		org := organisation(from, []policy{p})
		if from != org && !strings.HasSuffix(from, "."+org) {
			t.Errorf("the organisation of %q is %q", from, org)
		}
	})
}

// BenchmarkProve is a mail with one signature: its answers are cached, as in a burst, or asked for anew.
func BenchmarkProve(b *testing.B) {
	w := newWorld()
	for name, size := range map[string]int{"4KB": 4 << 10, "1MB": 1 << 20} {
		raw := written("")
		raw += strings.Repeat(strings.Repeat("x", 70)+"\r\n", size/72)
		m := read(w.signed(raw), imapDoor)
		b.Run(name, func(b *testing.B) {
			v := New(Options{Resolver: w})
			b.SetBytes(int64(len(m.Raw)))
			for b.Loop() {
				if p := v.Prove(b.Context(), m); p.Result != rules.ProofPass {
					b.Fatal(p)
				}
			}
		})
	}
}
