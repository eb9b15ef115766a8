package mime

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// hostile inputs grow with n: each has been found to cost some reader of mail more than linear time.
var hostile = map[string]func(n int) []byte{
	"nested": func(n int) []byte { // multiparts that open and never close
		var b bytes.Buffer
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		}
		return b.Bytes()
	},
	"nested to the cap": func(n int) []byte {
		var b bytes.Buffer
		for i := range MaxDepth {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		}
		b.WriteString("\r\n" + strings.Repeat("--b5 is no boundary\r\n", n/21))
		return b.Bytes()
	},
	"flat": func(n int) []byte {
		return []byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\n", n/7))
	},
	"messages": func(n int) []byte {
		return []byte(strings.Repeat("Content-Type: message/rfc822\r\n\r\n", n/32))
	},
	"pieces": func(n int) []byte { // of one parameter
		var b strings.Builder
		b.WriteString("Content-Type: text/plain")
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, ";\r\n a*%d*=%%41", i)
		}
		return []byte(b.String() + "\r\n\r\n")
	},
	"fields": func(n int) []byte { return []byte(strings.Repeat("a:\r\n", n/4) + "\r\n") },
	"bad lines": func(n int) []byte {
		return []byte("Subject: x\r\n" + strings.Repeat("no field\r\n", n/10) + "To: x@desk.example\r\n\r\n")
	},
	"words":    func(n int) []byte { return []byte("Subject: " + strings.Repeat("=?a?q?x ", n/8) + "\r\n\r\n") },
	"quotes":   func(n int) []byte { return []byte("From: \"" + strings.Repeat("\\\"", n/2) + "\r\n\r\n") },
	"comments": func(n int) []byte { return []byte("From: " + strings.Repeat("(", n) + "\r\n\r\n") },
	"angles":   func(n int) []byte { return []byte("From: " + strings.Repeat("<", n) + "\r\n\r\n") },
	"mailboxes": func(n int) []byte {
		return []byte("From: " + strings.Repeat("a@b.example,", n/12) + "\r\n\r\n")
	},
	"semicolons": func(n int) []byte {
		return []byte("Content-Type: text/plain" + strings.Repeat(";", n) + "\r\n\r\n")
	},
	"bad base64": func(n int) []byte {
		return []byte("Content-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("AAA!", n/4))
	},
	"bad printable": func(n int) []byte {
		return []byte("Content-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.Repeat("=Z", n/2))
	},
	"printable with controls": func(n int) []byte { // which only the lenient reader takes
		return []byte("Content-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.Repeat("\x0c=Z=\r\n", n/6))
	},
	"escapes": func(n int) []byte {
		return []byte("Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + strings.Repeat("\x1b$B", n/3))
	},
	"utf-7": func(n int) []byte {
		return []byte("Content-Type: text/plain; charset=utf-7\r\n\r\n" + strings.Repeat("+", n))
	},
	"double": func(n int) []byte { return []byte("Content-Type: text/plain\r\n\r\n" + strings.Repeat("Ã¥", n/4)) },
	"elements": func(n int) []byte {
		return []byte("Content-Type: text/html\r\n\r\n" + strings.Repeat("<div><b>", n/8))
	},
	"flowed": func(n int) []byte {
		return []byte("Content-Type: text/plain; format=flowed\r\n\r\n" + strings.Repeat("> \r\n", n/4))
	},
	"long boundary": func(n int) []byte {
		line := "--" + strings.Repeat("b", maxBoundary-1)
		return []byte("Content-Type: multipart/mixed; boundary=" + line[2:] + "c\r\n\r\n" + strings.Repeat(line+"\r\n", n/len(line)))
	},
	"signatures": func(n int) []byte { // of indefinite length within one another
		return []byte("Content-Type: application/pkcs7-mime\r\n\r\n" + strings.Repeat("\x30\x80", n/2))
	},
}

func TestScanCaps(t *testing.T) {
	part := "--b\r\n\r\nx\r\n"
	nest := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		}
		return b.String() + "\r\nx"
	}
	tests := []struct {
		name, raw, over string
	}{
		{"a mail", "From: a@b.example\r\n\r\nx", ""},
		{"nothing", "", ""},
		{"depth", nest(MaxDepth), ""},
		{"depth, one more", nest(MaxDepth + 1), "depth of parts"},
		{"parts", "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat(part, MaxParts-1), ""},
		{"parts, one more", "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat(part, MaxParts), "parts"},
		{"params", "Content-Type: text/plain" + strings.Repeat("; a=b", MaxParams) + "\r\n\r\n", ""},
		{"params, one more", "Content-Type: text/plain" + strings.Repeat("; a=b", MaxParams+1) + "\r\n\r\n", "parameters of a header field"},
		{"params of a part", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Disposition: inline" +
			strings.Repeat("; a=b", MaxParams+1) + "\r\n\r\n", "parameters of a header field"},
		{"addresses", "To: " + strings.Repeat("a@b.example,", MaxAddresses) + "\r\n\r\n", ""},
		{"addresses, one more", "To: " + strings.Repeat("a@b.example,", MaxAddresses) + "\r\nCc: a@b.example\r\n\r\n", "addresses"},
		{"field", "Subject: " + strings.Repeat("x", MaxField-12) + "\r\n\r\n", ""},
		{"field, longer", "Subject: " + strings.Repeat("x", MaxField) + "\r\n\r\n", "header field"},
		{"folded field, longer", "Subject: x" + strings.Repeat("\r\n xxxxxxx", MaxField/10+1) + "\r\n\r\n", "header field"},
		{"header", strings.Repeat("X-A: "+strings.Repeat("x", 1000)+"\r\n", 250) + "\r\n", ""},
		{"header, longer", strings.Repeat("X-A: "+strings.Repeat("x", 1000)+"\r\n", 270) + "\r\n", "header block"},
		{"fields, more", strings.Repeat("a:\r\n", MaxFields+1) + "\r\n", "header fields"},
	}
	for _, tt := range tests {
		r, ok := Scan([]byte(tt.raw))
		if r.Over != tt.over || ok != (tt.over == "") {
			t.Errorf("%s: Scan = %q %v, want %q", tt.name, r.Over, ok, tt.over)
		}
	}
}

// What exceeds a cap still gives its header, and itself as an attachment.
func TestReadOverCap(t *testing.T) {
	raw := []byte("From: Anna <anna@kommun.example>\r\nSubject: =?utf-8?q?H=C3=A4r?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		strings.Repeat("--b\r\n\r\nx\r\n", MaxParts+5))
	m := Read(raw)
	if !m.Unread || m.Get("Subject") != "Här" || len(m.Attachments) != 1 || !bytes.Equal(m.Attachments[0].Content, raw) ||
		m.Attachments[0].Name != "mail.eml" || m.Text != "" {
		t.Errorf("Read = unread %v, subject %q, %d attachments, text %q", m.Unread, m.Get("Subject"), len(m.Attachments), m.Text)
	}
	if len(m.Problems) == 0 || !strings.Contains(m.Problems[0], "parts") {
		t.Errorf("problems %q do not name the cap", m.Problems)
	}
}

// A hundred attachments are read and the hundred and first makes the mail unread: none is dropped in silence.
func TestReadAttachmentCap(t *testing.T) {
	part := "--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n"
	head := "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	if m := Read([]byte(head + strings.Repeat(part, MaxAttachments))); m.Unread || len(m.Attachments) != MaxAttachments {
		t.Errorf("at the cap: unread %v, %d attachments", m.Unread, len(m.Attachments))
	}
	if m := Read([]byte(head + strings.Repeat(part, MaxAttachments+1))); !m.Unread || len(m.Attachments) != 1 {
		t.Errorf("over the cap: unread %v, %d attachments", m.Unread, len(m.Attachments))
	}
}

// A text of many megabytes is shown as its beginning and attached whole: no ticket and no mail of ours carries it.
func TestReadLongText(t *testing.T) {
	line := "Rad som upprepas i en logg på nytt.\r\n"
	for name, body := range map[string]string{"lines": strings.Repeat(line, 2*MaxText/len(line)), "one line": strings.Repeat("åäö ", MaxText/3)} {
		m := Read([]byte("From: a@b.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body))
		if len(m.Text) > MaxText || len(m.Text) < MaxText/2 || !utf8.ValidString(m.Text) || strings.Contains(m.Text, "Ã") {
			t.Errorf("%s: text of %d bytes ends in %q", name, len(m.Text), m.Text[max(0, len(m.Text)-40):])
		}
		if len(m.Attachments) != 1 || m.Attachments[0].Name != "text.txt" || string(m.Attachments[0].Content) != body || len(m.Problems) != 1 {
			t.Errorf("%s: %d attachments, problems %q", name, len(m.Attachments), m.Problems)
		}
	}
}

// Messages within one another are opened to a depth and not further, and share one budget of parts.
func TestReadNested(t *testing.T) {
	m := Read([]byte(strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 20)))
	depth := 0
	for n := m; len(n.Nested) > 0; n = n.Nested[0] {
		depth++
	}
	if depth != MaxNested {
		t.Errorf("opened %d deep, want %d", depth, MaxNested)
	}
	inner := "Content-Type: multipart/mixed; boundary=c\r\n\r\n" + strings.Repeat("--c\r\n\r\nx\r\n", 600) + "--c--\r\n"
	two := "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\nContent-Type: message/rfc822\r\n\r\n"+inner, 2)
	if m := Read([]byte(two)); len(m.Nested) == 2 && !m.Nested[0].Unread && !m.Nested[1].Unread {
		t.Error("two messages of 600 parts each were read within one mail of 1000")
	}
}

// FuzzScan holds the guard to what makes all work after it linear: parts lie in the mail, in order, and no byte is
// the body of two leaves.
func FuzzScan(f *testing.F) {
	for _, make := range hostile {
		f.Add(make(400))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, ok := Scan(raw)
		if ok != (r.Over == "") || ok != (len(r.nodes) > 0) {
			t.Fatalf("ok %v, over %q, %d nodes", ok, r.Over, len(r.nodes))
		}
		if len(r.nodes) > MaxParts || r.Depth > MaxDepth || len(r.head.fields) > MaxFields+1 {
			t.Fatalf("%d parts, depth %d, %d fields", len(r.nodes), r.Depth, len(r.head.fields))
		}
		after := 0
		for i, n := range r.nodes {
			if n.start < 0 || n.start > n.end || n.end > len(raw) || n.parent >= i || n.depth > MaxDepth {
				t.Fatalf("node %d of %d bytes: %+v", i, len(raw), n)
			}
			if n.kids == 0 {
				if n.start < after {
					t.Fatalf("node %d begins at %d, before %d where the last leaf ended", i, n.start, after)
				}
				after = n.end
			}
		}
	})
}

func BenchmarkScan(b *testing.B) {
	for name, make := range hostile {
		for _, n := range []int{1 << 18, 1 << 19} {
			raw := make(n)
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(name, " ", "-"), n), func(b *testing.B) {
				b.SetBytes(int64(len(raw)))
				for b.Loop() {
					Scan(raw)
				}
			})
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for name, make := range hostile {
		for _, n := range []int{1 << 18, 1 << 19} {
			raw := make(n)
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(name, " ", "-"), n), func(b *testing.B) {
				b.SetBytes(int64(len(raw)))
				for b.Loop() {
					Read(raw)
				}
			})
		}
	}
}
