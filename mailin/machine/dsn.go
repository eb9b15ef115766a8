package machine

import (
	"strings"

	"aboveline.example/rules"
)

// maxDeliveries is how many recipients of one report are read: an envelope has at most 100 (DESIGN, section 9).
const maxDeliveries = 200

// maxDiagnostic is how many bytes of a diagnostic are kept.
const maxDiagnostic = 1000

// isDeliveryReport names the types of the machine-readable part (RFC 3464, section 2; RFC 6533, section 5).
func isDeliveryReport(mediaType string) bool {
	return mediaType == "message/delivery-status" || mediaType == "message/global-delivery-status"
}

// notice is one recipient's group of fields as they come, before they are judged.
type notice struct {
	final, original, actual string
	action, status          string
	diagnostic              string
}

func (n *notice) named() bool { return n.final != "" || n.original != "" || n.actual != "" }

func (n *notice) empty() bool {
	return !n.named() && n.action == "" && n.status == "" && n.diagnostic == ""
}

// readReport reads the fields of a message/delivery-status (RFC 3464, section 2.1) and is forgiving: an empty line
// too many or too few between the groups, text before them, unknown types and a missing Final-Recipient are all met
// in the wild. A new group begins where a field would otherwise be given twice.
func readReport(body string) []rules.Delivery {
	var out []rules.Delivery
	var n notice
	flush := func() {
		if !n.empty() && (n.named() || n.status != "" && n.action != "") && len(out) < maxDeliveries {
			out = append(out, n.delivery())
		}
		n = notice{}
	}
	for body != "" && len(out) < maxDeliveries {
		fields, rest := readFields(body)
		if len(rest) == len(body) {
			_, rest = cutLine(body)
		}
		body = rest
		if n.complete() {
			flush()
		}
		for _, f := range fields {
			if n.repeats(f) {
				flush()
			}
			n.take(f)
		}
	}
	flush()
	return out
}

// complete says that an empty line after this group ends it.
func (n *notice) complete() bool { return n.named() && n.action != "" }

// repeats says whether the field is one this group already has and so begins the next recipient's.
func (n *notice) repeats(f field) bool {
	switch f.name {
	case "final-recipient":
		return n.final != ""
	case "original-recipient":
		return n.original != "" && n.complete()
	}
	return false
}

func (n *notice) take(f field) {
	switch f.name {
	case "final-recipient":
		n.final = bareAddress(f.value)
	case "original-recipient":
		n.original = bareAddress(f.value)
	case "x-actual-recipient":
		n.actual = bareAddress(f.value)
	case "action":
		n.action = actionOf(f.value)
	case "status":
		if n.status == "" {
			n.status = firstOf(enhanced(f.value))
		}
	case "diagnostic-code", "diagnostic":
		if n.diagnostic == "" {
			n.diagnostic = diagnosticOf(f.value)
		}
	}
}

// actionOf is the action word (RFC 3464, section 2.3.3), "" for what is none.
func actionOf(value string) string {
	word := strings.ToLower(value)
	if i := strings.IndexAny(word, " (;\t"); i > 0 {
		word = word[:i]
	}
	switch word {
	case "failed", "delayed", "delivered", "relayed", "expanded":
		return word
	case "failure", "fail", "error", "deleted", "undeliverable", "expired":
		return "failed"
	case "delay", "deferred", "warning":
		return "delayed"
	}
	return ""
}

// diagnosticOf leaves out the type, "smtp;" (RFC 3464, section 2.3.6).
func diagnosticOf(value string) string {
	if kind, rest, ok := strings.Cut(value, ";"); ok && len(kind) < 16 && !strings.ContainsAny(strings.TrimSpace(kind), " .<") {
		value = rest
	}
	return clip(printable(value), maxDiagnostic)
}

// delivery judges a group. The final recipient is the mailbox that refused; the original one is what we wrote, and
// stands in where a relay left the final one out or put something there that is no address.
func (n *notice) delivery() rules.Delivery {
	d := rules.Delivery{Recipient: n.recipient(), Action: n.action, Diagnostic: n.diagnostic}
	found := readCode(n.diagnostic)
	d.Status = prefer(n.status, found)
	if d.Action == "" {
		d.Action = actionByStatus(d.Status)
	}
	if d.Status == "" && d.Action == "failed" {
		d.Status = guess(n.diagnostic, found.reply)
	}
	if d.Action == "failed" || d.Action == "delayed" {
		d.Permanent = final(d.Action, d.Status)
	}
	return d
}

// recipient is the first of the group's names that is an address, unless it is one that a mail system made of a name
// of its own (Exchange's IMCEA form) and another is there.
func (n *notice) recipient() string {
	names := []string{n.final, n.original, n.actual}
	for _, a := range names {
		if len(findAddresses(a)) > 0 && !strings.HasPrefix(a, "imcea") {
			return a
		}
	}
	return firstOf(names)
}

func actionByStatus(status string) string {
	if status != "" && status[0] == '2' {
		return "delivered"
	}
	return "failed"
}

// kindOf says what a set of deliveries amounts to: one failure makes a bounce; a delay is no failure, and a success
// is neither.
func kindOf(deliveries []rules.Delivery) rules.Kind {
	kind := rules.KindDelivered
	for _, d := range deliveries {
		switch d.Action {
		case "failed":
			return rules.KindBounce
		case "delayed":
			kind = rules.KindDelay
		}
	}
	return kind
}

func firstOf(list []string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// clip cuts a text to n bytes, at a rune's start.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
