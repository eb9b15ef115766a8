package mime

import (
	"bytes"
	"strings"
)

// Report is what a walk over a raw mail found: where its parts lie, and whether it may be read at all.
type Report struct {
	Fields int    // of the mail's own header
	Parts  int    // multiparts and leaves
	Depth  int    // of multiparts within one another
	Over   string // the cap it exceeds, in words; "" for none

	head  block
	nodes []node // in the order of the mail; the first is the mail itself
}

// node is a part as the walk found it.
type node struct {
	parent   int // index, -1 for the mail itself
	depth    int
	head     block
	typ      media
	at       int // where its header begins
	start    int // of its body
	end      int
	kids     int
	boundary []byte // what ends its parts, nil for a leaf
	closed   bool   // its closing boundary was seen
}

// Scan walks raw once, in time linear in its length, and reports its structure. It is false where raw exceeds a
// cap; the report then holds the header, as far as it goes, and no parts. Nothing else in this package, and no
// library, may see a body that Scan refused.
func Scan(raw []byte) (*Report, bool) {
	r := &Report{head: readBlock(raw, 0, nil)}
	r.Fields = len(r.head.fields)
	root := node{parent: -1, head: r.head, start: r.head.body, end: len(raw)}
	if r.Over = overFields(r.head); r.Over != "" {
		return r, false
	}
	root.typ = contentType(r.head.fields)
	r.nodes = append(r.nodes, root)
	r.Parts = 1
	r.walk(raw)
	if r.Over != "" {
		r.nodes = nil
	}
	return r, r.Over == ""
}

// overFields names the cap that a header block exceeds.
func overFields(b block) string {
	if b.over != "" {
		return b.over
	}
	addresses := 0
	for _, f := range b.fields {
		switch name := strings.ToLower(f.Name); name {
		case "content-type", "content-disposition":
			if countParams(f.Raw) > MaxParams {
				return "parameters of a header field"
			}
		case "from", "to", "cc", "bcc", "reply-to":
			addresses += bytes.Count(f.Raw, []byte{'@'})
		}
	}
	if addresses > MaxAddresses {
		return "addresses"
	}
	return ""
}

// contentType reads the Content-Type of a header; where there are several the first that can be read decides, and
// where there is none it is text. RFC 2046, section 5.1.5: in a multipart/digest it would be a message. We do not,
// because what a digest collects is there to be read with it: its messages stay text, as they stand.
func contentType(fields []Field) media {
	for _, f := range fields {
		if strings.EqualFold(f.Name, "Content-Type") {
			if m := parseMedia(f.Unfolded()); strings.Count(m.value, "/") == 1 && len(m.value) > 2 {
				return m
			} else if m.value == "text" {
				m.value = "text/plain" // RFC 1049 mail
				return m
			} else if b := m.params["boundary"]; b != "" {
				m.value = "multipart/mixed"
				return m
			}
		}
	}
	return media{value: "text/plain", params: map[string]string{}}
}

// walk finds the parts of the multiparts in raw, beginning with the mail itself.
func (r *Report) walk(raw []byte) {
	open := r.enter(raw, nil, 0)
	p := r.nodes[0].start
	if len(open) == 0 {
		return
	}
	leaf := -1 // the part that lines now belong to, -1 in preambles and epilogues
	for p < len(raw) {
		at := nextDashes(raw, p)
		if at < 0 {
			break
		}
		n := lineEnd(raw, at)
		level, closing := match(r.nodes, open, raw[at:n])
		if level < 0 {
			p = n
			continue
		}
		// The line end before a boundary belongs to it (RFC 2046, section 5.1.1).
		end := trimEOL(raw, at)
		if leaf >= 0 {
			r.nodes[leaf].end = max(r.nodes[leaf].start, end)
		}
		for _, i := range open[level+1:] {
			r.nodes[i].end = max(r.nodes[i].start, end)
		}
		open = open[:level+1]
		leaf = -1
		if closing {
			m := &r.nodes[open[level]]
			m.closed, m.end = true, n
			open = open[:level]
			if p = n; len(open) == 0 {
				return // the epilogue of the mail
			}
			continue
		}
		if r.Parts++; r.Parts > MaxParts {
			r.Over = "parts"
			return
		}
		leaf = r.part(raw, n, open)
		if r.Over != "" {
			return
		}
		p = r.nodes[leaf].start
		if inner := r.enter(raw, open, leaf); len(inner) > len(open) {
			if len(inner) > MaxDepth {
				r.Over = "depth of parts"
				return
			}
			open, leaf = inner, -1
		}
	}
}

