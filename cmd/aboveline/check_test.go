package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foxcpp/go-mockdns"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/cmd/aboveline/peertest"
	"aboveline.example/mailout/dkim"
)

// smarthost is an SMTP server that lets one name and password in, and takes no mail.
func smarthost(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go greet(conn)
		}
	}()
	return ln.Addr().String()
}

func greet(conn net.Conn) {
	defer conn.Close()
	fmt.Fprint(conn, "220 mail.example\r\n")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		switch verb, rest, _ := strings.Cut(lines.Text(), " "); verb {
		case "EHLO":
			fmt.Fprint(conn, "250-mail.example\r\n250 AUTH PLAIN\r\n")
		case "AUTH": // RFC 4616: NUL, name, NUL, password
			if rest == "PLAIN AGFubmEAY29ycmVjdA==" {
				fmt.Fprint(conn, "235 in\r\n")
				continue
			}
			fmt.Fprint(conn, "535 5.7.8 no\r\n")
		case "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			return
		default:
			fmt.Fprint(conn, "502 what\r\n")
		}
	}
}

func TestCheckSmarthost(t *testing.T) {
	addr := smarthost(t)
	for _, c := range []struct {
		name, toml, password string
		code                 int
		want                 string
	}{
		{"open", "smarthost = \"smtp://" + addr + "\"\n", "", exitOK, "ok   smarthost   smtp://" + addr + " answers"},
		{"login", "smarthost = \"smtp://" + addr + "\"\nusername = \"anna\"\npassword_file = \"pw\"\n", "correct", exitOK, "lets anna in"},
		{"wrong password", "smarthost = \"smtp://" + addr + "\"\nusername = \"anna\"\npassword_file = \"pw\"\n", "canary", exitFailed, "bad  smarthost   smtp://" + addr + ": not let in as anna: SMTP error 535"},
		{"no TLS there", "smarthost = \"smtp+starttls://" + addr + "\"\n", "", exitFailed, "does not offer STARTTLS"},
		{"nobody", "smarthost = \"smtp://127.0.0.1:1\"\n", "", exitFailed, "connection refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in(t, strings.Replace(quiet, "omdirekt.example", "localhost", 1)+"[mailout]\n"+c.toml)
			if err := os.WriteFile("pw", []byte(c.password), 0o600); err != nil {
				t.Fatal(err)
			}
			r := aboveline(t, "", "check")
			if r.code != c.code || !strings.Contains(r.out, c.want) {
				t.Errorf("exit %d:\n%s%s\nwant %d and %q", r.code, r.out, r.errs, c.code, c.want)
			}
			if strings.Contains(r.out+r.errs, "canary") {
				t.Errorf("the password is told: %s", r.out)
			}
		})
	}
}

