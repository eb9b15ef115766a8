package mime

import "bytes"

// CRLF returns raw with every line ended by CR LF, as the doors that get mail from files, pipes and mailboxes must
// have it. A CR LF or a lone LF ends a line, and so does a run of CRs before a LF (text that was converted twice).
// A lone CR ends a line only where the mail has no LF at all; elsewhere it is content, left for the reader to find
// odd. Where nothing is to change, raw itself is returned.
func CRLF(raw []byte) []byte {
	lf := bytes.Count(raw, []byte{'\n'})
	if lf == 0 {
		return bytes.ReplaceAll(raw, []byte{'\r'}, []byte("\r\n"))
	}
	if lf == bytes.Count(raw, []byte("\r\n")) && !bytes.Contains(raw, []byte("\r\r\n")) {
		return raw
	}
	out := make([]byte, 0, len(raw)+lf)
	for len(raw) > 0 {
		line, rest, ended := bytes.Cut(raw, []byte{'\n'})
		if ended {
			line = append(out, bytes.TrimRight(line, "\r")...)
			out = append(line, '\r', '\n')
		} else {
			out = append(out, line...)
		}
		raw = rest
	}
	return out
}
