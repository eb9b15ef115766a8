package mailin

import (
	"bytes"
	"fmt"
	"html"
	"strings"
	"testing"
	"time"

	"aboveline.example/rules"
)

// passedOn is a mail in one language, and how that language's clients write the head of one that is passed on.
type passedOn struct {
	lang, note, sender, address, subject, text string
	prefix                                     string            // of the subject
	from, sent, to, topic                      string            // labels of Outlook
	date                                       string            // label of Apple Mail
	dates                                      map[string]string // by client
	marks                                      map[string]string // the line above the head, by client
}

var passedOnIn = []passedOn{
	{"sv", "Kan ni ta den här? Hon ringde nyss.", "Åsa Öberg", "asa@kommun.example", "Fel på lönesystemet",
		"Hej!\n\nJag kommer inte in i lönesystemet, det står att sessionen är slut.\n\nHälsningar\nÅsa", "VB: ",
		"Från", "Skickat", "Till", "Ämne", "Datum",
		map[string]string{"outlook": "den 2 mars 2026 16:40", "web": "den 2 mars 2026 16:40:11", "gmail": "mån 2 mars 2026 kl 16:40",
			"apple": "2 mars 2026 kl. 16:40:11 CET", "thunderbird": "Mon, 2 Mar 2026 16:40:11 +0100"},
		map[string]string{"gmail": "---------- Forwarded message ---------", "apple": "Vidarebefordrat brev:", "old apple": "Börja på vidarebefordrat brev:",
			"thunderbird": "-------- Vidarebefordrat meddelande --------"}},
	{"nb", "Denne gjelder vel dere.", "Bjørn Sæther", "bjorn@skole.example", "Prosjektoren på rom 12",
		"Hei!\n\nProsjektoren på rom 12 er død, lampen lyser ikke engang.\n\nHilsen\nBjørn", "VS: ",
		"Fra", "Sendt", "Til", "Emne", "Dato",
		map[string]string{"outlook": "mandag 2. mars 2026 16:40", "web": "mandag 2. mars 2026 16:40:11", "gmail": "man. 2. mars 2026 kl. 16:40",
			"apple": "2. mars 2026 kl. 16:40:11 CET", "thunderbird": "Mon, 2 Mar 2026 16:40:11 +0100"},
		map[string]string{"gmail": "---------- Videresendt melding ---------", "apple": "Start på videresendt melding:", "old apple": "Start på videresendt melding:",
			"thunderbird": "-------- Videresendt melding --------"}},
	{"en", "Could you take this one?", "Tom O'Hara", "tom@partner.example", "Invoices cannot be opened",
		"Hello,\n\nnone of my invoices can be opened since this morning.\n\nBest regards\nTom", "FW: ",
		"From", "Sent", "To", "Subject", "Date",
		map[string]string{"outlook": "Monday, March 2, 2026 4:40 PM", "web": "Monday, March 2, 2026 4:40:11 PM", "gmail": "Mon, 2 Mar 2026 at 16:40",
			"apple": "2 March 2026 at 16:40:11 CET", "thunderbird": "Mon, 2 Mar 2026 16:40:11 +0100"},
		map[string]string{"gmail": "---------- Forwarded message ---------", "apple": "Begin forwarded message:", "old apple": "Begin forwarded message:",
			"thunderbird": "-------- Forwarded Message --------"}},
}

