package mailout

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/textproto"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset"
	"github.com/emersion/go-message/mail"
	"github.com/jhillyerd/enmime/v2"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"aboveline.example/rules"
)

// payloads are what people put into fields to make two of them, to open a part, to run something.
var payloads = []string{
	"a\r\nBcc: all@evil.example", "a\nBcc: all@evil.example", "a\rBcc: x", "a\r\n\r\n<script>alert(1)</script>", "a\x00b",
	"a\u2028Bcc: x", "a\u0085Bcc: x", "a\r\n Bcc: folded", "=?utf-8?q?a=0D=0ABcc:_x?=", "=?utf-8?b?DQpCY2M6IHg=?=",
	"\r\n--=_boundary\r\nContent-Type: text/html\r\n\r\n<b>x", "--", "-- \r\n", ".", "\r\n.\r\nMAIL FROM:<x>", "From x",
	"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "<a href=\"javascript:alert(1)\">x</a>",
	"</div></body></html><iframe src=//evil.example>", "<style>*{display:none}</style>", "javascript:alert(1)", "&lt;b&gt;",
	"<svg/onload=alert(1)>", "{{.Desk}}", "{{range $}}", "{name}", "%s%n", "\u202egnp.exe", "a\u200bb", "\ufeff", "\ufffd\xff\xfe",
	"eva@x.example>,<all@evil.example", "eva@x.example\r\nDATA", "\"Eva\" <eve@evil.example>, other", "a,b;c:d(e)f\\\"g",
	"mailto:x@y.example?subject=a\r\nBcc: z", "data:text/html,<script>1</script>", "---", "\n\n---\n\n", "\t\t\t", "", " ",
	strings.Repeat("å", 3000), strings.Repeat("a", 3000), strings.Repeat("=?utf-8?q?x?= ", 200), strings.Repeat("\r\n", 200),
}

