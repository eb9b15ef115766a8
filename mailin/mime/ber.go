package mime

// ber takes elements of BER off a slice (X.690): DER, and the indefinite lengths that programs which sign as they
// stream write. After something broken everything is empty.
type ber struct{ b []byte }

// element of BER: its tag number, and its content without the header.
type berElement struct {
	tag         byte
	constructed bool
	b           []byte
}

// maxBER is how deep elements of indefinite length are followed to find their ends.
const maxBER = 16

// enter takes the first element and is at its content.
func (r *ber) enter() ber { return ber{b: r.next().b} }

// next takes one element.
func (r *ber) next() berElement {
	e, n := berAt(r.b, 0)
	r.b = r.b[n:]
	return e
}

// berAt reads the element at the beginning of b and says how many bytes it took; nothing of b where it is broken.
func berAt(b []byte, depth int) (e berElement, n int) {
	if len(b) < 2 || b[0]&0x1f == 0x1f || depth > maxBER {
		return e, len(b)
	}
	e.tag, e.constructed = b[0]&0x1f, b[0]&0x20 != 0
	size, head := int(b[1]), 2
	if size == 0x80 {
		if !e.constructed {
			return berElement{}, len(b)
		}
		end := berEnd(b[head:], depth)
		e.b = b[head : head+end]
		return e, min(len(b), head+end+2)
	}
	if size > 0x80 {
		digits := size & 0x7f
		if digits > 4 || len(b) < head+digits {
			return berElement{}, len(b)
		}
		size = 0
		for _, c := range b[head : head+digits] {
			size = size<<8 | int(c)
		}
		head += digits
	}
	if size < 0 || size > len(b)-head {
		size = len(b) - head // cut off: what is there is shown
	}
	e.b = b[head : head+size]
	return e, head + size
}

// berEnd is how long a content of indefinite length is, without its end mark. The elements in it are passed over
// once for each level they are deep, which maxBER bounds.
func berEnd(b []byte, depth int) int {
	p := 0
	for p < len(b) {
		if p+1 < len(b) && b[p] == 0 && b[p+1] == 0 {
			return p
		}
		_, n := berAt(b[p:], depth+1)
		p += n
	}
	return p
}
