package mailin

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"aboveline.example/rules"
)

func mailOf(lines ...string) rules.Arrival {
	return rules.Arrival{Raw: []byte(strings.Join(lines, "\r\n")), Envelope: rules.Envelope{Door: "smtp"}}
}

func TestReadWhole(t *testing.T) {
	a := mailOf("Return-Path: <asa@kommun.example>",
		"Delivered-To: <support+AbC9@omdirekt.example>",
		"X-Original-To: mina@omdirekt.example",
		"Received: from x by y for <Stod+tok@omdirekt.example>; Tue, 3 Mar 2026 10:14:01 +0100",
		"X-Aboveline-Trust: verified",
		"From: =?utf-8?Q?=C3=85sa?= <Asa@Kommun.Example>",
		"To: \"Stöd, OmDirekt\" <stod@omdirekt.example>",
		"Cc: chef@kommun.example",
		"Reply-To: asa.privat@hemma.example",
		"Subject: SV: =?utf-8?Q?Fel_p=C3=A5?=",
		" =?utf-8?Q?_sidan?=",
		"Date: Tue, 03 Mar 2026 10:14:00 +0100",
		"Message-ID: <a1@kommun.example>",
		"In-Reply-To: your mail <t1@omdirekt.example> of Monday",
		"References: <t0@omdirekt.example>,<t1@omdirekt.example> <t0@omdirekt.example>",
		"Content-Type: text/plain; charset=utf-8",
		"",
		"Det fungerar inte idag heller.",
		"",
		"> Har du provat igen?", "")
	a.Envelope.To = []string{"support+AbC9@omdirekt.example"}
	m := Read(a)
	got := fmt.Sprintln(m.From, m.Identity, m.To, m.Cc, m.ReplyTo, m.Subject, m.Date.UTC(), m.MessageID, m.InReplyTo, m.References, m.Language, m.Kind)
	want := "{Åsa asa@kommun.example} clear [{Stöd, OmDirekt stod@omdirekt.example}] [{ chef@kommun.example}] [{ asa.privat@hemma.example}] " +
		"SV: Fel på sidan 2026-03-03 09:14:00 +0000 UTC a1@kommun.example [t1@omdirekt.example] [t0@omdirekt.example t1@omdirekt.example] sv human\n"
	if got != want {
		t.Errorf("Read =\n%s, want\n%s", got, want)
	}
	if to := strings.Join(m.SentTo, " "); to != "support+AbC9@omdirekt.example stod@omdirekt.example chef@kommun.example mina@omdirekt.example Stod+tok@omdirekt.example" {
		t.Errorf("sent to %s", to)
	}
	if _, kept := m.Header["X-Aboveline-Trust"]; kept || len(m.Header["Subject"]) != 1 {
		t.Errorf("header %v", m.Header)
	}
	if m.Reply != "Det fungerar inte idag heller." || !strings.Contains(m.Quoted, "provat igen") {
		t.Errorf("reply %q, quoted %q", m.Reply, m.Quoted)
	}
}

// A token's letters may not be folded: the case of an address is kept in SentTo, whichever field it stands in.
func TestSentToKeepsCase(t *testing.T) {
	m := Read(mailOf("To: Support+aBcD@desk.example", "Delivered-To: Support+xYz@desk.example", "", ""))
	if got := strings.Join(m.SentTo, " "); !strings.Contains(got, "+aBcD@") || !strings.Contains(got, "+xYz@") {
		t.Errorf("sent to %s", got)
	}
}

func TestNullPath(t *testing.T) {
	for raw, want := range map[string]bool{"Return-Path: <>\r\n\r\n": true, "Return-Path: <a@b.example>\r\n\r\n": false, "\r\n": false} {
		if got := Read(rules.Arrival{Raw: []byte(raw)}).Envelope.Null; got != want {
			t.Errorf("Null of %q = %v", raw, got)
		}
	}
}

func TestReferencesCapped(t *testing.T) {
	var refs []string
	for i := range 100 {
		refs = append(refs, fmt.Sprintf("<%d@x.example>", i))
	}
	m := Read(mailOf("References: "+strings.Join(refs, "\r\n "), "", ""))
	if n := len(m.References); n != 21 || m.References[0] != "0@x.example" || m.References[1] != "80@x.example" || m.References[20] != "99@x.example" {
		t.Errorf("%d references: %v", n, m.References)
	}
}

