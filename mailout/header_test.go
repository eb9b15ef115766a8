package mailout

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-message"
	"github.com/jhillyerd/enmime/v2"
	"pgregory.net/rapid"

	"aboveline.example/rules"
)

func written(set func(*header)) string {
	h := &header{}
	set(h)
	return string(h.b)
}

func TestHeader(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*header)
		want string
	}{
		{"ascii", func(h *header) { h.set("Subject", text("Re: hello", 200)) }, "Subject: Re: hello\r\n"},
		{"white space folds to one", func(h *header) { h.set("Subject", text(" a \t b\r\nc ", 200)) }, "Subject: a b c\r\n"},
		{"only what must be is encoded", func(h *header) { h.set("Subject", text("[OMD-1] Fråga om lön till Eva", 200)) },
			"Subject: [OMD-1] =?utf-8?q?Fr=C3=A5ga_om_l=C3=B6n?= till Eva\r\n"},
		{"what looks encoded", func(h *header) { h.set("Subject", text("=?utf-8?q?x?=", 200)) },
			"Subject: =?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=\r\n"},
		{"empty", func(h *header) { h.set("Subject", text("", 200)) }, ""},
		{"twice", func(h *header) { h.set("Subject", text("a", 9)); h.set("subject", text("b", 9)) }, "Subject: a\r\n"},
		{"name", func(h *header) { h.set("To", mailbox(rules.Mailbox{Name: "Eva Lind", Address: "eva@k.example"})) },
			"To: Eva Lind <eva@k.example>\r\n"},
		{"no name", func(h *header) { h.set("To", mailbox(rules.Mailbox{Address: "eva@k.example"})) }, "To: eva@k.example\r\n"},
		{"quoted name", func(h *header) {
			h.set("To", mailbox(rules.Mailbox{Name: `Lind, "Eva" (KS) <x@y>`, Address: "eva@k.example"}))
		}, "To: \"Lind, \\\"Eva\\\" (KS) <x@y>\" <eva@k.example>\r\n"},
		{"encoded name", func(h *header) { h.set("To", mailbox(rules.Mailbox{Name: "Åsa Öst", Address: "eva@k.example"})) },
			"To: =?utf-8?q?=C3=85sa_=C3=96st?= <eva@k.example>\r\n"},
		{"ids", func(h *header) { h.set("References", ids("a@b", "c d", "", "<e@f>", "g@h")) }, "References: <a@b> <g@h>\r\n"},
		{"uri", func(h *header) { h.set("List-Unsubscribe", uri("mailto:a@b.example?body=x")) },
			"List-Unsubscribe: <mailto:a@b.example?body=x>\r\n"},
		{"two uris", func(h *header) { h.set("List-Unsubscribe", uri("mailto:a@b>, <mailto:c@d")) }, ""},
		{"short file name", func(h *header) {
			h.set("Content-Disposition", named(value{[]string{"attachment"}}, "filename", "a b.pdf"))
		},
			"Content-Disposition: attachment; filename=\"a b.pdf\"\r\n"},
		{"file name with a way out", func(h *header) {
			h.set("Content-Disposition", named(value{[]string{"attachment"}}, "filename", `../"x"`+"\r\n.pdf"))
		}, "Content-Disposition: attachment; filename=\"..__x_ .pdf\"\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := written(c.set); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestSubjectReadsBack: whatever a subject holds comes out as the reader should see it, in words of at most 75
// characters on lines of at most 78, and no character is split over two words.
func TestSubjectReadsBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.OneOf(rapid.StringMatching(`[a-zåäöøæ😀日 \[\]=?_.,"-]{1,250}`), rapid.String()).Draw(rt, "subject")
		got := written(func(h *header) { h.set("Subject", text(s, maxSubject)) })
		for l := range strings.SplitSeq(strings.TrimSuffix(got, "\r\n"), "\r\n") {
			if len(l) > foldAt {
				rt.Fatalf("line of %d: %q", len(l), l)
			}
			for w := range strings.FieldsSeq(l) {
				if !strings.HasPrefix(w, "=?") {
					continue
				}
				if len(w) > maxWord {
					rt.Fatalf("word of %d: %q", len(w), w)
				}
				if d, err := new(mime.WordDecoder).Decode(w); err != nil || !utf8.ValidString(d) {
					rt.Fatalf("%q decodes to %q (%v)", w, d, err)
				}
			}
		}
		m, err := mail.ReadMessage(strings.NewReader(got + "\r\n"))
		if err != nil {
			rt.Fatal(err)
		}
		back, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil || back != oneLine(s, maxSubject) {
			rt.Fatalf("%q reads back as %q (%v), want %q", got, back, err, oneLine(s, maxSubject))
		}
	})
}

func TestNameReadsBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.OneOf(rapid.StringMatching(`[a-zåäö😀 ,."()<>@\\;:-]{1,150}`), rapid.String()).Draw(rt, "name")
		got := written(func(h *header) { h.set("From", mailbox(rules.Mailbox{Name: name, Address: "a@b.example"})) })
		a, err := mail.ParseAddress(strings.ReplaceAll(strings.TrimPrefix(got, "From: "), "\r\n", ""))
		if err != nil || a.Address != "a@b.example" || a.Name != oneLine(name, maxName) {
			rt.Fatalf("%q reads back as %v (%v), want %q", got, a, err, oneLine(name, maxName))
		}
	})
}

func TestQuotedPrintableReadsBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.OneOf(rapid.StringMatching(`([ a-zåäö=.F\t😀]{0,90}\n){0,5}`), rapid.String()).Draw(rt, "text")
		s = strings.ReplaceAll(s, "\r", "")
		got := quotedPrintable(nil, s)
		for l := range bytes.SplitSeq(got, []byte("\r\n")) {
			if len(l) > 76 || bytes.HasSuffix(l, []byte(" ")) || bytes.HasSuffix(l, []byte("\t")) || bytes.HasPrefix(l, []byte(".")) {
				rt.Fatalf("line %q", l)
			}
		}
		back, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(got)))
		want := strings.ReplaceAll(s, "\n", "\r\n")
		if s != "" && !strings.HasSuffix(s, "\n") {
			want += "\r\n"
		}
		if err != nil || string(back) != want {
			rt.Fatalf("%q reads back as %q (%v)", got, back, err)
		}
	})
}

// TestFilesReadBack: both readers find names and bytes of the attachments.
func TestFilesReadBack(t *testing.T) {
	c := composer(t)
	names := []string{"a.pdf", "Räkning för april.pdf", "日本語のファイル名.txt", strings.Repeat("lång ", 20) + ".docx", "it's 100% \"it\".png",
		"a=?utf-8?q?b?=.txt", ""}
	o := Sample(rules.TemplateReply, rules.Swedish, rules.RoleRequester)
	for i, n := range names {
		o.Attachments = append(o.Attachments, rules.Attachment{Name: n, Type: "application/pdf", SHA256: rules.BlobID(fmt.Sprintf("blob-%d-%s", i, strings.Repeat("x", 40*i)))})
	}
	wire, err := c.Compose(o)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := Bytes(t.Context(), wire, noBlobs{})
	if err != nil {
		t.Fatal(err)
	}
	checkWire(t, raw)
	e, err := enmime.ReadEnvelope(bytes.NewReader(raw))
	if err != nil || len(e.Attachments) != len(names) {
		t.Fatalf("enmime finds %d attachments (%v)", len(e.Attachments), err)
	}
	m, err := message.Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	r := m.MultipartReader()
	if _, err := r.NextPart(); err != nil {
		t.Fatal(err)
	}
	for i, want := range names {
		want = strings.NewReplacer(`"`, "_", "=?", "_").Replace(want)
		if got := e.Attachments[i]; got.FileName != want || string(got.Content) != string(o.Attachments[i].SHA256) {
			t.Errorf("enmime: %q %q, want %q", got.FileName, got.Content, want)
		}
		p, err := r.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		_, params, err := p.Header.ContentDisposition()
		if err != nil || params["filename"] != want {
			t.Errorf("go-message: %q (%v), want %q", params["filename"], err, want)
		}
		_, params, err = p.Header.ContentType()
		if dec, _ := new(mime.WordDecoder).DecodeHeader(params["name"]); err != nil || dec != want && params["name"] != want {
			t.Errorf("type's name: %q (%v), want %q", params["name"], err, want)
		}
	}
}

