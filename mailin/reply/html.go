package reply

import (
	"strings"

	"aboveline.example/mailin/htmltext"
)

// What elements tell about the lines in them.
const (
	markQuote       htmltext.Mark = 1 << iota // a client's container of the answered mail
	markAttribution                           // a client's own attribution
	markCut                                   // the answered mail begins here and goes on to the end
	markOurs                                  // our line, known by its data attribute
	markSignature                             // a client's container of the signature
	markForward                               // a client's container of a mail passed on
	markRule                                  // a drawn rule stands right above
	markCited                                 // in a blockquote that quotes
)

// quoteClasses and their kin are how clients name their containers. Webmails put "x_" before foreign names;
// htmltext's HasWord looks past it.
var (
	quoteClasses       = []string{"yahoo_quoted", "protonmail_quote", "tutanota_quote", "zmail_extra", "ms-outlook-quote", "moz-cite-body", "fastmail-quote", "quoted-text", "gmail_quote_container", "ecxgmail_quote", "airmail_quote", "hs_reply_quote", "freshdesk_quote", "zendesk_quote", "iwantquote", "front-blockquote", "mailspring-quote", "nylas-quote"}
	attributionClasses = []string{"gmail_attr", "moz-cite-prefix", "ecxgmail_attr", "airmail_on", "bloop_original_head", "gmail_quote_attribution"}
	cutIDs             = []string{"divrplyfwdmsg", "outlookmessageheader", "mail-editor-reference-message-container", "isreplycontent", "olk_src_body_section", "oriMsgHtmlSeperator"}
	cutClasses         = []string{"outlookmessageheader", "yahoo_quoted_begin", "wisestampquote", "replyheader"}
	signatureClasses   = []string{"gmail_signature", "moz-signature", "ecxgmail_signature", "protonmail_signature_block", "bloop_sign", "mobile-signature"}
	signatureIDs       = []string{"signature", "ms-outlook-mobile-signature", "applemailsignature", "applelinkedsignature", "composer_signature"}
	forwardClasses     = []string{"moz-forward-container"}
)

// marker gives elements their marks; ours are the marks of our lines, empty where they are not known.
func marker(ours []string) func(*htmltext.Element) htmltext.Mark {
	return func(e *htmltext.Element) htmltext.Mark {
		switch e.Tag {
		case "hr":
			if e.HasWord("id", "stopspelling") {
				return markRule | markCut
			}
			return markRule
		case "b", "i", "u", "font", "br", "img", "td", "tr", "tbody", "li", "strong", "em", "html", "head", "meta", "style", "a":
			return 0
		}
		var m htmltext.Mark
		if class := e.Attr("class"); class != "" {
			m |= classMarks(e)
		}
		if id := e.Attr("id"); id != "" {
			m |= idMarks(e)
		}
		if e.Attr("name") == "messageReplySection" {
			m |= markQuote
		}
		if v := e.Attr("data-aboveline"); v != "" && believed(v, ours) {
			m |= markOurs
		}
		if e.Attr("data-signatureblock") != "" || e.Attr("data-smartmail") == "gmail_signature" {
			m |= markSignature
		}
		if e.Tag == "div" && outlookRule(e) {
			m |= markCut
		}
		return m
	}
}

func hasAny(e *htmltext.Element, attr string, words []string) bool {
	for _, w := range words {
		if e.HasWord(attr, w) {
			return true
		}
	}
	return false
}

func classMarks(e *htmltext.Element) (m htmltext.Mark) {
	// Gmail's blockquote of that class is what its indent button makes; its quotation is the div around.
	if e.HasWord("class", "gmail_quote") && e.Tag != "blockquote" || hasAny(e, "class", quoteClasses) {
		m |= markQuote
	}
	if hasAny(e, "class", attributionClasses) {
		m |= markAttribution
	}
	if hasAny(e, "class", cutClasses) {
		m |= markCut
	}
	if hasAny(e, "class", signatureClasses) {
		m |= markSignature
	}
	if hasAny(e, "class", forwardClasses) {
		m |= markForward
	}
	return m
}

func idMarks(e *htmltext.Element) (m htmltext.Mark) {
	switch {
	case e.HasWord("id", "reply-intro"):
		m |= markAttribution
	case hasAny(e, "id", cutIDs):
		m |= markCut
	case hasAny(e, "id", signatureIDs):
		m |= markSignature
	case strings.HasPrefix(e.Attr("id"), "yahoo_quoted"), strings.HasPrefix(e.Attr("id"), "ydp") && strings.HasSuffix(e.Attr("id"), "yahoo_quoted"):
		m |= markQuote
	}
	return m
}

// believed says whether a mark in a mail is one of ours. Where the caller knows none, any of some length counts: it
// stands in an attribute, which nobody writes by hand.
func believed(v string, ours []string) bool {
	if len(ours) == 0 {
		return len(v) >= 6
	}
	for _, o := range ours {
		if o == v {
			return true
		}
	}
	return false
}

// outlookRule says whether a div is the one desktop Outlook draws a thin line above, with its header block inside.
func outlookRule(e *htmltext.Element) bool {
	s := e.Style()
	if !strings.Contains(s, "border-top") && !strings.Contains(s, "border:none") {
		return false
	}
	for _, c := range []string{"border-top:solid#e1e1e11.0pt", "border-top:solid#b5c4df1.0pt", "border-top:solidwindowtext1.0pt", "border-top:1ptsolidrgb(225,225,225)", "border-top:1.0ptsolid#e1e1e1",
		"border-top:solid#e1e1e1", "border-top:solid#b5c4df", "border-top:1ptsolidrgb(181,196,223)", "border-top-color:rgb(229,229,229)"} {
		if strings.Contains(s, c) {
			return true
		}
	}
	return false
}