func TestDate(t *testing.T) {
	want := time.Date(2026, 3, 3, 9, 14, 0, 0, time.UTC)
	for _, s := range []string{
		"Tue, 03 Mar 2026 10:14:00 +0100", "3 Mar 2026 10:14:00 +0100", "Tue, 3 Mar 2026 10:14 +0100 (CET)",
		"Tue,03 Mar 2026 10:14:00 +0100", "Tue Mar 3 10:14:00 2026 +0100", "Tue, 03 Mar 26 10:14:00 +0100",
		"Tue, 03 Mar 2026 09:14:00 GMT", "2026-03-03 10:14:00 +0100", "2026-03-03T10:14:00+01:00", "Tue, 03 Mar 2026 10.14.00 +0100",
	} {
		if got := date(s); !got.Equal(want) {
			t.Errorf("date(%q) = %v, want %v", s, got, want)
		}
	}
	for _, s := range []string{"", "yesterday", "Tue, 99 Mar 2026", strings.Repeat("1", 1<<16)} {
		if got := date(s); !got.IsZero() {
			t.Errorf("date(%.20q) = %v, want none", s, got)
		}
	}
}

// The same mail is known again by whichever door it comes.
func TestKeySameMail(t *testing.T) {
	mail := []string{"Received: from a by b; Tue, 3 Mar 2026 10:14:01 +0100", "From: Åsa <asa@kommun.example>", "Subject: Fel på sidan som alla",
		"Date: Tue, 03 Mar 2026 10:14:00 +0100", "Message-ID: <a1@kommun.example>", "Content-Type: text/plain; charset=utf-8",
		"Content-Transfer-Encoding: 8bit", "", "Det är fel.", "", "Mvh Åsa", ""}
	want := Read(mailOf(mail...)).Key
	with := func(edit func(string) string) rules.DedupeKey {
		return Read(rules.Arrival{Raw: []byte(edit(strings.Join(mail, "\r\n")))}).Key
	}
	same := map[string]func(string) string{
		"more trace":           func(s string) string { return "Received: from c by d; x\r\nX-Spam: no\r\n" + s },
		"no trace":             func(s string) string { return s[strings.Index(s, "From:"):] },
		"blank lines at end":   func(s string) string { return s + "\r\n\r\n\r\n" },
		"no line end":          func(s string) string { return strings.TrimRight(s, "\r\n") },
		"trailing white space": func(s string) string { return strings.Replace(s, "Det är fel.", "Det är fel.  \t", 1) },
		"folded subject":       func(s string) string { return strings.Replace(s, "på sidan", "på\r\n sidan", 1) },
		"encoded subject": func(s string) string {
			return strings.Replace(s, "Fel på sidan som alla", "=?utf-8?Q?Fel_p=C3=A5?= sidan som alla", 1)
		},
		"quoted-printable": func(s string) string {
			s = strings.Replace(s, "8bit", "quoted-printable", 1)
			return strings.Replace(strings.Replace(s, "Det är", "Det =C3=A4r", 1), "Mvh Åsa", "Mvh =C3=85sa", 1)
		},
		"base64": func(s string) string {
			s = strings.Replace(s, "8bit", "base64", 1)
			return s[:strings.Index(s, "\r\n\r\n")+4] + "RGV0IMOkciBmZWwuCgpNdmggw4VzYQo=\r\n"
		},
	}
	for name, edit := range same {
		if with(edit) != want {
			t.Errorf("%s: another key", name)
		}
	}
	other := map[string]func(string) string{
		"other words":       func(s string) string { return strings.Replace(s, "Det är", "Nu är", 1) },
		"other sender":      func(s string) string { return strings.Replace(s, "asa@kommun", "eva@kommun", 1) },
		"other date":        func(s string) string { return strings.Replace(s, "10:14:00 +", "10:15:00 +", 1) },
		"other subject":     func(s string) string { return strings.Replace(s, "sidan", "sida", 1) },
		"other id":          func(s string) string { return strings.Replace(s, "<a1@", "<a2@", 1) },
		"a line moved":      func(s string) string { return strings.Replace(s, "fel.\r\n\r\nMvh", "fel.\r\nMvh", 1) },
		"indented":          func(s string) string { return strings.Replace(s, "Det är", "  Det är", 1) },
		"blank line before": func(s string) string { return strings.Replace(s, "Det är", "\r\nDet är", 1) },
	}
	for name, edit := range other {
		if with(edit) == want {
			t.Errorf("%s: the same key", name)
		}
	}
}

