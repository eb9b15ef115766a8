package gateway

import (
	"strings"
	"testing"

	"aboveline.example/mailin/proof"
	"aboveline.example/mailin/proof/prooftest"
	"aboveline.example/rules"
)

// honest is a mail that somebody really wrote, as their client and their provider make it.
type honest struct {
	name   string
	from   string // the address that wrote; its domain signs
	via    string // see deliver
	header string // "From" where it is not the bare address, and what the client adds
	body   string
	signs  string // h=, common ones where ""
	want   string // "new", "word" or "command", verified; "unproved new" is a ticket that says so
}

// h= as providers write it.
const (
	signsOutlook = "From:Date:Subject:Message-ID:Content-Type:MIME-Version:X-MS-Exchange-SenderADCheck"
	signsGmail   = "to:subject:message-id:date:from:mime-version:from:to:cc:subject:date:message-id:reply-to"
	signsApple   = "From:Content-Type:MIME-Version:Subject:Date:Message-Id:To"
)

const alternative = "Content-Type: multipart/alternative; boundary=\"b1\"\n"

func bothParts(text string) string {
	return "--b1\nContent-Type: text/plain; charset=\"utf-8\"\n\n" + text + "\n\n--b1\nContent-Type: text/html; charset=\"utf-8\"\n\n<div dir=\"ltr\">" + text + "</div>\n\n--b1--"
}

const toDesk = "To: support@omdirekt.example\n"

