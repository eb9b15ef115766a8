package tnef

import (
	"encoding/binary"
	"errors"
)

// ErrRTF is returned for compressed rich text that is none.
var ErrRTF = errors.New("tnef: broken compressed rich text")

// maxRTF is how much rich text is unpacked, in bytes.
const maxRTF = 8 << 20

// dictionary is what compressed rich text refers to before its own beginning ([MS-OXRTFCP], section 2.1.2.1).
const dictionary = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans " +
	"SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

// Decompress unpacks rich text ([MS-OXRTFCP], section 3.1). With an error it returns what could be unpacked.
func Decompress(b []byte) ([]byte, error) {
	if len(b) < 16 {
		return nil, ErrRTF
	}
	size := binary.LittleEndian.Uint32(b[4:])
	switch binary.LittleEndian.Uint32(b[8:]) {
	case 0x414C454D: // "MELA": stored
		return b[16:min(uint64(len(b)), 16+uint64(size))], nil
	case 0x75465A4C: // "LZFu"
	default:
		return nil, ErrRTF
	}
	var window [4096]byte
	at := copy(window[:], dictionary)
	out := make([]byte, 0, min(size, maxRTF))
	put := func(c byte) {
		out = append(out, c)
		window[at] = c
		at = (at + 1) % len(window)
	}
	for b = b[16:]; len(b) > 0; {
		flags := b[0]
		b = b[1:]
		for bit := 0; bit < 8; bit++ {
			if len(out) >= maxRTF || flags>>bit&1 == 0 && len(b) < 1 || flags>>bit&1 == 1 && len(b) < 2 {
				return out, nil
			}
			if flags>>bit&1 == 0 {
				put(b[0])
				b = b[1:]
				continue
			}
			from, n := int(b[0])<<4|int(b[1])>>4, int(b[1]&15)+2
			b = b[2:]
			if from == at {
				return out, nil // the mark of the end
			}
			for range n {
				put(window[from])
				from = (from + 1) % len(window)
			}
		}
	}
	return out, nil
}
