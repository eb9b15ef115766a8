package mime

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// TestGoldens reads each mail of testdata/mailin/mime and compares what it is read as. The .why beside it tells
// which programs write such mail.
func TestGoldens(t *testing.T) {
	files, err := filepath.Glob("../../testdata/mailin/mime/*.eml")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d mails, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".eml"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := dump(Read(CRLF(raw)), "")
			golden := strings.TrimSuffix(file, ".eml") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("read as\n%s\nwant\n%s", got, want)
			}
			if _, err := os.Stat(strings.TrimSuffix(file, ".eml") + ".why"); err != nil {
				t.Error(err)
			}
		})
	}
}

// dump is a message as goldens have it.
func dump(m *Message, indent string) string {
	var b strings.Builder
	line := func(format string, a ...any) { b.WriteString(indent + fmt.Sprintf(format, a...) + "\n") }
	who, identity, odd := m.Author()
	line("subject: %s", m.Get("Subject"))
	line("from: %s <%s> %s %s", who.Name, who.Address, identity, odd)
	for _, p := range m.Problems {
		line("problem: %s", p)
	}
	for _, a := range m.Attachments {
		line("attachment: %q %s %d inline=%v cid=%s %.12s", a.Name, a.Type, a.Size, a.Inline, a.ContentID, a.SHA256)
	}
	line("text:")
	for l := range strings.SplitSeq(m.Text, "\n") {
		line("| %s", l)
	}
	if m.HTML != "" {
		line("html: %d bytes", len(m.HTML))
	}
	for _, n := range m.Nested {
		line("nested:")
		b.WriteString(dump(n, indent+"  "))
	}
	return b.String()
}

func TestClearsigned(t *testing.T) {
	signed := "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nHej.\n- -- \nÅsa\n-----BEGIN PGP SIGNATURE-----\n\nabc=\n-----END PGP SIGNATURE-----\n"
	if got := clearsigned(signed); got != "Hej.\n-- \nÅsa\n" {
		t.Errorf("clearsigned = %q", got)
	}
	for _, s := range []string{"", "Hej.\n", signed[:60], signed[:90], "> " + signed} {
		if got := clearsigned(s); got != s {
			t.Errorf("clearsigned(%q) = %q, want it as it is", s, got)
		}
	}
}

func TestMetaCharset(t *testing.T) {
	tests := map[string]string{
		`<meta charset="UTF-8">`: "utf-8",
		`<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">`: "koi8-r",
		`<meta charset=iso-8859-1/>`: "iso-8859-1",
		`<p>charset`:                 "",
		`<p>charset=`:                "",
	}
	for in, want := range tests {
		if got := metaCharset([]byte(in)); got != want {
			t.Errorf("metaCharset(%q) = %q, want %q", in, got, want)
		}
	}
}

// A mail is read whatever line ends its file has.
func TestReadSameByAnyLineEnd(t *testing.T) {
	files, _ := filepath.Glob("../../testdata/mailin/mime/*.eml")
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		crlf := CRLF(raw)
		if bytes.Count(crlf, []byte("\r")) != bytes.Count(crlf, []byte("\r\n")) {
			continue // a lone CR is content there
		}
		want := dump(Read(crlf), "")
		for name, other := range map[string]string{"LF": "\n", "CR": "\r", "CR CR LF": "\r\r\n"} {
			if got := dump(Read(CRLF(bytes.ReplaceAll(crlf, []byte("\r\n"), []byte(other)))), ""); got != want {
				t.Errorf("%s with %s is read as\n%s\nwant\n%s", filepath.Base(file), name, got, want)
			}
		}
	}
}

// FuzzRead holds Read to what everything after it relies on.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("../../testdata/mailin/mime/*.eml")
	for _, file := range files {
		if raw, err := os.ReadFile(file); err == nil && len(raw) < 4000 {
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		check(t, Read(CRLF(raw)), 0)
	})
}

func check(t *testing.T, m *Message, depth int) {
	for name, text := range map[string]string{"text": m.Text, "html": m.HTML, "plain": m.Plain} {
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\r") {
			t.Fatalf("%s %q is no clean text", name, text)
		}
	}
	for name, values := range m.Header {
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsAny(v, "\x00\r\n") {
				t.Fatalf("%s: %q is not one line of text", name, v)
			}
		}
	}
	if len(m.Attachments) > MaxAttachments || depth > MaxNested {
		t.Fatalf("%d attachments, %d deep", len(m.Attachments), depth)
	}
	for _, a := range m.Attachments {
		if a.Name != CleanName(a.Name) || len(a.Name) > MaxName || !utf8.ValidString(a.Name) || a.Size != int64(len(a.Content)) {
			t.Fatalf("attachment %q of %d bytes, %d", a.Name, a.Size, len(a.Content))
		}
	}
	for _, p := range m.Problems {
		if !utf8.ValidString(p) || strings.ContainsAny(p, "\x00\r\n\x1b") || len(p) > 300 {
			t.Fatalf("problem %q is not for an operator", p)
		}
	}
	for _, n := range m.Nested {
		check(t, n, depth+1)
	}
}
