package rules

import (
	"strings"
	"time"
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
	done := 0
	for i := 0; i < len(text); i++ {
		if !digitAt(text, i) || digitAt(text, i-1) {
			continue
		}
		for _, form := range identityForms {
			if end, ok := form.at(text, i); ok {
				b.WriteString(text[done:i] + masked)
				done = end
				i = end - 1
				break
			}
		}
	}
	b.WriteString(text[done:])
	return b.String()
}

// at reads a number of this form that begins at i, and says where it ends.
func (f identityForm) at(text string, i int) (end int, ok bool) {
	d := make([]int, 0, f.digits)
	gaps := f.gaps
	for len(d) < f.digits {
		for len(gaps) > 0 && gaps[0] < len(d) {
			gaps = gaps[1:]
		}
		if len(gaps) > 0 && gaps[0] == len(d) {
			i += gapAt(text, i)
		}
		if !digitAt(text, i) {
			return 0, false
		}
		d = append(d, int(text[i]-'0'))
		i++
	}
	return i, !digitAt(text, i) && f.is(d)
}

// gapAt is how many bytes people put between the parts of a number at i: a hyphen in one of its shapes, a plus sign
// (of somebody over a hundred), a full stop or a space, and spaces around a hyphen.
func gapAt(text string, i int) int {
	n := 0
	for range 3 {
		r, size := utf8.DecodeRuneInString(text[i+n:])
		if !strings.ContainsRune("-+. \u00a0\u2010\u2011\u2012\u2013\u2212\u202f", r) || size == 0 {
			break
		}
		n += size
	}
	return n
}

func digitAt(s string, i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }

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
