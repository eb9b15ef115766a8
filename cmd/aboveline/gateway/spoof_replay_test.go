package gateway

import (
	"strings"
	"testing"

	"aboveline.example/mailin/proof/prooftest"
	"aboveline.example/rules"
)

// replay is a mail that somebody really wrote and signed, sent here by somebody else who got it, with what the signature
// leaves to them.
type replay struct {
	trick  string
	from   string // whose domain signed it
	header string // what they wrote
	signs  string // h=
	added  string // put above it, unsigned
	to     string // where it is sent
	body   string
	door   string // "smtp", or "imap" and "pinned" without a word about the client
	first  bool   // it came to the desk as it was written before, and counted
}

// h= that leave nothing open, and of a signer who knows that replies have In-Reply-To but does not sign what is not there.
const (
	signsAll    = "From:To:Cc:Subject:Date:Message-ID:In-Reply-To:References:MIME-Version:Content-Type:Content-Transfer-Encoding"
	signsNoID   = "From:To:Subject:Date:MIME-Version:Content-Type:Content-Transfer-Encoding"
	signsNoType = "From:To:Subject:Date:Message-ID:MIME-Version"
)

const toMallory = "To: mallory@evil.example\n"

// quotesOrders is an honest body that quotes, without marks as Outlook does, what the attacker wrote before: for whoever
// reads it with another boundary, the quotation is the mail.
const quotesOrders = "Vad menar du?\n\nFran: Mallory\n\n--x\nContent-Type: text/plain\n\n" + orders + "\n--x--\n"

var replays = []replay{
	{"staff to the attacker, under the attacker's own ticket", "anna@omdirekt.example", toMallory, signsNoType, "In-Reply-To: <mallory-first@evil.example>\n", "support@omdirekt.example", orders, "smtp", false},
	{"the same by References", "anna@omdirekt.example", toMallory, signsNoType, "References: <mallory-first@evil.example>\n", "support@omdirekt.example", orders, "smtp", false},
	{"under the ticket to be taken over", "anna@omdirekt.example", toMallory, signsNoType, "In-Reply-To: <asa-first@kommun.example>\n", "support@omdirekt.example", orders, "imap", false},
	{"all signed, to the token by envelope", "anna@omdirekt.example", toMallory, signsAll, "", "{ANNA}", orders, "smtp", false},
	{"all signed, to the token by Delivered-To", "anna@omdirekt.example", toMallory, signsAll, "Delivered-To: {ANNA}\n", "support@omdirekt.example", orders, "imap", false},
	{"all signed, to the token by Resent-To", "anna@omdirekt.example", toMallory, signsAll, "Resent-From: mallory@evil.example\nResent-To: {ANNA}\n", "support@omdirekt.example", orders, "smtp", false},
	{"the token as an unsigned Cc", "anna@omdirekt.example", toMallory, signsNoType, "Cc: {ANNA}\n", "{ANNA}", orders, "smtp", false},
	{"the token as an unsigned To", "anna@omdirekt.example", "", signsOutlook, "To: {ANNA}\n", "{ANNA}", orders, "smtp", false},
	{"our Message-ID, unsigned", "anna@omdirekt.example", toMallory, signsNoType, "In-Reply-To: {OURS}\n", "support@omdirekt.example", orders, "smtp", false},
	{"another Message-ID, so that it comes twice", "anna@omdirekt.example", "To: {ANNA}\n", signsNoID, "Message-ID: <again@evil.example>\n", "{ANNA}", "/note\n\nEn gang. " + attackWords, "smtp", true},
	{"another boundary, so that a quotation is the mail", "anna@omdirekt.example", "To: {ANNA}\n", signsNoType, "Content-Type: multipart/mixed; boundary=x\n", "{ANNA}", quotesOrders, "smtp", false},
	{"the same through a mailbox whose server checks", "anna@omdirekt.example", "To: {ANNA}\n", signsNoType, "Content-Type: multipart/mixed; boundary=x\n", "{ANNA}", quotesOrders, "pinned", false},
	{"the token in an unsigned To, through such a mailbox", "anna@omdirekt.example", "", signsOutlook, "To: {ANNA}\n", "{ANNA}", orders, "pinned", false},
	{"the requester's letter to the attacker, under their ticket", "asa@kommun.example", toMallory, signsNoType, "In-Reply-To: <asa-first@kommun.example>\n", "support@omdirekt.example", attackWords, "smtp", false},
	{"the vendor's letter to the attacker, under its ticket", "fel@mirakel.example", toMallory, signsNoType, "References: <asa-first@kommun.example>\n", "support@omdirekt.example", attackWords, "imap", false},
}

// fireAgain brings a replayed mail to a door.
func (w *spoofTown) fireAgain(r replay) shot {
	sig := w.keys[domainOf(r.from)]
	sig.Headers = strings.Split(r.signs, ":")
	raw := w.compose("From: "+r.from+"\n"+r.header, r.body)
	// compose fills in what is missing; what the attacker is to add was not there when it was signed.
	for line := range strings.Lines(r.added) {
		raw = without(raw, line[:strings.IndexByte(line, ':')])
	}
	written := string(prooftest.Sign([]byte(raw), sig))
	if r.first {
		w.take(shot{direct(hosts[sig.Domain], r.from, r.to), "Message-ID: <written@omdirekt.example>\r\n" + written})
	}
	signed := strings.ReplaceAll(w.words.Replace(r.added), "\n", "\r\n") + written
	switch r.door {
	case "imap":
		return shot{rules.Envelope{Door: "imap:INBOX"}, signed}
	case "pinned":
		domain := domainOf(r.from)
		return shot{rules.Envelope{Door: "imap:INBOX", Relay: true, AuthservID: "mx.omdirekt.example"},
			"Authentication-Results: mx.omdirekt.example;\r\n\tspf=pass smtp.mailfrom=mallory@evil.example;\r\n\tdkim=pass header.d=" + domain +
				";\r\n\tdmarc=pass header.from=" + domain + "\r\n" + border + signed}
	}
	return shot{direct(evilHost, "mallory@evil.example", r.to), signed}
}

