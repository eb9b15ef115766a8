package machine

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the goldens")

const goldens = "../../testdata/mailin/machine"

// TestClassifyGoldens judges mails written after the forms that programs are known to send, and people's mails that
// look like them. Read the diff before a rewritten golden is kept.
func TestClassifyGoldens(t *testing.T) {
	mails, err := filepath.Glob(filepath.Join(goldens, "*.eml"))
	if err != nil || len(mails) < 40 {
		t.Fatalf("%d mails in %s: %v", len(mails), goldens, err)
	}
	for _, mail := range mails {
		name := strings.TrimSuffix(filepath.Base(mail), ".eml")
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(mail)
			if err != nil {
				t.Fatal(err)
			}
			got := tell(Classify(readMail(raw)))
			golden := strings.TrimSuffix(mail, ".eml") + ".golden"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("Classify:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// tell is a verdict in lines.
func tell(v Verdict) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "kind: %s\nreason: %s\nno_ack: %t\n", v.Kind, v.Reason, v.NoAck)
	for _, d := range v.Deliveries {
		final := "untold"
		if d.Permanent != nil {
			final = fmt.Sprint(*d.Permanent)
		}
		fmt.Fprintf(&b, "delivery: %s %s %q permanent=%s of=%q\n  %s\n", d.Recipient, d.Action, d.Status, final, d.MessageID, d.Diagnostic)
	}
	for _, id := range v.Of {
		fmt.Fprintf(&b, "of: %s\n", id)
	}
	return b.Bytes()
}
