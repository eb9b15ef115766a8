package machine

import (
	"strings"

	"aboveline.example/rules"
)

// nobodys is the delivery of a notice that says which mail did not arrive, and not to whom.
func (c *reading) nobodys() rules.Delivery {
	return judge("", c.action(), clip(c.words, 4*maxDiagnostic))
}

// deliveries reads the machine's part; where there is none, fields in the text; where there are none, the words, held
// against the header that Exim and Gmail write. A notice that names nobody may wrap another, or return a mail that
// went to one.
func (c *reading) deliveries() []rules.Delivery {
	var out []rules.Delivery
	for _, p := range c.reports {
		if isDeliveryReport(p.Type) && len(out) < maxDeliveries {
			out = append(out, readReport(partText(p))...)
		}
	}
	if len(out) == 0 && hasFields(c.words) {
		out = readReport(c.words)
	}
	if len(out) > 0 {
		return c.explain(clipDeliveries(out))
	}
	failed := c.failedRecipients()
	out = readProse(c.words, c.own(), c.action())
	if len(failed) > 0 {
		out = c.reconcile(failed, out)
	}
	if len(out) == 0 && hasFields(c.returned) {
		out = clipDeliveries(readReport(c.returned))
	}
	if len(out) == 0 {
		out = c.returnedTo()
	}
	return out
}

// hasFields says whether a text without a part for machines has the fields of one.
func hasFields(words string) bool {
	lower := strings.ToLower(words)
	return strings.Contains(lower, "final-recipient:") || strings.Contains(lower, "original-recipient:")
}

func clipDeliveries(list []rules.Delivery) []rules.Delivery {
	return list[:min(len(list), maxDeliveries)]
}

// explain completes a report's deliveries from the words beside it: many reports have the reason only there. A status
// that the report gives is changed by numbers alone, never by what words may mean.
func (c *reading) explain(out []rules.Delivery) []rules.Delivery {
	var said map[string]rules.Delivery
	for i := range out {
		d := &out[i]
		if !open(*d) {
			continue
		}
		if said == nil {
			said = c.said(d.Action)
		}
		p, ok := said[d.Recipient]
		if !ok && len(out) == 1 && len(said) == 1 {
			for _, p = range said {
				ok = true
			}
		}
		if ok {
			complement(d, p)
		}
	}
	return out
}

// open says whether a failure or delay leaves something to be told.
func open(d rules.Delivery) bool {
	if d.Action != "failed" && d.Action != "delayed" {
		return false
	}
	return d.Recipient == "" || d.Status == "" || d.Diagnostic == "" || vague(d.Status) || expired(d.Status)
}

func (c *reading) said(action string) map[string]rules.Delivery {
	said := map[string]rules.Delivery{}
	for _, p := range readProse(c.words, c.own(), action) {
		said[p.Recipient] = p
	}
	return said
}

func complement(d *rules.Delivery, p rules.Delivery) {
	numbers := readCode(p.Diagnostic)
	switch {
	case d.Status == "":
		d.Status = p.Status
	case d.Diagnostic == "" || expired(d.Status):
		d.Status = prefer(d.Status, numbers)
	}
	d.Recipient = firstOf([]string{d.Recipient, p.Recipient})
	d.Diagnostic = firstOf([]string{d.Diagnostic, p.Diagnostic})
	d.Permanent = final(d.Action, d.Status)
}

// failedRecipients is the X-Failed-Recipients header of Exim and Gmail.
func (c *reading) failedRecipients() []string {
	var out []string
	for _, a := range findAddresses(clip(strings.Join(c.Header["X-Failed-Recipients"], ", "), maxField)) {
		if len(out) < maxDeliveries {
			out = append(out, a.address)
		}
	}
	return out
}

// reconcile keeps the recipients the header names, with what the words say of them.
func (c *reading) reconcile(failed []string, said []rules.Delivery) []rules.Delivery {
	by := map[string]rules.Delivery{}
	for _, d := range said {
		by[d.Recipient] = d
	}
	whole := judge("", c.action(), clip(c.words, 4*maxDiagnostic))
	var out []rules.Delivery
	for _, address := range failed {
		d, ok := by[address]
		if !ok {
			d = whole
			d.Recipient = address
		}
		out = append(out, d)
	}
	return out
}

// returnedTo stands in where a notice names nobody: the recipient of the one mail it returns.
func (c *reading) returnedTo() []rules.Delivery {
	for _, name := range []string{"x-original-to", "envelope-to", "to", "x-rcpt-to"} {
		found := findAddresses(clip(valueOf(c.header, name), 1000))
		if len(found) != 1 {
			continue
		}
		return []rules.Delivery{judge(found[0].address, c.action(), clip(c.words, 4*maxDiagnostic))}
	}
	return nil
}

// own is the addresses this notice was sent to: the sender of the mail it is about.
func (c *reading) own() map[string]bool {
	own := map[string]bool{}
	for _, name := range []string{"To", "Delivered-To", "X-Original-To", "Envelope-To", "From", "Reply-To"} {
		for _, v := range c.Header[name] {
			for _, a := range findAddresses(clip(v, 1000)) {
				own[a.address] = true
			}
		}
	}
	for _, name := range []string{"return-path", "from", "sender"} {
		for _, a := range findAddresses(clip(valueOf(c.letter.header, name), 1000)) {
			own[a.address] = true
		}
	}
	return own
}
