package rules

import (
	"fmt"
	"strings"
	"testing"
)

// TestFit: a mail carries the files that there is room for, in their order, and names the others; what it was told to
// say besides is not touched.
func TestFit(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct {
		limit int64
		sizes []int64
		want  string
	}{
		{25 * mb, []int64{1 * mb, 2 * mb}, "[a b]"},
		{25 * mb, []int64{20 * mb, 2 * mb, 1 * mb}, "[b c] a is 20 MB"},
		{25 * mb, []int64{10 * mb, 10 * mb, 100}, "[a c] b is 10 MB"},
		{25 * mb, []int64{18*mb + 100_000}, "[a]"},
		{25 * mb, []int64{18*mb + 400_000}, "[] a is 19 MB"},
		{64 << 10, []int64{1}, "[] a is 1 MB"},
		{0, []int64{1 << 40}, "[a]"},
	} {
		d := &Desk{Config: Config{MaxSent: c.limit}}
		said := make([]Line, 1, 8)
		o := Outgoing{Lines: said}
		for i, size := range c.sizes {
			o.Attachments = append(o.Attachments, Attachment{Name: string(rune('a' + i)), Size: size})
		}
		d.fit(&o)
		var names, left []string
		for _, a := range o.Attachments {
			names = append(names, a.Name)
		}
		for _, l := range o.Lines[1:] {
			left = append(left, l.Subject+" is "+l.More[0])
		}
		if got := strings.TrimSpace(fmt.Sprint(names, " ", strings.Join(left, ", "))); got != c.want {
			t.Errorf("%d bytes, files of %d: %s, want %s", c.limit, c.sizes, got, c.want)
		}
		if said[:2][1].Code != "" {
			t.Error("the lines that others are told are written over")
		}
	}
}
