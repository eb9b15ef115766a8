package reply

import (
	"math/bits"
	"regexp"
	"strings"
	"unicode"
)

// Longest signatures that are believed after a delimiter, in lines. Without the space that RFC 3676, section 4.3 asks
// for, "--" is also how people draw a line, so less is believed.
const (
	maxSignature      = 40
	maxLooseSignature = 15
)

// device are the lines that mail programs add about themselves. They are taken off only at the end of own words.
var device = regexp.MustCompile(`(?i)^[\s<(\[*_>-]*(?:` + strings.Join([]string{
	// English
	`sent (?:from|via|with|by|using|on) .{1,90}`, `get outlook for .{1,80}`, `get \[outlook for .{1,80}`, `from my (?:iphone|ipad|android|phone|mobile).{0,40}`,
	`\w+ from (?:mobile|my phone)`, `written on my .{1,40}`, `composed on my .{1,40}`, `sent from \[?.{1,90}`, `download (?:the )?outlook for .{1,60}`,
	// Swedish
	`skickat (?:från|fr[åa]n|med|via|genom) .{1,80}`, `skickad (?:från|med|via) .{1,80}`, `sänt? (?:från|med|via) (?:min |mitt )?.{1,60}`, `hämta outlook för .{1,60}`,
	`skaffa outlook för .{1,60}`, `(?:detta )?(?:meddelande|mejl|mail) (?:är )?skickat från .{1,60}`, `skickat av min .{1,60}`,
	// Norwegian, Danish
	`sendt (?:fra|med|via|frå) .{1,80}`, `sende frå .{1,60}`, `last ned outlook for .{1,60}`, `hent outlook (?:til|for) .{1,60}`, `skaff deg outlook for .{1,60}`, `få outlook (?:for|til) .{1,60}`,
	// Finnish
	`lähetetty .{1,80}`, `lähetettiin .{1,60}`, `(?:hanki|hae|lataa) outlook .{1,60}`, `lähetin .{1,30}(?:puhelimesta|iphonesta|ipadista).{0,20}`,
	// German, Dutch, French, Spanish, Italian, Portuguese, Polish
	`(?:von|vom) mein\w* .{1,40}gesendet.{0,10}`, `gesendet (?:von|mit|aus|via) .{1,80}`, `(?:diese nachricht|diese e-mail|diese mail) wurde (?:von|mit) .{1,90} gesendet.{0,5}`, `outlook für .{1,30} (?:beziehen|herunterladen|erhalten).{0,60}`, `outlook (?:for|pour|para|per|voor) (?:ios|android).{0,60}`,
	`verzonden (?:vanaf|met|via|vanuit) .{1,80}`, `verstuurd vanaf .{1,60}`, `outlook voor .{1,60} downloaden.{0,50}`,
	`envoyé (?:de|depuis|à partir|avec|par) .{1,80}`, `envoyé d['’].{1,60}`, `télécharge[zr] outlook .{1,60}`, `obtenir outlook .{1,60}`,
	`enviado (?:desde|de|do|con|a partir|via|pelo|por) .{1,80}`, `obtener outlook .{1,60}`, `obter (?:o )?outlook .{1,60}`, `inviato (?:da|dal|dallo|con|tramite) .{1,80}`, `ottieni outlook .{1,60}`, `scarica outlook .{1,60}`,
	`wysłan[eoay] z .{1,80}`, `pobierz outlook.{1,60}`, `odesláno z .{1,60}`, `получите outlook .{1,60}`, `отправлено (?:с|из) .{1,60}`,
	`從我的 .{1,40}`, `从我的 .{1,40}`, `发自我的 ?.{1,40}`, `iphoneから送信.{0,20}`, `.{0,20}から送信`, `我的 .{1,20}(?:发送|傳送)`, `나의 .{1,20}에서 보냄`,
}, "|") + `)[\s>)\]*_.]*$`)

// closings are the words above a person's name; what follows the name is contact details.
var closings = words("mvh", "med vänlig hälsning", "med vänliga hälsningar", "vänliga hälsningar", "vänlig hälsning", "hälsningar", "bästa hälsningar",
	"med venlig hilsen", "venlig hilsen", "med vennlig hilsen", "vennlig hilsen", "med helsing", "beste helsing", "hilsen", "mange hilsner", "med hilsen", "beste hilsen", "venleg helsing", "med venleg helsing", "vh", "hälsar",
	"ystävällisin terveisin", "terveisin", "parhain terveisin", "yst. terv", "t", "best regards", "kind regards", "regards", "best", "sincerely", "thanks", "many thanks", "thank you", "cheers", "warm regards", "br",
	"tack på förhand", "tack", "takk", "tak", "mit freundlichen grüßen", "freundliche grüße", "viele grüße", "mfg", "cordialement", "bien cordialement", "met vriendelijke groet")

