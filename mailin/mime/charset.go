package mime

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"
)

// decoded is text as UTF-8, and what had to be assumed to get it.
type decoded struct {
	text    string
	problem string // "" where the declaration held
}

// decodeText turns b into UTF-8. The declared charset is believed as far as it can be: text that is surely UTF-8 is
// read as UTF-8 whatever was said, Latin-1 is read as Windows-1252 as everybody does, and bytes that fit nothing
// are read as Windows-1252 one by one, so that no letter of a Swede's is ever lost to a question mark.
func decodeText(b []byte, declared string) decoded {
	cs := charsetName(declared)
	switch cs {
	case "utf-7":
		return decoded{text: string(decodeUTF7(b))}
	case "iso-2022-jp", "iso-2022-kr", "iso-2022-cn", "hz-gb-2312":
		return convert(b, cs)
	case "utf-16", "utf-16le", "utf-16be", "utf-32":
		return convert(b, cs)
	}
	if ascii(b) {
		if bytes.Contains(b, []byte("\x1b$")) { // ISO-2022-JP is 7-bit, and its escapes are nobody's text
			return convert(b, "iso-2022-jp")
		}
		return decoded{text: string(b)}
	}
	if utf8.Valid(b) && !ownsHighBytes(cs) {
		s := string(b)
		if fixed, ok := undouble(s); ok {
			return decoded{fixed, "text was encoded as UTF-8 twice"}
		}
		if cs != "" && cs != "utf-8" && cs != "us-ascii" {
			return decoded{s, "text is UTF-8, declared " + quoted(cs)}
		}
		return decoded{text: s}
	}
	switch cs {
	case "utf-8":
		return decoded{mixed(b), "text declared utf-8 is not"}
	case "", "us-ascii":
		return decoded{mixed(b), "8-bit text without a charset"}
	case "iso-8859-1":
		return decoded{text: windows1252(b)}
	}
	return convert(b, cs)
}

// ownsHighBytes names the charsets whose text may by chance be valid UTF-8: those with two bytes to a letter.
func ownsHighBytes(cs string) bool {
	switch cs {
	case "gb18030", "gbk", "gb2312", "big5", "euc-kr", "euc-jp", "shift_jis":
		return true
	}
	return false
}

// convert decodes b from a charset by its name, and falls back to reading what there is.
func convert(b []byte, cs string) decoded {
	r, err := charset.Reader(cs, bytes.NewReader(b))
	if err != nil {
		return decoded{mixed(b), "unknown charset " + quoted(cs)}
	}
	out, err := io.ReadAll(r)
	if err != nil {
		return decoded{mixed(b), "text is not " + quoted(cs)}
	}
	if !ascii(b) && utf8.Valid(b) && bytes.ContainsRune(out, utf8.RuneError) {
		return decoded{string(b), "text is UTF-8, declared " + quoted(cs)}
	}
	return decoded{text: strings.ToValidUTF8(string(out), "\uFFFD")}
}

// charsetName brings the names that mail has to those the tables know.
func charsetName(s string) string {
	s = strings.ToLower(strings.Trim(s, " \t\"'<>;"))
	if strings.HasPrefix(s, "3d") { // charset=3D"…": a quoted-printable equals sign that was never decoded
		s = strings.Trim(s[2:], "\"' ")
	}
	switch s {
	case "utf8", "unicode-1-1-utf-8", "utf-8-mac", "utf8mb4", "utf_8":
		return "utf-8"
	case "us-ascii", "ascii", "ansi_x3.4-1968", "iso-ir-6", "646", "7bit", "us ascii":
		return "us-ascii"
	case "", "8bit", "x-unknown", "unknown", "unknown-8bit", "default", "default_charset", "x-user-defined", "binary", "none":
		return ""
	case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "iso8859_1", "iso-8859", "iso 8859-1", "8859-1",
		"l1", "cp819", "windows-1252", "cp1252", "cp-1252", "ansi", "x-ansi", "windows1252", "win-1252", "x-cp1252",
		"iso-latin-1", "iso88591", "windows-1252http-equivcontent-type":
		return "iso-8859-1" // its C1 controls are never meant: see windows1252
	case "unicode-1-1-utf-7", "utf7", "csunicode11utf7":
		return "utf-7"
	case "gb2312", "gb_2312-80", "gbk", "cp936", "x-gbk", "chinese":
		return "gb18030" // a superset of both
	case "ks_c_5601-1987", "ks_c_5601", "cp949", "ksc5601", "windows-949":
		return "euc-kr"
	case "x-sjis", "shift-jis", "sjis", "cp932", "windows-31j", "ms_kanji":
		return "shift_jis"
	case "x-euc-jp", "eucjp":
		return "euc-jp"
	case "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-ms", "cp50220":
		return "iso-2022-jp"
	case "iso-8859-8-i", "iso-8859-8-e":
		return "iso-8859-8"
	case "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258":
		return "windows-" + s[2:]
	case "iso8859-15", "latin9", "latin-9", "iso-8859-15-windows-3.1-latin-1":
		return "iso-8859-15"
	}
	return s
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// mixed reads what is UTF-8 as UTF-8 and every other byte as Windows-1252. Where the text is UTF-8 for the most part,
// a letter that was cut in two is one unreadable letter and not two wrong ones.
func mixed(b []byte) string {
	var out strings.Builder
	out.Grow(len(b) + len(b)/8)
	mostly := mostlyUTF8(b)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			if cut := halfLetter(b); mostly && cut > 1 {
				n = cut
			} else {
				r = charmap.Windows1252.DecodeByte(b[0])
			}
		}
		out.WriteRune(r)
		b = b[n:]
	}
	return out.String()
}

// mostlyUTF8 says whether b has more letters of several bytes than bytes that are no UTF-8.
func mostlyUTF8(b []byte) bool {
	letters, wrong := 0, 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case n > 1:
			letters++
		case r == utf8.RuneError:
			wrong++
		}
		b = b[n:]
	}
	return letters > wrong
}

// halfLetter is how many bytes at the beginning of b begin a letter and do not end it.
func halfLetter(b []byte) int {
	if b[0] < 0xC2 || b[0] > 0xF4 {
		return 0
	}
	n := 1
	for n < len(b) && n < 4 && !utf8.RuneStart(b[n]) {
		n++
	}
	return n
}

func windows1252(b []byte) string {
	var out strings.Builder
	out.Grow(len(b) + len(b)/8)
	for _, c := range b {
		out.WriteRune(charmap.Windows1252.DecodeByte(c))
	}
	return out.String()
}

// undouble repairs text that was taken for Windows-1252 and encoded as UTF-8 a second time ("fÃ¶r"). It is sure
// only where the whole text goes back and gives valid UTF-8 again: one honest "ö" in it, or one "Ã" that stands
// alone, and nothing is changed.
func undouble(s string) (string, bool) {
	if !strings.ContainsAny(s, "ÃÂâ") {
		return "", false
	}
	out := make([]byte, 0, len(s))
	for _, r := range s {
		c, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			if r < 0x80 || r > 0x9f { // the C1 controls that Windows-1252 has no letters for pass through
				return "", false
			}
			c = byte(r)
		}
		out = append(out, c)
	}
	if !utf8.Valid(out) {
		return "", false
	}
	return string(out), true
}

// quoted is foreign text as it may stand in a problem: short, and without controls.
func quoted(s string) string {
	if len(s) > 40 {
		s = strings.ToValidUTF8(s[:40], "") + "…"
	}
	return "\"" + strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?")) + "\""
}