// Parts that are cut at another place are another mail: no two contents run together to one hash.
func TestKeyTellsParts(t *testing.T) {
	two := func(a, b string) rules.DedupeKey {
		return Read(mailOf("Content-Type: multipart/mixed; boundary=b", "", "--b", "", a, "--b", "", b, "--b--")).Key
	}
	if two("x", "y\r\nz") == two("x\r\ny", "z") || two("x", "") == two("", "x\r\nx") {
		t.Error("two mails have one key")
	}
	file := func(content string) rules.DedupeKey {
		return Read(mailOf("Content-Type: application/pdf; name=a", "", content)).Key
	}
	if file("a") == file("b") {
		t.Error("two files have one key")
	}
}

func TestFields(t *testing.T) {
	form := "Namn: Åsa Öberg\nKommun: Ån\nTelefon: 012-34 56 78\nE-post: asa@kommun.example\nÄrende:\nKan inte logga in.\nDet gäller alla: hela skolan.\n"
	got := fields(form)
	if got["Namn"] != "Åsa Öberg" || got["Telefon"] != "012-34 56 78" || !strings.HasPrefix(got["Ärende"], "Kan inte logga in.") {
		t.Errorf("fields = %q", got)
	}
	for name, text := range map[string]string{
		"letter":        "Hej!\n\nJag vill fråga en sak: hur loggar jag in?\nOch en till: var finns blanketten?\n\nMvh Åsa\nTelefon: 012\n",
		"two lines":     "Namn: Åsa\nKommun: Ån\n",
		"quoted header": "Från: Åsa <asa@kommun.example>\nTill: Stöd\nÄmne: Fel\nSkickat: igår\n",
		"twice":         "Rad: a\nRad: b\nRad: c\nRad: d\n",
		"links":         "https://a.example/x\nhttps://b.example/y\nhttps://c.example/z\n",
		"times":         "10:14 började det\n10:20 slutade det\n10:30 började det igen\n",
		"nothing":       "",
	} {
		if got := fields(text); got != nil {
			t.Errorf("%s: fields = %q, want none", name, got)
		}
	}
}

func TestForwardedAttachment(t *testing.T) {
	m := Read(mailOf("From: anna@kommun.example", "Subject: VB: Fel", "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "Se bifogat.", "--b",
		"Content-Type: message/rfc822", "", "From: Kari <kari@kunde.example>", "Subject: Feil", "Message-ID: <k1@kunde.example>", "", "Det virker ikke.", "--b--"))
	f := m.Forwarded
	if f == nil || f.From.Address != "kari@kunde.example" || f.Subject != "Feil" || f.Text != "Det virker ikke." || f.MessageID != "k1@kunde.example" {
		t.Errorf("forwarded %+v", f)
	}
}

// Over a cap a mail still has what a ticket needs, and no words are made up.
func TestReadUnread(t *testing.T) {
	a := mailOf("From: Anna <anna@kommun.example>", "Subject: Många delar", "Message-ID: <m1@kommun.example>", "Content-Type: multipart/mixed; boundary=b", "", strings.Repeat("--b\r\n\r\nx\r\n", 2000))
	m := Read(a)
	if !m.Unread || m.Subject != "Många delar" || m.From.Address != "anna@kommun.example" || m.Reply != "" || m.MessageID != "m1@kommun.example" {
		t.Errorf("unread %v, %q from %s, reply %q", m.Unread, m.Subject, m.From.Address, m.Reply)
	}
	if len(m.Attachments) != 1 || !bytes.Equal(m.Attachments[0].Content, a.Raw) || len(m.Problems) == 0 {
		t.Errorf("%d attachments, problems %q", len(m.Attachments), m.Problems)
	}
}

func FuzzRead(f *testing.F) {
	for _, raw := range ordinary() {
		if len(raw) < 5000 {
			f.Add(raw)
		}
	}
	f.Add([]byte("From: a@b.example\r\nReferences: <<<>>\r\nDate: (((\r\n\r\nNamn: x\r\nOrt: y\r\nFel: z\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Read(rules.Arrival{Raw: raw})
		if again := Read(rules.Arrival{Raw: raw}); again.Key != m.Key {
			t.Fatal("one mail has two keys")
		}
		if m.Kind == "" || m.Identity == "" || m.Language == "" || len(m.References) > 21 {
			t.Fatalf("kind %q, identity %q, language %q, %d references", m.Kind, m.Identity, m.Language, len(m.References))
		}
	})
}
