package mailin

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"strings"

	"aboveline.example/mailin/mime"
	"aboveline.example/rules"
)

// key is the hash by which the same mail is known again by whichever door it comes (DESIGN, section 4.2):
// Message-ID, From, Date and Subject as they read, and the decoded content of each part. Transports change trailing
// white space, line ends and blank lines at the end, re-encode, and add fields: none of that makes another mail.
func key(m *rules.Mail, msg *mime.Message) rules.DedupeKey {
	h := sha256.New()
	item := func(s string) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	item(string(m.MessageID))
	for _, name := range []string{"From", "Date", "Subject"} {
		item(strings.Join(strings.Fields(msg.Get(name)), " "))
	}
	if msg.Unread {
		content(h, raw2body(msg.Raw))
	}
	for _, p := range msg.Parts {
		if len(p.Body) == 0 {
			continue
		}
		item(p.Type + " " + p.Name)
		if p.Text != "" && !p.Long {
			content(h, []byte(p.Text))
		} else {
			content(h, p.Body)
		}
	}
	return rules.DedupeKey(h.Sum(nil))
}

// content hashes bytes with line ends folded, trailing white space and trailing blank lines left out. Its length is
// not known before, so it ends in a byte that no line can begin with after a line end: two line ends in a row at the
// end are never written.
func content(h hash.Hash, b []byte) {
	blank := 0
	for line := range bytes.SplitSeq(b, []byte{'\n'}) {
		line = bytes.TrimRight(line, " \t\r")
		if len(line) == 0 {
			blank++
			continue
		}
		for ; blank > 0; blank-- {
			h.Write([]byte{'\n'})
		}
		h.Write(line)
		blank = 1
	}
	h.Write([]byte("\n\x00\n"))
}

// raw2body is what follows the header.
func raw2body(b []byte) []byte {
	if _, body, ok := bytes.Cut(b, []byte("\r\n\r\n")); ok {
		return body
	}
	return b
}
