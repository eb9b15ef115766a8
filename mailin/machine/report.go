package machine

import (
	"strings"

	"aboveline.example/rules"
)

// report finds what machines report to machines, apart from deliveries: receipts, abuse reports, and the aggregate
// reports of DMARC and TLS.
func (c *reading) report() (Verdict, bool) {
	mediaType, params := c.contentType()
	kind := strings.ToLower(params["report-type"])
	own := mediaType == "multipart/report" || c.machineSent()
	switch {
	case mediaType == "multipart/report" && kind == "disposition-notification", own && c.reportPart("disposition-notification") != nil:
		return c.receipt("report-type=disposition-notification"), true
	case mediaType == "multipart/report" && kind == "feedback-report", own && c.reportPart("feedback-report") != nil:
		return c.abuse("report-type=feedback-report"), true
	case mediaType == "multipart/report" && kind == "tlsrpt", mediaType == "multipart/report" && c.part("application/tlsrpt+") != nil:
		// RFC 8460, section 5.3
		return Verdict{Kind: rules.KindReport, Reason: "report-type=tlsrpt"}, true
	case firstOf(c.Header["Tls-Report-Domain"]) != "":
		return Verdict{Kind: rules.KindReport, Reason: "TLS-Report-Domain"}, true
	}
	if name := c.aggregate(); name != "" {
		return Verdict{Kind: rules.KindReport, Reason: "DMARC report " + clip(printable(name), 80)}, true
	}
	return c.bareReceipt()
}

func (c *reading) reportPart(name string) *Part {
	for i, p := range c.reports {
		if strings.HasSuffix(p.Type, name) {
			return &c.reports[i]
		}
	}
	return nil
}

func (c *reading) part(prefix string) *Part {
	for i, p := range c.parts {
		if strings.HasPrefix(p.Type, prefix) {
			return &c.parts[i]
		}
	}
	return nil
}

// receipt reads a disposition notification (RFC 8098, section 3.2).
func (c *reading) receipt(reason string) Verdict {
	v := Verdict{Kind: rules.KindReceipt, Reason: reason}
	if p := c.reportPart("disposition-notification"); p != nil {
		fields, _ := readFields(strings.TrimLeft(partText(*p), "\r\n"))
		if d := valueOf(fields, "disposition"); d != "" {
			v.Reason = "Disposition: " + clip(printable(d), 80)
		}
		v.Of = messageIDs(valueOf(fields, "original-message-id"))
	}
	if len(v.Of) == 0 {
		v.Of = about(c.Facts, c.letter, nil)
	}
	return v
}

// bareReceipt is a receipt that a gateway wrote as plain words: the subject of one, and a body that says so.
func (c *reading) bareReceipt() (Verdict, bool) {
	s := prefixOf(c.subject, receiptSubjects)
	if s == "" || c.human {
		return Verdict{}, false
	}
	b := receiptPhrases.in(clip(c.head, 1000))
	if b == "" {
		return Verdict{}, false
	}
	return Verdict{Kind: rules.KindReceipt, Reason: quote(s) + ", " + quote(b), Of: about(c.Facts, c.letter, nil)}, true
}

// abuse reads a feedback report (RFC 5965, section 3). What it reports is a mail of ours that somebody called spam.
func (c *reading) abuse(reason string) Verdict {
	v := Verdict{Kind: rules.KindReport, Reason: reason}
	if p := c.reportPart("feedback-report"); p != nil {
		fields, _ := readFields(strings.TrimLeft(partText(*p), "\r\n"))
		if t := valueOf(fields, "feedback-type"); t != "" {
			v.Reason = "Feedback-Type: " + clip(printable(t), 40)
		}
	}
	v.Of = about(c.Facts, c.letter, nil)
	return v
}

// aggregate finds a DMARC report by its file name, receiver!domain!begin!end.xml with or without packing (RFC 7489,
// section 7.2.1.1), or by its subject, where the attachment has no name. It returns what it went by.
func (c *reading) aggregate() string {
	packed := false
	for _, p := range c.parts {
		name := firstOf([]string{p.Name, p.Params["name"], p.Description})
		if isAggregateName(name) {
			return name
		}
		packed = packed || strings.HasSuffix(p.Type, "zip") || strings.HasSuffix(p.Type, "/xml") || p.Type == "application/octet-stream"
	}
	mediaType, _ := c.contentType()
	packed = packed || strings.HasSuffix(mediaType, "zip")
	if packed && strings.Contains(c.subject, "report domain:") && strings.Contains(c.subject, "submitter:") {
		return quote("report domain: … submitter:")
	}
	return ""
}

func isAggregateName(name string) bool {
	name = strings.ToLower(name)
	if cut := strings.IndexByte(name, '.'); strings.Count(name, "!") < 3 || cut < 0 {
		return false
	}
	return strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".zip")
}

// calendar finds invitations and answers to them (RFC 6047, section 2.4): a calendar object with a method, in the
// mail's body. One that a person attaches to a mail of theirs is an attachment.
func (c *reading) calendar() (Verdict, bool) {
	for _, p := range c.parts {
		if p.Type != "text/calendar" || p.Disposition == "attachment" {
			continue
		}
		method := strings.ToUpper(p.Params["method"])
		if method == "" {
			method = methodOf(partText(p))
		}
		switch method {
		case "REQUEST", "REPLY", "CANCEL", "COUNTER", "DECLINECOUNTER", "REFRESH", "ADD":
			return Verdict{Kind: rules.KindCalendar, Reason: "text/calendar; method=" + method}, true
		}
	}
	if v := firstOf(c.Header["Content-Class"]); strings.Contains(strings.ToLower(v), "calendarmessage") {
		return Verdict{Kind: rules.KindCalendar, Reason: "Content-Class: " + clip(printable(v), 60)}, true
	}
	return Verdict{}, false
}

// methodOf is the METHOD property of a calendar object (RFC 5545, section 3.7.2), which comes before its components.
func methodOf(text string) string {
	for rest := clip(text, 4<<10); rest != ""; {
		var line string
		line, rest = cutLine(rest)
		name, value, _ := strings.Cut(strings.ToUpper(line), ":")
		if name == "METHOD" {
			return strings.TrimSpace(value)
		}
		if name == "BEGIN" && strings.HasPrefix(value, "VE") {
			return ""
		}
	}
	return ""
}
