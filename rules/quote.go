package rules

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxQuotes      = 3            // of people's own words in a report: enough to tell the fault from another
	maxStaffQuotes = 8            // in a suspicion, so that staff can see who is not of it
	maxQuote       = 280          // runes of one
	maxWeighed     = 40           // tickets whose words are weighed for a report: those who came first saw it fresh
	maxQuoted      = 8 * maxQuote // bytes of a text that are read for one
)

// quotes are a chosen few of people's own words, in the order of their tickets: first those of writers who have proved
// who they are, and whose words say most of what all have in common. Staff see which ticket each is from; for others
// they are masked, nobody's name or address is in them (promise 7), and those of the unproven only where there are no others.
// Words in which nothing had to be masked come before others: what is not there cannot be masked badly.
func (t *turn) quotes(tickets []*Ticket, words []string, role Role) []string {
	type weighed struct {
		at, weight int
		text       string
		proven     bool
		whole      bool // says what is wrong, and nothing is masked in it
	}
	most, names, things := maxQuotes, t.names(tickets), t.desk.Names()
	if role == RoleStaff {
		most = maxStaffQuotes
	}
	var list []weighed
	for i, tk := range tickets[:min(len(tickets), maxWeighed)] {
		e, ok := t.firstWords(tk)
		if !ok || e.Trust == TrustFailed {
			continue
		}
		w := weighed{at: i, text: t.desk.StripReferences(e.Text), proven: e.Trust == TrustVerified}
		if len(w.text) > maxQuoted {
			w.text = strings.ToValidUTF8(w.text[:maxQuoted], "")
		}
		if role == RoleStaff {
			w.text = t.desk.Number(tk.ID) + ": " + shorten(oneLine(withoutClosing(w.text)))
		} else {
			said := withoutClosing(withoutGreeting(w.text))
			w.text = anonymous(said, tk.Requester, names, things)
			w.whole = strings.Count(w.text, hidden) <= strings.Count(said, hidden) && !strings.Contains(w.text, masked)
			w.text = shorten(w.text)
		}
		lower := strings.ToLower(w.text)
		for _, word := range words {
			if strings.Contains(lower, word) {
				w.weight++
			}
		}
		w.whole = w.whole && (w.weight > 0 || len(words) == 0)
		if w.whole {
			w.weight += len(words) + 1
		}
		if w.proven {
			w.weight += 2 * (len(words) + 1)
		}
		switch same := slices.IndexFunc(list, func(o weighed) bool { return o.text == w.text }); {
		case w.text == "":
		case same < 0:
			list = append(list, w)
		case w.proven && !list[same].proven:
			list[same] = w
		}
	}
	if role != RoleStaff && slices.ContainsFunc(list, func(w weighed) bool { return w.proven }) {
		list = slices.DeleteFunc(list, func(w weighed) bool { return !w.proven })
	}
	slices.SortStableFunc(list, func(a, b weighed) int { return b.weight - a.weight })
	list = list[:min(len(list), most)]
	slices.SortFunc(list, func(a, b weighed) int { return a.at - b.at })
	quotes := make([]string, len(list))
	for i, w := range list {
		quotes[i] = w.text
	}
	return quotes
}

// firstWords is the entry that opened a ticket.
func (t *turn) firstWords(tk *Ticket) (Entry, bool) {
	for seq := 1; seq <= min(tk.Entries, 3); seq++ { // the first, or the one after a note of who passed it on
		if e, ok := t.look.Entry(tk.ID, seq); ok && e.Kind == EntryMailIn {
			return e, true
		}
	}
	for _, e := range t.out.Entries { // of a ticket that is being opened
		if e.Ticket == tk.ID && e.Kind == EntryMailIn {
			return e, true
		}
	}
	return Entry{}, false
}

// shorten cuts a quotation at a word.
func shorten(text string) string {
	r := []rune(text)
	if len(r) <= maxQuote {
		return text
	}
	cut := string(r[:maxQuote])
	if i := strings.LastIndexByte(cut, ' '); i > maxQuote/2 {
		cut = cut[:i]
	}
	return cut + " …"
}

