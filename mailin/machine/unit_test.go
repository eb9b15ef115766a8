package machine

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"aboveline.example/rules"
)

func TestEnhancedIsNoVersionAndNoAddress(t *testing.T) {
	cases := []struct {
		text string
		want []string
	}{
		{"550 5.1.1 no", []string{"5.1.1"}},
		{"(#5.1.1)", []string{"5.1.1"}},
		{"550-5.7.26 Unauthenticated\n550 5.7.26 see", []string{"5.7.26", "5.7.26"}},
		{"smtp;550 5.1.10", []string{"5.1.10"}},
		{"554-'5.4.14'", []string{"5.4.14"}},
		{"5.1.1", []string{"5.1.1"}},
		{"Exim 4.94.2.1 at 5.6.7.8", nil},
		{"version/4.5.6 v5.1.1 (8.8.8/8.8.8)", nil},
		{"192.0.2.5.1.1", nil},
		{"5.1", nil},
		{"5.1.1234", nil},
		{"at 5.1.1.", []string{"5.1.1"}},
	}
	for _, c := range cases {
		if got := enhanced(c.text); !slices.Equal(got, c.want) {
			t.Errorf("enhanced(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestRepliesAreAnnounced(t *testing.T) {
	cases := []struct {
		text string
		want []string
	}{
		{"550 no such user", []string{"550"}},
		{"said: 452 full", []string{"452"}},
		{"<<< 550 User unknown", []string{"550"}},
		{"in building 550 on Tuesday", nil},
		{"host mx-550.example", nil},
		{"250 ok", nil},
		{"room 421 is booked", nil},
		{"Reason: mailbox unavailable (550)", nil},
		{"returned 554 5.7.1 refused", []string{"554"}},
	}
	for _, c := range cases {
		if got := replies(c.text); !slices.Equal(got, c.want) {
			t.Errorf("replies(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestPreferTheWordOfTheOneWhoRefused(t *testing.T) {
	cases := []struct {
		field, diagnostic, want string
	}{
		{"5.0.0", "550 5.1.1 unknown", "5.1.1"},
		{"5.1.1", "550 5.7.1 blacklisted", "5.7.1"},
		{"4.4.7", "452 4.4.5 no space", "4.4.5"},
		{"4.4.2", "421 4.4.7 expired", "4.4.2"},
		{"4.4.7", "550 4.4.7 expired", "4.4.7"},
		{"4.5.0", "550 5.5.0 refused", "5.5.0"},
		{"5.0.0", "421 4.2.1 later", "5.0.0"},
		{"", "550 5.2.1 disabled", "5.2.1"},
		{"5.1.2", "", "5.1.2"},
		{"5.1.1", "550 no", "5.1.1"},
	}
	for _, c := range cases {
		if got := prefer(c.field, readCode(c.diagnostic)); got != c.want {
			t.Errorf("prefer(%q, %q) = %q, want %q", c.field, c.diagnostic, got, c.want)
		}
	}
}

func TestGuessByWords(t *testing.T) {
	cases := []struct{ text, reply, want string }{
		{"Recipient address rejected: mailbox full", "", "4.2.2"},
		{"Recipient address rejected: mailbox full", "552", "5.2.2"},
		{"User unknown", "", "5.1.1"},
		{"Okänd mottagare", "", "5.1.1"},
		{"brukaren finnes ikke", "550", "5.1.1"},
		{"blocked by our policy", "451", "4.7.1"},
		{"no more details", "550", "5.0.0"},
		{"no more details", "", ""},
	}
	for _, c := range cases {
		if got := guess(c.text, c.reply); got != c.want {
			t.Errorf("guess(%q, %q) = %q, want %q", c.text, c.reply, got, c.want)
		}
	}
}

func TestReadReportForgives(t *testing.T) {
	cases := []struct {
		name, body string
		want       []string
	}{
		{"as the standard has it", "Reporting-MTA: dns; a.example\n\nFinal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822; b@x.example\nAction: delivered\nStatus: 2.0.0\n", []string{"a@x.example failed 5.1.1", "b@x.example delivered 2.0.0"}},
		{"no empty lines", "Reporting-MTA: dns; a.example\nFinal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; b@x.example\nAction: delayed\nStatus: 4.4.1\n", []string{"a@x.example failed 5.1.1", "b@x.example delayed 4.4.1"}},
		{"an empty line inside", "Final-Recipient: rfc822; a@x.example\n\nAction: failed\nStatus: 5.2.1\n", []string{"a@x.example failed 5.2.1"}},
		{"action before the recipient", "Action: failed\nFinal-Recipient: rfc822;a@x.example\nStatus: 5.0.0\n", []string{"a@x.example failed 5.0.0"}},
		{"original recipient only", "Original-Recipient: <a@x.example>\nAction: failed\nDiagnostic-Code: smtp; 550 Unknown user\n", []string{"a@x.example failed 5.1.1"}},
		{"words before, comments after", "Hello, all of\nyou\n\nFinal-Recipient: RFC822; A@X.example\nAction: failed (gave up)\nStatus: 5.4.4 (no route)\n", []string{"a@x.example failed 5.4.4"}},
		{"folded diagnostic", "Final-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp;\n 550 5.7.1\n\tblocked\n", []string{"a@x.example failed 5.7.1"}},
		{"x.400", "Final-Recipient: x400; /G=Eva/S=Dal/O=Skola/\nOriginal-Recipient: rfc822; eva@skola.example\nAction: failed\nStatus: 5.1.1\n", []string{"eva@skola.example failed 5.1.1"}},
		{"exchange's own name", "Final-Recipient: rfc822;IMCEAEX-_O=SKOLA_OU=A_cn=eva@skola.example\nOriginal-Recipient: rfc822;eva@skola.example\nAction: failed\nStatus: 5.1.1\n", []string{"eva@skola.example failed 5.1.1"}},
		{"notes' own name", "Final-Recipient: rfc822;CN=Eva Dal/O=Skola@SKOLA\nOriginal-Recipient: rfc822;eva@skola.example\nAction: failed\nStatus: 5.1.1\n", []string{"eva@skola.example failed 5.1.1"}},
		{"no action", "Final-Recipient: rfc822;a@x.example\nStatus: 4.2.2\n", []string{"a@x.example failed 4.2.2"}},
		{"nothing", "Reporting-MTA: dns; a.example\n", nil},
	}
	for _, c := range cases {
		var got []string
		for _, d := range readReport(c.body) {
			got = append(got, d.Recipient+" "+d.Action+" "+d.Status)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: readReport = %q, want %q", c.name, got, c.want)
		}
	}
}

func TestMarksAskToBeLeftAlone(t *testing.T) {
	cases := []struct {
		header, value string
		kind          rules.Kind
		noAck         bool
	}{
		{"Auto-Submitted", "auto-replied; owner-email=a@x.example", rules.KindAutoReply, true},
		{"Auto-Submitted", "no", rules.KindHuman, false},
		{"Auto-Submitted", "No", rules.KindHuman, false},
		{"Auto-Submitted", "auto-forwarded", rules.KindHuman, true},
		{"X-Autoreply", "yes", rules.KindAutoReply, true},
		{"X-Autoreply", "no", rules.KindHuman, false},
		{"X-Auto-Response-Suppress", "All", rules.KindHuman, true},
		{"X-Auto-Response-Suppress", "DR, NRN, RN", rules.KindHuman, false},
		{"Precedence", "bulk", rules.KindBulk, true},
		{"Precedence", "list", rules.KindList, true},
		{"Precedence", "auto_reply", rules.KindAutoReply, true},
		{"Precedence", "normal", rules.KindHuman, false},
		{"List-Id", "<a.lists.example>", rules.KindList, true},
		{"List-Unsubscribe", "<https://x.example/>", rules.KindBulk, true},
		{"Feedback-Id", "1:2:3:sender", rules.KindBulk, true},
		{"Feedback-Id", "1.eu-north-1.x=:AmazonSES", rules.KindHuman, false},
		{"X-Loop", "support@x.example", rules.KindHuman, true},
		{"X-Jira-Fingerprint", "abc", rules.KindBulk, true},
		{"X-Freescout-Mail-Type", "auto.reply", rules.KindAutoReply, true},
		{"X-Freescout-Mail-Type", "customer.message", rules.KindBulk, true},
		{"X-Vacation-Message", "1", rules.KindAutoReply, true},
	}
	for _, c := range cases {
		f := Facts{From: rules.Mailbox{Name: "Eva Dal", Address: "eva@skola.example"}, Subject: "Kan inte logga in", Text: "Hej, det går inte att logga in.",
			Header: map[string][]string{"From": {"Eva Dal <eva@skola.example>"}, c.header: {c.value}}}
		if v := Classify(f); v.Kind != c.kind || v.NoAck != c.noAck {
			t.Errorf("%s: %s makes %s, no_ack %v; want %s, %v", c.header, c.value, v.Kind, v.NoAck, c.kind, c.noAck)
		}
	}
}

func TestMarksStandInCanonicalForm(t *testing.T) {
	for _, m := range marks {
		for i, c := range []byte(m.header) {
			up := i == 0 || m.header[i-1] == '-'
			if up != (c >= 'A' && c <= 'Z') && c != '-' && c != '*' {
				t.Errorf("%s is never found: headers are in canonical form", m.header)
				break
			}
		}
	}
}

func TestPhrasesStandFolded(t *testing.T) {
	check := func(name string, list []string) {
		for _, p := range list {
			if got := fold(p + "x"); p == "" || got != p+"x" {
				t.Errorf("%s: %q is never found: folded it is %q", name, p, got)
			}
		}
	}
	sets := map[string]phrases{"bouncePhrases": bouncePhrases, "delayWords": delayWords, "awaySubjects": awaySubjects, "awayPhrases": awayPhrases, "machinePhrases": machinePhrases,
		"receivedPhrases": receivedPhrases, "politePhrases": politePhrases, "challengePhrases": challengePhrases, "receiptPhrases": receiptPhrases, "finalWords": finalWords}
	for _, c := range causes {
		sets[c.status] = c.words
	}
	for name, set := range sets {
		for _, list := range set.byStart {
			check(name, list)
		}
	}
	for name, list := range map[string][]string{"bounceSubjects": bounceSubjects, "deliveredSubjects": deliveredSubjects, "replySubjects": replySubjects, "receiptSubjects": receiptSubjects} {
		check(name, list)
	}
}

func TestPhrasesAgreeWithTheNaiveSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.StringMatching(`[ab]{2}[ab ]{1,4}`), 1, 6).Draw(t, "phrases")
		text := rapid.StringMatching(`[ab ]{0,30}`).Draw(t, "text")
		want := false
		for _, p := range list {
			want = want || strings.Contains(" "+text, " "+p)
		}
		if got := phraseSet(list...).in(text) != ""; got != want {
			t.Fatalf("phraseSet(%q).in(%q) found is %v, want %v", list, text, got, want)
		}
	})
}

func TestPhrasesBeginWhereWordsDo(t *testing.T) {
	set := phraseSet("är tillbaka", "不存在", "(delay)")
	for text, want := range map[string]string{
		"jag är tillbaka": "är tillbaka", "det här tillbaka": "", "är tillbaka": "är tillbaka", "用户不存在": "不存在", "status(delay)": "(delay)", "x är": "",
	} {
		if got := set.in(text); got != want {
			t.Errorf("in(%q) = %q, want %q", text, got, want)
		}
	}
}
