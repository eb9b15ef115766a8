package mailout

import (
	"bytes"
	"encoding/binary"
)

// plainPicture is a picture without what cameras and programs wrote into it beside the picture: places, times, names, devices,
// earlier versions, and whatever follows its end. The pixels, how they are turned and their colours stay as they were.
// JPEG, PNG and GIF are understood; of anything else, and from where a picture is broken, nothing is left, since nobody
// could say what it held.
func plainPicture(b []byte) []byte {
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xd8}):
		return plainJPEG(b)
	case bytes.HasPrefix(b, []byte(pngSignature)):
		return plainPNG(b)
	case bytes.HasPrefix(b, []byte("GIF8")):
		return plainGIF(b)
	}
	return nil
}

// Markers of JPEG segments: ITU-T T.81, table B.1.
const (
	jpegEOI   = 0xd9
	jpegSOS   = 0xda
	jpegAPP0  = 0xe0
	jpegAPP1  = 0xe1
	jpegAPP2  = 0xe2
	jpegAPP14 = 0xee
	jpegAPP15 = 0xef
	jpegCOM   = 0xfe
)

func plainJPEG(b []byte) []byte {
	out := append(make([]byte, 0, len(b)), b[:2]...)
	for i := 2; ; {
		// Fill bytes may stand before a marker.
		for i+1 < len(b) && b[i] == 0xff && b[i+1] == 0xff {
			i++
		}
		if i+1 >= len(b) || b[i] != 0xff {
			return out
		}
		marker := b[i+1]
		if marker == jpegEOI {
			return append(out, 0xff, jpegEOI)
		}
		if i+4 > len(b) {
			return out
		}
		end := i + 2 + int(binary.BigEndian.Uint16(b[i+2:]))
		if end < i+4 || end > len(b) {
			return out
		}
		segment := b[i:end]
		switch {
		case marker == jpegAPP1:
			if turn := orientation(segment[4:]); turn > 1 {
				out = append(out, orientationOnly(turn)...)
			}
		case marker == jpegCOM,
			marker == jpegAPP2 && !bytes.HasPrefix(segment[4:], []byte("ICC_PROFILE\x00")),
			marker > jpegAPP2 && marker <= jpegAPP15 && marker != jpegAPP14: // 14 says how colours are coded
		case marker == jpegAPP0 && !bytes.HasPrefix(segment[4:], []byte("JFIF\x00")): // JFXX holds a thumbnail
		case marker == jpegAPP0:
			out = append(out, noThumbnail(segment)...)
		default:
			out = append(out, segment...)
		}
		i = end
		if marker == jpegSOS {
			// The scan: up to a marker that is neither a stuffed byte nor a restart.
			for i+1 < len(b) && (b[i] != 0xff || b[i+1] == 0 || b[i+1] >= 0xd0 && b[i+1] <= 0xd7) {
				i++
			}
			out = append(out, b[end:i]...)
		}
	}
}

// noThumbnail is a JFIF segment without the small picture at its end: ITU-T T.871, section 10.1.
func noThumbnail(segment []byte) []byte {
	const fixed = 18 // marker, length, "JFIF", version, density, and the thumbnail's size
	if len(segment) < fixed {
		return nil
	}
	out := bytes.Clone(segment[:fixed])
	binary.BigEndian.PutUint16(out[2:], fixed-2)
	out[fixed-2], out[fixed-1] = 0, 0
	return out
}

// orientationTag is the entry of Exif that says how the camera was held; JEITA CP-3451, section 4.6.4.
const orientationTag = 0x0112

// orientation reads it from an APP1 segment's data; 0 where it does not tell.
func orientation(data []byte) byte {
	tiff, ok := bytes.CutPrefix(data, []byte("Exif\x00\x00"))
	if !ok || len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 0
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 0
		}
		if turn := order.Uint16(entries[8:]); order.Uint16(entries) == orientationTag && turn <= 8 {
			return byte(turn)
		}
		entries = entries[12:]
	}
	return 0
}

// orientationOnly is an APP1 segment that says how the camera was held, and nothing else.
func orientationOnly(turn byte) []byte {
	return []byte{
		0xff, jpegAPP1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8,
		0, 1, orientationTag >> 8, orientationTag & 0xff, 0, 3, 0, 0, 0, 1, 0, turn, 0, 0, 0, 0, 0, 0,
	}
}

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngKept are the chunks that draw or colour the picture, moving ones included; PNG (third edition), section 11.
var pngKept = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "cHRM": true, "gAMA": true, "iCCP": true,
	"sBIT": true, "sRGB": true, "cICP": true, "bKGD": true, "pHYs": true, "acTL": true, "fcTL": true, "fdAT": true,
}

func plainPNG(b []byte) []byte {
	out := append(make([]byte, 0, len(b)), pngSignature...)
	for b = b[len(pngSignature):]; len(b) >= 12; {
		n := int64(binary.BigEndian.Uint32(b)) + 12 // length, type and checksum
		if n > int64(len(b)) {
			break
		}
		kind := string(b[4:8])
		if pngKept[kind] {
			out = append(out, b[:n]...)
		}
		if kind == "IEND" {
			break
		}
		b = b[n:]
	}
	return out
}

// plainGIF leaves out comments, texts and what applications added, but for how often a moving picture is shown: GIF89a,
// sections 18 to 27.
func plainGIF(b []byte) []byte {
	const screen = 13 // signature and logical screen descriptor
	if len(b) < screen {
		return nil
	}
	at := screen + colours(b[10])
	if at > len(b) {
		return nil
	}
	out := append(make([]byte, 0, len(b)), b[:at]...)
	for at < len(b) {
		start, head := at, 0
		keep := true
		switch b[at] {
		case 0x21: // an extension, its label, and blocks
			if at+2 > len(b) {
				return out
			}
			head = 2
			keep = b[at+1] == 0xf9 || b[at+1] == 0xff && bytes.HasPrefix(b[at+2:], []byte("\x0bNETSCAPE2.0"))
		case 0x2c: // an image: its descriptor, its colours, the size of its codes, and blocks
			if at+10 > len(b) {
				return out
			}
			head = 10 + colours(b[at+9]) + 1
		case 0x3b:
			return append(out, 0x3b)
		default:
			return out
		}
		for at += head; ; {
			if at >= len(b) {
				return out
			}
			n := int(b[at])
			at += 1 + n
			if n == 0 {
				break
			}
		}
		if keep {
			out = append(out, b[start:at]...)
		}
	}
	return out
}

// colours is the size of the colour table that a descriptor's flags announce.
func colours(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}