// fill puts a drawn payload into every text field of a row, whatever its type is called.
func fill(rt *rapid.T, v reflect.Value) {
	payload := rapid.OneOf(rapid.SampledFrom(payloads), rapid.String(), rapid.Custom(func(rt *rapid.T) string {
		return rapid.SampledFrom(payloads).Draw(rt, "a") + rapid.SampledFrom(payloads).Draw(rt, "b")
	}))
	switch v.Kind() {
	case reflect.String:
		v.SetString(payload.Draw(rt, "payload"))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			fill(rt, v.Field(i))
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(rt, v.Index(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(rt, v.Elem())
	}
}

// hostile is a row with a payload in each field that may hold one.
func hostile(rt *rapid.T) rules.Outgoing {
	var o rules.Outgoing
	fill(rt, reflect.ValueOf(&o).Elem())
	// What a row must have to be a mail; the rest is as hostile as it was drawn.
	o.Template = rapid.SampledFrom(rules.Templates).Draw(rt, "template")
	o.Role = rapid.SampledFrom([]rules.Role{rules.RoleRequester, rules.RoleStaff, rules.RoleVendor, rules.RoleInformed}).Draw(rt, "role")
	o.Language = rapid.SampledFrom([]rules.Language{"sv", "nb", "en", "x\r\ny"}).Draw(rt, "language")
	o.To.Address, o.From.Address, o.ReplyTo = "eva@kommun.example", "support@omdirekt.example", "support+x@omdirekt.example"
	o.MessageID, o.Date = "a@omdirekt.example", time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	if !rapid.Bool().Draw(rt, "report") {
		o.Delivered = nil
	}
	for i := range o.Actions {
		if rapid.Bool().Draw(rt, "link") {
			o.Actions[i].Mailto = "mailto:a@b.example?body=%2Fclose%20%22%3E%3Cscript&x='\"><script>" // no such URI is let through
		}
	}
	for i := range o.Attachments {
		o.Attachments[i].SHA256, o.Attachments[i].Inline = rules.BlobID("b"), rapid.Bool().Draw(rt, "inline")
		if rapid.Bool().Draw(rt, "picture") {
			o.Attachments[i].Type = "image/png"
		}
	}
	return o
}

// TestInjection is T23 for mail: payloads through every field make no header, no part and no active HTML.
func TestInjection(t *testing.T) {
	c := composer(t)
	rapid.Check(t, func(rt *rapid.T) {
		o := hostile(rt)
		wire, err := c.Compose(o)
		if err != nil {
			rt.Fatal(err)
		}
		again, err := c.Compose(o)
		if err != nil || !reflect.DeepEqual(wire, again) {
			rt.Fatalf("composed twice, two mails (%v)", err)
		}
		raw, err := Bytes(context.Background(), wire, noBlobs{})
		if err != nil {
			rt.Fatal(err)
		}
		checkWire(rt, raw)
		checkHeader(rt, raw)
		checkParts(rt, raw, len(o.Attachments))
	})
}

type failing interface {
	Fatalf(string, ...any)
	Fatal(...any)
}

// checkWire: seven-bit lines of at most 998 characters, ended by CRLF and by nothing else. RFC 5322, section 2.1.1.
func checkWire(t failing, raw []byte) {
	for l := range bytes.SplitSeq(bytes.TrimSuffix(raw, []byte("\r\n")), []byte("\r\n")) {
		if len(l) > 998 || bytes.ContainsAny(l, "\r\n\x00") {
			t.Fatalf("bad line: %.200q", l)
		}
		if i := bytes.IndexFunc(l, func(r rune) bool { return r > '~' || r < ' ' && r != '\t' }); i >= 0 {
			t.Fatalf("not seven-bit: %.200q", l)
		}
	}
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for l := range bytes.SplitSeq(head, []byte("\r\n")) {
		if len(l) > 78 && bytes.ContainsAny(bytes.TrimSpace(l), " ") && !bytes.HasPrefix(l, []byte("References:")) &&
			!bytes.HasPrefix(l, []byte("In-Reply-To:")) && !bytes.HasPrefix(l, []byte("List-Unsubscribe:")) {
			if _, v, _ := bytes.Cut(l, []byte(" ")); bytes.ContainsAny(v, " ") {
				t.Fatalf("not folded: %q", l)
			}
		}
		if bytes.TrimSpace(l) == nil {
			t.Fatal("a line of a header is blank")
		}
	}
}

// ours are the fields a mail of ours may have, each at most once.
var ours = []string{"From", "To", "Subject", "Date", "Message-Id", "In-Reply-To", "References", "Reply-To", "Auto-Submitted",
	"X-Auto-Response-Suppress", "X-Aboveline-Loop", "List-Unsubscribe", "Thread-Topic", "Thread-Index", "Content-Language",
	"Mime-Version", "Content-Type"}

func checkHeader(t failing, raw []byte) {
	m, err := message.Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for f := m.Header.Fields(); f.Next(); {
		k := textproto.CanonicalMIMEHeaderKey(f.Key())
		if seen[k]++; seen[k] > 1 || !slices.Contains(ours, k) {
			t.Fatalf("field %s, %d times", k, seen[k])
		}
	}
	h := mail.Header{Header: m.Header}
	for field, want := range map[string]string{"From": "support@omdirekt.example", "To": "eva@kommun.example", "Reply-To": "support+x@omdirekt.example"} {
		list, err := h.AddressList(field)
		if err != nil || len(list) != 1 || list[0].Address != want {
			t.Fatalf("%s is %v (%v) in %q", field, list, err, m.Header.Get(field))
		}
	}
	if s, err := h.Subject(); err != nil || strings.ContainsAny(s, "\r\n\x00\u202e\u200b") {
		t.Fatalf("subject %q (%v)", s, err)
	}
	if _, err := h.Date(); err != nil {
		t.Fatal(err)
	}
}

// checkParts reads the mail with both libraries: the parts are the two texts and the attachments, and the HTML holds
// no element, attribute or link that could do anything.
func checkParts(t failing, raw []byte, attachments int) {
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	texts := 0
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(p.Body)
		if err != nil {
			t.Fatal(err)
		}
		ct, _, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
		if err != nil {
			t.Fatalf("%q: %v", p.Header.Get("Content-Type"), err)
		}
		switch {
		case string(body) == "b":
			attachments--
		case ct == "text/html":
			texts++
			checkHTML(t, string(body))
		case ct == "text/plain":
			texts++
		case ct == "message/delivery-status":
			checkReport(t, string(body))
			return // words and this part are all of a report
		default:
			t.Fatalf("a part of %s", ct)
		}
	}
	if texts != 2 || attachments != 0 {
		t.Fatalf("%d texts, %d attachments missing", texts, attachments)
	}
	e, err := enmime.ReadEnvelope(bytes.NewReader(raw))
	if err != nil || len(e.Errors) > 0 {
		t.Fatalf("enmime: %v %v", err, e)
	}
	if !strings.Contains(e.HTML, `id="aboveline"`) || e.Text == "" {
		t.Fatalf("enmime reads no text: %.300q", e.Text)
	}
}

// checkReport holds a report to the fields that we write; a fold goes on with white space.
func checkReport(t failing, body string) {
	fields := strings.Fields("Original-Envelope-Id Reporting-MTA Arrival-Date Original-Recipient Final-Recipient Action Status")
	for line := range strings.SplitSeq(strings.ReplaceAll(body, "\r\n", "\n"), "\n") {
		name, _, _ := strings.Cut(line, ":")
		if line != "" && line[0] != ' ' && !slices.Contains(fields, name) {
			t.Fatalf("a report has the line %q", line)
		}
	}
}

func checkHTML(t failing, src string) {
	elements := strings.Fields("html head meta title body div span p h1 ol ul li table tbody tr td img a br")
	attributes := strings.Fields("lang charset name content id class data-aboveline style dir src alt role cellpadding cellspacing href title")
	root, err := html.Parse(strings.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			if n.Type == html.CommentNode {
				t.Fatalf("a comment: %q", n.Data)
			}
			continue
		}
		if !slices.Contains(elements, n.Data) {
			t.Fatalf("element %s", n.Data)
		}
		for _, a := range n.Attr {
			switch {
			case !slices.Contains(attributes, a.Key):
				t.Fatalf("attribute %s on %s", a.Key, n.Data)
			case a.Key == "href" && !strings.HasPrefix(a.Val, "mailto:"), a.Key == "src" && !strings.HasPrefix(a.Val, "cid:"):
				t.Fatalf("link %q", a.Val)
			case a.Key == "style" && strings.ContainsAny(a.Val, "<\\@"):
				t.Fatalf("style %q", a.Val)
			case a.Key == "id":
				lines++
			}
		}
	}
	if lines != 1 {
		t.Fatalf("%d elements with an id, want the line's", lines)
	}
}

