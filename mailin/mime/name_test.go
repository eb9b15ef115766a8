package mime

import (
	"strings"
	"testing"
)

func TestCleanName(t *testing.T) {
	tests := []struct{ in, want string }{
		{"skärmbild.png", "skärmbild.png"},
		{`C:\Users\anna\fel.txt`, "fel.txt"},
		{"../../etc/passwd", "passwd"},
		{"/", ""},
		{"..", ""},
		{"a\x00b\r\nc.txt", "ab c.txt"},
		{"faktura\u202Efdp.exe", "fakturafdp.exe"},
		{".\u200bhtaccess", ".htaccess"},
		{"  a   b .txt ", "a b .txt"},
		{"punkt.", "punkt"},
		{"a\xffb.txt", "a\uFFFDb.txt"},
		{"a\u0308.txt", "ä.txt"},
		{strings.Repeat("å", 100) + ".pdf", strings.Repeat("å", 73) + ".pdf"},
		{strings.Repeat("x", 200), strings.Repeat("x", 150)},
	}
	for _, tt := range tests {
		if got := CleanName(tt.in); got != tt.want || len(got) > MaxName {
			t.Errorf("CleanName(%q) = %q (%d bytes), want %q", tt.in, got, len(got), tt.want)
		}
	}
}
