package dkim

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
	"pgregory.net/rapid"
)

const mailText = "From: OmDirekt <support@omdirekt.example>\r\nTo: Eva <eva@kommun.example>\r\n" +
	"Subject: [OMD-1] Kan inte\r\n logga   in\r\nDate: Sat, 21 Nov 2026 13:04:00 +0100\r\n" +
	"Message-ID: <a@omdirekt.example>\r\nReply-To: support@omdirekt.example\r\nMIME-Version: 1.0\r\n\r\n" +
	"Hej!  \r\n\r\n  Det  fungerar\tnu.\r\n\r\n\r\n"

var rsaKey = func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
}()

var edKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))

func signer(t testing.TB) *Signer {
	t.Helper()
	s, err := New("omdirekt.example", Key{"r2026", rsaKey}, Key{"e2026", edKey})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func verify(t testing.TB, mail []byte) []*dkim.Verification {
	t.Helper()
	v, err := dkim.VerifyWithOptions(bytes.NewReader(mail), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		for sel, k := range map[string]crypto.Signer{"r2026": rsaKey, "e2026": edKey} {
			if name == Name(sel, "omdirekt.example") {
				r, err := Record(k)
				return []string{r}, err
			}
		}
		return nil, fmt.Errorf("no record %s", name)
	}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSignVerifies(t *testing.T) {
	s := signer(t)
	fields, err := s.Sign([]byte(mailText))
	if err != nil {
		t.Fatal(err)
	}
	again, _ := s.Sign([]byte(mailText))
	if !bytes.Equal(fields, again) {
		t.Error("the same mail got two signatures")
	}
	if !bytes.Contains(fields, []byte("t=1795262640;")) {
		t.Errorf("t= is not the mail's date:\n%s", fields)
	}
	for l := range strings.SplitSeq(string(fields), "\r\n") {
		if len(l) > 78 {
			t.Errorf("line of %d characters: %s", len(l), l)
		}
	}
	signedMail := append(fields, mailText...)
	all := verify(t, signedMail)
	if len(all) != 2 {
		t.Fatalf("%d signatures, want 2", len(all))
	}
	for _, v := range all {
		if v.Err != nil {
			t.Errorf("%s: %v", v.Domain, v.Err)
		}
	}
	for _, added := range []string{"From: Eve <eve@evil.example>", "Subject: other", "To: x@y.example"} {
		for _, v := range verify(t, append([]byte(added+"\r\n"), signedMail...)) {
			if v.Err == nil {
				t.Errorf("a signature stands although %q was added", added)
			}
		}
	}
	for _, v := range verify(t, append(signedMail[:len(signedMail):len(signedMail)], "more\r\n"...)) {
		if v.Err == nil {
			t.Error("a signature stands although text was appended")
		}
	}
}

// TestSignVerifiesAny lets the other implementation check our canonical forms on odd white space.
func TestSignVerifiesAny(t *testing.T) {
	s, err := New("omdirekt.example", Key{"e2026", edKey})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		line := rapid.StringMatching(`[ \tab=.]{0,12}`)
		body := strings.Join(rapid.SliceOfN(line, 0, 8).Draw(rt, "body"), "\r\n") + "\r\n"
		subject := rapid.StringMatching(`[ \tab:;]{0,20}x(\r\n [ab]{1,9})?`).Draw(rt, "subject")
		m := []byte("From: a@omdirekt.example\r\nSubject:" + subject + "\r\nDate: Sat, 21 Nov 2026 13:04:00 +0100\r\n\r\n" + body)
		f, err := s.Sign(m)
		if err != nil {
			rt.Fatal(err)
		}
		for _, v := range verify(t, append(f, m...)) {
			if v.Err != nil {
				rt.Fatalf("%q: %v", m, v.Err)
			}
		}
	})
}

// TestOpenDKIM lets the verifier that most mail servers run check our RSA signature, and find a change.
func TestOpenDKIM(t *testing.T) {
	tool, err := exec.LookPath("opendkim")
	if err != nil {
		if os.Getenv("ABOVELINE_PEERS") == "required" {
			t.Fatal("opendkim is not installed")
		}
		t.Skip("opendkim is not installed")
	}
	record, err := Record(rsaKey)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New("omdirekt.example", Key{"r2026", rsaKey})
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.Sign([]byte(mailText))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	keep := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	keys := keep("keys", "r2026._domainkey.omdirekt.example "+record+"\n")
	conf := keep("conf", "Mode v\nSyslog no\nTestDNSData "+keys+"\n")
	for text, want := range map[string]string{
		string(f) + mailText: "verification (s=r2026, d=omdirekt.example, 2048-bit key) succeeded",
		string(f) + strings.Replace(mailText, "fungerar", "krånglar", 1): "failed",
	} {
		out, _ := exec.CommandContext(t.Context(), tool, "-x", conf, "-t", keep("mail", text)).CombinedOutput()
		if !strings.Contains(string(out), want) {
			t.Errorf("opendkim says %q, want %q", out, want)
		}
	}
}

func TestParse(t *testing.T) {
	p8, err := x509.MarshalPKCS8PrivateKey(edKey)
	if err != nil {
		t.Fatal(err)
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	p8rsa, err := x509.MarshalPKCS8PrivateKey(rsaKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, kind string
		der        []byte
		ok         bool
	}{
		{"pkcs1", "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey), true},
		{"pkcs8 rsa", "PRIVATE KEY", p8rsa, true},
		{"pkcs8 ed25519", "PRIVATE KEY", p8, true},
		{"short", "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(small), false},
		{"public", "PUBLIC KEY", p8, false},
		{"garbage", "PRIVATE KEY", []byte("x"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(pem.EncodeToMemory(&pem.Block{Type: c.kind, Bytes: c.der}))
			if (err == nil) != c.ok {
				t.Errorf("Parse = %v", err)
			}
		})
	}
}

func TestSignRefuses(t *testing.T) {
	s := signer(t)
	for _, m := range []string{"", "From: a@b.example\r\n\r\nno date\r\n", "Date: soon\r\n\r\nx\r\n"} {
		if _, err := s.Sign([]byte(m)); err == nil {
			t.Errorf("Sign(%q) = nil error", m)
		}
	}
}

func BenchmarkSign(b *testing.B) {
	mail := []byte(mailText + strings.Repeat("En rad text som är lagom lång för ett mejl.\r\n", 200))
	for name, k := range map[string]crypto.Signer{"rsa2048": rsaKey, "ed25519": edKey} {
		b.Run(name, func(b *testing.B) {
			s, err := New("omdirekt.example", Key{"k", k})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(mail)))
			for b.Loop() {
				if _, err := s.Sign(mail); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
