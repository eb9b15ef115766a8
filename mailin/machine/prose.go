package machine

import (
	"strings"

	"aboveline.example/rules"
)

// finding is an address in a notice, how sure it is that the address is the one refused, and where its words begin.
type finding struct {
	address string
	rank    int
	at      int // byte offset in the notice
}

// Ranks of findings. Only those of the highest rank in a notice count; 0 is no recipient. The addressee's own are as
// many ranks lower as there are ranks, and one lower still.
const (
	rankAnywhere  = 1 // somewhere in it
	rankAnnounced = 2 // after "to", "recipient", "rcpt to"
	rankLeading   = 3 // at the start of its line, as a list of recipients has it
	rankOwn       = -4
)

// readProse reads a notice written for people: the addresses it lists, and for each the reply code, the status and
// the words near it. own are the addresses the notice was sent to, which are not the ones refused.
func readProse(words string, own map[string]bool, action string) []rules.Delivery {
	found := findRecipients(words, own)
	listed := map[string]bool{}
	for _, r := range found {
		listed[r.address] = true
	}
	var out []rules.Delivery
	place := map[string]int{}
	for i, r := range found[:min(len(found), maxDeliveries)] {
		end := len(words)
		if i+1 < len(found) {
			end = found[i+1].at
		}
		at, twice := place[r.address]
		switch {
		case !twice:
			place[r.address] = len(out)
			out = append(out, judge(r.address, action, window(words, r, end, listed)))
		case out[at].Status == "":
			out[at] = judge(r.address, action, window(words, r, end, listed))
		}
	}
	return complete(out, words, found)
}

