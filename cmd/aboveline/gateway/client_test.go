package gateway

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// newest is the last mail that went out to somebody.
func (w *town) newest(t *testing.T, to string) parcel {
	t.Helper()
	all := w.delivered()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].to == to {
			return all[i]
		}
	}
	t.Fatalf("nothing went to %s", to)
	return parcel{}
}

// What Outlook wraps into a winmail.dat comes to staff as the files that it is, and the wrapping does not.
func TestWinmailIsUnwrapped(t *testing.T) {
	raw, err := os.ReadFile("../../../testdata/mailin/mime/48-winmail-beside-text.eml")
	if err != nil {
		t.Fatal(err)
	}
	bubble(t, func(t *testing.T) {
		w := newTown(t)
		h := w.build("support@omdirekt.example", storyDesk, func() detector { return &simpleWatch{} })
		if err := h.post("anna@kommun.example", "support@omdirekt.example", h.stamp(raw, "pass")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		p := w.newest(t, "bo@omdirekt.example")
		if got := files(t, p.raw); len(got) != 1 || string(got["ark.xlsx"]) != "PK" {
			t.Errorf("files %q", got)
		}
		if r, err := read(p.raw); err != nil || !strings.Contains(r.text, "Samma text, rik.") {
			t.Errorf("%v: %q", err, r.text)
		}
		h.check(t)
	})
}

// Outlook threads by a header of its own, which every mail of ours to that person echoes; all others thread by
// References, oldest first, whose last is what In-Reply-To names (PEERS, section 4a).
func TestThreadsInEveryClient(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newTown(t)
		h := w.build("support@omdirekt.example", storyDesk, func() detector { return &simpleWatch{} })
		const index = "AdPq3Vxk8hVw0c5pT1a2b3c4d5e6fw=="
		l := letter{from: "Åsa Öberg <asa@kommun.example>", to: "support@omdirekt.example", subject: "Blanketten", id: "a1@kommun.example", proof: "pass",
			refs: []string{"a0@kommun.example"}, inReplyTo: "a0@kommun.example", fields: []string{"Thread-Index: " + index, "Thread-Topic: Blanketten"}, body: "Vilken blankett gäller?"}
		if err := h.sendBySMTP(l); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		a, err := answer(w.newest(t, "anna@omdirekt.example").raw, "Anna Ek <anna@omdirekt.example>", "s1@omdirekt.example", "Blankett 7.")
		if err != nil {
			t.Fatal(err)
		}
		if err := h.sendBySMTP(a); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		seen := 0
		for _, p := range w.delivered() {
			r, err := read(p.raw)
			if err != nil {
				t.Fatal(err)
			}
			before, _ := r.header.MsgIDList("In-Reply-To")
			if len(r.refs) == 0 || len(before) != 1 || r.refs[len(r.refs)-1] != before[0] {
				t.Errorf("to %s: in reply to %q, references %q", p.to, before, r.refs)
			}
			if p.to != "asa@kommun.example" {
				continue
			}
			seen++
			if bytes.Contains(p.raw, []byte("anna@omdirekt.example")) {
				t.Error("staff's address is in a mail to the requester")
			}
			if got := r.header.Get("Thread-Index"); got != index {
				t.Errorf("%q: Thread-Index %q", r.subject, got)
			}
			if got := r.header.Get("Thread-Topic"); got != "Blanketten" {
				t.Errorf("%q: Thread-Topic %q", r.subject, got)
			}
			if len(r.refs) < 2 || r.refs[0] != "a0@kommun.example" || r.refs[1] != "a1@kommun.example" {
				t.Errorf("%q: references %q", r.subject, r.refs)
			}
			if !strings.HasSuffix(r.subject, "Blanketten") {
				t.Errorf("subject %q", r.subject)
			}
		}
		if seen != 2 {
			t.Errorf("%d mails to the requester, want the confirmation and the reply", seen)
		}
		h.check(t)
	})
}

// A file that our mail would be too large with is left out of it, which says so: the words arrive, and each notice stays
// under the limit with the files that there is room for.
func TestFilesTooLargeAreNamed(t *testing.T) {
	const limit = 256 << 10
	bubble(t, func(t *testing.T) {
		w := newTown(t)
		desk := strings.Replace(storyDesk, "[mailout]\n", "[mailout]\nmax_size = \"256KiB\"\n", 1)
		h := w.build("support@omdirekt.example", desk, func() detector { return &simpleWatch{} })
		l := letter{from: "Åsa Öberg <asa@kommun.example>", to: "support@omdirekt.example", subject: "Ritningen", id: "a1@kommun.example", proof: "pass",
			body:     "Här är ritningen och ett utsnitt.",
			pictures: []drawing{{name: "ritning.png", png: bytes.Repeat([]byte("r"), 200<<10)}, {name: "utsnitt.png", png: []byte("utsnitt")}}}
		if err := h.sendBySMTP(l); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		p := w.newest(t, "anna@omdirekt.example")
		if got := files(t, p.raw); len(got) != 1 || string(got["utsnitt.png"]) != "utsnitt" {
			t.Errorf("%d files came", len(got))
		}
		r, err := read(p.raw)
		if err != nil || !strings.Contains(r.text, "Här är ritningen") || !strings.Contains(r.text, "ritning.png (1 MB) är för stor") {
			t.Errorf("%v: %q", err, r.text)
		}
		if len(p.raw) > limit {
			t.Errorf("%d bytes went out", len(p.raw))
		}
		h.check(t)
	})
}
