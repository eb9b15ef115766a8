package mime

import (
	"bytes"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"strings"
)

// measure reads a picture's size from its header, zero where that does not tell: it is how a screenshot is told from
// the logos and the pixels of a signature.
func measure(typ string, content []byte) (width, height int) {
	if !strings.HasPrefix(typ, "image/") {
		return 0, 0
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return 0, 0
	}
	return c.Width, c.Height
}
