package reply

import "strings"

// listFooter are words that only the machinery of a list writes below a mail.
var listFooter = []string{"mailing list", "mailman", "listinfo", "unsubscribe", "maillist", "mailinglist", "sähköpostilista", "postituslista",
	"e-postlista", "epostliste", "liste de diffusion", "avregistrera", "avsluta prenumeration", "lista de correo", "lista dyskusyjna", "list archives", "groups.google.com"}

// maxFooter is how many lines a footer has after its rule.
const maxFooter = 10

// footers finds what lists and signing programs put around a mail.
func footers(ls []line) {
	pgp(ls)
	for i := range ls {
		if ls[i].role != own || ls[i].depth > 0 || !rule(ls[i].text) {
			continue
		}
		if end, ok := footerEnd(ls, i); ok {
			give(ls, i, end, footer)
		}
	}
}

// rule says whether a line is drawn: the rules above footers are at least two signs long.
func rule(s string) bool {
	return len(s) >= 2 && (strings.Trim(s, "_") == "" || strings.Trim(s, "-") == "" || strings.Trim(s, "=") == "" || strings.Trim(s, "~") == "")
}

// footerEnd reads the lines after a rule as a footer. It must reach the end of the mail, a quotation or another rule.
func footerEnd(ls []line, i int) (int, bool) {
	words, n, j := false, 0, i+1
	for ; j < len(ls) && n <= maxFooter; j++ {
		l := &ls[j]
		if l.blank() {
			continue
		}
		if l.role != own || l.depth > 0 {
			break
		}
		if rule(l.text) {
			j++
			break
		}
		n++
		low := strings.ToLower(l.look())
		for _, w := range listFooter {
			words = words || strings.Contains(low, w)
		}
	}
	return j, words && n > 0 && n <= maxFooter
}

// pgp takes off the armour of signed text (RFC 9580, section 7).
func pgp(ls []line) {
	for i := 0; i < len(ls); i++ {
		if ls[i].depth > 0 || !strings.HasPrefix(ls[i].text, "-----BEGIN PGP ") {
			continue
		}
		switch {
		case ls[i].text == "-----BEGIN PGP SIGNED MESSAGE-----":
			j := i + 1
			for j < len(ls) && j < i+6 && strings.HasPrefix(ls[j].text, "Hash:") {
				j++
			}
			give(ls, i, j, footer)
		case ls[i].text == "-----BEGIN PGP SIGNATURE-----":
			j := i + 1
			for j < len(ls) && ls[j].text != "-----END PGP SIGNATURE-----" {
				j++
			}
			if j < len(ls) {
				give(ls, i, j+1, signature)
				i = j
			} else {
				return
			}
		}
	}
}
