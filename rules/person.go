package rules

import (
	"regexp"
	"slices"
	"strings"
)

// People write of others, too: "min kollega Lisa Svensson på Storgatan 4, 123 45 Östersund kommer inte in". Nobody can tell
// every name from what a product is called, so a name is known by the word before it that says whose it is, or by the
// identity number beside it; an address by how streets and postal codes are written.

// oneName is a word written as a name, fullName two or three of them, with what stands between those of some families.
const (
	oneName  = `\p{Lu}[\pL'’-]+`
	more     = `(?:[ \n](?:(?:von|van|af|av|de|der|den|la|bin|al)[ \n])?` + oneName + `)`
	fullName = oneName + more + `{1,2}`
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
)

var (
	// A line's end between the two may also be a sentence's, so more than one word must follow it.
	closeOne = regexp.MustCompile(edge + `((?i:` + closeOnes + `)(?:` + joint + `))(` + oneName + more + `{0,2})`)
	wrapped  = regexp.MustCompile(edge + `((?i:` + closeOnes + `|` + others + `)[,:]?\n)(` + fullName + `)`)
	another  = regexp.MustCompile(edge + `((?i:` + others + `)(?:` + joint + `))(` + fullName + `)`)
	// before is a name that is explained after it; the others have an identity number beside them.
	before       = regexp.MustCompile(`()()(` + fullName + `)(,? \(?(?i:min|vår|mi|my|our|en|a) (?i:` + closeOnes + `)(?:[^\pL]|$))`)
	numberAfter  = regexp.MustCompile(`()()(` + fullName + `)([ ,:(\n]{1,3}` + masked + `)`)
	numberBefore = regexp.MustCompile(`()(` + masked + `[ ,:)\n]{1,3})(` + fullName + `)`)
)

// personStems begin the words of closeOnes and others. The patterns are slow, and most texts speak of nobody.
var personStems = strings.Fields(`kolleg coworker co-worker colleague chef sjef leder boss manager elev student pupil lärar lærer teacher rektor vikar
	assistent medarbe handlägg saksbe sekret patient pasient son sønn daughter dotter datter man fru kone sambo mor mamma mother far pappa father bro
	syster søster husband wife partner sister barnet använd bruk user kund customer klient client employee anställ ansatt nam navn called heter heiter`)

// withoutPersons hides the names of those whom a text speaks of, which it takes with its identity numbers masked and its
// lines as they are. things are what the desk calls things by.
func withoutPersons(text string, things []string) string {
	var patterns []*regexp.Regexp
	if lower := strings.ToLower(text); slices.ContainsFunc(personStems, func(stem string) bool { return strings.Contains(lower, stem) }) {
		patterns = append(patterns, wrapped, closeOne, another, before)
	}
	if strings.Contains(text, masked) {
		patterns = append(patterns, numberAfter, numberBefore)
	}
	for _, pattern := range patterns {
		text = pattern.ReplaceAllStringFunc(text, func(found string) string {
			m := append(pattern.FindStringSubmatch(found), "")
			if isThing(m[3], things) {
				return found
			}
			return m[1] + m[2] + hidden + m[4]
		})
	}
	return text
}

// isThing says whether words written as a name are what something is called, by the desk or by everybody.
func isThing(name string, things []string) bool {
	words := strings.Fields(name)
	if len(words) == 1 && len([]rune(name)) <= 4 && strings.ToUpper(name) == name {
		return true // VPN
	}
	if saysThing(words) {
		return true
	}
	for _, w := range words {
		if inside.MatchString(w) && !strings.HasPrefix(w, "Mc") && !strings.HasPrefix(w, "Mac") {
			return true // BankID
		}
	}
	// By whole words: a desk that has a tag "el" knows an Elsa as little as others do.
	lower := strings.ToLower(strings.Join(words, " ")) + " "
	return slices.ContainsFunc(things, func(thing string) bool {
		thing = strings.ToLower(thing) + " "
		return thing != " " && (strings.HasPrefix(lower, thing) || strings.HasPrefix(thing, lower))
	})
}

// saysThing says whether one of some words is of a program, a day or an error.
func saysThing(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return products[strings.ToLower(w)] })
}

// inside is a capital in the middle of a word.
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
		ikke ikkje inte ej saknar saknas mangler feilet monday tuesday wednesday thursday friday saturday sunday`) {
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
	return posted.ReplaceAllStringFunc(text, func(found string) string {
		m := posted.FindStringSubmatch(found)
		if m[1] != "" && len(m[1]) <= 3 && strings.ToUpper(m[1]) == m[1] {
			return found // 100 00 SEK
		}
		return hidden + m[2]
	})
}
