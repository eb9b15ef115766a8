package tnef

import (
	"encoding/binary"
	"unicode/utf16"
)

// property is one MAPI property; of several values only the first is kept.
type property struct {
	typ, id uint16
	value   []byte
}

// Property types, [MS-OXCDATA], section 2.11.1.
const (
	typeString8 = 0x001E
	typeUnicode = 0x001F
	typeObject  = 0x000D
	typeBinary  = 0x0102
	multiple    = 0x1000
	firstNamed  = 0x8000
)

// maxProperties of one list; Outlook writes about a hundred.
const maxProperties = 2000

// text is a string's bytes: UTF-8 where it was UTF-16, else as they are, without the NUL at the end.
func (p property) text() []byte {
	if p.typ != typeUnicode {
		return untilNUL(p.value)
	}
	units := make([]uint16, 0, len(p.value)/2)
	for i := 0; i+1 < len(p.value); i += 2 {
		u := binary.LittleEndian.Uint16(p.value[i:])
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return []byte(string(utf16.Decode(units)))
}

// properties reads a list of properties ([MS-OXTNEF], section 2.1.3.4) up to the first that is broken.
func properties(b []byte) []property {
	r := reader{b: b}
	var list []property
	for n := min(r.uint32(), maxProperties); n > 0 && !r.bad; n-- {
		p := property{typ: r.uint16(), id: r.uint16()}
		if p.id >= firstNamed {
			r.name()
		}
		p.value = r.value(p.typ)
		if !r.bad {
			list = append(list, p)
		}
	}
	return list
}

// reader takes little-endian values off a slice; after the first that is not there it is bad for good.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) uint16() uint16 {
	if v := r.take(2); v != nil {
		return binary.LittleEndian.Uint16(v)
	}
	return 0
}

func (r *reader) uint32() uint32 {
	if v := r.take(4); v != nil {
		return binary.LittleEndian.Uint32(v)
	}
	return 0
}

// padded takes n bytes and those that fill up to four; the last ones may be missing.
func (r *reader) padded(n uint32) []byte {
	v := r.take(uint64(n))
	r.take(min(uint64(len(r.b)), uint64(-n&3)))
	return v
}

// name passes over a named property's name.
func (r *reader) name() {
	r.take(16)
	if kind := r.uint32(); kind == 0 {
		r.take(4)
	} else {
		r.padded(r.uint32())
	}
}

// value takes a property's value or values and returns the first.
func (r *reader) value(typ uint16) []byte {
	base := typ &^ multiple
	count := uint32(1)
	varies := base == typeString8 || base == typeUnicode || base == typeObject || base == typeBinary
	if varies || typ&multiple != 0 {
		count = r.uint32()
	}
	var first []byte
	for i := uint32(0); i < count && !r.bad; i++ {
		var v []byte
		if varies {
			v = r.padded(r.uint32())
		} else {
			v = r.take(fixed(base))
			r.bad = r.bad || len(v) == 0
		}
		if i == 0 {
			first = v
		}
	}
	return first
}

// fixed is how many bytes a value of fixed length takes, padding included; 0 for an unknown type.
func fixed(typ uint16) uint64 {
	switch typ {
	case 0x0001, 0x0002, 0x0003, 0x0004, 0x000A, 0x000B:
		return 4
	case 0x0005, 0x0006, 0x0007, 0x0014, 0x0040:
		return 8
	case 0x0048:
		return 16
	}
	return 0
}
