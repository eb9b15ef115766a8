package inspect

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const goldens = "../../../testdata/mailin/mime"

func write(t testing.TB, name, content string) string {
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func run(t *testing.T, stdin string, asJSON bool, files ...string) string {
	var out bytes.Buffer
	if err := Run(t.Context(), strings.NewReader(stdin), &out, files, asJSON); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// CONTRACT, section 3: what is unknown or empty is present and empty, never absent.
func TestEveryFieldIsPresent(t *testing.T) {
	want := []string{"attachments", "bounce", "cc", "date", "fields", "file", "forwarded", "from", "identity", "in_reply_to", "kind",
		"kind_reason", "language", "language_confidence", "message_id", "no_ack", "problems", "references", "reply", "reply_to",
		"subject", "text", "to", "unnamed"}
	for name, stdin := range map[string]string{"nothing": "", "one byte": "x", "a mail": "From: a@b.example\n\nhej\n"} {
		var got map[string]any
		out := run(t, stdin, true, "-")
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("%s: %q: %v", name, out, err)
		}
		var keys []string
		for k, v := range got {
			keys = append(keys, k)
			if v == nil && k != "forwarded" {
				t.Errorf("%s: %s is null", name, k)
			}
		}
		slices.Sort(keys)
		if !slices.Equal(keys, want) {
			t.Errorf("%s: fields %v, want %v", name, keys, want)
		}
	}
}

// A file that cannot be read is an object with its problem, in its place, and not a stop.
func TestUnreadableFile(t *testing.T) {
	good := write(t, "a.eml", "From: a@b.example\nSubject: one\n\nhej\n")
	empty := write(t, "b.eml", "")
	missing := filepath.Join(t.TempDir(), "missing.eml")
	lines := strings.Split(strings.TrimSpace(run(t, "", true, missing, good, empty, t.TempDir(), good)), "\n")
	if len(lines) != 5 {
		t.Fatalf("%d objects, want 5", len(lines))
	}
	for i, wantProblem := range []bool{true, false, true, true, false} {
		var r Report
		if err := json.Unmarshal([]byte(lines[i]), &r); err != nil {
			t.Fatal(err)
		}
		if (len(r.Problems) > 0) != wantProblem || (r.Subject == "one") == wantProblem {
			t.Errorf("object %d: subject %q, problems %q", i, r.Subject, r.Problems)
		}
	}
}

// Files are read on all processors and shown in the order they were given.
func TestOrder(t *testing.T) {
	var files []string
	for i := range 200 {
		files = append(files, write(t, fmt.Sprint(i, ".eml"), fmt.Sprintf("From: a@b.example\nSubject: %d\n\n%s\n", i, strings.Repeat("x\n", (i*7919)%5000))))
	}
	for i, line := range strings.Split(strings.TrimSpace(run(t, "", true, files...)), "\n") {
		var r Report
		if err := json.Unmarshal([]byte(line), &r); err != nil || r.File != files[i] || r.Subject != fmt.Sprint(i) {
			t.Fatalf("object %d is of %s, subject %q, %v", i, r.File, r.Subject, err)
		}
	}
}

func TestPage(t *testing.T) {
	file := write(t, "a.eml", "From: \"chef@kommun.example\" <asa@elsewhere.example>\nTo: stod@omdirekt.example\nSubject: Fel \x1b[31m\nDate: Tue, 03 Mar 2026 10:14:00 +0100\nContent-Type: text/plain; charset=utf-8\n\nDet är fel på sidan.\u202e\n\n> Vad är fel?\n")
	got := run(t, "", false, file)
	for _, want := range []string{"subject      Fel [31m\n", "identity     ambiguous\n", "problem      From: the display name shows another address\n",
		"date         2026-03-03T10:14:00+01:00\n", "\n  Det är fel på sidan.·\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("page\n%s\nhas no %q", got, want)
		}
	}
	if strings.ContainsAny(got, "\x1b\u202e") {
		t.Errorf("page %q steers the terminal", got)
	}
}

func TestColour(t *testing.T) {
	r := Report{Subject: "Fel", Problems: []string{"x"}}
	var plain, painted bytes.Buffer
	for b, colour := range map[*bytes.Buffer]bool{&plain: false, &painted: true} {
		w := bufio.NewWriter(b)
		r.print(w, colour)
		w.Flush()
	}
	if bytes.Contains(plain.Bytes(), []byte("\x1b")) || !bytes.Contains(painted.Bytes(), []byte("\x1b[1mFel\x1b[0m")) {
		t.Errorf("plain %q, painted %q", plain.String(), painted.String())
	}
	if colourful(&plain) {
		t.Error("a buffer is no terminal")
	}
}

func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := Run(ctx, strings.NewReader(""), &bytes.Buffer{}, []string{write(t, "a.eml", "x"), write(t, "b.eml", "x")}, true)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want %v", err, context.Canceled)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestOutputGone(t *testing.T) {
	if err := Run(t.Context(), nil, broken{}, []string{write(t, "a.eml", "x")}, true); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Run = %v, want %v", err, os.ErrClosed)
	}
}

// The whole way from files to JSON, all processors: mails a second is 1e9 / (ns/op) times the mails.
func BenchmarkRun(b *testing.B) {
	files, err := filepath.Glob(filepath.Join(goldens, "*.eml"))
	if err != nil || len(files) == 0 {
		b.Fatal(len(files), err)
	}
	for b.Loop() {
		if err := Run(b.Context(), nil, &bytes.Buffer{}, files, true); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(files)*b.N)/b.Elapsed().Seconds(), "mails/s")
}
