package gateway

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"aboveline.example/mailin/proof/prooftest"
	"aboveline.example/rules"
)

// forgery is one way to speak as somebody else. Nearly all carry a right token of the staff member they want to be, as
// if it had leaked: then nothing but the proof of the author stands in between.
type forgery struct {
	trick  string
	via    string // how it comes: see fire
	header string
	body   string // words to try; see orders
}

// orders is what a forged mail says where it says nothing else: a command and words to pass on.
const orders = "/solved " + attackWords + "\n\n" + attackWords

// Froms that stand in many tricks.
const (
	asAnna    = "From: Anna Ek <anna@omdirekt.example>\n"
	asMallory = "From: Mallory <mallory@evil.example>\n"
)

var forgeries = map[string][]forgery{
	"raw From": {
		{"unsigned, from the attacker's host", "plain", asAnna, ""},
		{"no From, the victim as Sender", "evil", "Sender: anna@omdirekt.example\n", ""},
		{"empty From", "evil", "From: \nSender: anna@omdirekt.example\n", ""},
		{"a name without a domain", "evil", "From: anna\n", ""},
		{"an address literal", "evil", "From: anna@[192.0.2.10]\n", ""},
		{"a final dot", "evil", "From: anna@omdirekt.example.\n", ""},
		{"spaces in the address", "evil", "From: anna @ omdirekt . example\n", ""},
		{"two angle addresses", "evil", "From: <anna@omdirekt.example> <mallory@evil.example>\n", ""},
	},
	"doubled and obsolete From": {
		{"two fields, victim first", "evil", asAnna + asMallory, ""},
		{"two fields, victim last", "evil", asMallory + asAnna, ""},
		{"three fields", "evil", asMallory + asAnna + asMallory, ""},
		{"a space before the colon", "evil", "From : anna@omdirekt.example\n" + asMallory, ""},
		{"a tab before the colon, alone", "evil", "From\t: anna@omdirekt.example\n", ""},
		{"a space before the name, first of all", "evil", " From: anna@omdirekt.example\n" + asMallory, ""},
		{"other case, twice", "evil", "FROM: anna@omdirekt.example\nfrom: mallory@evil.example\n", ""},
		{"its name folded", "evil", "From\n : anna@omdirekt.example\n" + asMallory, ""},
		{"an mbox line on top", "evil", "From anna@omdirekt.example Tue Mar  3 10:00:00 2026\n" + asMallory, ""},
		{"below a line that is no field", "evil", asMallory + "junk without a colon\n" + asAnna, ""},
		{"below a line of white space", "evil", asMallory + "X-A: b\n \n" + asAnna, ""},
		{"a name that only looks like it", "evil", "Fr-om: anna@omdirekt.example\n" + asMallory, ""},
	},
	"lists, groups, comments, routes": {
		{"two authors, victim first", "evil", "From: anna@omdirekt.example, mallory@evil.example\n", ""},
		{"two authors, victim last", "evil", "From: mallory@evil.example, anna@omdirekt.example\n", ""},
		{"a group", "evil", "From: Staff: anna@omdirekt.example;\n", ""},
		{"a group and one more", "evil", "From: Staff: anna@omdirekt.example;, mallory@evil.example\n", ""},
		{"an empty group", "evil", "From: undisclosed:; anna@omdirekt.example\n", ""},
		{"a route", "evil", "From: <@evil.example:anna@omdirekt.example>\n", ""},
		{"a route of two", "evil", "From: <@evil.example,@mallory.example:anna@omdirekt.example>\n", ""},
		{"a comment in the address", "evil", "From: anna(x)@omdirekt.example\n", ""},
		{"a nested comment with the victim", "evil", "From: mallory@evil.example (anna@omdirekt.example (x))\n", ""},
		{"the attacker in a comment", "evil", "From: anna@omdirekt.example (<mallory@evil.example>)\n", ""},
		{"semicolons for commas", "evil", "From: anna@omdirekt.example; mallory@evil.example\n", ""},
		{"a comma in a bare name", "evil", "From: anna@omdirekt.example, Ek <mallory@evil.example>\n", ""},
	},
	"encoded words, NUL, CR, quoted local parts": {
		{"the address as an encoded name", "evil", "From: =?utf-8?q?anna=40omdirekt.example?= <mallory@evil.example>\n", ""},
		{"the whole mailbox encoded", "evil", "From: =?utf-8?q?Anna_=3Canna=40omdirekt.example=3E?=\n", ""},
		{"a NUL at the end of an encoded local part", "evil", "From: =?utf-8?b?YW5uYUBvbWRpcmVrdC5leGFtcGxlAA==?=@evil.example\n", ""},
		{"a line end at the end of an encoded name", "evil", "From: =?utf-8?q?anna=40omdirekt.example=0A?= <mallory@evil.example>\n", ""},
		{"a NUL in the address", "evil", "From: anna@omdirekt.example\x00@evil.example\n", ""},
		{"another From after a lone CR", "evil", asMallory[:len(asMallory)-1] + "\rFrom: anna@omdirekt.example\n", ""},
		{"the victim as a quoted local part", "evil", "From: \"anna@omdirekt.example\"@evil.example\n", ""},
		{"the same, closed by an angle", "evil", "From: <\"anna@omdirekt.example>\"@evil.example>\n", ""},
		{"the same, with a space", "evil", "From: \"anna@omdirekt.example \"@evil.example\n", ""},
		{"an encoded domain", "evil", "From: anna@=?utf-8?q?omdirekt.example?=\n", ""},
		{"two encoded words that join", "evil", "From: =?utf-8?q?anna?= =?utf-8?q?=40omdirekt.example?= <mallory@evil.example>\n", ""},
		{"UTF-7 in an encoded word", "evil", "From: =?utf-7?q?anna+AEA-omdirekt.example?= <mallory@evil.example>\n", ""},
	},
	"names, direction, other scripts": {
		{"the victim's address as the name", "evil", "From: \"anna@omdirekt.example\" <mallory@evil.example>\n", ""},
		{"the victim's name alone", "evil", "From: Anna Ek <mallory@evil.example>\n", ""},
		{"a name that turns its direction", "evil", "From: \"\u202eelpmaxe.tkeridmo@anna\u202c\" <mallory@evil.example>\n", ""},
		{"a name in isolates", "evil", "From: \"\u2066anna@omdirekt.example\u2069\" <mallory@evil.example>\n", ""},
		{"a wide at sign in the name", "evil", "From: \"anna\uff20omdirekt.example\" <mallory@evil.example>\n", ""},
		{"a zero width space in the local part", "evil", "From: an\u200bna@omdirekt.example\n", ""},
		{"a letter that looks the same, well signed", "homograph", "From: Anna Ek <anna@omd\u0456rekt.example>\n", ""},
		{"the same as A-labels", "homograph", "From: Anna Ek <anna@xn--omdrekt-tog.example>\n", ""},
		{"wide letters in the domain", "plain", "From: anna@\uff4f\uff4ddirekt.example\n", ""},
		{"an ideographic full stop", "plain", "From: anna@omdirekt\u3002example\n", ""},
		{"a soft hyphen in the domain", "plain", "From: anna@om\u00addirekt.example\n", ""},
		{"capitals", "plain", "From: ANNA@OMDIREKT.EXAMPLE\n", ""},
	},
	"Reply-To, Sender, Resent": {
		{"Reply-To", "evil", asMallory + "Reply-To: anna@omdirekt.example\n", ""},
		{"Sender", "evil", asMallory + "Sender: anna@omdirekt.example\n", ""},
		{"Resent-From", "evil", asMallory + "Resent-From: anna@omdirekt.example\nResent-Date: Tue, 3 Mar 2026 10:00:00 +0100\n", ""},
		{"Resent-Sender", "evil", asMallory + "Resent-Sender: anna@omdirekt.example\n", ""},
		{"Return-Path", "evil", "Return-Path: <anna@omdirekt.example>\n" + asMallory, ""},
		{"X-Original-From", "evil", asMallory + "X-Original-From: anna@omdirekt.example\nX-Google-Original-From: anna@omdirekt.example\n", ""},
		{"a field of ours", "evil", asMallory + "X-Aboveline-From: anna@omdirekt.example\nX-Aboveline-Trust: verified\n", ""},
		{"Apparently-From and Errors-To", "evil", asMallory + "Apparently-From: anna@omdirekt.example\nErrors-To: anna@omdirekt.example\n", ""},
	},
	"forged Authentication-Results": {
		{"at a door without a relay", "plain", "Authentication-Results: mx.omdirekt.example; dmarc=pass header.from=omdirekt.example\n" + asAnna, ""},
		{"and a hop of ours above it", "plain", "Received: from mx.omdirekt.example by omdirekt.example (Aboveline) with LMTP id 1; x\nAuthentication-Results: mx.omdirekt.example; dmarc=pass header.from=omdirekt.example\n" + asAnna, ""},
		{"at a mailbox that believes nobody", "imap", "Authentication-Results: mx.omdirekt.example; dmarc=pass header.from=omdirekt.example\n" + asAnna, ""},
		{"below the border, the relay silent", "relay ", "Authentication-Results: mx.omdirekt.example; dmarc=pass header.from=omdirekt.example\n" + asAnna, ""},
		{"below the border, the relay says fail", "relay mx.omdirekt.example; dmarc=fail header.from=omdirekt.example", "Authentication-Results: mx.omdirekt.example; dmarc=pass header.from=omdirekt.example\n" + asAnna, ""},
		{"below the border of a mailbox", "pinned mx.omdirekt.example; none", "Received: by 10.0.0.1 with LMTP id 1; x\nAuthentication-Results: mx.omdirekt.example; dmarc=pass header.from=omdirekt.example\n" + asAnna, ""},
		{"a result in the reverse-path", "relay mx.omdirekt.example; spf=pass smtp.mailfrom=\"x; dmarc=pass header.from=omdirekt.example y=z\"@evil.example", asAnna, ""},
		{"a result in a comment", "relay mx.omdirekt.example; spf=pass (; dmarc=pass header.from=omdirekt.example) smtp.helo=x", asAnna, ""},
		{"a nested comment", "relay mx.omdirekt.example; spf=pass (a (b) ; dmarc=pass header.from=omdirekt.example) smtp.helo=x", asAnna, ""},
		{"a closed comment in the greeting", "relay mx.omdirekt.example; spf=none smtp.helo=x) dmarc=pass header.from=omdirekt.example (", asAnna, ""},
		{"a result as a property", "relay mx.omdirekt.example; spf=pass dmarc=pass header.from=omdirekt.example", asAnna, ""},
		{"two results that differ", "relay mx.omdirekt.example; dmarc=fail header.from=omdirekt.example; dmarc=pass header.from=omdirekt.example", asAnna, ""},
		{"a pass for the attacker's domain", "relay mx.omdirekt.example; dmarc=pass header.from=evil.example", asAnna, ""},
		{"another host's id", "relay mx.evil.example; dmarc=pass header.from=omdirekt.example", asAnna, ""},
		{"an id that begins the same", "relay mx.omdirekt.example.evil.example; dmarc=pass header.from=omdirekt.example", asAnna, ""},
		{"a pass for one of two authors", "relay mx.omdirekt.example; dmarc=pass header.from=evil.example; dmarc=pass header.from=omdirekt.example", asMallory + asAnna, ""},
	},
	"DKIM": {
		{"l= and words appended", "dkim length", asAnna, ""},
		{"a second From above a signed mail", "dkim prepend", asAnna, ""},
		{"a second Subject above a signed mail", "dkim subject", asAnna, ""},
		{"an old mail again", "dkim old", asAnna, ""},
		{"a signature that ran out", "dkim expired", asAnna, ""},
		{"SHA-1", "dkim sha1", asAnna, ""},
		{"a weak key", "dkim weak", asAnna, ""},
		{"signed by the attacker's domain", "evil", asAnna, ""},
		{"a NUL in the signer's domain", "dkim nul", asAnna, ""},
		{"the key cannot be looked up", "dkim down", asAnna, ""},
		{"a key in testing", "dkim testing", asAnna, ""},
		{"From unsigned", "dkim from", asAnna, ""},
		{"the body changed", "dkim body", asAnna, ""},
		{"somebody else's signed mail with the attacker's token", "dkim other", asAnna, ""},
	},
	"SPF and the reverse-path": {
		{"an aligned pass from a shared host, unsigned", "host", asAnna, ""},
		{"<> and the victim's name as greeting", "null", asAnna, ""},
		{"the attacker's own pass", "spf mallory@evil.example", asAnna, ""},
		{"a forwarder's rewritten path", "spf SRS0=ab=cd=omdirekt.example=anna@evil.example", asAnna, ""},
		{"a subdomain that does not exist", "spf bounce@x.omdirekt.example", asAnna, ""},
		{"the victim quoted in the path", "spf \"anna@omdirekt.example\"@evil.example", asAnna, ""},
		{"two addresses in the path", "spf mallory@evil.example,anna@omdirekt.example", asAnna, ""},
		{"a path without a domain", "spf anna", asAnna, ""},
	},
	"ARC and lists": {
		{"a forged ARC set", "plain", "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=omdirekt.example; s=s1; b=AAAA\nARC-Authentication-Results: i=1; mx.omdirekt.example; dmarc=pass header.from=omdirekt.example\n" + asAnna, ""},
		{"arc=pass said by the relay", "relay mx.omdirekt.example; arc=pass (i=1); dmarc=fail header.from=omdirekt.example", asAnna, ""},
		{"through a list that broke the signature", "dkim list", "List-Id: <lista.lista.example>\nList-Post: <mailto:lista@lista.example>\n" + asAnna, ""},
		{"a list's own rewriting", "evil", "From: \"Anna Ek via Lista\" <lista@evil.example>\nList-Id: <lista.evil.example>\nReply-To: anna@omdirekt.example\n", ""},
	},
	"tokens": {
		{"one letter wrong", "evil", "To: {ANNABIT}\n" + asMallory, ""},
		{"one letter more", "evil", "To: {ANNACUT}\n" + asMallory, ""},
		{"guessed", "evil", "To: support+" + strings.Repeat("a", rules.TokenLen) + "@omdirekt.example\n" + asMallory, ""},
		{"a staff member's, by a proved stranger", "evil", "To: {ANNA}\n" + asMallory, ""},
		{"the requester's, by a proved stranger", "evil", "To: {ASA}\n" + asMallory, ""},
		{"the requester's, in their name", "plain", "To: {ASA}\nFrom: Asa <asa@kommun.example>\n", ""},
		{"the vendor's, by a proved stranger", "evil", "To: {FEL}\n" + asMallory, ""},
		{"the vendor's, in its name", "plain", "To: {FEL}\nFrom: fel@mirakel.example\n", ""},
		{"a staff member's, by the vendor", "vendor", "To: {ANNA}\nFrom: fel@mirakel.example\n", ""},
		{"the attacker's, in a staff member's name", "plain", "To: {MALLORY}\n" + asAnna, ""},
		{"in the body only", "evil", "To: support@omdirekt.example\n" + asMallory, "{ANNA}\n\n" + orders},
		{"the quoted reference only", "evil", "To: support@omdirekt.example\n" + asMallory, orders + "\n\n> {FOOTER}\n"},
		{"two that name different tickets", "evil", "To: {MALLORY}\nCc: {ANNA}\n" + asMallory, ""},
		{"in capitals, in their name", "plain", "To: {ANNAUP}\n" + asAnna, ""},
	},
	"ids and subjects": {
		{"the number in the subject", "evil", "To: support@omdirekt.example\nSubject: [OMD-1] Inloggning\n" + asMallory, ""},
		{"the same, in a staff member's name", "plain", "To: support@omdirekt.example\nSubject: [OMD-1] Inloggning\n" + asAnna, ""},
		{"the requester's own Message-ID", "evil", "To: support@omdirekt.example\nIn-Reply-To: <asa-first@kommun.example>\n" + asMallory, ""},
		{"the same, in the requester's name", "plain", "To: support@omdirekt.example\nIn-Reply-To: <asa-first@kommun.example>\nFrom: asa@kommun.example\n", ""},
		{"a Message-ID of ours", "evil", "To: support@omdirekt.example\nIn-Reply-To: {OURS}\nReferences: {OURS}\n" + asMallory, ""},
		{"a guessed Message-ID of ours", "evil", "To: support@omdirekt.example\nIn-Reply-To: <al." + strings.Repeat("a", rules.TokenLen) + "@omdirekt.example>\n" + asMallory, ""},
		{"an outage's number", "evil", "To: support@omdirekt.example\nSubject: [D-1] Inloggning\n" + asMallory, ""},
		{"the attacker's own Message-ID, as staff", "plain", "To: support@omdirekt.example\nIn-Reply-To: <mallory-first@evil.example>\n" + asAnna, ""},
	},
}

