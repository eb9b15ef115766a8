package imap

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"aboveline.example/mailin/mime"
	"aboveline.example/rules"
)

// mail is one mail's bytes as they came.
type mail struct {
	uid uint32
	raw []byte
}

// arrival is the mail as the intake wants it. Its envelope is what the server that delivered it wrote down.
func (p *Poller) arrival(m mail) rules.Arrival {
	raw := mime.CRLF(m.raw)
	if int64(len(raw)) > p.o.MaxSize { // a mail with lone LFs grew by their CRs
		header, _, _ := bytes.Cut(raw[:min(len(raw), headerBytes)], []byte("\r\n\r\n"))
		raw = oversize(append(header[:len(header):len(header)], "\r\n\r\n"...), int64(len(raw)), p.o.MaxSize)
	}
	from, null := returnPath(raw)
	return rules.Arrival{
		Envelope: rules.Envelope{
			From: from, Null: null, Door: "imap:" + p.o.Name,
			Relay: p.o.AuthservID != "", AuthservID: p.o.AuthservID,
		},
		Received: time.Now(),
		Raw:      raw,
	}
}

// returnPath reads the topmost Return-Path: the server that delivers for good puts one there (RFC 5321, section 4.4),
// not always above its own Received. One the writer forged can at most make it null, and the writer unanswered.
func returnPath(raw []byte) (from string, null bool) {
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) == 0 {
			return "", false
		}
		name, value, _ := bytes.Cut(line, []byte{':'})
		if strings.EqualFold(strings.TrimRight(string(name), " \t"), "Return-Path") {
			path := strings.TrimSpace(string(value))
			inside, found := strings.CutPrefix(path, "<")
			inside, closed := strings.CutSuffix(inside, ">")
			if !found || !closed || len(inside) > 256 {
				return "", false
			}
			return inside, inside == ""
		}
	}
	return "", false
}

// oversize makes a mail of the headers of one that is too large, so that a person's words, if only their subject, are
// never dropped. What described the body is left out, for there is another one now. It depends on its arguments
// alone: fetched again, the same mail gives the same bytes and is known as a duplicate.
func oversize(header []byte, size, limit int64) []byte {
	header = mime.CRLF(header)
	if end := bytes.Index(header, []byte("\r\n\r\n")); end >= 0 {
		header = header[:end+2]
	} else {
		header = header[:bytes.LastIndexByte(header, '\n')+1] // cut within a line
	}
	var out bytes.Buffer
	keep := true
	for line := range bytes.SplitAfterSeq(header, []byte("\r\n")) {
		if len(line) > 0 && line[0] != ' ' && line[0] != '\t' {
			keep = !describesBody(line)
		}
		if keep {
			out.Write(line)
		}
	}
	out.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n")
	fmt.Fprintf(&out, "This mail was too large to take in: %s, and this desk takes up to %s.\r\n", mib(size), mib(limit))
	out.WriteString("Only its headers were kept here. The whole mail is still in the mailbox it came to.\r\n")
	return out.Bytes()
}

// describesBody says whether a field is about the form of the body (RFC 2045, section 3).
func describesBody(line []byte) bool {
	name, _, _ := bytes.Cut(line, []byte{':'})
	n := strings.ToLower(strings.TrimRight(string(name), " \t"))
	return n == "mime-version" || strings.HasPrefix(n, "content-") || n == ""
}

func mib(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
