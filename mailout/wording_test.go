package mailout

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"aboveline.example/rules"
)

// TestPhrasesMatch: every phrase exists in every language, and fills in the same things.
func TestPhrasesMatch(t *testing.T) {
	c := composer(t)
	for _, a := range Tongues {
		for _, b := range Tongues {
			for k, v := range c.wording.phrases[a].m {
				w, ok := c.wording.phrases[b].m[k]
				if !ok {
					t.Errorf("%s has %q, %s has not", a, k, b)
				}
				for _, n := range names {
					if strings.Contains(v, "{"+n+"}") != strings.Contains(w, "{"+n+"}") {
						t.Errorf("%s: %s says %q, %s says %q", k, a, v, b, w)
					}
				}
			}
		}
	}
}

// codes reads the codes that rules gives to reasons and lines from its source, so that none is forgotten.
func codes(t *testing.T) []string {
	t.Helper()
	f, err := parser.ParseFile(gotoken.NewFileSet(), filepath.Join("..", "rules", "reason.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 {
			return true
		}
		lit, ok := v.Values[0].(*ast.BasicLit)
		if ok && (strings.HasPrefix(v.Names[0].Name, "Reason") || strings.HasPrefix(v.Names[0].Name, "Line")) {
			s, _ := strconv.Unquote(lit.Value)
			all = append(all, s)
		}
		return true
	})
	if len(all) < 40 {
		t.Fatalf("found %d codes only", len(all))
	}
	return all
}

// TestCodesHaveWords lists the codes that readers would see bare.
func TestCodesHaveWords(t *testing.T) {
	say := composer(t).wording.phrases[rules.Swedish]
	var missing []string
	for _, code := range codes(t) {
		if say.or("line."+code, say.or("reason."+code, "")) == "" {
			missing = append(missing, code)
		}
	}
	if missing != nil {
		t.Errorf("codes without words in words.txt: %s", strings.Join(missing, ", "))
	}
}

// TestActionsHaveWords does the same for buttons, by the commands of CONTRACT, section 5.
func TestActionsHaveWords(t *testing.T) {
	say := composer(t).wording.phrases[rules.Swedish]
	for _, cmd := range strings.Fields("accept reopen close follow unfollow share approve reject admit assign solved report dismiss snooze undo full why list status help") {
		if say.or("do."+cmd, "") == "" {
			t.Errorf("no words for %s", cmd)
		}
	}
}

func TestLineFallsBack(t *testing.T) {
	c := composer(t)
	o := rules.Outgoing{Language: rules.Swedish}
	r := c.look(&o, rules.Swedish, c.wording.phrases[rules.Swedish])
	for _, l := range []struct {
		line rules.Line
		want string
	}{
		{rules.Line{Code: "no-such-code", Subject: "OMD-7", More: []string{"a", "b"}}, "no-such-code OMD-7: a, b"},
		{rules.Line{Code: rules.LineReason, Subject: "1. 10:15 a@b.example", More: []string{"author-proved dmarc", "rule Fel på Mina sidor", "status open"}},
			"1. 10:15 a@b.example: Avsändaren är kontrollerad. Enligt regeln ”Fel på Mina sidor”. Statusen är nu: Vi arbetar med det. (author-proved dmarc, rule Fel på Mina sidor, status open)"},
		{rules.Line{Code: rules.LineReason, Subject: "2. 10:15 aboveline", More: []string{"command anna@omdirekt.example"}}, "2. 10:15 aboveline: command anna@omdirekt.example"},
		{rules.Line{Code: rules.LineReason, Subject: "3. 10:15 aboveline", More: []string{"followed-up Sublime", "unheard-of x"}}, "3. 10:15 aboveline: followed-up Sublime, unheard-of x"},
		{rules.Line{Code: rules.LineDone, Subject: "/tag Lön", More: []string{"Lön"}}, "Klart: /tag Lön"},
		{rules.Line{Code: rules.LineDone, Subject: "/godta", More: []string{"closed"}}, "Klart: /godta (Avslutat)"},
		{rules.Line{Code: rules.LineDone, Subject: "/assign me", More: []string{"Anna"}}, "Klart: /assign me (Anna)"},
		{rules.Line{Code: rules.LineHelp, Subject: "/note", More: []string{"", "/anteckning"}}, "/note: /anteckning"},
		{rules.Line{Code: rules.LineNotNow, Subject: "/accept", More: []string{"open"}}, "/accept går inte just nu: Vi arbetar med det"},
		{rules.Line{Code: "author-unproved", Subject: "{more}"}, "Vi kunde inte kontrollera avsändaren."},
		{rules.Line{Code: "forwarded-by", Subject: "{more}"}, "Vidarebefordrat av {more}."},
	} {
		if got := r.line(l.line); got != l.want {
			t.Errorf("line(%v) = %q, want %q", l.line, got, l.want)
		}
	}
}

// TestHeldSaysWhoWasAsked: who was asked whether a mail is theirs has had an answer.
func TestHeldSaysWhoWasAsked(t *testing.T) {
	c := composer(t)
	for lang, none := range map[rules.Language]string{rules.Swedish: "inte fått något svar", rules.Bokmal: "ikke fått noe svar", rules.English: "had no answer"} {
		o := Sample(rules.TemplateNoticeHeld, lang, rules.RoleStaff)
		for _, asked := range []bool{false, true} {
			if asked {
				o.Lines = append(o.Lines, rules.Line{Code: string(rules.ReasonAskedSender), Subject: "eva@kommun.example"})
			}
			body, err := c.word(&o)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(body.text, none); got == asked {
				t.Errorf("%s, asked %v: %q is there: %v", lang, asked, none, got)
			}
		}
	}
}

