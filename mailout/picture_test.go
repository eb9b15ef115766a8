package mailout

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"reflect"
	"testing"
)

const secret = "59.3293N 18.0686E, Petra Dahl"

func photo() *image.Paletted {
	m := image.NewPaletted(image.Rect(0, 0, 40, 30), color.Palette{color.Black, color.White, color.RGBA{200, 30, 30, 255}})
	for i := range m.Pix {
		m.Pix[i] = byte(i / 7 % 3)
	}
	return m
}

func segment(marker byte, data string) []byte {
	b := []byte{0xff, marker, 0, 0}
	binary.BigEndian.PutUint16(b[2:], uint16(len(data)+2))
	return append(b, data...)
}

func chunk(kind, data string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(b, kind+data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(kind+data)))
}

// insert puts parts into b at a place.
func insert(b []byte, at int, parts ...[]byte) []byte {
	return bytes.Join([][]byte{b[:at], bytes.Join(parts, nil), b[at:]}, nil)
}

func encoded(t *testing.T, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is what a camera writes: how it was held, in either byte order, and where.
func exif(order binary.AppendByteOrder, turn uint16) string {
	mark := "MM"
	if order.String() == binary.LittleEndian.String() {
		mark = "II"
	}
	b := order.AppendUint16([]byte("Exif\x00\x00"+mark), 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 1)
	b = order.AppendUint16(b, orientationTag)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, turn)
	b = order.AppendUint16(b, 0)
	b = order.AppendUint32(b, 0)
	return string(b) + secret
}

// TestPlainPicture: the pixels stay, and nothing of what was written beside them.
func TestPlainPicture(t *testing.T) {
	m := photo()
	asJPEG := encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, m, nil) })
	asPNG := encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, m) })
	asGIF := encoded(t, func(b *bytes.Buffer) error {
		return gif.EncodeAll(b, &gif.GIF{Image: []*image.Paletted{m, m}, Delay: []int{10, 10}, LoopCount: 3})
	})
	jfif := "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x02\x03" + secret[:18]
	table := colours(asGIF[10])
	for name, dressed := range map[string][]byte{
		"jpeg, Exif":       insert(asJPEG, 2, segment(0xe1, exif(binary.BigEndian, 1)), segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+secret)),
		"jpeg, thumbnail":  insert(asJPEG, 2, segment(0xe0, jfif), segment(0xe0, "JFXX\x00\x10"+secret)),
		"jpeg, comment":    insert(asJPEG, 2, segment(0xfe, secret), segment(0xed, "Photoshop 3.0\x00"+secret), segment(0xe2, "MPF\x00"+secret)),
		"jpeg, fill bytes": insert(asJPEG, 2, []byte{0xff, 0xff}, segment(0xfe, secret)),
		"jpeg, after":      append(bytes.Clone(asJPEG), insert(asJPEG, 2, segment(0xfe, secret))...),
		"png, text":        insert(asPNG, 33, chunk("tEXt", "Author\x00"+secret), chunk("eXIf", secret), chunk("prVt", secret)),
		"png, after":       append(bytes.Clone(asPNG), secret...),
		"gif, comment":     insert(asGIF, 13+table, []byte("\x21\xfe\x1d"+secret+"\x00"), []byte("\x21\xff\x0bXMP DataXMP\x1d"+secret+"\x00")),
		"gif, after":       append(bytes.Clone(asGIF), secret...),
	} {
		got := plainPicture(dressed)
		if bytes.Contains(got, []byte(secret)) || bytes.Contains(got, []byte(secret[:18])) {
			t.Errorf("%s: what was beside the picture is left", name)
		}
		want, _, err := image.Decode(bytes.NewReader(dressed))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		have, _, err := image.Decode(bytes.NewReader(got))
		if err != nil {
			t.Fatalf("%s, plain: %v", name, err)
		}
		if !reflect.DeepEqual(want, have) {
			t.Errorf("%s: the pixels changed", name)
		}
	}
	if all, err := gif.DecodeAll(bytes.NewReader(plainPicture(asGIF))); err != nil || len(all.Image) != 2 || all.LoopCount != 3 {
		t.Errorf("a moving picture: %+v, %v", all, err)
	}
	for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
		got := plainPicture(insert(asJPEG, 2, segment(0xe1, exif(order, 6))))
		if n := bytes.Count(got, []byte("Exif")); n != 1 || orientation(got[6:]) != 6 {
			t.Errorf("%v: how the camera was held: %d times Exif, %d", order, n, orientation(got[6:]))
		}
	}
}

// FuzzPlainPicture: whatever comes, it ends, and what is left is not much more than came.
func FuzzPlainPicture(f *testing.F) {
	m := photo()
	for _, encode := range []func(*bytes.Buffer) error{
		func(b *bytes.Buffer) error { return jpeg.Encode(b, m, nil) },
		func(b *bytes.Buffer) error { return png.Encode(b, m) },
		func(b *bytes.Buffer) error { return gif.Encode(b, m, nil) },
	} {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
		f.Add(insert(b.Bytes(), 2, segment(0xe1, exif(binary.LittleEndian, 6))))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		// An orientation written anew may be longer than the segment it was read from, by less than three times.
		if got := plainPicture(b); len(got) > 3*len(b) {
			t.Errorf("%d bytes became %d", len(b), len(got))
		}
	})
}
