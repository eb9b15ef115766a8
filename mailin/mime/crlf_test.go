package mime

import (
	"bytes"
	"testing"
)

func TestCRLF(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"a", "a"},
		{"a\r\nb\r\n", "a\r\nb\r\n"},
		{"a\nb\n", "a\r\nb\r\n"},
		{"a\nb", "a\r\nb"},
		{"a\rb\r", "a\r\nb\r\n"},
		{"a\r\r\nb\r\r\n", "a\r\nb\r\n"},
		{"a\r\nb\nc\r\n", "a\r\nb\r\nc\r\n"},
		{"a\rb\nc", "a\rb\r\nc"},
		{"\n\n", "\r\n\r\n"},
		{"\r\n\r\n", "\r\n\r\n"},
		{"a\r\n\r", "a\r\n\r"},
	}
	for _, tt := range tests {
		got := CRLF([]byte(tt.in))
		if string(got) != tt.want {
			t.Errorf("CRLF(%q) = %q, want %q", tt.in, got, tt.want)
		}
		if again := CRLF(got); !bytes.Equal(again, got) {
			t.Errorf("CRLF(CRLF(%q)) = %q, want %q again", tt.in, again, got)
		}
	}
}

func TestCRLFKeepsWhatIsRight(t *testing.T) {
	in := []byte("a\r\nb\r\n")
	if got := CRLF(in); &got[0] != &in[0] {
		t.Error("CRLF copied a mail that had nothing to change")
	}
}