// greetings begin a mail, in the desk's languages, with the names or the few words that follow them.
var greetings = regexp.MustCompile(`^(?i:hej(?:san)?|hei|hallo|hallå|hello|hi|dear|tjena|god ?(?:morgon|morgen|dag|kväll|kveld)|good (?:morning|afternoon|day))` +
	`(?:[ ,]+(?:\p{Lu}[\pL.-]*|igen|igjen|alla|alle|support\pL*|på er|på dere|där|der|there|all|team|you))*[ \t]*(?:[!,.:]+|\n|$)\s*`)

// withoutGreeting cuts the greeting off: whom people write to is no part of what is wrong. What follows begins a sentence
// then, which it did not after a comma.
func withoutGreeting(text string) string {
	text = strings.TrimSpace(text)
	rest := greetings.ReplaceAllString(text, "")
	switch rest {
	case "", text:
		return text
	}
	first, _, _ := strings.Cut(rest, " ")
	if r, size := utf8.DecodeRuneInString(rest); !isInside(first) && !strings.Contains(first, "/") {
		rest = string(unicode.ToUpper(r)) + rest[size:]
	}
	return rest
}

// closings begin the line with which people end a mail, in the desk's languages.
var closings = []string{"mvh", "m v h", "med vänlig", "vänliga häls", "vänlig häls", "bästa häls", "hälsningar", "hälsning", "allt gott",
	"vennlig hilsen", "med vennlig", "hilsen", "best regards", "kind regards", "regards", "sincerely", "thanks,", "tack på förhand",
	"på förhand tack", "takk på forhånd", "på forhånd takk", "thanks in advance", "/", "--"}

// withoutClosing cuts a text at its closing line, where that is among the last twelve and something stands before it,
// and takes off a last line that is only a name: who wrote is no part of what is wrong.
func withoutClosing(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := max(1, len(lines)-12); i < len(lines); i++ {
		line := strings.ToLower(strings.TrimSpace(lines[i]))
		for _, c := range closings {
			if strings.HasPrefix(line, c) && len(line) < 60 {
				return strings.Join(lines[:i], "\n")
			}
		}
	}
	if n := len(lines); n > 1 && isName(lines[n-1]) {
		lines = lines[:n-1]
	}
	return strings.Join(lines, "\n")
}

// isName says whether a line is one to three words that all begin with a capital and are letters.
func isName(line string) bool {
	words := strings.Fields(line)
	for _, w := range words {
		if first := []rune(w)[0]; !unicode.IsUpper(first) || strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' && r != '.' }) {
			return false
		}
	}
	return len(words) > 0 && len(words) <= 3
}

// maskedSubject is a ticket's subject for readers whose business its writer is not.
func (t *turn) maskedSubject(tk *Ticket) string {
	return anonymous(tk.Subject, tk.Requester, t.names([]*Ticket{tk}), t.desk.Names())
}

var (
	addressesIn = regexp.MustCompile(`(?i)[\pL\pN._%+'-]+(?:@|\s?[(\[](?:at|a|snabel-?a)[)\]]\s?)[\pL\pN-]+(?:\.[\pL\pN-]+)+`)
	// phonesIn: +46 70 123 45 67, 070-123 45 67, 08-12 34 56, the same with spaces alone, a Norwegian mobile as 912 34 567,
	// and eight Norwegian digits where a word says what they are.
	phonesIn = regexp.MustCompile(`(?i)(?:(?:\+|\b00)4[0-9](?:[ \x{a0}-]?\(0\))?(?:[ \x{a0}-]?[0-9]){7,10}\b|` +
		`\b0[1-9][0-9]{0,2}[ \x{a0}]?[-/–][ \x{a0}]?[0-9]{2,3}(?:[ \x{a0}]?[0-9]{2,3}){1,3}\b|\b0[1-9][0-9]{0,2}(?:[ \x{a0}][0-9]{2,3}){3,4}\b|` +
		`\b07[02369][0-9]{7}\b|\b[49][0-9]{2}[ \x{a0}][0-9]{2}[ \x{a0}][0-9]{3}\b|` +
		`\b(?:tlf|tfn|tel|telefon(?:nr|nummer)?|mob|mobil(?:nr|nummer)?|phone|ring|call)[.: \x{a0}]{1,4}(?:(?:nr|er|är|is)[.: ]+)?[0-9]{2,3}(?:[ \x{a0}]?[0-9]{2,3}){2,3}\b)`)
	// introductions are how people say their name where their address does not.
	introductions = regexp.MustCompile(`((?i:\b(?:jag heter|mitt namn är|jeg heter|eg heiter|navnet mitt er|mitt navn er|my name is))\s+)\p{Lu}[\pL-]+(?:\s+\p{Lu}[\pL-]+){0,2}`)
	// closingsIn are closings in the middle of a line, with the name after them and what else is left.
	closingsIn = regexp.MustCompile(`[\s,]+(?i:mvh|m\.v\.h\.?|(?:med )?vänliga? hälsning(?:ar)?|hälsningar|(?:med )?vennlig hilsen|hilsen|(?:best|kind) regards)[\s,]+\p{Lu}.{0,80}$`)
)

