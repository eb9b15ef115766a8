package tnef

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"
)

// [MS-OXRTFCP], section 4.2: the specification's example of a run that crosses where it is written.
func TestDecompress(t *testing.T) {
	tests := []struct{ in, want string }{
		{"1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0", "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"},
	}
	for _, tt := range tests {
		b, err := hex.DecodeString(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decompress(b)
		if err != nil || string(got) != tt.want {
			t.Errorf("Decompress(%s) = %q, %v, want %q", tt.in, got, err, tt.want)
		}
	}
}

func TestDecompressIsBounded(t *testing.T) {
	b := make([]byte, 16, 2<<20)
	binary.LittleEndian.PutUint32(b[4:], 1<<31)
	binary.LittleEndian.PutUint32(b[8:], 0x75465A4C)
	for len(b) < 2<<20 {
		b = append(b, 0xFF)
		for range 8 {
			b = append(b, 0x00, 0x0F)
		}
	}
	got, err := Decompress(b)
	if err != nil || len(got) > maxRTF+32 {
		t.Errorf("unpacked %d bytes, %v, want at most %d", len(got), err, maxRTF)
	}
}

func TestDecompressBroken(t *testing.T) {
	for _, in := range []string{"", "short", strings.Repeat("x", 40)} {
		if got, err := Decompress([]byte(in)); err == nil {
			t.Errorf("Decompress(%q) = %q, want an error", in, got)
		}
	}
}

func TestText(t *testing.T) {
	tests := []struct {
		in, want string
		html     bool
	}{
		{`{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\colortbl;\red0;}Hej\par d\'e4r\tab nu}`, "Hej\ndär\tnu", false},
		{`{\rtf1 \u229?\u228?\u246? \uc0\u8364 \uc1\u-10179?\u-8704?}`, "åäö €😀", false},
		{`{\rtf1 a\{b\}c\\d{\*\unknown x}e}`, `a{b}c\de`, false},
		{`{\rtf1\fromhtml1{\*\htmltag64 <p>}\htmlrtf gone\htmlrtf0 kept\'f6{\*\htmltag72 </p>}}`, "<p>keptö</p>", true},
		{`no rich text`, "no rich text", false},
		{`{\rtf1 open {{{ never closed`, "open  never closed", false},
		{`\`, "", false},
		{`\'`, "", false},
		{`}}}}x`, "x", false},
	}
	for _, tt := range tests {
		got, html := Text([]byte(tt.in))
		if strings.TrimSpace(got) != tt.want || html != tt.html {
			t.Errorf("Text(%q) = %q %v, want %q %v", tt.in, got, html, tt.want, tt.html)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("\x78\x9f\x3e\x22\x01\x00\x01\x0c\x80\x02\x00\x04\x00\x00\x00text\x00\x00"), []byte(`{\rtf1 x\u229?}`))
	f.Add([]byte("\x78\x9f\x3e\x22\x01\x00\x01\x03\x90\x06\x00\x0c\x00\x00\x00\x01\x00\x00\x00\x1e\x00\x00\x10\x01\x00\x00\x00"), []byte(`\bin4 x`))
	f.Fuzz(func(t *testing.T, b, rtf []byte) {
		if m, ok := Read(b); ok {
			Text(m.RTF)
			if len(m.Files) > maxFiles {
				t.Fatalf("%d files", len(m.Files))
			}
		}
		if out, _ := Decompress(rtf); len(out) > maxRTF+32 {
			t.Fatalf("%d bytes of rich text", len(out))
		}
		if text, _ := Text(rtf); len(text) > 4*len(rtf) {
			t.Fatalf("%d bytes of text from %d", len(text), len(rtf))
		}
	})
}
