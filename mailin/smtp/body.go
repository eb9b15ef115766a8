package smtp

import "aboveline.example/mailin"

// body follows a mail as it comes over the wire, dots stuffed, and finds its end: CR LF . CR LF and nothing else
// (RFC 5321, section 4.1.1.4). What it passes on has no CR without a LF, no LF without a CR and no NUL, so that the
// next reader cannot find another end than we did.
type body struct {
	max int64 // largest size

	state bodyState
	size  int64 // bytes so far, stuffed dots not counted (RFC 1870, section 5)
	line  int   // bytes of the current line
	fault error // why the mail is refused; from then on nothing more is passed on
	ended bool
}

// bodyState is what the last bytes were. The zero value is the beginning of a line.
type bodyState uint8

const (
	lineBegin bodyState = iota
	lineDot             // a dot that begins a line
	lineDotCR           // a CR after it, held back
	lineMiddle
	lineCR // a CR, held back until we see what follows
)

// scan reads from p up to its end or the mail's, and appends to out what is to be passed on. It returns how much of p
// it used.
func (b *body) scan(p, out []byte) (used int, passed []byte) {
	for i := 0; i < len(p); i++ {
		if b.state == lineMiddle {
			n := plain(p[i:])
			out = b.pass(out, p[i:i+n])
			if i += n; i == len(p) {
				break
			}
		}
		if out = b.step(p[i], out); b.ended {
			return i + 1, out
		}
	}
	return len(p), out
}

// plain is how many bytes of p are neither CR, LF nor NUL.
func plain(p []byte) int {
	for i, c := range p {
		if c == '\r' || c == '\n' || c == 0 {
			return i
		}
	}
	return len(p)
}

// step takes one byte.
func (b *body) step(c byte, out []byte) []byte {
	switch {
	case b.state == lineDotCR && c == '\n':
		return b.end(out)
	case b.state == lineCR && c == '\n':
		out = b.pass(out, []byte("\r\n"))
		b.state, b.line = lineBegin, 0
		return out
	case b.state == lineCR || b.state == lineDotCR:
		out = b.refuse(out, mailin.ErrLineEnds) // the CR held back was alone
		b.state = lineMiddle
	}
	switch {
	case c == '\r' && b.state == lineDot:
		b.state = lineDotCR
	case c == '\r':
		b.state = lineCR
	case c == '\n' || c == 0:
		out = b.refuse(out, mailin.ErrLineEnds)
		b.state = lineMiddle
	case c == '.' && b.state == lineBegin:
		if b.fault == nil {
			out = append(out, c) // it is taken away again by who reads us, so it has no size
		}
		b.state = lineDot
	default:
		out = b.pass(out, []byte{c})
		b.state = lineMiddle
	}
	return out
}

// pass hands p on, if nothing speaks against it.
func (b *body) pass(out, p []byte) []byte {
	b.size += int64(len(p))
	b.line += len(p)
	switch {
	case b.size > b.max:
		return b.refuse(out, mailin.ErrTooLarge)
	case b.line > maxLine:
		return b.refuse(out, mailin.ErrLongLine)
	case b.fault != nil:
		return out
	}
	return append(out, p...)
}

// refuse keeps the first fault. The letter that it passes on ends whatever the next reader had begun to see: a dot
// alone on its line would else become an end that is none.
func (b *body) refuse(out []byte, why error) []byte {
	if b.fault != nil {
		return out
	}
	b.fault = why
	return append(out, 'x')
}

// end passes the end of the mail on.
func (b *body) end(out []byte) []byte {
	b.ended = true
	if b.fault != nil {
		return append(out, "\r\n.\r\n"...)
	}
	return append(out, "\r\n"...) // the dot went before
}
