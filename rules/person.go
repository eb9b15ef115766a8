package rules

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// People write of others, too: "min kollega Lisa Svensson på Storgatan 4, 123 45 Östersund kommer inte in". Nobody can tell
// every name from what a product is called, so a name is known by the word before it that says whose it is, or by the
// identity number beside it; an address by how streets and postal codes are written.

// oneName is a word written as a name, fullName two or three of them, with what stands between those of some families. A
// line may end between the first two; after those a sentence is more likely to.
const (
	oneName  = `\p{Lu}[\pL'’-]+`
	of       = `(?:(?:von|van|af|av|de|der|den|la|bin|al)[ \n])?`
	more     = `(?:[ \n]` + of + oneName + `)`
	third    = `(?: ` + of + oneName + `)?`
	fullName = oneName + more + third
	anyName  = oneName + `(?:` + more + third + `)?`
	edge     = `(^|[^\pL\pN])`
	joint    = `[ ,:("“]{1,3}`
)

// closeOnes are people with whom a name stands, and often the first name alone; others are those that are also called by
// what is no name: users, customers.
const (
	closeOnes = `kolleg(?:a|an|or|orna|aen|aer|aene|er|erne)?|coworkers?|co-workers?|colleagues?|chef(?:en)?|sjef(?:en)?|(?:min|vår|vores) leder|lederen|boss|manager|` +
		`elev(?:en|er|erna|ene)?|student(?:en)?|pupil|lärare(?:n)?|lærer(?:en)?|teacher|rektor(?:n|en)?|vikarie(?:n)?|vikar(?:en)?|assistent(?:en)?|` +
		`medarbetare(?:n)?|medarbeider(?:en)?|handläggare(?:n)?|saksbehandler(?:en)?|sekreterare(?:n)?|sekretær(?:en)?|patient(?:en)?|pasient(?:en)?|` +
		`(?:min|vår|mi|our|my) (?:son|sønn|dotter|datter|man|mann|fru|kone|sambo|samboer|mor|mamma|far|pappa|bror|syster|søster|husband|wife|daughter|partner|brother|sister|mother|father)|` +
		`sonen|dottern|sønnen|datteren|barnet`
	others = `användare(?:n)?|bruker(?:en)?|brukar(?:en)?|user|kund(?:en)?|kunde(?:n)?|customer|klient(?:en)?|client|employee|anställd(?:a|e)?|ansatt(?:e)?|` +
		`namnet är|navnet er|namnet hennes er|hennes namn är|hans namn är|navnet (?:hennes|hans) er|(?:hennes|hans) navn er|(?:her|his|their|whose) name is|` +
		`vid namn|ved navn|(?:by the name of|called|named)|(?:hon|han|hen|hun|ho|som) (?:heter|heiter)`
	// matters are words after which people say whom a letter is about, and as often what; fields stand in forms and above
	// letters that are passed on; titles stand with a family's name alone.
	matters = `gäller|gjelder|gjeld|avser|angående|ang\.?|beträffande|vedrørende|vedrörande|vedr\.?|regarding|concerning|` +
		`på (?:uppdrag|vegne|vegner) av|för räkning|on behalf of|kontaktperson(?:en)?|kontakta|` +
		`(?:konto(?:t|en)?|tilgang(?:en)?|tillgång(?:en)?|behörighet(?:en)?|innlogging(?:en)?|inloggning(?:en)?|passord(?:et)?|lösenord(?:et)?|account|access|login|password) (?:för|for)`
	fields = `namn|navn|name|kontakt|contact|från|fra|from|till|til|to|kopia|kopi|cc`
	titles = `[Hh]err|[Ff]ru|[Ff]röken|Mr|Mrs|Ms|Dr`
)

