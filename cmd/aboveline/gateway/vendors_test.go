package gateway

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-message/mail"
)

// files are the attachments of a mail as its reader's client saves them, by name.
func files(t *testing.T, raw []byte) map[string][]byte {
	t.Helper()
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]byte{}
	for {
		part, err := r.NextPart()
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		if h, ok := part.Header.(*mail.AttachmentHeader); ok {
			name, _ := h.Filename()
			if found[name], err = io.ReadAll(part.Body); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// to lists what reached an address, with these words in its text.
func (h *house) to(address, words string) (got []parcel) {
	for _, p := range h.w.delivered() {
		if p.to != address || p.run.house != h {
			continue
		}
		if r, err := read(p.raw); err == nil && strings.Contains(r.text, words) {
			got = append(got, p)
		}
	}
	return got
}

// TestPicturesReachVendors: the screenshots of those who have proved who they are arrive as they were sent, when staff
// or the configuration say so; logos, pixels and a stranger's pictures never do.
func TestPicturesReachVendors(t *testing.T) {
	shot, second := drawing{"skärmbild.png", picturePNG("shot", 400, 300)}, drawing{"image002.png", picturePNG("second", 500, 240)}
	logo, pixel := drawing{"image001.png", picturePNG("logo", 400, 90)}, drawing{"p.png", picturePNG("pixel", 1, 1)}
	strange := drawing{"okänd.png", picturePNG("strange", 640, 480)}
	for _, c := range []struct {
		pictures, report, command string
		want                      []drawing
	}{
		{"ask", "ask", "/report Sublime", nil},
		{"ask", "ask", "/report Sublime pictures", []drawing{shot, second}},
		{"ask", "ask", "/report Sublime pictures 2", []drawing{second}},
		{"auto", "ask", "/report Sublime", []drawing{shot, second}},
		{"auto", "auto", "", []drawing{shot, second}},
		{"never", "auto", "", nil},
	} {
		t.Run(c.pictures+" "+c.report+" "+c.command, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				desk := strings.Replace(storyDesk, `pictures = "ask"`, `pictures = "`+c.pictures+"\"\npause = \"10m\"", 1)
				desk = strings.Replace(desk, `report = "ask"`, `report = "`+c.report+`"`, 1)
				w := newTown(t)
				h := w.build("support@omdirekt.example", desk, func() detector { return &simpleWatch{} })
				for i, l := range []letter{
					{from: "Åsa Öberg <asa@kommun.example>", pictures: []drawing{logo, shot, pixel}, proof: "pass"},
					{from: "Ali Hassan <ali@bolag.example>", pictures: []drawing{strange}, proof: "none"},
					{from: "Eva Lind <eva@region.example>", pictures: []drawing{second, logo}, proof: "pass"},
					{from: "Tom Hill <tom@partner.example>", proof: "pass"},
				} {
					l.to, l.subject, l.id, l.body = h.address, "Inloggning", fmt.Sprintf("p%d@clients.example", i), "BankID snurrar"
					if err := h.sendBySMTP(l); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Minute)
				}
				suspicion := h.to("anna@omdirekt.example", "Misstänkt driftstörning")
				if len(suspicion) != 1 {
					t.Fatalf("%d suspicions", len(suspicion))
				}
				text, _ := read(suspicion[0].raw)
				if got := strings.Contains(text.text, "1. OMD-1 skärmbild.png, 2. OMD-3 image002.png"); got != (c.pictures != "never") {
					t.Errorf("the suspicion lists pictures: %v\n%s", got, text.text)
				}
				if c.command != "" {
					l, err := answer(suspicion[0].raw, "Anna Ek <anna@omdirekt.example>", "r@omdirekt.example", c.command)
					if err != nil {
						t.Fatal(err)
					}
					if err := h.sendBySMTP(l); err != nil {
						t.Fatal(err)
					}
				} else if n := len(h.to("oms@sublime.example", "")); n != 0 {
					t.Errorf("%d mails to the vendor before the pause was over", n)
				}
				time.Sleep(12 * time.Minute)
				synctest.Wait()
				report := h.to("oms@sublime.example", "Felanmälan")
				if len(report) != 1 {
					t.Fatalf("%d reports", len(report))
				}
				// Staff are shown what went out, pictures and all.
				shown := h.to("anna@omdirekt.example", "Felet är anmält till Sublime")
				if len(shown) != 1 {
					t.Fatalf("staff were shown %d reports", len(shown))
				}
				for _, raw := range [][]byte{report[0].raw, shown[0].raw} {
					got := files(t, raw)
					if len(got) != len(c.want) {
						t.Errorf("%d pictures, want %d", len(got), len(c.want))
					}
					for i, d := range c.want { // under a name of ours: theirs may be a person's
						if name := fmt.Sprintf("picture-%d.png", i+1); !bytes.Equal(got[name], d.png) {
							t.Errorf("%s came as %d bytes, want %d", name, len(got[name]), len(d.png))
						}
					}
				}
				h.check(t)
			})
		})
	}
}

