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

func (c *reading) delayed() bool {
	return delayWords.in(c.subject) != "" || delayWords.in(clip(c.folded(), 2000)) != ""
}

func (c *reading) action() string {
	if c.delayed() && finalWords.in(c.folded()) == "" {
		return "delayed"
	}
	return "failed"
}