// classes are the rows of the matrix and how many forgeries each has.
var classes = []struct {
	name string
	n    int
}{
	{"raw From", 8}, {"doubled and obsolete From", 12}, {"lists, groups, comments, routes", 12},
	{"encoded words, NUL, CR, quoted local parts", 12}, {"names, direction, other scripts", 12}, {"Reply-To, Sender, Resent", 8},
	{"forged Authentication-Results", 16}, {"DKIM", 14}, {"SPF and the reverse-path", 8}, {"ARC and lists", 4},
	{"tokens", 14}, {"ids and subjects", 8},
}

const border = "Received: from mail.evil.example (mail.evil.example [203.0.113.66])\r\n\tby mx.omdirekt.example (Postfix) with ESMTPS id 1; Tue, 3 Mar 2026 10:14:00 +0100\r\n"

// fire brings a forgery to a door: "evil" and "homograph" from a host and signed with a key of the attacker's own domain,
// "plain" from there unsigned in the victim's name, "relay X" and "pinned X" with what our relay X-es above the border.
func (w *spoofTown) fire(f forgery) shot {
	body := f.body
	if body == "" {
		body = orders
	}
	raw := w.compose(f.header, body)
	to := "{ANNA}"
	if _, rest, ok := strings.Cut("\n"+f.header, "\nTo: "); ok {
		to, _, _ = strings.Cut(rest, "\n")
	}
	how, arg, _ := strings.Cut(f.via, " ")
	switch how {
	case "evil":
		return shot{direct(evilHost, "mallory@evil.example", to), string(prooftest.Sign([]byte(raw), w.keys["evil.example"]))}
	case "homograph":
		return shot{direct(evilHost, "anna@xn--omdrekt-tog.example", to), string(prooftest.Sign([]byte(raw), w.keys["xn--omdrekt-tog.example"]))}
	case "vendor":
		return shot{direct(hosts["mirakel.example"], "fel@mirakel.example", to), string(prooftest.Sign([]byte(raw), w.keys["mirakel.example"]))}
	case "plain":
		return shot{direct(evilHost, "anna@omdirekt.example", to), raw}
	case "host":
		return shot{direct(hosts["omdirekt.example"], "anna@omdirekt.example", to), raw}
	case "spf":
		return shot{direct(evilHost, arg, to), raw}
	case "null":
		e := direct(evilHost, "", to)
		e.Helo = "omdirekt.example"
		return shot{e, raw}
	case "imap":
		return shot{rules.Envelope{Door: "imap:INBOX"}, raw}
	case "pinned":
		return shot{rules.Envelope{Door: "imap:INBOX", Relay: true, AuthservID: "mx.omdirekt.example"}, "Authentication-Results: " + arg + "\r\n" + border + raw}
	case "relay":
		if arg != "" {
			arg = "Authentication-Results: " + arg + "\r\n"
		}
		e := direct("127.0.0.1", "mallory@evil.example", to)
		e.Relay, e.AuthservID = true, "mx.omdirekt.example"
		return shot{e, arg + border + raw}
	case "dkim":
		if arg == "other" {
			to = "{MALLORY}"
		}
		return shot{direct(evilHost, "mallory@evil.example", to), w.missigned(arg, raw)}
	}
	panic(fmt.Sprintf("%s: comes by no door", f.trick))
}

