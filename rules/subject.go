package rules

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSubject is the longest subject we write, in runes: long ones come from loops that nest prefixes, and clients
// show the first sixty.
const maxSubject = 200

// replyPrefixes are the words that clients put before a subject when replying or forwarding, in lower case. The
// languages are those of the clients people use in the Nordic countries, and their correspondents'.
var replyPrefixes = map[string]bool{
	"re": true, "aw": true, "sv": true, "vs": true, "ang": true, "antw": true, "antwort": true, "odp": true,
	"rif": true, "res": true, "ref": true, "att": true, "ynt": true, "na": true, "vl": true, "vá": true, "ats": true,
	"svar": true, "回复": true, "答复": true, "返信": true, "отв": true, "ответ": true,
	"fw": true, "fwd": true, "vb": true, "wg": true, "tr": true, "rv": true, "enc": true, "doorst": true, "vid": true,
	"videresendt": true, "vidarebefordrat": true, "lähetetty": true, "转发": true, "転送": true, "пер": true, "i": true,
}

// BaseSubject folds reply and forward prefixes of all languages, however often they were nested, and takes our own
// [OMD-1] tags off (CONTRACT, section 4). A foreign [X #n] is kept: another desk threads by it. prefix is ours.
func BaseSubject(subject, prefix string) string {
	s := oneLine(subject)
	for {
		before := s
		s = trimReplyPrefix(s)
		s = trimOwnTag(s, prefix)
		if s == before {
			break
		}
	}
	if utf8.RuneCountInString(s) > maxSubject {
		s = strings.TrimSpace(string([]rune(s)[:maxSubject-1])) + "…"
	}
	return s
}

// trimReplyPrefix takes one "SV: ", "Re[2]: " or "Fwd : " off.
func trimReplyPrefix(s string) string {
	i := strings.IndexAny(s, ":：")
	if i < 0 || i > 24 {
		return s
	}
	word := strings.ToLower(strings.TrimSpace(s[:i]))
	if j := strings.IndexAny(word, "[("); j > 0 && strings.Trim(word[j:], "[]()0123456789") == "" {
		word = word[:j]
	}
	word = strings.TrimRight(word, "0123456789^ ")
	if !replyPrefixes[word] {
		return s
	}
	_, size := utf8.DecodeRuneInString(s[i:])
	return strings.TrimSpace(s[i+size:])
}

// trimOwnTag takes a leading "[OMD-12]" off.
func trimOwnTag(s, prefix string) string {
	if prefix == "" || !strings.HasPrefix(s, "[") {
		return s
	}
	tag, rest, ok := strings.Cut(s[1:], "]")
	if !ok {
		return s
	}
	p, n, ok := strings.Cut(tag, "-")
	if !ok || !strings.EqualFold(p, prefix) && p != "D" {
		return s
	}
	if _, err := strconv.ParseUint(n, 10, 32); err != nil {
		return s
	}
	return strings.TrimSpace(rest)
}

// numberPattern finds ticket numbers; the prefix is compared afterwards, so one pattern serves every desk.
var numberPattern = regexp.MustCompile(`(?i)(?:^|[^\pL\pN])([\pL\pN]{1,12})-([0-9]{1,9})(?:[^\pL\pN]|$)`)

// SubjectNumber finds the first ticket number with our prefix in a subject: unsigned, so it only ever places a mail
// of somebody known to the ticket.
func (d *Desk) SubjectNumber(subject string) (TicketID, bool) {
	for at := 0; at < len(subject); {
		m := numberPattern.FindStringSubmatchIndex(subject[at:])
		if m == nil {
			return 0, false
		}
		if strings.EqualFold(subject[at+m[2]:at+m[3]], d.Prefix) {
			n, err := strconv.ParseUint(subject[at+m[4]:at+m[5]], 10, 32)
			return TicketID(n), err == nil && n > 0
		}
		at += m[5]
	}
	return 0, false
}

// oneLine folds white space and drops what cannot be seen, so that a subject is one line of text.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.Cc, r)
	}), " ")
}
