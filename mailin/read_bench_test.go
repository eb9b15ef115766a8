package mailin

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"aboveline.example/rules"
)

// ordinary is mail as people send it: a note from a phone, a reply with its history in text and HTML, a screenshot.
func ordinary() map[string][]byte {
	head := "Received: from mx.kommun.example (mx.kommun.example [192.0.2.1]) by mail.omdirekt.example with ESMTPS id 4Bx\r\n" +
		" for <stod@omdirekt.example>; Tue, 03 Mar 2026 10:14:01 +0100\r\n" +
		"DKIM-Signature: v=1; a=rsa-sha256; d=kommun.example; s=a; h=from:to:subject; bh=" + strings.Repeat("x", 43) + "=;\r\n b=" + strings.Repeat("y", 300) + "\r\n" +
		"From: =?utf-8?Q?=C3=85sa_=C3=96berg?= <asa@kommun.example>\r\nTo: Stod <stod@omdirekt.example>\r\n" +
		"Subject: SV: [OMD-7] =?utf-8?Q?Kan_inte_logga_in_p=C3=A5_Mina_sidor?=\r\nDate: Tue, 03 Mar 2026 10:14:00 +0100\r\n" +
		"Message-ID: <a1@kommun.example>\r\nIn-Reply-To: <t1@omdirekt.example>\r\nReferences: <t0@omdirekt.example>\r\n <t1@omdirekt.example>\r\nMIME-Version: 1.0\r\n"
	para := "Jag har provat att starta om datorn men det hj=C3=A4lper inte, sidan =C3=A4r fortfarande vit.=\r\n Kan n=C3=A5gon titta?\r\n\r\n"
	text := "Hej!\r\n\r\n" + strings.Repeat(para, 4) + "H=C3=A4lsningar =C3=85sa\r\n\r\n> Den 2 mars 2026 kl. 09:12 skrev Stod <stod@omdirekt.example>:\r\n" + strings.Repeat("> Vi tittar p=C3=A5 felet och =C3=A5terkommer.\r\n", 10)
	html := "<html><head><style>p{margin:0}</style></head><body>" + strings.Repeat("<p class=3D\"MsoNormal\"><span style=3D\"font-size:11pt\">"+para+"</span></p>\r\n", 12) +
		"<blockquote type=3D\"cite\"><div>Vi tittar p=C3=A5 felet.</div></blockquote></body></html>\r\n"
	part := func(typ, body string) string {
		return "--b\r\nContent-Type: " + typ + "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + body
	}
	picture := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("pixels and more pixels, "), 8000))
	var lines strings.Builder
	for i := 0; i < len(picture); i += 76 {
		lines.WriteString(picture[i:min(i+76, len(picture))] + "\r\n")
	}
	return map[string][]byte{
		"note":  []byte(head + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + text),
		"reply": []byte(head + "Content-Type: multipart/alternative; boundary=b\r\n\r\n" + part("text/plain", text) + part("text/html", html) + "--b--\r\n"),
		"screenshot": []byte(head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part("text/plain", text) +
			"--b\r\nContent-Type: image/png; name=fel.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + lines.String() + "--b--\r\n"),
	}
}

func BenchmarkRead(b *testing.B) {
	for name, raw := range ordinary() {
		a := rules.Arrival{Raw: raw, Received: time.Unix(1772528041, 0)}
		b.Run(fmt.Sprintf("%s/%d", name, len(raw)), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				Read(a)
			}
		})
	}
}
