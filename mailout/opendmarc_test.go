package mailout

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"aboveline.example/mailout/dkim"
)

// milter is a mail filter in its test mode: what it would add to a mail that it is shown.
type milter struct {
	t            *testing.T
	tool, config string
}

// newMilter is skipped where the program is missing, and fails if the environment has ABOVELINE_PEERS=required.
func newMilter(t *testing.T, dir, tool, config string) milter {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		if os.Getenv("ABOVELINE_PEERS") == "required" {
			t.Fatal(tool + " is not installed")
		}
		t.Skip(tool + " is not installed")
	}
	return milter{t, path, keepText(t, dir, tool+".conf", config)}
}

func keepText(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// added is the header field that a filter puts on top of a mail.
var added = regexp.MustCompile(`(?s)hname='(Authentication-Results)' hvalue='([^']*)'`)

// judge is the filter's Authentication-Results of a mail, CRLF at its end, or else all that it said.
func (m milter) judge(flag, mail string) string {
	out, err := exec.CommandContext(m.t.Context(), m.tool, flag, m.config, "-v", "-v", "-t", mail).CombinedOutput()
	if f := added.FindSubmatch(out); f != nil {
		return fmt.Sprintf("%s: %s\r\n", f[1], bytes.ReplaceAll(f[2], []byte("\n"), []byte("\r\n")))
	}
	return fmt.Sprintf("%s (%v)", out, err)
}

// TestOpenDMARC lets the filters that most mail servers run judge every kind of our mail in every language, under the
// strictest policy: opendkim the signature, and opendmarc, from what that says, the alignment and the form of the header.
func TestOpenDMARC(t *testing.T) {
	dir := t.TempDir()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	record, err := dkim.Record(key)
	if err != nil {
		t.Fatal(err)
	}
	s, err := dkim.New("omdirekt.example", dkim.Key{Selector: "r2026", Private: key})
	if err != nil {
		t.Fatal(err)
	}
	keys := keepText(t, dir, "keys", "r2026._domainkey.omdirekt.example "+record+"\n")
	policies := keepText(t, dir, "policies", "_dmarc.omdirekt.example v=DMARC1; p=reject; adkim=s; aspf=s\n_dmarc.sublime.example v=DMARC1; p=reject\n")
	signatures := newMilter(t, dir, "opendkim", "Mode v\nSyslog no\nAuthservID mx.kommun.example\nTestDNSData "+keys+"\n")
	alignment := newMilter(t, dir, "opendmarc", "Syslog false\nAuthservID mx.kommun.example\nTestDNSData "+policies+"\nRequiredHeaders true\nRejectFailures true\n")
	judge := func(t *testing.T, mail []byte) (signature, policy string) {
		t.Helper()
		signature = signatures.judge("-x", keepText(t, dir, "mail", string(mail)))
		return signature, alignment.judge("-c", keepText(t, dir, "judged", signature+string(mail)))
	}
	c := composer(t)
	var unsigned, last []byte
	for _, lang := range Tongues {
		for _, k := range kinds {
			wire, err := c.Compose(Sample(k.template, lang, k.role))
			if err != nil {
				t.Fatal(err)
			}
			mail, err := Bytes(t.Context(), wire, noBlobs{})
			if err != nil {
				t.Fatal(err)
			}
			signature, err := s.Sign(mail)
			if err != nil {
				t.Fatal(err)
			}
			unsigned, last = mail, append(signature, mail...)
			signed, aligned := judge(t, last)
			if !strings.Contains(signed, "dkim=pass") || !strings.Contains(aligned, "dmarc=pass (p=reject dis=none) header.from=omdirekt.example") {
				t.Errorf("%s to %s in %s: opendkim says %s, opendmarc %s", k.template, k.role, lang, signed, aligned)
			}
		}
	}
	// They do look: what was changed on the way, and what is from somebody else, does not pass.
	changed := append(bytes.Clone(last), "x\r\n"...)
	if signed, aligned := judge(t, changed); strings.Contains(signed, "dkim=pass") || !strings.Contains(aligned, "rejected by DMARC policy") {
		t.Errorf("of a mail with a line appended opendkim says %s, opendmarc %s", signed, aligned)
	}
	foreign := author.ReplaceAll(unsigned, []byte("From: oms@sublime.example\r\n"))
	signature, err := s.Sign(foreign)
	if err != nil {
		t.Fatal(err)
	}
	if signed, aligned := judge(t, append(signature, foreign...)); !strings.Contains(signed, "dkim=pass") || !strings.Contains(aligned, "rejected by DMARC policy") {
		t.Errorf("of a mail from another domain that we signed opendkim says %s, opendmarc %s", signed, aligned)
	}
}

var author = regexp.MustCompile(`(?m)^From:.*\r\n(?:[ \t].*\r\n)*`)