// disclaimers are phrases of the notices that companies add below every mail; three of them in one paragraph are sure.
var disclaimers = [...]string{
	"konfidentiell", "avsedd för", "avsedd mottagare", "avsedda mottagaren", "rätt mottagare", "radera", "av misstag", "obehörig", "sekretess", "personuppgifter", "behandlar dina", "dataskydd",
	"konfidensiell", "fortrolig", "tiltenkt", "rette mottaker", "rette modtager", "ved en feil", "ved en fejl", "feilaktig", "slett", "taushetsplikt", "uberettiget", "personopplysninger",
	"confidential", "privileged", "intended recipient", "intended solely", "intended only", "addressee", "in error", "delete", "unauthorised", "unauthorized", "disclosure", "disseminat", "prohibited", "viruses", "legally",
	"luottamuksellinen", "vastaanottaja", "erehdyksessä", "vertraulich", "irrtümlich", "confidentiel",
}

// disclaimersAt tells which disclaimers, as bits, have a byte as their first, second and third: a text is looked through
// once, and hardly any place in it has all three.
var disclaimersAt = func() (at [3][256]uint64) {
	for k, p := range disclaimers {
		for i := range at {
			at[i][p[i]] |= 1 << k
		}
	}
	return at
}()

// No more than a word has bits.
var _ [64 - len(disclaimers)]struct{}

// delimits says whether the lines after i, up to to, are a signature by what stands at i.
func delimits(ls []line, i, to int) bool {
	n := count(ls, i+1, to)
	switch strings.TrimRight(ls[i].raw, " \t") {
	case "--", "- --": // the second as PGP escapes it (RFC 9580, section 7.2)
		return ls[i].dash && n <= maxSignature || n <= maxLooseSignature && !prose(ls[i+1:to])
	}
	return false
}

// prose says whether lines are sentences rather than a card: two long ones that end like sentences.
func prose(ls []line) bool {
	n := 0
	for i := range ls {
		s := ls[i].text
		if strings.Count(s, " ") >= 6 && endsSentence(s) {
			n++
		}
	}
	return n >= 2
}

// takeSignature gives the end of own words [from, to) the role of signature where that is sure.
func takeSignature(ls []line, from, to int) {
	to = trimDevices(ls, from, to)
	for i := max(from, to-maxSignature-1); i < to; i++ {
		if ls[i].role == own && delimits(ls, i, to) && (i > from || wroteAbove(ls, i) || count(ls, i+1, to) <= 2) {
			give(ls, i, to, signature)
			to = i
			break
		}
	}
	to = trimDevices(ls, from, to)
	to = trimDisclaimer(ls, from, to)
	to = trimContact(ls, from, to)
	trimDevices(ls, from, to)
}

// wroteAbove says whether anything stands above line i: a mail that begins with the delimiter is no signature.
func wroteAbove(ls []line, i int) bool { return i > 0 && ls[i-1].role != own }

// count is the number of lines with text in [from, to).
func count(ls []line, from, to int) (n int) {
	for i := from; i < to; i++ {
		if !ls[i].blank() {
			n++
		}
	}
	return n
}

func give(ls []line, from, to int, r role) {
	for i := from; i < to; i++ {
		ls[i].role = r
	}
}

// trimDevices takes lines of mail programs, rules and blank lines off the end, and returns the new end.
func trimDevices(ls []line, from, to int) int {
	end := to
	for i := to - 1; i >= from; i-- {
		l := &ls[i]
		if l.blank() || l.role != own {
			continue
		}
		if start, ok := markedSignature(ls, from, i); ok {
			end, i = start, start
			continue
		}
		if !decoration(l.text) && !deviceLine(l.text) {
			break
		}
		end = i
	}
	give(ls, end, to, signature)
	return end
}

// apology is what people add to a device line; any other clause makes a sentence of it.
var apology = regexp.MustCompile(`(?i)[,.]\s+(?:(?:please |kindly )?(?:excuse|forgive|pardon)|sorry|apolog|ursäkta|beklager|unnskyld|undskyld)`)

// deviceWords are what device lines begin with, a quick look that spares most lines the pattern.
var deviceWords = words("sent", "get", "from", "written", "composed", "download", "skickat", "skickad", "sänt", "sän", "hämta", "skaffa", "detta", "meddelande", "mejl", "mail",
	"sendt", "sende", "last", "hent", "skaff", "få", "lähetetty", "lähetettiin", "hanki", "hae", "lataa", "lähetin", "von", "vom", "gesendet", "diese", "outlook", "verzonden", "verstuurd",
	"envoyé", "télécharger", "téléchargez", "obtenir", "enviado", "obtener", "obter", "inviato", "ottieni", "scarica", "wysłane", "wysłano", "wysłany", "wysłana", "pobierz", "odesláno", "получите", "отправлено")

func maybeDevice(s string) bool {
	low := strings.ToLower(strings.TrimLeftFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }))
	n := strings.IndexFunc(low, func(r rune) bool { return !unicode.IsLetter(r) })
	if n < 0 {
		n = len(low)
	}
	return deviceWords[low[:n]] || strings.Contains(low, " from m") || n > 0 && strings.ContainsAny(low, "送发보我")
}

