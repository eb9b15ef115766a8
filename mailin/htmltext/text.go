package htmltext

import "strings"

// MaxInput is how many bytes of HTML are read: the longest mails of people are a tenth of it, and whoever sends more
// is shown the beginning (the mail itself is kept whole elsewhere).
const MaxInput = 4 << 20

// maxPrefix is the deepest quotation that is shown as such; deeper ones look like it, so that nesting cannot make the
// output larger than the input by more than a constant factor.
const maxPrefix = 20

// Mark is a set of bits that the caller of [Lines] gives to elements. A line has those of all elements it is in.
type Mark uint32

// Line is one line of text. Text has neither line end nor quote prefix; Quote is how many quoting blockquotes it
// is in.
type Line struct {
	Text  string
	Quote int
	Marks Mark
}

// Text is the HTML as plain text, lines ended by "\n", quotations prefixed by "> " for each level. It is trimmed of
// blank lines at both ends.
func Text(src string) string {
	return Join(Lines(src, nil))
}

// Join writes lines as one text, with their quote prefixes.
func Join(lines []Line) string {
	var b strings.Builder
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l.String())
	}
	return b.String()
}

// String is the line as it stands in [Text].
func (l Line) String() string {
	if l.Quote == 0 {
		return l.Text
	}
	return strings.TrimRight(strings.Repeat("> ", min(l.Quote, maxPrefix))+l.Text, " ")
}
