package rules

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Command is one leading line of a mail that asks for something (DESIGN, section 7).
type Command struct {
	Word    string // canonical: "tag"
	Arg     string
	Written string // the line as written
}

// commandSpec is a row of CONTRACT, section 5.
type commandSpec struct {
	word   string
	equals []string
	who    []Role // who may; staff always
	takes  string // what the argument is, in words for the answer; "" for none
	do     func(*turn, *act) *Line
}

// act is one command being carried out.
type act struct {
	Command
	ev     MailArrived
	tk     *Ticket
	s      speaker
	thread int      // where the mail's words go; a command may change it
	about  OutageID // the outage that the mail it answers was about; 0 for none
	words  string   // the rest of the mail; a command may use it up
	done   []string // what it changed, for the answer
	// answers is the mail of ours that was replied to, "" where that is not known.
	answers   OutgoingID
	silent    bool         // its own mail is the answer
	anyway    bool         // the words go to the requester, who muted the ticket or not
	undone    bool         // it took something back, and cannot be taken back itself
	ended     *EndedOutage // what it ended
	reopened  *Reopened    // the ended one that it took up again
	confirmed OutageID     // the suspicion that it confirmed
	moves     []Move       // tickets that it put elsewhere
	upon      OutageID     // the outage that it did something with; 0 for none
	rested    *Rested      // the ticket whose reminders it put off
	lines     []Line       // further lines of the answer
	attach    []Attachment
	report    *FaultReport // of the outage it is about, for the answer
}

// commands is filled in by init, since the functions refer to the table for /help.
var commands []commandSpec

var (
	requesters = []Role{RoleRequester}
	anybody    = []Role{RoleRequester, RoleFollower}
)

func init() {
	commands = []commandSpec{
		{"note", words("anteckning notat"), nil, "", (*turn).doNote},
		{"tag", words("tagga merk"), nil, "a tag", (*turn).doTag},
		{"untag", words("avtagga fjernmerke"), nil, "a tag", (*turn).doUntag},
		{"assign", words("tilldela tildel"), nil, "a name, an address, a group or me", (*turn).doAssign},
		{"priority", words("prioritet"), nil, "1, 2, 3 or 4", (*turn).doPriority},
		{"type", words("typ"), nil, strings.Join(ticketTypes, ", "), (*turn).doType},
		{"category", words("kategori"), nil, "a category", (*turn).doCategory},
		{"set", words("sätt sett"), nil, "FIELD: VALUE", (*turn).doSet},
		{"report", words("anmäl meld"), nil, "", (*turn).doReport},
		{"vendor", words("leverantör leverandør"), nil, "a vendor's name", (*turn).doVendor},
		{"requester", words("anmälare melder"), nil, "", (*turn).doRequester},
		{"share", words("dela del"), requesters, "one or more addresses", (*turn).doShare},
		{"admit", words("släppin slippinn"), nil, "an address", (*turn).doAdmit},
		{"follow", words("följ følg"), anybody, "", (*turn).doFollow},
		{"unfollow", words("avfölj avfølg mute"), anybody, "", (*turn).doUnfollow},
		{"solved", words("löst løst"), nil, "", (*turn).doSolved},
		{"workaround", words("tillfälligt midlertidig"), nil, "", (*turn).doWorkaround},
		{"release", words("väntarelease ventrelease"), nil, "", (*turn).doRelease},
		{"cancel", words("avbryt"), nil, "", (*turn).doCancel},
		{"close", words("stäng lukk"), requesters, "", (*turn).doClose},
		{"accept", words("godta"), requesters, "", (*turn).doAccept},
		{"reopen", words("återöppna gjenåpne"), requesters, "", (*turn).doReopen},
		{"approve", words("godkänn godkjenn"), nil, "", nil},
		{"reject", words("avslå avvis"), nil, "", nil},
		{"merge", words("slåihop slåsammen"), nil, "a ticket number", (*turn).doMerge},
		{"link", words("länka lenke"), nil, "a ticket number", (*turn).doLink},
		{"split", words("delaupp splitt"), nil, "", (*turn).doSplit},
		{"snooze", words("vila utsett"), nil, "3h, 2d, 14:00", (*turn).doSnooze},
		{"outage", words("driftstörning driftsforstyrrelse"), nil, "", (*turn).doOutage},
		{"dismiss", words("avfärda forkast"), nil, "", (*turn).doDismiss},
		{"announce", words("meddela kunngjør"), nil, "", (*turn).doAnnounce},
		{"cause", words("orsak årsak"), nil, "a cause", (*turn).doCause},
		{"handover", words("lämnaöver overlat"), nil, "", nil},
		{"undo", words("ångra angre"), nil, "", (*turn).doUndo},
		{"why", words("varför hvorfor"), nil, "", (*turn).doWhy},
		{"full", words("hela hele"), nil, "", (*turn).doFull},
		{"redact", words("maskera sladd"), nil, "", (*turn).doRedact},
		{"list", words("mina mine"), anybody, "", (*turn).doList},
		{"status", nil, anybody, "", (*turn).doStatus},
		{"help", words("hjälp hjelp"), anybody, "", (*turn).doHelp},
	}
}