var genuineMail = []honest{
	{"Outlook on a desk", "asa.oberg@outlook.test", "host", toDesk + "From: =?iso-8859-1?Q?=D6berg=2C_=C5sa?= <asa.oberg@outlook.test>\nThread-Topic: Inloggning\nThread-Index: AQHaAAAAAAAAAAAAAAAAAAAAAAAAAA==\nAccept-Language: sv-SE, en-US\nX-MS-Has-Attach:\n" + alternative, bothParts("Hej, det går inte."), signsOutlook, "new"},
	{"Outlook on the web", "per@outlook.test", "host", toDesk + "From: Per Persson <per@outlook.test>\nX-MS-TNEF-Correlator:\nmsip_labels:\n" + alternative, bothParts("Hej"), signsOutlook, "new"},
	{"Outlook on a telephone", "kari@outlook.test", "host", toDesk + "From: Kari Moe <kari@outlook.test>\n", "Hei\n\nHent Outlook for iOS", signsOutlook, "new"},
	{"Gmail on the web", "lisa@gmail.test", "host", toDesk + "From: Lisa Berg <lisa@gmail.test>\nX-Gm-Message-State: AOJu0Yx\nX-Google-Smtp-Source: AGHT+IF\n" + alternative, bothParts("Kan inte logga in"), signsGmail, "new"},
	{"Gmail on a telephone", "ali@gmail.test", "host", toDesk + "From: Ali <ali@gmail.test>\n" + alternative, bothParts("Hjälp"), signsGmail, "new"},
	{"Gmail, dots and plus", "li.sa+desk@gmail.test", "host", toDesk + "From: Lisa Berg <li.sa+desk@gmail.test>\n", "Hej", signsGmail, "new"},
	{"Apple Mail", "jon@icloud.test", "host", toDesk + "From: =?utf-8?Q?J=C3=B3n?= <jon@icloud.test>\nMime-Version: 1.0 (Mac OS X Mail 16.0 \\(3774.400.31\\))\nX-Mailer: Apple Mail (2.3774.400.31)\nContent-Type: text/plain;\n\tcharset=utf-8\nContent-Transfer-Encoding: quoted-printable\n", "Hall=C3=A5", signsApple, "new"},
	{"iPhone", "ebba@icloud.test", "host", toDesk + "From: Ebba Ek <ebba@icloud.test>\nMime-Version: 1.0 (1.0)\nX-Mailer: iPhone Mail (21E236)\n", "Fungerar inte\n\nSkickat från min iPhone", signsApple, "new"},
	{"Thunderbird", "nils@kommun.example", "host", toDesk + "From: Nils Holm <nils@kommun.example>\nUser-Agent: Mozilla Thunderbird\nContent-Language: sv-SE\nContent-Type: text/plain; charset=UTF-8; format=flowed\n", "Hej på er", "", "new"},
	{"K-9", "tove@kommun.example", "host", toDesk + "From: Tove <tove@kommun.example>\nUser-Agent: K-9 Mail for Android\nAutocrypt: addr=tove@kommun.example; keydata=AAAA\n", "Hej", "", "new"},
	{"a telephone's own client", "omar@kommun.example", "host", toDesk + "From: \"Omar\" <omar@kommun.example>\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\nImportance: normal\n", "SGVqIQ==", "", "new"},
	{"a name as a comment", "sven@kommun.example", "host", toDesk + "From: sven@kommun.example (Sven Ek)\n", "Hej", "", "new"},
	{"a bare address", "bare@kommun.example", "host", toDesk, "Hej", "", "new"},
	{"a name in plain UTF-8", "hakan@kommun.example", "host", toDesk + "From: Håkan Öst <hakan@kommun.example>\n", "Hej", "", "new"},
	{"their own address as the name", "ulla@kommun.example", "host", toDesk + "From: \"ulla@kommun.example\" <ulla@kommun.example>\n", "Hej", "", "new"},
	{"a name with a department", "kurt@kommun.example", "host", toDesk + "From: Kurt Moe (IT) <kurt@kommun.example>\n", "Hej", "", "new"},
	{"a folded From", "lars@kommun.example", "host", toDesk + "From: \"Lars med ett mycket langt namn\"\n <lars@kommun.example>\n", "Hej", "", "new"},
	{"a subdomain, signed by the organisation", "erik@post.kommun.example", "host", toDesk, "Hej", "", "new"},
	{"signed by its provider, too", "karin@kommun.example", "twice", toDesk, "Hej", "", "new"},
	{"unsigned, from its own host", "maja@kommun.example", "unsigned", toDesk, "Hej", "", "new"},
	{"forwarded by an alias", "arne@kommun.example", "forwarded", "To: hjalp@alias.example\n", "Hej", "", "new"},
	{"forwarded with its trace", "berit@kommun.example", "forwarded", "To: hjalp@alias.example\nX-Forwarded-To: support@omdirekt.example\nX-Forwarded-For: hjalp@alias.example support@omdirekt.example\n", "Hej", "", "new"},
	{"the tail of another conversation", "cecilia@kommun.example", "host", toDesk + "In-Reply-To: <x@other.example>\nReferences: <a@other.example> <b@other.example> <x@other.example>\nSubject: SV: Re: VS: Annat\n", "Hej", "", "new"},
	{"a list that takes over From", "lista@lista.example", "host", "To: lista@lista.example\nFrom: Per via Lista <lista@lista.example>\nReply-To: per@kommun.example\nList-Id: <lista.lista.example>\nList-Post: <mailto:lista@lista.example>\n", "Hej alla", "", "new"},
	{"a list that breaks the signature", "dag@kommun.example", "broken", "To: lista@lista.example\nList-Id: <lista.lista.example>\n", "Hej alla", "", "unproved new"},
	{"a domain without a policy", "ove@utan.example", "unsigned", toDesk, "Hej", "", "unproved new"},
	{"through a relay of ours", "gun@kommun.example", "relay", toDesk, "Hej", "", "new"},
	{"a mailbox whose server checks", "hans@kommun.example", "pinned", toDesk, "Hej", "", "new"},
	{"a mailbox whose server does not", "inga@kommun.example", "imap", toDesk, "Hej", "", "new"},
	{"a mailbox at Google", "jens@kommun.example", "gmail", toDesk, "Hej", "", "new"},
	{"a mailbox at Microsoft", "knut@kommun.example", "microsoft365", toDesk, "Hej", "", "new"},
	{"LMTP", "liv@kommun.example", "lmtp", toDesk, "Hej", "", "new"},
	{"the pipe", "mona@kommun.example", "pipe", toDesk, "Hej", "", "new"},
	{"the requester, by token", "asa@kommun.example", "host", "To: OmDirekt <{ASA}>\nFrom: Asa <asa@kommun.example>\nThread-Topic: Inloggning\n" + alternative, bothParts("Tack, det gick."), signsOutlook, "word"},
	{"the requester, by our Message-ID", "asa@kommun.example", "host", toDesk + "In-Reply-To: {TOASA}\nReferences: <asa-first@kommun.example> {TOASA}\n", "En sak till.", signsGmail, "word"},
	{"the requester, by the number", "asa@kommun.example", "host", toDesk + "Subject: SV: [OMD-1] Inloggning\n", "Och en till.", "", "word"},
	{"the vendor, by token", "fel@mirakel.example", "host", "To: {FEL}\n", "Det är lagat.", "", "word"},
	{"staff with Outlook, by token", "anna@omdirekt.example", "host", "To: OmDirekt <{ANNA}>\nFrom: Anna Ek <anna@omdirekt.example>\n" + alternative, bothParts("Vi har startat om."), signsOutlook, "word"},
	{"staff with a telephone, a note", "anna@omdirekt.example", "imap", "To: {ANNA}\nFrom: Anna Ek <anna@omdirekt.example>\n", "/note\n\nKolla loggen", signsApple, "word"},
	{"staff through a relay of ours, a command", "anna@omdirekt.example", "relay", "To: {ANNA}\nFrom: Anna Ek <anna@omdirekt.example>\n", "/tag Inloggning", "", "command"},
}