// passers are the clients, each as it writes a plain text and an HTML. Written from what the clients' own mails look
// like, in words of our own.
var passers = []struct {
	name        string
	plain, html func(p passedOn) string
}{
	{"outlook", func(p passedOn) string {
		return p.note + "\n\n" + p.lines(p.box(""), "outlook") + "\n\n" + p.text
	}, func(p passedOn) string {
		return `<div class=WordSection1><p class=MsoNormal>` + p.note + `<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><div>` +
			`<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>` + p.bold(p.box(""), "outlook") +
			`<o:p></o:p></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>` + p.paragraphs("p class=MsoNormal", "p") + `</div>`
	}},
	{"outlook's links", func(p passedOn) string {
		return p.note + "\n\n" + p.lines(p.box("<mailto:"+p.address+">"), "outlook") + "\n\n" + p.text
	}, nil},
	{"outlook's separator", func(p passedOn) string {
		sep := map[string]string{"sv": "-----Ursprungligt meddelande-----", "nb": "-----Opprinnelig melding-----", "en": "-----Original Message-----"}
		return p.note + "\n\n" + sep[p.lang] + "\n" + strings.Replace(p.lines(p.box(""), "outlook"), "<"+p.address+">", "[mailto:"+p.address+"]", 1) + "\n\n" + p.text
	}, nil},
	{"web", func(p passedOn) string {
		return p.note + "\n________________________________\n" + p.lines(p.box(""), "web") + "\n\n" + p.text
	}, func(p passedOn) string {
		return `<div class="elementToProof" style="font-family:Aptos,sans-serif">` + p.note + `</div><div id="appendonsend"></div>` +
			`<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">` +
			p.bold(p.box(""), "web") + `</font><div>&nbsp;</div></div>` + p.paragraphs("div", "div")
	}},
	{"gmail", func(p passedOn) string {
		return p.note + "\n\n" + p.marks["gmail"] + "\n" + p.gmailHead(p.box("")) + "\n\n\n" + p.text
	}, func(p passedOn) string {
		head := strings.Replace(html.EscapeString(p.gmailHead("\x00")), "\x00", `<strong class="gmail_sendername" dir="auto">`+html.EscapeString(p.sender)+
			`</strong> <span dir="auto">&lt;<a href="mailto:`+p.address+`">`+p.address+`</a>&gt;</span>`, 1)
		return `<div dir="ltr">` + p.note + `<br><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">` + p.marks["gmail"] + `<br>` +
			strings.ReplaceAll(head, "\n", "<br>") + `<br></div><br><br>` + p.paragraphs("div dir=\"ltr\"", "div") + `</div></div>`
	}},
	{"apple", func(p passedOn) string {
		return p.note + "\n\n" + quoted(p.marks["apple"]+"\n\n"+p.appleHead(p.box(""))+"\n\n"+p.text)
	}, func(p passedOn) string {
		return `<html><body style="overflow-wrap: break-word;">` + p.note + `<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>` + p.marks["apple"] +
			`</div><br class="Apple-interchange-newline">` + p.appleHTML() + `<br><div>` + p.paragraphs("div", "div") + `</div></blockquote></div></body></html>`
	}},
	{"iphone", func(p passedOn) string {
		return p.note + "\n\n" + p.marks["apple"] + "\n\n" + quoted(p.appleHead(p.box(""))+"\n\n"+p.text)
	}, func(p passedOn) string {
		return `<html><body dir="auto">` + p.note + `<br><div dir="ltr"><br>` + p.marks["apple"] + `<br><br></div><blockquote type="cite"><div dir="ltr">` +
			p.bold(p.box(""), "apple") + `<br><br></div></blockquote><blockquote type="cite"><div dir="ltr">` + p.paragraphs("div", "div") + `</div></blockquote></body></html>`
	}},
	{"old apple", func(p passedOn) string {
		return p.note + "\n\n" + p.marks["old apple"] + "\n\n" + p.appleHead(p.box("")) + "\n\n" + p.text
	}, nil},
	{"thunderbird", func(p passedOn) string {
		return p.note + "\n\n\n" + p.marks["thunderbird"] + "\n" + p.topic + ": \t" + p.subject + "\n" + p.date + ": \t" + p.dates["thunderbird"] + "\n" + p.from + ": \t" + p.box("") +
			"\n" + p.to + ": \tKarin Lind <karin@omdirekt.example>\n\n\n" + p.text
	}, func(p passedOn) string {
		row := func(label, value string) string {
			return `<tr><th nowrap="nowrap" valign="BASELINE" align="RIGHT">` + label + `: </th><td>` + html.EscapeString(value) + `</td></tr>`
		}
		return `<p>` + p.note + `</p><div class="moz-forward-container"><br><br>` + p.marks["thunderbird"] + `<table class="moz-email-headers-table" cellspacing="0" cellpadding="0" border="0"><tbody>` +
			row(p.topic, p.subject) + row(p.date, p.dates["thunderbird"]) + row(p.from, p.box("")) + row(p.to, "Karin Lind <karin@omdirekt.example>") + `</tbody></table><br><br>` +
			p.paragraphs("div", "div") + `</div>`
	}},
}

