package rules

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// masked stands where an identity number was.
const masked = "••••••-••••"

// identityForm is how many digits a number has, and after how many of them people put something between.
type identityForm struct {
	digits int
	gaps   []int
	is     func([]int) bool
}

// identityForms, the longest first: 19811218-9876, 170540 26641, 811218-9876, and the same with a date written out.
var identityForms = []identityForm{
	{12, []int{4, 6, 8}, isPersonnummerWithCentury},
	{11, []int{2, 4, 6, 9}, isFodselsnummer},
	{10, []int{2, 4, 6}, isPersonnummer},
}

// MaskIdentity replaces Swedish and Norwegian identity numbers by dots: personnummer, samordningsnummer, fødselsnummer
// and D-nummer, each verified by date and check digits, so that an order number of the same length stays readable.
func MaskIdentity(text string) string {
	var b strings.Builder
	done, within := 0, false // within a run of digits, where no number begins
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		_, digit := digitOf(r)
		if digit && !within {
			if n := identityAt(text[i:]); n > 0 {
				b.WriteString(text[done:i] + masked)
				i += n
				done = i
				continue
			}
		}
		within = digit || within && isInvisible(r)
		i += size
	}
	b.WriteString(text[done:])
	return b.String()
}

// maskNames masks identity numbers in the names of files.
func maskNames(files []Attachment) []Attachment {
	out := slices.Clone(files)
	for i := range out {
		out[i].Name = MaskIdentity(out[i].Name)
	}
	return out
}

// identityAt is how many bytes an identity number takes that text begins with, 0 where it begins with none.
func identityAt(text string) int {
	for _, form := range identityForms {
		for _, spaced := range []bool{false, true} {
			if n, d := form.read(text, spaced); n > 0 && form.is(d) {
				return n
			}
		}
	}
	return 0
}

// read takes the digits of a number of this form from the beginning of text, and says how many bytes they are in; 0 where
// there are too few or too many. spaced is for a number with a space between all of its digits.
func (f identityForm) read(text string, spaced bool) (n int, d []int) {
	for n < len(text) {
		r, size := utf8.DecodeRuneInString(text[n:])
		switch value, ok := digitOf(r); {
		case isInvisible(r):
			n += size
		case ok && len(d) < f.digits:
			d = append(d, value)
			n += size
			switch {
			case slices.Contains(f.gaps, len(d)):
				n += gapAt(text[n:], 3)
			case spaced && len(d) < f.digits:
				n += gapAt(text[n:], 1)
			}
		case ok || len(d) < f.digits:
			return 0, nil
		default:
			return n, d
		}
	}
	if len(d) < f.digits {
		return 0, nil
	}
	return n, d
}

// gapAt is how many bytes of what people, forms and tables put between the parts of a number text begins with: spaces
// and line ends, dashes of all kinds, a plus sign (of somebody over a hundred), and other marks; no more than most.
func gapAt(text string, most int) int {
	n := 0
	for i, r := range text {
		if isInvisible(r) {
			continue
		}
		if most == 0 || !unicode.IsSpace(r) && !unicode.Is(unicode.Pd, r) && !strings.ContainsRune("+\u2212._/|:,()", r) {
			break
		}
		most--
		n = i + utf8.RuneLen(r)
	}
	return n
}

// isInvisible says whether a reader does not see a character: zero widths, soft hyphens, marks of direction.
func isInvisible(r rune) bool { return unicode.Is(unicode.Cf, r) }

// digitOf is the value of a decimal digit, in whatever script and width it is written: each has its ten in a row.
func digitOf(r rune) (value int, ok bool) {
	if r < utf8.RuneSelf {
		return int(r - '0'), r >= '0' && r <= '9'
	}
	if !unicode.IsDigit(r) {
		return 0, false
	}
	for unicode.IsDigit(r - 1) {
		r--
		value++
	}
	return value % 10, true
}

func isPersonnummerWithCentury(d []int) bool {
	century := d[0]*10 + d[1]
	return century >= 18 && century <= 20 && isPersonnummer(d[2:])
}

// isPersonnummer checks a Swedish number of ten digits: a date, whose day is 60 higher in a samordningsnummer, and a
// check digit by Luhn's formula over the nine before it.
func isPersonnummer(d []int) bool {
	day := d[4]*10 + d[5]
	if day > 60 {
		day -= 60
	}
	if !isDate(d[2]*10+d[3], day) {
		return false
	}
	sum := 0
	for i, n := range d {
		if i%2 == 0 {
			n *= 2
		}
		sum += n/10 + n%10
	}
	return sum%10 == 0
}

// Weights of the two check digits of a Norwegian number, both modulo 11.
var (
	firstWeights  = []int{3, 7, 6, 1, 8, 9, 4, 5, 2, 1}
	secondWeights = []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1}
)

// isFodselsnummer checks a Norwegian number of eleven digits: day and month, the day 40 higher in a D-nummer, and
// two check digits.
func isFodselsnummer(d []int) bool {
	day := d[0]*10 + d[1]
	if day > 40 {
		day -= 40
	}
	if !isDate(d[2]*10+d[3], day) {
		return false
	}
	for _, weights := range [][]int{firstWeights, secondWeights} {
		sum := 0
		for i, w := range weights {
			sum += w * d[i]
		}
		if sum%11 != 0 {
			return false
		}
	}
	return true
}

// isDate allows the 29th of February in every year, since two digits do not tell the century.
func isDate(month, day int) bool {
	return month >= 1 && month <= 12 && day >= 1 && day <= time.Date(2000, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