// TestVendorSeesNobody: whatever a row to a vendor holds, the requester's name and address stay out (DESIGN, 4.7).
func TestVendorSeesNobody(t *testing.T) {
	c := composer(t)
	for _, lang := range Tongues {
		for _, tmpl := range rules.Templates {
			o := Sample(tmpl, lang, rules.RoleVendor)
			o.Facts.Requester = rules.Mailbox{Name: "Ture Hemlig", Address: "ture.hemlig@kommun.example"}
			o.Author = o.Facts.Requester
			o.Facts.Organisation = "Hemliga kommunen"
			if o.Report != nil {
				o.Report.Outage, o.Report.Tickets = "D-7", []string{"OMD-9"}
			}
			body, err := c.word(&o)
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{"Ture", "hemlig", "Hemlig", "D-7", "OMD-9"} {
				if strings.Contains(body.text, secret) || strings.Contains(body.html, secret) {
					t.Errorf("%s %s shows %q to a vendor:\n%s", tmpl, lang, secret, body.text)
				}
			}
		}
	}
}

// TestUnprovedGetNoWords: the confirmation to the unproved and the question whether it was them carry none of the
// mail's words, the invitation none of the ticket's (DESIGN, section 5b).
func TestUnprovedGetNoWords(t *testing.T) {
	c := composer(t)
	for _, tmpl := range []rules.Template{rules.TemplateConfirmationPlain, rules.TemplateInvitation, rules.TemplateConfirm} {
		o := Sample(tmpl, rules.English, rules.RoleRequester)
		o.Words, o.Facts.Subject, o.To.Name, o.ThreadTopic = "UNSEEN words", "UNSEEN subject", "UNSEEN name", "UNSEEN topic"
		o.Facts.Category, o.Facts.Tags, o.Facts.Assignee = "UNSEEN category", []string{"UNSEEN tag"}, "UNSEEN name"
		o.Report = &rules.FaultReport{Title: "UNSEEN title", Quotes: []string{"UNSEEN quote"}}
		body, err := c.word(&o)
		if err != nil {
			t.Fatal(err)
		}
		to := string(c.headers(&o).b)
		if strings.Contains(body.text+body.html, "UNSEEN") || tmpl == rules.TemplateConfirmationPlain && strings.Contains(to, "UNSEEN") {
			t.Errorf("%s shows their words:\n%s%s", tmpl, to, body.text)
		}
	}
}

// TestFormsSayTheSame: each line of the text part stands in the HTML part and the reverse, in the same order.
func TestFormsSayTheSame(t *testing.T) {
	c := composer(t)
	words := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	for _, lang := range Tongues {
		for _, k := range kinds {
			o := Sample(k.template, lang, k.role)
			body, err := c.word(&o)
			if err != nil {
				t.Fatal(err)
			}
			rest := words(visible(t, body.html))
			for l := range strings.SplitSeq(body.text, "\n") {
				l = strings.TrimPrefix(words(l), "* ")
				if l == "" || strings.HasPrefix(l, "<mailto:") || strings.Contains(l, "/") && len(o.Actions) > 0 && strings.Contains(l, ": ") {
					continue
				}
				if strings.HasPrefix(l, "[#") {
					_, l, _ = strings.Cut(l, "] ")
				}
				if o.Template == rules.TemplateDigest {
					_, l, _ = strings.Cut(l, ". ")
				}
				label, value, _ := strings.Cut(l, ": ")
				i := strings.Index(rest, l)
				if i < 0 {
					i = strings.Index(rest, label+" "+value)
				}
				if i < 0 {
					t.Errorf("%s %s: %q is not in the HTML from here: %.200q", k.template, lang, l, rest)
					break
				}
				rest = rest[i:]
			}
		}
	}
}

func visible(t *testing.T, src string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "title" {
			b.WriteString(n.Data + " ")
		}
	}
	return b.String()
}