// box is the sender as a head names them; within stands inside the angle brackets after the address, as where a link
// was made text.
func (p passedOn) box(within string) string { return p.sender + " <" + p.address + within + ">" }

func (p passedOn) lines(from, client string) string {
	return p.from + ": " + from + "\n" + p.sent + ": " + p.dates[client] + "\n" + p.to + ": Karin Lind <karin@omdirekt.example>\n" + p.topic + ": " + p.subject
}

func (p passedOn) bold(from, client string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(p.lines(from, client), "\n") {
		label, value, _ := strings.Cut(line, ": ")
		value = strings.ReplaceAll(html.EscapeString(value), p.address, `<a href="mailto:`+p.address+`">`+p.address+`</a>`)
		b.WriteString("<b>" + label + ":</b> " + value + "<br>")
	}
	return strings.TrimSuffix(b.String(), "<br>")
}

func (p passedOn) gmailHead(from string) string {
	return p.from + ": " + from + "\nDate: " + p.dates["gmail"] + "\nSubject: " + p.subject + "\nTo: Karin Lind <karin@omdirekt.example>"
}

func (p passedOn) appleHead(from string) string {
	return p.from + ": " + from + "\n" + p.topic + ": " + p.subject + "\n" + p.date + ": " + p.dates["apple"] + "\n" + p.to + ": Karin Lind <karin@omdirekt.example>"
}

func (p passedOn) appleHTML() string {
	var b strings.Builder
	for line := range strings.SplitSeq(p.appleHead(p.box("")), "\n") {
		label, value, _ := strings.Cut(line, ": ")
		b.WriteString(`<div style="margin-top: 0px; margin-right: 0px; margin-bottom: 0px; margin-left: 0px;"><span style="font-family: -webkit-system-font, Helvetica Neue, Helvetica, sans-serif; color:rgba(0, 0, 0, 1.0);"><b>` +
			label + `: </b></span><span style="font-family: -webkit-system-font, Helvetica Neue, Helvetica, sans-serif;">` + html.EscapeString(value) + `<br></span></div>`)
	}
	return b.String()
}

func (p passedOn) paragraphs(open, tag string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(p.text, "\n") {
		if line == "" {
			line = "<br>"
		}
		b.WriteString("<" + open + ">" + line + "</" + tag + ">\n")
	}
	return b.String()
}

func quoted(s string) string { return "> " + strings.ReplaceAll(s, "\n", "\n> ") }

// A mail that a member of staff passes on is that of whoever wrote it, whichever client passes it on, in whichever
// language, as text, as HTML, or as both.
func TestForwards(t *testing.T) {
	n := 0
	for _, p := range passedOnIn {
		for _, c := range passers {
			parts := map[string][2]string{"plain": {c.plain(p), ""}}
			if c.html != nil {
				parts["html"] = [2]string{"", c.html(p)}
				parts["both"] = [2]string{c.plain(p), c.html(p)}
			}
			for part, words := range parts {
				n++
				t.Run(p.lang+"/"+c.name+"/"+part, func(t *testing.T) { p.check(t, Read(rules.Arrival{Raw: p.mail(words[0], words[1])})) })
			}
		}
	}
	t.Logf("%d forms", n)
}