// part reads the header of the part that begins at p, within the multiparts open.
func (r *Report) part(raw []byte, p int, open []int) int {
	parent := open[len(open)-1]
	h := readBlock(raw, p, func(line []byte) bool {
		level, _ := match(r.nodes, open, line)
		return level >= 0
	})
	if r.Over = overFields(h); r.Over != "" {
		return -1
	}
	r.nodes[parent].kids++
	r.nodes = append(r.nodes, node{parent: parent, depth: len(open), head: h, typ: contentType(h.fields),
		at: p, start: h.body, end: len(raw)})
	return len(r.nodes) - 1
}

// enter opens node i where it is a multipart with a boundary that can be found.
func (r *Report) enter(raw []byte, open []int, i int) []int {
	n := &r.nodes[i]
	if !strings.HasPrefix(n.typ.value, "multipart/") {
		return open
	}
	b := n.typ.params["boundary"]
	if strings.TrimSpace(b) == "" || len(b) > maxBoundary || i == 0 && !hasBoundary(raw[n.start:], b) {
		b = guessBoundary(raw[n.start:n.end])
	}
	if b == "" {
		return open
	}
	n.boundary = []byte(strings.TrimRight(b, " \t"))
	r.Depth = max(r.Depth, len(open)+1)
	return append(open[:len(open):len(open)], i)
}

// hasBoundary says whether a line of body begins with the boundary.
func hasBoundary(body []byte, b string) bool {
	want := "--" + b
	return bytes.HasPrefix(body, []byte(want)) || bytes.Contains(body, []byte("\n"+want))
}

// guessBoundary finds what a multipart that does not say is divided by: the first line that begins with two dashes
// and has a Content field below it.
func guessBoundary(body []byte) string {
	for p, tries := 0, 0; p < len(body) && tries < 20; tries++ {
		at := nextDashes(body, p)
		if at < 0 {
			return ""
		}
		n := lineEnd(body, at)
		line := bytes.TrimRight(body[at+2:n], " \t\r\n")
		next := body[n:lineEnd(body, n)]
		if len(line) > 0 && len(line) <= maxBoundary && len(next) > 8 && strings.EqualFold(string(next[:8]), "content-") {
			return string(line)
		}
		p = n
	}
	return ""
}

// nextDashes is where the next line that begins with two dashes does, from the line start p on; -1 for none.
func nextDashes(raw []byte, p int) int {
	if bytes.HasPrefix(raw[p:], []byte("--")) && (p == 0 || raw[p-1] == '\n') {
		return p
	}
	if i := bytes.Index(raw[p:], []byte("\n--")); i >= 0 {
		return p + i + 1
	}
	return -1
}

// match says which of the open multiparts a line is a boundary of, the innermost first, and whether it closes it.
func match(nodes []node, open []int, line []byte) (level int, closing bool) {
	if !bytes.HasPrefix(line, []byte("--")) {
		return -1, false
	}
	line = bytes.TrimRight(line[2:], " \t\r\n")
	for l := len(open) - 1; l >= 0; l-- {
		rest, ok := bytes.CutPrefix(line, nodes[open[l]].boundary)
		if ok && (len(rest) == 0 || string(rest) == "--") {
			return l, len(rest) == 2
		}
	}
	return -1, false
}

// trimEOL is the offset before the line end that ends at p.
func trimEOL(raw []byte, p int) int {
	if p > 0 && raw[p-1] == '\n' {
		p--
	}
	if p > 0 && raw[p-1] == '\r' {
		p--
	}
	return p
}