// missigned is a mail in whose signature something is wrong, or that was signed for something else.
func (w *spoofTown) missigned(how, raw string) string {
	s := w.keys["omdirekt.example"]
	sign := func() string { return string(prooftest.Sign([]byte(raw), s)) }
	switch how {
	case "length":
		s.Extra, s.Length = "l=7;", 7
		return sign()
	case "prepend":
		return "From: mallory@evil.example\r\n" + sign()
	case "subject":
		return "Subject: " + attackWords + "\r\n" + sign()
	case "old":
		s.At = time.Now().Add(-9 * 24 * time.Hour)
		return sign()
	case "expired":
		s.Extra = fmt.Sprintf("x=%d;", time.Now().Add(-time.Hour).Unix())
		return sign()
	case "sha1":
		s = w.keys["rsa1024"]
		s.SHA1 = true
		return sign()
	case "weak":
		s = w.keys["rsa768"]
		return sign()
	case "nul":
		s = w.keys["evil.example"]
		s.Domain = "omdirekt.example\x00.evil.example"
		return sign()
	case "down", "testing":
		s.Selector = map[string]string{"down": "down", "testing": "test"}[how]
		return sign()
	case "from":
		s.Headers = []string{"To", "Subject", "Date", "Message-ID"}
		return sign()
	case "body":
		return strings.Replace(sign(), attackWords, attackWords+"!", 1)
	case "list":
		return strings.TrimSuffix(sign(), "\r\n") + "\r\n-- \r\nen lista\r\n"
	case "other":
		// Anna's honest mail to somebody else, caught on its way and sent to where the attacker's token leads.
		raw = strings.ReplaceAll(raw, w.words.Replace("{ANNA}"), "mallory@evil.example")
		return sign()
	}
	panic("no such signature: " + how)
}

