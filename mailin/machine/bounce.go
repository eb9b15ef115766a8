package machine

import (
	"strings"

	"aboveline.example/rules"
)

// delivery finds a delivery status notification made for machines (RFC 3464). A person who passes one on has it as an
// attachment of a mail of another type, from themselves.
func (c *reading) delivery() (Verdict, bool) {
	mediaType, params := c.contentType()
	kind := strings.ToLower(params["report-type"])
	own := mediaType == "multipart/report" && (kind == "" || kind == "delivery-status" || kind == "global-delivery-status")
	if !own && mediaType == "message/delivery-status" {
		own = true
	}
	if !own && !(c.machineSent() && c.reportPart("delivery-status") != nil) {
		return Verdict{}, false
	}
	reason := "message/delivery-status"
	if mediaType == "multipart/report" {
		reason = "Content-Type: multipart/report"
	}
	if kind != "" {
		reason = "report-type=" + kind
	}
	return c.bounce(reason), true
}

// cloud finds the notices of sending services.
func (c *reading) cloud() (Verdict, bool) {
	if n, ok := readCloud(c.words); ok {
		return n.verdict(), true
	}
	return Verdict{}, false
}

// prose finds a notice written for people. A machine must have sent it, and its subject, its words and what it
// returns must say that a mail did not arrive: the less sure the sender, the more of them.
func (c *reading) prose() (Verdict, bool) {
	if c.human || c.kind == rules.KindList && c.sender < aPostmaster && !c.null {
		return Verdict{}, false
	}
	if word := prefixOf(c.subject, deliveredSubjects); word != "" && (c.null || c.sender >= aPostmaster) {
		return Verdict{Kind: rules.KindDelivered, Reason: quote(word), Of: about(c.Facts, c.letter, nil)}, true
	}
	subject := prefixOf(strings.TrimLeft(c.subject, "*[(<! "), bounceSubjects)
	if c.sender == aPerson && !c.null && c.kind != rules.KindBounce {
		return c.unnamed(subject)
	}
	subject = firstOf([]string{subject, bouncePhrases.in(c.subject)})
	phrase, comesBack := bouncePhrases.in(c.folded()), c.comesBack()
	said := 0
	for _, told := range []bool{subject != "", phrase != "", comesBack, len(c.header) > 2 || readCode(c.words).reply != ""} {
		if told {
			said++
		}
	}
	if said < c.needed() || subject == "" && phrase == "" && !comesBack && c.sender != aDaemon {
		return Verdict{}, false
	}
	return c.bounce(firstOf([]string{quoted(subject), quoted(phrase), "it returns a mail of the addressee's"})), true
}

// comesBack says whether the mail returns one that its addressee wrote, which needs no language to be a sign.
func (c *reading) comesBack() bool {
	to := map[string]bool{}
	for _, v := range c.Header["To"] {
		for _, a := range findAddresses(clip(v, 1000)) {
			to[a.address] = true
		}
	}
	for _, name := range []string{"return-path", "from", "sender"} {
		for _, a := range findAddresses(clip(valueOf(c.letter.header, name), 1000)) {
			if to[a.address] {
				return true
			}
		}
	}
	return false
}

// needed is how many signs make a notice of what this sender wrote. A null path is an autoresponder's, too.
func (c *reading) needed() int {
	if c.sender == aDaemon || c.kind == rules.KindBounce {
		return 1
	}
	if c.null && c.kind != rules.KindAutoReply && prefixOf(c.subject, replySubjects) == "" && awayPhrases.in(c.head) == "" {
		return 1
	}
	return 2
}

// unnamed is a notice whose sender shows nothing: only one that begins as one, says so, shows the refusal or returns
// the mail, and answers nobody. A person who quotes a notice writes words before it.
func (c *reading) unnamed(subject string) (Verdict, bool) {
	if subject == "" || c.From.Name != "" && c.kind == "" || len(c.header) < 3 && readCode(c.words).reply == "" {
		return Verdict{}, false
	}
	phrase := bouncePhrases.in(clip(c.folded(), 400))
	if phrase == "" {
		return Verdict{}, false
	}
	return c.bounce(quote(subject) + ", " + quote(phrase)), true
}

// bounce reads the deliveries and settles which of bounce, delay and delivered the notice is.
func (c *reading) bounce(reason string) Verdict {
	v := Verdict{Kind: rules.KindBounce, Reason: reason}
	deliveries := c.deliveries()
	if len(deliveries) > 0 {
		v.Kind = kindOf(deliveries)
	} else if c.delayed() {
		v.Kind = rules.KindDelay
	}
	v.Of = about(c.Facts, c.letter, deliveries)
	if len(deliveries) == 0 && len(v.Of) > 0 {
		deliveries = []rules.Delivery{c.nobodys()}
	}
	for i := range deliveries {
		if deliveries[i].MessageID == "" && len(v.Of) > 0 {
			deliveries[i].MessageID = v.Of[len(v.Of)-1] // the innermost, or the last of a thread
		}
	}
	v.Deliveries = deliveries
	return v
}

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

func (c *reading) delayed() bool {
	return delayWords.in(c.subject) != "" || delayWords.in(clip(c.folded(), 2000)) != ""
}

func (c *reading) action() string {
	if c.delayed() && finalWords.in(c.folded()) == "" {
		return "delayed"
	}
	return "failed"
}
