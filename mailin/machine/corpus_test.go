package machine

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"aboveline.example/rules"
)

// corpora lies beside the project, where it is: real mails that nobody here wrote.
const corpora = "../../../shared/corpora"

// goldMail is one line of a corpus' gold.jsonl; fields of the other corpus are zero.
type goldMail struct {
	ID           string   `json:"id"`
	File         string   `json:"file"`
	IsBounce     bool     `json:"is_bounce"`
	Kind         string   `json:"kind"`
	Recipients   []string `json:"recipients"`
	Status       string   `json:"status"`
	StatusInText bool     `json:"status_in_text"`
	Permanent    *bool    `json:"permanent"`
	Auto         bool     `json:"auto"`
	NoAck        bool     `json:"no_ack"`
}

func readGold(t *testing.T, corpus string) (gold []goldMail, verdicts []Verdict) {
	t.Helper()
	lines, err := os.ReadFile(filepath.Join(corpora, corpus, "gold.jsonl"))
	if err != nil {
		t.Skipf("no corpus here: %v", err)
	}
	for line := range strings.Lines(string(lines)) {
		var g goldMail
		if err := json.Unmarshal([]byte(line), &g); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(filepath.Join(corpora, corpus, g.File))
		if err != nil {
			t.Fatal(err)
		}
		gold, verdicts = append(gold, g), append(verdicts, Classify(readMail(raw)))
	}
	return gold, verdicts
}

// rate counts right answers.
type rate struct{ right, all int }

func (r *rate) add(ok bool) {
	r.all++
	if ok {
		r.right++
	}
}

func (r rate) of() float64 { return float64(r.right) / float64(max(r.all, 1)) }

func (r rate) atLeast(t *testing.T, what string, want float64) {
	t.Helper()
	t.Logf("%s %.4f (%d of %d)", what, r.of(), r.right, r.all)
	if r.of() < want {
		t.Errorf("%s = %.4f, want at least %.3f", what, r.of(), want)
	}
}

func TestClassifyKnowsBounces(t *testing.T) {
	gold, verdicts := readGold(t, "bounce")
	var precision, recall, recipients, status, final, kind rate
	for i, g := range gold {
		v := verdicts[i]
		said := v.Kind == rules.KindBounce || v.Kind == rules.KindDelay
		if said {
			precision.add(g.IsBounce)
		}
		if g.IsBounce {
			recall.add(said)
		}
		if said != g.IsBounce {
			t.Logf("%s: %s (%s), bounce is %v", g.ID, v.Kind, v.Reason, g.IsBounce)
		}
		kind.add(kindInBounces(v.Kind) == g.Kind)
		if kindInBounces(v.Kind) != g.Kind {
			t.Logf("%s: kind %s (%s), want %s", g.ID, v.Kind, v.Reason, g.Kind)
		}
		if len(g.Recipients) > 0 {
			got := recipientsOf(v)
			ok := slices.Equal(got, sorted(g.Recipients))
			recipients.add(ok)
			if !ok {
				t.Logf("%s: recipients %q, want %q", g.ID, got, g.Recipients)
			}
		}
		gotStatus, gotFinal := firstStatus(v)
		if g.Status != "" && g.StatusInText {
			status.add(gotStatus == g.Status)
			if gotStatus != g.Status {
				t.Logf("%s: status %q, want %q", g.ID, gotStatus, g.Status)
			}
		}
		if g.Permanent != nil && (g.Kind == "failure" || g.Kind == "delay") {
			ok := gotFinal != nil && *gotFinal == *g.Permanent
			final.add(ok)
			if !ok {
				t.Logf("%s: permanent %v, want %v", g.ID, gotFinal, *g.Permanent)
			}
		}
	}
	precision.atLeast(t, "precision", .99)
	recall.atLeast(t, "recall", .97)
	recipients.atLeast(t, "recipients", .95)
	status.atLeast(t, "status", .95)
	final.atLeast(t, "permanent", .97)
	t.Logf("kind %.4f", kind.of())
}

func TestClassifyAnswersNoMachine(t *testing.T) {
	gold, verdicts := readGold(t, "auto")
	var right, people rate
	for i, g := range gold {
		v := verdicts[i]
		right.add(v.NoAck == g.NoAck)
		if v.NoAck != g.NoAck {
			t.Logf("%s: no_ack %v (%s, %s), want %v", g.ID, v.NoAck, v.Kind, v.Reason, g.NoAck)
		}
		if v.Kind.Person() == g.Auto {
			t.Logf("%s: %s (%s), a machine's is %v", g.ID, v.Kind, v.Reason, g.Auto)
		}
		if !g.Auto {
			people.add(v.Kind.Person())
		}
	}
	right.atLeast(t, "no_ack", .99)
	people.atLeast(t, "people's", .995)
}

func kindInBounces(k rules.Kind) string {
	switch k {
	case rules.KindBounce:
		return "failure"
	case rules.KindAutoReply:
		return "autoreply"
	case rules.KindDelivered:
		return "success"
	case rules.KindReport:
		return "feedback"
	}
	return string(k)
}

func recipientsOf(v Verdict) []string {
	var out []string
	for _, d := range v.Deliveries {
		if d.Recipient != "" {
			out = append(out, strings.ToLower(d.Recipient))
		}
	}
	return sorted(out)
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

func firstStatus(v Verdict) (status string, final *bool) {
	for _, d := range v.Deliveries {
		if status == "" {
			status = d.Status
		}
		if final == nil {
			final = d.Permanent
		}
	}
	return status, final
}
