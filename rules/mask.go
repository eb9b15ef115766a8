package rules

import (
	"regexp"
	"strings"
	"time"
)

// identityPattern finds what may be a Swedish or Norwegian identity number: ten, eleven or twelve digits, with a
// hyphen, plus sign or space where people put one.
var identityPattern = regexp.MustCompile(`[0-9]{6}(?:[0-9]{2})?[-+ ]?[0-9]{4,5}`)

// MaskIdentity replaces Swedish and Norwegian identity numbers by their first digits and dots: personnummer,
// samordningsnummer, fødselsnummer and D-nummer, each verified by date and checksum, so that an order number of the
// same length stays readable.
func MaskIdentity(text string) string {
	var b strings.Builder
	for {
		m := identityPattern.FindStringIndex(text)
		if m == nil {
			b.WriteString(text)
			return b.String()
		}
		found := text[m[0]:m[1]]
		end := m[1]
		switch {
		case digitAt(text, m[0]-1) || digitAt(text, m[1]):
			b.WriteString(text[:m[1]])
		case isIdentity(digitsOf(found)):
			b.WriteString(text[:m[0]] + "••••••-••••")
		default:
			// The pattern is greedy: nothing else can begin inside of it and end after it, but a shorter one may be in it.
			b.WriteString(text[:m[0]+1])
			end = m[0] + 1
			for digitAt(text, end) {
				b.WriteByte(text[end])
				end++
			}
		}
		text = text[end:]
	}
}

func digitAt(s string, i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }

func digitsOf(s string) []int {
	var d []int
	for i := range len(s) {
		if digitAt(s, i) {
			d = append(d, int(s[i]-'0'))
		}
	}
	return d
}

func isIdentity(d []int) bool {
	switch len(d) {
	case 10:
		return isPersonnummer(d)
	case 11:
		return isFodselsnummer(d)
	case 12:
		century := d[0]*10 + d[1]
		return century >= 18 && century <= 20 && isPersonnummer(d[2:])
	}
	return false
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