var (
	// A line's end between the two may also be a sentence's, so more than one word must follow it.
	closeOne = regexp.MustCompile(edge + `((?i:` + closeOnes + `)(?:` + joint + `))(` + anyName + `)`)
	wrapped  = regexp.MustCompile(edge + `((?i:` + closeOnes + `|` + others + `|` + matters + `)[,:]?\n)(` + fullName + `)`)
	another  = regexp.MustCompile(edge + `((?i:` + others + `|` + matters + `)(?:` + joint + `)|(?i:` + fields + `):[ \x{a0}"“]{0,3})(` + fullName + `)`)
	titled   = regexp.MustCompile(edge + `((?:` + titles + `)\.? )(` + anyName + `)`)
	// before is a name that is explained after it; the others have an identity number beside them.
	before       = regexp.MustCompile(`()()(` + fullName + `)(,? \(?(?i:min|vår|mi|my|our|en|a) (?i:` + closeOnes + `)(?:[^\pL]|$))`)
	numberAfter  = regexp.MustCompile(`()()(` + fullName + `)([ ,:(\n]{1,3}` + masked + `)`)
	numberBefore = regexp.MustCompile(`()(` + masked + `[ ,:)\n]{1,3})(` + fullName + `)`)
)

// personStems begin the last word that stands before a name, personLinks are such words whole; explains are words after a
// name that is explained.
var (
	personStems = words(`kolleg worker coworker colleague chef sjef leder boss manager elev student pupil lärar lærer teacher rektor vikar
		assistent medarbe handlägg saksbe sekret patient pasient son sønn daughter dotter datter man fru kone sambo mor mamma mother far pappa father bro
		syster søster husband wife partner sister barnet använd bruk user kund customer klient client employee anställ ansatt nam navn called heter heiter
		gäller gjeld avser ang beträff vedr regard concern kontakt contact kopi`)
	personLinks = words("er är is of av för for herr fröken mr mrs ms dr ang vedr från fra from till til to cc")
	explains    = words("min vår mi my our en a")
)

// speaksOfPersons says whether a name may stand in a text. The patterns are slow, and most texts speak of nobody.
func speaksOfPersons(text string) bool {
	last := ""
	for i := 0; i < len(text); {
		n := strings.IndexFunc(text[i:], unicode.IsLetter)
		if n < 0 {
			return false
		}
		gap, word := text[i:i+n], text[i+n:]
		if end := strings.IndexFunc(word, isBetween); end >= 0 {
			word = word[:end]
		}
		if isCapital(last) && slices.Contains(explains, word) || isCapital(word) && beforeName(strings.ToLower(last), gap) {
			return true
		}
		last = word
		i += n + len(word)
	}
	return false
}

// beforeName says whether a name may follow a word in small letters and what stands after it.
func beforeName(last, gap string) bool {
	return slices.Contains(personLinks, last) ||
		!strings.ContainsAny(gap, ".!?") && slices.ContainsFunc(personStems, func(stem string) bool { return strings.HasPrefix(last, stem) })
}

// isCapital says whether a word begins with a capital.
func isCapital(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(r)
}

// withoutPersons hides the names of those whom a text speaks of, which it takes with its identity numbers masked and its
// lines as they are. things are what the desk calls things by.
func withoutPersons(text string, things []string) string {
	var patterns []*regexp.Regexp
	if speaksOfPersons(text) {
		patterns = append(patterns, wrapped, closeOne, another, titled, before)
	}
	if strings.Contains(text, masked) {
		patterns = append(patterns, numberAfter, numberBefore)
	}
	for _, pattern := range patterns {
		text = pattern.ReplaceAllStringFunc(text, func(found string) string {
			m := append(pattern.FindStringSubmatch(found), "")
			name, kept := m[3], ""
			if i := strings.LastIndexAny(name, " \n"); i > 0 && (isInside(name[i+1:]) || isCalled(name[i+1:], things)) {
				name, kept = name[:i], name[i:] // Lisa Svensson BankID fungerar inte
			}
			if isThing(name, things) {
				return found
			}
			return m[1] + m[2] + hidden + kept + m[4]
		})
	}
	return text
}

// isThing says whether words written as a name are what something is called, by the desk or by everybody.
func isThing(name string, things []string) bool {
	words := strings.Fields(name)
	if first := words[0]; len([]rune(first)) <= 4 && isLoud(first) && (len(words) == 1 || !isLoud(name) && !strings.ContainsAny(plain(first), "aeiouy")) {
		return true // VPN, VPN Anslutning; people write EVA Lind, too
	}
	if saysThing(words) {
		return true
	}
	return slices.ContainsFunc(words, isInside) || isCalled(strings.Join(words, " "), things)
}