func words(s string) []string { return strings.Fields(s) }

// commandPurpose is the token purpose of a button.
func commandPurpose(word string) Purpose {
	i := slices.IndexFunc(commands, func(c commandSpec) bool { return c.word == word })
	return PurposeCommand + Purpose(i)
}

// buttonArgument is what a command's button says after it, "" where the writer fills it in.
func buttonArgument(word string) string {
	if word == "assign" {
		return "me" // "take the ticket"
	}
	return ""
}

// purposeCommand is the command of a button that was pressed.
func purposeCommand(p Purpose) (Command, bool) {
	i := int(p) - int(PurposeCommand)
	if p < PurposeCommand || i >= len(commands) {
		return Command{}, false
	}
	return Command{Word: commands[i].word, Written: "/" + commands[i].word}, true
}

// CommandIn is a command as speakers of a language write it: the equal of the canonical word, or that word itself.
func CommandIn(word string, l Language) string {
	c, ok := findCommand(word)
	if !ok || len(c.equals) == 0 {
		return word
	}
	switch l { // CONTRACT, section 5: Swedish first, Norwegian second where it is not the same
	case Swedish:
		return c.equals[0]
	case Bokmal, Nynorsk:
		return c.equals[min(1, len(c.equals)-1)]
	}
	return word
}

// findCommand knows a canonical word or one of its equals, whatever its case.
func findCommand(word string) (*commandSpec, bool) {
	word = strings.ToLower(word)
	for i, c := range commands {
		if c.word == word || slices.Contains(c.equals, word) {
			return &commands[i], true
		}
	}
	return nil, false
}

// may says whether a role may give the command.
func (c *commandSpec) may(r Role) bool { return r == RoleStaff || slices.Contains(c.who, r) }

// maxCommands bounds how many lines of a mail are carried out.
const maxCommands = 20

// leadingCommands reads the command lines that a text begins with. Blank lines between them are passed over. unknown
// is the first /word that is none; rest is what follows the commands.
func leadingCommands(text string) (cmds []Command, rest, unknown string) {
	for len(cmds) < maxCommands {
		line, after, _ := strings.Cut(text, "\n")
		// Some programs write å as two characters.
		trimmed := strings.TrimFunc(norm.NFC.String(line), func(r rune) bool { return unicode.IsSpace(r) || isFormat(r) })
		if trimmed == "" {
			if text == "" || after == "" && line == text {
				return cmds, "", ""
			}
			text = after
			continue
		}
		word, arg := commandWord(trimmed)
		spec, ok := findCommand(word)
		switch {
		case word == "":
			return cmds, strings.TrimSpace(text), ""
		case !ok && trimmed[0] == '/':
			return cmds, strings.TrimSpace(text), word
		case !ok:
			return cmds, strings.TrimSpace(text), ""
		}
		cmds = append(cmds, Command{Word: spec.word, Arg: arg, Written: trimmed})
		text = after
	}
	return cmds, strings.TrimSpace(text), ""
}

// commandWord takes the word after / or # off a line. A path such as /etc/hosts is a word that no command has, and a
// lone slash is none.
func commandWord(line string) (word, arg string) {
	if line[0] != '/' && line[0] != '#' {
		return "", ""
	}
	word, arg, _ = strings.Cut(line[1:], " ")
	if w, more, ok := strings.Cut(word, ":"); ok {
		word, arg = w, strings.TrimSpace(more+" "+arg)
	}
	return word, strings.TrimSpace(arg)
}