// TestAutomaticReportCanBeStopped: staff who dismiss within the pause keep the vendors from hearing of it.
func TestAutomaticReportCanBeStopped(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newTown(t)
		desk := strings.Replace(storyDesk, `report = "ask"`, "report = \"auto\"\npause = \"10m\"", 1)
		h := w.build("support@omdirekt.example", desk, func() detector { return &simpleWatch{} })
		for i := range 4 {
			h.write(fmt.Sprintf("p%d@house%d.example", i, i), "Inloggning", "BankID snurrar")
			time.Sleep(time.Minute)
		}
		suspicion := h.to("anna@omdirekt.example", "Om ingen säger något annat anmäls felet till Sublime den")
		if len(suspicion) != 1 {
			t.Fatal("the suspicion does not say that the fault will be reported")
		}
		l, err := answer(suspicion[0].raw, "Anna Ek <anna@omdirekt.example>", "d@omdirekt.example", "/avfärda")
		if err != nil {
			t.Fatal(err)
		}
		if err := h.sendBySMTP(l); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if n := len(h.to("oms@sublime.example", "")); n != 0 {
			t.Errorf("%d mails to the vendor", n)
		}
		h.check(t)
	})
}

// TestADismissedOutageThatGrows: once twice as many have written as when staff dismissed it, they are asked again, once,
// though the gateway died in between; the desk does not overrule them by itself.
func TestADismissedOutageThatGrows(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newTown(t)
		desk := strings.Replace(storyDesk, `report = "ask"`, "report = \"auto\"\npause = \"10m\"", 1)
		h := w.build("support@omdirekt.example", desk, func() detector { return &simpleWatch{} })
		asked := func() [][]byte {
			var list [][]byte
			for _, m := range h.to("anna@omdirekt.example", "Misstänkt driftstörning") {
				list = append(list, m.raw)
			}
			return list
		}
		for i := range 9 {
			h.write(fmt.Sprintf("p%d@house%d.example", i, i), "Inloggning", "BankID snurrar")
			time.Sleep(time.Minute)
			synctest.Wait()
			if want := 1 + i/7; i >= 3 && len(asked()) != want {
				t.Fatalf("after %d people staff were asked %d times, want %d", i+1, len(asked()), want)
			}
			switch i {
			case 3:
				l, err := answer(asked()[0], "Anna Ek <anna@omdirekt.example>", "d@omdirekt.example", "/avfärda")
				if err != nil {
					t.Fatal(err)
				}
				if err := h.sendBySMTP(l); err != nil {
					t.Fatal(err)
				}
			case 5:
				h.crash()
			}
		}
		if again := h.to("anna@omdirekt.example", "Då hade 4 personer hört av sig. Nu är det 8."); len(again) != 1 {
			t.Errorf("%d mails that say how it has grown", len(again))
		}
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if n := len(h.to("oms@sublime.example", "")); n != 0 {
			t.Errorf("%d mails to the vendor", n)
		}
		h.check(t)
	})
}