// isCalled says whether something is called so at the desk. By whole words: a desk that has a tag "el" knows an Elsa as
// little as others do.
func isCalled(name string, things []string) bool {
	lower := strings.ToLower(name) + " "
	return slices.ContainsFunc(things, func(thing string) bool {
		thing = strings.ToLower(thing) + " "
		return thing != " " && (strings.HasPrefix(lower, thing) || strings.HasPrefix(thing, lower))
	})
}

// isInside says whether a capital is in the middle of a word, as in no name but a few: BankID.
func isInside(word string) bool {
	return inside.MatchString(word) && !strings.HasPrefix(word, "Mc") && !strings.HasPrefix(word, "Mac")
}

// isLoud says whether words are written in capitals.
func isLoud(s string) bool { return strings.ToUpper(s) == s }

// saysThing says whether one of some words is of a program, an organisation, a day or an error.
func saysThing(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		w = strings.TrimRight(strings.ToLower(w), "-'’")
		return products[w] || institutions.MatchString(w)
	})
}

// institutions are how the names of those end that are no person.
var institutions = regexp.MustCompile(`(?:bank|banken|kommune?n?|skola|skolan|skolen?|universitet(?:et)?|verket|myndigheten|direktoratet|etaten|sjukhus(?:et)?|sykehus(?:et)?|` +
	`försäkring(?:ar)?|forsikring|förvaltning(?:en)?|forvaltning(?:en)?|förbundet|forbundet|föreningen|foreningen|stiftelsen|bolaget|selskapet|` +
	`kassan|kassen|gruppen|byrån|byrået|centralen|sentralen|tjänst(?:en)?|tjeneste(?:n)?|system(?:et|er)?|portal(?:en)?|konsoll?(?:en)?)$`)

var inside = regexp.MustCompile(`\p{Ll}\p{Lu}`)

// products are words of what programs, services and days are called, and of what programs say is wrong ("User Not Found"),
// where somebody might be thought to be named or to live.
var products = map[string]bool{}

func init() {
	for w := range strings.FieldsSeq(`microsoft teams outlook office windows excel sharepoint onedrive google gmail chrome apple safari firefox
		adobe acrobat citrix visma altinn vipps swish freja skatteverket nav zoom android samsung internet explorer server error mina min sidor side sida sider
		my pages portal portalen service account profile access control desk center centre support settings interface login window console dashboard
		extension app api id network shared connection task workspace agent principal
		not does found failed required invalid denied expired unknown disabled certificate authentication authorization approval
		ikke ikkje inte ej saknar saknas mangler feilet fel feil felkod feilkode felmeddelande feilmelding belopp beløp
		timeout gateway proxy unavailable forbidden unauthorized redirect login logon password reset problem problems issue issues update report
		request application form document file printer email mail mailbox calendar meeting invoice order payment number user users name
		sap erp usb url it mobile mobilt mobil online cloud web digital administrator admin team helpdesk kundtjänst kundeservice
		ab hb as asa sa ltd inc llc plc gmbh oy oyj aps sverige norge noreg norway sweden danmark denmark finland nordic
		scandinavia europe europa region fylkeskommune län group holding foundation company
		nytt den det ingen monday tuesday wednesday thursday friday saturday sunday`) {
		products[w] = true
	}
}

// Streets, in Swedish and Norwegian by the endings that only streets have, in English by the word after the name.
const (
	street = `(?:(?:Östra|Västra|Norra|Södra|Stora|Lilla|Gamla|Nya|Övre|Nedre|Öster|Väster|Norr|Söder|S:t|S:ta|Sankt|Sankta|Øvre|Store|Lille|Gamle|Nye|Østre|Vestre|Nordre|Søndre)[ \n])?` +
		`\p{Lu}[\pL.'’-]{1,40}(?:gatan|vägen|gränden|gränd|stigen|allén|torget|gata|gaten|veien|vegen|vei|alleen|svingen|bakken|faret)` + house + `|` +
		`(?:` + oneName + `[ \n]){1,3}(?:gata|gate|väg|vei|veg|gränd|torg|plass|plats|allé)` + house + `|` +
		`\b[0-9]{1,4}[A-Ca-c]?[ \n](?:` + oneName + `[ \n]){1,2}(?:Street|Road|Avenue|Lane|Drive|Close|Crescent)\b`
	house = `[ \n][0-9]{1,3}(?:[ ]?[A-Ha-h])?\b(?:,?[ ](?:lgh|leil|leilighet|H0)[ .]?[0-9]{2,4})?`
	town  = oneName + `(?:[ -]\p{Lu}[\pL-]+)?`
)