// deviceLine says whether a line is a mail program's about itself, and not a sentence that begins like one.
func deviceLine(s string) bool {
	if len(s) > 200 || !maybeDevice(s) || !device.MatchString(s) {
		return false
	}
	if i := strings.IndexAny(s, ",.!?"); i > 0 && i < len(s)-1 && s[i+1] == ' ' && !apology.MatchString(s) {
		return false
	}
	return strings.Count(s, " ") <= 14
}

// markedSignature reads the signature that HTML marks and that ends at line i; ok says that it is more than a name,
// for "/Kari" stays.
func markedSignature(ls []line, from, i int) (start int, ok bool) {
	n := 0
	start = i
	for j := i; j >= from && (ls[j].marks&markSignature != 0 || ls[j].blank()); j-- {
		if ls[j].blank() {
			continue
		}
		n++
		ok = ok || contact(ls[j].text)
		start = j
	}
	return start, n > 2 || ok
}

// decoration says whether a line is only a drawn rule, or the invisible letter by which one client marks its end.
func decoration(s string) bool {
	return len(s) <= 100 && strings.Trim(s, "-–—*#~=_+ᐧ \t") == "" && (len(s) > 1)
}

// maxContact is how many lines of contact details may follow a name.
const maxContact = 12

// trimContact takes contact details off below a closing and a name: "Mvh", "Anna Ek" stay, title, telephone and
// addresses go. It wants a telephone number and another line that can only be contact details, and no sentence among
// them.
func trimContact(ls []line, from, to int) int {
	for i := to - 1; i >= from && i >= to-2*maxContact; i-- {
		if ls[i].role != own || !closing(ls[i].text) {
			continue
		}
		name := next(ls[:to], i+1, 3)
		if name < 0 {
			return to
		}
		cards, phone := 0, false
		for j := name + 1; j < to; j++ {
			s := ls[j].text
			switch {
			case s == "" || ls[j].role != own:
			case len(s) > 90 || strings.HasSuffix(s, "?") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, ".") && strings.Count(s, " ") > 3:
				return to
			case contact(s):
				cards++
				if telephone(s) {
					phone = true
					if hasAddress(s) || strings.Contains(s, "www.") {
						cards++
					}
				}
			}
		}
		if cards < 2 || !phone {
			return to
		}
		give(ls, name+1, to, signature)
		return name + 1
	}
	return to
}

func closing(s string) bool {
	if len(s) > 48 {
		return false
	}
	return closings[strings.ToLower(strings.TrimRight(s, " ,.!:/-"))]
}

// contact says whether a line can only be contact details: a telephone number, an address, a site.
func contact(s string) bool {
	low := strings.ToLower(s)
	switch {
	case telephone(s):
		return true
	case strings.Contains(low, "www.") || strings.HasPrefix(low, "http"):
		return strings.Count(s, " ") <= 3
	}
	return hasAddress(s) && strings.Count(s, " ") <= 3
}

// phoneLabels are what telephone numbers are called in signatures.
var phoneLabels = words("tel", "telefon", "tlf", "tfn", "mobil", "mobile", "mob", "phone", "puh", "puhelin", "gsm", "direkt", "direct", "växel", "sentralbord", "cell")

// telephone says whether a line is a telephone number: with a label, or with little else.
func telephone(s string) bool {
	digits, letters := 0, 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	return digits >= 7 && (letters <= 24 || n > 0 && phoneLabels[strings.ToLower(s[:n])])
}

// trimDisclaimer takes a company's notice off the end: a last paragraph of some length with two of its phrases.
func trimDisclaimer(ls []line, from, to int) int {
	for range 4 {
		end := to
		for end > from && (ls[end-1].blank() || ls[end-1].role != own) {
			end--
		}
		start, size := end, 0
		for start > from && !ls[start-1].blank() && ls[start-1].role == own && end-start < 30 {
			start--
			size += len(ls[start].text)
		}
		if start == from || size < 100 || !disclaims(ls[start:end]) {
			return to
		}
		give(ls, start, to, signature)
		to = start
	}
	return to
}

func disclaims(ls []line) bool {
	const enough = 3
	var b strings.Builder
	for i := range ls {
		b.WriteString(strings.ToLower(ls[i].look()))
		b.WriteByte(' ')
	}
	var found uint64
	at := &disclaimersAt
	for text := b.String(); len(text) > 2; text = text[1:] {
		for may := at[0][text[0]] & at[1][text[1]] & at[2][text[2]] &^ found; may != 0; may &= may - 1 {
			k := bits.TrailingZeros64(may)
			if !strings.HasPrefix(text, disclaimers[k]) {
				continue
			}
			if found |= 1 << k; bits.OnesCount64(found) == enough {
				return true
			}
		}
	}
	return false
}
