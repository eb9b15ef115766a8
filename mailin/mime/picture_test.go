package mime

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

func TestMeasure(t *testing.T) {
	gray := image.NewGray(image.Rect(0, 0, 320, 240))
	var asPNG, asJPEG, asGIF bytes.Buffer
	for _, err := range []error{png.Encode(&asPNG, gray), jpeg.Encode(&asJPEG, gray, nil), gif.Encode(&asGIF, gray, nil)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		typ     string
		content []byte
		w, h    int
	}{
		{"image/png", asPNG.Bytes(), 320, 240}, {"image/jpeg", asJPEG.Bytes(), 320, 240}, {"image/gif", asGIF.Bytes(), 320, 240},
		{"image/png", asPNG.Bytes()[:20], 0, 0}, {"image/png", nil, 0, 0}, {"text/plain", asPNG.Bytes(), 0, 0}, {"image/webp", []byte("RIFF"), 0, 0},
	} {
		if w, h := measure(c.typ, c.content); w != c.w || h != c.h {
			t.Errorf("%s of %d bytes: %d × %d, want %d × %d", c.typ, len(c.content), w, h, c.w, c.h)
		}
		if a := attach("x", c.typ, c.content); a.Width != c.w || a.Height != c.h {
			t.Errorf("attached %s: %d × %d", c.typ, a.Width, a.Height)
		}
	}
}
