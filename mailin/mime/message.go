package mime

import (
	"strings"

	"aboveline.example/rules"
)

// Message is one mail, read. Its slices and maps are the caller's; those of bytes may share memory with the mail.
type Message struct {
	Raw         []byte
	Fields      []Field             // in the order of the mail, raw
	Header      map[string][]string // canonical names, decoded values on one line
	Parts       []Part              // in the order of the mail, multiparts included; the first is the mail itself
	Text        string              // all text parts as plain text, lines ended by \n
	Plain       string              // the text/plain parts alone, "" where there are none
	HTML        string              // the HTML parts, "" where there are none
	Attachments []rules.Attachment  // with their content
	Nested      []*Message          // attached messages that were opened
	Problems    []string            // what was odd, in words for the operator; each once
	headCut     bool                // its header exceeds a cap, and there is more of it
	Encrypted   bool                // its text is, and cannot be read
	Unread      bool                // it exceeds a cap: read from its header only, the raw mail is its attachment
}

// Part is a leaf, a multipart or an attached message.
type Part struct {
	Parent      int // index into Parts; -1 for the mail itself
	Type        string
	Params      map[string]string
	Description string
	Disposition string // "inline", "attachment" or ""
	Name        string // cleaned
	ContentID   string // without angle brackets
	Header      map[string][]string
	Body        []byte // transfer encoding removed; empty for multiparts that have parts
	Text        string // as UTF-8 where the part is textual
	Long        bool   // Text is only the beginning: the part is over MaxText
	nested      *Message
	inside      *Message // what a container held that was opened
	replaced    bool     // inside is all there was in it
	spare       bool     // the text inside repeats the mail's, and counts only where the mail has none
	attached    bool     // it is one of the attachments
}

// Get is the first value of a field, "" where there is none.
func (m *Message) Get(name string) string {
	if v := m.Header[Field{Name: name}.Key()]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// encrypted says that the mail's text is.
func (m *Message) encrypted(problem string) {
	m.Encrypted = true
	m.odd(problem)
}

// odd keeps a problem once.
func (m *Message) odd(problem string) {
	if problem == "" || len(m.Problems) >= maxProblems {
		return
	}
	for _, p := range m.Problems {
		if p == problem {
			return
		}
	}
	m.Problems = append(m.Problems, problem)
}

// maxProblems: an operator reads a few; a mail can have thousands.
const maxProblems = 30

// headerMap decodes fields for looking up. Of one name at most a hundred are kept.
func headerMap(fields []Field) map[string][]string {
	m := make(map[string][]string, len(fields))
	for _, f := range fields {
		k := f.Key()
		if len(m[k]) < 100 {
			m[k] = append(m[k], value(f))
		}
	}
	return m
}

// value is a field's body, decoded and on one line. Controls become spaces: nothing that reads the map may be
// fooled by a line end that an encoded word brought in.
func value(f Field) string { return oneLine(Decode(f.Unfolded())) }

func oneLine(s string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	return strings.TrimSpace(clean)
}

func first(h map[string][]string, key string) string {
	if v := h[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Opened is the message attached as part i, or what a container there held; nil where nothing was opened.
func (m *Message) Opened(i int) *Message {
	if n := m.Parts[i].nested; n != nil {
		return n
	}
	return m.Parts[i].inside
}