// staffCommands reads the commands of a staff mail: those of its leading lines, and the button it was sent to. A
// mail with text and HTML must begin with the same commands in both, since quoted or hidden text must not command.
func (t *turn) staffCommands(m *Mail, p placement) (cmds []Command, rest string, refusal []Line) {
	cmds, rest, unknown := leadingCommands(m.Reply)
	if unknown != "" {
		return nil, "", []Line{unknownWord("/"+unknown, unknown)}
	}
	if len(cmds) > 0 && m.Lead != "" {
		lead, _, _ := leadingCommands(m.Lead)
		if !slices.EqualFunc(cmds, lead, func(a, b Command) bool { return a.Word == b.Word && squeeze(a.Arg) == squeeze(b.Arg) }) {
			return nil, "", []Line{{Code: LineDisagree, Subject: cmds[0].Written}}
		}
	}
	cmds, rest = t.withButton(cmds, strings.TrimSpace(t.desk.StripReferences(rest)), p)
	return cmds, rest, nil
}

// squeeze takes white space out: the two parts of a mail wrap differently.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// withButton adds the command of the button the mail was sent to, unless the mail repeats it in words. A button for a
// command that takes something opens a mail to write it in: whoever wrote only addresses there has said whom.
func (t *turn) withButton(cmds []Command, words string, p placement) ([]Command, string) {
	c, ok := purposeCommand(p.token.Purpose)
	if ok && p.signed && !slices.ContainsFunc(cmds, func(o Command) bool { return o.Word == c.Word }) {
		c.Arg = buttonArgument(c.Word)
		cmds = append([]Command{c}, cmds...)
	}
	i := slices.IndexFunc(cmds, func(c Command) bool { return c.Word == "share" && c.Arg == "" })
	if i >= 0 && words != "" && len(onlyAddresses(words)) > 0 {
		cmds[i].Arg, words = words, ""
	}
	return cmds, words
}

// onlyAddresses reads words that are nothing but addresses; nil where they are anything else.
func onlyAddresses(words string) []Address {
	var list []Address
	for _, f := range strings.FieldsFunc(words, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' }) {
		addr, ok := ParseAddress(strings.Trim(strings.TrimPrefix(strings.ToLower(f), "mailto:"), "<>"))
		if !ok {
			return nil
		}
		list = append(list, addr)
	}
	return list
}

// participantCommands reads what a requester or follower may ask for. Whatever they may not is plain text, and who
// is not proved gets nothing changed: only their words count.
func (t *turn) participantCommands(m *Mail, p placement, s speaker) (cmds []Command, words string) {
	words = t.said(m)
	if s.trust != TrustVerified {
		return nil, words
	}
	found, rest, _ := leadingCommands(m.Reply)
	for i, c := range found {
		spec, _ := findCommand(c.Word)
		if !spec.may(s.role) {
			found, rest = found[:i], strings.TrimSpace(m.Reply[strings.Index(m.Reply, c.Written):])
			break
		}
	}
	if len(found) > 0 {
		words = strings.TrimSpace(t.desk.StripReferences(rest))
	}
	cmds, words = t.withButton(found, words, p)
	for i := 0; i < len(cmds); i++ {
		if spec, _ := findCommand(cmds[i].Word); !spec.may(s.role) {
			cmds = slices.Delete(cmds, i, i+1)
			i--
		}
	}
	return cmds, words
}

// unknownWord says that a word is none of ours, and which is nearest, if any is near.
func unknownWord(written, word string) Line {
	if near := nearest(word); near != nil {
		return Line{Code: LineUnknown, Subject: written, More: near}
	}
	return Line{Code: LineNoWord, Subject: written}
}

// nearest is the command word closest to what was written, where one is close enough to be meant.
func nearest(word string) []string {
	best, at := "", 3 // two slips are a typo, three are another word
	for _, c := range commands {
		for _, w := range append([]string{c.word}, c.equals...) {
			if n := distance(strings.ToLower(word), w); n < at && n < len([]rune(w)) {
				best, at = w, n
			}
		}
	}
	if best == "" {
		return nil
	}
	return []string{"/" + best}
}

// distance is Levenshtein's, over runes, on words cut to thirty.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	x, y = x[:min(len(x), 30)], y[:min(len(y), 30)]
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, q := range y {
			cost := diagonal
			if r != q {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(y)]
}