// deliver brings an honest mail to a door: "host" is their own domain's, others are named as they are.
func (w *spoofTown) deliver(h honest) shot {
	header := h.header
	if !strings.Contains("\n"+header, "\nFrom:") {
		header = "From: " + h.from + "\n" + header
	}
	raw := w.compose(header, h.body)
	domain := domainOf(h.from)
	sig, ok := w.keys[domain]
	if !ok {
		domain = domain[strings.IndexByte(domain, '.')+1:]
		sig = w.keys[domain]
	}
	if h.signs != "" {
		sig.Headers = strings.Split(h.signs, ":")
	}
	signed := raw
	if sig.Key != nil {
		signed = string(prooftest.Sign([]byte(raw), sig))
	}
	to := w.sentTo(header)
	env := direct(hosts[domain], h.from, to)
	passes := "Authentication-Results: mx.omdirekt.example;\r\n\tdkim=pass (2048-bit key) header.d=" + domain + ";\r\n\tdmarc=pass (p=reject dis=none) header.from=" + domain + "\r\n"
	hop := "Received: from mail." + domain + " (mail." + domain + " [192.0.2.20])\r\n\tby mx.omdirekt.example (Postfix) with ESMTPS id 1; Tue, 3 Mar 2026 10:14:00 +0100\r\n"
	switch h.via {
	case "host":
	case "twice":
		signed = string(prooftest.Sign([]byte(signed), w.keys["gmail.test"]))
	case "unsigned":
		env.Peer = "192.0.2.80"
		if domain != "utan.example" {
			env.Peer = hosts[domain]
		}
		signed = raw
	case "forwarded":
		env.Peer, env.From = hosts["lista.example"], "SRS0=ab=cd="+domain+"=x@lista.example"
		signed = "Received: from mail." + domain + " by alias.example (Postfix) with ESMTPS id 2; Tue, 3 Mar 2026 10:14:00 +0100\r\n" + signed
	case "broken":
		env.Peer, env.From = hosts["lista.example"], "lista-bounces@lista.example"
		signed += "\r\n_______\r\nlista@lista.example\r\n"
	case "relay":
		env.Peer, env.Relay, env.AuthservID = "127.0.0.1", true, "mx.omdirekt.example"
		signed = passes + hop + raw
	case "lmtp", "pipe":
		env = rules.Envelope{Door: h.via, From: h.from, To: []string{to}, Relay: true, AuthservID: "mx.omdirekt.example"}
		signed = passes + hop + raw
	case "pinned":
		env = rules.Envelope{Door: "imap:INBOX", Relay: true, AuthservID: "mx.omdirekt.example"}
		signed = "Received: from mx.omdirekt.example by imap.omdirekt.example with LMTP id 3; Tue, 3 Mar 2026 10:14:01 +0100\r\n" + passes + hop + raw
	case "imap":
		env = rules.Envelope{Door: "imap:INBOX"}
	case "gmail":
		env = rules.Envelope{Door: "imap:INBOX", Profile: proof.ProfileGmail}
		signed = "Delivered-To: support@omdirekt.example\r\nReceived: by 2002:a05:6402:1 with SMTP id a1; Tue, 3 Mar 2026 01:14:02 -0800 (PST)\r\n" +
			"ARC-Authentication-Results: i=1; mx.google.com;\r\n       dkim=pass header.i=@" + domain + " header.s=s1 header.b=AbCdEfGh;\r\n       spf=pass (google.com: domain of x designates 192.0.2.20 as permitted sender) smtp.mailfrom=" + h.from + ";\r\n       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=" + domain + "\r\n" +
			strings.Replace(hop, "mx.omdirekt.example (Postfix)", "mx.google.com", 1) + raw
	case "microsoft365":
		env = rules.Envelope{Door: "imap:INBOX", Profile: proof.ProfileMicrosoft365}
		signed = "Received: from AM0PR01MB1.eurprd01.prod.outlook.com (2603:10a6:208::1)\r\n by DB9PR01MB2.eurprd01.prod.outlook.com with HTTPS; Tue, 3 Mar 2026 09:14:02 +0000\r\n" +
			"Authentication-Results: spf=pass (sender IP is 192.0.2.20)\r\n smtp.mailfrom=" + domain + "; dkim=pass (signature was verified)\r\n header.d=" + domain + ";dmarc=pass action=none\r\n header.from=" + domain + ";compauth=pass reason=100\r\n" +
			strings.Replace(hop, "mx.omdirekt.example (Postfix)", "AM4PEPF0001.mail.protection.outlook.com (10.167.16.1)", 1) + raw
	default:
		panic("no such way: " + h.via)
	}
	return shot{env, signed}
}

