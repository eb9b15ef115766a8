package mime

import (
	"encoding/base64"
	"unicode/utf16"
	"unicode/utf8"
)

// decodeUTF7 reads UTF-7 (RFC 2152): runs of modified base64 between "+" and the first character that is none hold
// UTF-16. What is broken stays as it is.
func decodeUTF7(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		if b[i] != '+' {
			if b[i] < 0x80 {
				out = append(out, b[i])
			} else {
				out = append(out, windows1252(b[i:i+1])...)
			}
			i++
			continue
		}
		j := i + 1
		for j < len(b) && base64Byte(b[j]) {
			j++
		}
		run := b[i+1 : j]
		switch {
		case len(run) == 0 && j < len(b) && b[j] == '-':
			out = append(out, '+')
		case len(run) < 3: // not even one character
			out = append(out, b[i:j]...)
			i = j
			continue
		default:
			out = append(out, utf16Run(run)...)
		}
		if i = j; i < len(b) && b[i] == '-' {
			i++
		}
	}
	return out
}

func base64Byte(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}

func utf16Run(run []byte) []byte {
	if len(run)%4 == 1 {
		run = run[:len(run)-1]
	}
	raw, err := base64.RawStdEncoding.AppendDecode(nil, run)
	if err != nil {
		return run
	}
	units := make([]uint16, 0, len(raw)/2)
	for i := 0; i+1 < len(raw); i += 2 {
		units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	var out []byte
	for _, r := range utf16.Decode(units) {
		out = utf8.AppendRune(out, r)
	}
	return out
}
