package tnef

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"
)

func le(v any) []byte {
	b, err := binary.Append(nil, binary.LittleEndian, v)
	if err != nil {
		panic(err)
	}
	return b
}

func cat(pieces ...[]byte) []byte {
	var b []byte
	for _, p := range pieces {
		b = append(b, p...)
	}
	return b
}

// attr is one attribute with its checksum.
func attr(level byte, id uint32, data []byte) []byte {
	return cat([]byte{level}, le(id), le(uint32(len(data))), data, le(uint16(0)))
}

func padded(v []byte) []byte { return cat(le(uint32(len(v))), v, make([]byte, -len(v)&3)) }

func wide(s string) []byte { return le(append(utf16.Encode([]rune(s)), 0)) }

func list(props ...[]byte) []byte { return cat(append([][]byte{le(uint32(len(props)))}, props...)...) }

func TestRead(t *testing.T) {
	named := cat(le(uint16(typeUnicode)), le(uint16(0x8001)), make([]byte, 16), le(uint32(1)), padded(wide("Keywords")), le(uint32(1)), padded(wide("x")))
	numbered := cat(le(uint16(0x0003)), le(uint16(0x8002)), make([]byte, 16), le(uint32(0)), le(uint32(7)), le(uint32(9)))
	several := cat(le(uint16(typeString8|multiple)), le(uint16(0x6000)), le(uint32(2)), padded([]byte("a\x00")), padded([]byte("bc\x00")))
	times := cat(le(uint16(0x0040|multiple)), le(uint16(0x6001)), le(uint32(2)), make([]byte, 16))
	file := attr(2, attAttachment, list(
		cat(le(uint16(typeUnicode)), le(uint16(propAttachLong)), le(uint32(1)), padded(wide("Långt namn.docx"))),
		cat(le(uint16(typeString8)), le(uint16(propAttachType)), le(uint32(1)), padded([]byte("application/msword\x00"))),
		cat(le(uint16(typeString8)), le(uint16(propAttachContent)), le(uint32(1)), padded([]byte("c1@x\x00"))),
	))
	raw := cat(le(uint32(signature)), le(uint16(1)),
		attr(1, attOemCodepage, cat(le(uint32(1252)), le(uint32(0)))),
		attr(1, attMsgProps, list(named, numbered, several, times,
			cat(le(uint16(typeUnicode)), le(uint16(propBody)), le(uint32(1)), padded(wide("Hej på dig"))),
			cat(le(uint16(typeBinary)), le(uint16(propHTML)), le(uint32(1)), padded([]byte("<p>Hej</p>"))))),
		attr(2, attAttachRendData, make([]byte, 14)), attr(2, attAttachTitle, []byte("LNGTNA~1.DOC\x00")), attr(2, attAttachData, []byte("PK")), file,
		attr(2, attAttachRendData, make([]byte, 14)), attr(2, attAttachTitle, []byte("b.txt\x00")), attr(2, attAttachData, []byte("b")))
	m, ok := Read(raw)
	if !ok || m.Cut || m.Codepage != 1252 || string(m.Body) != "Hej på dig" || string(m.HTML) != "<p>Hej</p>" || len(m.Files) != 2 {
		t.Fatalf("Read = %+v %v", m, ok)
	}
	if f := m.Files[0]; string(f.Name) != "Långt namn.docx" || f.Type != "application/msword" || f.ContentID != "c1@x" || string(f.Content) != "PK" {
		t.Errorf("first file %+v", f)
	}
	if f := m.Files[1]; string(f.Name) != "b.txt" || string(f.Content) != "b" {
		t.Errorf("second file %+v", f)
	}
	for n := range raw { // wherever it is cut, what came before is kept
		if m, ok := Read(raw[:n]); ok != (n >= 6) || n > len(raw)-200 && string(m.Body) != "Hej på dig" {
			t.Fatalf("cut at %d: %v %+v", n, ok, m)
		}
	}
}

func TestReadForeign(t *testing.T) {
	for _, in := range []string{"", "x", "From: a@b.example\r\n\r\n", "\x78\x9f\x3e\x22"} {
		if m, ok := Read([]byte(in)); ok {
			t.Errorf("Read(%q) = %+v, want none", in, m)
		}
	}
}

// A count that promises more than there is costs nothing.
func TestReadPromises(t *testing.T) {
	for _, props := range [][]byte{
		le(uint32(1 << 31)),
		cat(le(uint32(1<<31)), le(uint16(typeBinary)), le(uint16(propRTF)), le(uint32(1<<31)), le(uint32(1<<31))),
		cat(le(uint32(1)), le(uint16(0x00FF)), le(uint16(1))),
		cat(le(uint32(1)), le(uint16(typeUnicode)), le(uint16(0x9000)), make([]byte, 16), le(uint32(1)), le(uint32(1<<31))),
	} {
		m, ok := Read(cat(le(uint32(signature)), le(uint16(1)), attr(1, attMsgProps, props)))
		if !ok || len(m.Body)+len(m.RTF)+len(m.HTML) != 0 {
			t.Errorf("Read of % x = %+v %v", props, m, ok)
		}
	}
}
