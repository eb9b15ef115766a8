package machine

import (
	"strings"
	"unicode/utf8"

	"aboveline.example/mailin/htmltext"
	"aboveline.example/rules"
)

// maxNotice is how much of a mail's own text is read for phrases and prose: a notice says what it has to say on its
// first pages, and what follows is the returned mail.
const maxNotice = 64 << 10

// letter is a mail taken apart: the words its sender says, and what it returns of another mail.
type letter struct {
	words    string  // the sender's own, without the returned mail
	returned string  // the header of the returned mail, and maybe more of it
	parts    []Part  // the mail's own, without what is inside a returned mail
	reports  []Part  // those written for machines, in order
	header   []field // of the returned mail
}

// takeApart separates the notice from what it returns. A returned mail is a part of its own, or follows the notice
// in the same text after a marker, or without one. A reader that opens returned mails and does not mark their parts
// lists them after the returned mail: reports there count only where there are none before, and words never.
func takeApart(f Facts) letter {
	var l letter
	var words strings.Builder
	var late []Part
	passed := false
	for _, p := range f.Parts {
		switch {
		case p.Nested:
			continue
		case isReturned(p.Type):
			if l.returned == "" {
				l.returned = clip(partText(p), maxNotice)
			}
			passed = true
		case isReport(p.Type) && passed:
			late = append(late, p)
		case isReport(p.Type):
			l.reports = append(l.reports, p)
		case !passed && isWords(p) && words.Len() < maxNotice:
			words.WriteString(plain(p))
			words.WriteByte('\n')
		}
		if !passed {
			l.parts = append(l.parts, p)
		}
	}
	if len(l.reports) == 0 {
		l.reports = late
	}
	text := words.String()
	if strings.TrimSpace(text) == "" && !passed {
		text = f.Text
	}
	l.divide(clip(text, maxNotice))
	return l
}

// divide finds where in a text the returned mail begins.
func (l *letter) divide(text string) {
	l.words = text
	if at := originalAt(text); at >= 0 {
		l.words = text[:at]
		if l.returned == "" {
			l.returned = text[at:]
		}
	}
	l.header = returnedHeader(l.returned)
}

func isReturned(mediaType string) bool {
	switch mediaType {
	case "message/rfc822", "message/global", "text/rfc822-headers", "text/rfc822-header", "message/global-headers", "message/partial",
		"message/rfc822-headers", "text/rfc822":
		return true
	}
	return false
}

// isReport names the parts that machines write for machines.
func isReport(mediaType string) bool {
	switch mediaType {
	case "message/disposition-notification", "message/global-disposition-notification", "message/feedback-report":
		return true
	}
	return isDeliveryReport(mediaType)
}

func isWords(p Part) bool {
	if p.Disposition == "attachment" && p.Type != "text/plain" {
		return false
	}
	return strings.HasPrefix(p.Type, "text/") && p.Type != "text/calendar" || strings.HasPrefix(p.Type, "multipart/") || p.Type == ""
}

// partText is a part's text; a message part's is its bytes, which are ASCII where it matters.
func partText(p Part) string {
	if p.Text != "" {
		return p.Text
	}
	return strings.ToValidUTF8(string(p.Body[:min(len(p.Body), maxNotice)]), string(utf8.RuneError))
}

// plain is a part's text without markup.
func plain(p Part) string {
	text := clip(partText(p), maxNotice)
	if p.Type == "text/html" {
		return htmltext.Text(text)
	}
	return text
}

// originalAt is where the returned mail begins in a notice of one text, -1 where none does: at a header block that
// has what only a mail in transit has. The marker before it, if any, stays with the notice, where it is read.
func originalAt(text string) int {
	for at := 0; at < len(text); {
		line, rest := cutLine(text[at:])
		if name, _, ok := fieldOf(line); ok && mailField[name] > 0 {
			if headerBlock(text[at:]) {
				return at
			}
		}
		at = len(text) - len(rest)
		if rest == "" {
			break
		}
	}
	return -1
}