func TestCheckSecretsAndServe(t *testing.T) {
	in(t, quiet+"[[mailin.imap]]\nserver = \"imaps://127.0.0.1:1\"\nusername = \"a\"\npassword_file = \"pw\"\n")
	if err := os.WriteFile("pw", []byte("canary"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := aboveline(t, "", "check", "--offline"); r.code != exitFailed || !strings.Contains(r.out, "bad  secret      pw can be read by every user; run: chmod 600 pw") {
		t.Errorf("check: exit %d\n%s", r.code, r.out)
	}
	if r := aboveline(t, "", "serve"); r.code != exitFailed || !strings.Contains(r.errs, "chmod 600 pw") || strings.Contains(r.errs, "canary") {
		t.Errorf("serve with a secret that is none: %+v", r)
	}
}

// TestCheckEverySecret: each secret that a config can name is looked at once, by check and before serving; keys by
// check.
func TestCheckEverySecret(t *testing.T) {
	oauth := "oauth2 = { token_url = \"https://login.omdirekt.example/token\", client_id = \"a\", client_secret_file = %q, refresh_token_file = %q }\n"
	in(t, quiet+"[mailin.smtp]\nlisten = \"127.0.0.1:0\"\ntls_cert = \"cert\"\ntls_key = \"tls.key\"\n"+
		"[[mailin.imap]]\nserver = \"imaps://127.0.0.1:1\"\nusername = \"a\"\n"+fmt.Sprintf(oauth, "imap.client", "refresh")+
		"[[mailin.imap]]\nserver = \"imaps://127.0.0.1:1\"\nusername = \"b\"\npassword_file = \"pw\"\n"+
		"[mailout]\nsmarthost = \"smtps://127.0.0.1:1\"\nusername = \"a\"\n"+fmt.Sprintf(oauth, "out.client", "refresh")+
		"[[mailout.dkim]]\nselector = \"s\"\nkey_file = \"dkim.key\"\n"+
		"[alarm]\nwebhook = \"https://alarm.omdirekt.example/\"\nwebhook_secret_file = \"hook\"\n")
	secrets := []string{"imap.client", "refresh", "pw", "out.client", "hook"}
	keys := []string{"dkim.key", "tls.key"}
	for _, name := range secrets {
		if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range keys {
		writePEM(t, name, "PRIVATE KEY", der)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(1, 0, 0)}
	if der, err = x509.CreateCertificate(rand.Reader, template, template, public, private); err != nil {
		t.Fatal(err)
	}
	writePEM(t, "cert", "CERTIFICATE", der)
	if r := aboveline(t, "", "check", "--offline"); r.code != exitOK {
		t.Errorf("private secrets: exit %d\n%s", r.code, r.out)
	}
	for _, name := range append(secrets, keys...) {
		if err := os.Chmod(name, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	checked, served := aboveline(t, "", "check", "--offline").out, aboveline(t, "", "serve").errs
	for _, name := range append(secrets, keys...) {
		if n := strings.Count(checked, "run: chmod 600 "+name+"\n"); n != 1 {
			t.Errorf("check tells of %s %d times", name, n)
		}
	}
	for _, name := range secrets {
		if !strings.Contains(served, "run: chmod 600 "+name+"\n") {
			t.Errorf("serve does not mind %s: %s", name, served)
		}
	}
	if err := os.Remove("hook"); err != nil {
		t.Fatal(err)
	}
	if r := aboveline(t, "", "check", "--offline"); !strings.Contains(r.out, "no such file or directory; write it there, and run: chmod 600 hook") {
		t.Errorf("an absent secret:\n%s", r.out)
	}
}

// TestCheckTellsWhatIsLeftOut: a config can be right and yet bring no mail in, or tell nobody of it.
func TestCheckTellsWhatIsLeftOut(t *testing.T) {
	in(t, quiet)
	r := aboveline(t, "", "check", "--offline")
	if r.code != exitOK || !strings.Contains(r.out, "ok   door        none is open") || !strings.Contains(r.out, "ok   staff       nobody") {
		t.Errorf("exit %d\n%s", r.code, r.out)
	}
	in(t, quiet+"[mailin.smtp]\nlisten = \"127.0.0.1:0\"\n[[staff]]\naddress = \"anna@omdirekt.example\"\n")
	if r := aboveline(t, "", "check", "--offline"); strings.Contains(r.out, "none is open") || strings.Contains(r.out, "nobody") {
		t.Errorf("with both:\n%s", r.out)
	}
}

// TestCheckMetricsPort: a port in use keeps the gateway from starting, be it a door's or the figures'.
func TestCheckMetricsPort(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	in(t, quiet+fmt.Sprintf("[metrics]\nlisten = %q\n", ln.Addr()))
	if r := aboveline(t, "", "check", "--offline"); r.code != exitFailed || !strings.Contains(r.out, "bad  door        another program listens on "+ln.Addr().String()) {
		t.Errorf("exit %d\n%s", r.code, r.out)
	}
}

// TestPeerFault: whatever keeps us from a server, a person is told what to look at.
func TestPeerFault(t *testing.T) {
	_, refused := net.Dial("tcp", "127.0.0.1:1")
	for _, c := range []struct {
		err  error
		want string
	}{
		{refused, "is it the right port?"},
		{fmt.Errorf("dial: %w", &net.DNSError{Err: "no such host", Name: "mial.example", IsNotFound: true}), "is the name right?"},
		{context.DeadlineExceeded, "firewall"},
		{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "STARTTLS?"},
		{&tls.CertificateVerificationError{Err: errors.New("unknown authority")}, "ca_file"},
	} {
		if got := peerFault(c.err); !errors.Is(got, c.err) || !strings.Contains(got.Error(), c.want) {
			t.Errorf("%v: %v; want %q", c.err, got, c.want)
		}
	}
	if err := errors.New("421 too busy"); peerFault(err) != err {
		t.Error("something was added to what is clear")
	}
}

func TestCheckMailbox(t *testing.T) {
	dovecot := peertest.StartDovecot(t)
	toml := quiet + fmt.Sprintf("[[mailin.imap]]\nserver = \"imap://%s\"\ninsecure = true\nusername = \"support\"\npassword_file = \"pw\"\n", dovecot.Addr)
	for _, c := range []struct{ name, more, password, want string }{
		{"right", "", dovecot.Password, "INBOX holds 0 mails"},
		{"wrong password", "", "canary", "is it the right password?"},
		{"wrong mailbox", "mailbox = \"Nowhere\"\n", dovecot.Password, `no mailbox "Nowhere"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			in(t, toml+c.more)
			if err := os.WriteFile("pw", []byte(c.password), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg, err := config.Load("aboveline.toml")
			if err != nil {
				t.Fatal(err)
			}
			text, err := lookIMAP(t.Context(), cfg, cfg.Mailin.IMAP[0])
			if err != nil {
				text = err.Error()
			}
			if !strings.Contains(text, c.want) || (err == nil) != (c.name == "right") || strings.Contains(text, "canary") {
				t.Errorf("%s, %v; want %q", text, err, c.want)
			}
		})
	}
}

func TestCheckDNSAndDKIM(t *testing.T) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	record, err := dkim.Record(key)
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := dkim.Record(other)
	if err != nil {
		t.Fatal(err)
	}
	dns, err := mockdns.NewServerWithLogger(map[string]mockdns.Zone{
		"omdirekt.example.":                 {MX: []net.MX{{Host: "mx.omdirekt.example.", Pref: 10}}},
		"here._domainkey.omdirekt.example.": {TXT: []string{strings.ReplaceAll(record, "; ", " ;  ")}},
		"old._domainkey.omdirekt.example.":  {TXT: []string{foreign}},
	}, log.New(new(strings.Builder), "", 0), false)
	if err != nil {
		t.Fatal(err)
	}
	defer dns.Close()
	dir := in(t, "")
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, filepath.Join(dir, "dkim.pem"), "PRIVATE KEY", der)
	toml := quiet + "[dns]\nserver = \"" + dns.LocalAddr().String() + "\"\n"
	for _, selector := range []string{"here", "old", "none"} {
		toml += "[[mailout.dkim]]\nselector = \"" + selector + "\"\nkey_file = \"dkim.pem\"\n"
	}
	if err := os.WriteFile("aboveline.toml", []byte(toml), 0o600); err != nil {
		t.Fatal(err)
	}
	r := aboveline(t, "", "check")
	for _, want := range []string{
		"ok   dns         answers; mail for omdirekt.example goes to mx.omdirekt.example",
		"ok   dkim        here._domainkey.omdirekt.example",
		"bad  dkim        DNS has another key; publish this TXT record at old._domainkey.omdirekt.example:",
		"bad  dkim        no key found in DNS",
		record,
	} {
		if !strings.Contains(r.out, want) {
			t.Errorf("check does not say %q:\n%s", want, r.out)
		}
	}
	if r.code != exitFailed {
		t.Errorf("exit %d, want 1", r.code)
	}
}

func TestCheckCertificate(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	ends := time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC)
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mx"}, NotBefore: ends.AddDate(0, -3, 0), NotAfter: ends}
	der, err := x509.CreateCertificate(rand.Reader, template, template, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, cert, "CERTIFICATE", der)
	if der, err = x509.MarshalPKCS8PrivateKey(secret); err != nil {
		t.Fatal(err)
	}
	writePEM(t, key, "PRIVATE KEY", der)
	if text, err := lookCertificate(cert, key, ends.AddDate(0, -1, 0)); err != nil || !strings.Contains(text, "good until 2026-12-24") {
		t.Errorf("a month before its end: %q, %v", text, err)
	}
	if _, err := lookCertificate(cert, key, ends.AddDate(0, 0, -7)); err == nil || !strings.Contains(err.Error(), "renew it") {
		t.Errorf("a week before its end: %v", err)
	}
	if _, err := lookCertificate(key, cert, ends); err == nil {
		t.Error("key and certificate swapped: no error")
	}
}

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCheckStore(t *testing.T) {
	dir := t.TempDir()
	if text, err := lookStore(filepath.Join(dir, "a", "b")); err != nil || !strings.Contains(text, "will be made") {
		t.Errorf("a store to be: %q, %v", text, err)
	}
	open := filepath.Join(dir, "open")
	if err := os.Mkdir(open, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := lookStore(open); err == nil || !strings.Contains(err.Error(), "chmod 700") {
		t.Errorf("a store that others can enter: %v", err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := lookStore(file); err == nil {
		t.Error("a file for a store: no error")
	}
	if _, err := lookDisk(dir, 1<<50); err == nil || !strings.Contains(err.Error(), "make room") {
		t.Errorf("too little room: %v", err)
	}
}

func TestCheckDoor(t *testing.T) {
	dir := t.TempDir()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := config.Listen(ln.Addr().String())
	if _, err := lookDoor(dir, addr); err == nil || !strings.Contains(err.Error(), "another program listens") {
		t.Errorf("a port in use: %v", err)
	}
	ln.Close()
	if text, err := lookDoor(dir, addr); err != nil || !strings.Contains(text, "is free") {
		t.Errorf("a free port: %q, %v", text, err)
	}
	if _, err := lookDoor(dir, config.Listen("unix:"+dir+"/none/lmtp.sock")); err == nil {
		t.Error("a socket in a directory that is not there: no error")
	}
	if _, err := lookDoor(dir, config.Listen("unix:"+dir+"/lmtp.sock")); err != nil {
		t.Errorf("a socket: %v", err)
	}
}

func TestCheckExplainsAMail(t *testing.T) {
	in(t, quiet+"[[rule]]\nname = \"Login\"\nwhen = 'text contains \"bankid\"'\ntags = [\"inloggning\"]\n")
	if err := os.WriteFile("mail.eml", []byte(fmt.Sprintf(letter, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	r := aboveline(t, "", "check", "--explain", "mail.eml")
	if r.code != exitOK || !strings.Contains(r.out, "inloggning") || !strings.Contains(r.out, "rule Login") || strings.ContainsAny(r.out, "\x1b") {
		t.Errorf("check --explain: %+v", r)
	}
	r = aboveline(t, "", "check", "--json", "--explain", "mail.eml")
	if _, second, _ := strings.Cut(r.out, "\n"); r.code != exitOK || !strings.Contains(second, `"tags":["inloggning"]`) || !strings.Contains(second, `"kind":"confirmation"`) {
		t.Errorf("check --json --explain: %+v", r)
	}
	proved := "Authentication-Results: mx.desk.example; dmarc=pass header.from=kommun.example\n" + fmt.Sprintf(letter, 1)
	if err := os.WriteFile("mail.eml", []byte(proved), 0o600); err != nil {
		t.Fatal(err)
	}
	pinned, err := os.ReadFile("aboveline.toml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("aboveline.toml", append(pinned, "[mailin.pipe]\nauthserv_id = \"mx.desk.example\"\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := aboveline(t, "", "check", "--explain", "mail.eml"); !strings.Contains(r.out, "author-proved") || !strings.Contains(r.out, "2026-11-20 09:00") {
		t.Errorf("a proved author is not believed, or not at the mail's time: %+v", r)
	}
	if r := aboveline(t, "", "check", "--explain", "none.eml"); r.code != exitFailed {
		t.Errorf("check --explain of no mail: %+v", r)
	}
	if left, _ := os.ReadDir("."); len(left) != 2 {
		t.Errorf("left behind: %v", left)
	}
}
