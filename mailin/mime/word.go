package mime

import (
	"encoding/base64"
	"strings"
)

// maxWord bounds the search for an encoded word's end. RFC 2047, section 2 allows 75 characters; programs that put a
// whole subject into one word exist.
const maxWord = 2 << 10

// Decode makes the text of an unstructured field readable: encoded words (RFC 2047) become what they say, raw 8-bit
// bytes become UTF-8. Words next to one another in one charset are joined before they are decoded, since many
// programs cut in the middle of a character. What is no encoded word stays as it is.
func Decode(s string) string {
	if !strings.Contains(s, "=?") {
		return decodeText([]byte(s), "").text
	}
	var out strings.Builder
	var run []byte // bytes of adjacent words in one charset
	var charset string
	flush := func() {
		if run != nil {
			out.WriteString(decodeText(run, charset).text)
			run = nil
		}
	}
	plain := 0 // where the text not yet written begins
	for i := 0; i < len(s); {
		j := strings.Index(s[i:], "=?")
		if j < 0 {
			break
		}
		j += i
		cs, body, n, ok := encodedWord(s[j:])
		if !ok {
			i = j + 2
			continue
		}
		between := s[plain:j]
		if run == nil || strings.Trim(between, " \t\r\n") != "" {
			flush()
			out.WriteString(decodeText([]byte(between), "").text)
		} else if !strings.EqualFold(cs, charset) {
			flush()
		}
		charset = cs
		run = append(run, body...)
		if run == nil {
			run = []byte{}
		}
		i = j + n
		plain = i
	}
	flush()
	out.WriteString(decodeText([]byte(s[plain:]), "").text)
	return out.String()
}

// encodedWord reads =?charset?encoding?text?= at the beginning of s and says how long it was. Spaces within a Q
// text are forgiven; a language after the charset is dropped (RFC 2231, section 5).
func encodedWord(s string) (charset string, body []byte, n int, ok bool) {
	s = s[:min(len(s), maxWord)]
	cs, rest, ok1 := strings.Cut(s[2:], "?")
	if !ok1 || len(cs) == 0 || len(cs) > 60 || len(rest) < 2 || rest[1] != '?' || strings.ContainsAny(cs, " \t\r\n") {
		return "", nil, 0, false
	}
	end := strings.Index(rest[2:], "?=")
	if end < 0 {
		return "", nil, 0, false
	}
	text := rest[2 : 2+end]
	charset, _, _ = strings.Cut(cs, "*")
	switch rest[0] {
	case 'Q', 'q':
		// "?=" may be a question mark and the equals sign of the next code: =?utf-8?Q?what?=3D?=
		for end+4 < len(rest) && isHex2(rest[2+end+2:]) {
			more := strings.Index(rest[2+end+2:], "?=")
			if more < 0 || strings.ContainsAny(rest[2+end+2:2+end+2+more], " \t?") {
				break
			}
			end += 2 + more
			text = rest[2 : 2+end]
		}
		body = unquoteQ(text)
	case 'B', 'b':
		body = looseBase64([]byte(text))
		if len(body) == 0 && strings.Trim(text, "= \t") != "" {
			return "", nil, 0, false
		}
	default:
		return "", nil, 0, false
	}
	return charset, body, 2 + len(cs) + 3 + len(text) + 2, true
}

func isHex2(s string) bool { return len(s) >= 2 && unhex(s[0]) >= 0 && unhex(s[1]) >= 0 }

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

func unquoteQ[T string | []byte](s T) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			out = append(out, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}

// looseBase64 decodes what is base64 in b and passes over what is not; padding in the middle ends one run.
func looseBase64(b []byte) []byte {
	out := make([]byte, 0, len(b)/4*3+3)
	run := make([]byte, 0, len(b))
	flush := func() {
		if len(run)%4 == 1 {
			run = run[:len(run)-1] // six bits are no byte
		}
		out, _ = base64.RawStdEncoding.AppendDecode(out, run)
		run = run[:0]
	}
	for _, c := range b {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			run = append(run, c)
		case c == '-':
			run = append(run, '+')
		case c == '_':
			run = append(run, '/')
		case c == '=':
			flush()
		}
	}
	flush()
	return out
}
