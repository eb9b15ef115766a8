package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "0d": 0, "30s": 30 * time.Second, "1h30m": 90 * time.Minute, "1d": 24 * time.Hour,
		"2d12h": 60 * time.Hour, "365d": 365 * 24 * time.Hour,
	} {
		if got, err := ParseDuration(text); err != nil || time.Duration(got) != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "1", "-1h", "1d-1h", "1.5d", "1h1d", "1dd", "5 minutes", "99999d", "1d1d"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("ParseDuration(%q) = %v, want an error", text, got)
		}
	}
}

func TestDurationRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Duration(rapid.Int64Range(0, int64(40000*24*time.Hour)).Draw(t, "d"))
		got, err := ParseDuration(d.String())
		if err != nil || got != d {
			t.Fatalf("ParseDuration(%q) = %d, %v, want %d", d.String(), got, err, d)
		}
	})
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]Size{"25MiB": 25 << 20, "1 GiB": 1 << 30, "512B": 512, "0B": 0} {
		got, err := ParseSize(text)
		if err != nil || got != want {
			t.Errorf("ParseSize(%q) = %d, %v, want %d", text, got, err, want)
		}
		if back, err := ParseSize(got.String()); err != nil || back != got {
			t.Errorf("ParseSize(%q) = %d, %v, want %d", got.String(), back, err, got)
		}
	}
	for _, text := range []string{"", "25", "25MB", "-1B", "1.5MiB", "MiB", "99999999999GiB"} {
		if got, err := ParseSize(text); err == nil {
			t.Errorf("ParseSize(%q) = %d, want an error", text, got)
		}
	}
}

func TestParseServer(t *testing.T) {
	for text, want := range map[string]string{
		"imaps://mail.example":        "mail.example:993",
		"smtp+starttls://[::1]":       "[::1]:587",
		"smtps://mail.example/":       "mail.example:465",
		"smtp://127.0.0.1:2526":       "127.0.0.1:2526",
		"imap://mail.example:1143":    "mail.example:1143",
		"smtp://127.0.0.1:99999":      "",
		"http://mail.example":         "",
		"smtp://anna:pw@mail.example": "",
		"mail.example":                "",
		"smtps://mail.example/path":   "",
	} {
		got, err := parseServer(text)
		switch {
		case want == "" && err == nil:
			t.Errorf("parseServer(%q) = %v, want an error", text, got)
		case want != "" && (err != nil || got.Addr() != want):
			t.Errorf("parseServer(%q) = %v, %v, want %s", text, got, err, want)
		}
	}
}

func TestSecret(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) Secret {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return Secret{File: Path(path)}
	}
	t.Setenv("ABOVELINE_TEST_SECRET", "from-env")
	for _, c := range []struct {
		name string
		s    Secret
		want string
		err  string
	}{
		{"own file", file("a", "canary\n", 0o600), "canary", ""},
		{"group's file", file("b", "canary", 0o640), "canary", ""},
		{"everybody's file", file("c", "canary\n", 0o644), "", "chmod 600"},
		{"writable file", file("d", "canary\n", 0o620), "", "changed by others"},
		{"empty file", file("e", "\n", 0o600), "", "one line"},
		{"two lines", file("f", "canary\nb\n", 0o600), "", "one line"},
		{"huge file", file("g", strings.Repeat("x", maxSecret+1), 0o600), "", "larger"},
		{"no file", Secret{File: Path(filepath.Join(dir, "none"))}, "", "no such file"},
		{"a directory", Secret{File: Path(dir)}, "", "not a file"},
		{"environment", Secret{Env: "ABOVELINE_TEST_SECRET"}, "from-env", ""},
		{"empty environment", Secret{Env: "ABOVELINE_TEST_NONE"}, "", "is empty"},
		{"none", Secret{}, "", "no secret"},
	} {
		got, err := c.s.Read()
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: Read() = %q, %v, want %q, %q", c.name, got, err, c.want, c.err)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error tells the secret: %v", c.name, err)
		}
		if text := fmt.Sprintf("%v %+v %#v", c.s, c.s, c.s); strings.Contains(text, "canary") {
			t.Errorf("%s: printed as %s", c.name, text)
		}
	}
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	if got, err := (Secret{File: Path(filepath.Join(dir, "c"))}).Read(); err != nil || got != "canary" {
		t.Errorf("handed over by systemd: Read() = %q, %v", got, err)
	}
}

// TestNoProblemTellsASecret writes a canary wherever a person might put a password, and looks for it in the answer.
func TestNoProblemTellsASecret(t *testing.T) {
	src := `[desk]
name = "A"
address = "a@desk.example"
[mailout]
smarthost = "smtp://anna:canary@mail.example"
password = "canary"
oauth2 = { client_id = "x", client_secret = "canary", refresh_token = "canary" }
[[mailin.imap]]
server = "imaps://u:canary@mail.example"
password = "canary"
`
	_, err := Parse("aboveline.toml", []byte(src))
	if err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("told: %v", err)
	}
}

// FuzzParse looks for a text that breaks the reader, and for problems without a place.
func FuzzParse(f *testing.F) {
	for _, dir := range []string{"/config/*.toml", "/desks/*/*.toml"} {
		files, err := filepath.Glob(data + dir)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range files {
			src, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	f.Add([]byte(Sample))
	f.Fuzz(func(t *testing.T, src []byte) {
		c, err := Parse("f.toml", src)
		if (c == nil) == (err == nil) {
			t.Fatalf("Parse = %v, %v", c, err)
		}
		if err == nil {
			if _, err := c.Desk(); err != nil {
				t.Fatalf("Desk: %v", err)
			}
			return
		}
		for _, p := range err.(Problems) {
			if p.Line < 1 || p.Column < 1 || strings.ContainsAny(p.Error(), "\n\r\x1b") {
				t.Fatalf("problem %#v", p)
			}
		}
	})
}