// window is what belongs to a recipient: from the start of its line to where the next one's begins, without lines that
// speak of another, as a transcript's do. Lists name all recipients first and the reason after the last, so a window
// may hold nothing; the whole notice then answers.
func window(words string, r finding, end int, listed map[string]bool) string {
	start := strings.LastIndexByte(words[:r.at], '\n') + 1
	near := clip(words[start:max(start, end)], 4*maxDiagnostic)
	if len(listed) == 1 {
		return near
	}
	var b strings.Builder
	for near != "" {
		var line string
		line, near = cutLine(near)
		others := false
		for _, a := range findAddresses(line) {
			others = others || listed[a.address] && a.address != r.address
		}
		if !others {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func judge(address, action, near string) rules.Delivery {
	c := readCode(near)
	d := rules.Delivery{Recipient: address, Action: action, Status: c.status, Diagnostic: printable(diagnosticIn(near, address, c))}
	if d.Status == "" {
		d.Status = guess(without(near, address), c.reply)
	} else if vague(d.Status) && c.reply != "" && c.reply[0] != d.Status[0] {
		d.Status = guess(near, c.reply)
	}
	d.Permanent = final(action, d.Status)
	return d
}

// final says whether a refusal is permanent: by its status, and of a delay without one, that it is not.
func final(action, status string) *bool {
	if status == "" && action == "delayed" {
		return new(bool)
	}
	return permanent(status)
}

// complete fills in what the recipients' own lines left open, from the notice as a whole.
func complete(out []rules.Delivery, words string, found []finding) []rules.Delivery {
	var whole code
	looked := false
	for i := range out {
		d := &out[i]
		if d.Status != "" {
			continue
		}
		if !looked {
			whole, looked = readCode(words), true
			if whole.status == "" {
				whole.status = guess(blank(words, found), whole.reply)
			}
			if whole.status == "" && finalWords.in(fold(clip(words, maxPhrases))) != "" {
				whole.status = "5.0.0"
			}
		}
		d.Status = whole.status
		if d.Diagnostic == "" {
			d.Diagnostic = printable(diagnosticIn(clip(words, maxPhrases), d.Recipient, whole))
		}
		d.Permanent = final(d.Action, d.Status)
	}
	return out
}

// blank is the text without the addresses found in it, so that "unknown@…" is no cause.
func blank(words string, found []finding) string {
	var b strings.Builder
	from := 0
	for _, r := range found {
		b.WriteString(words[from:max(from, r.at)])
		from = min(max(from, r.at+len(r.address)), len(words))
	}
	b.WriteString(words[from:])
	return b.String()
}

// finalWords say that the sender of a notice has given up for good, where it gives no number.
var finalWords = phraseSet("permanent error", "failed permanently", "permanent failure", "permanent fatal error", "permanently failed", "permanent fel", "permanent feil",
	"dauerhafter fehler", "erreur permanente", "error permanente", "errore permanente")

// without takes a recipient's address out of its own lines, as blank does.
func without(text, address string) string {
	if address == "" {
		return text
	}
	return strings.ReplaceAll(strings.ToLower(text), address, "")
}

// diagnosticIn is the line that gives the reason: the one with the reply code, else the first of the recipient's
// lines that is more than the address.
func diagnosticIn(near, address string, c code) string {
	first := ""
	for rest := near; rest != ""; {
		var line string
		line, rest = cutLine(rest)
		line = strings.TrimSpace(line)
		if c.reply != "" && strings.Contains(line, c.reply) || c.reply == "" && c.status != "" && strings.Contains(line, c.status) {
			return clip(join(line, rest), maxDiagnostic)
		}
		if words := strings.Trim(without(line, address), " \t<>:\"*"); first == "" && words != "" {
			first = line
		}
	}
	return clip(first, maxDiagnostic)
}

// join appends the lines on which a reply goes on, up to an empty one.
func join(line, rest string) string {
	for n := 0; n < 12 && rest != ""; n++ {
		var next string
		next, rest = cutLine(rest)
		next = strings.TrimSpace(next)
		if next == "" || strings.HasPrefix(next, "<") || strings.HasPrefix(next, "--") {
			break
		}
		line += " " + next
		if len(line) > maxDiagnostic {
			break
		}
	}
	return line
}

// findRecipients returns the refused addresses of a notice in its order. The addresses it was sent to count only where
// no other does: people write to themselves.
func findRecipients(words string, own map[string]bool) []finding {
	var all []finding
	previous := ""
	for at := 0; at < len(words) && len(all) < 4*maxDeliveries; {
		line, rest := cutLine(words[at:])
		for _, a := range findAddresses(line) {
			rank := rankOf(line, a, previous)
			if rank > 0 && own[a.address] {
				rank += rankOwn
			}
			if rank != 0 && !(isOffice(a.address) && rank == rankAnywhere) {
				all = append(all, finding{address: a.address, rank: rank, at: at + a.start})
			}
		}
		if strings.TrimSpace(line) != "" {
			previous = line
		}
		if rest == "" {
			break
		}
		at = len(words) - len(rest)
	}
	return highest(all)
}

func highest(all []finding) []finding {
	best := rankOwn
	for _, r := range all {
		best = max(best, r.rank)
	}
	kept := all[:0]
	for _, r := range all {
		if r.rank == best {
			kept = append(kept, r)
		}
	}
	return kept
}

// rankOf judges an address by the words around it; 0 where they say that it is somebody else's.
func rankOf(line string, a addressAt, previous string) int {
	before := fold(line[max(0, a.start-80):a.start])
	lead := strings.TrimRight(before, " <\"'([{*:=")
	if containsSuffix(lead, otherWords) || strings.HasSuffix(strings.ToLower(line[max(0, a.start-8):a.start]), "mailto:") {
		return 0
	}
	if strings.Trim(line[:a.start], " \t<\"'*-•>|·") == "" && listed(line[a.end:]) {
		if containsSuffix(strings.TrimRight(fold(previous), " :"), otherWords) {
			return 0
		}
		return rankLeading
	}
	if containsSuffix(lead, announceWords) || strings.HasPrefix(line[a.end:], ">...") || strings.HasPrefix(line[a.end:], "...") {
		return rankAnnounced
	}
	return rankAnywhere
}

// listed says whether what follows an address at the start of a line leaves it an item of a list and not the subject
// of a sentence.
func listed(after string) bool {
	after = strings.TrimLeft(after, "> \"'")
	if after == "" || strings.IndexByte(":([;,-\t/", after[0]) >= 0 {
		return true
	}
	folded := fold(clip(after, 60))
	return prefixOf(folded, []string{"on ", "...", "invalid", "user ", "unknown", "failed", "error", "mailbox", "was not", "could not", "smtp", "host ", "reason", "5", "4"}) != ""
}

func containsSuffix(s string, words []string) bool {
	for _, w := range words {
		if strings.HasSuffix(s, w) && (len(s) == len(w) || !isAlnum(s[len(s)-len(w)-1])) {
			return true
		}
	}
	return false
}

// otherWords stand before an address that was not refused: the sender's, or one to ask.
var otherWords = []string{"sent by", "sender", "from", "mail from", "reply-to", "reply to", "respond to", "contact", "please contact", "generated from", "write to", "email", "e-mail us at",
	"message-id", "id", "return-path", "envelope-from", "hello", "cc", "avsändare", "från", "avsender", "fra", "von", "absender", "de", "expéditeur", "remitente", "mittente",
	"forward to", "report to", "help", "postmaster", "administrator", "kontakta", "kontakt", "contacter", "contactar", "contattare", "f"}

// announceWords stand before one that was.
var announceWords = []string{"rcpt to", "to", "smtp", "recipient", "recipient address", "recipients", "undeliverable to", "unknown user", "user", "address", "addresses",
	"delivered to", "delivering to", "for", "mail to", "final-recipient; rfc822", "final-recipient", "original-recipient", "mottagare", "mottaker", "modtager", "till", "til",
	"vastaanottaja", "empfänger", "an", "destinataire", "à", "destinatario", "a", "para", "per", "aan", "ontvanger", "adresat", "кому", "получатель", "errors",
	"mailbox", "account", "rcpt", "550", "553", "554", "552", "551", "450", "451", "452", "421", "t"}

// isOffice says whether an address is an office that notices mention without meaning the one refused.
func isOffice(address string) bool {
	local, _, _ := strings.Cut(address, "@")
	switch local {
	case "postmaster", "support", "abuse", "helpdesk", "admin", "mailer-daemon", "info", "noreply", "no-reply", "hostmaster", "help":
		return true
	}
	return false
}