// hidden stands where a name or an address was.
const hidden = "…"

// anonymous takes out of a person's words who they are, for readers whose business it is not: their names and address,
// others' names as the desk knows them or as they are introduced, addresses of all kinds, telephone and identity numbers.
// What is in things is nobody's name. The rest stands on one line.
func anonymous(text string, who Mailbox, others, things []string) string {
	text = oneLine(withoutPostal(withoutPersons(MaskIdentity(norm.NFC.String(text)), things)))
	text = addressesIn.ReplaceAllString(text, hidden)
	text = phonesIn.ReplaceAllString(text, hidden)
	text = introductions.ReplaceAllString(text, "${1}"+hidden)
	if rest := strings.TrimSpace(closingsIn.ReplaceAllString(text, "")); rest != "" {
		text = rest
	}
	own := strings.FieldsFunc(norm.NFC.String(who.Name), isBetween)
	for _, part := range strings.FieldsFunc(who.Address.Local(), isBetween) {
		if !roleWords[part] {
			own = append(own, part)
		}
	}
	return replaceWords(text, func(word string) bool {
		for _, o := range own {
			if len([]rune(o)) > 2 && plain(o) == plain(word) {
				return true
			}
		}
		return slices.Contains(others, word)
	})
}

// isBetween separates the words of a name or of an address.
func isBetween(r rune) bool { return !unicode.IsLetter(r) }

// roleWords are what addresses are called that are nobody's name.
var roleWords = map[string]bool{"info": true, "support": true, "kontakt": true, "contact": true, "post": true, "mail": true, "mejl": true,
	"epost": true, "admin": true, "office": true, "personal": true, "lön": true, "ekonomi": true, "service": true, "kundservice": true,
	"help": true, "hjalp": true, "hjelp": true, "test": true, "noreply": true, "login": true, "bankid": true, "konto": true}

// names are the names of everybody at the desk and on the tickets, as they write them: a colleague's name in somebody's
// words. Only with a capital, since many are words as well.
func (t *turn) names(tickets []*Ticket) []string {
	var list []string
	add := func(m Mailbox) {
		for _, part := range strings.FieldsFunc(norm.NFC.String(m.Name), isBetween) {
			if r := []rune(part); len(r) > 1 && unicode.IsUpper(r[0]) && !slices.Contains(list, part) {
				list = append(list, part)
			}
		}
	}
	for _, s := range t.desk.Staff {
		add(s.Mailbox)
	}
	for _, tk := range tickets[:min(len(tickets), 2*maxWeighed)] {
		for _, p := range tk.Participants {
			if p.Role == RoleRequester || p.Role == RoleFollower {
				add(p.Mailbox)
			}
		}
	}
	return list
}

// plain is a word without its case and accents, as people write their names in addresses.
func plain(word string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(word)) {
		switch {
		case r == 'ø':
			b.WriteByte('o')
		case r == 'æ':
			b.WriteString("ae")
		case !unicode.Is(unicode.Mn, r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// replaceWords hides each word that is to be hidden, and its genitive with it.
func replaceWords(text string, hide func(string) bool) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		n := strings.IndexFunc(text[i:], unicode.IsLetter)
		if n < 0 {
			b.WriteString(text[i:])
			break
		}
		b.WriteString(text[i : i+n])
		i += n
		end := strings.IndexFunc(text[i:], isBetween)
		if end < 0 {
			end = len(text) - i
		}
		word := text[i : i+end]
		if hide(word) || hide(strings.TrimRight(word, "sS")) {
			word = hidden
		}
		b.WriteString(word)
		i += end
	}
	return b.String()
}
