package mailin

import (
	"regexp"
	"strings"

	"aboveline.example/mailin/mime"
	"aboveline.example/rules"
)

// receivedFor finds the recipient that a relay noted (RFC 5321, section 4.4).
var receivedFor = regexp.MustCompile(`(?i)\bfor\s+<?([^\s<>;()]+@[^\s<>;()]+)>?`)

// written finds addresses as they stand in a field: parsing would fold the case that a token may have.
var written = regexp.MustCompile(`[^\s<>()\[\]",;:]+@[^\s<>()\[\]",;:]+`)

// sentToFields are those a sender names recipients in, and those in which servers and forwarders write where a mail
// was sent to before it came here.
var sentToFields = []string{"To", "Cc", "Delivered-To", "X-Delivered-To", "Envelope-To", "X-Envelope-To", "X-Original-To",
	"X-Forwarded-To", "Resent-To"}

// sentTo is every address the mail may have been sent to, as given and each once: a token may stand in any of them.
// The envelope comes first, since nobody but the transport writes it.
func sentTo(m *rules.Mail, msg *mime.Message) []string {
	var list []string
	seen := map[string]bool{}
	add := func(s string) {
		s = strings.Trim(strings.TrimSpace(s), "<>")
		if low := strings.ToLower(s); s != "" && len(s) <= 320 && !seen[low] && len(list) < mime.MaxAddresses {
			seen[low] = true
			list = append(list, s)
		}
	}
	for _, to := range m.Envelope.To {
		add(to)
	}
	for _, name := range sentToFields {
		for _, body := range raw(msg, name) {
			for _, found := range written.FindAllString(body, -1) {
				add(found)
			}
		}
	}
	for _, body := range raw(msg, "Received") {
		if found := receivedFor.FindStringSubmatch(body); found != nil {
			add(found[1])
		}
	}
	return list
}