// TestHundredsAreToldOnce: an announcement and the all-clear reach 300 people, each once, a few a second, though the
// gateway dies in the middle of both.
func TestHundredsAreToldOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const people = 300
		w := newTown(t)
		h := w.build("support@omdirekt.example", storyDesk, func() detector { return &simpleWatch{} })
		var addresses []string
		for i := range people {
			a := fmt.Sprintf("p%d@house%d.example", i, i%40)
			addresses = append(addresses, a)
			h.write(a, "Inloggning", "BankID snurrar")
			time.Sleep(5 * time.Second)
		}
		suspicion := h.to("anna@omdirekt.example", "Misstänkt driftstörning")
		if len(suspicion) != 1 {
			t.Fatalf("%d suspicions", len(suspicion))
		}
		for i, command := range []string{"/announce\nVi vet om felet.", "/löst\nBankID är uppe igen."} {
			_, words, _ := strings.Cut(command, "\n")
			l, err := answer(suspicion[0].raw, "Anna Ek <anna@omdirekt.example>", fmt.Sprintf("c%d@omdirekt.example", i), command)
			if err != nil {
				t.Fatal(err)
			}
			if err := h.sendBySMTP(l); err != nil {
				t.Fatal(err)
			}
			time.Sleep(25 * time.Second)
			synctest.Wait()
			h.crash()
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			var at []time.Time
			for _, a := range addresses {
				got := h.to(a, words)
				if len(got) != 1 {
					t.Fatalf("%s: %d mails to %s", command, len(got), a)
				}
				if got[0].rcpts != 1 {
					t.Fatalf("%s: %d recipients in one mail", command, got[0].rcpts)
				}
				at = append(at, got[0].at)
			}
			slices.SortFunc(at, time.Time.Compare)
			if n := len(at); at[n-1].Sub(at[0]) < 50*time.Second {
				t.Errorf("%s: all out within %s", command, at[n-1].Sub(at[0]))
			}
			if n := len(h.to("kommunikation@omdirekt.example", words)); n != 1 {
				t.Errorf("%s: communications were told %d times", command, n)
			}
		}
		h.check(t)
	})
}

// TestAVendorHasOneThread: by the headers that desks and clients thread by, all that a vendor gets about a fault belongs to
// the report, and nothing of it to another vendor's.
func TestAVendorHasOneThread(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newTown(t)
		desk := strings.Replace(storyDesk, "[[inform]]", "[[vendor]]\nname = \"Mirakel\"\naddress = \"fel@mirakel.example\"\nlanguage = \"nb\"\n[[inform]]", 1)
		h := w.build("support@omdirekt.example", desk, func() detector { return &simpleWatch{} })
		h.write("asa@kommun.example", "Inloggning", "BankID snurrar")
		h.answerNewest("anna@omdirekt.example", "/report Sublime Mirakel")
		time.Sleep(2*time.Hour + time.Minute)
		h.write("asa@kommun.example", "Annat", "En annan sak")
		h.answerNewest("bo@omdirekt.example", "/note\nInget.")
		for _, p := range h.to("anna@omdirekt.example", "OMD-1")[:1] {
			l, err := answer(p.raw, "Anna Ek <anna@omdirekt.example>", "s@omdirekt.example", "/solved")
			if err != nil {
				t.Fatal(err)
			}
			if err := h.sendBySMTP(l); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		roots := map[string]bool{}
		for vendor, other := range map[string]string{"oms@sublime.example": "Mirakel", "fel@mirakel.example": "Sublime"} {
			got := h.to(vendor, "")
			if len(got) != 4 {
				t.Fatalf("%s has %d mails, want the report, two reminders and the end", vendor, len(got))
			}
			root := idOf(got[0].raw)
			roots[root] = true
			for _, p := range got[1:] {
				r, err := read(p.raw)
				if err != nil || !slices.Contains(r.refs, root) || r.header.Get("In-Reply-To") == "" {
					t.Errorf("%s: %q does not refer to the report: %v %v", vendor, r.subject, r.refs, err)
				}
			}
			if n := len(h.to(vendor, other)); n != 0 {
				t.Errorf("%d mails show %s that %s is told, too", n, vendor, other)
			}
		}
		if len(roots) != 2 {
			t.Error("the two vendors share a thread")
		}
		h.check(t)
	})
}