var (
	// addressed is a street, and the postal code and town after it.
	addressed = regexp.MustCompile(`(?:` + street + `)(?:[, \n]{1,3}(?:(?:SE|S|NO|N)-)?[0-9]{3}[ ]?[0-9]{1,2}[ \n]` + town + `)?`)
	// posted is a postal code and a town without the street: a Swedish one by its space, others by their country.
	posted = regexp.MustCompile(`\b(?:(?:SE|S)-[0-9]{3}[ ]?[0-9]{2}|(?:NO|N)-[0-9]{4}|[1-9][0-9]{2}[ \x{a0}][0-9]{2})[ \n](` + town + `)|` +
		`\b[0-9]{4}[ \n](?:` + norwegianTowns + `)([^\pL\pN-]|$)`)
)

// norwegianTowns are towns by which four digits before them are known for a postal code; they may be a year or an error
// code before any other word.
const norwegianTowns = `(?i:oslo|bergen|trondheim|stavanger|drammen|fredrikstad|kristiansand|sandnes|troms[øo]|sarpsborg|skien|sandefjord|haugesund|t[øo]nsberg|` +
	`moss|porsgrunn|bod[øo]|arendal|hamar|larvik|halden|lillehammer|molde|kongsberg|harstad|gj[øo]vik|alta|narvik|kristiansund|horten|lillestr[øo]m|` +
	`j[eo]ssheim|stj[øo]rdal|steinkjer|elverum|kongsvinger|namsos|mo i rana|askim|leirvik|grimstad|mandal|egersund|bryne|voss|f[øo]rde|lørenskog|asker|sandvika)`

// withoutPostal hides where people live.
func withoutPostal(text string) string {
	if !strings.ContainsAny(text, "0123456789") {
		return text
	}
	text = addressed.ReplaceAllStringFunc(text, func(found string) string {
		if found[0] <= '9' && saysThing(strings.Fields(found)) {
			return found // 403 Google Drive
		}
		return hidden
	})
	var b strings.Builder
	done := 0
	for _, m := range posted.FindAllStringSubmatchIndex(text, -1) {
		code, keep := text[m[0]:m[1]], ""
		if m[4] >= 0 {
			keep = text[m[4]:m[5]] // what ended the town
		}
		if m[2] >= 0 {
			if town := text[m[2]:m[3]]; len(town) <= 3 && isLoud(town) || saysThing(strings.Fields(town)) {
				continue // 100 00 SEK, 500 12 Timeout
			}
		}
		if code[0] <= '9' && codeBefore.MatchString(text[max(0, m[0]-maxCodeBefore):m[0]]) {
			continue // Error 5000 Oslo
		}
		b.WriteString(text[done:m[0]] + hidden + keep)
		done = m[1]
	}
	return b.String() + text[done:]
}

// codeBefore ends with a word after which digits are no postal code, within maxCodeBefore bytes.
var codeBefore = regexp.MustCompile(`(?i)(?:^|[^\pL\pN])(?:fel|feil|(?:fel|feil)?kode?n?|error|errors|code|status|(?:status|error)[ -]?code|statuskode?|exception|http|event|hendelse|händelse|` +
	`id|version|versjon|ver|build|release|port|rad|rade?n|linje|line|modul|module|ärende|sak|ticket|case|order|ordre|referens|referanse|ref|(?:fel|feil)(?:meddelande|melding))` +
	`(?:[ -]?(?:id|nr|no|nummer|number))?[.:# \x{a0}]{1,3}$`)

const maxCodeBefore = 40
