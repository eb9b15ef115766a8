package gateway

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"

	"aboveline.example/mailin"
	"aboveline.example/mailout"
	"aboveline.example/rules"
)

// TestOurOwnMailUnquoted: a mail as we really send it is known for ours where a client puts it under or above the reply
// without any sign, and neither ids nor marks say what the mail answers. The rooms that write our mail and read it
// never meet but in this format.
func TestOurOwnMailUnquoted(t *testing.T) {
	addr, out, _ := desk(t)
	send(t, addr, "asa@kommun.example", "support@omdirekt.example", "From: asa@kommun.example\nSubject: Kan inte logga in\n"+
		"Message-ID: <own@kommun.example>\nDate: Tue, 03 Mar 2026 10:14:00 +0100\n\nBankID snurrar bara.\n")
	for _, to := range []string{"asa@kommun.example", "anna@omdirekt.example"} {
		r, err := mail.CreateReader(bytes.NewReader(out.wait(t, to, "[OMD-1]").raw))
		if err != nil {
			t.Fatal(err)
		}
		part, err := r.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		ours, err := io.ReadAll(part.Body)
		if err != nil {
			t.Fatal(err)
		}
		for name, body := range map[string]string{"under": "Det hjälpte inte.\r\n\r\n" + string(ours), "above": string(ours) + "\r\n\r\nDet hjälpte inte.\r\n"} {
			raw := "From: asa@kommun.example\r\nSubject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body
			m := mailin.Reader{}.Read(rules.Arrival{Envelope: rules.Envelope{Door: "smtp"}, Raw: []byte(raw)})
			if m.Reply != "Det hjälpte inte." {
				t.Errorf("our mail to %s %s: reply is %.120q", to, name, m.Reply)
			}
		}
	}
}

// TestDialogueIsCutOff: what a mail of ours shows of the conversation comes back with every answer, and is nobody's new
// words there, however the client quotes; the reference by which the answer finds its ticket comes back, too.
func TestDialogueIsCutOff(t *testing.T) {
	c, err := mailout.NewComposer(mailout.ComposerOptions{Name: "OmDirekt", Address: "support@omdirekt.example", Hostname: "omdirekt.example"})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("Skrivaren på plan två drar fortfarande inte papper, och jag har provat allt.\n", 60)
	for _, lang := range mailout.Tongues {
		for _, role := range []rules.Role{rules.RoleRequester, rules.RoleStaff} {
			o := mailout.Sample(rules.TemplateReply, lang, role)
			for i, words := range []string{"/solved Det fungerar nu.", "Kan du prova igen?\n\nMvh\nAnna Ek\nTel. 08-123 45 67", long, "Ja.", "Mina sidor: ABCDEFGHIJKLMNOP"} {
				o.Dialogue = append(o.Dialogue, rules.Said{Entry: 9 - i, At: o.Said.Add(-time.Duration(i) * time.Hour), Name: "Anna Ek", You: i%2 == 1, Words: words})
			}
			wire, err := c.Compose(o)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := mailout.Bytes(t.Context(), wire, nil)
			if err != nil {
				t.Fatal(err)
			}
			plain, html := forms(t, raw)
			lines := strings.Split(plain, "\n")
			text, unlined := strings.Join(lines, "\n"), strings.Join(lines[1:], "\n")
			quoted := "> " + strings.Join(lines, "\n> ")
			const words = "Det hjälpte inte."
			for name, body := range map[string]string{
				"Gmail":                  words + "\n\nDen lör 21 nov. 2026 kl 14:04 skrev OmDirekt <support@omdirekt.example>:\n\n" + quoted,
				"Gmail, the line lost":   words + "\n\nDen lör 21 nov. 2026 kl 14:04 skrev OmDirekt <support@omdirekt.example>:\n\n> " + strings.Join(lines[1:], "\n> "),
				"Thunderbird, below":     "On 2026-11-21 14:04, OmDirekt wrote:\n" + quoted + "\n\n" + words,
				"Outlook":                words + "\n\nFrån: OmDirekt <support@omdirekt.example>\nSkickat: den 21 november 2026 14:04\nTill: Eva Lind\nÄmne: " + o.Subject + "\n\n" + text,
				"Outlook, the line lost": words + "\n\nFra: OmDirekt <support@omdirekt.example>\nSendt: lørdag 21. november 2026 14:04\nTil: Eva Lind\nEmne: " + o.Subject + "\n\n" + unlined,
				"without a sign":         words + "\n\n" + text,
				"without a sign, above":  text + "\n\n" + words,
				"one quoted in a quote":  words + "\n\nOn 2026-11-21 14:04, OmDirekt wrote:\n" + quoted + "\n> > " + strings.Join(lines, "\n> > "),
				"an old Outlook":         words + "\n\n-----Original Message-----\n" + text,
			} {
				in := "From: eva@kommun.example\r\nSubject: SV: x\r\nIn-Reply-To: <" + string(o.MessageID) + ">\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + strings.ReplaceAll(body, "\n", "\r\n")
				m := mailin.Reader{}.Read(rules.Arrival{Envelope: rules.Envelope{Door: "smtp"}, Raw: []byte(in)})
				if m.Reply != words {
					t.Errorf("%s %s, %s: reply is %.300q", lang, role, name, m.Reply)
				}
				if !strings.Contains(m.Text, o.Facts.Reference) {
					t.Errorf("%s %s, %s: the reference is lost", lang, role, name)
				}
			}
			for name, body := range map[string]string{
				"Gmail":   `<div dir="ltr">` + words + `</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Den lör 21 nov. 2026 kl 14:04 skrev OmDirekt:<br></div><blockquote class="gmail_quote">` + html + `</blockquote></div>`,
				"Outlook": `<p class="MsoNormal">` + words + `</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>Från:</b> OmDirekt<br><b>Skickat:</b> den 21 november 2026 14:04<br><b>Till:</b> Eva Lind<br><b>Ämne:</b> x</p></div></div>` + html,
			} {
				in := "From: eva@kommun.example\r\nSubject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
				m := mailin.Reader{}.Read(rules.Arrival{Envelope: rules.Envelope{Door: "smtp"}, Raw: []byte(in)})
				if m.Reply != words || !strings.Contains(m.Text, o.Facts.Reference) {
					t.Errorf("%s %s, HTML of %s: reply is %.300q", lang, role, name, m.Reply)
				}
			}
		}
	}
}

// forms are the two texts of a mail of ours, with LF.
func forms(t *testing.T, raw []byte) (plain, html string) {
	t.Helper()
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []*string{&plain, &html} {
		part, err := r.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(part.Body)
		if err != nil {
			t.Fatal(err)
		}
		*to = strings.ReplaceAll(string(b), "\r\n", "\n")
	}
	return plain, html
}