// TestPicturesShow: an inline picture stands beside the HTML that shows it, under an id of ours.
func TestPicturesShow(t *testing.T) {
	c := composer(t)
	o := Sample(rules.TemplateNoticeNew, rules.Swedish, rules.RoleStaff)
	o.Attachments = []rules.Attachment{{Name: "bild.png", Type: "image/png", Inline: true, SHA256: "png", ContentID: "theirs@evil"},
		{Name: "ritning.svg", Type: "image/svg+xml", Inline: true, SHA256: "svg"}, {Name: "brev.eml", Type: "message/rfc822", SHA256: "eml"},
		{Name: "sida.html", Type: "text/html", SHA256: "html"}, {Name: "del.bin", Type: "multipart/mixed", SHA256: "parts"},
		{Name: "typ", Type: "no type", SHA256: "typ"}, {Name: "lost.pdf", Type: "application/pdf"}}
	wire, err := c.Compose(o)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := Bytes(t.Context(), wire, noBlobs{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := enmime.ReadEnvelope(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Inlines)+len(e.OtherParts) != 1 || len(e.Attachments) != 5 {
		t.Fatalf("%d inline, %d other, %d attached", len(e.Inlines), len(e.OtherParts), len(e.Attachments))
	}
	shown := append(e.Inlines, e.OtherParts...)[0]
	if !strings.Contains(e.HTML, `src="cid:`+shown.ContentID+`"`) || strings.Contains(string(raw), "theirs@evil") {
		t.Errorf("the picture %q is not shown in\n%s", shown.ContentID, e.HTML)
	}
	for _, a := range e.Attachments {
		if a.ContentType != "application/octet-stream" {
			t.Errorf("%s goes on as %s", a.FileName, a.ContentType)
		}
	}
}

func TestComposeRefuses(t *testing.T) {
	c := composer(t)
	for name, spoil := range map[string]func(*rules.Outgoing){
		"recipient":   func(o *rules.Outgoing) { o.To.Address = "eva@k.example>\r\nBcc: x" },
		"no address":  func(o *rules.Outgoing) { o.To.Address = "" },
		"from":        func(o *rules.Outgoing) { o.From.Address = "a@b.example, c@d.example" },
		"reply-to":    func(o *rules.Outgoing) { o.ReplyTo = "x y@b.example" },
		"capitals":    func(o *rules.Outgoing) { o.To.Address = "Eva@K.example" },
		"message-id":  func(o *rules.Outgoing) { o.MessageID = "a b@c" },
		"no id":       func(o *rules.Outgoing) { o.MessageID = "" },
		"no date":     func(o *rules.Outgoing) { o.Date = time.Time{} },
		"no template": func(o *rules.Outgoing) { o.Template = "nope" },
	} {
		t.Run(name, func(t *testing.T) {
			o := Sample(rules.TemplateReply, rules.Swedish, rules.RoleRequester)
			spoil(&o)
			if _, err := c.Compose(o); err == nil {
				t.Error("composed")
			}
		})
	}
}

// TestAutomaticHeaders: which mails say they are automatic, and in what words (DESIGN, section 6).
func TestAutomaticHeaders(t *testing.T) {
	c := composer(t)
	for auto, want := range map[rules.AutoSubmitted]bool{rules.AutoNone: false, rules.AutoReplied: true, rules.AutoGenerated: true} {
		o := Sample(rules.TemplateConfirmation, rules.Swedish, rules.RoleRequester)
		o.Auto = auto
		h := string(c.headers(&o).b)
		for _, line := range []string{"Auto-Submitted: " + string(auto) + "\r\n", "X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply\r\n",
			"X-Aboveline-Loop: omdirekt.example\r\n"} {
			if strings.Contains(h, line) != want {
				t.Errorf("%q: %q in the header is %v, want %v", auto, line, !want, want)
			}
		}
		if strings.Contains(h, "Precedence") {
			t.Error("a Precedence is sent")
		}
	}
}

// TestLineFirst: nothing is readable above the line, in either form, in any kind; and the mark is with it.
func TestLineFirst(t *testing.T) {
	c := composer(t)
	for _, lang := range Tongues {
		for _, k := range kinds {
			o := Sample(k.template, lang, k.role)
			body, err := c.word(&o)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(body.text, "\n")
			if first != theLine[lang]+" "+o.Mark {
				t.Errorf("%s %s begins with %q", k.template, lang, first)
			}
			if got := strings.Join(strings.Fields(visible(t, body.html)), " "); !strings.HasPrefix(got, first) {
				t.Errorf("%s %s: the HTML begins with %.80q", k.template, lang, got)
			}
			if !strings.Contains(body.html, `<div id="aboveline" class="aboveline-line" data-aboveline="`+o.Mark+`"`) {
				t.Errorf("%s %s: no marked element", k.template, lang)
			}
			if o.Facts.Reference != "" && o.Facts.Number != "" {
				facts := body.text[strings.Index(body.text, "\n"+o.Facts.Number+"\n"):]
				block, _, _ := strings.Cut(strings.TrimSpace(facts), "\n\n")
				if !strings.HasSuffix(strings.TrimSpace(block), ": "+o.Facts.Reference) {
					t.Errorf("%s %s: the facts do not end with the reference:\n%s", k.template, lang, block)
				}
			}
		}
	}
}

// TestVastMail: however much people write, one mail stays small enough to go to everybody at the desk.
func TestVastMail(t *testing.T) {
	c := composer(t)
	o := Sample(rules.TemplateNoticeNew, rules.Swedish, rules.RoleStaff)
	o.Words = strings.Repeat("å", 10<<20)
	o.Report = &rules.FaultReport{Quotes: slices.Repeat([]string{strings.Repeat("x\n", 1<<20)}, 500)}
	for i := range 500 {
		o.References = append(o.References, rules.MessageID(fmt.Sprintf("%d.%s@k.example", i, strings.Repeat("r", 60))))
	}
	wire, err := c.Compose(o)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := Bytes(t.Context(), wire, noBlobs{})
	if err != nil {
		t.Fatal(err)
	}
	checkWire(t, raw)
	if len(raw) > 3<<20 || !bytes.Contains(raw, []byte("avkortad")) {
		t.Errorf("%d bytes", len(raw))
	}
	m, err := message.Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	refs := strings.Fields(m.Header.Get("References"))
	if refs[0] != "<"+string(o.References[0])+">" || refs[len(refs)-1] != "<"+string(o.References[len(o.References)-1])+">" || len(strings.Join(refs, " ")) > 1600 {
		t.Errorf("references %v", refs)
	}
}
