package reply

import (
	"flag"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the goldens; read the diff before you commit it")

const goldens = "../../testdata/mailin/reply"

// TestGoldens reads each mail of testdata/mailin/reply and compares what it was taken apart into. A .txt is a text
// part, an .html an HTML part, an .eml a mail with both.
func TestGoldens(t *testing.T) {
	files, err := filepath.Glob(goldens + "/*")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range files {
		if filepath.Ext(f) == ".golden" {
			continue
		}
		n++
		t.Run(filepath.Base(f), func(t *testing.T) {
			in := readMail(t, f)
			r := Visible(in)
			checkWhole(t, in, r)
			got := tell(r)
			golden := f + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s:\n%s\nwant:\n%s", filepath.Base(f), got, want)
			}
		})
	}
	if n < 60 {
		t.Errorf("%d goldens, want 60 at least", n)
	}
}

func readMail(t *testing.T, file string) Input {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	switch filepath.Ext(file) {
	case ".txt":
		return Input{Text: string(raw)}
	case ".html":
		return Input{HTML: string(raw)}
	}
	m, err := mail.ReadMessage(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Subject: m.Header.Get("Subject")}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := parts.NextPart()
		if err == io.EOF {
			return in
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			in.HTML = string(body)
		} else {
			in.Text = string(body)
		}
	}
}

// tell writes a result for people to read in a diff.
func tell(r Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "part: %s\nreason: %s\n", r.Part, r.Reason)
	for _, p := range []struct{ name, text string }{{"reply", r.Reply}, {"inline", r.Inline}, {"lead", r.Lead}, {"signature", r.Signature}} {
		if p.text != "" {
			fmt.Fprintf(&b, "---- %s\n%s\n", p.name, p.text)
		}
	}
	if f := r.Forwarded; f != nil {
		date := f.Date.Format(time.RFC3339)
		if f.Floating {
			date = strings.TrimSuffix(date, "Z") + " by the clock"
		}
		fmt.Fprintf(&b, "---- forwarded\nfrom: %s <%s>\ndate: %s\nsubject: %s\n%s\n", f.From.Name, f.From.Address, date, f.Subject, f.Text)
	}
	return b.String()
}
