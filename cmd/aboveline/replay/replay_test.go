package replay

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"aboveline.example/cmd/aboveline/config"
)

func desk(t *testing.T) *config.Config {
	t.Helper()
	cfg, err := config.Parse("test.toml", []byte(`
[desk]
name = "Support"
address = "support@desk.example"
prefix = "T"
[store]
path = "`+t.TempDir()+`/never-made"
[mailin.smtp]
listen = "127.0.0.1:2525"
relays = ["127.0.0.1/32"]
authserv_id = "mx.desk.example"
[[rule]]
name = "login"
when = 'text contains "bankid"'
tags = ["login"]
[[rule]]
name = "never"
when = 'text contains "no such word"'
tags = ["none"]
`))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func mailAt(at time.Time, id, extra, body string) string {
	return "Authentication-Results: mx.desk.example; dmarc=pass header.from=clients.example\n" +
		"Received: from relay by mx.desk.example; " + at.Format(time.RFC1123Z) + "\n" +
		"Message-ID: <" + id + "@clients.example>\nDate: " + at.Format(time.RFC1123Z) + "\nFrom: " + id + "@clients.example\nTo: support@desk.example\n" +
		extra + "Subject: about " + id + "\n\n" + body + "\n"
}

// TestReplayPlaysByTheClockOfTheMails: mails are played in the order they came, whatever file they stand in; the same
// mail twice is one; nothing is written to the configured store.
func TestReplayPlaysByTheClockOfTheMails(t *testing.T) {
	dir, cfg := t.TempDir(), desk(t)
	at := time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	second := mailAt(at.Add(time.Hour), "second", "", "BankID does not work.\n\n>From here on it was quoted by the mailbox.")
	mbox := "From a@b Tue Mar  3 10:00:00 2026\n" + second + "\nFrom a@b Tue Mar  3 10:00:00 2026\n" + second +
		"\nFrom a@b Tue Mar  3 11:00:00 2026\n" + mailAt(at.Add(2*time.Hour), "third", "Auto-Submitted: auto-generated\n", "disk full") + "\n"
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("a.mbox", mbox)
	write("box/new/1.eml", mailAt(at, "first", "", "Hello"))
	write("box/cur/.keep", "")
	write("box/tmp/half", "never delivered")
	var out strings.Builder
	if err := Run(t.Context(), Options{Config: cfg, Paths: []string{dir}, JSON: true, Out: &out}); err != nil {
		t.Fatal(err)
	}
	var got []string
	sc := bufio.NewScanner(strings.NewReader(out.String()))
	for sc.Scan() {
		var e Event
		if err := json.Unmarshal(sc.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		if e.Event != "mail.out" {
			got = append(got, fmt.Sprintf("%s %s %s %v", e.At.Format("15:04"), e.Event, e.MessageID, e.Tags))
		}
	}
	want := []string{
		"09:00 ticket.created first@clients.example []",
		"10:00 ticket.created second@clients.example [login]",
		"10:00 duplicate second@clients.example []",
		"11:00 ticket.created third@clients.example []",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if strings.Count(out.String(), `"to":"third@`) != 0 {
		t.Error("a machine would have been answered")
	}
	if _, err := os.Stat(string(cfg.Store.Path)); err == nil {
		t.Error("the configured store was made")
	}
}

func TestSummaryNamesRulesThatNeverMatched(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "1.eml")
	if err := os.WriteFile(file, []byte(mailAt(time.Now(), "first", "", "bankid")), 0o644); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := Run(t.Context(), Options{Config: desk(t), Paths: []string{file}, Out: &out}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "\nOutages, by their tickets") || !strings.Contains(out.String(), "\n  none") {
		t.Errorf("nothing is said of outages:\n%s", out.String())
	}
	_, after, ok := strings.Cut(out.String(), "Never matched")
	if !ok || !strings.Contains(after, "rule never") || strings.Contains(after, "rule login") {
		t.Errorf("summary:\n%s", out.String())
	}
}

// TestSummaryNamesOutages: an outage stands there with what made it one and how many tickets belong to it.
func TestSummaryNamesOutages(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	for i := range 6 {
		from := fmt.Sprint("p", i)
		text := mailAt(at.Add(time.Duration(i)*time.Minute), from, "", "Inloggning med BankID ger felkod 503")
		if err := os.WriteFile(filepath.Join(dir, from+".eml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	if err := Run(t.Context(), Options{Config: desk(t), Paths: []string{dir}, Out: &out}); err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(out.String(), "Outages, by their tickets")
	line := regexp.MustCompile(`\n  D-1 \(.*503.*\) +6\n`)
	if !line.MatchString(after) {
		t.Errorf("want a line like %s:\n%s", line, out.String())
	}
}

func BenchmarkReplay(b *testing.B) {
	dir := b.TempDir()
	var box strings.Builder
	at := time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	const mails = 2000
	for i := range mails {
		box.WriteString("From a@b Tue Mar  3 10:00:00 2026\n" + mailAt(at.Add(time.Duration(i)*time.Minute), fmt.Sprint("m", i), "", "Kan inte logga in.\nHej då") + "\n")
	}
	file := filepath.Join(dir, "box")
	if err := os.WriteFile(file, []byte(box.String()), 0o644); err != nil {
		b.Fatal(err)
	}
	cfg := config.Default()
	for b.Loop() {
		var out strings.Builder
		if err := Run(b.Context(), Options{Config: cfg, Paths: []string{file}, JSON: true, Out: &out}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(mails*b.N)/b.Elapsed().Seconds(), "mails/s")
}

// TestStopWhileMailsAreFound: a large mbox is searched for a while, which can be seen and stopped.
func TestStopWhileMailsAreFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large.mbox")
	one := "From a@b Tue Mar  3 10:00:00 2026\n" + mailAt(time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC), "one", "", "Printer.") + "\n"
	if err := os.WriteFile(path, []byte(strings.Repeat(one, 50)), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	most := 0
	err := Run(ctx, Options{Config: desk(t), Paths: []string{path}, JSON: true, Out: io.Discard, Progress: func(done, all int) {
		if most = max(most, all); all == 7 {
			stop()
		}
	}})
	if !errors.Is(err, context.Canceled) || most != 7 {
		t.Errorf("stopped at the seventh mail: err %v, %d found", err, most)
	}
}

// TestReplayThreadsByWhatRequestersAnswer: a mail that its relay proved by the host alone has no signature to leave
// anything open, so what it answers counts.
func TestReplayThreadsByWhatRequestersAnswer(t *testing.T) {
	at := time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	mails := "From a@b Tue Mar  3 10:00:00 2026\n" + mailAt(at, "one", "", "The printer is out.") +
		"\nFrom a@b Tue Mar  3 11:00:00 2026\n" + strings.Replace(mailAt(at.Add(time.Hour), "two", "In-Reply-To: <one@clients.example>\n", "Room four."),
		"From: two@", "From: one@", 1) + "\n"
	path := filepath.Join(t.TempDir(), "mbox")
	if err := os.WriteFile(path, []byte(mails), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := Run(t.Context(), Options{Config: desk(t), Paths: []string{path}, JSON: true, Out: &out}); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, `"event":"ticket.updated","message_id":"two@clients.example","ticket":"T-1"`) {
		t.Errorf("the second mail is no entry on the first one's ticket:\n%s", got)
	}
}