// without takes fields of a name out of a header.
func without(raw, name string) string {
	var kept strings.Builder
	head, body, _ := strings.Cut(raw, "\r\n\r\n")
	for line := range strings.SplitSeq(head, "\r\n") {
		if !strings.HasPrefix(strings.ToLower(line), strings.ToLower(name)+":") {
			kept.WriteString(line + "\r\n")
		}
	}
	return kept.String() + "\r\n" + body
}

// TestReplayedMail: a signature says who wrote a mail, not who sends it here and for what. None of these counts as its
// author's word on a ticket, though each has a valid signature of theirs.
func TestReplayedMail(t *testing.T) {
	w := newSpoofTown(t)
	before := w.look(nil, 0)
	for _, r := range replays {
		again := w.fireAgain(r)
		before = w.look(&before, 0)
		after := w.look(&before, w.take(again))
		o := judge(before, after)
		before = after
		// As a mail of its own it is its author's, as if they had sent it in Bcc; what it must not be is a word elsewhere.
		own := after.disposed.Kind == rules.DisposedNew && !o.staff && o.leaked == 0
		if o.why != "" && !own {
			t.Errorf("%s: %s (%s %v)", r.trick, o.why, after.disposed.Kind, after.disposed.Reasons)
		}
		t.Logf("%-60s %s %v", r.trick, after.disposed.Kind, after.disposed.Reasons)
	}
}

// signsYahoo is h= of a signer that covers neither Message-ID nor Content-Type.
const signsYahoo = "From:To:Subject:Date:In-Reply-To:References:MIME-Version"

// TestStaffFromElsewhere: nobody of staff is asked about an ordinary reply, by whatever provider and door it comes. What
// a signature leaves open counts where the machine is the domain's own, and where the signed part says the same: the
// quoted reference and the number name the ticket, a body of parts shows how it is to be read.
func TestStaffFromElsewhere(t *testing.T) {
	w := newSpoofTown(t)
	before := w.look(nil, 0)
	reply := "To: {ANNA}\nIn-Reply-To: {OURS}\nReferences: {OURS}\n"
	quoted := "\n\nFran: OmDirekt\n\nInloggning {FOOTER}"
	anna := "anna@omdirekt.example"
	for _, h := range []honest{
		{"Outlook, from its own host", anna, "host", reply + alternative, bothParts("Vi har startat om."), signsOutlook, "word"},
		{"Outlook, from a mailbox, quoting", anna, "imap", reply + "Subject: SV: Inloggning\n" + alternative, bothParts("Vi har startat om en gang." + quoted), signsOutlook, "word"},
		{"Outlook, from a mailbox, without a quotation", anna, "imap", reply + "Subject: SV: [OMD-1] Inloggning\n" + alternative, bothParts("Vi har startat om flera ganger."), signsOutlook, "word"},
		{"Outlook, a command", anna, "imap", reply + "Subject: SV: [OMD-1] Inloggning\n", "/tag Inloggning\n\nDet var det." + quoted, signsOutlook, "word"},
		{"Gmail, from a mailbox", anna, "imap", reply + alternative, bothParts("Vi har startat om idag."), signsGmail + ":in-reply-to:references", "word"},
		{"Gmail, text alone", anna, "imap", reply + "Content-Type: text/plain; charset=\"UTF-8\"\n", "Vi har startat om igen idag.", signsGmail + ":in-reply-to:references", "word"},
		{"Gmail, a command", anna, "imap", reply + alternative, bothParts("/tag Konto"), signsGmail, "command"},
		{"Yahoo, from a mailbox", anna, "imap", reply + alternative, bothParts("Vi startar om."), signsYahoo, "word"},
		{"Thunderbird with a remark above its parts", anna, "imap", reply + alternative, "This is a multi-part message in MIME format.\n" + bothParts("Vi startar om nu."), signsYahoo, "word"},
		{"all signed, from a mailbox", anna, "imap", reply + "Content-Type: text/plain\n", "Vi har startat om nu.", signsAll, "word"},
		{"references unsigned beside a signed To", anna, "imap", reply, "Vi har startat om igen.", signsNoType, "word"},
		{"the token in Cc, signed", anna, "imap", "To: asa@kommun.example\nCc: {ANNA}\n", "Och en gang till.", signsAll, "word"},
	} {
		after := w.look(&before, w.take(w.deliver(h)))
		before = after
		if got := became(after, h.from); got != h.want {
			t.Errorf("%s: %s, want %s (%v)", h.name, got, h.want, after.disposed.Reasons)
		}
		for _, q := range after.sent {
			if q.Kind == rules.OutConfirm {
				t.Errorf("%s: %s was asked about it", h.name, q.To.Address)
			}
		}
	}
}