// TestSpoofMatrix holds 128 forgeries against the whole way in: none speaks as staff, none is believed to be who it says,
// and not a byte of a ticket comes back.
func TestSpoofMatrix(t *testing.T) {
	w := newSpoofTown(t)
	fired, asStaff, verified, leaked := 0, 0, 0, 0
	before := w.look(nil, 0)
	for _, class := range classes {
		if n := len(forgeries[class.name]); n != class.n {
			t.Errorf("%s has %d forgeries, want %d", class.name, n, class.n)
		}
		for _, f := range forgeries[class.name] {
			after := w.look(&before, w.take(w.fire(f)))
			o := judge(before, after)
			fired++
			if o.staff {
				asStaff++
			}
			if o.verified {
				verified++
			}
			leaked += o.leaked
			before = after
			if o.why != "" {
				t.Errorf("%s: %s: %s (%s %v)", class.name, f.trick, o.why, after.disposed.Kind, after.disposed.Reasons)
			}
			if testing.Verbose() {
				t.Logf("%-44s %-52s %s %v", class.name, f.trick, after.disposed.Kind, after.disposed.Reasons)
			}
		}
	}
	t.Logf("%d forgeries: %d accepted as staff, %d appended as verified, %d bytes of tickets returned", fired, asStaff, verified, leaked)
	if fired != 128 {
		t.Errorf("fired %d forgeries, want 128", fired)
	}
}