// Passed on as an attachment, a mail comes whole: its date with the offset, its own files, and itself, whatever the
// client called it or did not.
func TestForwardsAttached(t *testing.T) {
	for name, head := range map[string]string{
		"outlook":     "Content-Type: message/rfc822\nContent-Disposition: attachment;\n creation-date=\"Tue, 03 Mar 2026 09:14:00 GMT\"",
		"apple":       "Content-Type: message/rfc822;\n\tname=\"Fel.eml\"\nContent-Disposition: attachment;\n\tfilename=Fel.eml\nContent-Transfer-Encoding: 7bit",
		"gmail":       "Content-Type: message/rfc822; name=\"Fel.eml\"\nContent-Disposition: attachment; filename=\"Fel.eml\"\nX-Attachment-Id: f_1",
		"thunderbird": "Content-Type: message/rfc822; charset=UTF-8; name=\"Fel.eml\"\nContent-Disposition: attachment; filename=\"Fel.eml\"\nContent-Transfer-Encoding: 8bit",
		"bare":        "Content-Type: message/rfc822",
	} {
		for _, p := range passedOnIn {
			t.Run(name+"/"+p.lang, func(t *testing.T) {
				inner := strings.ReplaceAll(string(p.mail(p.text, "")), "\r\n", "\n")
				inner = strings.NewReplacer("boundary=m", "boundary=n", "--m\n", "--n\n", "--m--", "--n--", "boundary=a", "boundary=c", "--a\n", "--c\n", "--a--", "--c--",
					"Karin Lind <karin@omdirekt.example>\nTo", "\""+p.sender+"\" <"+p.address+">\nTo", "Tue, 03 Mar 2026 10:14:00", "Mon, 02 Mar 2026 16:40:00",
					"Subject: "+p.prefix, "Subject: ").Replace(inner)
				raw := strings.Replace(string(p.mail(p.note, "")), "\r\n--m--", "\r\n--m\r\n"+strings.ReplaceAll(head+"\n\n"+inner, "\n", "\r\n")+"\r\n--m--", 1)
				m := Read(rules.Arrival{Raw: []byte(raw)})
				f := m.Forwarded
				if f == nil || f.From.Name != p.sender || string(f.From.Address) != p.address || f.Subject != p.subject || strings.TrimSpace(f.Text) != p.text {
					t.Fatalf("passed on %+v", f)
				}
				if f.Floating || !f.When(time.UTC).Equal(time.Date(2026, 3, 2, 15, 40, 0, 0, time.UTC)) {
					t.Errorf("date %s, floating %v", f.Date, f.Floating)
				}
				var files []string
				for _, a := range m.Attachments {
					files = append(files, a.Name)
				}
				if len(files) != 3 || files[0] != "bild.png" || !strings.HasSuffix(files[1], ".eml") || files[2] != "bild.png" {
					t.Errorf("files %q", files)
				}
				if m.Reply != p.note {
					t.Errorf("note %q", m.Reply)
				}
			})
		}
	}
}

// mail is the mail that Karin passes on, with a picture of her user's.
func (p passedOn) mail(text, page string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: Karin Lind <karin@omdirekt.example>\nTo: support@omdirekt.example\nSubject: %s%s\nDate: Tue, 03 Mar 2026 10:14:00 +0100\n"+
		"Message-ID: <k1@omdirekt.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/alternative; boundary=a\n\n", p.prefix, p.subject)
	for _, w := range [][2]string{{"plain", text}, {"html", page}} {
		if w[1] != "" {
			fmt.Fprintf(&b, "--a\nContent-Type: text/%s; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n%s\n", w[0], w[1])
		}
	}
	b.WriteString("--a--\n--m\nContent-Type: image/png\nContent-Disposition: attachment; filename=bild.png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--m--\n")
	return bytes.ReplaceAll(b.Bytes(), []byte("\n"), []byte("\r\n"))
}

func (p passedOn) check(t *testing.T, m *rules.Mail) {
	t.Helper()
	f := m.Forwarded
	if f == nil {
		t.Fatalf("not seen as passed on; reply %q", m.Reply)
	}
	if f.From.Name != p.sender || string(f.From.Address) != p.address {
		t.Errorf("from %q <%s>", f.From.Name, f.From.Address)
	}
	if f.Subject != p.subject {
		t.Errorf("subject %q", f.Subject)
	}
	zone, _ := time.LoadLocation("Europe/Stockholm")
	if got := f.When(zone).Truncate(time.Minute); !got.Equal(time.Date(2026, 3, 2, 15, 40, 0, 0, time.UTC)) {
		t.Errorf("date %s", got)
	}
	if got := strings.Join(strings.Fields(f.Text), " "); got != strings.Join(strings.Fields(p.text), " ") {
		t.Errorf("text %q", f.Text)
	}
	if m.Reply != p.note {
		t.Errorf("note %q", m.Reply)
	}
	if string(f.Language) != p.lang || f.Confidence < 0.5 {
		t.Errorf("language %s (%.2f)", f.Language, f.Confidence)
	}
	if len(m.Attachments) != 1 || m.Attachments[0].Name != "bild.png" {
		t.Errorf("%d attachments", len(m.Attachments))
	}
}
