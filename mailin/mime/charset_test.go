package mime

import (
	"strings"
	"testing"
)

func TestDecodeText(t *testing.T) {
	tests := []struct{ in, charset, want string }{
		{"r\xe4tt", "iso-8859-1", "rätt"},
		{"r\xe4tt \x80 \x93x\x94", "iso-8859-1", "rätt € “x”"},
		{"r\xe4tt", "", "rätt"},
		{"rätt", "iso-8859-1", "rätt"},
		{"rätt", "us-ascii", "rätt"},
		{"r\xe4tt", "utf-8", "rätt"},
		{"rätt och r\xe4tt", "utf-8", "rätt och rätt"},
		{"p\xe5\xa0sidan", "", "på\u00a0sidan"},
		{"räksmörgås och \xe3\x81", "utf-8", "räksmörgås och \uFFFD"},
		{"fÃ¶r lÃ¥ng tid", "utf-8", "för lång tid"},
		{"fÃ¶r och för", "utf-8", "fÃ¶r och för"},
		{"Ã", "utf-8", "Ã"},
		{"â‚¬ 5", "utf-8", "€ 5"},
		{"JOÃO", "utf-8", "JOÃO"},
		{"r\xe4tt", "3D\"iso-8859-1\"", "rätt"},
		{"r\xe4tt", "x-unknown", "rätt"},
		{"\xa4 5", "iso-8859-15", "€ 5"},
		{"\xf0\xd2\xc9", "koi8-r", "При"},
		{"\x1b$B$^\x1b(B", "", "ま"},
		{"+AOU-", "utf-7", "å"},
		{"1 + 1 +- +AOQ", "utf-7", "1 + 1 + ä"},
		{"\xff\xfer\x00\xe4\x00", "utf-16", "rä"},
		{"\xc4\xe3\xba\xc3", "gb2312", "你好"},
		{"\x82\xdc", "cp932", "ま"},
	}
	for _, tt := range tests {
		if got := decodeText([]byte(tt.in), tt.charset); strings.TrimPrefix(got.text, "\uFEFF") != tt.want {
			t.Errorf("decodeText(%q, %q) = %q (%s), want %q", tt.in, tt.charset, got.text, got.problem, tt.want)
		}
	}
}

func TestDecode(t *testing.T) {
	tests := []struct{ in, want string }{
		{"rak text", "rak text"},
		{"=?utf-8?Q?=C3=A5?= =?utf-8?Q?=C3=A4?=", "åä"},
		{"=?utf-8?Q?=C3=A5?= x =?utf-8?Q?=C3=A4?=", "å x ä"},
		{"=?utf-8?B?w6U=?=\t=?iso-8859-1?Q?=E4?=", "åä"},
		{"=?utf-8?q?a b?=", "a b"},
		{"=?utf-8?Q?a?b?=", "a?b"},
		{"=?utf-8?Q?vad=3F?=", "vad?"},
		{"=?utf-8*sv?Q?=C3=A5?=", "å"},
		{"=?utf-8?X?abc?=", "=?utf-8?X?abc?="},
		{"=?utf-8?Q?open", "=?utf-8?Q?open"},
		{"=??Q?a?=", "=??Q?a?="},
		{"=?", "=?"},
		{"=?utf-8?Q??=", ""},
		{"(=?utf-8?Q?=C3=A5?=)", "(å)"},
		{"=?utf-8?B?w6Q", "=?utf-8?B?w6Q"},
		{"=?utf-8?B?w6Q?=", "ä"},
		{"p\xe5 =?utf-8?Q?=C3=A5?=", "på å"},
		{"=?utf-8?Q?" + strings.Repeat("x", 5000) + "?=", "=?utf-8?Q?" + strings.Repeat("x", 5000) + "?="},
	}
	for _, tt := range tests {
		if got := Decode(tt.in); got != tt.want {
			t.Errorf("Decode(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestParseMedia(t *testing.T) {
	tests := []struct{ in, value, params string }{
		{"text/plain", "text/plain", ""},
		{"Text/Plain; Charset=\"UTF-8\"", "text/plain", "charset=UTF-8"},
		{"text/plain;; charset=a;", "text/plain", "charset=a"},
		{"application/pdf; name=min fil.pdf", "application/pdf", "name=min fil.pdf"},
		{"application/pdf; name=\"a;b\\\"c.pdf\"", "application/pdf", "name=a;b\"c.pdf"},
		{"application/pdf; name=\"C:\\tmp\\a.pdf\"", "application/pdf", "name=C:\\tmp\\a.pdf"},
		{"application/pdf; name=a; name=b", "application/pdf", "name=a"},
		{"text/plain; charset=a (comment)", "text/plain", "charset=a"},
		{"attachment; filename*=utf-8''%C3%A5.pdf; filename=a.pdf", "attachment", "filename=å.pdf"},
		{"attachment; filename*1=b; filename*0=a", "attachment", "filename=ab"},
		{"attachment; filename*0*=iso-8859-1''%E5; filename*1*=%E4", "attachment", "filename=åä"},
		{"attachment; filename*99999999999=x", "attachment", ""},
		{"attachment; filename*=%zz", "attachment", "filename=%zz"},
		{"a/b; name=\"open", "a/b", "name=open"},
		{"; filename=x", "", "filename=x"},
		{"", "", ""},
	}
	for _, tt := range tests {
		m := parseMedia(tt.in)
		var got string
		for k, v := range m.params {
			got = k + "=" + v
		}
		if m.value != tt.value || got != tt.params || len(m.params) > 1 {
			t.Errorf("parseMedia(%q) = %q %v, want %q %q", tt.in, m.value, m.params, tt.value, tt.params)
		}
	}
}

// enmime is never shown a multipart: what looks like one within a leaf is that leaf's text.
func TestLenientReadsOneLeaf(t *testing.T) {
	body := "\x0cContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nx =3D y\r\n--b--\r\n"
	got := string(loosePrintable([]byte(body)))
	if !strings.Contains(got, "--b\r\nContent-Type: text/plain\r\n\r\nx = y\r\n--b--") {
		t.Errorf("loosePrintable = %q", got)
	}
}