// TestOverride: one file replaces one wording, and a broken one is told with file, line and what is accepted.
func TestOverride(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		want             []string // in the error; none: it is accepted
	}{
		{"good", "sv/confirmation.txt", "Tack!\n\nNummer {{.Number}}.\n---\nHej då.\n", nil},
		{"crlf", "sv/confirmation.txt", "Tack!\r\n\r\nNummer {{.Number}}.\r\n", nil},
		{"syntax", "sv/confirmation.txt", "Tack!\n\nNummer {{.Number}.\n", []string{"sv/confirmation.txt:3"}},
		{"unknown field", "nb/reply.txt", "\n\nHei {{.Navn}}\n", []string{"nb/reply.txt:3", ".Navn", "accepted: .Desk"}},
		{"field in an untaken branch", "en/answer.txt", "Hi\n\n{{if .Informed}}{{if .Vendor}}{{.Nope}}{{end}}{{end}}\n", []string{"en/answer.txt:3", ".Nope"}},
		{"wrong type", "en/answer.txt", "Hi\n\n{{if gt .Number 1}}x{{end}}\n", []string{"en/answer.txt:3"}},
		{"unknown name", "sv/confirmaton.txt", "x", []string{"confirmaton.txt", "accepted", "confirmation.txt"}},
		{"unknown folder", "fi/confirmation.txt", "x", []string{"fi", "sv/, nb/, en/"}},
		{"phrase", "sv/words.txt", "status.open = På gång\n", nil},
		{"unknown phrase", "sv/words.txt", "# x\nstatus.opne = På gång\n", []string{"sv/words.txt:2", "status.opne", "status.open"}},
		{"unknown filling", "sv/words.txt", "step = {nr} av {of}\n", []string{"sv/words.txt:1", "{nr}", "{n}"}},
		{"no phrase", "sv/words.txt", "På gång\n", []string{"sv/words.txt:1", "key = words"}},
		{"layout", "layout.html", "<p>x</p>", []string{"layout.html", "accepted: sv/, nb/, en/"}},
		{"editor's leftovers", "sv/confirmation.txt~", "{{", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, filepath.FromSlash(c.file))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			comp, err := NewComposer(ComposerOptions{Name: "OmDirekt", Hostname: "omdirekt.example", Dir: dir})
			if c.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				if _, err := comp.Compose(Sample(rules.TemplateConfirmation, rules.Swedish, rules.RoleRequester)); err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil {
				t.Fatal("accepted")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q is not in the error: %v", w, err)
				}
			}
		})
	}
}

// TestOverrideShows: the operator's words are the ones that go out, in both forms, and the rest stays.
func TestOverrideShows(t *testing.T) {
	dir := t.TempDir()
	if _, err := WriteWordings(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "sv", "confirmation.txt")
	if err := os.WriteFile(path, []byte("Tack för att du skrev\n\nVi ses i {{.Number}}.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := NewComposer(ComposerOptions{Name: "OmDirekt", Hostname: "omdirekt.example", Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	o := Sample(rules.TemplateConfirmation, rules.Swedish, rules.RoleRequester)
	body, err := c.word(&o)
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{body.text, body.html} {
		if !strings.Contains(form, "Tack för att du skrev") || !strings.Contains(form, "Vi ses i OMD-1042.") {
			t.Errorf("the operator's words are missing in\n%s", form)
		}
	}
	if wrote, err := WriteWordings(dir); err != nil || len(wrote) != 0 {
		t.Errorf("written again: %v, %v", wrote, err)
	}
}

// A vendor may have been told that the fault is solved, or that there was none: the reminder that takes it back fits both.
func TestReminderAfterAnEndThatWasTakenBack(t *testing.T) {
	c := composer(t)
	for lang, solved := range map[rules.Language]string{rules.Swedish: "löst", rules.Bokmal: "løst", rules.English: "solved"} {
		o := Sample(rules.TemplateFollowUp, lang, rules.RoleVendor)
		o.Report.Again = false
		plain, err := c.word(&o)
		if err != nil {
			t.Fatal(err)
		}
		o.Report.Again = true
		again, err := c.word(&o)
		if err != nil {
			t.Fatal(err)
		}
		if len(again.text) <= len(plain.text) || strings.Count(again.text, solved) != strings.Count(plain.text, solved) {
			t.Errorf("%s: it says that it was called %s, or nothing of it:\n%s", lang, solved, again.text)
		}
	}
}

// TestWindowInMinutes: a window that is no whole number of minutes is not said to be shorter than it is.
func TestWindowInMinutes(t *testing.T) {
	o := Sample(rules.TemplateSuspicion, rules.English, rules.RoleStaff)
	o.Report.Window = 450 * time.Second
	body, err := composer(t).word(&o)
	if err != nil || !strings.Contains(body.text, "6 people in 8 minutes") {
		t.Errorf("%v: %s", err, body.text)
	}
}

// TestUsualWithinOneOrganisation: what is usual in one organisation is not told as what is usual everywhere.
func TestUsualWithinOneOrganisation(t *testing.T) {
	for lang, want := range map[rules.Language]string{
		rules.Swedish: "6 personer i samma organisation på 30 minuter; normalt mindre än 0,1 därifrån",
		rules.Bokmal:  "6 personer i samme organisasjon på 30 minutter; vanligvis mindre enn 0,1 derfra",
		rules.English: "6 people of one organisation in 30 minutes; normally less than 0.1 from there",
	} {
		o := Sample(rules.TemplateSuspicion, lang, rules.RoleStaff)
		o.Report.Within, o.Report.Expected = true, 0.01
		body, err := composer(t).word(&o)
		if err != nil || !strings.Contains(strings.Join(strings.Fields(body.text), " "), want) {
			t.Errorf("%s: %v: %s", lang, err, body.text)
		}
	}
}