// mailField weighs the names a returned header is known by.
var mailField = map[string]int{
	"return-path": 3, "received": 3, "message-id": 3, "dkim-signature": 3, "x-received": 3, "arc-seal": 3, "delivered-to": 2, "mime-version": 2,
	"domainkey-signature": 3, "x-originating-ip": 2, "content-type": 2, "authentication-results": 3, "x-mailer": 2, "user-agent": 2, "content-transfer-encoding": 1,
	"from": 1, "to": 1, "subject": 1, "date": 1, "reply-to": 1, "sender": 1, "x-google-smtp-source": 3, "x-google-dkim-signature": 3,
	"x-gm-message-state": 3, "references": 1, "in-reply-to": 2, "x-failed-recipients": 2, "x-apparently-to": 2, "received-spf": 3,
}

// headerBlock says whether the text begins with the header of a mail. It looks at blockLines lines at most, so that
// asking at every line of a text stays linear.
func headerBlock(text string) bool {
	const blockLines = 12
	weight, lines := 0, 0
	seen := map[string]bool{}
	for ; lines < blockLines && text != ""; lines++ {
		var line string
		line, text = cutLine(text)
		if line == "" {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		name, _, ok := fieldOf(line)
		if !ok {
			break
		}
		if !seen[name] {
			seen[name] = true
			weight += mailField[name]
		}
	}
	return weight >= 4 && len(seen) >= 2 || weight >= 3 && len(seen) == 1 && lines >= 2
}

// returnedHeader reads the header of the returned mail. Some MTAs put a line of their own or an envelope before it.
func returnedHeader(text string) []field {
	text = strings.TrimLeft(text, "\r\n\t >")
	for range 5 {
		fields, rest := readFields(text)
		if len(fields) > 1 {
			return fields
		}
		if rest == "" {
			return fields
		}
		if len(rest) == len(text) {
			_, rest = cutLine(text)
		}
		text = strings.TrimLeft(rest, "\r\n")
	}
	return nil
}

// about is the mails that a notice names: the one it returns, else the one it answers.
func about(f Facts, l letter, deliveries []rules.Delivery) []rules.MessageID {
	ids := messageIDs(valueOf(l.header, "message-id"))
	for _, d := range deliveries {
		if d.MessageID != "" {
			ids = append(ids, d.MessageID)
		}
	}
	if strings.Contains(strings.ToLower(valueOf(l.header, "content-type")), "multipart/report") {
		ids = append(ids, namedIDs(l.returned)...) // a notice inside a notice: the mail is further in
	}
	if len(ids) == 0 {
		ids = namedIDs(l.words)
		ids = ids[:min(len(ids), 1)]
	}
	for _, name := range []string{"In-Reply-To", "X-Original-Message-Id", "Original-Message-Id", "X-Ms-Exchange-Parent-Message-Id", "References"} {
		if len(ids) == 0 {
			ids = messageIDs(strings.Join(f.Header[name], " "))
		}
	}
	return unique(ids)
}

// namedIDs finds the identifiers that a text names in lines of their own, "Message-ID: <…>", with or without brackets.
func namedIDs(text string) []rules.MessageID {
	var all []rules.MessageID
	for rest := text; rest != "" && len(all) < maxOf; {
		var line string
		line, rest = cutLine(rest)
		name, value, ok := fieldOf(strings.TrimLeft(line, " \t>*|"))
		if ok && (strings.HasSuffix(name, "message-id") || name == "messageid" || name == "msgid") {
			all = append(all, messageIDs(value)...)
		}
	}
	return all
}

func unique(ids []rules.MessageID) []rules.MessageID {
	var out []rules.MessageID
	seen := map[rules.MessageID]bool{}
	for _, id := range ids {
		if !seen[id] && len(out) < maxOf {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}
