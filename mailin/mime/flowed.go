package mime

import "strings"

// unflow joins the lines that format=flowed broke (RFC 3676, section 4): one that ends in a space goes on in the
// next of the same quote depth. "-- " is a signature's line and never flows.
func unflow(s string, delsp bool) string {
	var out strings.Builder
	out.Grow(len(s))
	flowing, depth := false, 0
	for line := range strings.SplitSeq(s, "\n") {
		quotes := len(line) - len(strings.TrimLeft(line, ">"))
		text := strings.TrimPrefix(line[quotes:], " ")
		if flowing && (quotes != depth || text == "-- ") {
			flowing = false
			out.WriteByte('\n')
		}
		if !flowing && quotes > 0 {
			out.WriteString(line[:quotes])
			out.WriteByte(' ')
		}
		depth = quotes
		flowing = strings.HasSuffix(text, " ") && text != "-- "
		if flowing && delsp {
			text = text[:len(text)-1]
		}
		out.WriteString(text)
		if !flowing {
			out.WriteByte('\n')
		}
	}
	return strings.TrimSuffix(out.String(), "\n")
}