// sentTo is the envelope's recipient: the To, or the desk where that is somewhere else.
func (w *spoofTown) sentTo(header string) string {
	_, to, _ := strings.Cut("\n"+header, "\nTo: ")
	to, _, _ = strings.Cut(to, "\n")
	to = to[strings.IndexByte(to, '<')+1:]
	if to = w.words.Replace(strings.TrimSuffix(to, ">")); strings.HasSuffix(to, "@omdirekt.example") {
		return to
	}
	return "support@omdirekt.example"
}

// became says what a mail was taken as, in the words of honest.want.
func became(s seen, from string) string {
	trusted := ""
	for _, e := range s.entries {
		if e.Who == from && e.Trust != rules.TrustVerified {
			trusted = "unproved "
		}
	}
	switch s.disposed.Kind {
	case rules.DisposedNew:
		return trusted + "new"
	case rules.DisposedEntry:
		return trusted + "word"
	}
	return trusted + string(s.disposed.Kind)
}

// TestGenuineMail: what keeps forgeries out lets people in: at most one of forty is not taken as what it is.
func TestGenuineMail(t *testing.T) {
	w := newSpoofTown(t)
	taken := 0
	before := w.look(nil, 0)
	for _, h := range genuineMail {
		after := w.look(&before, w.take(w.deliver(h)))
		before = after
		if got := became(after, h.from); got != h.want || len(after.entries) == 0 {
			t.Errorf("%s: %s, want %s (%v)", h.name, got, h.want, after.disposed.Reasons)
			continue
		}
		taken++
	}
	t.Logf("%d of %d genuine mails were taken as what they are", taken, len(genuineMail))
	if len(genuineMail) != 40 {
		t.Errorf("%d genuine mails, want 40", len(genuineMail))
	}
}
